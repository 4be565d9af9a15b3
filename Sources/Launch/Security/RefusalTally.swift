/// What one kind of log told, look by look. Only counts are kept, of a bounded number of names: however many requests come, it
/// does not grow.
package struct RefusalTally: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case reason, country, rule, ban
        /// On which edge it was refused, and on which machine it was banned: of them there are as many as the config names.
        case edge, banner
        /// Who was refused: the edge and the address. Never shown, never journaled; a response may ban it.
        case address

        /// Those whose names come from outside, and that the page lists.
        package static let listed: [Kind] = [.reason, .country, .rule, .ban]
    }

    /// What was counted between two looks.
    package struct Batch: Hashable, Sendable {
        /// All that the log tells of: requests, hits, bans.
        package var total = 0
        /// Those of them that were refused.
        package var refused = 0
        package private(set) var names: [Kind: [String: Int]] = [:]

        package init() {}

        /// More different names than this are counted together.
        package static let limit = 64
        package static let others = "others"
        /// Whoever is refused often is among the first so many of a look.
        package static let addressLimit = 256

        package mutating func count(_ kind: Kind, _ name: String, times: Int = 1) {
            let isKnown = names[kind]?[name] != nil || kind == .edge || kind == .banner
            let limit = kind == .address ? Batch.addressLimit : Batch.limit
            let name = isKnown || (names[kind]?.count ?? 0) < limit ? name : Batch.others
            names[kind, default: [:]][name, default: 0] += times
        }

        package mutating func merge(_ other: Batch) {
            total += other.total
            refused += other.refused
            for (kind, counts) in other.names {
                for (name, times) in counts { count(kind, name, times: times) }
            }
        }
    }

    private struct Look: Hashable, Sendable {
        var at: Timestamp
        /// The time that it tells of, which ends at `at`.
        var span: Milliseconds
        var batch: Batch
    }

    package let span: Milliseconds
    private var looks: [Look] = []

    package init(span: Milliseconds = .minutes(10)) { self.span = span }

    /// - Parameter span: the time in which it was counted, until `at`.
    package mutating func take(_ batch: Batch, over span: Milliseconds, at: Timestamp) {
        looks.append(Look(at: at, span: max(span, 1), batch: batch))
        prune(at)
    }

    /// Forgets what is older than the span.
    package mutating func prune(_ now: Timestamp) {
        looks.removeAll { now - $0.at >= span || now < $0.at }
        // Who looks more often than once a second pays with a shorter memory.
        if looks.count > 600 { looks.removeFirst(looks.count - 600) }
    }

    /// How many a minute, of the looks that ended less than `span` ago; nil where nothing was looked at.
    package func perMinute(
        within span: Milliseconds? = nil, at now: Timestamp, _ count: (Batch) -> Int
    ) -> Double? {
        let counted = looks.filter { now - $0.at < (span ?? self.span) }
        guard !counted.isEmpty else { return nil }
        let time = counted.reduce(0) { $0 + $1.span.count }
        return Double(counted.reduce(0) { $0 + count($1.batch) }) * 60_000 / Double(time)
    }

    /// How much time the looks tell of; nil where nothing was looked at.
    package func covered(at now: Timestamp) -> Milliseconds? {
        let counted = looks.filter { now - $0.at < span }
        return counted.isEmpty ? nil : Milliseconds(counted.reduce(Int64(0)) { $0 + $1.span.count })
    }

    package func counts(_ kind: Kind, within span: Milliseconds, at now: Timestamp) -> [String: Int] {
        var counts: [String: Int] = [:]
        for look in looks where now - look.at < span { counts.merge(look.batch.names[kind] ?? [:]) { $0 + $1 } }
        return counts
    }

    /// The most frequent first, a minute.
    package func top(
        _ kind: Kind, _ count: Int = 5, within span: Milliseconds? = nil, at now: Timestamp
    ) -> [(name: String, perMinute: Double)] {
        let counted = looks.filter { now - $0.at < (span ?? self.span) }
        let time = Double(counted.reduce(0) { $0 + $1.span.count })
        var counts: [String: Int] = [:]
        for look in counted { counts.merge(look.batch.names[kind] ?? [:]) { $0 + $1 } }
        return counts.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(count).map {
            ($0.key, Double($0.value) * 60_000 / time)
        }
    }
}

extension RefusalTally.Batch {
    /// - Parameter edge: whose log it stands in.
    package mutating func take(_ request: EdgeRequest, on edge: String) {
        guard !request.isCanary else { return }
        total += 1
        guard !request.refused.isEmpty else { return }
        refused += 1
        count(.edge, edge)
        count(.address, "\(edge) \(request.address)")
        count(.reason, request.refused)
        if request.country != "-" { count(.country, request.country) }
    }

