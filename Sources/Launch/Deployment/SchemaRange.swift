/// The versions of the database's schema that a release can live with, both ends included.
package struct SchemaRange: Hashable, Sendable, CustomStringConvertible {
    package var min: Int64
    package var max: Int64

    package init?(min: Int64, max: Int64) {
        guard min <= max else { return nil }
        self.min = min
        self.max = max
    }

    package func contains(_ version: Int64) -> Bool { min <= version && version <= max }

    /// `12 to 15`
    package var description: String { min == max ? "\(min)" : "\(min) to \(max)" }

    // MARK: As it is noted on an edge, for the day when the database is not there to be asked

    package static let currentKey = "schema.current"
    package static func key(of version: String) -> String { "schema.\(version)" }

    /// `12:15`
    package var note: String { "\(min):\(max)" }

    /// The range of a release, as an edge's notes have it.
    package init?(notes: [String: String], version: String) {
        guard let parts = notes[SchemaRange.key(of: version)]?.split(separator: ":"), parts.count == 2,
            let min = Int64(parts[0]), let max = Int64(parts[1])
        else { return nil }
        self.init(min: min, max: max)
    }

    /// The schema's version when it was last known.
    package static func current(in notes: [String: String]) -> Int64? { notes[currentKey].flatMap { Int64($0) } }

    /// Reads what a release's command prints: two whole numbers.
    package init?(output: String) {
        let numbers = output.split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard numbers.count == 2, let min = numbers[0], let max = numbers[1] else { return nil }
        self.init(min: min, max: max)
    }
}
