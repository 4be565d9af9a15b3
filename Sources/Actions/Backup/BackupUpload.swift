import Launch
import Wire

/// Brings to the bucket what is not there yet: the backup that was just taken, and those whose upload came to nothing.
package struct BackupUpload: Sendable {
    let world: BackupWorld

    package init(_ world: BackupWorld) { self.world = world }

    /// By hand, or after one that failed: no new backup is taken for it.
    package func run() async -> ActionResult {
        await world.begin(.backup, reason: "", [("upload", "Upload and read back")])
        let result: ActionResult
        do throws(BackupError) {
            guard world.plan.bucket != nil else {
                throw BackupError(.refused, "no bucket is configured: see backup.s3")
            }
            try world.folder.make()
            let lock = try world.folder.lock(for: world.reporter.id, "backup")
            defer { withExtendedLifetime(lock) {} }
            let store = try world.store()
            let count = store.map { pending($0).count } ?? 0
            _ = try await step()
            result = ActionResult(
                .done, count == 0 ? "everything is there" : "\(count) copied to \(store?.place ?? "")")
        } catch {
            result = ActionResult(error.kind == .refused ? .refused : .undecided, error.reason)
        }
        await world.reporter.finish(result)
        return result
    }

    /// What is in the folder and not in the bucket, the newest first.
    private func pending(_ store: BackupStore) -> [BackupManifest] {
        world.folder.manifests().good.filter { manifest in
            manifest.database == world.plan.source.database && !manifest.copies.contains { $0.place == store.place }
        }
    }

    /// The step `upload`; nothing where there is no bucket.
    ///
    /// - Returns: where everything is now.
    func step() async throws(BackupError) -> String? {
        guard world.plan.bucket != nil else { return nil }
        return try await world.step("upload") { () throws(BackupError) in
            guard let store = try world.store() else { return (nil, "") }
            let manifests = pending(store)
            for manifest in manifests {
                let gauge = StreamGauge()
                let sent = try await world.watching("upload", gauge, total: manifest.bytes) { () throws(BackupError) in
                    try await store.upload(
                        manifest, from: world.folder, at: world.now, rate: world.plan.limits.rate
                    ) { gauge.set($0) }
                }
                try world.folder.write(sent)
                await world.journal.tell(.copied(.init(name: manifest.name, place: store.place)))
                if manifests.count > 1 { await world.reporter.note("upload", manifest.name) }
            }
            return (store.place, manifests.isEmpty ? "everything is there" : "\(store.place), read back and the same")
        }
    }
}
