import Glibc
import Launch
import Synchronization
import Wire

/// Writes the files of one backup.
struct BackupDump: Sendable {
    let world: BackupWorld
    let tools: BackupTools
    let source: BackupSource
    let folder: BackupFolder
    let name: String

    private var plan: BackupPlan { world.plan }

    /// - Parameter expected: bytes that are to come, for whoever watches.
    func run(startedAt: Timestamp, expected: Int64) async throws(BackupError) -> BackupManifest {
        let environment = try BackupTools.environment(of: plan.source, secret: world.secret)
        let gauge = StreamGauge(rate: plan.limits.rate)
        let archive = plan.method == .logical ? ArchiveTap(gauge) : nil
        let ending = plan.method == .logical ? "dump" : "tar"
        let words = plan.method == .logical ? dumpWords : basebackupWords
        // The database counts its rows in the same snapshot while they are dumped.
        let trouble = CountTrouble()
        async let counting = counts(trouble)
        async let writing = globals(environment)
        let data: BackupManifest.File
        do throws(BackupError) {
            data = try await world.watching("dump", gauge, total: expected) { () throws(BackupError) in
                try await write(
                    "\(name).\(ending).zst", words, environment, through: archive ?? CountTap(gauge) as any Tap,
                    what: ending)
            }
        } catch {
            // A count that failed takes the snapshot with it: then that is the cause.
            throw trouble.error ?? error
        }
        let globals = try await writing.get()
        let tables = archive?.tables ?? []
        try compare(tables, with: try await counting.get())
        let facts = source.facts
        return BackupManifest(
            name: name, method: plan.method, database: plan.source.database,
            host: "\(plan.source.host):\(plan.source.port)", serverVersion: facts.serverVersion,
            systemIdentifier: facts.systemIdentifier, encoding: facts.encoding, collation: facts.collation,
            characterClass: facts.characterClass, snapshot: facts.snapshot, snapshotAt: facts.snapshotAt,
            walPosition: facts.walPosition, startedAt: startedAt, endedAt: world.now, roles: facts.roles,
            tables: tables, objects: archive?.objects ?? [:], rawBytes: gauge.bytes, compression: "zstd",
            encryption: plan.encryption, data: data, globals: globals)
    }

    /// Uncompressed: zstd is faster and smaller than what pg_dump would do, and the rows can be seen as they pass.
    private var dumpWords: [String] {
        [
            tools.postgres("pg_dump"), "--format=custom", "--compress=0", "--no-password", "--lock-wait-timeout=60000",
        ] + (source.facts.snapshot.map { ["--snapshot=\($0)"] } ?? [])
    }

    private var basebackupWords: [String] {
        [
            tools.postgres("pg_basebackup"), "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
            "--manifest-checksums=SHA256", "--no-password",
        ]
    }

    /// The roles as SQL, beside the data.
    private func globals(_ environment: [String: String]) async -> Result<BackupManifest.File, BackupError> {
        let words = [
            tools.postgres("pg_dumpall"), "--globals-only", "--no-role-passwords", "--database", plan.source.database,
        ]
        do throws(BackupError) {
            return .success(
                try await write(
                    "\(name).globals.sql.zst", words, environment, through: CountTap(StreamGauge()), what: "globals"))
        } catch {
            return .failure(error)
        }
    }

    private func counts(_ trouble: CountTrouble) async -> Result<[String: Int64]?, BackupError> {
        guard plan.method == .logical, plan.countsRows else { return .success(nil) }
        do throws(BackupError) {
            return .success(try await source.counts(deadline: plan.limits.deadline.duration))
        } catch {
            trouble.error = error
            return .failure(error)
        }
    }

    private func compare(_ tables: [BackupManifest.Table], with counts: [String: Int64]?) throws(BackupError) {
        guard let counts else { return }
        let found = Dictionary(tables.map { ($0.title, $0.rows) }, uniquingKeysWith: { first, _ in first })
        for (table, count) in counts.sorted(by: { $0.key < $1.key }) where found[table] != count {
            throw BackupError(
                .damaged(table: table),
                "\(table): the database counts \(count) rows, pg_dump brought \(found[table].map { "\($0)" } ?? "none")"
            )
        }
    }

    /// One file, written under another name until it is whole.
    private func write(
        _ stem: String, _ words: [String], _ environment: [String: String], through tap: any Tap, what: String
    ) async throws(BackupError) -> BackupManifest.File {
        let file = stem + plan.encryption.suffix
        let partial = folder.file(file + BackupFolder.partialSuffix)
        let sum = FileTap(folder: folder.path, keepFree: plan.limits.keepFree)
        var stages: [Pipeline.Stage] = [
            .program(.init(tools.gently(words), environment: environment)), .tap(tap),
            .program(.init(tools.gently(BackupTools.compress(level: plan.level)))),
        ]
        for words in BackupTools.encrypt(plan.encryption) { stages.append(.program(.init(tools.gently(words)))) }
        stages.append(.tap(sum))
        do {
            try await Pipeline(stages, to: .file(partial), deadline: plan.limits.deadline.duration).run()
        } catch {
            unlink(partial)
            throw BackupError(error, doing: what)
        }
        try folder.rename(partial, to: folder.file(file))
        return BackupManifest.File(name: file, bytes: sum.bytes, sha256: sum.sha256)
    }
}

/// Why the rows could not be counted.
private final class CountTrouble: Sendable {
    private let found = Mutex<BackupError?>(nil)

    var error: BackupError? {
        get { found.withLock { $0 } }
        set { found.withLock { $0 = newValue } }
    }
}

/// Counts what passes.
final class CountTap: Tap {
    private let gauge: StreamGauge

    init(_ gauge: StreamGauge) { self.gauge = gauge }

    func take(_ bytes: UnsafeRawBufferPointer) throws { try gauge.take(bytes.count) }
}
