import Glibc

/// The user that servers run as, where that is not ourselves.
///
/// PostgreSQL refuses to run as root. So root runs all servers of a rehearsal as one unprivileged user, and their
/// folders belong to it; anyone else runs them as themselves.
struct ServerUser: Equatable {
    var name: String
    /// Its primary group.
    var group: String
    var uid: uid_t
    var gid: gid_t

    /// The user to switch to; nil where we are not root.
    static let current: ServerUser? = geteuid() == 0 ? (named("postgres") ?? named("nobody")) : nil

    /// The command line prefix that makes a program run as this user. `exec` all the way: the process keeps its id.
    var prefix: [String] {
        ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
    }

    private static func named(_ name: String) -> ServerUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard getpwnam_r(name, &entry, buffer.baseAddress!, buffer.count, &found) == 0, found != nil else {
                return nil
            }
            return groupName(entry.pw_gid).map {
                ServerUser(name: name, group: $0, uid: entry.pw_uid, gid: entry.pw_gid)
            }
        }
    }

    private static func groupName(_ id: gid_t) -> String? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard getgrgid_r(id, &entry, buffer.baseAddress!, buffer.count, &found) == 0, found != nil else {
                return nil
            }
            return String(cString: entry.gr_name)
        }
    }
}
