import CCrypto
import Glibc

/// The key that signs links. It lies beside the journal in a file of its own, so that links hold when the engine is killed.
package struct MobileKey: Sendable {
    package static let size = 32
    private let bytes: [UInt8]

    /// - Parameter bytes: ``size`` of them; a test's own.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Where the key of a journal is.
    package static func path(of journal: String) -> String { "\(journal).mobile" }

    /// Reads the key, or makes one where there is none yet. It blocks on the disk.
    ///
    /// - Parameter makes: whether one may be made.
    package init(journal: String, makes: Bool = true) throws(MobileKeyError) {
        let path = MobileKey.path(of: journal)
        if makes, access(path, F_OK) != 0, errno == ENOENT { try MobileKey.make(path) }
        bytes = try MobileKey.read(path)
    }

    private static func read(_ path: String) throws(MobileKeyError) -> [UInt8] {
        // The open file is looked at, not the path: nobody can exchange it in between.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw MobileKeyError(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw MobileKeyError(path, "it is not a regular file")
        }
        let mode = status.st_mode & 0o777
        guard mode & 0o077 == 0 else {
            throw MobileKeyError(
                path, "others may read it (mode 0\(String(mode, radix: 8))): remove it, a new one is made")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw MobileKeyError(path, "it belongs to user \(status.st_uid)")
        }
        var bytes = [UInt8](repeating: 0, count: size + 1)
        guard Glibc.read(descriptor, &bytes, bytes.count) == size else {
            throw MobileKeyError(path, "it does not hold \(size) bytes: remove it, a new one is made")
        }
        return Array(bytes.prefix(size))
    }

    /// Under another name first: a key is whole or not there, whenever the engine is killed.
    private static func make(_ path: String) throws(MobileKeyError) {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<size).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        let draft = "\(path).\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw MobileKeyError(path, String(cString: strerror(errno))) }
        defer { unlink(draft) }
        let isWritten = write(descriptor, key, size) == size && fsync(descriptor) == 0
        let reason = errno
        close(descriptor)
        // A link, not a rename: of two that make one, the second takes the first's.
        guard isWritten, link(draft, path) == 0 || errno == EEXIST else {
            throw MobileKeyError(path, String(cString: strerror(isWritten ? errno : reason)))
        }
    }

    /// HMAC-SHA256 (RFC 2104), its first sixteen bytes: as much as nobody guesses, and short enough for an SMS.
    ///
    /// - Parameter purpose: what it is for, so that a signature of one thing is none of another.
    func sign(_ purpose: String, _ message: [UInt8]) -> [UInt8] {
        let text = Array(purpose.utf8) + [0] + message
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard HMAC(EVP_sha256(), bytes, Int32(bytes.count), text, text.count, &digest, &length) != nil, length == 32
        else {
            // Without memory for it there is no signature, and what nobody can know verifies nothing.
            return (0..<16).map { _ in UInt8.random(in: 0 ... .max) }
        }
        return Array(digest.prefix(16))
    }

    /// Compares in the same time wherever they differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// Why there is no key to sign links with.
package struct MobileKeyError: Error, CustomStringConvertible {
    package let path: String
    package let reason: String

    init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "the key \(path) of the mobile page's links: \(reason)" }
}
