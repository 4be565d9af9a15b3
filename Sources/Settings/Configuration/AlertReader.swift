import Launch

/// Reads `alerts:` and `inhibitions:`: rules over the series of the file.
struct AlertReader {
    private static let conditions = ["above", "below", "absent", "verdict", "change", "ratio", "burn_rate", "anomaly"]

    let catalogue: SeriesCatalogue
    let probes: [Probe]

    /// `{rules: […], notify: POLICY, group_by: [LABEL], engine: {…}}`.
    func read(_ field: Field?, inhibitions: Field?) -> AlertSettings {
        let groupBy = Box(AlertGroup.standard)
        let read = field?.mapping { fields -> (rules: [AlertRule], policy: String?, engine: EngineAlertPlan) in
            if let names = fields.optional("group_by")?.labelNames() { groupBy.value = names }
            let policy = fields.optional("notify")?.identifier()
            let engine = engine(fields.optional("engine"), policy: policy)
            return (rules(fields.optional("rules"), groupBy: groupBy.value), policy, engine)
        }
        return AlertSettings(
            rules: read?.rules ?? [],
            inhibitions: Inhibition.standard + (inhibitions?.items().compactMap { $0.inhibition() } ?? []),
            impliedPolicy: read?.policy ?? nil, engine: read?.engine ?? EngineAlertPlan())
    }

    // MARK: The engine's own

    /// `{action_stuck: {severity: …, notify: POLICY}, break_glass: …, checklist_overdue: off}`.
    private func engine(_ field: Field?, policy: String?) -> EngineAlertPlan {
        let usual = EngineAlertPlan(
            actionStuck: .init(severity: .critical, policy: policy),
            breakGlass: .init(severity: .critical, policy: policy),
            checklistOverdue: .init(severity: .warning, policy: policy))
        return field?.mapping { fields in
            EngineAlertPlan(
                actionStuck: fields.optional("action_stuck").map { $0.engineAlert(.critical, policy) }
                    ?? usual.actionStuck,
                breakGlass: fields.optional("break_glass").map { $0.engineAlert(.critical, policy) }
                    ?? usual.breakGlass,
                checklistOverdue: fields.optional("checklist_overdue").map { $0.engineAlert(.warning, policy) }
                    ?? usual.checklistOverdue)
        } ?? usual
    }

    private final class Box<Value> {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    private func rules(_ list: Field?, groupBy: [String]) -> [AlertRule] {
        var rules: [AlertRule] = []
        for item in list?.items() ?? [] {
            guard let rule = item.mapping({ rule($0, groupBy: groupBy) }) ?? nil else { continue }
            if rules.contains(where: { $0.name == rule.name && $0.labels == rule.labels && $0.overlaps(rule) }) {
                item.error(
                    "a second rule '\(rule.name)' over the same series: both would be one alert",
                    hint: "give one of them another name or a label of its own")
                continue
            }
            rules.append(rule)
        }
        return rules
    }

    private func rule(_ fields: Fields, groupBy: [String]) -> AlertRule? {
        let name = fields.required("alert")?.identifier()
        let fan = Box<String?>(nil)
        let kind = fields.one(of: AlertReader.conditions.filter { $0 != "ratio" })
        let condition = condition(kind, fields, fan)
        let labels = fields.optional("labels")?.alertLabels() ?? [:]
        if let label = fields.optional("by")?.labelName() { fan.value = label }
        // A verdict has its own, and so have the windows of a burn rate; of a rule without a condition it is not known.
        let bringsSeverity = kind.map { ["verdict", "burn_rate"].contains($0.key) } ?? true
        let severity = (bringsSeverity ? fields.optional("severity") : fields.required("severity"))?.severity()
        let hold = fields.optional("for")?.duration(Milliseconds(0)...Milliseconds.days(7))
        let keep = fields.optional("keep_firing_for")?.duration(Milliseconds(0)...Milliseconds.days(7))
        let summary = fields.optional("summary")?.template(labels: labels, fan: fan.value)
        let runbook = fields.optional("runbook")?.runbook()
        let policy = fields.optional("notify")?.identifier()
        let group = fields.optional("group_by")?.labelNames() ?? groupBy
        let damping = fields.optional("flapping").map { $0.damping() } ?? .standard
        if kind == nil {
            // Which key was meant to be it is not known.
            fields.acceptAll()
        }
        guard let name, let condition else { return nil }
        return AlertRule(
            name: name, condition: condition, severity: severity, hold: hold ?? 0, keepFiring: keep ?? 0,
            summary: summary, runbook: runbook, labels: labels, fanLabel: fan.value, policy: policy, groupBy: group,
            damping: damping)
    }

    // MARK: Conditions

