import Glibc

/// systemd's notification socket (sd_notify(3)): `READY=1`, `WATCHDOG=1`, `STATUS=…`. It never blocks.
package struct NotifySocket: Sendable {
    private let address: [UInt8]
    /// How often systemd wants a sign of life; nil: it does not.
    package let watchdog: Duration?

    /// - Parameter environment: looks a variable up.
    /// - Returns: nil where systemd, or whoever started us, does not listen.
    package init?(
        environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }, pid: Int32 = getpid()
    ) {
        guard let path = environment("NOTIFY_SOCKET"), path.utf8.count > 1, path.hasPrefix("/") || path.hasPrefix("@")
        else { return nil }
        // "If the first character is @, the string is understood as an abstract socket": its name begins with a null byte.
        address = path.hasPrefix("@") ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
        guard address.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        let isOurs = environment("WATCHDOG_PID").map { $0 == "\(pid)" } ?? true
        watchdog = isOurs ? environment("WATCHDOG_USEC").flatMap { Int64($0) }.map { .microseconds($0) } : nil
    }

    /// Sends one datagram; a receiver that does not read it is not waited for.
    @discardableResult
    package func send(_ lines: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let bytes = Array(lines.utf8)
        return withUnsafePointer(to: target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0, length)
            }
        } == bytes.count
    }
}
