import Launch

/// Reads the list of probes, and from each the series that it produces.
final class ProbeReader {
    private let catalogue: SeriesCatalogue
    private(set) var probes: [(probe: Probe, place: Place)] = []
    private var places: [String: Place] = [:]
    /// Clocks that are compared with the clock of a PostgreSQL probe, which may stand further down.
    private var clockReferences: [(index: Int, field: Field)] = []

    init(_ catalogue: SeriesCatalogue) { self.catalogue = catalogue }

    func read(_ list: Field) {
        for item in list.items() { readProbe(item) }
        for (index, field) in clockReferences { resolveClock(index, field) }
    }

    private func readProbe(_ item: Field) {
        let findings = item.source.findings
        var name: String?
        let probe: Probe? =
            item.mapping { fields -> Probe? in
                name = fields.required("name")?.identifier()
                let word = fields.required("type")
                guard let type = word?.choice(ProbeType.words) ?? word?.guess(ProbeType.words) else {
                    _ = readPace(fields, nil)
                    fields.acceptAll()
                    return nil
                }
                return readProbe(named: name ?? "", type, fields, place: item.place)
            } ?? nil
        guard let name else { return catalogue.markIncomplete("") }
        guard let probe else { return catalogue.markIncomplete(name) }
        if let first = places.updateValue(item.place, forKey: name) {
            findings.error(item.place, "a second probe named '\(name)'; the first is on line \(first.line)")
            // Which of the two is meant is not known: what either brings is not said to be missing.
            catalogue.markIncomplete(name)
            return
        }
        probes.append((probe, item.place))
    }

    private func readProbe(named name: String, _ type: ProbeType, _ fields: Fields, place: Place) -> Probe {
        let pace = readPace(fields, type)
        var details = MeasureDetails()
        let errorsBefore = fields.source.findings.errorCount
        let target = type.read(fields, &details)
        if fields.source.findings.errorCount > errorsBefore { catalogue.markIncomplete(name) }
        if case .clock = type, let reference = fields.optional("postgres") {
            clockReferences.append((probes.count, reference))
        }
        // A journey that failed half-way is not walked again at once: what it did is done.
        let attempts = if case .journey = type { 0 } else { 1 }
        let probe = Probe(
            name: name, interval: pace.every, deadline: pace.deadline,
            retry: pace.retry ?? Probe.Retry(attempts: attempts), target: target)
        let thresholds = fields.optional("thresholds")?.pairs() ?? []
        let titles = fields.optional("titles")?.pairs() ?? []
        if !name.isEmpty, places[name] == nil {
            details.apply(to: probe, title: pace.title ?? name, thresholds: thresholds, titles: titles, catalogue)
        }
        return probe
    }

    /// What every probe has, whatever it looks at.
    ///
    /// - Parameter type: nil where it is not known.
    private func readPace(
        _ fields: Fields, _ type: ProbeType?
    ) -> (title: String?, every: Milliseconds, deadline: Milliseconds, retry: Probe.Retry?) {
        let given = fields.optional("every")?.duration(Milliseconds(100)...Milliseconds.days(1))
        let deadline = fields.optional("deadline")
        let most = deadline?.duration(Milliseconds(10)...Milliseconds.minutes(10))
        let every = given ?? type?.defaultInterval ?? .days(1)
        let limit = most ?? min(every, type?.defaultDeadline ?? every)
        if let deadline, limit > every {
            deadline.error(
                "'deadline': \(limit.text) is longer than the interval of \(every.text)",
                hint: "a look must be over before the next begins")
        }
        return (fields.optional("title")?.words(), every, limit, fields.optional("retry")?.retry())
    }

    private func resolveClock(_ index: Int, _ field: Field) {
        guard let name = field.text(), probes.indices.contains(index) else { return }
        let candidates = probes.compactMap { entry -> (String, PostgresTarget)? in
            if case .postgres(let target) = entry.probe.target { (entry.probe.name, target) } else { nil }
        }
        guard var target = candidates.first(where: { $0.0 == name })?.1 else {
            if !catalogue.isExcused(name) {
                field.error(
                    "no probe of type postgres is named \(name.quoted)",
                    hint: Nearest.hint(for: name, among: candidates.map(\.0)))
            }
            return
        }
        guard case .clock(var clock) = probes[index].probe.target else { return }
        target.questions = []
        clock.postgres = target
        probes[index].probe.target = .clock(clock)
    }
}

