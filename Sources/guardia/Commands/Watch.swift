import Actions
import ArgumentParser
import Edge
import Journal
import Launch
import Logging
import Screen
import Security
import ServiceLifecycle
import Settings
import UnixSignals
import Watch
import Wire

/// `guardia watch`: the engine.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch the launch: take readings, judge them, keep the journal. Runs until SIGTERM or SIGINT.",
        discussion: "One engine a journal: a second one is refused. Config/systemd has the service.")

    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("Where the journal is; otherwise as the config says.", valueName: "file"))
    var journal: String?

    @Option(help: ArgumentHelp("Write the log to this file instead of stderr.", valueName: "file"))
    var log: String?

    @Option(help: "How much to log.")
    private var logLevel = LogLevel.info

    func run() async throws {
        if let unsafe = OwnSecurity.objection(to: config.path, because: "it names commands that the engine runs") {
            throw Failure.usage(unsafe)
        }
        let file: LaunchConfigurationFile
        let zone: Zone
        let clock = SystemClock()
        do {
            file = try config.loadAndKeep()
            zone = try ZoneTable.make(
                name: file.configuration.zoneName, abbreviation: file.configuration.zoneAbbreviation,
                around: clock.now().utc)
        } catch {
            throw Failure.usage(error)
        }
        let logger = try LogFile.logger(path: log, level: logLevel.level)
        for warning in file.warnings { logger.warning("\(warning)") }
        do {
            let service = try await service(of: file.configuration, zone: zone, clock: clock, logger)
            try await ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            ).run()
            await service.recorder.close(at: clock.now())
        } catch let exit as ExitCode {
            throw exit
        } catch {
            throw Failure.failed(error)
        }
    }

    private func service(
        of launch: LaunchConfiguration, zone: Zone, clock: any Clock, _ logger: Logger
    ) async throws -> EngineService {
        let path = journal ?? launch.journal.path
        if let unsafe = OwnSecurity.objection(to: path, because: "it is the audit") { throw Failure.usage(unsafe) }
        let plan = launch.journal
        let recorder = try await JournalRecorder.open(
            path: path, origin: Origin.name, retention: Retention(full: plan.full, downsampled: plan.downsampled))
        let secrets = SecretStore()
        let rollback = ResponseRollback(journal: path, config: config)
        let refusals = try Watch.refusals(launch, clock: clock)
        let engine = Engine(
            launch, zone: zone, version: Version.number, clock: clock, log: logger, journal: path, refusals: refusals,
            rollBack: { await rollback($0) }
        ) {
            try secrets.resolve($0)
        }
        // Read through a reader of its own, after the recorder has made the file.
        let standing = try await Watch.standing(path, recorder, logger)
        return EngineService(
            engine: engine, recorder: recorder, standing: standing,
            follower: EngineFollower(path: path, after: standing.sequence),
            past: { wanted in Watch.past(wanted, journal: path, now: clock.now().utc) },
            warden: try Watch.warden(launch, journal: path, clock: clock),
            scheduler: Watch.scheduler(launch, config: config, journal: path, zone: zone, clock: clock),
            security: try Watch.security(launch, refusals, journal: path, clock: clock))
    }

    /// What the journal holds. Where nothing can be recorded the engine begins with as much as can be read.
    private static func standing(_ path: String, _ recorder: JournalRecorder, _ logger: Logger) async throws -> Standing
    {
        let trouble = await recorder.notRecording
        if let trouble { logger.critical("NOT RECORDING: \(path): \(trouble); watching and paging go on in memory") }
        do { return try Standing.read(from: path) } catch {
            guard trouble != nil else { throw error }
            logger.warning("beginning with nothing known: \(error)")
            return Standing()
        }
    }

    /// What begins backups and restore drills; nil where neither has a schedule.
    private static func scheduler(
        _ launch: LaunchConfiguration, config: ConfigOptions, journal: String, zone: Zone, clock: any Clock
    ) -> BackupScheduler? {
        guard let plan = launch.backup, plan.schedule != nil || plan.drill.schedule != nil else { return nil }
        var setup = ActionStart.setup(journal: journal, config: config.path)
        setup.options += config.variables.flatMap { ["--set", $0] }
        let launcher = ActionLauncher(setup) {}
        return BackupScheduler(plan, window: launch.launch.window, zone: zone, clock: clock, journal: journal) {
            launcher.launch($0)
        }
    }

    /// What a journal knows of some rates; nothing where it cannot be read. Before the first look: nothing else waits for it.
    static func past(
        _ wanted: [SeriesID: Milliseconds], journal: String, now: Timestamp
    ) -> [SeriesID: [HourMean]] {
        guard let longest = wanted.values.max(), let reader = try? JournalReader(path: journal) else { return [:] }
        return (try? reader.hours(of: Set(wanted.keys), since: now + Milliseconds(-longest.count))) ?? [:]
    }

    private static func warden(
        _ launch: LaunchConfiguration, journal: String, clock: any Clock
    ) throws -> ActionWarden? {
        // Flags, backups, drills and the poll are looked after where nothing is deployed, too.
        guard
            launch.deployment != nil || launch.flags != nil || launch.backup != nil || launch.readiness != nil
                || launch.drills.edge != nil
        else { return nil }
        let reactor = try Reactor()
        let edges = launch.deployment.map { deployment in
            deployment.edges.map { EdgeClient($0, of: deployment, on: reactor) }
        }
        var startHost: (@Sendable () async -> String?)?
        if let drill = launch.drills.edge {
            let runner = CommandPlanRunner(reactor: reactor)
            startHost = { await runner.run(drill.start) }
        }
        return ActionWarden(
            journal: journal, origin: Origin.name, clock: clock, deployment: launch.deployment,
            edges: EdgeGroup(edges ?? []), startHost: startHost)
    }
}

