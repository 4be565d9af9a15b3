import Foundation
import Glibc
import Synchronization

/// Customers who count: threads that ask the front door without a pause, half of them on connections that they keep, half on a
/// new one each time. Every answer that is no 2xx, every answer that does not come, is a failure.
///
/// A server may close a kept connection just when it is used: an nginx that is reloaded does. A browser then asks again on a new one,
/// as RFC 9110 (9.2.2) lets it for what may be asked twice. So does this one, where it is told to: once, and only where not a byte of
/// an answer had come.
final class LoadClient: Sendable {
    private struct State {
        var requests = 0
        var failures: [String] = []
        var repeated = 0
        var isOver = false
        var running = 0
    }

    private let port: UInt16
    private let path: String
    private let pace: useconds_t
    private let repeats: Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - url: `http://127.0.0.1:PORT`
    ///   - pace: how long each of them pauses between two requests, so that two cores are left for what is tested.
    ///   - repeats: whether it asks again where a kept connection was closed.
    init(
        _ url: String, path: String = "/version", threads: Int = 4, pace: Duration = .milliseconds(8),
        repeats: Bool = false
    ) {
        port = UInt16(url.split(separator: ":").last ?? "") ?? 0
        self.path = path
        self.repeats = repeats
        self.pace = useconds_t(pace / .microseconds(1))
        for number in 0..<threads {
            state.withLock { $0.running += 1 }
            Thread { self.run(keepsAlive: number.isMultiple(of: 2)) }.start()
        }
    }

    var requests: Int { state.withLock { $0.requests } }
    var failures: [String] { state.withLock { $0.failures } }
    /// How often it asked again.
    var repeated: Int { state.withLock { $0.repeated } }

    /// Ends the threads; what failed, in all.
    func stop() async throws -> [String] {
        state.withLock { $0.isOver = true }
        _ = try await eventually(within: 10) { self.state.withLock { $0.running == 0 } }
        return failures
    }

    private func run(keepsAlive: Bool) {
        var descriptor: Int32 = -1
        while !state.withLock({ $0.isOver }) {
            let isKept = descriptor >= 0
            if !isKept { descriptor = connect() }
            var (failure, closes) = descriptor < 0 ? ("no connection", true) : ask(descriptor, keepsAlive: keepsAlive)
            if repeats, isKept, failure?.contains(Self.unanswered) == true {
                close(descriptor)
                descriptor = connect()
                (failure, closes) = descriptor < 0 ? ("no connection", true) : ask(descriptor, keepsAlive: keepsAlive)
                state.withLock { $0.repeated += 1 }
            }
            state.withLock { state in
                state.requests += 1
                if let failure { state.failures.append(failure) }
            }
            if closes || !keepsAlive || failure != nil {
                if descriptor >= 0 { close(descriptor) }
                descriptor = -1
            }
            usleep(pace)
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

    private static let unanswered = "after 0 bytes of an answer"

    /// One request; why it failed, and whether the server ends the connection.
    private func ask(_ descriptor: Int32, keepsAlive: Bool) -> (String?, Bool) {
        let request = "GET \(path) HTTP/1.1\r\nHost: x\r\n\(keepsAlive ? "" : "Connection: close\r\n")\r\n"
        let sent = request.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        guard sent == request.utf8.count else {
            return ("\(String(cString: strerror(errno))) \(Self.unanswered): not sent", true)
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // With a time-out set a signal always ends it (signal(7)).
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let why = count == 0 ? "closed" : String(cString: strerror(errno))
                return (
                    "\(why) \(bytes.isEmpty ? Self.unanswered : "after \(bytes.count) bytes of an answer"), \(keepsAlive ? "kept alive" : "new"), request \(requests)",
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
