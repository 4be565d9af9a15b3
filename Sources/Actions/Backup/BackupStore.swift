import Foundation
package import Launch
package import Wire

/// The bucket where copies of backups lie.
package struct BackupStore: Sendable {
    package let client: S3Client
    let prefix: String

    package init(
        _ plan: BucketPlan, on reactor: Reactor, secret: (Secret) throws -> String
    ) throws(BackupError) {
        do {
            client = S3Client(
                S3Client.Settings(
                    endpoint: plan.endpoint, region: plan.region, bucket: plan.bucket,
                    keys: SigV4.Keys(
                        id: try secret(plan.key), secret: try secret(plan.secret), token: try plan.token.map(secret)),
                    tls: TLSSettings(
                        verify: plan.tls.verify, caFile: plan.tls.caFile,
                        clientCertificateFile: plan.tls.clientCertificate, clientKeyFile: plan.tls.clientKey),
                    part: plan.part), on: reactor)
        } catch {
            throw BackupError(.refused, String(describing: error))
        }
        prefix = plan.prefix
    }

    package init(_ client: S3Client, prefix: String) {
        self.client = client
        self.prefix = prefix
    }

    package var place: String { client.place(prefix) }

    func key(_ name: String) -> String { prefix + name }

    /// Uploads all files of a backup, reads each back and holds it against the manifest; its manifest comes last, so that what
    /// has one there is whole.
    ///
    /// - Parameter rate: bytes a second, there and back.
    /// - Returns: the manifest with its new copy.
    func upload(
        _ manifest: BackupManifest, from folder: BackupFolder, at now: Timestamp, rate: Int64? = nil,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws(BackupError) -> BackupManifest {
        var manifest = manifest
        manifest.copies.removeAll { $0.place == place }
        manifest.copies.append(BackupManifest.Copy(place: place, at: now))
        do throws(S3Error) {
            for file in manifest.files {
                try await client.upload(
                    file: folder.file(file.name), to: key(file.name), rate: rate, progress: progress)
                try await check(file, rate: rate)
            }
            try await client.put(
                BackupFolder.encode(manifest), at: key(manifest.name + BackupFolder.manifestSuffix))
        } catch {
            throw BackupError(.failed, error.description)
        }
        return manifest
    }

    /// Reads a file whole and holds it against what it must be.
    func check(_ file: BackupManifest.File, rate: Int64? = nil) async throws(S3Error) {
        let sum = Sum()
        let size = try await client.read(key(file.name), rate: rate) { sum.take($0) }
        guard size == file.bytes, sum.text == file.sha256 else {
            throw S3Error(
                kind: .differs, operation: "GET", target: client.place(key(file.name)),
                reason: size == file.bytes
                    ? "what lies there is not what was sent" : "\(size) bytes lie there instead of \(file.bytes)")
        }
    }

    /// Fetches the files of a backup into a folder.
    func fetch(_ manifest: BackupManifest, into folder: String, rate: Int64? = nil) async throws(BackupError) {
        for file in manifest.files {
            let path = "\(folder)/\(file.name)"
            do throws(S3Error) {
                let target = try Target(path)
                try await client.read(key(file.name), rate: rate) { piece throws(S3Error) in try target.write(piece) }
            } catch {
                throw BackupError(error.kind == .differs ? .damaged(table: nil) : .failed, error.description)
            }
        }
    }

    /// The manifests that lie there, the newest first.
    package func manifests() async throws(BackupError) -> [BackupManifest] {
        var manifests: [BackupManifest] = []
        do throws(S3Error) {
            for object in try await client.list(prefix) where object.key.hasSuffix(BackupFolder.manifestSuffix) {
                let name = String(object.key.dropFirst(prefix.count).dropLast(BackupFolder.manifestSuffix.count))
                let bytes = try await client.get(object.key, limit: 64 << 20)
                if let manifest = try? BackupFolder.decode(bytes, name) { manifests.append(manifest) }
            }
        } catch {
            throw BackupError(.failed, error.description)
        }
        return manifests.sorted { ($0.snapshotAt, $0.name) > ($1.snapshotAt, $1.name) }
    }

    func remove(_ manifest: BackupManifest) async throws(BackupError) {
        do throws(S3Error) {
            for name in manifest.files.map(\.name) + [manifest.name + BackupFolder.manifestSuffix] {
                // Parts of an upload that never ended cost money and are seen by no listing.
                try await client.abandonUploads(of: key(name))
                try await client.remove(key(name))
            }
        } catch {
            throw BackupError(.failed, error.description)
        }
    }
}

/// A digest of pieces that come one after the other.
private final class Sum: @unchecked Sendable {
    // Unchecked is sound: pieces come from one transfer, one after the other.
    private var digest: SHA256? = SHA256()

    func take(_ bytes: [UInt8]) { digest?.update(bytes) }

    var text: String {
        guard let digest = digest.take() else { return "" }
        return Hexadecimal.text(digest.finish())
    }
}

/// A new file that is written to the end.
private final class Target: Sendable {
    private let descriptor: Int32
    private let path: String

    init(_ path: String) throws(S3Error) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws(S3Error) {
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count else { throw failure() }
    }

    private func failure() -> S3Error {
        S3Error(kind: .refused, operation: "write", target: path, reason: String(cString: strerror(errno)))
    }
}
