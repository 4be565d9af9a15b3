/// An event as a syslog message (RFC 5424), pure.
package struct SyslogMessage: Hashable, Sendable {
    /// The facility `log audit` of RFC 5424 table 1.
    private static let facility = 13
    /// A longer text is cut: RFC 5424 section 6.1 lets receivers drop what is over 2,048 octets.
    package static let maximumText = 1400

    package var text: String

    /// - Parameters:
    ///   - json: the event's body as the journal keeps it.
    ///   - hash: the event's place in the chain: who has it can prove later what the journal said.
    package init(_ event: Event, json: String, hash: String, pid: Int32) {
        let priority = SyslogMessage.facility * 8 + SyslogMessage.severity(event.body)
        let parameters = [
            ("sequence", "\(event.sequence)"), ("hash", hash), ("uptime", "\(event.at.uptime.count)"),
        ].map { "\($0)=\"\(SyslogMessage.escaped($1))\"" }.joined(separator: " ")
        // The number is the one that RFC 5612 keeps for examples and private use.
        let data = "[guardia@32473 \(parameters)]"
        // A byte-order mark says that the message is UTF-8 (section 6.4); line ends would split it on its way.
        let message = json.replacing("\n", with: " ").utf8.prefix(SyslogMessage.maximumText)
        text =
            "<\(priority)>1 \(SyslogMessage.time(event.at.utc)) \(SyslogMessage.name(event.origin, 255)) guardia \(pid) "
            + "\(SyslogMessage.name(event.body.kind, 32)) \(data) \u{FEFF}"
            + String(decoding: message, as: UTF8.self)
    }

    /// Over TCP a message is preceded by its length (RFC 6587, octet counting).
    package var framed: [UInt8] { Array("\(text.utf8.count) \(text)".utf8) }

    private static func severity(_ body: Event.Body) -> Int {
        switch body {
        case .verdictChanged(let change):
            switch change.to {
            case .critical: 2
            case .warning, .unknown: 4
            case .ok: 5
            }
        case .security(.checked(let check)): check.verdict == .critical ? 2 : check.verdict == .ok ? 6 : 4
        case .recordingGap, .clockStepped: 4
        default: 5
        }
    }

    /// A header field: printable ASCII without blanks; a dash where nothing is left.
    private static func name(_ text: String, _ limit: Int) -> String {
        let kept = text.utf8.filter { $0 > 32 && $0 < 127 }.prefix(limit)
        return kept.isEmpty ? "-" : String(decoding: kept, as: UTF8.self)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("]", with: "\\]")
    }

    /// `2026-03-09T12:00:00.123Z`
    package static func time(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = time.milliseconds - time.seconds * 1000
        let three = String("000\(fraction)".suffix(3))
        let year = String("0000\(civil.year)".suffix(4))
        return
            "\(year)-\(two(civil.month))-\(two(civil.day))T\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)).\(three)Z"
    }
}
