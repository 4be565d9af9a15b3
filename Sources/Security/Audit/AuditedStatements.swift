/// Which statements pgaudit has already told of: one that is audited as an object and by its session stands in the log twice.
struct AuditedStatements {
    /// The kind that was told first, by session, statement and object.
    private var kinds: [String: String] = [:]

    /// Whether this line tells of a statement on an object that the other kind of audit told of.
    ///
    /// - Parameter session: the log's session id; pgaudit counts statements within it.
    mutating func isRepeated(_ message: String, session: String) -> Bool {
        guard !session.isEmpty, message.hasPrefix("AUDIT: ") else { return false }
        let fields = CSVScanner.fields(String(message.dropFirst(7)))
        guard fields.count >= 8 else { return false }
        // statement, substatement, class, command, type, object
        let key = ([session] + fields[1...6]).joined(separator: ",")
        if let kind = kinds[key] { return kind != fields[0] }
        kinds[key] = fields[0]
        return false
    }
}
