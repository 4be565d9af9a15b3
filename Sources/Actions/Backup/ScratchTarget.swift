import Foundation
import Glibc
import Launch
import Wire

/// Where a backup is restored to be looked at, and nothing else ever was: a server of its own, or a database made for it on a
/// named server that is not production.
struct ScratchTarget: Sendable {
    private enum Kind: Sendable {
        case own(ScratchServer)
        /// A server of the site, and the client that holds its maintenance database.
        case named(PostgresTarget)
    }

    private let kind: Kind
    private let world: BackupWorld
    private let tools: BackupTools
    /// The database that is restored into.
    let database: String
    /// Where files may be put for a while.
    let folder: String

    /// What every database of a drill is called; nothing else is ever dropped.
    static let prefix = "guardia_scratch_"

    static func make(
        _ world: BackupWorld, _ tools: BackupTools, _ manifest: BackupManifest, identity: String?
    ) async throws(BackupError) -> ScratchTarget {
        let server = try ScratchServer(in: world.plan.drill.folder, tools)
        guard let named = world.plan.drill.server else {
            return ScratchTarget(
                kind: .own(server), world: world, tools: tools, database: manifest.database, folder: server.folder)
        }
        // Its folder is of use all the same: for what is fetched.
        let database = prefix + world.reporter.id.text.filter { $0.isLetter || $0.isNumber }.lowercased().suffix(40)
        return ScratchTarget(
            kind: .named(named), world: world, tools: tools, database: database, folder: server.folder, holder: server)
    }

    private let holder: ScratchServer?

    private init(
        kind: Kind, world: BackupWorld, tools: BackupTools, database: String, folder: String,
        holder: ScratchServer? = nil
    ) {
        self.kind = kind
        self.world = world
        self.tools = tools
        self.database = database
        self.folder = folder
        self.holder = holder
    }

    private func target(_ database: String? = nil) -> PostgresTarget {
        switch kind {
        case .own(let server): return server.target(database: database ?? self.database)
        case .named(var target):
            target.database = database ?? self.database
            return target
        }
    }

    /// Runs statements one after the other; the scalar of the last.
    @discardableResult
    private func sql(_ statements: [String], in database: String) async throws(BackupError) -> String? {
        let settings = try BackupTools.settings(of: target(database), database: database, secret: world.secret)
        let client = PostgresClient(settings, on: world.reactor)
        var last: String?
        do throws(WireError) {
            for statement in statements {
                last = try await client.query(statement, deadline: world.plan.drill.deadline.duration).scalar
            }
        } catch {
            await client.close()
            throw BackupError(.failed, error.description)
        }
        await client.close()
        return last
    }

    func ask(_ query: String) async throws(BackupError) -> String? {
        try await sql(["SET default_transaction_read_only = on", query], in: database)
    }

    // MARK: Making it

    func prepare(_ manifest: BackupManifest) async throws(BackupError) -> String {
        switch kind {
        case .own(let server):
            guard manifest.method == .logical else { return "a folder for the cluster's files" }
            try await server.make(encoding: manifest.encoding)
            let took = try await server.start()
            // Owners and grants name them; nobody logs in.
            let known = try await sql(["SELECT string_agg(rolname, chr(10)) FROM pg_roles"], in: "postgres") ?? ""
            let there = Set(known.split(separator: "\n").map(String.init))
            for role in manifest.roles where !there.contains(role) {
                try await sql(["CREATE ROLE \(Self.quoted(role)) NOLOGIN"], in: "postgres")
            }
            let note = try await create(manifest)
            return "PostgreSQL in \(server.folder), up in \(Int(took / .milliseconds(1))) ms\(note)"
        case .named(let named):
            guard manifest.method == .logical else {
                throw BackupError(.refused, "a physical backup needs a server of its own: take drill.server away")
            }
            let identifier = try await sql(["SELECT system_identifier FROM pg_control_system()"], in: named.database)
            guard identifier != manifest.systemIdentifier else {
                throw BackupError(
                    .refused,
                    "\(named.host):\(named.port) is the server that was backed up: a drill never writes to production")
            }
            let swept = try await sweep(named)
            let note = try await create(manifest)
            return "database \(database) on \(named.host):\(named.port)\(note)"
                + (swept.isEmpty ? "" : "; removed what a drill that died had left: \(swept.joined(separator: ", "))")
        }
    }

    /// Makes the database as the manifest says it was; in the plain collation where this machine does not have that one.
    private func create(_ manifest: BackupManifest) async throws(BackupError) -> String {
        let maintenance = maintenanceDatabase
        let there = try await sql(
            ["SELECT count(*) FROM pg_database WHERE datname = \(Self.literal(database))"], in: maintenance)
        if there != "0" {
            guard case .own = kind else {
                throw BackupError(.refused, "\(database) is there already: it is not scratch")
            }
            return ""
        }
        let head =
            "CREATE DATABASE \(Self.quoted(database)) TEMPLATE template0 ENCODING \(Self.literal(manifest.encoding))"
        do throws(BackupError) {
            try await sql(
                [
                    head
                        + " LC_COLLATE \(Self.literal(manifest.collation)) LC_CTYPE \(Self.literal(manifest.characterClass))"
                ], in: maintenance)
            return ""
        } catch {
            try await sql([head + " LC_COLLATE 'C' LC_CTYPE 'C'"], in: maintenance)
            return "; its collation \(manifest.collation) is not on this machine: sorted as C"
        }
    }

