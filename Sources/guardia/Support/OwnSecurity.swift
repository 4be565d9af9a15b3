import Glibc
import Launch

/// What guardia demands of the machine for its own safety, before it does anything.
enum OwnSecurity {
    /// A program that runs with more rights than its caller has would lend them to whoever writes its config: guardia acts for other
    /// users by sudo alone.
    static var isElevated: Bool { getuid() != geteuid() || getgid() != getegid() }

    /// A file that others can write to, and what they could do by it; nil where it is ours alone, or not there.
    static func objection(to path: String, because consequence: String) -> UnsafeFile? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & 0o002 != 0 {
            return UnsafeFile(
                path: path, reason: "everybody can write to it", consequence: consequence, command: "chmod o-w")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() || geteuid() == 0 else {
            return UnsafeFile(
                path: path, reason: "it belongs to another user (\(status.st_uid))", consequence: consequence,
                command: "chown root")
        }
        return nil
    }
}

/// A file that is not safe to be used.
struct UnsafeFile: Error, CustomStringConvertible {
    var path: String
    var reason: String
    var consequence: String
    var command: String

    var description: String { "\(path): \(reason), and \(consequence); \(command) \(path)" }
}
