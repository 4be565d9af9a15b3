package import Launch

/// One alert from its fault to its end, with when people heard of it and who came.
package struct AlertEpisode: Hashable, Sendable {
    package var facts: AlertEvent.Facts
    package var firedAt: Moment
    /// The first page about it that a provider took, and by which channel.
    package var paged: (at: Moment, channel: String)?
    package var acknowledged: (at: Moment, by: String, step: Int?)?
    package var endedAt: Moment?

    /// From when the fault began until somebody was told.
    package var faultToPage: Milliseconds? { paged.map { facts.since.age(at: $0.at) } }
    /// From when it fired until somebody had it.
    package var alertToAck: Milliseconds? { acknowledged.map { firedAt.age(at: $0.at) } }
    package var lasted: Milliseconds? { endedAt.map { firedAt.age(at: $0) } }

    package static func == (left: AlertEpisode, right: AlertEpisode) -> Bool {
        left.facts == right.facts && left.firedAt == right.firedAt && left.endedAt == right.endedAt
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(facts.fingerprint)
        hasher.combine(firedAt)
    }
}

/// Gathers episodes from the events of a journal, in their order.
package struct AlertEpisodes: Sendable {
    /// In the order in which they fired.
    package private(set) var all: [AlertEpisode] = []
    private var open: [Fingerprint: Int] = [:]
    private var chains: [EscalationID: (alerts: [Fingerprint], step: Int?)] = [:]
    private var pages: [PageID: (chain: EscalationID, channel: String)] = [:]

    package init() {}

    package init(_ events: some Sequence<Event>) {
        for event in events { take(event) }
    }

    package mutating func take(_ event: Event) {
        switch event.body {
        case .alert(let alert): take(alert, at: event.at)
        case .escalation(let escalation): take(escalation, at: event.at)
        default: break
        }
    }

    private mutating func take(_ event: AlertEvent, at moment: Moment) {
        switch event {
        case .fired(let body):
            if let index = open[body.alert.fingerprint] {
                // What changes of one that fires already: how bad it is counts at its worst, with the value and the bound of then.
                if body.alert.severity > all[index].facts.severity {
                    let since = all[index].facts.since
                    all[index].facts = body.alert
                    all[index].facts.since = since
                }
            } else {
                open[body.alert.fingerprint] = all.count
                all.append(AlertEpisode(facts: body.alert, firedAt: moment))
            }
        case .resolved(let body):
            guard let index = open.removeValue(forKey: body.alert) else { return }
            all[index].endedAt = moment
        case .acknowledged(let body):
            guard let index = open[body.alert], all[index].acknowledged == nil else { return }
            let step = chains.values.filter { $0.alerts.contains(body.alert) }.compactMap(\.step).max()
            all[index].acknowledged = (moment, body.by, step)
        default: break
        }
    }

    private mutating func take(_ event: EscalationEvent, at moment: Moment) {
        switch event {
        case .started(let body): chains[body.escalation] = (body.alerts, nil)
        case .joined(let body): chains[body.escalation]?.alerts.append(body.alert)
        case .stepped(let body): chains[body.escalation]?.step = body.step
        case .stopped(let body):
            // Somebody may come yet: in the same breath, or after all were told. Then the step is still wanted.
            if body.why != .acknowledged, body.why != .exhausted { chains[body.escalation] = nil }
        case .queued(let body):
            guard body.purpose == .page, let chain = body.escalation else { return }
            pages[body.page] = (chain, body.channel)
        case .attempted(let body):
            switch body.outcome {
            case .sent, .delivered: break
            case .deferred, .failed, .expired: return
            }
            guard let page = pages.removeValue(forKey: body.page) else { return }
            for alert in chains[page.chain]?.alerts ?? [] {
                guard let index = open[alert], all[index].paged == nil else { continue }
                all[index].paged = (moment, page.channel)
            }
        case .verified, .asked, .refused: break
        }
    }
}

/// How fast people came.
package struct ResponseTimes: Hashable, Sendable {
    package var name: String
    package var count: Int
    /// Of an even number the greater of the two in the middle: nobody is made faster than they were.
    package var median: Milliseconds
    package var worst: Milliseconds

    init?(_ name: String, _ spans: [Milliseconds]) {
        let sorted = spans.sorted()
        guard let last = sorted.last else { return nil }
        (self.name, count, median, worst) = (name, sorted.count, sorted[sorted.count / 2], last)
    }

    /// From alert to acknowledgement, by who came; those who came most often first.
    package static func byPerson(_ episodes: [AlertEpisode]) -> [ResponseTimes] {
        grouped(episodes) { $0.acknowledged?.by }
    }

    /// The same by the step of the chain at which somebody came.
    package static func byStep(_ episodes: [AlertEpisode]) -> [ResponseTimes] {
        grouped(episodes) { episode in
            episode.acknowledged.map { $0.step.map { "step \($0 + 1)" } ?? "before any page" }
        }.sorted { $0.name < $1.name }
    }

    private static func grouped(
        _ episodes: [AlertEpisode], by name: (AlertEpisode) -> String?
    ) -> [ResponseTimes] {
        var spans: [String: [Milliseconds]] = [:]
        for episode in episodes {
            guard let name = name(episode), let span = episode.alertToAck else { continue }
            spans[name, default: []].append(span)
        }
        return spans.compactMap { ResponseTimes($0.key, $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}
