/// What the journal is told of the launch's security.
package enum SecurityEvent: Hashable, Sendable {
    /// A station was looked at.
    case checked(SecurityCheck)

    package var kind: String {
        switch self {
        case .checked: "security.checked"
        }
    }

    package var payload: any Encodable & Sendable {
        switch self {
        case .checked(let check): check
        }
    }
}

/// The posture of one station at one look: `defence`, `bans`, `refused`, `tls`, `renewal`, `audit`, `compliance`, `scan`,
/// `packages`.
package struct SecurityCheck: Hashable, Sendable, Codable {
    package struct Item: Hashable, Sendable, Codable {
        /// What it is about: an endpoint, a report, a requirement.
        package var name: String
        package var verdict: Verdict
        package var text: String
        /// A figure of it, as days left; nil where there is none.
        package var number: Double?
        /// A short mark, as a grade.
        package var mark: String?

        package init(_ name: String, _ verdict: Verdict, _ text: String, number: Double? = nil, mark: String? = nil) {
            self.name = name
            self.verdict = verdict
            self.text = text
            self.number = number
            self.mark = mark
        }
    }

    package var station: String
    package var verdict: Verdict
    package var summary: String
    package var items: [Item]
    /// How often it is looked at: past twice that its evidence is stale, past five times it says nothing (contract C2).
    package var every: Milliseconds
    /// How many items were left out: the journal keeps no more than ``limit``.
    package var omitted: Int

    /// How many items of one look are journaled.
    package static let limit = 120

    package init(station: String, summary: String, items: [Item], every: Milliseconds, verdict: Verdict? = nil) {
        self.station = station
        self.summary = summary
        let worst = items.enumerated().sorted { ($1.element.verdict, $0.offset) < ($0.element.verdict, $1.offset) }
            .map(\.element)
        self.items = Array(worst.prefix(SecurityCheck.limit))
        omitted = max(0, items.count - SecurityCheck.limit)
        self.every = every
        self.verdict = verdict ?? Verdict.worst(items.map(\.verdict))
    }

    /// The same with every text cut.
    package func bounded(_ cut: (String) -> String) -> SecurityCheck {
        var check = self
        check.station = cut(station)
        check.summary = cut(summary)
        check.items = items.prefix(SecurityCheck.limit).map { item in
            Item(cut(item.name), item.verdict, cut(item.text), number: item.number, mark: item.mark.map(cut))
        }
        return check
    }
}

/// The newest look at each station: what the security page draws.
package struct SecurityPosture: Hashable, Sendable {
    package struct Station: Hashable, Sendable {
        package var check: SecurityCheck
        package var at: Moment

        /// What it is worth now: evidence that is too old is unknown, however good it was.
        package func verdict(at now: Moment) -> Verdict {
            Freshness(age: at.age(at: now), interval: check.every) == .lastKnown ? .unknown : check.verdict
        }

        package func freshness(at now: Moment) -> Freshness { Freshness(age: at.age(at: now), interval: check.every) }
    }

    /// By name, in the order in which they are shown.
    package private(set) var stations: [Station] = []

    package init() {}

    package var isEmpty: Bool { stations.isEmpty }

    package subscript(name: String) -> Station? { stations.first { $0.check.station == name } }

    /// The order of the page; what it does not name follows by name.
    package static let order = [
        "defence", "bans", "refused", "tls", "renewal", "compliance", "scan", "packages", "audit",
    ]

    package mutating func take(_ event: SecurityEvent, at moment: Moment) {
        switch event {
        case .checked(let check):
            let station = Station(check: check, at: moment)
            if let index = stations.firstIndex(where: { $0.check.station == check.station }) {
                stations[index] = station
            } else {
                // Bounded: a journal of another's making could name any number.
                guard stations.count < 64 else { return }
                stations.append(station)
                stations.sort { SecurityPosture.rank($0) < SecurityPosture.rank($1) }
            }
        }
    }

    private static func rank(_ station: Station) -> (Int, String) {
        (order.firstIndex(of: station.check.station) ?? order.count, station.check.station)
    }

    /// The worst of all stations now; unknown where nothing was looked at.
    package func verdict(at now: Moment) -> Verdict { Verdict.worst(stations.map { $0.verdict(at: now) }) }
}
