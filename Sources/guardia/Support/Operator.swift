import Actions
import Glibc
import Launch
import Settings

extension OperatorIdentity {
    /// Who sits at the keyboard, for the screen's corner; whoever that cannot be told of is said to be so.
    static var screenName: String {
        do { return try current(host: Origin.name).who.name } catch { return "?" }
    }

    /// Who acts on the launch that a config describes: also where its service user is called otherwise than `guardia`.
    static func of(_ config: ConfigOptions) throws(Unclear) -> OperatorIdentity {
        let usual = try current(host: Origin.name)
        guard !usual.isDelegated, geteuid() != 0, config.serviceUsers.contains(geteuid()) else { return usual }
        return try current(host: Origin.name, serviceUser: geteuid())
    }
}

extension ConfigOptions {
    /// The users as whom the operators of this launch act: who `act_as` names, and whose the journal is.
    ///
    /// Only root's own file says it. By one of their own anybody could name themselves, and then be whoever `SUDO_UID` says.
    fileprivate var serviceUsers: Set<uid_t> {
        var status = stat()
        guard getenv("SUDO_UID") != nil, stat(path, &status) == 0, status.st_uid == 0,
            let bytes = try? TrustedFile.read(path, limit: LaunchConfigurationFile.byteLimit),
            let launch = try? LaunchConfigurationFile.load(bytes: bytes, name: path, variables: [:]).configuration
        else { return [] }
        var users: Set<uid_t> = []
        if let name = Delegation.user(of: launch.actAs), let entry = getpwnam(name) {
            users.insert(entry.pointee.pw_uid)
        }
        if stat(launch.journal.path, &status) == 0 { users.insert(status.st_uid) }
        return users
    }
}
