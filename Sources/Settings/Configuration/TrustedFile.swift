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
        /// What others can change, where that is the trouble.
        package var place: String?
    }

    /// Who besides root and this user may have a hand in it.
    package enum Rule: Sendable {
        /// Nobody: whoever calls has fewer rights than we.
        case strict
        /// Whoever has root's group, and in a folder such as /tmp, where each can change only their own, everybody: what is
        /// on the way there must be root's or ours.
        case own
    }

    /// Folders are only looked at and gone through: `O_PATH`, which Swift does not import.
    private static let pathOnly: Int32 = 0o10_000_000

    /// As many links as the kernel follows are a maze.
    private static let linkLimit = 16

    /// Reads at most `limit` bytes of the file at an absolute path.
    package static func read(_ path: String, limit: Int) throws(Trouble) -> [UInt8] {
        let file = try open(path, .strict)
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
    package static func check(_ path: String, _ rule: Rule = .strict) throws(Trouble) { close(try open(path, rule)) }

    private static func root(_ rule: Rule) throws(Trouble) -> Int32 {
        try look(at: openat(AT_FDCWD, "/", pathOnly | O_DIRECTORY | O_CLOEXEC), "/", rule)
    }

    private static func open(_ path: String, _ rule: Rule) throws(Trouble) -> Int32 {
        guard path.hasPrefix("/") else { throw Trouble(description: "\(path) is no whole path") }
        var parts = names(of: path)
        var place = ""
        var folder = try root(rule)
        var links = 0
        while let name = parts.popLast() {
            let next = "\(place)/\(name)"
            let kind = parts.isEmpty ? O_RDONLY | O_NONBLOCK | O_NOCTTY : pathOnly | O_DIRECTORY
            let flags = kind | O_NOFOLLOW | O_CLOEXEC
            let found = openat(folder, name, flags)
            let code = errno
            if found < 0, code == ELOOP || code == ENOTDIR, let target = link(name, in: folder) {
                links += 1
                guard links <= linkLimit else {
                    close(folder)
                    throw Trouble(description: "\(next) leads from link to link")
                }
                // Nobody else can have made it where its folder is ours alone; in /tmp they can.
                var status = stat()
                guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, isOurs(status) else {
                    close(folder)
                    throw Trouble(description: "\(next) is a link that another user made", place: next)
                }
                parts += names(of: target)
                if target.hasPrefix("/") {
                    close(folder)
                    place = ""
                    folder = try root(rule)
                }
                continue
            }
            close(folder)
            guard found >= 0 else {
                throw Trouble(
                    description: "\(next) cannot be opened: \(String(cString: strerror(code)))",
                    isMissing: code == ENOENT)
            }
            folder = try look(at: found, next, rule)
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
    private static func look(at descriptor: Int32, _ path: String, _ rule: Rule) throws(Trouble) -> Int32 {
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw Trouble(description: "\(path) cannot be looked at")
        }
        guard isOurs(status), isClosed(status, rule) else {
            close(descriptor)
            throw Trouble(
                description: isOurs(status)
                    ? "\(path) can be changed by others than root and the service user"
                    : "\(path) belongs to another user (\(status.st_uid))", place: path)
        }
        return descriptor
    }

    private static func isOurs(_ status: stat) -> Bool { status.st_uid == 0 || status.st_uid == geteuid() }

    private static func isClosed(_ status: stat, _ rule: Rule) -> Bool {
        var others = status.st_mode & 0o022
        if rule == .own {
            if status.st_gid == 0 { others &= 0o002 }
            // Sticky (chmod(2)): who may write in it can still not remove or rename what is another's.
            if status.st_mode & S_IFMT == S_IFDIR, status.st_mode & S_ISVTX != 0 { others = 0 }
        }
        return others == 0
    }
}
