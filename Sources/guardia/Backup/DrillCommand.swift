import Actions
import ArgumentParser
import Edge
import Foundation
import Glibc
import Journal
import Launch
import Settings
import Watch
import Wire

/// `guardia drill …`
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract:
            "Try on purpose what must not surprise: a restore, lost connections, a Redis that restarts, a host that is gone.",
        discussion: """
            Each is told in the journal before it begins and when it has ended, with what was measured against its target; \
            alarms of what it disturbs are its own while it runs. Those that disturb what serves run in a rehearsal, and \
            elsewhere only where 'drills.allowed' of the launch config names them.
            """,
        subcommands: [Restore.self, Connections.self, Redis.self, Edge.self])

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract:
                "Restore a backup to a scratch server, compare every table, ask the application's questions, time it.",
            discussion: """
                Of production it only reads. The scratch server is in a private folder, reachable by a Unix socket alone, and \
                gone at the end, whatever ends it; what even a kill -9 left is removed and named by the next drill.

                Exit codes: 0 the backup restores and is the same, 1 it does not, 2 wrong usage, 3 refused.
                """)
        @OptionGroup var options: ActionOptions
        @Option(help: ArgumentHelp("The private key: age's file, gpg's home.", valueName: "path")) var identity: String?
        @Flag(name: .customLong("from-bucket"), help: "Fetch it from the bucket, also where it lies in the folder.")
        var fromBucket = false
        @Argument(help: "The backup's name; otherwise the newest.") var name: String?

        func run() async throws {
            let session = try BackupSession(options, for: .drill, key: identity)
            let plan = try session.plan(options.config.path)
            let id = options.actionID(.drill, at: session.clock.now().utc)
            let drill = RestoreDrill(
                session.world(options, plan, id),
                .init(name: name, fromBucket: fromBucket, identity: identity, reason: options.reason))
            throw await session.perform(id, json: options.json) { await drill.run() }
        }
    }

    struct Connections: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "connections",
            abstract: "End the application's database sessions, take all connections for a while, time its recovery.")
        @OptionGroup var options: ActionOptions
        @OptionGroup var approval: ApprovalOptions
        func validate() throws { try approval.validate(options) }
        func run() async throws { throw try await DrillCommand.disturb(.connections, options, approval) }
    }

    struct Redis: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "redis", abstract: "Restart Redis, and time the application's recovery.")
        @OptionGroup var options: ActionOptions
        @OptionGroup var approval: ApprovalOptions
        func validate() throws { try approval.validate(options) }
        func run() async throws { throw try await DrillCommand.disturb(.redis, options, approval) }
    }

    struct Edge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "edge",
            abstract: "Stop one host of the application for a while, and time the recovery.")
        @OptionGroup var options: ActionOptions
        @OptionGroup var approval: ApprovalOptions
        func validate() throws { try approval.validate(options) }
        func run() async throws { throw try await DrillCommand.disturb(.edge, options, approval) }
    }

    private static func disturb(
        _ kind: DrillKind, _ options: ActionOptions, _ approval: ApprovalOptions
    ) async throws -> ExitCode {
        let session = try BackupSession(options, for: .drill)
        let launch = session.launch
        if let refusal = launch.drills.refusal(of: kind, in: launch.environment) {
            throw Failure.refused(Told(refusal))
        }
        if !options.yes {
            Output.line("This disturbs \(launch.environment) on purpose: \(kind.rawValue).")
            if launch.approvals.count(for: .drill) > 0 { Output.line("mind: \(launch.approvals.words(for: .drill))") }
            switch Confirmation.typed(launch.environment) {
            case true?: break
            case false?: throw Failure.refused(Told("not confirmed: nothing was disturbed"))
            case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes"))
            }
        }
        let id = options.actionID(.drill, at: session.clock.now().utc)
        // Its own signals call off the whole drill: the desk's only end the wait.
        let board = JournalBoard(session.journal)
        let wait = ApprovalWait(
            needed: launch.approvals.count(for: .drill), limit: launch.approvals.limit,
            breaksGlass: approval.breakGlass, clock: session.clock, pause: { try await Task.sleep(for: $0.duration) },
            requests: { await board.requests(of: id) })
        let secrets = SecretStore()
        let health = HTTPRequest(launch.drills.health ?? "", maxBodyBytes: 64 << 10)
        let client = HTTPClient(on: session.reactor)
        let reactor = session.reactor
        let runner = CommandPlanRunner(reactor: reactor)
        let drill = DisturbanceDrill(
            DisturbanceDrill.World(
                drills: launch.drills, environment: launch.environment, figures: launch.figures,
                reactor: session.reactor, clock: session.clock,
                secret: { try secrets.resolve($0) }, journal: session.teller,
                reporter: session.reporter(id, json: options.json), who: session.identity.who,
                command: ActionSession.commandLine,
                hushes: DrillSilence.matchers(
                    of: launch.drills.silences(of: kind), in: launch.alertPlan(zone: session.zone)),
                lockFolder: URL(fileURLWithPath: session.journal).deletingLastPathComponent().path, approval: wait,
                isWell: {
                    let response = try? await client.send(health, deadline: .seconds(2))
                    return response.map { (200..<300).contains($0.status) } ?? false
                }, run: { await runner.run($0) },
                redisRun: { await Self.redisRun(launch.drills, on: reactor, secrets) },
                answers: { address in
                    let request = HTTPRequest(address, maxBodyBytes: 64 << 10)
                    do throws(WireError) { _ = try await client.send(request, deadline: .seconds(2)) } catch {
                        if case .tooLarge = error.kind { return true }
                        return false
                    }
                    return true
                }), kind: kind, reason: options.reason)
        return await session.perform(id, json: options.json) { await drill.run() }
    }

    /// Which run of Redis answers, asked by a connection of its own: an old one would know nothing of a new server.
    private static func redisRun(_ drills: DrillsPlan, on reactor: Reactor, _ secrets: SecretStore) async -> String? {
        guard let target = drills.redis?.server,
            let settings = try? RedisSettings(target, secret: { try secrets.resolve($0) })
        else { return nil }
        let client = RedisClient(settings, on: reactor)
        let answer = try? await client.command(["INFO", "server"], deadline: .seconds(2))
        await client.close()
        guard case .string(let text)? = answer else { return nil }
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("run_id:") }
        return line.map { String($0.dropFirst("run_id:".count)) }
    }
}
