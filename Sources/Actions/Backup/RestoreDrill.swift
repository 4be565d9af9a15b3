import Foundation
import Glibc
import Launch
import Wire

/// Proves that a backup restores: fetches it, verifies it, restores it to a scratch server, compares every table with the
/// manifest, asks the application's own questions, measures, and leaves nothing behind. Of production it only reads.
package struct RestoreDrill: Sendable {
    package struct Order: Sendable {
        /// The backup; nil: the newest.
        package var name: String?
        /// Whether it is fetched from the bucket, also where it lies in the folder.
        package var fromBucket: Bool
        /// The private key, where the config does not name it.
        package var identity: String?
        package var reason: String

        package init(name: String? = nil, fromBucket: Bool = false, identity: String? = nil, reason: String = "") {
            self.name = name
            self.fromBucket = fromBucket
            self.identity = identity
            self.reason = reason
        }
    }

    let world: BackupWorld
    let order: Order
    private var plan: BackupPlan { world.plan }

    package init(_ world: BackupWorld, _ order: Order) {
        self.world = world
        self.order = order
    }

    /// What a drill found, as far as it came.
    private final class Finding: @unchecked Sendable {
        // Unchecked is sound: one task writes, the same one reads it at the end.
        var manifest: BackupManifest?
        var restored: Milliseconds?
        var rpo: Milliseconds?
        var tables: Int?
    }

    /// Runs it to its end.
    package func run() async -> ActionResult {
        await world.begin(
            .drill, reason: order.reason,
            [
                ("find", "Find the backup"), ("verify", "Read it whole"), ("scratch", "Make a scratch server"),
                ("restore", "Restore"), ("smoke", "Ask the application's questions"),
                ("compare", "Compare every table"),
                ("startup", "Crash it, and time its recovery"), ("destroy", "Leave nothing behind"),
            ])
        let finding = Finding()
        let begun = world.clock.now()
        let lock: BackupFolder.Lock
        do throws(BackupError) {
            try world.folder.make()
            lock = try world.folder.lock(for: world.reporter.id, "drill")
        } catch {
            // Nothing was tried: that says nothing of any backup.
            let result = ActionResult(.refused, error.reason)
            await world.reporter.finish(result)
            return result
        }
        defer { withExtendedLifetime(lock) {} }
        await world.journal.tell(
            .drillStarted(
                .init(
                    id: world.reporter.id, kind: .restore, by: world.who.signature, silences: [],
                    limit: plan.drill.deadline, target: plan.targets.rto)))
        var failure: BackupError?
        do throws(BackupError) { try await prove(finding, begun) } catch { failure = error }
        let result = conclude(finding, failure)
        let isAtFault = if case .damaged? = failure?.kind { true } else { false }
        await world.journal.tell(
            .drillEnded(
                .init(
                    id: world.reporter.id, kind: .restore, hasPassed: failure == nil, measured: finding.restored,
                    target: plan.targets.rto, backup: finding.manifest?.name, rpo: finding.rpo, tables: finding.tables,
                    isBackupAtFault: isAtFault, doubt: failure == nil ? doubt : nil, summary: result.summary)))
        await world.reporter.finish(result)
        return result
    }

    private func conclude(_ finding: Finding, _ failure: BackupError?) -> ActionResult {
        if let failure {
            return ActionResult(failure.kind == .refused ? .refused : .wentBack, failure.reason)
        }
        func time(_ span: Milliseconds?) -> String {
            guard let span else { return "?" }
            let seconds = span.count / 1000
            return switch seconds {
            case ..<100: AmountText(world.figures).number(Double(span.count / 100) / 10, decimals: 1) + " s"
            case ..<7200: "\(seconds / 60) min"
            case ..<172_800: "\(seconds / 3600) h"
            default: "\(seconds / 86_400) d"
            }
        }
        let name = finding.manifest?.name ?? ""
        var words =
            "\(name) restores: \(finding.tables ?? 0) tables the same, in \(time(finding.restored)) (RTO \(time(plan.targets.rto))), "
            + "it is \(time(finding.rpo)) old (RPO \(time(plan.targets.rpo)))"
        if let restored = finding.restored, restored > plan.targets.rto { words += "; SLOWER THAN THE RTO" }
        if let rpo = finding.rpo, rpo > plan.targets.rpo { words += "; OLDER THAN THE RPO" }
        if let doubt { words += "; WARNING: \(doubt)" }
        return ActionResult(.done, words)
    }

    /// What a drill that succeeds leaves unproved.
    private var doubt: String? {
        guard plan.drill.smoke.isEmpty else { return nil }
        return
            "no smoke query is configured (backup.drill.smoke): whether the application could work on it was not asked"
    }

    // MARK: The proof

    private func prove(_ finding: Finding, _ begun: Moment) async throws(BackupError) {
        let place = try await world.step("find") { () throws(BackupError) in
            let place = try await find()
            finding.manifest = place.manifest
            finding.rpo = max(0, begun.utc - place.manifest.snapshotAt)
            return (place, "\(place.manifest.name) in \(place.words)")
        }
        let identity = order.identity ?? plan.identity
        let left = await ScratchServer.sweep(plan.drill.folder)
        if !left.isEmpty {
            await world.reporter.note(
                "find", "removed what a drill that died had left: \(left.joined(separator: ", "))")
        }
        let tools = try BackupTools(plan.programs, version: place.manifest.majorVersion)
        try await tools.check(restoring: place.manifest)
        try checkRoom(place)
        let scratch = try await ScratchTarget.make(world, tools, place.manifest, identity: identity)
        do throws(BackupError) {
            let files = try await fetched(place, scratch)
            try await world.step("verify") { () throws(BackupError) in
                let result = try await BackupCheck.backup(
                    place.manifest, in: files, identity: identity, deadline: plan.drill.deadline, log: world.log)
                guard result.hasReadTables else { throw BackupError(.refused, result.words) }
                return ((), result.words)
            }
            try await restore(place.manifest, in: files, to: scratch, identity, finding, begun)
        } catch {
            await destroy(scratch)
            throw error
        }
        await destroy(scratch)
    }

    /// What is restored takes about as much as what was dumped, before its indexes: a drill must not fill the disk on which a
    /// journal may lie.
    private func checkRoom(_ place: Place) throws(BackupError) {
        let manifest = place.manifest
        let wanted = (plan.drill.server == nil ? manifest.rawBytes : 0) + (place.store == nil ? 0 : manifest.bytes)
        do { try FileTap.check(plan.drill.folder, keepFree: plan.limits.keepFree + wanted) } catch {
            throw BackupError(
                .refused,
                "a drill in \(plan.drill.folder) needs \(wanted >> 20) MiB beside the \(plan.limits.keepFree >> 20) MiB that are to stay free, and they are not there: make room, or name another drill.folder"
            )
        }
    }

    private func destroy(_ scratch: ScratchTarget) async {
        await world.reporter.begin("destroy")
        // Also where the drill was called off: what was made is taken away.
        let words = await Task { await scratch.destroy() }.value
        await world.reporter.end("destroy", .done, words)
    }

    private struct Place: Sendable {
        var manifest: BackupManifest
        var store: BackupStore?
        var words: String
    }

    private func find() async throws(BackupError) -> Place {
        let local = world.folder.manifests()
        if !order.fromBucket {
            if let name = order.name, access(world.folder.manifestFile(name), F_OK) == 0 {
                return Place(manifest: try world.folder.manifest(name), store: nil, words: plan.folder)
            }
            if order.name == nil, let newest = local.good.first {
                return Place(manifest: newest, store: nil, words: plan.folder)
            }
        }
        guard let store = try world.store() else {
            if let bad = local.bad.first { throw BackupError(.damaged(table: nil), "\(bad.file): \(bad.reason)") }
            throw BackupError(.refused, "there is no backup \(order.name.map { "\($0) " } ?? "")in \(plan.folder)")
        }
        let manifests = try await store.manifests()
        guard let manifest = manifests.first(where: { order.name == nil || $0.name == order.name }) else {
            throw BackupError(.refused, "there is no backup \(order.name.map { "\($0) " } ?? "")in \(store.place)")
        }
        return Place(manifest: manifest, store: store, words: store.place)
    }

    /// The folder where the files lie: fetched into the scratch folder where they come from a bucket.
    private func fetched(_ place: Place, _ scratch: ScratchTarget) async throws(BackupError) -> String {
        guard let store = place.store else { return plan.folder }
        let folder = "\(scratch.folder)/fetched"
        mkdir(folder, 0o700)
        try await store.fetch(place.manifest, into: folder, rate: plan.limits.rate)
        return folder
    }

    private func restore(
        _ manifest: BackupManifest, in files: String, to scratch: ScratchTarget, _ identity: String?,
        _ finding: Finding, _ begun: Moment
    ) async throws(BackupError) {
        try await world.step("scratch") { () throws(BackupError) in
            ((), try await scratch.prepare(manifest))
        }
        try await world.step("restore") { () throws(BackupError) in
            let gauge = StreamGauge(
                room: plan.drill.server == nil ? (plan.drill.folder, plan.limits.keepFree) : nil)
            try await world.watching("restore", gauge, total: manifest.rawBytes) { () throws(BackupError) in
                try await scratch.restore(manifest, in: files, identity: identity, gauge: gauge)
            }
            return ((), "\(manifest.rawBytes >> 20) MiB")
        }
        if let doubt {
            finding.restored = Milliseconds((world.clock.now().uptime - begun.uptime).count)
            await world.reporter.begin("smoke")
            await world.reporter.end("smoke", .undecided, doubt)
        } else {
            try await ask(scratch, finding, begun)
        }
        try await world.step("compare") { () throws(BackupError) in
            let words = try await scratch.compare(manifest)
            finding.tables = manifest.tables.count
            return ((), words)
        }
        try await world.step("startup") { () throws(BackupError) in ((), try await scratch.crashAndStart()) }
    }

    /// The application's own questions.
    private func ask(_ scratch: ScratchTarget, _ finding: Finding, _ begun: Moment) async throws(BackupError) {
        try await world.step("smoke") { () throws(BackupError) in
            for smoke in plan.drill.smoke {
                let answer = try await scratch.ask(smoke.query)
                if let trouble = smoke.trouble(with: answer) {
                    throw BackupError(.damaged(table: nil), "smoke query '\(smoke.name)': \(trouble)")
                }
            }
            // From here on an application could work on it.
            finding.restored = Milliseconds((world.clock.now().uptime - begun.uptime).count)
            return ((), "\(plan.drill.smoke.count) answered as expected")
        }
    }
}
