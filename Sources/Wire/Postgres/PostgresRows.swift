/// The answer to a query: its columns' names, and its values as text, row by row.
package struct PostgresRows: Hashable, Sendable {
    package let columns: [String]
    private let values: [String?]

    package init(columns: [String], values: [String?]) {
        self.columns = columns
        self.values = values
    }

    package var count: Int { columns.isEmpty ? 0 : values.count / columns.count }
    package var isEmpty: Bool { count == 0 }

    /// The value of a row and a column; nil is SQL's NULL.
    package subscript(row: Int, column: Int) -> String? { values[row * columns.count + column] }

    /// Nil also where no column has that name.
    package subscript(row: Int, column: String) -> String? {
        columns.firstIndex(of: column).flatMap { self[row, $0] }
    }

    /// The first column of the first row.
    package var scalar: String? { isEmpty ? nil : values[0] }
}

/// How much of an answer is taken in: past it, the query fails and its connection is dropped.
package struct PostgresLimits: Hashable, Sendable {
    package var rows: Int
    package var bytes: Int

    package init(rows: Int = 10_000, bytes: Int = 8 << 20) {
        self.rows = rows
        self.bytes = bytes
    }
}