    private func condition(_ kind: Field?, _ fields: Fields, _ fan: Box<String?>) -> AlertCondition? {
        // `ratio` stands beside `above` or `below`.
        let ratio = fields.optional("ratio")
        guard let kind else {
            fields.error("a rule needs one of \(AlertReader.conditions.joined(separator: ", "))")
            _ = fields.optional("series")
            _ = fields.optional("clear_at")
            return nil
        }
        let clear = fields.optional("clear_at")
        if clear != nil, !["above", "below"].contains(kind.key) {
            clear?.error("'clear_at' belongs to 'above' or 'below'")
        }
        if let ratio { return self.ratio(ratio, kind, clear, fields, fan) }
        if kind.key == "burn_rate" {
            if let series = fields.optional("series") { series.error("'burn_rate' names its series itself") }
            return kind.mapping { burn($0, fan) } ?? nil
        }
        // Where the series is wrong, what is said of it is still read, as far as it can be without its unit.
        let subject = subject(fields.required("series"), fan)
        let (id, unit) = (subject?.id ?? SeriesID(""), subject?.unit)
        let condition: AlertCondition?
        switch kind.key {
        case "above", "below":
            condition = bound(kind, clear) { text throws(Misfit) in try AlertReader.amount(text, in: unit) }
                .map { .bound(id, $0.bound, clear: $0.clear) }
        case "absent": condition = kind.duration(.seconds(1) ... .days(7)).map { .absence(id, after: $0) }
        case "verdict":
            condition = kind.choice(["warning": Verdict.warning, "critical": .critical])
                .map { .verdict(id, atLeast: $0) }
        case "change": condition = kind.mapping { change($0, id, unit) } ?? nil
        default: condition = kind.mapping { fields in .anomaly(id, anomaly(fields)) }
        }
        return subject == nil ? nil : condition
    }

    /// - Parameter unit: nil where it is not known: then an amount of any unit will do.
    private static func amount(_ text: String, in unit: Unit?) throws(Misfit) -> Double {
        if let unit { return try Quantity.amount(text, in: unit) }
        for unit in Unit.allCases {
            if let amount = try? Quantity.amount(text, in: unit) { return amount }
        }
        throw Misfit("\(text.quoted) is no amount of anything", hint: "write it as 90%, 150ms, 5 or 2MB/s")
    }

    private func bound(
        _ kind: Field, _ clear: Field?, _ amount: (String) throws(Misfit) -> Double
    ) -> (bound: Thresholds.Bound, clear: Double?)? {
        let (parsed, back) = (kind.parse(amount), clear?.parse(amount))
        guard let limit = parsed else { return nil }
        if let back, kind.key == "above" ? back > limit : back < limit {
            clear?.error(
                "'clear_at' is beyond the bound itself", hint: "it must lie on the good side of '\(kind.key)'")
        }
        return (kind.key == "above" ? .above(limit) : .below(limit), back)
    }

    private func ratio(
        _ ratio: Field, _ kind: Field, _ clear: Field?, _ fields: Fields, _ fan: Box<String?>
    ) -> AlertCondition? {
        if let series = fields.optional("series") { series.error("'ratio' names its series itself") }
        guard ["above", "below"].contains(kind.key) else {
            ratio.error("'ratio' needs 'above' or 'below' beside it")
            return nil
        }
        let inputs = ratio.items().compactMap { subject($0, fan) }
        guard inputs.count == 2 else {
            if ratio.items().count != 2 { ratio.error("'ratio' needs two series: the part and the whole") }
            return nil
        }
        let isPercent = kind.text()?.hasSuffix("%") ?? false
        guard
            let (bound, back) = bound(
                kind, clear, { text throws(Misfit) in try Quantity.amount(text, in: isPercent ? .percent : .count) })
        else { return nil }
        return .ratio(inputs[0].id, inputs[1].id, scale: isPercent ? 100 : 1, bound, clear: back)
    }

    private func change(_ fields: Fields, _ id: SeriesID, _ unit: Unit?) -> AlertCondition? {
        let over = fields.required("over")?.duration(.minutes(1) ... .days(7))
        guard let kind = fields.one(of: ["above", "below"]) else {
            fields.error("'change' needs 'above' or 'below'")
            return nil
        }
        // A series in per cent changes by points.
        let isRelative = unit != .percent && kind.text()?.hasSuffix("%") ?? false
        let read = bound(kind, nil) { text throws(Misfit) in
            if isRelative { return try Quantity.amount(text, in: .percent) }
            // Of sizes and money a fall is below nothing.
            if text.hasPrefix("-") { return -(try AlertReader.amount(String(text.dropFirst()), in: unit)) }
            return try AlertReader.amount(text, in: unit)
        }
        guard let over, let read else { return nil }
        return .change(id, over: over, isRelative: isRelative, read.bound)
    }

