/// One message for a mail server.
package struct MailRequest: Hashable, Sendable {
    package enum Encryption: Hashable, Sendable {
        /// Plain at first; nothing but STARTTLS is said before TLS runs.
        case startTLS
        /// TLS from the first byte.
        case implicit
        case none
    }

    package var host: String
    package var port: Int
    package var encryption: Encryption
    package var tls: TLSSettings
    package var user: String?
    package var password: String?
    /// Mailboxes without names and angle brackets.
    package var from: String
    package var recipients: [String]
    /// Headers, an empty line and the body, with CRLF; lines that begin with a dot are doubled on the way.
    package var message: [UInt8]
    package var connectTimeout: Duration?

    package init(
        host: String, port: Int, encryption: Encryption, tls: TLSSettings = TLSSettings(), user: String? = nil,
        password: String? = nil, from: String, recipients: [String], message: [UInt8], connectTimeout: Duration? = nil
    ) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.tls = tls
        self.user = user
        self.password = password
        self.from = from
        self.recipients = recipients
        self.message = message
        self.connectTimeout = connectTimeout
    }

    /// What is shown.
    package var target: String { "\(encryption == .implicit ? "smtps" : "smtp")://\(host):\(port)" }
}

/// What a mail server said.
package struct MailReply: Hashable, Sendable {
    /// The last reply's code: 250 when the message was taken; 4xx: not now; 5xx: never. 0: it said nothing.
    package let code: Int
    /// The last line that it said: `550 5.1.1 No such user here`.
    package let text: String

    init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    /// Nil where the line does not begin with a code.
    init?(line: [UInt8]) {
        let text = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard let code = Int(text.prefix(3)) else { return nil }
        self.init(code: code, text: text)
    }
}