extension Watch {
    /// Who reads the edges' logs, for the probe and for the station.
    private static func refusals(_ launch: LaunchConfiguration, clock: any Clock) throws -> RefusalDesk? {
        guard let plan = launch.security?.defences, let deployment = launch.deployment else { return nil }
        return RefusalDesk(plan, of: deployment, on: try Reactor(), clock: clock)
    }

    private static func security(
        _ launch: LaunchConfiguration, _ refusals: RefusalDesk?, journal: String, clock: any Clock
    ) throws -> [SecurityWatch] {
        guard let plan = launch.security else { return [] }
        let reactor = try Reactor()
        return SecurityWatch.Part.allCases.map { part in
            SecurityWatch(
                plan, part, deployment: launch.deployment, refusals: refusals, clockWitnesses: launch.clockWitnesses,
                figures: launch.figures,
                journal: journal,
                origin: Origin.name, clock: clock, reactor: reactor
            ) {
                try SecretStore().resolve($0)
            }
        }
    }
}

/// The engine as a service that ends when a signal asks it to.
private struct EngineService: Service, CustomStringConvertible {
    var engine: Engine
    var recorder: JournalRecorder
    var standing: Standing
    var follower: EngineFollower
    var past: Engine.RatePast
    /// What looks after actions; nil where nothing is deployed.
    var warden: ActionWarden?
    /// What begins backups and drills; nil where none is scheduled.
    var scheduler: BackupScheduler?
    /// What looks at the launch's security; none where the config says nothing of it.
    var security: [SecurityWatch] = []

    /// What the log calls it. Without a word of its own it would be all that it holds: the whole config, megabytes of it.
    var description: String { "the engine" }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                if let warden { group.addTask { await warden.run() } }
                if let scheduler { group.addTask { await scheduler.run() } }
                for watch in security { group.addTask { await watch.run() } }
                group.addTask {
                    try await engine.run(recorder: recorder, standing: standing, follower: follower, past: past)
                }
                // The engine ends when it is asked to, or fails: either way the warden ends with it.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}

/// `Logger.Level` as an option.
private enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, notice, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
