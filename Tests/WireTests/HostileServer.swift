import Glibc
import Synchronization

/// A TCP server on 127.0.0.1 that misbehaves: to each connection it says the same, whatever is asked, then hangs up or falls
/// silent. One thread with plain sockets, so that nothing of what is tested is needed to test it.
final class HostileServer: Sendable {
    enum Afterwards: Sendable {
        case hangUp
        /// RST in place of FIN.
        case reset
        /// Keeps the connection open and says no more.
        case fallSilent
        /// Says this for ever, as fast as it is read.
        case repeatForEver([UInt8])
    }

    let port: UInt16
    private let stop: Int32
    private let heard = Mutex<[String]>([])

    /// What each connection asked for, as far as it came at once.
    var requests: [String] { heard.withLock { $0 } }

    /// - Parameter awaitingRequest: whether it reads something before it speaks.
    init(saying words: [UInt8] = [], then afterwards: Afterwards, awaitingRequest: Bool = true) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 64)
                _ = getsockname(listener, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        var ends: [Int32] = [-1, -1]
        guard port != 0, pipe(&ends) == 0 else { throw SystemError(errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (wait, stop) = (ends[0], ends[1])
        self.stop = stop
        try startThread { [self] in
            serve(listener, until: wait, saying: words, then: afterwards, awaitingRequest: awaitingRequest)
        }
    }

    /// Ends its thread and closes its connections.
    func close() { Glibc.close(stop) }

    private func serve(
        _ listener: Int32, until wait: Int32, saying words: [UInt8], then afterwards: Afterwards, awaitingRequest: Bool
    ) {
        var open: [Int32] = []
        defer { for descriptor in open + [listener, wait] { Glibc.close(descriptor) } }
        while true {
            let refrain: [UInt8]? = if case .repeatForEver(let words) = afterwards { words } else { nil }
            var entries = [
                pollfd(fd: wait, events: 0, revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            if refrain != nil { entries += open.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) } }
            poll(&entries, nfds_t(entries.count), -1)
            if entries[0].revents != 0 { return }
            for entry in entries.dropFirst(2) where entry.revents != 0 {
                let sent = send(entry.fd, refrain, refrain?.count ?? 0, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
                guard sent < 0, errno != EAGAIN else { continue }
                Glibc.close(entry.fd)
                open.removeAll { $0 == entry.fd }
            }
            guard entries[1].revents != 0 else { continue }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            var request = ""
            if awaitingRequest {
                var limit = timeval(tv_sec: 30, tv_usec: 0)
                setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(connection, &buffer, buffer.count, 0)
                request = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            }
            heard.withLock { $0.append(request) }
            _ = send(connection, words, words.count, Int32(MSG_NOSIGNAL))
            switch afterwards {
            case .hangUp: Glibc.close(connection)
            case .reset:
                var reset = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
                Glibc.close(connection)
            case .fallSilent, .repeatForEver: open.append(connection)
            }
        }
    }
}

/// A port of 127.0.0.1 on which nobody listens: it is bound as long as this lives, so that nobody will.
final class SilentPort {
    let port: UInt16
    private let descriptor: Int32

    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