    private func burn(_ fields: Fields, _ fan: Box<String?>) -> AlertCondition? {
        let objective = fields.required("objective")?.parse { text throws(Misfit) in
            let share = try Quantity.amount(text, in: .percent)
            guard share > 0, share < 100 else {
                throw Misfit("\(text) leaves no budget to burn", hint: "write an objective as 99.9%")
            }
            return share
        }
        let windows = fields.optional("windows")?.items().compactMap { $0.burnWindow() }
        var bad: BurnRate.Bad?
        switch fields.one(of: ["errors", "bad"]) {
        case let field? where field.key == "errors":
            let weight = fields.optional("weight").flatMap { subject($0, fan) }
            if let (id, unit) = subject(field, fan) {
                if unit != .percent { field.error("'errors' needs a series in per cent: the share that was bad") }
                bad = .share(id, weight: weight?.id)
            }
        case let field?:
            bad =
                field.mapping { fields -> BurnRate.Bad? in
                    let subject = subject(fields.required("series"), fan)
                    guard let kind = fields.one(of: ["above", "below"]) else {
                        fields.acceptAll()
                        fields.error("'bad' needs 'above' or 'below'")
                        return nil
                    }
                    let read = bound(kind, nil) { text throws(Misfit) in
                        try AlertReader.amount(text, in: subject?.unit)
                    }
                    guard let subject, let read else { return nil }
                    return .beyond(subject.id, read.bound)
                } ?? nil
        case nil: fields.error("a burn rate needs 'errors' or 'bad': what counts against the budget")
        }
        guard let objective, let bad else { return nil }
        if windows?.isEmpty == true { fields.error("'windows' is empty") }
        return .burn(BurnRate(bad: bad, objective: objective, windows: windows ?? BurnRate.standardWindows))
    }

    private func anomaly(_ fields: Fields) -> Anomaly {
        Anomaly(
            direction: fields.optional("direction")?
                .choice(["below": Anomaly.Direction.below, "above": .above, "both": .both]) ?? .below,
            share: fields.required("share")?
                .parse { text throws(Misfit) in
                    let share = try Quantity.amount(text, in: .percent)
                    guard share > 0 else { throw Misfit("\(text) is no distance") }
                    return share
                } ?? 50,
            scatter: fields.optional("scatter")?.number() ?? 3,
            weeks: fields.optional("weeks")?.integer(in: WeeklyPattern.fewestWeeks...12) ?? 4,
            hours: fields.optional("hours")?.parse(CalendarText.window))
    }

    // MARK: Series

    /// The series that a field names, or all that its `*` stands for, and their unit.
    private func subject(_ field: Field?, _ fan: Box<String?>) -> (id: SeriesID, unit: Unit)? {
        guard let field, let name = field.text() else { return nil }
        guard name.contains("*") else {
            guard let id = catalogue.resolve(field), let series = catalogue[id] else { return nil }
            return checked(field, id, [series])
        }
        let id = SeriesID(name)
        guard name.filter({ $0 == "*" }).count == 1 else {
            field.error("\(name.quoted) has more than one *", hint: "one * stands for one part of the name")
            return nil
        }
        let found = catalogue.all.filter { AlertPlan.value(of: $0.id, in: id) != nil }
        guard !found.isEmpty else {
            if !catalogue.isExcused(name) {
                field.error("no series fits \(name.quoted)", hint: catalogue.nearest(to: name))
            }
            return nil
        }
        for series in found { catalogue.refer(to: series.id) }
        fan.value = fan.value ?? label(of: id)
        return checked(field, id, found)
    }

    private func checked(_ field: Field, _ id: SeriesID, _ series: [Series]) -> (id: SeriesID, unit: Unit)? {
        let units = Set(series.map(\.unit))
        guard units.count == 1, let unit = units.first else {
            field.error("\(id.name.quoted) stands for series of different units")
            return nil
        }
        if unit == .text {
            field.error("\(id.name.quoted) is a text: no rule can judge it")
            return nil
        }
        return (id, unit)
    }

    /// The label by which a probe splits its series; else the probe itself.
    private func label(of pattern: SeriesID) -> String {
        for probe in probes {
            guard case .metrics(let target) = probe.target else { continue }
            for extract in target.extracts where pattern.name == "\(probe.name).\(extract.name).*" {
                if let fan = extract.by { return fan.label }
            }
        }
        return pattern.name.hasPrefix("*") ? "probe" : "series"
    }
}

extension AlertRule {
    /// Whether two rules of one name and the same labels would give alerts with the same labels.
    fileprivate func overlaps(_ other: AlertRule) -> Bool {
        fanLabel != other.fanLabel || fanLabel == nil || condition.inputs.first == other.condition.inputs.first
    }
}
