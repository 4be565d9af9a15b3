package import Launch

/// When a silence holds, as somebody says it: `--from`, `--until`, `--for`.
package enum SilenceTimes {
    /// How long one may hold, and how far ahead it may be planned.
    package static let limit = Milliseconds.days(30)

    /// Why the times make no silence, and of which option.
    package struct Trouble: Error, Hashable {
        package var option: String
        package var message: String
        package var hint: String?

        package var words: String { "\(option): \(message)" + (hint.map { "; \($0)" } ?? "") }
    }

    /// - Parameters:
    ///   - from: nil: now.
    ///   - until, span: exactly one of them. An end that is a time of day is the first after the beginning.
    package static func read(
        from: String?, until: String?, span: String?, zone: Zone, zoneName: String, now: Timestamp
    ) throws(Trouble) -> (from: Timestamp, until: Timestamp) {
        let begin = try from.map { text throws(Trouble) in
            try time(text, "--from", after: now, zone: zone, zoneName: zoneName)
        }
        if let begin, begin < now {
            throw Trouble(option: "--from", message: "that is past", hint: "left out, the silence begins now")
        }
        if let begin, begin - now > limit {
            throw Trouble(option: "--from", message: "that is more than 30 days ahead")
        }
        let start = begin ?? now
        let end: Timestamp
        switch (until, span) {
        case (let until?, nil):
            end = try time(until, "--until", after: start, zone: zone, zoneName: zoneName)
            guard end > start else {
                throw Trouble(
                    option: "--until", message: begin == nil ? "that is past" : "that is not after --from")
            }
            guard end - start >= .minutes(1) else {
                throw Trouble(option: "--until", message: "a silence holds for a minute at least")
            }
            guard end - start <= limit else {
                throw Trouble(option: "--until", message: "a silence holds for 30 days at most")
            }
        case (nil, let span?):
            let length: Milliseconds
            do throws(Misfit) { length = try Quantity.duration(span) } catch {
                throw Trouble(option: "--for", message: error.message, hint: error.hint)
            }
            guard (Milliseconds.minutes(1)...limit).contains(length) else {
                throw Trouble(option: "--for", message: "\(span) is out of range", hint: "from 1m to 30d")
            }
            end = start + length
        default:
            throw Trouble(option: "--for", message: "give --for or --until, one of them")
        }
        return (start, end)
    }

    /// `22:00`: the next time that the launch's clocks show it; or a day with its time, of that zone or with an offset.
    private static func time(
        _ text: String, _ option: String, after now: Timestamp, zone: Zone, zoneName: String
    ) throws(Trouble) -> Timestamp {
        do throws(Misfit) {
            return try LaunchTimeText.next(text, after: now, zone: zone, zoneName: zoneName)
        } catch {
            throw Trouble(
                option: option, message: error.message,
                hint: error.hint ?? "write 22:00, 2026-03-14T22:00 or 2026-03-14T22:00:00-03:00")
        }
    }
}
