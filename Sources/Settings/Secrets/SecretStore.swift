package import Launch

#if canImport(Glibc)
    import Glibc
#endif

/// Why a secret could not be had. It names the reference, never the value.
package enum SecretError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The environment variable is unset or empty.
    case unset(name: String)
    /// The file could not be opened or read; the reason is the system's.
    case unreadable(path: String, reason: String)
    /// The path is a folder, a device or a pipe.
    case notAFile(path: String)
    /// Others than its owner may read the file, or run it.
    case openToOthers(path: String, mode: UInt32)
    /// The file belongs to neither this user nor root.
    case foreign(path: String, owner: UInt32)
    /// The file holds nothing, more than 64 KiB, or bytes that are not UTF-8.
    case unfit(path: String)

    package var description: String {
        switch self {
        case .unset(let name): "the secret env:\(name) is not set"
        case .unreadable(let path, let reason): "the secret file:\(path) cannot be read: \(reason)"
        case .notAFile(let path): "the secret file:\(path) is not a regular file"
        case .openToOthers(let path, let mode):
            "the secret file:\(path) has mode 0\(String(mode, radix: 8)); it must be 0600 or 0400: chmod 600 \(path)"
        case .foreign(let path, let owner):
            "the secret file:\(path) belongs to user \(owner); it must belong to the user that runs guardia, or to root"
        case .unfit(let path): "the secret file:\(path) is empty, larger than 64 KiB or not UTF-8"
        }
    }
}

/// Fetches the values that secrets stand for, just before they are used.
package struct SecretStore: Sendable {
    private let environment: @Sendable (String) -> String?

    /// - Parameter environment: looks a variable up; the process' own unless a test brings another.
    package init(
        environment: @escaping @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
    ) {
        self.environment = environment
    }

    /// The value of `secret`, without the line end that editors leave behind it.
    package func resolve(_ secret: Secret) throws(SecretError) -> String {
        switch secret {
        case .environment(let name):
            guard let value = environment(name), !value.isEmpty else { throw .unset(name: name) }
            return value
        case .file(let path): return try read(path)
        }
    }

    private func read(_ path: String) throws(SecretError) -> String {
        // O_NONBLOCK: opening a pipe must not wait for its other end. The open file is checked, not the path, so that
        // nobody can exchange it in between.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        let mode = status.st_mode & 0o7777
        guard mode == 0o600 || mode == 0o400 else { throw .openToOthers(path: path, mode: mode) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .foreign(path: path, owner: status.st_uid)
        }
        var bytes = [UInt8](repeating: 0, count: 65_537)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if got < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            if got == 0 { break }
            count += got
        }
        guard count <= 65_536, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw .unfit(path: path)
        }
        let value = text.hasSuffix("\r\n") ? text.dropLast(1) : text.hasSuffix("\n") ? text.dropLast(1) : text[...]
        guard !value.isEmpty else { throw .unfit(path: path) }
        return String(value)
    }
}

extension Secret {
    /// Reads a reference; the text itself is never part of the error, for it may be the secret.
    package init(reference text: String) throws(Misfit) {
        if text.hasPrefix("env:") {
            let name = text.dropFirst(4)
            guard let first = name.utf8.first, !(48...57).contains(first),
                name.utf8.allSatisfy({ $0 == 95 || (48...57).contains($0) || (65...90).contains($0 & 0xDF) })
            else { throw Misfit("this is not the name of an environment variable", hint: "write it as env:NAME") }
            self = .environment(String(name))
        } else if text.hasPrefix("file:") {
            let path = text.dropFirst(5)
            guard path.hasPrefix("/"), path.count > 1 else {
                throw Misfit("a secret's file needs its whole path", hint: "write it as file:/path/to/it")
            }
            self = .file(String(path))
        } else {
            throw Misfit(
                "a secret is a reference, never the value itself",
                hint: "write it as env:NAME or file:/path (mode 0600)")
        }
    }
}
