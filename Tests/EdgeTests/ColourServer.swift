import Glibc
import Synchronization
import Testing

/// A colour of an application: HTTP/1.1 with kept connections, a thread a connection, on plain sockets. `/version` tells its
/// version; `/held` is answered when it is let go.
final class ColourServer: Sendable {
    let port: UInt16
    let version: String
    private let stop: Int32
    private let state = Mutex(State())

    private struct State {
        var isHolding = true
        var held = 0
        var answered = 0
        var connections: Set<Int32> = []
    }

    /// How many requests wait to be let go.
    var held: Int { state.withLock { $0.held } }
    /// How many requests it has answered.
    var answered: Int { state.withLock { $0.answered } }
    func letGo() { state.withLock { $0.isHolding = false } }
    func hold() { state.withLock { $0.isHolding = true } }

    init(_ version: String, port: UInt16 = 0) throws {
        self.version = version
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 256)
                _ = getsockname(listener, $0, &length)
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        var ends: [Int32] = [-1, -1]
        try #require(self.port != 0 && pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        stop = ends[1]
        let wait = ends[0]
        Self.thread { [self] in accept(on: listener, until: wait) }
    }

    var host: String { "127.0.0.1:\(port)" }

    /// Stops listening and hangs up on everybody.
    func close() {
        Glibc.close(stop)
        state.withLock { state in for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    private func accept(on listener: Int32, until wait: Int32) {
        while true {
            var entries = [
                pollfd(fd: wait, events: 0, revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            poll(&entries, 2, -1)
            if entries[0].revents != 0 { break }
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            state.withLock { _ = $0.connections.insert(connection) }
            Self.thread { [self] in serve(connection) }
        }
        Glibc.close(listener)
        Glibc.close(wait)
    }

    private func serve(_ connection: Int32) {
        defer {
            state.withLock { _ = $0.connections.remove(connection) }
            Glibc.close(connection)
        }
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 8192)
        while true {
            while let end = headEnd(pending) {
                let head = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(..<end)
                answer(head, on: connection)
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            pending += chunk[..<count]
        }
    }

    private func headEnd(_ bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: [13, 10, 13, 10]) }.map { $0 + 4 }
    }

    private func answer(_ head: String, on connection: Int32) {
        if head.hasPrefix("GET /held") {
            state.withLock { $0.held += 1 }
            while state.withLock({ $0.isHolding }) { usleep(2000) }
            state.withLock { $0.held -= 1 }
        }
        let path = head.split(separator: " ").dropFirst().first ?? ""
        let host = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host:") } ?? ""
        let body = "\(version) \(path) \(host)\n"
        let answer = "HTTP/1.1 200 OK\r\nX-Version: \(version)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(answer.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        state.withLock { $0.answered += 1 }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let box = Unmanaged.passRetained(Box(body))
        var id = pthread_t()
        let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
            Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
            return nil
        }
        if pthread_create(&id, nil, main, box.toOpaque()) == 0 { pthread_detach(id) } else { box.release() }
    }
}
