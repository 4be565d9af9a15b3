/// The engine's proof to itself that what it does reaches its end: a number that is put in where probes put theirs, and
/// must come out of the journal.
package enum Canary {
    /// A number that grows with each look.
    package static let series = Series(
        id: "guardia.canary", title: "Canary", unit: .count, interval: .seconds(5), thresholds: nil)

    /// How long ago the monitor of that name last took a sign of life.
    package static func monitor(_ name: String, every: Milliseconds) -> Series {
        Series(
            id: SeriesID("guardia.dead_man.\(name)"), title: "Dead man's switch \(name)", unit: .seconds,
            interval: .seconds(10),
            thresholds: Thresholds(warning: .above(every.seconds * 2 + 10), critical: .above(120)))
    }

    /// What a chain of proofs is worth now.
    package struct Health: Hashable, Sendable {
        /// When the newest canary that came back out of the journal had been put in; nil: none has.
        package var returned: Moment?
        /// When each part last came to the end of its turn.
        package var turns: [String: Moment?]

        package init(returned: Moment?, turns: [String: Moment?]) {
            self.returned = returned
            self.turns = turns
        }

        /// How old a proof may be.
        package static let limit: Milliseconds = .seconds(30)

        /// Why no sign of life may be given to somebody else's machine; nil: everything came to its end lately.
        package func trouble(at now: Moment, limit: Milliseconds = Health.limit) -> String? {
            guard let returned else {
                return stall(at: now, limit: limit) ?? "no canary has come out of the journal yet"
            }
            let age = returned.age(at: now)
            if age > limit { return "the newest canary in the journal is \(Int(age.seconds)) s old" }
            return stall(at: now, limit: limit)
        }

        /// Which part hangs; nil: each came round lately. What systemd is told by: a new start helps an engine that hangs, and
        /// one that only cannot write must go on paging.
        package func stall(at now: Moment, limit: Milliseconds = Health.limit) -> String? {
            for (name, turn) in turns.sorted(by: { $0.key < $1.key }) {
                guard let turn else { return "\(name) has not come round yet" }
                if turn.age(at: now) > limit {
                    return "\(name) has not come round for \(Int(turn.age(at: now).seconds)) s"
                }
            }
            return nil
        }
    }
}