/// What the file says of single measures beside the catalogue: written where the user defines them.
struct MeasureDetails {
    var titles: [String: String] = [:]
    var thresholds: [String: Field] = [:]
    /// Whether the probe's questions are SQL.
    var isSQL = false
    /// The title of each value of a fanned-out measure, where it has one: a province's name.
    var fans: [String: [(value: String, title: String)]] = [:]

    /// Puts the series of `probe` into the catalogue, with the titles and bounds of the file.
    func apply(
        to probe: Probe, title: String, thresholds given: [(key: String, place: Place, value: Field)],
        titles words: [(key: String, place: Place, value: Field)], _ catalogue: SeriesCatalogue
    ) {
        // A measure's name → the series that it stands for, several where it is fanned out.
        var members: [String: [(series: Series, fan: String?)]] = [:]
        for (measure, var series) in zip(probe.measures, probe.series) {
            series.title = Self.join(title, measure.title)
            members[measure.name] = [(series, nil)]
        }
        for (base, values) in fans {
            members[base] = values.compactMap { value in
                members.removeValue(forKey: "\(base).\(value.value)").map { ($0[0].series, value.title) }
            }
            catalogue.fanOut(SeriesID("\(probe.name).\(base)"), values: values.map(\.value))
        }

        func change(_ name: String, _ change: (inout Series, String?) -> Void) {
            for index in members[name]?.indices ?? 0..<0 {
                change(&members[name]![index].series, members[name]![index].fan)
            }
        }
        func isKnown(_ entry: (key: String, place: Place, value: Field)) -> Bool {
            if members[entry.key] != nil { return true }
            entry.value.source.findings.error(
                entry.place, "'\(probe.name)' has no measure \(entry.key.quoted)",
                hint: Nearest.hint(for: entry.key, among: members.keys.sorted())
                    ?? "known: \(members.keys.sorted().joined(separator: ", "))")
            return false
        }

        for base in fans.keys { change(base) { $0.title = "\(title) \(base) \($1 ?? "")" } }
        for (name, words) in titles { change(name) { $0.title = $1.map { "\(words) \($0)" } ?? words } }
        for entry in words where isKnown(entry) {
            guard let words = entry.value.words() else { continue }
            change(entry.key) { $0.title = $1.map { "\(words) \($0)" } ?? words }
        }
        for (name, field) in thresholds {
            guard let unit = members[name]?.first?.series.unit else { continue }
            let bounds = field.thresholds(unit: unit)
            change(name) { series, _ in series.thresholds = bounds == Thresholds() ? nil : bounds }
        }
        for entry in given where isKnown(entry) {
            if thresholds[entry.key] != nil {
                entry.value.error(
                    "the bounds of '\(entry.key)' are given twice", hint: "keep those beside its definition")
                continue
            }
            guard let unit = members[entry.key]?.first?.series.unit else { continue }
            let bounds = entry.value.thresholds(unit: unit)
            change(entry.key) { series, _ in series.thresholds = bounds == Thresholds() ? nil : bounds }
        }

        let bySeries = Dictionary(
            members.values.joined().map { ($0.series.id, $0.series) }, uniquingKeysWith: { first, _ in first })
        for series in probe.series { catalogue.add(bySeries[series.id] ?? series) }
    }

    /// `API p95`; a measure that begins with the probe's own name (`clock offset`) does not say it twice.
    private static func join(_ title: String, _ measure: String) -> String {
        guard measure.lowercased().hasPrefix(title.lowercased() + " ") else { return "\(title) \(measure)" }
        return title + measure.dropFirst(title.count)
    }
}

extension Field {
    fileprivate func retry() -> Probe.Retry? {
        mapping { fields in
            let usual = Probe.Retry()
            let backoff = fields.optional("backoff")?.duration(Milliseconds(10)...Milliseconds.minutes(10))
            let limit = fields.optional("backoff_limit")?.duration(Milliseconds(10)...Milliseconds.hours(1))
            return Probe.Retry(
                attempts: fields.optional("attempts")?.integer(in: 0...5) ?? usual.attempts,
                backoff: backoff ?? usual.backoff, backoffLimit: limit ?? usual.backoffLimit)
        }
    }
}
