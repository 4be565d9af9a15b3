/// The content of a restored database held against what the manifest says of it.
package struct TableComparison: Hashable, Sendable {
    /// One table that is not as it was.
    package struct Difference: Hashable, Sendable, CustomStringConvertible {
        package var table: String
        package var what: String

        package var description: String { "\(table): \(what)" }
    }

    /// How many tables were compared.
    package let compared: Int
    package let differences: [Difference]

    package var isSame: Bool { differences.isEmpty }

    /// In a sentence that names the tables where it shows.
    package var words: String {
        guard let first = differences.first else { return "all \(compared) tables as in the manifest" }
        let more = differences.count > 3 ? ", and \(differences.count - 3) more" : ""
        return isSame
            ? ""
            : differences.count == 1
                ? "\(first)" : differences.prefix(3).map(\.description).joined(separator: "; ") + more
    }

    package init(
        _ expected: BackupManifest, tables found: [BackupManifest.Table], objects: [String: Int]? = nil
    ) {
        // Twice the same name cannot be, in a dump; in a file that somebody made it can.
        let byTitle = Dictionary(found.map { ($0.title, $0) }, uniquingKeysWith: { first, _ in first })
        var differences: [Difference] = []
        for table in expected.tables {
            guard let other = byTitle[table.title] else {
                differences.append(Difference(table: table.title, what: "it is missing"))
                continue
            }
            if other.rows != table.rows {
                differences.append(
                    Difference(table: table.title, what: "\(other.rows) rows instead of \(table.rows)"))
            } else if other.fingerprint != table.fingerprint {
                differences.append(
                    Difference(table: table.title, what: "\(table.rows) rows, but their content is another"))
            }
        }
        let known = Set(expected.tables.map(\.title))
        for table in found where !known.contains(table.title) {
            differences.append(Difference(table: table.title, what: "it was not in the database that was backed up"))
        }
        if let objects {
            for (kind, count) in expected.objects.sorted(by: { $0.key < $1.key }) where objects[kind] ?? 0 != count {
                differences.append(
                    Difference(table: kind.lowercased(), what: "\(objects[kind] ?? 0) instead of \(count)"))
            }
        }
        compared = expected.tables.count
        self.differences = differences
    }
}
