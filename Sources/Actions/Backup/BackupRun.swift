import Foundation
import Glibc
package import Launch
package import Wire

extension ActionJournal {
    /// Tells what came of a backup or a drill, beside its steps.
    func tell(_ event: BackupEvent) async { await tell(.backup(event)) }
}

/// What backups and drills need of the world.
package struct BackupWorld: Sendable {
    package var plan: BackupPlan
    package var reactor: Reactor
    package var clock: any Clock
    package var secret: @Sendable (Secret) throws -> String
    package var journal: any ActionJournal
    package var reporter: ActionReporter
    package var who: Operator
    package var command: [String]
    /// Hears how far the long steps are, once a second.
    package var watch: @Sendable (String, StreamGauge.Progress) -> Void
    /// What the journal knows of backups: by it an exchanged one is known.
    package var log: BackupLog
    /// How it writes numbers for people.
    package var figures: FigureStyle

    package init(
        plan: BackupPlan, reactor: Reactor, clock: any Clock, secret: @escaping @Sendable (Secret) throws -> String,
        journal: any ActionJournal, reporter: ActionReporter, who: Operator, command: [String],
        log: BackupLog = BackupLog(), figures: FigureStyle = .argentine,
        watch: @escaping @Sendable (String, StreamGauge.Progress) -> Void = { _, _ in }
    ) {
        self.plan = plan
        self.reactor = reactor
        self.clock = clock
        self.secret = secret
        self.journal = journal
        self.reporter = reporter
        self.who = who
        self.command = command
        self.watch = watch
        self.log = log
        self.figures = figures
    }

    package var folder: BackupFolder { BackupFolder(plan.folder) }
    var now: Timestamp { clock.now().utc }

    package func store() throws(BackupError) -> BackupStore? {
        guard let bucket = plan.bucket else { return nil }
        return try BackupStore(bucket, on: reactor, secret: secret)
    }

    /// Begins an action with these steps.
    func begin(_ kind: ActionKind, reason: String, _ steps: [(String, String)]) async {
        await reporter.tell(
            .started(
                .init(
                    id: reporter.id, kind: kind, by: who, reason: reason, command: command,
                    steps: steps.map { .init(name: $0.0, title: $0.1) }, pid: getpid())))
    }

    /// Runs one step, told before and after.
    func step<Value>(
        _ name: String, _ body: () async throws(BackupError) -> (Value, String)
    ) async throws(BackupError) -> Value {
        await reporter.begin(name)
        do throws(BackupError) {
            let (value, words) = try await body()
            await reporter.end(name, .done, words)
            return value
        } catch {
            await reporter.end(name, .failed, error.reason)
            throw error
        }
    }

    /// Tells how far a stream is while `body` runs; now and then the journal, too.
    func watching<Value: Sendable>(
        _ step: String, _ gauge: StreamGauge, total: Int64?, _ body: () async throws(BackupError) -> Value
    ) async throws(BackupError) -> Value {
        let watcher = Task { [watch, reporter] in
            var told = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                guard !Task.isCancelled else { return }
                let progress = gauge.progress(of: total)
                watch(step, progress)
                let tenth = Int((progress.share ?? 0) * 10)
                guard tenth > told else { continue }
                told = tenth
                await reporter.note(step, "\(tenth * 10) %, \(Int(progress.perSecond) >> 20) MiB/s")
            }
        }
        defer { watcher.cancel() }
        return try await body()
    }
}

