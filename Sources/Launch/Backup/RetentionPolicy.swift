/// Which backups stay: the newest good one of each of the last days, weeks, months and years (grandfather, father, son).
package struct RetentionPolicy: Hashable, Sendable, Codable {
    /// The newest, whatever day they are of.
    package var last: Int
    package var daily: Int
    package var weekly: Int
    package var monthly: Int
    package var yearly: Int
    /// Whether the engine removes what is no longer kept after each backup; else somebody does by hand.
    package var isAutomatic: Bool

    package init(
        last: Int = 3, daily: Int = 7, weekly: Int = 5, monthly: Int = 12, yearly: Int = 3, isAutomatic: Bool = false
    ) {
        self.last = last
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
        self.yearly = yearly
        self.isAutomatic = isAutomatic
    }

    /// One backup, as far as it matters here.
    package struct Candidate: Hashable, Sendable {
        package enum Standing: Hashable, Sendable {
            /// Known to be damaged.
            case bad
            case taken
            /// Restored and compared.
            case proved
        }

        package var name: String
        package var at: Timestamp
        package var standing: Standing

        package init(name: String, at: Timestamp, standing: Standing = .taken) {
            self.name = name
            self.at = at
            self.standing = standing
        }
    }

    /// What becomes of one backup, and why.
    package struct Decision: Hashable, Sendable {
        package var name: String
        package var at: Timestamp
        /// Why it stays: `last good`, `daily`; empty: it goes.
        package var reasons: [String]

        package var goes: Bool { reasons.isEmpty }
    }

    /// Decides on all backups, the newest first.
    ///
    /// The newest good one and the newest that was restored stay whatever the numbers say. What is known to be bad counts
    /// for no day, and goes once a newer good one is there: while there is none, it may be all there is.
    package func decide(_ candidates: [Candidate], in zone: Zone, now: Timestamp) -> [Decision] {
        let sorted = candidates.sorted { ($0.at, $0.name) > ($1.at, $1.name) }
        var reasons: [String: [String]] = [:]
        func keep(_ candidate: Candidate?, _ reason: String) {
            if let candidate { reasons[candidate.name, default: []].append(reason) }
        }
        let good = sorted.filter { $0.standing != .bad }
        keep(good.first, "last good")
        keep(sorted.first { $0.standing == .proved }, "last proved")
        for candidate in good.prefix(max(last, 0)) { keep(candidate, "newest") }
        for (count, reason, period) in [
            (daily, "daily", Self.day), (weekly, "weekly", Self.week), (monthly, "monthly", Self.month),
            (yearly, "yearly", Self.year),
        ] as [(Int, String, (CivilTime, Int64) -> Int64)] {
            var seen: Set<Int64> = []
            for candidate in good {
                let local = candidate.at.seconds + Int64(zone.offset(at: candidate.at))
                let number = period(CivilTime(secondsSinceEpoch: local), local.flooredDivision(by: 86_400))
                guard !seen.contains(number), seen.count < count else { continue }
                seen.insert(number)
                keep(candidate, reason)
            }
        }
        for candidate in sorted {
            // A clock was wrong, then or now: nothing is decided by it.
            if candidate.at > now { keep(candidate, "dated in the future") }
            if candidate.standing == .bad, !good.contains(where: { $0.at > candidate.at }) {
                keep(candidate, "no newer good one")
            }
        }
        return sorted.map { Decision(name: $0.name, at: $0.at, reasons: reasons[$0.name] ?? []) }
    }

    // Periods are numbered; the day is counted from 1970-01-01, a Thursday.
    private static func day(_ time: CivilTime, _ day: Int64) -> Int64 { day }
    private static func week(_ time: CivilTime, _ day: Int64) -> Int64 { (day + 3).flooredDivision(by: 7) }
    private static func month(_ time: CivilTime, _ day: Int64) -> Int64 { Int64(time.year * 12 + time.month) }
    private static func year(_ time: CivilTime, _ day: Int64) -> Int64 { Int64(time.year) }
}
