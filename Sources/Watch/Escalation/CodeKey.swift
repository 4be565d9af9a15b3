import CCrypto
import Glibc
package import Launch

/// Makes the code of a chain's pages out of its name and a key that lies beside the journal: the same after a restart, and in
/// no journal that others read.
package struct CodeKey: Sendable {
    private let key: [UInt8]

    /// Reads the key, or makes one; where it can be neither read nor kept, a key for this run alone.
    package init(journal: String) {
        let path = "\(journal).codes"
        if let found = CodeKey.read(path) {
            key = found
            return
        }
        var generator = SystemRandomNumberGenerator()
        let made = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 {
            _ = write(descriptor, made, made.count)
            fsync(descriptor)
            close(descriptor)
        }
        key = CodeKey.read(path) ?? made
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        return Glibc.read(descriptor, &bytes, 32) == 32 ? bytes : nil
    }

    /// Four digits, none of them a leading zero.
    package func code(of escalation: EscalationID) -> String { code(of: escalation.text) }

    /// The code of a test page, by which a contact proves that it came.
    package func code(of page: PageID) -> String { code(of: page.text) }

    private func code(of text: String) -> String {
        let bytes = key + Array(text.utf8) + key
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else { return "0000" }
        let number = digest.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return String(1000 + number % 9000)
    }
}
