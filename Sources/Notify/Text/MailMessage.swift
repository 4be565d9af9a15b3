import FoundationEssentials
import Launch

/// An e-mail as it goes over the wire (RFC 5322, MIME): text, and the same as HTML where there is some.
///
/// Bodies are base64, so that no line is too long and no mail server changes a byte.
struct MailMessage: Hashable, Sendable {
    var from: String
    var to: String
    var subject: String
    var date: Timestamp
    /// Without angle brackets.
    var messageID: String
    /// The Message-ID of the first message of its thread.
    var inReplyTo: String?
    var isUrgent: Bool
    var text: String
    var html: String?

    var bytes: [UInt8] {
        var lines = [
            "Date: \(MailMessage.rfc5322(date))",
            "From: guardia <\(from.oneLine)>",
            "To: <\(to.oneLine)>",
            "Subject: \(MailMessage.encodedWord(subject.oneLine, after: "Subject: ".count))",
            "Message-ID: <\(messageID)>",
        ]
        if let inReplyTo { lines += ["In-Reply-To: <\(inReplyTo)>", "References: <\(inReplyTo)>"] }
        // So that no absence notice answers (RFC 3834).
        lines += ["Auto-Submitted: auto-generated", "MIME-Version: 1.0"]
        if isUrgent { lines += ["Importance: high", "X-Priority: 1"] }
        let plain = MailMessage.part("text/plain", text)
        if let html {
            // No text holds a boundary that base64 cannot contain.
            let boundary = "=_guardia_\(Fingerprint(of: ["id": messageID]))"
            lines += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "", "--\(boundary)"] + plain
            lines += ["--\(boundary)"] + MailMessage.part("text/html", html) + ["--\(boundary)--"]
        } else {
            lines += plain
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private static func part(_ type: String, _ text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasSuffix("\r") ? $0.dropLast() : $0 }
        let encoded = Data((lines.joined(separator: "\r\n")).utf8).base64EncodedString()
        var wrapped: [String] = []
        var rest = encoded[...]
        while !rest.isEmpty {
            wrapped.append(String(rest.prefix(76)))
            rest = rest.dropFirst(76)
        }
        return ["Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", ""] + wrapped
    }

    /// `Mon, 09 Mar 2026 06:12:45 +0000`
    static func rfc5322(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[civil.weekday - 1]), \(two(civil.day)) \(months[civil.month - 1]) \(civil.year) "
            + "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) +0000"
    }

    /// A header's text: as it is where it is short ASCII, else as encoded words (RFC 2047), each of at most 75 characters and
    /// none of them cutting a character.
    static func encodedWord(_ text: String, after column: Int) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 32 && $0 < 127 } && !text.contains("=?")
        if isPlain, column + text.count <= 78 { return text }
        var words: [String] = []
        var piece: [UInt8] = []
        for character in text {
            let bytes = Array(character.utf8)
            // 39 bytes are 52 characters of base64, and 12 more around them.
            if piece.count + bytes.count > 39 {
                words.append("=?utf-8?B?\(Data(piece).base64EncodedString())?=")
                piece = []
            }
            // One character of many marks may be longer than a word: it is cut, which costs a mark and no header.
            piece += bytes.prefix(39)
        }
        if !piece.isEmpty { words.append("=?utf-8?B?\(Data(piece).base64EncodedString())?=") }
        return words.joined(separator: "\r\n ")
    }
}
