import Launch

/// A command line over several rows that a shell takes as one when they are copied.
enum ShellLines {
    /// The words quoted for a shell, each row but the last ending in a backslash. A row is broken within a word only where the
    /// word alone is longer than it.
    static func broken(_ words: [String], to width: Int) -> [String] {
        let room = max(8, width - 2)
        var rows: [String] = []
        var row = ""
        for word in words.map(ShellWords.quoted) {
            if !row.isEmpty, Text.width(of: row) + 1 + Text.width(of: word) > room {
                rows.append(row)
                row = word
            } else {
                row += row.isEmpty ? word : " " + word
            }
        }
        if !row.isEmpty { rows.append(row) }
        let whole = rows.enumerated().map { index, row in index < rows.count - 1 ? row + " \\" : row }
        return whole.flatMap { Text.width(of: $0) <= width ? [$0] : Text.wrapped($0, to: width) }
    }
}
