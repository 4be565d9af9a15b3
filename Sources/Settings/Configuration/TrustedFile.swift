import Glibc

/// A file that nobody but root and this user can change, nor put another in its place: every folder on the way is looked at,
/// and what was looked at is what is read.
///
/// The way is walked from `/` with each folder held open (openat(2)), so that nothing can be swapped between the look and
/// the reading, however fast somebody is.
package enum TrustedFile {
    /// Why a file is not trusted, in a sentence.
    package struct Trouble: Error, Hashable, CustomStringConvertible {
        package let description: String
        /// Whether it is only not there: nobody can get in by that.
        package var isMissing = false
    }

    /// As many links as the kernel follows are a maze.
    private static let linkLimit = 16

    /// Reads at most `limit` bytes of the file at an absolute path.
    package static func read(_ path: String, limit: Int) throws(Trouble) -> [UInt8] {
        let file = try open(path)
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = Glibc.read(file, &piece, min(piece.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Trouble(description: "\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }

    /// Whether the file may be trusted; it is not read.
    package static func check(_ path: String) throws(Trouble) { close(try open(path)) }

    private static func open(_ path: String) throws(Trouble) -> Int32 {
        guard path.hasPrefix("/") else { throw Trouble(description: "\(path) is no whole path") }
        var parts = names(of: path)
        var place = ""
        var folder = try look(at: openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "/")
        var links = 0
        while let name = parts.popLast() {
            let next = "\(place)/\(name)"
            let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (parts.isEmpty ? 0 : O_DIRECTORY)
            let found = openat(folder, name, flags)
            let code = errno
            if found < 0, code == ELOOP || code == ENOTDIR, let target = link(name, in: folder) {
                links += 1
                // Nobody else can have made it: its folder was looked at.
                guard links <= linkLimit else {
                    close(folder)
                    throw Trouble(description: "\(next) leads from link to link")
                }
                parts += names(of: target)
                if target.hasPrefix("/") {
                    close(folder)
                    place = ""
                    folder = try look(at: openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "/")
                }
                continue
            }
            close(folder)
            guard found >= 0 else {
                throw Trouble(
                    description: "\(next) cannot be opened: \(String(cString: strerror(code)))",
                    isMissing: code == ENOENT)
            }
            folder = try look(at: found, next)
            place = next
        }
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(folder)
            throw Trouble(description: "\(path) is not a regular file")
        }
        return folder
    }

    /// The names on the way, the last one first. `..` is left to the kernel: the folder that it leads to is looked at like any.
    private static func names(of path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.map(String.init).reversed()
    }

    /// Nil where it is no link.
    private static func link(_ name: String, in folder: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(folder, name, &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Closes what others can change, and says so.
    private static func look(at descriptor: Int32, _ path: String) throws(Trouble) -> Int32 {
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw Trouble(description: "\(path) cannot be looked at")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            close(descriptor)
            throw Trouble(description: "\(path) can be changed by others than root and the service user")
        }
        return descriptor
    }
}
