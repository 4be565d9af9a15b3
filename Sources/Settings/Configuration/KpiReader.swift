import Launch

/// Reads the business figures: which series each is, what it is to keep to, and what it is compared with.
struct KpiReader {
    let catalogue: SeriesCatalogue

    func read(_ list: Field) -> [Kpi] {
        var names: Set<String> = []
        return list.items().compactMap { item in
            item.mapping { fields -> Kpi? in
                let name = fields.required("name")?.identifier()
                if let name, !names.insert(name).inserted { fields.error("a second figure named '\(name)'") }
                return kpi(named: name, fields)
            } ?? nil
        }
    }

    private func kpi(named name: String?, _ fields: Fields) -> Kpi? {
        let show = fields.required("show")
        let id = catalogue.resolve(show)
        let title = fields.optional("title")?.words()
        let target = fields.optional("target")
        let window = fields.optional("window")?.duration(Milliseconds.seconds(1)...Milliseconds.days(366))
        let better = fields.optional("better")?.choice(["higher": Comparison.Direction.higher, "lower": .lower])
        let compare = fields.optional("compare")
        let comparisons = compare.map { Set($0.items().compactMap { $0.oneOf(["week", "deploy"]) }) }
        guard let name, let id, let series = catalogue[id] else { return nil }
        if [.text, .verdict].contains(series.unit) { show?.error("\(id) is no figure") }
        let week = catalogue[SeriesID("\(id).week")]?.id
        if let compare, comparisons?.contains("week") == true, week == nil {
            compare.error(
                "nothing tells what \(id) was a week ago",
                hint: "add 'weeks: 1' to the query that brings it, or leave 'week' out")
        }
        for related in ["week", "events", "usual", "deviation"] { catalogue.refer(to: SeriesID("\(id).\(related)")) }
        return Kpi(
            name: name, title: title ?? series.title, series: id,
            target: target?.parse { text throws(Misfit) in try Kpi.Target(text, unit: series.unit) }
                ?? Kpi.Target(series.thresholds), better: better ?? .neither, window: window,
            events: catalogue[SeriesID("\(id).events")]?.id,
            week: comparisons?.contains("week") ?? true ? week : nil,
            comparesDeploy: comparisons?.contains("deploy") ?? true)
    }
}

extension Kpi.Target {
    /// `above 90%`, `below 3s`.
    fileprivate init(_ text: String, unit: Unit) throws(Misfit) {
        let bound: Thresholds.Bound
        do throws(Misfit) {
            bound = try Thresholds.Bound(text, unit: unit)
        } catch {
            throw Misfit(
                error.message.replacing("is not a bound", with: "is not a target"),
                hint: error.hint ?? "write it as 'above 90%' or 'below 3s'")
        }
        switch bound {
        case .above(let value): self = .atLeast(value)
        case .below(let value): self = .atMost(value)
        }
    }

    /// What the critical bound leaves: critical below 90 % is a target of 90 %.
    fileprivate init?(_ thresholds: Thresholds?) {
        switch thresholds?.critical ?? thresholds?.warning {
        case .above(let value)?: self = .atMost(value)
        case .below(let value)?: self = .atLeast(value)
        case nil: return nil
        }
    }
}
