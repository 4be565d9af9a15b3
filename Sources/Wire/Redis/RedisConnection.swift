import CHiredis

/// One connection of hiredis in non-blocking mode, on the reactor.
///
/// hiredis's own asynchronous layer adds callbacks to the functions that are used here; a task that waits needs none, and
/// without them a reply cannot come to somebody who is gone.
final class RedisConnection {
    let target: String
    private let reactor: Reactor
    private let context: UnsafeMutablePointer<redisContext>
    /// Replies that nobody waits for any more: those to commands that were cancelled.
    private var forgotten = 0
    /// False once the stream can no longer be trusted.
    private(set) var isUsable = true

    /// A reply may be this large, in bytes.
    private static let maximumOfReply = 8 << 20

    deinit { redisFree(context) }

    // MARK: Connecting

    static func connect(
        _ settings: RedisSettings, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> RedisConnection {
        let connection: RedisConnection
        switch settings.address {
        case .unixSocket(let path):
            connection = try RedisConnection(redisConnectUnixNonBlock(path), settings.target, reactor)
            try await connection.establish(until: deadline)
        case .tcp(let host, let port):
            connection = try await connect(host, port, settings.target, on: reactor, until: deadline)
        }
        if let password = settings.password {
            let user = settings.username.map { [$0] } ?? []
            _ = try await connection.command(["AUTH"] + user + [password], until: deadline)
        }
        if settings.database != 0 {
            _ = try await connection.command(["SELECT", String(settings.database)], until: deadline)
        }
        return connection
    }

    /// Tries each address of the host in turn.
    private static func connect(
        _ host: String, _ port: UInt16, _ target: String, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> RedisConnection {
        var failure: WireError
        switch await Resolver.addresses(of: host, on: reactor, until: deadline) {
        case .failure(let cause): failure = WireError(resolving: host, cause, on: target)
        case .success(let addresses):
            failure = WireError(.unresolved, "connect", on: target, because: "the name has no address")
            for address in addresses {
                do throws(WireError) {
                    let connection = try RedisConnection(
                        redisConnectNonBlock(address, Int32(port)), target, reactor)
                    try await connection.establish(until: deadline)
                    return connection
                } catch {
                    failure = error
                    if [.timedOut, .cancelled].contains(error.kind) { break }
                }
            }
        }
        throw failure
    }

    private init(
        _ context: UnsafeMutablePointer<redisContext>?, _ target: String, _ reactor: Reactor
    ) throws(WireError) {
        guard let context else {
            throw WireError(.outOfResources, "connect", on: target, because: "out of memory")
        }
        self.context = context
        self.target = target
        self.reactor = reactor
        context.pointee.reader.pointee.fn = RedisReplyFunctions.bounded
        guard context.pointee.err == 0 else { throw connectionError("connect", .unreachable) }
    }

    private func establish(until deadline: ContinuousClock.Instant) async throws(WireError) {
        try await wait(.write, until: deadline, during: "connect")
        if let reason = Socket.pendingError(context.pointee.fd) {
            isUsable = false
            throw WireError(.unreachable, "connect", on: target, because: reason)
        }
    }

    /// Whether the server has left the connection open since it was last used.
    func isAlive() -> Bool {
        while isUsable, Socket.hasInput(context.pointee.fd) {
            // What comes unasked, but for replies to forgotten commands, makes the stream doubtful.
            guard forgotten > 0, redisBufferRead(context) == REDIS_OK, discardForgotten() else { return false }
        }
        return isUsable
    }

    private func discardForgotten() -> Bool {
        while forgotten > 0 {
            var reply: UnsafeMutableRawPointer?
            guard redisGetReplyFromReader(context, &reply) == REDIS_OK else { return false }
            guard let reply else { return true }
            freeReplyObject(reply)
            forgotten -= 1
        }
        return true
    }

    // MARK: Asking

    func command(_ arguments: [String], until deadline: ContinuousClock.Instant) async throws(WireError) -> RedisValue {
        let operation = arguments.first ?? ""
        let appended = CStrings.with(arguments) { pointers in
            let lengths = arguments.map(\.utf8.count)
            var pointers = Array(UnsafeBufferPointer(start: pointers, count: arguments.count))
            return redisAppendCommandArgv(context, Int32(arguments.count), &pointers, lengths)
        }
        guard appended == REDIS_OK else { throw connectionError(operation, .outOfResources) }
        do throws(WireError) {
            try await flush(until: deadline, during: operation)
            while forgotten > 0 {
                _ = try await reply(until: deadline, during: operation)
                forgotten -= 1
            }
            let value = try await reply(until: deadline, during: operation)
            guard case .error(let message) = value else { return value }
            throw serverError(message, to: arguments)
        } catch {
            // Its reply will come all the same; one half of a command left unsent goes with the next.
            if case .cancelled = error.kind { forgotten += 1 }
            if case .timedOut = error.kind { isUsable = false }
            throw error
        }
    }

    private func flush(until deadline: ContinuousClock.Instant, during operation: String) async throws(WireError) {
        var isDone: Int32 = 0
        while true {
            guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw connectionError(operation, .closed) }
            if isDone == 1 { return }
            try await wait(.write, until: deadline, during: operation)
        }
    }

    private func reply(
        until deadline: ContinuousClock.Instant, during operation: String
    ) async throws(WireError) -> RedisValue {
        while true {
            var reply: UnsafeMutableRawPointer?
            guard redisGetReplyFromReader(context, &reply) == REDIS_OK else {
                throw connectionError(operation, .malformed)
            }
            if let reply {
                defer { freeReplyObject(reply) }
                return RedisValue(copying: reply.assumingMemoryBound(to: redisReply.self))
            }
            guard context.pointee.reader.pointee.len <= Self.maximumOfReply else {
                isUsable = false
                throw WireError(
                    .tooLarge, operation, on: target, because: "the reply has more than \(Self.maximumOfReply) bytes")
            }
            try await wait(.read, until: deadline, during: operation)
            guard redisBufferRead(context) == REDIS_OK else { throw connectionError(operation, .closed) }
        }
    }

    private func wait(
        _ readiness: Readiness, until deadline: ContinuousClock.Instant, during operation: String
    ) async throws(WireError) {
        switch await reactor.ready(context.pointee.fd, for: readiness, until: deadline) {
        case .ready, .finished: return
        case .timedOut: throw WireError(.timedOut, operation, on: target, because: "no answer within the deadline")
        case .cancelled: throw WireError(.cancelled, operation, on: target, because: "cancelled")
        }
    }

    private func serverError(_ message: String, to arguments: [String]) -> WireError {
        let code = String(message.prefix { $0 != " " })
        guard arguments[0] != "AUTH" else {
            // Some servers quote what they do not understand.
            let quoted = arguments.dropFirst().contains { !$0.isEmpty && message.contains($0) }
            return WireError(.denied, "AUTH", on: target, because: quoted ? code : message)
        }
        let isDenied = ["NOAUTH", "WRONGPASS", "NOPERM", "DENIED"].contains(code)
        return WireError(isDenied ? .denied : .server(code: code), arguments[0], on: target, because: message)
    }

    private func connectionError(_ operation: String, _ kind: WireError.Kind) -> WireError {
        isUsable = false
        let kind: WireError.Kind =
            switch context.pointee.err {
            case REDIS_ERR_PROTOCOL: .malformed
            case REDIS_ERR_EOF: .closed
            // From the reader: a reply of more elements than we make room for.
            case REDIS_ERR_OOM: .tooLarge
            default: kind
            }
        let reason = withUnsafeBytes(of: context.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return WireError(kind, operation, on: target, because: reason)
    }
}
