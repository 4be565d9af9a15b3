import Launch

/// What every channel says of a notification, in the same words.
struct Wording: Sendable {
    /// The zone in which the team reads times.
    let zone: Zone

    init(zone: Zone) { self.zone = zone }

    /// `CRITICAL`, `TEST`, `RESOLVED`: the first word of everything.
    func mark(_ notification: Notification) -> String {
        switch notification.purpose {
        case .page: notification.severity.rawValue.uppercased()
        case .acknowledged: "ACKNOWLEDGED"
        case .resolved: "RESOLVED"
        case .test: "TEST"
        case .change: "CHANGE"
        case .digest: "REPORT"
        case .rollCall: "ROLL-CALL"
        }
    }

    /// The summary, and how many alerts there are beside the first.
    func summary(_ notification: Notification) -> String {
        let more = notification.alerts.count - 1
        let text = notification.summary.oneLine
        return more > 0 ? "\(text) (and \(more) more)" : text
    }

    /// `CRITICAL BarberPro production: Payment success 91.2 % is below 95 %`
    func headline(_ notification: Notification) -> String {
        "\(mark(notification)) \(notification.launch.oneLine): \(summary(notification))"
    }

    /// `03:12:45 ART`
    func time(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        return "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) \(zone.abbreviation)"
    }

    /// `2026-03-09 03:12:45 ART`
    func date(_ time: Timestamp) -> String {
        let civil = zone.civil(time)
        return "\(civil.year)-\(two(civil.month))-\(two(civil.day)) \(self.time(time))"
    }

    /// RFC 3339, UTC.
    static func rfc3339(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        let milliseconds = time.milliseconds - time.seconds * 1000
        let fraction = String(milliseconds + 1000).dropFirst()
        let year = String(repeating: "0", count: max(0, 4 - "\(civil.year)".count)) + "\(civil.year)"
        return
            "\(year)-\(two(civil.month))-\(two(civil.day))T\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)).\(fraction)Z"
    }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

extension String {
    /// On one line, without control characters: what comes from outside must not begin a line of its own.
    var oneLine: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let isControl =
                scalar.value < 32 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
            result.append(isControl ? " " : scalar)
        }
        return String(result)
    }

    /// At most so many characters, the last three of which then say that something is missing.
    func limited(to count: Int) -> String {
        guard self.count > count else { return self }
        return String(prefix(max(0, count - 3))) + "..."
    }

    /// At most so many bytes of UTF-8, cut between characters.
    func limited(toBytes count: Int) -> String {
        guard utf8.count > count else { return self }
        var result = ""
        var size = 0
        for character in self {
            size += character.utf8.count
            if size > count - 3 { break }
            result.append(character)
        }
        return result + "..."
    }
}
