import Glibc

/// Who sits at the keyboard: the Unix user, behind sudo the one who called it.
enum Operator {
    static var name: String {
        if let caller = getenv("SUDO_USER"), getuid() == 0 { return String(cString: caller) }
        guard let entry = getpwuid(getuid()) else { return "uid \(getuid())" }
        return String(cString: entry.pointee.pw_name)
    }
}
