/// One request as the edge's log has it (Config/nginx/hardening-http.conf).
package struct EdgeRequest: Hashable, Sendable {
    package var at: Timestamp
    package var address: String
    package var country: String
    /// The class of endpoint.
    package var kind: String
    package var status: Int
    /// Why the edge refused it; empty where it did not.
    package var refused: String
    /// guardia's own trial.
    package var isCanary: Bool

    /// - Parameter fields: the line's, as text.
    package init?(_ fields: [String: String]) {
        guard let time = fields["ts"], let at = EdgeRequest.timestamp(time), let address = fields["ip"],
            let status = fields["status"].flatMap({ Int($0) })
        else { return nil }
        self.at = at
        self.address = address
        self.status = status
        country = fields["country"] ?? "-"
        kind = fields["class"] ?? ""
        refused = fields["refused"] ?? ""
        isCanary = fields["canary"] == "1"
    }

    /// `2026-11-27T09:06:54+00:00`, as nginx writes $time_iso8601.
    static func timestamp(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count == 25, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84, bytes[13] == 58, bytes[16] == 58,
            bytes[22] == 58, bytes[19] == 43 || bytes[19] == 45
        else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let zoneHours = number(20..<22),
            let zoneMinutes = number(23..<25), (1970...9999).contains(year), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        // Days of the proleptic Gregorian calendar, by years that begin in March.
        let shifted = month > 2 ? year : year - 1
        let (era, ofEra) = (shifted / 400, shifted % 400)
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        let offset = (zoneHours * 3600 + zoneMinutes * 60) * (bytes[19] == 43 ? 1 : -1)
        return Timestamp(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset)
    }
}

/// What the firewall's audit log says of one refused request: which rules it met. Nothing of the request itself is kept.
package struct FirewallHit: Hashable, Sendable {
    package var address: String
    package var status: Int
    package var uri: String
    package var rules: [Rule]
    /// `OWASP_CRS/3.3.4`
    package var ruleSet: String?

    package struct Rule: Hashable, Sendable {
        package var id: String
        package var message: String

        package init(id: String, message: String) {
            self.id = id
            self.message = message
        }

        /// As it is counted and shown.
        package var name: String { "\(id) \(message)" }

        /// It only adds up what others found.
        package var isSum: Bool { Rule.sums.contains(id) }

        private static let sums: Set<String> = ["949110", "959100", "980130", "980140", "980170"]
    }

    /// - Parameter fields: the line's, by the path that leads to them.
    package init?(_ fields: [String: String]) {
        guard let address = fields["transaction.client_ip"],
            let status = fields["transaction.response.http_code"].flatMap({ Int($0) })
        else { return nil }
        self.address = address
        self.status = status
        uri = fields["transaction.request.uri"] ?? ""
        ruleSet = fields["transaction.producer.components.0"].map { String($0.prefix { $0 != "\"" }) }
        rules = (0..<40).compactMap { index in
            fields["transaction.messages.\(index).details.ruleId"].map { id in
                Rule(id: id, message: fields["transaction.messages.\(index).message"] ?? "")
            }
        }.filter { !$0.isSum }
    }

    /// A rule was met and the request let through all the same: a note, no refusal.
    package var isRefusal: Bool { [400, 403, 413, 415].contains(status) }
}
