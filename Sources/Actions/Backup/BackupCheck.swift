import Glibc
package import Launch
import Wire

/// Reads a backup whole. A list of what is in it proves nothing: pg_restore lists a dump that is cut off without a word.
package struct BackupCheck: Sendable {
    /// What reading it whole showed.
    package struct Result: Sendable {
        /// Whether its tables were read, too; without the private key only the file that holds them is.
        package var hasReadTables: Bool
        package var words: String
    }

    /// Reads a file and holds it against its size and digest.
    static func file(_ file: BackupManifest.File, in folder: String, deadline: Milliseconds) async throws(BackupError) {
        let sum = FileTap()
        do {
            try await Pipeline(
                from: .file("\(folder)/\(file.name)"), [.tap(sum)], deadline: deadline.duration
            ).run()
        } catch {
            let isMissing = error.kind == .read && error.code == ENOENT
            throw BackupError(isMissing ? .damaged(table: nil) : .failed, "\(file.name): \(error.reason)")
        }
        if let trouble = difference(sum, file) { throw BackupError(.damaged(table: nil), "\(file.name): \(trouble)") }
    }

    private static func difference(_ sum: FileTap, _ file: BackupManifest.File) -> String? {
        if sum.bytes == 0, file.bytes > 0 { return "it is empty" }
        if sum.bytes < file.bytes { return "it is cut off: \(sum.bytes) of \(file.bytes) bytes" }
        if sum.bytes > file.bytes { return "it has \(sum.bytes) bytes instead of \(file.bytes)" }
        return sum.sha256 == file.sha256 ? nil : "its SHA-256 is not that of the manifest: it was changed or exchanged"
    }

    /// Whoever can write the folder can exchange data and manifest together; what the journal was told he cannot.
    private static func exchanged(_ manifest: BackupManifest, _ log: BackupLog) -> BackupError? {
        guard let told = log[manifest.name]?.taken.sha256, told != manifest.data.sha256 else { return nil }
        return BackupError(
            .damaged(table: nil), "it is not the backup that the journal was told of: its SHA-256 there is \(told)")
    }

    /// Reads a backup whole, and its tables where the key is at hand.
    ///
    /// - Parameter log: what the journal was told of it.
    /// - Throws: `.damaged` with the table where it shows.
    package static func backup(
        _ manifest: BackupManifest, in folder: String, identity: String?, deadline: Milliseconds,
        log: BackupLog = BackupLog()
    ) async throws(BackupError) -> Result {
        var damage = exchanged(manifest, log)
        do throws(BackupError) {
            for file in manifest.files { try await self.file(file, in: folder, deadline: deadline) }
        } catch {
            guard case .damaged = error.kind else { throw error }
            damage = damage ?? error
        }
        let decrypt: [[String]]
        do throws(BackupError) {
            decrypt = try BackupTools.decrypt(manifest.encryption, identity: identity)
        } catch {
            if let damage { throw damage }
            return Result(
                hasReadTables: false, words: "the files are whole; their content was not read: \(error.reason)")
        }
        // Also where the file is known to be damaged: which table it is matters to whoever has nothing else.
        do throws(BackupError) {
            try await content(manifest, in: folder, decrypt, deadline: deadline)
            await BackupTools.letGo(manifest.encryption, identity: identity)
        } catch {
            await BackupTools.letGo(manifest.encryption, identity: identity)
            guard let damage else { throw error }
            throw BackupError(.damaged(table: error.table), "\(damage.reason); \(error.reason)")
        }
        if let damage { throw damage }
        return Result(
            hasReadTables: true,
            words: manifest.method == .logical
                ? "read whole: \(manifest.tables.count) tables, \(manifest.rows) rows as in its manifest" : "read whole"
        )
    }

    private static func content(
        _ manifest: BackupManifest, in folder: String, _ decrypt: [[String]], deadline: Milliseconds
    ) async throws(BackupError) {
        let archive = ArchiveTap()
        let count = StreamGauge()
        let last: any Tap = manifest.method == .logical ? archive : CountTap(count)
        let stages = (decrypt + [["zstd", "-dc", "-q"]]).map { Pipeline.Stage.program(.init($0)) } + [.tap(last)]
        do {
            try await Pipeline(
                from: .file("\(folder)/\(manifest.data.name)"), stages, deadline: deadline.duration
            ).run()
        } catch {
            throw damaged(error, archive)
        }
        guard manifest.method == .logical else {
            guard count.bytes == manifest.rawBytes else {
                throw BackupError(
                    .damaged(table: nil), "\(count.bytes) bytes came out of it instead of \(manifest.rawBytes)")
            }
            return
        }
        let comparison = TableComparison(manifest, tables: archive.tables, objects: archive.objects)
        guard comparison.isSame else {
            throw BackupError(.damaged(table: comparison.differences.first?.table), comparison.words)
        }
    }

    /// What made a stream break off, with the table that was passing then.
    static func damaged(_ error: Pipeline.Failure, _ archive: ArchiveTap) -> BackupError {
        guard error.kind == .program || error.kind == .tap || error.kind == .write else {
            return BackupError(.failed, error.description)
        }
        // Nor does a disk of ours that fills.
        if let full = error.cause as? StreamGauge.Full { return BackupError(.failed, full.description) }
        // Another's key says nothing against the backup.
        if error.kind == .program, error.reason.contains("no identity matched") || error.reason.contains("secret key") {
            return BackupError(.wrongKey, "this key does not open it: \(error.description)")
        }
        let fault = error.cause as? ArchiveFault
        let table = fault?.table ?? archive.table
        if let fault { return BackupError(.damaged(table: table), fault.description) }
        return BackupError(
            .damaged(table: table),
            error.description + (table.map { ": it shows at \($0)" } ?? ": before its first table"))
    }
}
