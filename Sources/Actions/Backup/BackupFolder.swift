import Foundation
import Glibc
package import Launch
import Wire

/// The folder where backups lie: of each its data, its manifest, and nothing that is not whole.
package struct BackupFolder: Sendable {
    package let path: String

    package static let manifestSuffix = ".manifest.json"
    /// What is being written, and becomes a backup by being renamed.
    static let partialSuffix = ".partial"

    package init(_ path: String) { self.path = path }

    package func file(_ name: String) -> String { "\(path)/\(name)" }
    func manifestFile(_ name: String) -> String { file(name + Self.manifestSuffix) }

    /// Makes it where it is not there, for its owner alone.
    package func make() throws(BackupError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackupError(.refused, "\(path) cannot be made: \(error.localizedDescription)")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw BackupError(.refused, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    // MARK: One at a time

    /// Held while a backup or a drill works here.
    package final class Lock: Sendable {
        private let descriptor: Int32

        fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { close(descriptor) }
    }

    /// - Throws: who holds it.
    package func lock(for action: ActionID, _ what: String) throws(BackupError) -> Lock {
        let name = file(".\(what).lock")
        let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw BackupError(.refused, "\(name): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var bytes = [UInt8](repeating: 0, count: 200)
            let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
            close(descriptor)
            let holder = String(decoding: bytes[..<count], as: UTF8.self)
            throw BackupError(.refused, "another one runs here: \(holder.isEmpty ? "?" : holder)")
        }
        ftruncate(descriptor, 0)
        let holder = Array("\(action) (pid \(getpid()))".utf8)
        _ = pwrite(descriptor, holder, holder.count, 0)
        return Lock(descriptor)
    }

    // MARK: What is there

    /// Manifests, the newest first; and files that say they are some and cannot be read.
    package func manifests() -> (good: [BackupManifest], bad: [(file: String, reason: String)]) {
        var good: [BackupManifest] = []
        var bad: [(file: String, reason: String)] = []
        for name in names where name.hasSuffix(Self.manifestSuffix) {
            do {
                good.append(try manifest(String(name.dropLast(Self.manifestSuffix.count))))
            } catch {
                bad.append((name, error.reason))
            }
        }
        return (good.sorted { ($0.snapshotAt, $0.name) > ($1.snapshotAt, $1.name) }, bad)
    }

    package func manifest(_ name: String) throws(BackupError) -> BackupManifest {
        guard !name.contains("/"), let data = FileManager.default.contents(atPath: manifestFile(name)) else {
            throw BackupError(.refused, "there is no backup \(name) in \(path)")
        }
        return try Self.decode([UInt8](data), name)
    }

    static func decode(_ bytes: [UInt8], _ name: String) throws(BackupError) -> BackupManifest {
        let manifest: BackupManifest
        do {
            manifest = try JSONDecoder().decode(BackupManifest.self, from: Data(bytes))
        } catch {
            throw BackupError(.damaged(table: nil), "its manifest cannot be read: it is spoiled or cut")
        }
        if let trouble = manifest.trouble {
            throw BackupError(.damaged(table: nil), "its manifest will not do: \(trouble)")
        }
        guard manifest.name == name else {
            throw BackupError(.damaged(table: nil), "its manifest is that of \(manifest.name)")
        }
        return manifest
    }

    static func encode(_ manifest: BackupManifest) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(manifest)).map { [UInt8]($0) } ?? []
    }

    /// Writes a manifest so that it is there whole or not at all; returns its SHA-256.
    @discardableResult
    func write(_ manifest: BackupManifest) throws(BackupError) -> String {
        let bytes = Self.encode(manifest)
        let path = manifestFile(manifest.name)
        let partial = path + Self.partialSuffix
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(partial) }
        let count = Glibc.write(descriptor, bytes, bytes.count)
        let isWritten = count == bytes.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten else {
            unlink(partial)
            errno = code
            throw failure(partial)
        }
        try rename(partial, to: path)
        return Hexadecimal.text(SHA256.hash(bytes))
    }

    /// Gives a file that is whole its name, for good.
    func rename(_ partial: String, to path: String) throws(BackupError) {
        guard Glibc.rename(partial, path) == 0 else { throw failure(path) }
        let folder = open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    private func failure(_ path: String) -> BackupError {
        BackupError(.failed, "\(path): \(String(cString: strerror(errno)))")
    }

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    // MARK: Removing

    /// Removes a backup: its manifest last, so that what is left of one that was broken off is still known.
    func remove(_ manifest: BackupManifest) throws(BackupError) {
        for name in manifest.files.map(\.name) + [manifest.name + Self.manifestSuffix] {
            guard unlink(file(name)) == 0 || errno == ENOENT else { throw failure(file(name)) }
        }
    }

    /// What a backup that died left here: half-written files, and data without a manifest. Only what bears a name of ours.
    /// To be called with the lock held.
    func sweep() -> [String] {
        let manifests = Set(
            names.filter { $0.hasSuffix(Self.manifestSuffix) }.map { $0.dropLast(Self.manifestSuffix.count) })
        return names.filter { name in
            guard Self.isOurs(name) else { return false }
            if name.hasSuffix(Self.partialSuffix) { return true }
            return !manifests.contains(name.prefix { $0 != "." })
        }.filter { unlink(file($0)) == 0 }
    }

    /// `20261127T063000Z-barberpro-3f9a.…`
    private static func isOurs(_ name: String) -> Bool {
        let stem = name.prefix { $0 != "." }
        let parts = stem.split(separator: "-")
        guard parts.count >= 3, stem.count < name.count, let stamp = parts.first?.utf8, let end = parts.last?.utf8,
            stamp.count == 16, end.count == 4
        else { return false }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return stamp.enumerated().allSatisfy { index, byte in
            index == 8 ? byte == UInt8(ascii: "T") : index == 15 ? byte == UInt8(ascii: "Z") : digits.contains(byte)
        }
    }
}
