/// Which series is computed from which: validated once, then asked at every tick what must be computed anew.
package struct SeriesGraph: Sendable {
    package enum Failure: Error, Hashable, CustomStringConvertible {
        /// A chain of series that leads back to itself, as it would be walked.
        case cycle([SeriesID])
        /// A formula names a series that nothing produces.
        case unknownInput(SeriesID, of: SeriesID)
        /// Two formulas, or a formula and a probe, produce one series.
        case producedTwice(SeriesID)

        package var description: String {
            switch self {
            case .cycle(let path):
                "derived series go round in a circle: \(path.map(\.name).joined(separator: " → "))"
            case .unknownInput(let input, let series):
                "\(series) is derived from \(input), which no probe and no formula produces"
            case .producedTwice(let series): "\(series) is produced twice; give one of the two another name"
            }
        }
    }

    /// The derivations, each after all that it reads.
    package let ordered: [Derivation]
    private let readers: [SeriesID: [Int]]

    /// - Parameter probed: the series that probes produce.
    package init(probed: Set<SeriesID>, derivations: [Derivation]) throws(Failure) {
        var bySeries: [SeriesID: Derivation] = [:]
        for derivation in derivations {
            if probed.contains(derivation.series) || bySeries[derivation.series] != nil {
                throw .producedTwice(derivation.series)
            }
            bySeries[derivation.series] = derivation
        }
        for derivation in derivations {
            for input in derivation.formula.inputs where !probed.contains(input) && bySeries[input] == nil {
                throw .unknownInput(input, of: derivation.series)
            }
        }

        var ordered: [Derivation] = []
        var done: Set<SeriesID> = []
        var path: [SeriesID] = []
        func visit(_ id: SeriesID) throws(Failure) {
            guard let derivation = bySeries[id], !done.contains(id) else { return }
            if let start = path.firstIndex(of: id) { throw .cycle(Array(path[start...]) + [id]) }
            path.append(id)
            for input in derivation.formula.inputs { try visit(input) }
            path.removeLast()
            done.insert(id)
            ordered.append(derivation)
        }
        for derivation in derivations { try visit(derivation.series) }

        var readers: [SeriesID: [Int]] = [:]
        for (index, derivation) in ordered.enumerated() {
            for input in Set(derivation.formula.inputs) { readers[input, default: []].append(index) }
        }
        self.ordered = ordered
        self.readers = readers
    }

    /// The derivations to compute after `changed` changed, each after its inputs; all others keep their value.
    package func affected(by changed: some Sequence<SeriesID>) -> [Derivation] {
        var marked: Set<Int> = []
        var open = Array(changed)
        while let id = open.popLast() {
            for reader in readers[id] ?? [] where marked.insert(reader).inserted { open.append(ordered[reader].series) }
        }
        return marked.sorted().map { ordered[$0] }
    }
}
