import Glibc
package import Launch

/// Finds out who acts: the Unix user behind sudo and SSH.
package struct OperatorIdentity: Sendable {
    package let who: Operator
    /// The names of the groups that they are in.
    package let groups: Set<String>
    /// Whether this process is not the operator's own: it acts with more rights than they have.
    package let isDelegated: Bool

    /// Why it cannot be told who acts.
    package struct Unclear: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameters:
    ///   - host: this machine's name.
    ///   - serviceUser: a user besides `guardia` and root as whom operators act on this launch.
    /// - Throws: ``Unclear`` where sudo and the login name different people.
    package static func current(host: String, serviceUser: UInt32? = nil) throws(Unclear) -> OperatorIdentity {
        let own = getuid()
        var uid = own
        // SUDO_UID is only believed where sudo must have set it: in a process that is not the operator's own any more.
        if let text = variable("SUDO_UID"), let caller = UInt32(text), caller != own,
            own == 0 || own == serviceUser || isServiceUser(own)
        {
            if let login = loginUID(), login != caller {
                throw Unclear(
                    description:
                        "sudo was called by \(name(of: caller)), and the login is \(name(of: login))'s: log in as yourself"
                )
            }
            uid = caller
        }
        let client = variable("SSH_CONNECTION").flatMap { $0.split(separator: " ").first.map(String.init) }
        let name = name(of: uid)
        return OperatorIdentity(
            who: Operator(name: name, uid: uid, host: host, client: client.flatMap { $0.utf8.count <= 64 ? $0 : nil }),
            groups: groups(of: name, uid), isDelegated: uid != own)
    }

    /// `/proc/self/loginuid`, which the kernel keeps from the login on; nil where there was none (a container, a service).
    private static func loginUID() -> UInt32? {
        guard let file = fopen("/proc/self/loginuid", "re") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 16)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let uid = UInt32(text), uid != .max else { return nil }
        return uid
    }

    private static func isServiceUser(_ uid: UInt32) -> Bool { name(of: uid) == "guardia" }

    private static func name(of uid: UInt32) -> String {
        getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? "uid-\(uid)"
    }

    private static func groups(of name: String, _ uid: UInt32) -> Set<String> {
        guard let entry = getpwuid(uid) else { return [] }
        var ids = [gid_t](repeating: 0, count: 256)
        var count = Int32(ids.count)
        guard getgrouplist(name, entry.pointee.pw_gid, &ids, &count) >= 0 else { return [] }
        return Set(ids.prefix(Int(count)).compactMap { id in getgrgid(id).map { String(cString: $0.pointee.gr_name) } })
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
