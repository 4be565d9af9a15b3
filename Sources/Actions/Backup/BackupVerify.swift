import Glibc
package import Launch
import Wire

/// Reads backups whole, without restoring them, and tells the journal what they are like.
package struct BackupVerify: Sendable {
    /// One backup, and what reading it showed.
    package struct Outcome: Sendable {
        package var name: String
        package var place: String
        package var trouble: String?
        package var table: String?
        package var words: String
        /// It is known to be damaged; else it may only not have been readable here.
        package var isDamaged = false
    }

    let world: BackupWorld
    let identity: String?
    /// Whether the key is the config's: one that does not open the backups of its own launch is worth an alarm.
    private let isOwnKey: Bool

    package init(_ world: BackupWorld, identity: String?) {
        isOwnKey = identity == nil
        self.world = world
        self.identity = identity ?? world.plan.identity
    }

    /// - Parameter names: nil: every one in the folder.
    package func run(_ names: [String]?) async throws(BackupError) -> [Outcome] {
        let (good, bad) = world.folder.manifests()
        let known = good.map(\.name) + bad.map { String($0.file.dropLast(BackupFolder.manifestSuffix.count)) }
        for name in names ?? [] where !known.contains(name) {
            throw BackupError(.refused, "there is no backup \(name) in \(world.plan.folder)")
        }
        var outcomes: [Outcome] = []
        for name in (names ?? known).sorted(by: >) {
            outcomes.append(await verify(name, manifest: good.first { $0.name == name }, bad))
        }
        return outcomes
    }

    private func verify(
        _ name: String, manifest: BackupManifest?, _ bad: [(file: String, reason: String)]
    ) async -> Outcome {
        var outcome = Outcome(name: name, place: world.plan.folder, words: "")
        var hasReadTables = false
        if let manifest {
            do throws(BackupError) {
                let result = try await BackupCheck.backup(
                    manifest, in: world.plan.folder, identity: identity, deadline: world.plan.limits.deadline,
                    log: world.log)
                hasReadTables = result.hasReadTables
                outcome.words = result.words
            } catch {
                outcome.trouble = error.reason
                outcome.table = error.table
                // Not knowing is no damage: a program that is missing, a folder that is closed, a key given by hand.
                switch error.kind {
                case .damaged: break
                case .wrongKey where isOwnKey: break
                default:
                    outcome.words = error.reason
                    return outcome
                }
            }
        } else {
            outcome.trouble = bad.first { $0.file.hasPrefix(name) }?.reason ?? "it has no manifest"
        }
        if let trouble = outcome.trouble {
            outcome.words = trouble
            outcome.isDamaged = true
        }
        await world.journal.tell(
            .verified(
                .init(
                    name: name, place: outcome.place, hasReadTables: hasReadTables, trouble: outcome.trouble,
                    table: outcome.table)))
        return outcome
    }
}

/// Removes what the retention policy no longer keeps.
package struct BackupPrune: Sendable {
    /// What would be removed, or was, and what stays for which reasons.
    package struct Outcome: Sendable {
        package var decisions: [RetentionPolicy.Decision]
        package var bytes: Int64
    }

    let world: BackupWorld
    let log: BackupLog
    let zone: Zone

    /// - Parameter log: what the journal knows of each backup.
    package init(_ world: BackupWorld, log: BackupLog, zone: Zone) {
        self.world = world
        self.log = log
        self.zone = zone
    }

    /// Decides; removes nothing.
    ///
    /// - Parameter spoiled: backups that are known to be damaged beside those that the journal knows.
    package func decide(spoiled: Set<String> = []) -> Outcome {
        let manifests = world.folder.manifests().good.filter { $0.database == world.plan.source.database }
        let decisions = world.plan.retention.decide(
            manifests.map { manifest in
                let record = log[manifest.name]
                // One whose files are gone or cut is none, whatever is known of it.
                let isBad = record?.trouble != nil || spoiled.contains(manifest.name) || !isThere(manifest)
                return RetentionPolicy.Candidate(
                    name: manifest.name, at: manifest.snapshotAt,
                    standing: isBad ? .bad : record?.provedAt != nil ? .proved : .taken)
            }, in: zone, now: world.now)
        let going = Set(decisions.filter(\.goes).map(\.name))
        return Outcome(
            decisions: decisions, bytes: manifests.filter { going.contains($0.name) }.reduce(0) { $0 + $1.bytes })
    }

    private func isThere(_ manifest: BackupManifest) -> Bool {
        manifest.files.allSatisfy { file in
            var status = stat()
            return stat(world.folder.file(file.name), &status) == 0 && Int64(status.st_size) == file.bytes
        }
    }

    /// Decides with the last good one read whole: where it turns out to be damaged, an older one is the last good one.
    private func decideByReading() async throws(BackupError) -> Outcome {
        var spoiled: Set<String> = []
        while true {
            let outcome = decide(spoiled: spoiled)
            guard outcome.decisions.contains(where: \.goes),
                let last = outcome.decisions.first(where: { $0.reasons.contains("last good") })
            else { return outcome }
            let manifest = try world.folder.manifest(last.name)
            do throws(BackupError) {
                for file in manifest.files {
                    try await BackupCheck.file(file, in: world.folder.path, deadline: world.plan.limits.deadline)
                }
                return outcome
            } catch {
                guard case .damaged = error.kind else { throw error }
                spoiled.insert(last.name)
                await world.journal.tell(
                    .verified(
                        .init(
                            name: last.name, place: world.folder.path, hasReadTables: false, trouble: error.reason)))
                await world.reporter.note("check", "\(last.name) is damaged, and kept for nothing: \(error.reason)")
            }
        }
    }

    /// Removes; of a bucket first, so that what is left is always known here.
    package func run() async -> ActionResult {
        await world.begin(
            .prune, reason: "", [("check", "Read the last good one"), ("remove", "Remove what is no longer kept")])
        let result: ActionResult
        do throws(BackupError) {
            let lock = try world.folder.lock(for: world.reporter.id, "backup")
            defer { withExtendedLifetime(lock) {} }
            let outcome = try await world.step("check") { () throws(BackupError) in
                let outcome = try await decideByReading()
                let last = outcome.decisions.first { $0.reasons.contains("last good") }?.name
                return (outcome, last.map { "\($0) stays" } ?? "none is good: nothing goes")
            }
            let going = outcome.decisions.filter(\.goes)
            let removed = try await remove(going, of: outcome)
            result = ActionResult(.done, "\(removed) removed, \(outcome.decisions.count - removed) kept")
        } catch {
            result = ActionResult(error.kind == .refused ? .refused : .undecided, error.reason)
        }
        await world.reporter.finish(result)
        return result
    }

    private func remove(_ going: [RetentionPolicy.Decision], of outcome: Outcome) async throws(BackupError) -> Int {
        let store = try world.store()
        return try await world.step("remove") { () throws(BackupError) in
            var removed: [String] = []
            var trouble: BackupError?
            for decision in going {
                do throws(BackupError) {
                    let manifest = try world.folder.manifest(decision.name)
                    if let store, manifest.copies.contains(where: { $0.place == store.place }) {
                        try await store.remove(manifest)
                    }
                    try world.folder.remove(manifest)
                    removed.append(manifest.name)
                } catch {
                    trouble = error
                    break
                }
            }
            // Also where it stopped half-way: what is gone is gone.
            if !removed.isEmpty { await world.journal.tell(.pruned(.init(names: removed, bytes: outcome.bytes))) }
            if let trouble { throw trouble }
            return (removed.count, "\(removed.count) of \(outcome.decisions.count), \(outcome.bytes >> 20) MiB")
        }
    }
}
