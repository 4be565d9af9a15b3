import Rehearsal
import Testing
import Wire

/// A server that misbehaves costs no more than the deadline, and none of our descriptors.
@Suite struct HTTPFailureTests {
    let reactor: Reactor
    let client: HTTPClient

    init() throws {
        reactor = try Reactor()
        client = HTTPClient(on: reactor)
    }

    /// What needs no deadline to fail has a long one.
    private func failure(of request: HTTPRequest, by deadline: Duration = .seconds(10)) async -> WireError? {
        await reactor.expectFailure(by: deadline) { _ in _ = try await client.send(request, deadline: deadline) }
    }

    private let soon = Duration.milliseconds(300)

    @Test func silenceIsATimeout() async throws {
        let server = try HostileServer(then: .fallSilent)
        defer { server.close() }
        let error = await failure(of: HTTPRequest("http://127.0.0.1:\(server.port)/"), by: soon)
        #expect(error?.kind == .timedOut)
        #expect(error?.reason == "connected, but no answer within the deadline")
    }

    @Test func silenceInsteadOfTLSIsATimeout() async throws {
        let server = try HostileServer(then: .fallSilent)
        defer { server.close() }
        let request = HTTPRequest("https://127.0.0.1:\(server.port)/", tls: TLSSettings(verify: false))
        // No bound on the time: a TLS client costs more of a busy processor than the 50 ms.
        let error = await wireError { try await client.send(request, deadline: .milliseconds(300)) }
        #expect(error?.kind == .timedOut)
        #expect(error?.reason == "no connection, or no TLS session on it, within the deadline")
    }

    @Test func anAnswerThatStopsIsATimeout() async throws {
        let server = try HostileServer(
            saying: Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".utf8), then: .fallSilent)
        defer { server.close() }
        let error = await failure(of: HTTPRequest("http://127.0.0.1:\(server.port)/"), by: soon)
        #expect(error?.kind == .timedOut)
        #expect(error?.reason == "the answer began, but did not end within the deadline")
    }

    @Test func anAnswerWithoutEndIsATimeout() async throws {
        let server = try HostileServer(
            saying: Array("HTTP/1.1 200 OK\r\n\r\n".utf8), then: .repeatForEver(Array(repeating: 0x78, count: 60_000)))
        defer { server.close() }
        #expect(await failure(of: HTTPRequest("http://127.0.0.1:\(server.port)/"), by: soon)?.kind == .timedOut)
    }

    @Test func aClosedPortIsUnreachable() async {
        let port = SilentPort()
        #expect(await failure(of: HTTPRequest("http://127.0.0.1:\(port.port)/"))?.kind == .unreachable)
    }

    @Test(arguments: [HostileServer.Afterwards.hangUp, .reset])
    func anAnswerCutShortIsClosed(_ afterwards: HostileServer.Afterwards) async throws {
        for words in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"] {
            let server = try HostileServer(saying: Array(words.utf8), then: afterwards)
            defer { server.close() }
            #expect(await failure(of: HTTPRequest("http://127.0.0.1:\(server.port)/"))?.kind == .closed)
        }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\u{3}", "HTTP/9.9 999999 ?\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: -4\r\n\r\n",
    ])
    func garbageIsMalformed(_ words: String) async throws {
        let server = try HostileServer(saying: Array(words.utf8), then: .hangUp)
        defer { server.close() }
        #expect(await failure(of: HTTPRequest("http://127.0.0.1:\(server.port)/"))?.kind == .malformed)
    }

    @Test func whetherARequestMayHaveArrivedIsTold() async throws {
        let silent = try HostileServer(then: .fallSilent)
        let hanging = try HostileServer(then: .hangUp)
        defer {
            silent.close()
            hanging.close()
        }
        for server in [silent, hanging] {
            let error = await wireError {
                try await client.send(
                    HTTPRequest("http://127.0.0.1:\(server.port)/", method: "POST", body: [1]),
                    deadline: .milliseconds(300))
            }
            #expect(error?.mayHaveArrived == true)
        }
        let nobody = SilentPort()
        let error = await wireError {
            try await client.send(HTTPRequest("http://127.0.0.1:\(nobody.port)/"), deadline: .seconds(5))
        }
        #expect(error?.mayHaveArrived == false)
    }

    @Test func garbageInsteadOfTLSIsUntrusted() async throws {
        let server = try HostileServer(saying: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), then: .hangUp)
        defer { server.close() }
        let error = await failure(of: HTTPRequest("https://127.0.0.1:\(server.port)/"))
        // A reset may overtake the garbage.
        #expect(error?.kind == .untrusted || error?.kind == .closed, "\(String(describing: error))")
    }

    @Test func headersWithoutEndAreTooLarge() async throws {
        let line = Array("X-Filler: \(String(repeating: "x", count: 1000))\r\n".utf8)
        let server = try HostileServer(saying: Array("HTTP/1.1 200 OK\r\n".utf8), then: .repeatForEver(line))
        defer { server.close() }
        #expect(await failure(of: HTTPRequest("http://127.0.0.1:\(server.port)/"))?.kind == .tooLarge)
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "::::"])
    func otherURLsAreInvalid(_ url: String) async {
        #expect(await failure(of: HTTPRequest(url))?.kind == .invalid)
    }

    @Test func anUnknownNameIsUnresolved() async {
        #expect(await failure(of: HTTPRequest("http://no-such-host.invalid/"))?.kind == .unresolved)
    }

    @Test func aCancelledRequestEndsAtOnce() async throws {
        let server = try HostileServer(then: .fallSilent)
        defer { server.close() }
        let client = client
        let request = HTTPRequest("http://127.0.0.1:\(server.port)/")
        let task = Task { try await client.send(request, deadline: .seconds(3600)) }
        #expect(await eventually { !server.requests.isEmpty })
        task.cancel()
        let error = await #expect(throws: WireError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
    }

    @Test func aStoppedServerDoesNotDelayAnother() async throws {
        let folder = try await PrivateFolder()
        let server = try await NginxServer.start(in: folder) { port, _ in
            "server { listen 127.0.0.1:\(port); location / { return 200 ok; } }"
        }
        let hung = try HostileServer(then: .fallSilent)
        defer { hung.close() }
        let client = client
        async let silence = reactor.expectFailure { _ in
            _ = try await client.send(HTTPRequest("http://127.0.0.1:\(hung.port)/"), deadline: .milliseconds(300))
        }
        let answer = try await client.send(HTTPRequest("http://127.0.0.1:\(server.port)/"), deadline: .seconds(5))
        #expect(answer.text == "ok")
        #expect(await silence?.kind == .timedOut)
        await folder.close()
    }

    @Test func aServerThatComesBackIsAskedAgain() async throws {
        let folder = try await PrivateFolder()
        let server = try await NginxServer.start(in: folder) { port, _ in
            "server { listen 127.0.0.1:\(port); location / { return 200 ok; } }"
        }
        let request = HTTPRequest("http://127.0.0.1:\(server.port)/")
        func ask() async throws -> HTTPResponse { try await client.send(request, deadline: .seconds(5)) }
        #expect(try await ask().isNewConnection)
        #expect(try await !ask().isNewConnection)

        try await server.pause()
        #expect(await failure(of: request, by: soon)?.kind == .timedOut)
        try await server.resume()
        #expect(try await ask().text == "ok")

        await server.kill()
        #expect(await failure(of: request)?.kind == .unreachable)
        try await server.start()
        #expect(try await ask().text == "ok")

        try await server.restart()
        #expect(try await ask().text == "ok")
        await folder.close()
    }
}
