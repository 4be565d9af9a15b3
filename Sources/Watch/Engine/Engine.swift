package import Journal
package import Launch
package import Logging
package import Wire

/// The whole of `guardia watch`: takes the journal, starts a poller a probe, and keeps the heart beating until cancelled.
package struct Engine: Sendable {
    /// The measures that a wrong clock falsifies: they compare a date with today's.
    private static let datedMeasures: Set<String> = ["expires"]

    private let configuration: LaunchConfiguration
    private let manifest: Manifest
    private let version: String
    private let secret: @Sendable (Secret) throws -> String
    private let clock: any Clock
    private let log: Logger

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
    /// - Throws: when the journal cannot be taken (another engine holds it, the folder is not writable), the graph is
    ///   wrong, or a probe cannot be made from its settings.
    package func run(recorder: JournalRecorder, standing: Board) async throws {
        let probed = Set(configuration.probes.flatMap { $0.series.map(\.id) })
        let graph = try SeriesGraph(probed: probed, derivations: configuration.derivations)
        let started = clock.now()
        let collector = Collector(
            evaluator: Evaluator(graph: graph, series: configuration.series),
            ledger: VerdictLedger(series: configuration.series, standing: standing.feed.verdicts, now: started),
            clockGuard: makeClockGuard(), recorder: recorder, clock: clock)

        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let pollers = try makePollers(on: reactor, publish: { await collector.take($0, at: $1) })
        await recorder.record(manifest, at: started)
        await recorder.append(
            [
                .engineStarted(
                    Event.EngineStarted(
                        version: version, pid: getpid(), probes: pollers.count, series: configuration.series.count))
            ], at: started)
        log.info("watching", metadata: ["probes": "\(pollers.count)", "series": "\(configuration.series.count)"])

        await withTaskGroup { group in
            for poller in pollers { group.addTask { await poller.run() } }
            group.addTask { await repeating(every: .milliseconds(100)) { await collector.flush() } }
            group.addTask { await repeating(every: .seconds(1)) { await collector.beat() } }
            group.addTask { [configuration] in
                await repeating(every: .seconds(600)) {
                    await recorder.prune(
                        now: clock.now(), full: configuration.journal.full,
                        downsampled: configuration.journal.downsampled)
                }
            }
            await group.waitForAll()
        }

        await collector.finish()
        await recorder.append([.engineStopped(Event.EngineStopped(reason: "asked to"))], at: clock.now())
        log.info("stopped")
    }
}