    private var maintenanceDatabase: String {
        switch kind {
        case .own: "postgres"
        case .named(let named): named.database
        }
    }

    /// Drops databases of drills that died: nobody is connected to them.
    private func sweep(_ named: PostgresTarget) async throws(BackupError) -> [String] {
        let list =
            try await sql(
                [
                    """
                    SELECT string_agg(datname, chr(10)) FROM pg_database d WHERE datname LIKE 'guardia\\_scratch\\_%'
                    AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
                    """
                ], in: named.database) ?? ""
        let names = list.split(separator: "\n").map(String.init).filter { $0.hasPrefix(Self.prefix) }
        for name in names { try await sql(["DROP DATABASE IF EXISTS \(Self.quoted(name))"], in: named.database) }
        return names
    }

    // MARK: Filling it

    func restore(
        _ manifest: BackupManifest, in files: String, identity: String?, gauge: StreamGauge
    ) async throws(BackupError) {
        var stages = (try BackupTools.decrypt(manifest.encryption, identity: identity) + [["zstd", "-dc", "-q"]]).map {
            Pipeline.Stage.program(.init($0))
        }
        let archive = ArchiveTap(gauge)
        switch (manifest.method, kind) {
        case (.logical, _):
            let isOwn = if case .own = kind { true } else { false }
            // Publications and subscriptions would reach out to other servers.
            let words =
                [
                    tools.postgres("pg_restore"), "--dbname=\(database)", "--exit-on-error", "--no-publications",
                    "--no-subscriptions", "--no-tablespaces", "--no-password",
                ] + (isOwn ? [] : ["--no-owner", "--no-acl"])
            let environment = try BackupTools.environment(of: target(), secret: world.secret)
            stages += [.tap(archive), .program(.init(words, environment: environment))]
        case (.physical, .own(let server)):
            stages += [
                .tap(CountTap(gauge)),
                .program(.init(server.asUser(["tar", "-x", "-f", "-", "-C", server.data]))),
            ]
        case (.physical, .named): throw BackupError(.refused, "a physical backup needs a server of its own")
        }
        do throws(Pipeline.Failure) {
            try await Pipeline(
                from: .file("\(files)/\(manifest.data.name)"), stages, deadline: world.plan.drill.deadline.duration
            ).run()
        } catch {
            await BackupTools.letGo(manifest.encryption, identity: identity)
            // What pg_restore objects to is not always the backup's fault: a missing extension is this machine's.
            if error.kind == .program, ["pg_restore", "tar", "setpriv"].contains(error.part) {
                throw BackupError(.failed, error.description)
            }
            throw BackupCheck.damaged(error, archive)
        }
        await BackupTools.letGo(manifest.encryption, identity: identity)
        if case .own(let server) = kind, manifest.method == .physical { try await startPhysical(server) }
    }

    private func startPhysical(_ server: ScratchServer) async throws(BackupError) {
        let result: CommandResult
        do throws(WireError) {
            result = try await Command.run(
                server.asUser([tools.postgres("pg_verifybackup"), "--exit-on-error", server.data]),
                deadline: world.plan.drill.deadline.duration)
        } catch {
            throw BackupError(.failed, error.description)
        }
        guard result.isSuccess else {
            let words = result.standardError.text.split(separator: "\n").prefix(2).joined(separator: " ")
            throw BackupError(.damaged(table: nil), "pg_verifybackup: \(words)")
        }
        try await server.start(["wal_level": "replica"], deadline: world.plan.drill.deadline.duration)
    }

    // MARK: Comparing it

    /// Dumps what was restored and fingerprints it by the same means: the whole way there and back is compared.
    func compare(_ manifest: BackupManifest) async throws(BackupError) -> String {
        guard manifest.method == .logical else { return "its files are those of its own manifest (pg_verifybackup)" }
        let archive = ArchiveTap()
        let environment = try BackupTools.environment(of: target(), secret: world.secret)
        do {
            try await Pipeline(
                [
                    .program(
                        .init(
                            [tools.postgres("pg_dump"), "--format=custom", "--compress=0", "--no-password"],
                            environment: environment)), .tap(archive),
                ], deadline: world.plan.drill.deadline.duration
            ).run()
        } catch {
            throw BackupError(error, doing: "read what was restored")
        }
        let comparison = TableComparison(manifest, tables: archive.tables, objects: archive.objects)
        guard comparison.isSame else {
            throw BackupError(.damaged(table: comparison.differences.first?.table), comparison.words)
        }
        return comparison.words
    }

    /// Kills the server as a power cut would, and times how long it takes to serve again.
    func crashAndStart() async throws(BackupError) -> String {
        guard case .own(let server) = kind else { return "left out on a server that is not ours" }
        await server.crash()
        let took = try await server.start()
        return "killed, and serves again after \(Int(took / .milliseconds(1))) ms"
    }

    // MARK: Leaving nothing

    func destroy() async -> String {
        switch kind {
        case .own(let server):
            await server.destroy()
            return "\(server.folder) is gone"
        case .named(let named):
            await holder?.destroy()
            do throws(BackupError) {
                try await sql(["DROP DATABASE IF EXISTS \(Self.quoted(database)) WITH (FORCE)"], in: named.database)
                return "\(database) is dropped"
            } catch {
                return "\(database) could not be dropped: \(error.reason); the next drill does it"
            }
        }
    }

    static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
