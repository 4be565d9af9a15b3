package import Launch
package import Notify

/// Where pages go: the outbox, or a test's own.
package protocol PageSink: Sendable {
    func submit(_ notification: Notification, channel: String, escalation: EscalationID?, step: Int?) async
}

extension Outbox: PageSink {}

/// Turns alerts into chains, and chains into pages, until somebody answers.
///
/// It decides by an ``EscalationCourse`` alone. What is decided is journaled first and sent then, in the order of deciding:
/// killed in between, the next engine sends it. A journal that hangs or is full holds nobody up for longer than a moment.
package actor Escalator {
    private let voice: PageVoice
    private let recorder: any Recorder
    private let sink: any PageSink
    private let clock: any Clock
    private let code: @Sendable (EscalationID) -> String
    /// How long an acknowledgement from outside holds; nil: for ever.
    private let acknowledgedFor: Milliseconds?

    private var course: EscalationCourse
    /// The same story once more, for the audit.
    private var log = EscalationLog()
    private var alerts = AlertLog()
    private let startedAt: Moment
    private var stalled: [EscalationAudit.Stall] = []
    /// When ``tick()`` last came to its end: proof that this actor is no hung one.
    package private(set) var tickedAt: Moment?
    /// The last thing to be journaled, and the last page to be handed over.
    private var journaling: Task<Void, Never>?
    private var handing: Task<Void, Never>?

    /// What the escalator is made of.
    package struct Parts: Sendable {
        package var voice: PageVoice
        package var roster: Roster
        package var zone: Zone
        /// Events of alerts and chains that the journal holds, oldest first.
        package var history: [Event]
        package var code: @Sendable (EscalationID) -> String
        package var acknowledgedFor: Milliseconds?

        package init(
            voice: PageVoice, roster: Roster, zone: Zone, history: [Event] = [],
            acknowledgedFor: Milliseconds? = .hours(1), code: @escaping @Sendable (EscalationID) -> String
        ) {
            self.voice = voice
            self.roster = roster
            self.zone = zone
            self.history = history
            self.acknowledgedFor = acknowledgedFor
            self.code = code
        }
    }

    package init(_ parts: Parts, recorder: any Recorder, sink: any PageSink, clock: any Clock) {
        voice = parts.voice
        code = parts.code
        acknowledgedFor = parts.acknowledgedFor
        self.recorder = recorder
        self.sink = sink
        self.clock = clock
        startedAt = clock.now()
        course = EscalationCourse(roster: parts.roster, zone: parts.zone)
        for event in parts.history {
            switch event.body {
            case .alert(let body):
                course.take(body, at: event.at)
                alerts.take(body, at: event.at)
            case .escalation(let body):
                course.take(body, at: event.at)
                log.take(body, at: event.at)
            default: break
            }
        }
        course.resume(at: startedAt)
    }

    /// The kinds of events that ``Parts/history`` is made of.
    package static let kinds = [
        "alert.fired", "alert.resolved", "alert.cleared", "alert.acknowledged", "alert.unacknowledged",
        "alert.suppressed", "alert.recovering", "escalation.started", "escalation.stepped", "escalation.joined",
        "escalation.stopped",
        "escalation.asked", "escalation.refused", "page.queued", "page.attempted",
    ]

    // MARK: Inputs

    /// Sends what an engine before this one had decided and not sent. Once, at the start.
    package func begin() {
        perform(.init(events: [], orders: course.unfinished(at: clock.now())))
    }

    /// What the alert engine says.
    package func hear(_ news: [(event: AlertEvent, at: Moment)]) {
        for (event, moment) in news { fold(event, at: moment) }
        decide()
    }

    /// What was written into the journal, by other processes and by the engine itself. Of what the engine alone writes
    /// nothing is heard: late, it would be taken for news. What both write changes nothing when it is heard twice.
    package func hear(foreign events: [Event]) {
        var isNews = false
        for event in events {
            switch event.body {
            case .alert(.acknowledged(let body)):
                fold(.acknowledged(body), at: event.at)
            case .alert(.unacknowledged(let body)) where body.by != nil: fold(.unacknowledged(body), at: event.at)
            case .escalation(.started(let body)) where body.by != nil: fold(.started(body), at: event.at)
            case .escalation(.asked(let body)): fold(.asked(body), at: event.at)
            case .escalation(.stopped(let body)) where body.by != nil: fold(.stopped(body), at: event.at)
            default: continue
            }
            isNews = true
        }
        if isNews { decide() }
    }

    /// What the outbox says of a page. It is journaled here.
    package func hear(_ event: EscalationEvent) {
        let now = clock.now()
        fold(event, at: now)
        journal([.escalation(event)], at: now)
        decide()
    }

    /// Time has passed.
    package func tick() {
        decide()
        audit()
        tickedAt = clock.now()
    }

    /// Who is on call by schedule, as another system says; empty: by the config.
    package func setRota(_ rota: [String: String]) { course.rota = rota }

    /// Whether the hours of policies hold pages back; not while the launch is watched more closely.
    package func setKeepsHours(_ keepsHours: Bool) { course.keepsHours = keepsHours }

    /// The chains that run.
    package var running: [EscalationChain] { course.running }

    /// The chains that somebody can answer, for whoever asks outside whether somebody has.
    package var answerable: [EscalationChain] { course.answerable }

    /// Takes an answer from outside: it acknowledges, or is refused with a word in the journal.
    ///
    /// - Parameter contact: whose address the sender is.
    @discardableResult
    package func hear(_ reply: Reply, from contact: String?) -> Reply.Judgement {
        let judgement = course.judge(reply, from: contact, code: code)
        let now = clock.now()
        switch judgement {
        case .nothing: break
        case .refused(let contact, let reason):
            let event = EscalationEvent.refused(
                .init(way: reply.way, contact: contact, reason: reason, reference: reply.reference))
            fold(event, at: now)
            journal([.escalation(event)], at: now)
        case .acknowledges(let id, let by):
            let until = (reply.holds ?? acknowledgedFor).map { now.utc + $0 }
            let (acknowledgements, end) = course.acknowledge(id, by: by, way: reply.way, until: until)
            for event in acknowledgements { fold(event, at: now) }
            if let end { fold(end, at: now) }
            journal(acknowledgements.map(Event.Body.alert) + (end.map { [.escalation($0)] } ?? []), at: now)
            // Whoever answers a page has proved that it reached them.
            if let channel = reply.channel ?? voice.channel(of: by, way: reply.way) {
                let proof = EscalationEvent.verified(.init(contact: by, channel: channel, how: "acknowledged a page"))
                fold(proof, at: now)
                journal([.escalation(proof)], at: now)
            }
            decide()
        }
        return judgement
    }

    /// Whose address a sender has on channels of one way.
    package nonisolated func contact(ofAddress address: String, onChannels channels: Set<String>) -> String? {
        voice.contact(ofAddress: address, onChannels: channels)
    }

    // MARK: Mobile
    /// A chain and what it is about; of one that another goes on from, that other. Nil: it is not known.
    package func outlook(of id: EscalationID) -> ChainOutlook? {
        var found = course.chains[id]
        while let heir = found.flatMap({ chain in
            course.order.lazy.compactMap { self.course.chains[$0] }.last { $0.started.continues == chain.id }
        }) {
            found = heir
        }
        guard let chain = found else { return nil }
        var outlook = ChainOutlook(
            chain: chain, subjects: chain.alerts.compactMap { course.subjects[$0] },
            isUnanswered: course.isUnanswered(chain.id), isWaiting: course.isWaiting(chain))
        if chain.isRunning, let next = chain.next() {
            let now = clock.now().utc
            let ways = course.roster.ways(
                of: chain.policy.steps[next.step], at: now, in: course.zone, rota: course.rota)
            outlook.next = (next.step, next.round, ways)
        }
        return outlook
    }

    /// Makes a chain's next step now, as somebody asks who was woken; why not, where it is another step than they were shown.
    package func push(_ id: EscalationID, toStep step: Int, round: Int, by: String, way: AlertEvent.Acknowledged.Way)
        -> String?
    {
        guard let chain = course.chains[id], chain.isRunning else { return "\(id) has ended" }
        guard let next = chain.next(), next == (step, round) else { return "\(id) is at another step now" }
        let now = clock.now()
        // What is journaled comes back by the follower: it must not be a second step then.
        let asked = EscalationEvent.asked(
            .init(escalation: id, by: by, way: way, standing: EscalationPosition(chain.step)))
        fold(asked, at: now)
        journal([.escalation(asked)], at: now)
        decide()
        return nil
    }

    /// Who is on call by each schedule, as far as another system says.
    package var rota: [String: String] { course.rota }

    /// Begins a chain that no alert begins: a response that failed. One that runs for the same cause is let go on.
    package func start(policy name: String, about alert: AlertEvent.Facts?, words: String, by: String) {
        guard let policy = course.roster.policy(name) else { return }
        if let alert,
            course.running.contains(where: { $0.alerts.contains(alert.fingerprint) && $0.policy.name == policy.name })
        {
            return
        }
        let now = clock.now()
        let started = course.manual(
            policy, about: alert.map { [$0.fingerprint] } ?? [], group: alert.map { policy.group(of: $0) } ?? Labels(),
            severity: max(alert?.severity ?? .critical, .warning), summary: words, by: by, at: now.utc)
        fold(.started(started), at: now)
        journal([.escalation(.started(started))], at: now)
        decide()
    }

    // MARK: Deciding and doing

    private func fold(_ event: AlertEvent, at moment: Moment) {
        course.take(event, at: moment)
        alerts.take(event, at: moment)
    }

    private func fold(_ event: EscalationEvent, at moment: Moment) {
        course.take(event, at: moment)
        log.take(event, at: moment)
    }

    private func decide() {
        let now = clock.now()
        let deeds = course.decide(at: now)
        for event in deeds.events { log.take(event, at: now) }
        perform(deeds)
    }

    /// Journals, then hands over: each in the order of deciding.
    private func perform(_ deeds: EscalationCourse.Deeds) {
        guard !deeds.events.isEmpty || !deeds.orders.isEmpty else { return }
        let now = clock.now()
        journal(deeds.events.map(Event.Body.escalation), at: now)
        let pages = deeds.orders.map { order in (order, page(order, at: now)) }
        guard !pages.isEmpty else { return }
        let (journaled, before, sink) = (journaling, handing, sink)
        handing = Task {
            await before?.value
            await Patience.wait(for: journaled, atMost: .seconds(2))
            for (order, notification) in pages {
                if let notification {
                    await sink.submit(
                        notification, channel: order.way.channel, escalation: order.escalation, step: order.step)
                } else {
                    self.lose(order)
                }
            }
        }
    }

    /// A page to somebody who is no contact any more, or has no address there.
    private func lose(_ order: PageOrder) {
        hear(.attempted(.init(page: order.page, outcome: .failed(reason: "the config has no such address any more"))))
    }

    private func journal(_ bodies: [Event.Body], at now: Moment) {
        guard !bodies.isEmpty else { return }
        let (before, recorder) = (journaling, recorder)
        journaling = Task {
            await before?.value
            await recorder.append(bodies, at: now)
        }
    }

    /// Returns when all that was decided is journaled and handed over.
    package func settle() async {
        while let (last, page) = Optional((journaling, handing)) {
            await last?.value
            await page?.value
            if last == journaling, page == handing { return }
        }
    }

    private func page(_ order: PageOrder, at now: Moment) -> Notification? {
        guard let chain = course.chains[order.escalation] else { return nil }
        return voice.notification(
            for: order, of: chain, alerts: chain.alerts.compactMap { course.subjects[$0]?.facts }, code: code(chain.id),
            at: now.utc)
    }

    // MARK: Self-audit

    /// Looks whether a chain stands still; whoever is first in its policy is told, past the machinery that failed.
    private func audit() {
        let now = clock.now()
        guard startedAt.age(at: now) > EscalationAudit.grace else { return }
        let found = EscalationAudit.stalls(in: log, alerts, roster: course.roster, zone: course.zone, at: now)
        defer { stalled = found }
        let facts = PageVoice.stallFacts(found, at: now)
        if found.isEmpty {
            let isTold = alerts[facts.fingerprint]?.state == .firing
            if isTold { tell(.resolved(.init(alert: facts.fingerprint)), at: now) }
            return
        }
        guard stalled.isEmpty else { return }
        tell(.fired(.init(alert: facts)), at: now)
        guard let policy = course.roster.policy(found[0].policy), let step = policy.steps.first else { return }
        let (sink, voice, before) = (sink, voice, handing)
        let ways = course.roster.ways(of: step, at: now.utc, in: course.zone, rota: course.rota)
        handing = Task {
            await before?.value
            for way in ways {
                guard let notification = voice.notification(of: facts, to: way, at: now.utc) else { continue }
                await sink.submit(notification, channel: way.channel, escalation: nil, step: nil)
            }
        }
    }

    private func tell(_ event: AlertEvent, at now: Moment) {
        fold(event, at: now)
        journal([.alert(event)], at: now)
    }
}

/// One chain with all that somebody wants to know of it who was woken by it.
package struct ChainOutlook: Sendable {
    package var chain: EscalationChain
    package var subjects: [EscalationCourse.Subject]
    /// It was told to the end, and nobody has answered.
    package var isUnanswered: Bool
    /// Its next step waits, because all that is open of it is well again.
    package var isWaiting: Bool
    /// What comes next unless somebody answers.
    package var next: (step: Int, round: Int, ways: [PageWay])?
}

extension EscalationCourse.Deeds {
    fileprivate init(events: [EscalationEvent], orders: [PageOrder]) {
        self.init()
        self.events = events
        self.orders = orders
    }
}

/// Waits for something that may hang, for a while.
enum Patience {
    static func wait(for task: Task<Void, Never>?, atMost limit: Duration) async {
        guard let task else { return }
        let (done, finish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        let waiter = Task {
            await task.value
            finish.finish()
        }
        let timer = Task {
            try? await Task.sleep(for: limit)
            finish.finish()
        }
        for await _ in done {}
        timer.cancel()
        waiter.cancel()
    }
}
