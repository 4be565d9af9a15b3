import Testing
import Wire

/// Servers that are none, or stop being one. What needs no deadline to fail has a long one.
@Suite struct RedisFailureTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    private func failure(
        port: UInt16, password: String? = nil, by deadline: Duration = .seconds(10)
    ) async -> WireError? {
        let client = RedisClient(RedisSettings(.tcp(host: "127.0.0.1", port: port), password: password), on: reactor)
        return await reactor.expectFailure(by: deadline) { _ in
            _ = try await client.command(["PING"], deadline: deadline)
        }
    }

    @Test func silenceIsATimeout() async throws {
        let server = try HostileServer(then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port, by: .milliseconds(300))?.kind == .timedOut)
    }

    @Test func aReplyThatStopsIsATimeout() async throws {
        let server = try HostileServer(saying: Array("$100\r\nhalf".utf8), then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port, by: .milliseconds(300))?.kind == .timedOut)
    }

    @Test func aClosedPortOrAMissingSocketIsUnreachable() async {
        #expect(await failure(port: SilentPort().port)?.kind == .unreachable)
        let client = RedisClient(RedisSettings(.unixSocket(path: "/nowhere/s")), on: reactor)
        let error = await reactor.expectFailure { _ in
            _ = try await client.command(["PING"], deadline: .milliseconds(300))
        }
        #expect(error?.kind == .unreachable)
    }

    @Test(arguments: ["", "$100\r\nhalf", "*3\r\n:1\r\n"])
    func hangingUpIsClosed(words: String) async throws {
        for afterwards in [HostileServer.Afterwards.hangUp, .reset] {
            let server = try HostileServer(saying: Array(words.utf8), then: afterwards)
            defer { server.close() }
            #expect(await failure(port: server.port)?.kind == .closed)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "\u{0}\u{1}",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
    ])
    func garbageIsMalformed(words: String) async throws {
        let server = try HostileServer(saying: Array(words.utf8), then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port)?.kind == .malformed)
    }

    @Test func anArrayOfTwoThousandMillionIsTooLarge() async throws {
        let server = try HostileServer(saying: Array("*2000000000\r\n".utf8), then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port)?.kind == .tooLarge)
    }

    @Test func aReplyWithoutEndIsTooLarge() async throws {
        let server = try HostileServer(
            saying: Array("$500000000\r\n".utf8), then: .repeatForEver(Array(repeating: 0x78, count: 60_000)))
        defer { server.close() }
        let error = await failure(port: server.port)
        // On a loaded machine the deadline may come first.
        #expect(error?.kind == .tooLarge || error?.kind == .timedOut)
    }

    @Test func anErrorThatQuotesThePasswordIsNotPassedOn() async throws {
        let server = try HostileServer(
            saying: Array("-ERR unknown command `AUTH`, with args beginning with: `hunter2`\r\n".utf8),
            then: .fallSilent)
        defer { server.close() }
        let error = await failure(port: server.port, password: "hunter2")
        #expect(error?.kind == .denied)
        #expect(error?.reason == "ERR")
    }
}
