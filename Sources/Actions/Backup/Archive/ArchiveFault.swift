/// A dump that is not whole, and the table where it shows.
package struct ArchiveFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nil where it cannot be told: the file is spoiled before its first table.
    package var table: String?
    package var reason: String

    package var description: String { table.map { "\($0): \(reason)" } ?? reason }
}
