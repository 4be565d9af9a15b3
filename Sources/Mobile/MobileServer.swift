import FlyingFox
import FlyingSocks
import Foundation
import Glibc
package import Launch

/// Serves the page on this machine alone, until its task is cancelled. That it cannot listen ends nothing: it tries again.
package struct MobileServer: Sendable {
    private let plan: MobilePlan
    private let desk: MobileDesk
    private let note: @Sendable (String) -> Void

    /// - Parameter note: hears why it cannot listen, and when it can.
    package init(_ plan: MobilePlan, desk: MobileDesk, note: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.desk = desk
        self.note = note
    }

    package func run() async {
        var trouble: String?
        while !Task.isCancelled {
            let began = ContinuousClock.now
            let reason = await serve {
                if trouble != nil { note("the mobile page is served again on \(plan.listen.text)") }
            }
            guard !Task.isCancelled else { break }
            if began.duration(to: .now) > .seconds(10) { trouble = nil }
            if reason != trouble { note("the mobile page cannot be served on \(plan.listen.text): \(reason)") }
            trouble = reason
            try? await Task.sleep(for: .seconds(2))
        }
        if case .socket(let path) = plan.listen { MobileSocket.remove(path) }
    }

    /// Why it ended.
    private func serve(began: () -> Void) async -> String {
        let desk = desk
        let handler = ClosureHTTPHandler { request in await MobileServer.answer(request, desk) }
        do {
            let server: HTTPServer
            var socket: MobileSocket?
            switch plan.listen {
            case .port(let port):
                server = HTTPServer(
                    address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port), timeout: 10,
                    pool: GuardedPool(base: HTTPServer.defaultPool()), logger: .disabled, handler: handler)
            case .socket(let path):
                let place = try MobileSocket(path)
                socket = place
                server = HTTPServer(
                    address: sockaddr_un.unix(path: place.first), timeout: 10,
                    pool: GuardedPool(base: HTTPServer.defaultPool()), logger: .disabled, handler: handler)
            }
            return try await withThrowingTaskGroup(of: Void.self) { [socket] group in
                group.addTask { try await server.run() }
                group.addTask {
                    try await server.waitUntilListening(timeout: 10)
                    try socket?.open()
                }
                if try await group.next() != nil { began() }
                _ = try await group.next()
                return "it ended"
            }
        } catch let error as SocketError {
            return "\(error.errorDescription ?? "\(error)")"
        } catch {
            return "\(error)"
        }
    }

    private static func answer(_ request: HTTPRequest, _ desk: MobileDesk) async -> HTTPResponse {
        var headers: [String: String] = [:]
        for (name, value) in request.headers { headers[name.rawValue.lowercased()] = value }
        var body: [UInt8] = []
        var isTooLong = (request.bodySequence.count ?? 0) > MobileDesk.bodyLimit
        if !isTooLong {
            do {
                for try await part in request.bodySequence {
                    body += part
                    isTooLong = body.count > MobileDesk.bodyLimit
                    if isTooLong { break }
                }
            } catch {
                return HTTPResponse(statusCode: .badRequest, headers: MobileServer.closing)
            }
        }
        if isTooLong {
            return HTTPResponse(statusCode: .init(413, phrase: "Content Too Large"), headers: MobileServer.closing)
        }
        let answer = await desk.answer(
            MobileRequest(method: request.method.rawValue, path: request.path, headers: headers, body: body))
        var answered: HTTPHeaders = [:]
        for (name, value) in answer.headers { answered[HTTPHeader(name)] = value }
        return HTTPResponse(
            statusCode: HTTPStatusCode(answer.status, phrase: MobileServer.phrase(answer.status)), headers: answered,
            body: Data(answer.body.utf8))
    }

    private static let closing = HTTPHeaders([.connection: "close"])

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 303: "See Other"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        default: "Bad Request"
        }
    }
}

/// FlyingFox's pool, with an end to each connection's waiting: whoever sends nothing, or a letter a second, does not hold one
/// of the engine's descriptors for longer than a moment, and nobody holds many.
///
/// With TCP_NODELAY: head and body are written one after the other, and Nagle's algorithm would hold the second back.
private actor GuardedPool<Base: AsyncSocketPool>: AsyncSocketPool {
    /// How long one connection may take for all of its requests; a browser opens another.
    private static var life: Duration { .seconds(30) }
    private static var limit: Int { 64 }

    private let base: Base
    /// When each connection was first seen waiting, by the kernel's own name of it.
    private var seen: [UInt64: ContinuousClock.Instant] = [:]
    private var waiting = 0

    init(base: Base) { self.base = base }

    func prepare() async throws { try await base.prepare() }
    func run() async throws { try await base.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        let file = socket.file.rawValue
        guard option(SO_ACCEPTCONN, of: file, 0 as Int32) == 0 else {
            var yes: Int32 = 1
            setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            return try await base.suspendSocket(socket, untilReadyFor: events)
        }
        guard waiting < Self.limit else { throw SocketError.disconnected }
        let now = ContinuousClock.now
        seen = seen.filter { $0.value.duration(to: now) < Self.life * 2 }
        let name = option(SO_COOKIE, of: file, 0 as UInt64)
        let first = seen[name] ?? now
        seen[name] = first
        waiting += 1
        defer { waiting -= 1 }
        let (base, left) = (base, Self.life - first.duration(to: now))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await base.suspendSocket(socket, untilReadyFor: events) }
            group.addTask {
                try await Task.sleep(for: left)
                throw SocketError.disconnected
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func option<Value: BitwiseCopyable>(_ name: Int32, of file: Int32, _ value: Value) -> Value {
        var value = value
        var size = socklen_t(MemoryLayout<Value>.size)
        getsockopt(file, SOL_SOCKET, name, &value, &size)
        return value
    }
}
