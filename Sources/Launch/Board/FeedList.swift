/// Names an item of a list on the screen: an alert, or a series.
package enum FeedID: Hashable, Comparable, Sendable {
    case alert(Fingerprint)
    case series(SeriesID)

    package var series: SeriesID? { if case .series(let id) = self { id } else { nil } }
    package var alert: Fingerprint? { if case .alert(let id) = self { id } else { nil } }

    package static func < (left: FeedID, right: FeedID) -> Bool {
        switch (left, right) {
        case (.alert(let left), .alert(let right)): left < right
        case (.series(let left), .series(let right)): left < right
        case (.alert, .series): true
        case (.series, .alert): false
        }
    }
}

extension FeedID: ExpressibleByStringLiteral {
    package init(stringLiteral name: String) { self = .series(SeriesID(name)) }
}

/// One line of the alert feed, with what decides where it stands; what else is to be said is looked up where it is shown.
package struct FeedItem: Hashable, Sendable, Identifiable {
    package enum Standing: UInt8, Hashable, Sendable {
        /// It wants somebody.
        case open
        /// Somebody has it.
        case taken
        /// A silence or a worse alert keeps it quiet.
        case quiet
        /// It is over.
        case over
    }

    /// How bad it is; a series of which nothing is known stands between a warning and an information.
    package enum Weight: UInt8, Hashable, Comparable, Sendable {
        case info, unknown, warning, critical

        package static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    package var id: FeedID
    package var weight: Weight
    package var standing: Standing
    /// When it came to be what it is.
    package var at: Timestamp

    package init(id: FeedID, weight: Weight, standing: Standing, at: Timestamp) {
        self.id = id
        self.weight = weight
        self.standing = standing
        self.at = at
    }

    /// Open ones first, then those that somebody has or that are quiet, then what is over.
    private var rank: Int {
        switch standing {
        case .open: 0
        case .taken, .quiet: 1
        case .over: 2
        }
    }

    /// Worst first, then newest; ties by name, so that the order never flickers.
    static func precedes(_ left: FeedItem, _ right: FeedItem) -> Bool {
        let (a, b) = (left.rank, right.rank)
        if a != b { return a < b }
        if a < 2, left.weight != right.weight { return left.weight > right.weight }
        if left.at != right.at { return left.at > right.at }
        return left.id < right.id
    }
}

/// The alert feed in the order in which it is shown: the alerts, and of the series that no alert speaks for the changes of
/// their verdicts.
///
/// It is made when events come, not with each frame: of 10,000 alerts a screen shows thirty.
package struct FeedList: Hashable, Sendable {
    package private(set) var items: [FeedItem] = []
    /// The newest chain of each alert: its place among the board's escalations.
    package private(set) var chains: [Fingerprint: Int] = [:]
    /// Whether any alert was ever told of: where none was, the verdicts of the series are all there is.
    package private(set) var hasAlerts = false
    /// Of the alerts that nobody has taken, and that are as bad as the worst item, the one that needs somebody most: that whose
    /// chain is at its end and nobody came; then what tells of the whole launch before what tells of one province or host, one
    /// whose chain runs, the oldest. Nil where there is none.
    package private(set) var gravest: Fingerprint?
    private var open: [FeedItem.Weight: Int] = [:]
    /// How many fire and somebody has them; how many fire and are kept quiet.
    package private(set) var taken = 0
    /// How many of those that somebody has are critical: they are as bad as they were.
    package private(set) var takenCritical = 0
    package private(set) var quiet = 0
    /// The alerts that are pending, the gravest first: their condition holds, and nobody is told yet. They are no items.
    package private(set) var pending: [Fingerprint] = []

    package init() {}

    package init(_ board: Board) {
        let alerts = board.alerts.alerts
        let entries = board.feed.sorted
        hasAlerts = !alerts.isEmpty
        items.reserveCapacity(alerts.count + entries.count)
        // Of each series with an alert: until when its alert has spoken for it; nil: it does still.
        var covered: [SeriesID: Timestamp?] = [:]
        for alert in alerts.values {
            if let series = alert.facts.series, alert.facts.source == nil {
                let end: Timestamp? = alert.state == .resolved ? alert.at.utc : nil
                if let known = covered[series] {
                    covered[series] = .some(known.flatMap { known in end.map { max(known, $0) } })
                } else {
                    covered[series] = .some(end)
                }
            }
            guard let item = FeedItem(alert) else { continue }
            items.append(item)
        }
        for entry in entries {
            if let end = covered[entry.id] {
                // Once its alert is over a series that is not well speaks for itself; that all is well again is no news.
                guard end != nil, entry.change.to != .ok else { continue }
            }
            items.append(FeedItem(entry))
        }
        items.sort(by: FeedItem.precedes)
        for item in items {
            switch item.standing {
            case .open: open[item.weight, default: 0] += 1
            case .taken:
                taken += 1
                if item.weight == .critical { takenCritical += 1 }
            case .quiet: quiet += 1
            case .over: break
            }
        }
        for (index, escalation) in board.escalations.escalations.enumerated() {
            for alert in escalation.alerts { chains[alert] = index }
        }
        gravest = neediest(on: board)
        pending = alerts.values.filter { $0.state == .pending }.sorted { left, right in
            if left.facts.severity != right.facts.severity { return left.facts.severity > right.facts.severity }
            return (left.at.utc, left.id) < (right.at.utc, right.id)
        }.map(\.id)
    }

    /// Whether it has nothing that fires or that is not well, whoever has it.
    package var isCalm: Bool { items.first.map { $0.standing == .over } ?? true }

    private func neediest(on board: Board) -> Fingerprint? {
        guard let worst = items.first, worst.standing == .open else { return nil }
        let parts = board.manifest?.parts ?? []
        // The items are in order: those that are open and of one weight stand together.
        let alike = items.prefix { $0.standing == .open && $0.weight == worst.weight }
        return alike.compactMap { item in item.id.alert.map { (id: $0, need: need(of: item, on: board, parts)) } }
            .min { $0.need < $1.need }?.id
    }

    /// What fires and is not kept quiet, the gravest first: as bad as it is, what nobody has before what somebody has, then in the
    /// order that ``gravest`` is chosen by.
    package func byGravity(on board: Board) -> [FeedItem] {
        let parts = board.manifest?.parts ?? []
        let firing = items.filter { $0.weight > .unknown && ($0.standing == .open || $0.standing == .taken) }
        return firing.map { (item: $0, need: need(of: $0, on: board, parts)) }.sorted { left, right in
            if left.item.weight != right.item.weight { return left.item.weight > right.item.weight }
            if left.item.standing != right.item.standing { return left.item.standing == .open }
            return left.need < right.need
        }.map(\.item)
    }

    /// How much an item needs somebody, the least number the most.
    private struct Need: Comparable {
        var rank: Int
        var since: Timestamp
        var id: FeedID

        static func < (left: Need, right: Need) -> Bool {
            (left.rank, left.since, left.id) < (right.rank, right.since, right.id)
        }
    }

    private func need(of item: FeedItem, on board: Board, _ parts: Set<SeriesID>) -> Need {
        let alert = item.id.alert.flatMap { board.alerts[$0] }
        let series = item.id.series ?? alert?.facts.series
        let since = alert.map { ($0.firedAt ?? $0.at).utc } ?? series.flatMap { board.feed[$0]?.since?.utc } ?? item.at
        let chain = item.id.alert.flatMap { chains[$0] }.map { board.escalations.escalations[$0] }
        if chain?.stopped?.why == .exhausted { return Need(rank: 0, since: since, id: item.id) }
        let isPart = series.map(parts.contains) ?? false
        return Need(rank: (isPart ? 3 : 1) + (chain?.isRunning == true ? 0 : 1), since: since, id: item.id)
    }

    /// How many of a weight want somebody.
    package func openCount(_ weight: FeedItem.Weight) -> Int { open[weight] ?? 0 }
}

extension FeedItem {
    /// Nil: it is pending, and nobody is to hear of it yet.
    fileprivate init?(_ alert: Alert) {
        guard alert.state != .pending else { return nil }
        let weight: Weight =
            switch alert.facts.severity {
            case .critical: .critical
            case .warning: .warning
            case .info: .info
            }
        let standing: Standing =
            alert.state == .resolved
            ? .over : alert.isSuppressed ? .quiet : alert.acknowledged != nil ? .taken : .open
        self.init(id: .alert(alert.id), weight: weight, standing: standing, at: alert.at.utc)
    }

    fileprivate init(_ entry: Feed.Entry) {
        let weight: Weight =
            switch entry.change.to {
            case .critical: .critical
            case .warning: .warning
            case .unknown: .unknown
            case .ok: .info
            }
        self.init(
            id: .series(entry.id), weight: weight, standing: entry.change.to == .ok ? .over : .open, at: entry.at.utc)
    }
}
