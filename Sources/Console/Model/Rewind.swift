package import Launch

/// The past that is looked at: the whole board as it was.
package struct Rewind: Sendable {
    /// The time that was asked for: what was recorded of it may be a little older.
    package var target: Timestamp
    package var board: Board { _read { yield box.board } }
    let box: BoardBox
    /// The instant that is shown, on the clocks of the machine that recorded it.
    package var moment: Moment
    /// Whether the past goes on by itself, a second a second.
    package var isPlaying = false

    package init(target: Timestamp, board: Board, moment: Moment, isPlaying: Bool = false) {
        self.target = target
        box = BoardBox(board)
        self.moment = moment
        self.isPlaying = isPlaying
    }

    /// How far one step goes.
    package static let step: Milliseconds = .minutes(1)
}

/// A time of the past as it is typed.
package enum PastTime {
    /// `14:05`, `14:05:30`, `26/11 14:05`, `2026-11-26 14:05`, `-15m`, `-2h`: nil where it is none of these.
    ///
    /// A time of day is the last one there was: `14:05` typed at noon is yesterday's.
    package static func parse(_ text: String, now: Timestamp, zone: Zone) -> Timestamp? {
        let words = text.split(separator: " ")
        guard let last = words.last, words.count <= 2 else { return nil }
        if last.first == "-" || last.first == "−" {
            guard words.count == 1, let span = span(last.dropFirst()) else { return nil }
            return now + Milliseconds(-span.count)
        }
        guard let (hour, minute, second) = clock(last) else { return nil }
        let today = zone.civil(now)
        func time(_ year: Int, _ month: Int, _ day: Int) -> Timestamp? {
            guard (1970...9999).contains(year), (1...12).contains(month),
                (1...CivilTime.length(ofMonth: month, year)).contains(day)
            else { return nil }
            return zone.timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        }
        if words.count == 1 {
            guard let time = time(today.year, today.month, today.day) else { return nil }
            if time <= now { return time }
            let yesterday = zone.civil(now + Milliseconds(-86_400_000))
            return zone.timestamp(
                year: yesterday.year, month: yesterday.month, day: yesterday.day, hour: hour, minute: minute,
                second: second)
        }
        let slashes = words[0].split(separator: "/").compactMap { Int($0) }
        switch slashes.count {
        case 2:
            // Without a year: the last such day.
            guard let time = time(today.year, slashes[1], slashes[0]) else { return nil }
            return time <= now ? time : self.time(today.year - 1, slashes[1], slashes[0], (hour, minute, second), zone)
        case 3: return time(slashes[2], slashes[1], slashes[0])
        default:
            let dashes = words[0].split(separator: "-").compactMap { Int($0) }
            return dashes.count == 3 ? time(dashes[0], dashes[1], dashes[2]) : nil
        }
    }

    private static func time(
        _ year: Int, _ month: Int, _ day: Int, _ clock: (Int, Int, Int), _ zone: Zone
    ) -> Timestamp? {
        guard (1...CivilTime.length(ofMonth: month, year)).contains(day) else { return nil }
        return zone.timestamp(
            year: year, month: month, day: day, hour: clock.0, minute: clock.1, second: clock.2)
    }

    private static func clock(_ text: Substring) -> (Int, Int, Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            (1...2).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard (2...3).contains(parts.count), numbers.count == parts.count, numbers[0] < 24,
            numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        return (numbers[0], numbers[1], numbers.count == 3 ? numbers[2] : 0)
    }

    private static func span(_ text: Substring) -> Milliseconds? {
        guard let unit = text.last, let count = Int64(text.dropLast()), (0...100_000).contains(count) else {
            return nil
        }
        switch unit {
        case "s": return .seconds(count)
        case "m": return .minutes(count)
        case "h": return .hours(count)
        case "d": return .days(count)
        default: return nil
        }
    }
}
