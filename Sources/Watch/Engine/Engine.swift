import Glibc
package import Launch
package import Logging
package import Security
import Wire

/// The whole of `guardia watch`: starts a poller a probe and keeps the heart beating until its task is cancelled.
package struct Engine: Sendable {
    /// The measures that a wrong clock falsifies: they compare a date with today's.
    private static let datedMeasures: Set<String> = ["expires"]
    /// Readings that may wait for the collector before the oldest are dropped: several minutes of a large launch.
    private static let backlog = 20_000

    /// Tells the recorded hours of series.
    package typealias RatePast = @Sendable (_ wanted: [SeriesID: Milliseconds]) async -> [SeriesID: [HourMean]]

    private let configuration: LaunchConfiguration
    private let manifest: Manifest
    private let version: String
    private let clock: any Clock
    private let log: Logger
    private let secret: @Sendable (Secret) throws -> String
    private let journal: String?
    private let refusals: RefusalDesk?
    private let rollBack: @Sendable (_ reason: String) async -> String?

    /// - Parameters:
    ///   - journal: where the recorder writes, for what is read there.
    ///   - refusals: what is turned away from the edges, where the launch's security asks it too.
    ///   - rollBack: starts a rollback in a session of its own, for automatic responses; why it could not.
    package init(
        _ configuration: LaunchConfiguration, zone: Zone, version: String, clock: any Clock, log: Logger,
        journal: String? = nil, refusals: RefusalDesk? = nil,
        rollBack: @escaping @Sendable (_ reason: String) async -> String? = { _ in "nothing here can roll back" },
        secret: @escaping @Sendable (Secret) throws -> String
    ) {
        var configuration = configuration
        configuration.series += EscalationService.series(configuration)
        self.configuration = configuration
        manifest = configuration.manifest(zone: zone)
        self.version = version
        self.clock = clock
        self.log = log
        self.secret = secret
        self.journal = journal
        self.refusals = refusals
        self.rollBack = rollBack
    }

    /// Watches until the task is cancelled.
    ///
    /// - Parameters:
    ///   - recorder: the journal, taken by this process alone.
    ///   - standing: what the journal held when it was taken over, so that nothing is told twice after a restart.
    ///   - follower: what tells of events that other processes append, not started yet.
    ///   - past: what was recorded of some rates, and how far back it is wanted; asked once, before the first look.
    /// - Throws: when the graph is wrong or a probe cannot be made from its settings.
    package func run(
        recorder: any Recorder, standing: Standing, follower: EngineFollower, past: RatePast = { _ in [:] }
    ) async throws {
        let probed = Set(configuration.probes.flatMap { $0.series.map(\.id) })
        let graph = try SeriesGraph(probed: probed, derivations: configuration.derivations)
        let started = clock.now()
        let alerting = AlertEvaluator(
            AlertMachine(
                configuration.alertPlan(zone: manifest.zone), log: standing.alerts,
                past: AlertPast(last: standing.last),
                sources: Set(configuration.alertmanagers.flatMap { [$0.name, $0.linkName] } + [EngineAlerts.source]),
                now: started),
            recorder: recorder, clock: clock)
        var evaluator = Evaluator(graph: graph, series: configuration.series)
        evaluator.take(past: await past(evaluator.pastWanted))
        let collector = Collector(
            evaluator: evaluator,
            ledger: VerdictLedger(series: configuration.series, standing: standing.verdicts, now: started),
            clockGuard: makeClockGuard(), recorder: recorder, clock: clock,
            forward: { alerting.inbox.yield(.readings($0, at: $1)) })
        let (inputs, inbox) = AsyncStream.makeStream(
            of: Collector.Input.self, bufferingPolicy: .bufferingNewest(Engine.backlog))

        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let pace = PollPace()
        let pollers = makePollers(on: reactor, pace: pace) { inbox.yield(.readings($0, at: $1)) }
        await recorder.record(manifest, at: started)
        let start = Event.EngineStarted(
            version: version, pid: getpid(), probes: pollers.count, series: configuration.series.count)
        await recorder.append([.engineStarted(start)], at: started)
        log.info("watching", metadata: ["probes": "\(pollers.count)", "series": "\(configuration.series.count)"])

        // MARK: Alerting and escalation
        // Whoever needs to hear of events asks the follower, and whoever needs transitions the evaluator, before they begin.
        let heard = follower.events()
        let origin = Engine.hostName
        let links = configuration.alertmanagers.map { plan in
            (
                link: AlertmanagerLink(
                    plan, origin: origin, runbook: configuration.runbook, alerting: alerting, on: reactor, clock: clock,
                    secret: secret),
                news: AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            )
        }
        let transitions = links.isEmpty ? nil : await alerting.transitions()
        let samples = PastReader(path: follower.path)
        let own = EngineAlertWatch(journal: follower.path, plan: configuration.alerts.engine, clock: clock) {
            alerting.inbox.yield(.outside($0))
        }
        let escalation = try EscalationService(
            configuration,
            in: EscalationService.Surroundings(
                journal: follower.path, zone: manifest.zone, history: standing.history, recorder: recorder,
                clock: clock,
                log: log, secret: secret, publish: { inbox.yield(.readings($0, at: $1)) },
                turns: { ["the alert rules": await alerting.canaryAt] }, rollBack: rollBack, alerting: alerting,
                offender: { [refusals] in await refusals?.offender(at: $0)?.address }))
        let (news, foreign) = (await alerting.transitions(), follower.events())
        // MARK: Readiness
        let launched = follower.events()
        follower.start()
        defer { follower.stop() }

        await withTaskGroup { group in
            for poller in pollers { group.addTask { await poller.run() } }
            group.addTask { await Engine.every(.milliseconds(100)) { inbox.yield(.flush) } }
            group.addTask { await Engine.every(.seconds(1)) { inbox.yield(.beat) } }
            group.addTask { await Engine.every(.milliseconds(200)) { alerting.inbox.yield(.look) } }
            group.addTask { await collector.run(inputs) }
            group.addTask { await alerting.run() }
            group.addTask { await escalation.run(alerts: news, foreign: foreign) }
            group.addTask { await watchLaunch(launched, standing.readiness, pace, escalation) }
            group.addTask {
                for await events in heard {
                    alerting.inbox.yield(.events(events))
                    if events.contains(where: \.isWord) { for link in links { link.news.continuation.yield() } }
                }
                for link in links { link.news.continuation.finish() }
            }
            group.addTask {
                guard let transitions else { return }
                for await _ in transitions { for link in links { link.news.continuation.yield() } }
            }
            group.addTask { await own.run() }
            for (link, news) in links { group.addTask { await link.run(hearing: news.stream) } }
            group.addTask { alerting.inbox.yield(.past(await samples.samples(of: alerting.plan.spans))) }
            // The config's tree and the manifest as text: by then all who read them have.
            group.addTask {
                try? await Task.sleep(for: .seconds(5))
                Heap.giveBack()
            }
            // The pollers and the timers end when the task is cancelled; the others when their inbox is closed.
            while !Task.isCancelled, await group.next() != nil {}
            inbox.finish()
            alerting.inbox.finish()
            follower.stop()
            await group.waitForAll()
        }

        await recorder.append([.engineStopped(Event.EngineStopped(reason: "asked to"))], at: clock.now())
        log.info("stopped")
    }

    /// Follows the launch clock: for a time after T−0 probes look more often, and no hours hold pages back.
    private func watchLaunch(
        _ events: AsyncStream<[Event]>, _ log: ReadinessLog, _ pace: PollPace, _ escalation: EscalationService
    ) async {
        guard configuration.launch.at != nil, let plan = configuration.launch.closerWatch else { return }
        let watch = LaunchWatch(configuration.launch, log)
        await withTaskGroup { group in
            group.addTask { for await news in events { watch.take(news) } }
            group.addTask {
                while !Task.isCancelled {
                    let isCloser = watch.isCloser(at: clock.now())
                    pace.faster = isCloser ? plan.faster : 1
                    await escalation.escalator.setKeepsHours(!isCloser)
                    try? await Task.sleep(for: .seconds(1))
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func every(_ interval: Duration, _ act: @Sendable () -> Void) async {
        while !Task.isCancelled {
            act()
            try? await Task.sleep(for: interval)
        }
    }

    private func makePollers(on reactor: Reactor, pace: PollPace, publish: @escaping Poller.Publish) -> [Poller] {
        let context = ProbeContext(
            reactor: reactor, clock: clock, zone: manifest.zone, holidays: configuration.launch.window?.holidays ?? [],
            journal: journal, refusals: refusals, secret: secret)
        // Few probes look close together, so that a second is one tick; many are spread, so that they do not queue.
        let window = Milliseconds(Int64(max(200, configuration.probes.count)))
        return configuration.probes.map { probe in
            Poller(
                probe, prober: makeProber(for: probe, in: context), on: reactor, clock: clock,
                phase: PollSchedule.phase(of: probe.name, within: min(window, probe.interval)), pace: pace,
                publish: publish)
        }
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unnamed" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func makeClockGuard() -> ClockGuard {
        var dependents: Set<SeriesID> = []
        for probe in configuration.probes {
            for measure in probe.measures where Engine.datedMeasures.contains(measure.name) {
                dependents.insert(SeriesID("\(probe.name).\(measure.name)"))
            }
        }
        return ClockGuard(dependents: dependents, witnesses: configuration.clockWitnesses)
    }
}

extension Event {
    /// Whether it is what an operator says of alerts.
    fileprivate var isWord: Bool {
        switch body {
        case .alert(.acknowledged), .alert(.unacknowledged), .alert(.silenced), .alert(.unsilenced): true
        default: false
        }
    }
}
