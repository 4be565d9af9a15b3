import Foundation
import Synchronization

/// A provider on 127.0.0.1: it reads whole HTTP requests, keeps them, and answers as it is told, also as no server should.
///
/// Plain sockets on a thread: nothing of what is tested is needed to test it.
final class ProviderServer: Sendable {
    struct Request: Sendable, Equatable {
        var method: String
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: String

        /// The body as a form.
        var form: [String: String] {
            Dictionary(
                uniqueKeysWithValues: body.split(separator: "&").map { pair in
                    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return (String(parts[0]).removingPercentEncoding ?? "", String(parts[1]).removingPercentEncoding ?? "")
                })
        }

        /// The body as JSON.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }
    }

    enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], String = "")
        /// These bytes, then the connection ends.
        case raw(String)
        /// Nothing, and the connection stays open.
        case silence
    }

    let port: UInt16
    private let stop: Int32
    private let heard = Mutex<[Request]>([])
    private let reply: @Sendable (Request) -> Reply

    var requests: [Request] { heard.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    convenience init(_ replies: Reply...) throws {
        let rest = Mutex(replies)
        try self.init { _ in rest.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
    }

    init(reply: @escaping @Sendable (Request) -> Reply) throws {
        self.reply = reply
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
        guard port != 0, pipe(&ends) == 0 else { throw POSIXError(.EADDRINUSE) }
        let (wait, stop) = (ends[0], ends[1])
        self.stop = stop
        Thread { self.serve(listener, until: wait) }.start()
    }

    /// Ends its thread and closes its connections.
    func close() { Foundation.close(stop) }

    private func serve(_ listener: Int32, until wait: Int32) {
        var open: [Int32] = []
        defer { for descriptor in open + [listener, wait] { Foundation.close(descriptor) } }
        while true {
            var entries = [
                pollfd(fd: wait, events: 0, revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            poll(&entries, 2, -1)
            if entries[0].revents != 0 { return }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            var limit = timeval(tv_sec: 30, tv_usec: 0)
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            guard let request = ProviderServer.read(connection) else {
                Foundation.close(connection)
                continue
            }
            heard.withLock { $0.append(request) }
            let bytes: [UInt8]
            switch reply(request) {
            case .answer(let status, let headers, let body):
                let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
                bytes = Array(
                    "HTTP/1.1 \(status) Word\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(lines)\r\n\(body)"
                        .utf8)
            case .raw(let text): bytes = Array(text.utf8)
            case .silence:
                open.append(connection)
                continue
            }
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            Foundation.close(connection)
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        func more() -> Bool {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            bytes += buffer.prefix(count)
            return true
        }
        let end = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            guard more() else { return nil }
            head = bytes.firstRange(of: end)
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        if headers["expect"] != nil { _ = send(connection, "HTTP/1.1 100 Continue\r\n\r\n", 25, Int32(MSG_NOSIGNAL)) }
        while bytes.count < head.upperBound + length {
            guard more() else { return nil }
        }
        return Request(
            method: words[0], path: words[1], headers: headers,
            body: String(decoding: bytes[head.upperBound...], as: UTF8.self))
    }
}
