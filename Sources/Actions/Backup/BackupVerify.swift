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
                    manifest, in: world.plan.folder, identity: identity, deadline: world.plan.limits.deadline)
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
    package func decide() -> Outcome {
        let manifests = world.folder.manifests().good.filter { $0.database == world.plan.source.database }
        let decisions = world.plan.retention.decide(
            manifests.map { manifest in
                let record = log[manifest.name]
                return RetentionPolicy.Candidate(
                    name: manifest.name, at: manifest.snapshotAt,
                    standing: record?.trouble != nil ? .bad : record?.provedAt != nil ? .proved : .taken)
            }, in: zone, now: world.now)
        let going = Set(decisions.filter(\.goes).map(\.name))
        return Outcome(
            decisions: decisions, bytes: manifests.filter { going.contains($0.name) }.reduce(0) { $0 + $1.bytes })
    }

    /// Removes; of a bucket first, so that what is left is always known here.
    package func run() async -> ActionResult {
        await world.begin(.prune, reason: "", [("remove", "Remove what is no longer kept")])
        let result: ActionResult
        do throws(BackupError) {
            let lock = try world.folder.lock(for: world.reporter.id, "backup")
            defer { withExtendedLifetime(lock) {} }
            let outcome = decide()
            let going = outcome.decisions.filter(\.goes)
            let store = try world.store()
            let removed = try await world.step("remove") { () throws(BackupError) in
                var removed: [String] = []
                for decision in going {
                    let manifest = try world.folder.manifest(decision.name)
                    if let store, manifest.copies.contains(where: { $0.place == store.place }) {
                        try await store.remove(manifest)
                    }
                    try world.folder.remove(manifest)
                    removed.append(manifest.name)
                }
                return (removed, "\(removed.count) of \(outcome.decisions.count), \(outcome.bytes >> 20) MiB")
            }
            if !removed.isEmpty { await world.journal.tell(.pruned(.init(names: removed, bytes: outcome.bytes))) }
            result = ActionResult(.done, "\(removed.count) removed, \(outcome.decisions.count - removed.count) kept")
        } catch {
            result = ActionResult(error.kind == .refused ? .refused : .undecided, error.reason)
        }
        await world.reporter.finish(result)
        return result
    }
}
