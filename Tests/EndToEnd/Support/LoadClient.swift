import Foundation
import Glibc
import Synchronization

/// Customers who count: threads that ask the front door without a pause, half of them on connections that they keep, half on a
/// new one each time. Every answer that is no 2xx, every answer that does not come, is a failure.
final class LoadClient: Sendable {
    private struct State {
        var requests = 0
        var failures: [String] = []
        var isOver = false
        var running = 0
        var versions: [String: Int] = [:]
    }

    private let port: UInt16
    private let path: String
    private let state = Mutex(State())

    /// - Parameter url: `http://127.0.0.1:PORT`
    init(_ url: String, path: String = "/version", threads: Int = 4) {
        port = UInt16(url.split(separator: ":").last ?? "") ?? 0
        self.path = path
        for number in 0..<threads {
            state.withLock { $0.running += 1 }
            Thread { self.run(keepsAlive: number.isMultiple(of: 2)) }.start()
        }
    }

    var requests: Int { state.withLock { $0.requests } }
    var failures: [String] { state.withLock { $0.failures } }

    /// Ends the threads; what failed, in all.
    func stop() async throws -> [String] {
        state.withLock { $0.isOver = true }
        _ = try await eventually(within: 10) { self.state.withLock { $0.running == 0 } }
        return failures
    }

    private func run(keepsAlive: Bool) {
        var descriptor: Int32 = -1
        while !state.withLock({ $0.isOver }) {
            if descriptor < 0 { descriptor = connect() }
            let (failure, closes) = descriptor < 0 ? ("no connection", true) : ask(descriptor, keepsAlive: keepsAlive)
            state.withLock { state in
                state.requests += 1
                if let failure { state.failures.append(failure) }
            }
            if closes || !keepsAlive || failure != nil {
                if descriptor >= 0 { close(descriptor) }
                descriptor = -1
            }
            // A person's pace, so that two cores are left for what is tested.
            usleep(8000)
        }
        if descriptor >= 0 { close(descriptor) }
        state.withLock { $0.running -= 1 }
    }

    private func connect() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    /// One request; why it failed, and whether the server ends the connection.
    private func ask(_ descriptor: Int32, keepsAlive: Bool) -> (String?, Bool) {
        let request = "GET \(path) HTTP/1.1\r\nHost: x\r\n\(keepsAlive ? "" : "Connection: close\r\n")\r\n"
        let sent = request.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        guard sent == request.utf8.count else { return ("not sent: \(String(cString: strerror(errno)))", true) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // With a time-out set a signal always ends it (signal(7)).
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let why = count == 0 ? "closed" : String(cString: strerror(errno))
                return (
                    "\(why) after \(bytes.count) bytes of an answer, \(keepsAlive ? "kept alive" : "new"), request \(requests)",
                    true
                )
            }
            bytes += buffer[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let head = text[..<end.lowerBound].lowercased()
            guard let length = head.split(separator: "\r\n").first(where: { $0.hasPrefix("content-length:") }),
                let size = Int(length.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces))
            else { return ("an answer without a length: \(head.prefix(200))", true) }
            guard text[end.upperBound...].utf8.count >= size else { continue }
            let isWell = head.hasPrefix("http/1.1 2")
            return (isWell ? nil : String(head.prefix(60)), head.contains("connection: close"))
        }
    }
}
