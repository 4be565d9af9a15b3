import Rehearsal
import Testing
import Wire

@Suite struct RedisClientTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    private func makeClient(_ server: RedisServer, database: Int = 0) -> RedisClient {
        RedisClient(
            RedisSettings(.unixSocket(path: server.socket), password: server.password, database: database), on: reactor)
    }

    private func withRedis(_ body: (RedisServer) async throws -> Void) async throws {
        let folder = try await PrivateFolder()
        let server = try await RedisServer.start(in: folder)
        do { try await body(server) } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    @Test func repliesOfEveryTypeAreRead() async throws {
        try await withRedis { server async throws in
            let client = makeClient(server)
            func ask(_ arguments: String...) async throws -> RedisValue {
                try await client.command(arguments, deadline: .seconds(10))
            }
            #expect(try await ask("PING") == .status("PONG"))
            #expect(try await ask("SET", "año", "☕ 1.5\r\n") == .status("OK"))
            #expect(try await ask("GET", "año") == .string("☕ 1.5\r\n"))
            #expect(try await ask("GET", "nothing") == .null)
            #expect(try await ask("INCRBY", "n", "42") == .integer(42))
            #expect(try await ask("GET", "n").number == 42)
            #expect(try await ask("RPUSH", "list", "a", "") == .integer(2))
            #expect(try await ask("LRANGE", "list", "0", "-1") == .array([.string("a"), .string("")]))
            #expect(
                try await ask("EVAL", "return {1, {redis.error_reply('E bad')}}", "0")
                    == .array([.integer(1), .array([.error("E bad")])]))
            #expect(try await ask("INFO").string?.contains("redis_version:") == true)
            let error = await wireError { try await ask("LPUSH", "n", "x") }
            #expect(error?.kind == .server(code: "WRONGTYPE"))
            #expect(try await ask("PING") == .status("PONG"))
            await client.close()
            #expect(try await ask("PING") == .status("PONG"))
        }
    }

    @Test func theDatabaseAndTheUserAreThoseOfTheSettings() async throws {
        try await withRedis { server async throws in
            _ = try await makeClient(server, database: 3).command(["SET", "k", "three"], deadline: .seconds(10))
            #expect(try await makeClient(server).command(["GET", "k"], deadline: .seconds(10)) == .null)
            let outOfRange = await wireError {
                try await makeClient(server, database: 9999).command(["PING"], deadline: .seconds(10))
            }
            #expect(outOfRange?.kind == .server(code: "ERR"))

            var settings = RedisSettings(.tcp(host: "localhost", port: server.port), password: "hunter2")
            let wrong = await wireError {
                try await RedisClient(settings, on: reactor).command(["PING"], deadline: .seconds(10))
            }
            #expect(wrong?.kind == .denied)
            #expect(wrong?.description.contains("hunter2") == false)
            settings.password = nil
            let none = await wireError {
                try await RedisClient(settings, on: reactor).command(["PING"], deadline: .seconds(10))
            }
            #expect(none?.kind == .denied)
            settings.username = "default"
            settings.password = server.password
            let client = RedisClient(settings, on: reactor)
            #expect(try await client.command(["PING"], deadline: .seconds(10)) == .status("PONG"))
            #expect(await client.connectLatency ?? .zero > .zero)
        }
    }

    @Test func aTimedOutCommandDropsItsConnection() async throws {
        try await withRedis { server async throws in
            let client = makeClient(server)
            let id = try await client.command(["CLIENT", "ID"], deadline: .seconds(10))
            let error = await reactor.expectFailure { _ in
                _ = try await client.command(["BLPOP", "never", "0"], deadline: .milliseconds(300))
            }
            #expect(error?.kind == .timedOut)
            #expect(try await client.command(["CLIENT", "ID"], deadline: .seconds(10)) != id)
        }
    }

    @Test func theReplyToACancelledCommandIsForgotten() async throws {
        try await withRedis { server async throws in
            let client = makeClient(server)
            let other = makeClient(server)
            let id = try await client.command(["CLIENT", "ID"], deadline: .seconds(10))
            let blocked = Task { try await client.command(["BLPOP", "queue", "0"], deadline: .seconds(3600)) }
            let isBlocked = try await eventually {
                let info = try await other.command(["INFO", "clients"], deadline: .seconds(10))
                return info.string?.contains("blocked_clients:1") == true
            }
            #expect(isBlocked)
            blocked.cancel()
            #expect(await wireError { try await blocked.value }?.kind == .cancelled)
            // Its reply comes before the next command's, on the same connection.
            #expect(try await other.command(["RPUSH", "queue", "late"], deadline: .seconds(10)) == .integer(1))
            #expect(try await client.command(["CLIENT", "ID"], deadline: .seconds(10)) == id)
            #expect(try await client.command(["GET", "x"], deadline: .seconds(10)) == .null)
        }
    }

    @Test func commandsTakeTurns() async throws {
        try await withRedis { server async throws in
            let client = makeClient(server)
            let echoes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        try await client.command(["ECHO", "\(index)"], deadline: .seconds(10)) == .string("\(index)")
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(echoes == 50)
        }
    }

    @Test func largeCommandsAndRepliesPass() async throws {
        try await withRedis { server async throws in
            let client = makeClient(server)
            let text = String(repeating: "0123456789", count: 400_000)
            #expect(try await client.command(["ECHO", text], deadline: .seconds(30)) == .string(text))
            _ = try await client.command(["SETRANGE", "huge", "30000000", "x"], deadline: .seconds(30))
            #expect(
                await wireError { try await client.command(["GET", "huge"], deadline: .seconds(30)) }?.kind == .tooLarge
            )
            #expect(try await client.command(["PING"], deadline: .seconds(10)) == .status("PONG"))
        }
    }

    @Test func aServerThatComesBackIsReconnectedTo() async throws {
        try await withRedis { server async throws in
            let client = makeClient(server)
            @Sendable nonisolated(nonsending) func ask(_ deadline: Duration = .seconds(10)) async throws -> RedisValue {
                try await client.command(["PING"], deadline: deadline)
            }
            #expect(try await ask() == .status("PONG"))
            try await server.pause()
            #expect(await reactor.expectFailure { _ in _ = try await ask(.milliseconds(300)) }?.kind == .timedOut)
            try await server.resume()
            #expect(try await ask() == .status("PONG"))

            await server.kill()
            #expect(await reactor.expectFailure { _ in _ = try await ask(.milliseconds(300)) }?.kind == .unreachable)
            try await server.start()
            #expect(try await ask() == .status("PONG"))

            try await server.restart()
            #expect(try await ask() == .status("PONG"))
        }
    }
}
