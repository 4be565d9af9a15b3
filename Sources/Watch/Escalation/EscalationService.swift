package import Launch
package import Logging
import Mobile
import Notify
import Synchronization
import Wire

/// Everything between an alert and a person, wired: chains, outbox, replies, rota, responses, and the dead man's switch.
package struct EscalationService: Sendable {
    package let escalator: Escalator
    private let outbox: Outbox
    private let desk: ReplyDesk
    private let rollCaller: RollCaller
    private let responder: Responder
    private let changes: ChangeTeller
    private let deadMan: DeadMan
    private let pagerDuty: PagerDutyAPI?
    private let schedules: [OnCallSchedule]
    private let mobile: MobileServer?
    private let digest: DigestService
    private let reactor: Reactor
    private let clock: any Clock
    private let log: Logger

    /// What the service is made of, beside the config.
    package struct Surroundings: Sendable {
        package var journal: String
        package var zone: Zone
        package var history: [Event]
        package var recorder: any Recorder
        package var clock: any Clock
        package var log: Logger
        package var secret: @Sendable (Secret) throws -> String
        /// Where probes publish readings.
        package var publish: @Sendable ([Reading], Moment) -> Void
        /// When other parts of the engine last came round, for the dead man's switch.
        package var turns: @Sendable () async -> [String: Moment?]
        package var rollBack: @Sendable (_ reason: String) async -> String?
        /// Whom an edge turns away most, for a response that bans; nil: no edge's log is read.
        package var offender: @Sendable (_ edge: String?) async -> String?
        /// The alerts as they are; nil: there is no mobile page.
        package var alerting: AlertEvaluator?

        package init(
            journal: String, zone: Zone, history: [Event], recorder: any Recorder, clock: any Clock, log: Logger,
            secret: @escaping @Sendable (Secret) throws -> String,
            publish: @escaping @Sendable ([Reading], Moment) -> Void,
            turns: @escaping @Sendable () async -> [String: Moment?],
            rollBack: @escaping @Sendable (_ reason: String) async -> String?, alerting: AlertEvaluator? = nil,
            offender: @escaping @Sendable (_ edge: String?) async -> String? = { _ in nil }
        ) {
            self.alerting = alerting
            self.offender = offender
            self.journal = journal
            self.zone = zone
            self.history = history
            self.recorder = recorder
            self.clock = clock
            self.log = log
            self.secret = secret
            self.publish = publish
            self.turns = turns
            self.rollBack = rollBack
        }
    }

    /// The series that the service itself brings.
    package static func series(_ launch: LaunchConfiguration) -> [Series] {
        [Canary.series] + launch.deadMan.map { Canary.monitor($0.name, every: $0.every) }
    }

    /// The kinds of events that ``Surroundings/history`` is made of.
    package static let kinds = Escalator.kinds + Responder.kinds + RollCaller.kinds + ChangeTeller.kinds

    package init(_ launch: LaunchConfiguration, in around: Surroundings) throws {
        // A thread of its own: no probe delays a page.
        let reactor = try Reactor()
        let (clock, log, secret) = (around.clock, around.log, around.secret)
        let context = ChannelContext(reactor: reactor, clock: clock, zone: around.zone, secret: secret)
        let ear = Ear()
        let outbox = Outbox(
            journal: around.journal, channels: makeChannels(for: launch.channels, in: context), clock: clock,
            note: { log.warning("\($0)") }, tell: { await ear.hear($0) })
        let mobileKey = EscalationService.mobileKey(launch, journal: around.journal, log)
        let voice = PageVoice(
            launch: "\(launch.product.name) \(launch.environment)", contacts: launch.contacts,
            channels: launch.channels, runbook: launch.runbook,
            secret: secret, link: EscalationService.links(launch.mobile, mobileKey))
        let key = CodeKey(journal: around.journal)
        let escalator = Escalator(
            Escalator.Parts(
                voice: voice, roster: launch.roster ?? Roster(), zone: around.zone, history: around.history,
                code: { key.code(of: $0) }), recorder: around.recorder, sink: outbox, clock: clock)
        // MARK: Readiness
        let rollCaller = RollCaller(
            launch.readiness?.rollCall, roster: launch.roster ?? Roster(), voice: voice, history: around.history,
            recorder: around.recorder, sink: outbox, clock: clock,
            code: { key.code(of: PageID("\($0)/\($1)")) })
        ear.connect(escalator, rollCaller)
        let client = HTTPClient(on: reactor, maximumOfIdle: 32)
        let replies = ReplyContext(client: client, secret: secret)
        let pagerDuty = launch.replies.pagerDuty.map { plan in
            PagerDutyAPI(plan, services: EscalationService.names(launch, "pagerduty"), in: replies)
        }
        desk = ReplyDesk(
            EscalationService.sources(launch, pagerDuty, in: replies), for: escalator, rollCaller: rollCaller,
            every: launch.replies.every,
            note: { log.warning("\($0)") })
        let ping = MonitorPing(client: client, secret: secret)
        responder = Responder(
            launch.responses, history: around.history,
            hands: EscalationService.hands(client, secret, around), recorder: around.recorder, clock: clock
        ) { policy, alert, words, by in
            await escalator.start(policy: policy, about: alert, words: words, by: by)
        }
        changes = ChangeTeller(launch, history: around.history, sink: outbox, clock: clock)
        deadMan = DeadMan(
            launch.deadMan, canary: JournalCanary(journal: around.journal), socket: NotifySocket(), clock: clock,
            publish: around.publish,
            turns: {
                var turns = await around.turns()
                turns.updateValue(await escalator.tickedAt, forKey: "the escalation engine")
                return turns
            }, ping: { await ping($0) }, note: { log.warning("\($0)") })
        // MARK: Mobile
        mobile = launch.mobile.flatMap { plan in
            guard let mobileKey, let alerting = around.alerting else { return nil }
            let house = EngineHouse(launch, zone: around.zone, escalator: escalator, alerting: alerting, clock: clock)
            let desk = MobileDesk(
                plan, key: mobileKey, house: house, zone: around.zone, clock: clock,
                voices: EscalationService.voices(launch, secret))
            return MobileServer(plan, desk: desk, note: { log.warning("\($0)") })
        }
        digest = DigestService(
            launch, journal: around.journal, zone: around.zone, recorder: around.recorder, sink: outbox, clock: clock,
            note: { log.warning("\($0)") })
        self.escalator = escalator
        self.rollCaller = rollCaller
        self.outbox = outbox
        self.pagerDuty = pagerDuty
        schedules = launch.schedules
        self.reactor = reactor
        self.clock = clock
        self.log = log
    }

    /// Escalates until the task is cancelled.
    package func run(alerts: AsyncStream<[(event: AlertEvent, at: Moment)]>, foreign: AsyncStream<[Event]>) async {
        await escalator.begin()
        await responder.begin()
        await withTaskGroup { group in
            group.addTask { await outbox.run() }
            group.addTask { await rollCaller.begin() }
            group.addTask { await desk.run() }
            group.addTask { await deadMan.run() }
            group.addTask { await followRota() }
            group.addTask { await mobile?.run() }
            group.addTask { await digest.run() }
            group.addTask {
                while !Task.isCancelled {
                    await escalator.tick()
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
            group.addTask {
                for await news in alerts {
                    await escalator.hear(news)
                    await responder.hear(news)
                }
            }
            // By itself: it waits for the disk, and an acknowledgement must not wait for that.
            let (changed, news) = AsyncStream.makeStream(of: [Event].self)
            group.addTask {
                await changes.begin()
                for await events in changed { await changes.hear(foreign: events) }
            }
            group.addTask {
                for await events in foreign {
                    news.yield(events)
                    await escalator.hear(foreign: events)
                    await responder.hear(foreign: events)
                    await rollCaller.hear(foreign: events)
                }
                news.finish()
            }
            await group.waitForAll()
        }
        await escalator.settle()
        reactor.shutdown()
    }

    /// Asks PagerDuty once a minute who is on call, for the schedules that say so. What it said holds for an hour when it
    /// cannot be asked; then the config's own rota does.
    private func followRota() async {
        let wanted = Dictionary(
            schedules.compactMap { schedule in schedule.pagerDuty.map { ($0, schedule.name) } },
            uniquingKeysWith: { first, _ in first })
        guard let pagerDuty, !wanted.isEmpty else { return }
        var heardAt: Moment?
        while !Task.isCancelled {
            do {
                await escalator.setRota(try await pagerDuty.onCall(wanted, at: clock.now().utc))
                heardAt = clock.now()
            } catch {
                log.warning("PagerDuty's rota cannot be read: \(error)")
                if heardAt.map({ $0.age(at: clock.now()) > .hours(1) }) ?? true { await escalator.setRota([:]) }
            }
            try? await Task.sleep(for: .seconds(60))
        }
    }

    // MARK: Mobile

    /// The key of links; nil where there is no page, or no key to be had: then pages go without a link, and the log says so.
    private static func mobileKey(_ launch: LaunchConfiguration, journal: String, _ log: Logger) -> MobileKey? {
        guard launch.mobile != nil else { return nil }
        do { return try MobileKey(journal: journal) } catch {
            log.error("pages go without links, and no mobile page is served: \(error)")
            return nil
        }
    }

    private static func links(
        _ plan: MobilePlan?, _ key: MobileKey?
    ) -> @Sendable (EscalationID, PageWay, Timestamp) -> String? {
        guard let plan, let key else { return { _, _, _ in nil } }
        return { chain, way, now in
            way.contact.map { contact in
                plan.address(
                    of: MobileLink(person: contact, channel: way.channel, chain: chain, expires: now + plan.life), key)
            }
        }
    }

    /// The channels whose calls take a digit.
    private static func voices(
        _ launch: LaunchConfiguration, _ secret: @escaping @Sendable (Secret) throws -> String
    ) -> [String: TwilioVoice] {
        var voices: [String: TwilioVoice] = [:]
        for channel in launch.channels {
            guard case .voice(let twilio, let voice) = channel.kind, voice.callback != nil, let signing = voice.signing
            else { continue }
            voices[channel.name] = TwilioVoice(account: twilio.account, language: voice.language) {
                try secret(signing)
            }
        }
        return voices
    }

    private static func names(_ launch: LaunchConfiguration, _ types: String...) -> Set<String> {
        Set(launch.channels.filter { types.contains($0.type) }.map(\.name))
    }

    private static func sources(
        _ launch: LaunchConfiguration, _ pagerDuty: PagerDutyAPI?, in context: ReplyContext
    ) -> [any ReplySource] {
        let numbers = names(launch, "sms", "voice")
        let users = names(launch, "slack")
        let asked = launch.channels.filter { launch.replies.channels.contains($0.name) }
        return asked.compactMap { channel -> (any ReplySource)? in
            switch channel.kind {
            case .sms(let plan, _): TwilioReplies(plan, channel: channel.name, numbers: numbers, in: context)
            case .slack(let plan): SlackReplies(plan, channel: channel.name, users: users, in: context)
            default: nil
            }
        } + (pagerDuty.map { [$0] } ?? [])
    }

    private static func hands(
        _ client: HTTPClient, _ secret: @escaping @Sendable (Secret) throws -> String,
        _ around: Surroundings
    ) -> Responder.Hands {
        Responder.Hands(
            run: { words, deadline in
                do throws(WireError) {
                    let result = try await Command.run(words, deadline: deadline)
                    if result.isSuccess { return nil }
                    let said = result.standardError.text + result.standardOutput.text
                    return "\(result.ending)" + (said.isEmpty ? "" : ": \(said.prefix(300))")
                } catch {
                    return error.reason
                }
            },
            post: { url, body, deadline in
                do {
                    let text: String
                    switch url {
                    case .plain(let plain): text = plain
                    case .secret(let reference): text = try secret(reference)
                    }
                    let request = HTTPRequest(
                        text, method: "POST", headers: [.init("Content-Type", "application/json")], body: body)
                    let answer = try await client.send(request, deadline: deadline)
                    return (200...299).contains(answer.status) ? nil : "it answered \(answer.status)"
                } catch let error as WireError {
                    return error.reason
                } catch {
                    return "\(error)"
                }
            }, rollBack: around.rollBack, offender: around.offender)
    }
}

/// Lets the outbox tell the escalator, which is made after it.
private final class Ear: Sendable {
    private let listeners = Mutex<(Escalator, RollCaller)?>(nil)

    func connect(_ escalator: Escalator, _ rollCaller: RollCaller) {
        listeners.withLock { $0 = (escalator, rollCaller) }
    }

    func hear(_ event: EscalationEvent) async {
        guard let (escalator, rollCaller) = listeners.withLock({ $0 }) else { return }
        await escalator.hear(event)
        await rollCaller.hear(event)
    }
}
