extension String {
    /// At most `limit` bytes of UTF-8, cut between characters, with a mark that says how much there was.
    ///
    /// Texts come from outside (a body of 10 MB in an error); a journal kept for ever must not grow by them.
    func cut(toBytes limit: Int) -> String {
        let count = utf8.count
        guard count > limit else { return self }
        let mark = "… (\(count) bytes)"
        var room = max(0, limit - mark.utf8.count)
        var end = utf8.index(startIndex, offsetBy: room)
        // Not inside a scalar: step back to where one begins.
        while room > 0, end.samePosition(in: unicodeScalars) == nil {
            room -= 1
            end = utf8.index(before: end)
        }
        return String(self[..<end]) + mark
    }
}

/// How long a text may be that the journal keeps.
enum TextLimit {
    static let bytes = 4096
    /// The JSON of an event that this version does not know.
    static let json = 65_536
}
