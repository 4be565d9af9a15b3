import CHiredis

/// One connection to a Redis server: hiredis words the commands and reads the replies, between them is a stream on the
/// reactor.
///
/// hiredis's own connections add callbacks, or block where TLS is needed; a task that waits needs neither, and without
/// callbacks a reply cannot come to somebody who is gone.
final class RedisConnection {
    let target: String
    private let stream: SecureStream
    private let reader: UnsafeMutablePointer<redisReader>
    /// Replies that nobody waits for any more: those to commands that were cancelled.
    private var forgotten = 0
    /// False once the stream can no longer be trusted.
    private(set) var isUsable = true

    /// A reply may be this large, in bytes.
    private static let maximumOfReply = 8 << 20

    deinit { redisReaderFree(reader) }

    // MARK: Connecting

    static func connect(
        _ settings: RedisSettings, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> RedisConnection {
        let stream: SecureStream
        do throws(WireError) {
            switch settings.address {
            case .unixSocket(let path):
                stream = try await .connect(toUnixSocket: path, on: reactor, until: deadline)
            case .tcp(let host, let port):
                stream = try await .connect(to: host, port: port, tls: settings.tls, on: reactor, until: deadline)
            }
        } catch {
            throw WireError(error.kind, error.operation, on: settings.target, because: error.reason)
        }
        let connection = try RedisConnection(stream, settings.target)
        if let password = settings.password {
            let user = settings.username.map { [$0] } ?? []
            _ = try await connection.command(["AUTH"] + user + [password], until: deadline)
        }
        if settings.database != 0 {
            _ = try await connection.command(["SELECT", String(settings.database)], until: deadline)
        }
        return connection
    }

    private init(_ stream: SecureStream, _ target: String) throws(WireError) {
        guard let reader = redisReaderCreateWithFunctions(RedisReplyFunctions.bounded) else {
            throw WireError(.outOfResources, "connect", on: target, because: "out of memory")
        }
        self.reader = reader
        self.stream = stream
        self.target = target
    }

    /// Whether the server has left the connection open since it was last used.
    func isAlive() -> Bool {
        while isUsable {
            let bytes: [UInt8]?
            do throws(WireError) { bytes = try stream.receiveNow() } catch { return false }
            guard let bytes else { return true }
            // What comes unasked, but for replies to forgotten commands, makes the stream doubtful.
            guard forgotten > 0, !bytes.isEmpty, feed(bytes), discardForgotten() else { return false }
        }
        return false
    }

    private func discardForgotten() -> Bool {
        while forgotten > 0 {
            var reply: UnsafeMutableRawPointer?
            guard redisReaderGetReply(reader, &reply) == REDIS_OK else { return false }
            guard let reply else { return true }
            freeReplyObject(reply)
            forgotten -= 1
        }
        return true
    }

    // MARK: Asking

    func command(_ arguments: [String], until deadline: ContinuousClock.Instant) async throws(WireError) -> RedisValue {
        let operation = arguments.first ?? ""
        guard let words = Self.format(arguments) else {
            throw WireError(.outOfResources, operation, on: target, because: "out of memory")
        }
        do throws(WireError) {
            try await stream.send(words, until: deadline)
        } catch {
            // A part of it may have gone.
            isUsable = false
            throw worded(error, operation)
        }
        do throws(WireError) {
            while forgotten > 0 {
                _ = try await reply(until: deadline, during: operation)
                forgotten -= 1
            }
            let value = try await reply(until: deadline, during: operation)
            guard case .error(let message) = value else { return value }
            throw serverError(message, to: arguments)
        } catch {
            // Its reply will come all the same.
            if case .cancelled = error.kind { forgotten += 1 }
            if case .timedOut = error.kind { isUsable = false }
            throw error
        }
    }

    private static func format(_ arguments: [String]) -> [UInt8]? {
        var words: UnsafeMutablePointer<CChar>?
        let count = CStrings.with(arguments) { pointers in
            let lengths = arguments.map(\.utf8.count)
            var pointers = Array(UnsafeBufferPointer(start: pointers, count: arguments.count))
            return redisFormatCommandArgv(&words, Int32(arguments.count), &pointers, lengths)
        }
        guard count >= 0, let words else { return nil }
        defer { redisFreeCommand(words) }
        return Array(UnsafeRawBufferPointer(start: words, count: Int(count)))
    }

    private func feed(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes {
            redisReaderFeed(reader, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) == REDIS_OK
        }
    }

    private func reply(
        until deadline: ContinuousClock.Instant, during operation: String
    ) async throws(WireError) -> RedisValue {
        while true {
            var reply: UnsafeMutableRawPointer?
            guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw readerError(operation) }
            if let reply {
                defer { freeReplyObject(reply) }
                return RedisValue(copying: reply.assumingMemoryBound(to: redisReply.self))
            }
            guard reader.pointee.len <= Self.maximumOfReply else {
                isUsable = false
                throw WireError(
                    .tooLarge, operation, on: target, because: "the reply has more than \(Self.maximumOfReply) bytes")
            }
            let bytes: [UInt8]
            do throws(WireError) {
                bytes = try await stream.receive(until: deadline)
            } catch {
                if error.kind != .cancelled { isUsable = false }
                throw worded(error, operation)
            }
            guard !bytes.isEmpty else {
                isUsable = false
                throw WireError(.closed, operation, on: target, because: "the server closed the connection")
            }
            guard feed(bytes) else { throw readerError(operation) }
        }
    }

    /// An error of the stream as one of the command.
    private func worded(_ error: WireError, _ operation: String) -> WireError {
        WireError(error.kind, operation, on: target, because: error.reason)
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

    private func readerError(_ operation: String) -> WireError {
        isUsable = false
        // "Out of memory": a reply of more elements than we make room for.
        let kind: WireError.Kind = reader.pointee.err == REDIS_ERR_OOM ? .tooLarge : .malformed
        let reason = withUnsafeBytes(of: reader.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return WireError(kind, operation, on: target, because: reason)
    }
}