/// Takes one backup: whole, checked and described, or none.
package struct BackupRun: Sendable {
    let world: BackupWorld
    let reason: String

    package init(_ world: BackupWorld, reason: String) {
        self.world = world
        self.reason = reason
    }

    private var plan: BackupPlan { world.plan }

    /// Runs it to its end.
    package func run() async -> ActionResult {
        let started = world.clock.now()
        await world.begin(
            .backup, reason: reason,
            [
                ("prepare", "Look at folder and server"),
                ("dump", plan.method == .logical ? "Dump" : "Copy the cluster"),
                ("check", "Read it back"),
                ("keep", "Write the manifest"),
            ] + (plan.bucket == nil ? [] : [("upload", "Upload and read back")]))
        let result: ActionResult
        do throws(BackupError) {
            let folder = world.folder
            try folder.make()
            let lock = try folder.lock(for: world.reporter.id, "backup")
            defer { withExtendedLifetime(lock) {} }
            let taken = try await take(in: folder, since: started)
            // From here on it counts, whatever becomes of its copy.
            await world.journal.tell(.taken(taken))
            var (place, trouble): (String?, BackupError?)
            do throws(BackupError) { place = try await BackupUpload(world).step() } catch { trouble = error }
            result = await conclude(taken, place, trouble)
        } catch {
            await world.journal.tell(.failed(.init(action: world.reporter.id, reason: error.reason)))
            let isRefused = error.kind == .refused
            result = ActionResult(isRefused ? .refused : .wentBack, error.reason)
        }
        await world.reporter.finish(result)
        return result
    }

    /// A bucket that is out of reach costs the copy there, not the backup.
    private func conclude(
        _ taken: BackupEvent.Taken, _ place: String?, _ trouble: BackupError?
    ) async -> ActionResult {
        let words =
            "\(taken.name): \(taken.tables) tables, \(taken.rows) rows, \(taken.bytes >> 10) KiB, "
            + "\(taken.encryption), in \((taken.places + [place].compactMap(\.self)).joined(separator: " and "))"
        guard let trouble else { return ActionResult(.done, words) }
        await world.journal.tell(
            .failed(.init(action: world.reporter.id, reason: trouble.reason, backup: taken.name)))
        return ActionResult(
            .undecided, "\(words); NOT COPIED to the bucket: \(trouble.reason); guardia backup upload goes on with it")
    }

    private func take(in folder: BackupFolder, since started: Moment) async throws(BackupError) -> BackupEvent.Taken {
        let tools = try BackupTools(plan.programs, nice: plan.limits.nice)
        let name = BackupManifest.name(of: plan.source.database, at: started.utc, random: .random(in: 0 ... .max))
        let source = try await world.step("prepare") { () throws(BackupError) in
            let swept = folder.sweep()
            if !swept.isEmpty {
                await world.reporter.note(
                    "prepare", "removed what a backup that died had left: \(swept.joined(separator: ", "))")
            }
            do { try FileTap.check(folder.path, keepFree: plan.limits.keepFree) } catch {
                throw BackupError(.refused, String(describing: error))
            }
            let settings = try BackupTools.settings(of: plan.source, secret: world.secret)
            let source = try await BackupSource.open(settings, on: world.reactor, exports: plan.method == .logical)
            do throws(BackupError) { try await tools.check(dumping: source.facts.serverVersion) } catch {
                await source.close()
                throw error
            }
            return (source, "PostgreSQL \(source.facts.serverVersion), snapshot \(source.facts.snapshot ?? "none")")
        }
        do throws(BackupError) {
            let taken = try await take(name, of: source, with: tools, in: folder, since: started)
            await source.close()
            return taken
        } catch {
            await source.close()
            // Nothing that is not whole stays.
            for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            where file.hasPrefix(name) { unlink(folder.file(file)) }
            throw error
        }
    }

    private func take(
        _ name: String, of source: BackupSource, with tools: BackupTools, in folder: BackupFolder, since started: Moment
    ) async throws(BackupError) -> BackupEvent.Taken {
        let dump = BackupDump(world: world, tools: tools, source: source, folder: folder, name: name)
        let manifest = try await world.step("dump") { () throws(BackupError) in
            let manifest = try await dump.run(startedAt: started.utc, expected: expected(in: folder, source))
            return (
                manifest,
                manifest.method == .logical
                    ? "\(manifest.tables.count) tables, \(manifest.rows) rows, \(manifest.rawBytes >> 20) MiB → \(manifest.bytes >> 20) MiB"
                    : "\(manifest.rawBytes >> 20) MiB → \(manifest.bytes >> 20) MiB"
            )
        }
        try await world.step("check") { () throws(BackupError) in
            for file in manifest.files {
                try await BackupCheck.file(file, in: folder.path, deadline: plan.limits.deadline)
            }
            return ((), "what lies there is what was written")
        }
        let finished = manifest
        let digest = try await world.step("keep") { () throws(BackupError) in
            (try folder.write(finished), "\(finished.name)\(BackupFolder.manifestSuffix)")
        }
        return BackupEvent.Taken(
            name: name, method: manifest.method, database: manifest.database, snapshotAt: manifest.snapshotAt,
            took: Milliseconds((world.clock.now().uptime - started.uptime).count), bytes: manifest.bytes,
            rawBytes: manifest.rawBytes, tables: manifest.tables.count, rows: manifest.rows,
            sha256: manifest.data.sha256, manifest: digest, encryption: manifest.encryption.word,
            places: [folder.path])
    }

    /// How many bytes are to come: as many as the last time, else what the tables take.
    private func expected(in folder: BackupFolder, _ source: BackupSource) -> Int64 {
        let last = folder.manifests().good.first {
            $0.database == plan.source.database && $0.method == plan.method
                && $0.systemIdentifier == source.facts.systemIdentifier
        }
        return last?.rawBytes ?? source.facts.size
    }
}