    package mutating func take(_ hit: FirewallHit) {
        guard hit.isRefusal else { return }
        total += 1
        for rule in Set(hit.rules) { count(.rule, rule.name) }
    }

    package mutating func takeBan(by jail: String, times: Int = 1) {
        total += times
        count(.ban, jail, times: times)
    }
}

/// How much is turned away from the edges, and why: what their logs told until now.
package struct RefusalReport: Hashable, Sendable {
    package var requests = RefusalTally()
    package var rules = RefusalTally()
    package var bans = RefusalTally()
    package var at: Timestamp
    /// Why the requests are not known now; empty where they are.
    package var requestTroubles: [String] = []
    package var ruleTroubles: [String] = []
    package var banTroubles: [String] = []
    /// Whether bans are counted at all.
    package var countsBans = true

    package init(at: Timestamp) { self.at = at }

    package func perMinute(_ kind: RefusalTally.Kind, _ name: String, within span: Milliseconds) -> Double? {
        tally(kind).perMinute(within: span, at: at) { $0.names[kind]?[name] ?? 0 }
    }

    package func top(
        _ kind: RefusalTally.Kind, _ count: Int = 5, within span: Milliseconds? = nil
    ) -> [(name: String, perMinute: Double)] { tally(kind).top(kind, count, within: span, at: at) }

    private func tally(_ kind: RefusalTally.Kind) -> RefusalTally {
        switch kind {
        case .reason, .country, .edge, .address: requests
        case .rule: rules
        case .ban, .banner: bans
        }
    }

    /// How often each address was refused, of the logs that lie here; at one edge, or all.
    package func addresses(at edge: String?, within span: Milliseconds) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (name, times) in requests.counts(.address, within: span, at: at) {
            let words = name.split(separator: " ", maxSplits: 1)
            guard words.count == 2, edge == nil || words[0] == edge ?? "" else { continue }
            counts[String(words[1]), default: 0] += times
        }
        return counts
    }

    /// How often an edge of those that lie here refused; all of them together where none is named.
    package func refusals(at edge: String?, within span: Milliseconds) -> Int {
        requests.counts(.edge, within: span, at: at).reduce(0) {
            $0 + (edge == nil || $1.key == edge ? $1.value : 0)
        }
    }

    package func requestsPerMinute(within span: Milliseconds? = nil) -> Double? {
        requests.perMinute(within: span, at: at, \.total)
    }

    package func refusedPerMinute(within span: Milliseconds? = nil) -> Double? {
        requests.perMinute(within: span, at: at, \.refused)
    }

    package func bansPerMinute(within span: Milliseconds? = nil) -> Double? {
        bans.perMinute(within: span, at: at, \.total)
    }

    private static func words(_ span: Milliseconds) -> String {
        span < .minutes(2) ? "\(span.count / 1000) s" : "\(span.count / 60_000) min"
    }

    /// The station `refused`: how much is turned away, and why. It is a fact, not a fault.
    ///
    /// - Parameters:
    ///   - shortest: what tells of less time than this is not known.
    ///   - style: how it writes numbers for people.
    package func check(
        every: Milliseconds, atLeast shortest: Milliseconds = 0, _ style: FigureStyle = .argentine
    ) -> SecurityCheck {
        let troubles = requestTroubles + ruleTroubles + banTroubles
        var items = troubles.map { SecurityCheck.Item("log", .unknown, $0) }
        for kind in RefusalTally.Kind.listed {
            items += top(kind).map { SecurityCheck.Item($0.name, .ok, "", number: $0.perMinute, mark: kind.rawValue) }
        }
        func figure(_ value: Double?) -> String {
            guard let value else { return "?" }
            return AmountText(style).number(value, decimals: value < 10 ? 1 : 0)
        }
        let covered = requests.covered(at: at)
        let isLongEnough = covered.map { $0 >= shortest } ?? false
        if let covered, !isLongEnough {
            let (seen, whole) = (RefusalReport.words(covered), RefusalReport.words(requests.span))
            let text = "no more than \(seen) of the last \(whole) was looked at"
            items.insert(SecurityCheck.Item("log", .unknown, text), at: 0)
        }
        let isKnown = troubles.isEmpty && isLongEnough
        let time = covered.map { " in \(RefusalReport.words($0))" } ?? ""
        let bans = countsBans ? "\(figure(bansPerMinute()))/min banned" : "no log of bans is read"
        return SecurityCheck(
            station: "refused",
            summary: troubles.first
                ?? "\(figure(refusedPerMinute()))/min refused of \(figure(requestsPerMinute()))/min\(time), \(bans)",
            items: items, every: every, verdict: isKnown ? .ok : .unknown)
    }
}
