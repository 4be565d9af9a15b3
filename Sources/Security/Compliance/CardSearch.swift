import Foundation
import Glibc
import Launch

/// Looks for card numbers, and for one secret, in files and folders; tells how many, never which. Blocking; it ends early where
/// its task is cancelled: gigabytes of logs do not hold up the end of an engine.
package struct FileSearch: Hashable, Sendable {
    package private(set) var cards = 0
    package private(set) var secrets = 0
    package private(set) var files = 0
    package private(set) var bytes: Int64 = 0
    /// Files that hold some.
    package private(set) var hits: [String] = []
    /// What could not be read, or not whole.
    package private(set) var unread: [String] = []

    private static let maximumFiles = 5000
    package static let maximumBytes: Int64 = 8 << 30

    package init() {}

    /// - Parameter needle: a secret that must not be there; nil: only card numbers are looked for.
    package mutating func look(in paths: [String], for needle: [UInt8]? = nil) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else {
                unread.append(path)
                continue
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
                for name in names.sorted() {
                    let file = "\(path)/\(name)"
                    // A link may lead anywhere; what it leads to is looked at where it is named.
                    guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
                    look(atFile: file, for: needle)
                }
            } else {
                look(atFile: path, for: needle)
            }
        }
    }

    private mutating func look(atFile path: String, for needle: [UInt8]?) {
        guard !Task.isCancelled else {
            if unread.last != "what was left when it was called off" {
                unread.append("what was left when it was called off")
            }
            return
        }
        guard files < FileSearch.maximumFiles, bytes < FileSearch.maximumBytes else {
            if unread.last != "more files" { unread.append("more files") }
            return
        }
        files += 1
        var tail: [UInt8] = []
        var (found, leaked) = (0, 0)
        var read: Int64 = 0
        let overlap = max(64, needle?.count ?? 0)
        do throws(SecurityError) {
            try FileBytes.each(path, chunk: 1 << 20) { piece in
                let window = tail + piece
                // Each once: where it is known that it ends. One that ends with the piece may go on in the next.
                found += CardNumber.ranges(in: window).count {
                    $0.upperBound >= tail.count && $0.upperBound < window.count
                }
                if let needle { leaked += FileSearch.count(needle, in: window, from: tail.count) }
                tail = Array(window.suffix(overlap))
                read += Int64(piece.count)
                return !Task.isCancelled
            }
            if Task.isCancelled { unread.append(path) }
            // A number at the very end of the file.
            found += CardNumber.ranges(in: tail).count { $0.upperBound == tail.count }
        } catch {
            unread.append(path)
        }
        bytes += read
        cards += found
        secrets += leaked
        if found > 0 || leaked > 0 { hits.append(path) }
    }

    private static func count(_ needle: [UInt8], in window: [UInt8], from end: Int) -> Int {
        guard !needle.isEmpty, window.count >= needle.count else { return 0 }
        var count = 0
        window.withUnsafeBytes { bytes in
            var offset = 0
            // memchr for the first byte: almost nowhere is there more than that to compare.
            while offset + needle.count <= bytes.count,
                let hit = memchr(bytes.baseAddress! + offset, Int32(needle[0]), bytes.count - offset - needle.count + 1)
            {
                let at = UnsafeRawPointer(hit) - bytes.baseAddress!
                if at + needle.count > end, memcmp(bytes.baseAddress! + at, needle, needle.count) == 0 { count += 1 }
                offset = at + 1
            }
        }
        return count
    }

    package var summary: String {
        "\(files) files, \(bytes >> 20) MiB"
            + (unread.isEmpty ? "" : "; not read: \(unread.prefix(5).joined(separator: ", "))")
    }
}

/// Whether a backup is encrypted, by how it begins.
package enum BackupSeal: Hashable, Sendable {
    case encrypted(String)
    case plain(String)
    case unknown

    package init(first bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(64))
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if begins("age-encryption.org/") || begins("-----BEGIN AGE") {
            self = .encrypted("age")
        } else if begins("-----BEGIN PGP MESSAGE") {
            self = .encrypted("OpenPGP")
        } else if begins("Salted__") {
            self = .encrypted("openssl enc")
        } else if begins("LUKS\u{BA}\u{BE}") || bytes.starts(with: [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE]) {
            self = .encrypted("LUKS")
        } else if begins("PGDMP") {
            self = .plain("pg_dump")
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .plain("zstd")
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .plain("gzip")
        } else if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
            self = .plain("xz")
        } else if begins("--") || begins("CREATE") || begins("BEGIN;") || begins("SET ") {
            self = .plain("SQL")
        } else if let first = bytes.first, [0x84, 0x85, 0x8C, 0xC1, 0xC3].contains(first), bytes.count > 3 {
            // OpenPGP's packets of a session key (RFC 4880 section 4.2, tags 1 and 3).
            self = .encrypted("OpenPGP")
        } else {
            self = .unknown
        }
    }
}
