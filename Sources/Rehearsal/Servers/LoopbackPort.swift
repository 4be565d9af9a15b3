import Glibc

/// Ports on 127.0.0.1 for servers.
///
/// A port that the kernel hands out (bind to 0) lies in the range it also draws outgoing connections from, so it may be
/// taken between a server's kill and its restart. These lie below that range: only another server can take one, and a
/// server that finds its first port taken is given another.
package enum LoopbackPort {
    static let range: Range<UInt16> = 20_000..<32_000

    /// A port that nothing listens on now.
    package static func free() throws(ServerError) -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: range)
            if canBind(port) { return port }
        }
        throw .noFreePort
    }

    private static func canBind(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Servers bind so: connections of an earlier server that are still in TIME_WAIT do not matter.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        return ServerAddress.loopback(port).withSockaddr { bind(descriptor, $0, $1) } == 0
    }
}
