import Launch

/// Every series of a file that is being read, and what refers to it.
final class SeriesCatalogue {
    private(set) var all: [Series] = []
    private var indices: [SeriesID: Int] = [:]
    private var fans: [SeriesID: [String]] = [:]
    /// Probes whose own reading failed: what they would produce is not known, so nothing is said about it twice.
    private var incomplete: Set<String> = []
    private(set) var referred: Set<SeriesID> = []

    /// Adds a series; false when its name is taken.
    @discardableResult
    func add(_ series: Series) -> Bool {
        guard indices[series.id] == nil else { return false }
        indices[series.id] = all.count
        all.append(series)
        return true
    }

    /// Notes that `base` is split into one series for each of `values`.
    func fanOut(_ base: SeriesID, values: [String]) { fans[base] = values }

    func values(of base: SeriesID) -> [String]? { fans[base] }

    func markIncomplete(_ owner: String) { incomplete.insert(owner) }

    subscript(_ id: SeriesID) -> Series? { indices[id].map { all[$0] } }

    func replace(_ series: Series) {
        if let index = indices[series.id] { all[index] = series }
    }

    func refer(to id: SeriesID) { referred.insert(id) }

    /// The series that a field names; nil, and an error with the nearest name, when nothing produces it.
    func resolve(_ field: Field?) -> SeriesID? {
        guard let field, let name = field.text() else { return nil }
        let id = SeriesID(name)
        if indices[id] != nil {
            referred.insert(id)
            return id
        }
        if let values = fans[id], let first = values.first {
            field.error(
                "\(name.quoted) is one series for each of \(values.count) values", hint: "name one, as \(name).\(first)"
            )
        } else if !isExcused(name) {
            field.error("nothing produces the series \(name.quoted)", hint: nearest(to: name))
        }
        return nil
    }

    /// Whether a probe that could not be read might have produced it.
    func isExcused(_ name: String) -> Bool {
        incomplete.contains("") || incomplete.contains(String(name.prefix { $0 != "." }))
    }

    func nearest(to name: String) -> String? {
        Nearest.hint(for: name, among: all.map(\.id.name) + fans.keys.map(\.name).sorted()) ?? known(beside: name)
    }

    /// When only the measure is wrong, the measures of that probe.
    private func known(beside name: String) -> String? {
        let prefix = name.prefix { $0 != "." } + "."
        let own = all.lazy.map(\.id.name).filter { $0.hasPrefix(prefix) }.prefix(12)
        return own.isEmpty ? nil : "known: \(own.joined(separator: ", "))"
    }
}
