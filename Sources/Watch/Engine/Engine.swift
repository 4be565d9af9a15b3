import Glibc
package import Launch
package import Logging
import Wire

/// The whole of `guardia watch`: starts a poller a probe and keeps the heart beating until its task is cancelled.
package struct Engine: Sendable {
    /// The measures that a wrong clock falsifies: they compare a date with today's.
    private static let datedMeasures: Set<String> = ["expires"]
    /// Readings that may wait for the collector before the oldest are dropped: several minutes of a large launch.
    private static let backlog = 20_000

    /// Tells the recorded hours of series.
    package typealias Past = @Sendable (_ wanted: [SeriesID: Milliseconds]) async -> [SeriesID: [HourMean]]

    private let configuration: LaunchConfiguration
    private let manifest: Manifest
    private let version: String
    private let clock: any Clock
    private let log: Logger
    private let secret: @Sendable (Secret) throws -> String

    package init(
        _ configuration: LaunchConfiguration, zone: Zone, version: String, clock: any Clock, log: Logger,
        secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.configuration = configuration
        manifest = configuration.manifest(zone: zone)
        self.version = version
        self.clock = clock
        self.log = log
        self.secret = secret
    }

    /// Watches until the task is cancelled.
    ///
    /// - Parameters:
    ///   - recorder: the journal, taken by this process alone.
    ///   - standing: the verdicts with which the journal's feed ended, so that nothing is told twice after a restart.
    ///   - past: what was recorded of some rates, and how far back it is wanted; asked once, before the first look.
    /// - Throws: when the graph is wrong or a probe cannot be made from its settings.
    package func run(
        recorder: any Recorder, standing: [SeriesID: Verdict], past: Past = { _ in [:] }
    ) async throws {
        let probed = Set(configuration.probes.flatMap { $0.series.map(\.id) })
        let graph = try SeriesGraph(probed: probed, derivations: configuration.derivations)
        let started = clock.now()
        var evaluator = Evaluator(graph: graph, series: configuration.series)
        evaluator.take(past: await past(evaluator.pastWanted))
        let collector = Collector(
            evaluator: evaluator,
            ledger: VerdictLedger(series: configuration.series, standing: standing, now: started),
            clockGuard: makeClockGuard(), recorder: recorder, clock: clock)
        let (inputs, inbox) = AsyncStream.makeStream(
            of: Collector.Input.self, bufferingPolicy: .bufferingNewest(Engine.backlog))

        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let pollers = try makePollers(on: reactor) { inbox.yield(.readings($0, at: $1)) }
        await recorder.record(manifest, at: started)
        let start = Event.EngineStarted(
            version: version, pid: getpid(), probes: pollers.count, series: configuration.series.count)
        await recorder.append([.engineStarted(start)], at: started)
        log.info("watching", metadata: ["probes": "\(pollers.count)", "series": "\(configuration.series.count)"])

        await withTaskGroup { group in
            for poller in pollers { group.addTask { await poller.run() } }
            group.addTask { await Engine.every(.milliseconds(100)) { inbox.yield(.flush) } }
            group.addTask { await Engine.every(.seconds(1)) { inbox.yield(.beat) } }
            group.addTask { await collector.run(inputs) }
            // The pollers and the timers end when the task is cancelled; the collector when its inbox is closed.
            for _ in 0..<(pollers.count + 2) { await group.next() }
            inbox.finish()
            await group.waitForAll()
        }

        await recorder.append([.engineStopped(Event.EngineStopped(reason: "asked to"))], at: clock.now())
        log.info("stopped")
    }

    private static func every(_ interval: Duration, _ act: @Sendable () -> Void) async {
        while !Task.isCancelled {
            act()
            try? await Task.sleep(for: interval)
        }
    }

    private func makePollers(on reactor: Reactor, publish: @escaping Poller.Publish) throws -> [Poller] {
        let context = ProbeContext(reactor: reactor, clock: clock, zone: manifest.zone, secret: secret)
        // Few probes look close together, so that a second is one tick; many are spread, so that they do not queue.
        let window = Milliseconds(Int64(max(200, configuration.probes.count)))
        return try configuration.probes.map { probe in
            Poller(
                probe, prober: try makeProber(for: probe, in: context), on: reactor, clock: clock,
                phase: PollSchedule.phase(of: probe.name, within: min(window, probe.interval)), publish: publish)
        }
    }

    private func makeClockGuard() -> ClockGuard {
        var dependents: Set<SeriesID> = []
        var witnesses: [Series] = []
        for probe in configuration.probes {
            if case .clock = probe.target {
                witnesses += probe.series.filter { $0.id.name.hasSuffix(".offset") || $0.unit == .verdict }
            }
            for measure in probe.measures where Engine.datedMeasures.contains(measure.name) {
                dependents.insert(SeriesID("\(probe.name).\(measure.name)"))
            }
        }
        return ClockGuard(dependents: dependents, witnesses: witnesses)
    }
}
