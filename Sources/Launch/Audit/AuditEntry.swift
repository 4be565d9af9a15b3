/// One thing that was done somewhere in the launch, as its audit tells it.
package struct AuditEntry: Hashable, Sendable, Codable {
    package var at: Timestamp
    /// The source's name in the config.
    package var source: String
    package var kind: AuditClass
    package var user: String
    package var database: String
    /// Where it came from: an address, a process.
    package var origin: String
    /// `SELECT`, `GRANT`, `login failed`, `changed`.
    package var action: String
    /// What it was done to: `public.payments`, a file.
    package var object: String
    /// The statement or a sentence; card numbers in it are masked.
    package var text: String
    package var succeeded: Bool

    package init(
        at: Timestamp, source: String, kind: AuditClass, user: String = "", database: String = "", origin: String = "",
        action: String, object: String = "", text: String = "", succeeded: Bool = true
    ) {
        self.at = at
        self.source = source
        self.kind = kind
        self.user = user
        self.database = database
        self.origin = origin
        self.action = action
        self.object = object
        self.text = text
        self.succeeded = succeeded
    }

    /// What a log line means: pure.
    ///
    /// - Parameters:
    ///   - message: PostgreSQL's message.
    ///   - state: its SQLSTATE.
    package init?(
        at: Timestamp, source: String, user: String, database: String, origin: String, message: String, state: String,
        fields csv: (String) -> [String]
    ) {
        self.init(at: at, source: source, kind: .data, user: user, database: database, origin: origin, action: "")
        if message.hasPrefix("AUDIT: ") {
            // AUDIT: SESSION|OBJECT,statement,substatement,class,command,type,object,statement,parameter
            let fields = csv(String(message.dropFirst(7)))
            guard fields.count >= 8, ["SESSION", "OBJECT"].contains(fields[0]) else { return nil }
            switch fields[3] {
            case "ROLE": kind = .role
            case "DDL": kind = .schema
            default: kind = .data
            }
            action = fields[4]
            object = fields[6]
            // Parameters are left out: they hold what was paid with.
            text = CardNumber.masked(fields[7])
            return
        }
        kind = .authentication
        // A rule that refuses, and none that lets in: 28000 as well, as some failures are.
        if message.hasPrefix("pg_hba.conf rejects") || message.hasPrefix("no pg_hba.conf entry") {
            (action, succeeded) = ("login refused", false)
        } else if state == "28P01" || state == "28000" {
            (action, succeeded) = ("login failed", false)
        } else if message.hasPrefix("connection authorized:") {
            action = "login"
        } else if message.hasPrefix("disconnection:") {
            action = "logout"
        } else {
            return nil
        }
        text = CardNumber.masked(String(message.prefix(400)))
    }
}
