import Actions
import ArgumentParser
import Edge
import Foundation
import Glibc
import Journal
import Launch
import Settings
import Wire

/// `guardia setup`: makes this machine ready for a launch.
struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Make this machine ready for a launch: user, folders, sudoers, unit, journal, database, edges.",
        discussion: """
            Everything is looked at first and changed only where it differs: a second run changes nothing and says so. \
            With a launch config it also makes the journal, runs the SQL files that are given in the launch's database, and \
            asks every edge whether its door is fit (guardia edge install makes it so). Operators are then the members of the \
            group: adduser ana guardia.

            It changes the machine as root; run by somebody else it only says what root would do. Exit codes: 0 all is as it \
            should be, 1 something could not be done, or is to be done by root, 2 wrong usage or configuration.
            """)

    @OptionGroup var config: ConfigOptions

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("The service user, and the operators' group.", valueName: "name"))
    var user = "guardia"

    @Option(
        help: ArgumentHelp(
            "The launch's database as psql takes it, for --sql; as a role that may make roles.", valueName: "conninfo"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "An SQL file to run there, as Config/postgres/barberpro-role.sql; may be repeated.", valueName: "file"))
    var sql: [String] = []

    @Flag(help: "Leave the machine itself alone: journal, database and edges only.")
    var onlyLaunch = false

    @Flag(
        help:
            "Have systemd read the unit, start the engine with the machine from now on, and start it now; again, where its unit changed."
    )
    var start = false

    @Option(help: ArgumentHelp("Another root folder than /.", visibility: .hidden))
    var root = ""

    func validate() throws {
        let isPlain = user.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95 }
        guard isPlain, user.utf8.first.map({ (97...122).contains($0) }) == true, user.utf8.count <= 32 else {
            throw ValidationError("--user is a plain user name")
        }
        if start, onlyLaunch { throw ValidationError("--start is of the machine, which --only-launch leaves alone") }
        if sql.isEmpty != (database == nil) { throw ValidationError("--database and --sql go together") }
        if let database,
            database.lowercased().contains("password") || database.contains("://") && database.contains("@")
        {
            throw ValidationError("--database takes no password: everybody sees a command line; use ~/.pgpass")
        }
    }

    func run() async throws {
        let launch = try configuration()
        let isRoot = geteuid() == 0
        var items: [Setup.Item] = []
        if !onlyLaunch {
            let setup = Setup(.init(root: root, user: user, dryRun: dryRun || !isRoot, starts: start))
            items += await setup.run().map { item in
                var item = item
                if !isRoot, item.trouble == nil, let change = item.change {
                    (item.change, item.trouble) = (nil, "needs root: would \(change)")
                }
                return item
            }
        }
        if let launch {
            items.append(journal(launch))
            if let database {
                items += await SetupDatabase(
                    database: database, files: sql, secrets: secrets(launch), dryRun: dryRun
                ).run()
            }
            items += try await edges(launch)
        } else {
            items.append(Setup.Item(name: config.path, advice: "there is no launch config yet: docs/configuration.md"))
        }
        for item in items { show(item) }
        if items.contains(where: { $0.trouble != nil }) { throw ExitCode(1) }
    }

    private func show(_ item: Setup.Item) {
        if let trouble = item.trouble { return Output.line("✗ \(item.name)  \(trouble)") }
        if let change = item.change {
            return Output.line("\(dryRun ? "…" : "✓") \(item.name)  \(dryRun ? "would " : "")\(change)")
        }
        Output.line(item.advice.map { "? \(item.name)  \($0)" } ?? "– \(item.name)  already so")
    }

    /// The launch config; nil where there is none at the usual place and none was named.
    private func configuration() throws -> LaunchConfiguration? {
        if access(config.path, F_OK) != 0, !config.isNamed, sql.isEmpty { return nil }
        do { return try config.load().configuration } catch { throw Failure.usage(error) }
    }

    // MARK: The launch's own

    /// The journal, made as the engine makes it, and owned by whoever runs the engine.
    private func journal(_ launch: LaunchConfiguration) -> Setup.Item {
        let path = launch.journal.path
        var item = Setup.Item(name: path)
        if access(path, F_OK) == 0 {
            do throws(JournalError) { _ = try JournalReader(path: path).lastSequence() } catch {
                item.trouble = error.description
            }
            return item
        }
        item.change = "make the journal"
        guard !dryRun else { return item }
        do throws(JournalError) {
            _ = try JournalWriter(path: path, origin: Origin.name, role: .action)
        } catch {
            (item.change, item.trouble) = (nil, error.description)
            return item
        }
        if geteuid() == 0, !onlyLaunch, let entry = getpwnam(user) {
            for end in ["", "-wal", "-shm"] { chown(path + end, entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        return item
    }

    /// What the launch itself logs in with, by the names that the SQL files have for it: each role gets the same.
    private func secrets(_ launch: LaunchConfiguration) -> [String: String] {
        let probe = launch.probes.lazy.compactMap { probe -> Secret? in
            if case .postgres(let target) = probe.target { target.password } else { nil }
        }.first
        var references = ["password": probe]
        if let plan = launch.backup { references["backup_password"] = plan.source.password }
        if let evidence = launch.security?.compliance?.postgres {
            references["compliance_password"] = evidence.password
        }
        if let drill = launch.drills.connections { references["drill_password"] = drill.server.password }
        return references.compactMapValues { $0.flatMap { try? SecretStore().resolve($0) } }
    }

    /// Every edge's door, asked side by side; setup changes nothing there.
    private func edges(_ launch: LaunchConfiguration) async throws -> [Setup.Item] {
        guard let deployment = launch.deployment, !deployment.edges.isEmpty else { return [] }
        let reactor = try Reactor()
        defer { reactor.shutdown() }
        var items: [Setup.Item] = []
        for edge in deployment.edges {
            let client = EdgeClient(edge, of: deployment, on: reactor)
            let facts = await client.facts(within: .seconds(10))
            await client.close()
            let check = EdgeCheck(facts, of: deployment, edge, clock: Int64(Date().timeIntervalSince1970))
            var item = Setup.Item(name: "edge \(edge.name)")
            if !check.isFit {
                let wrong = check.items.first { $0.state == .wrong }
                item.trouble =
                    "its door is not fit (\(wrong.map { "\($0.name): \($0.text)" } ?? "no answer")): guardia edge install "
                    + "\(edge.name) makes it so, guardia edge check \(edge.name) says more"
            }
            items.append(item)
        }
        return items
    }
}
