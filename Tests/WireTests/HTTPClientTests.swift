import Rehearsal
import Testing
import Wire

@Suite struct HTTPClientTests {
    let reactor: Reactor
    let client: HTTPClient

    init() throws {
        reactor = try Reactor()
        client = HTTPClient(on: reactor)
    }

    private static func response(_ head: String, _ body: String = "") -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\n\(head)\r\n\(body)".utf8)
    }

    // MARK: Answers

    @Test func anAnswerHasStatusHeadersBodyAndPhases() async throws {
        let server = try HostileServer(
            saying: Self.response("Content-Length: 5\r\nX-Version:  1.4.2 \r\nX-Twice: a\r\nx-twice: b\r\n", "hello"),
            then: .hangUp)
        defer { server.close() }
        let response = try await client.send(
            HTTPRequest("http://127.0.0.1:\(server.port)/"), deadline: .seconds(5))
        #expect(response.status == 200)
        #expect(response.headers["x-version"] == "1.4.2")
        #expect(response.headers["X-TWICE"] == "a")
        #expect(response.headers["Version"] == nil)
        #expect(response.headers.all.map(\.name) == ["Content-Length", "X-Version", "X-Twice", "x-twice"])
        #expect(response.text == "hello")
        #expect(response.size == 5)
        #expect(response.address == "127.0.0.1")
        #expect(response.isNewConnection)
        #expect(response.phases.connect > .zero)
        #expect(response.phases.total >= response.phases.connect + response.phases.firstByte)
        #expect(response.phases.tls == .zero)
        #expect(response.certificateExpiry == nil)
    }

    @Test func bodyBeyondTheLimitIsCountedNotKept() async throws {
        let server = try HostileServer(
            saying: Self.response("Content-Length: 100000\r\n", String(repeating: "x", count: 100_000)), then: .hangUp)
        defer { server.close() }
        let response = try await client.send(
            HTTPRequest("http://127.0.0.1:\(server.port)/", maxBodyBytes: 10), deadline: .seconds(5))
        #expect(response.text == "xxxxxxxxxx")
        #expect(response.size == 100_000)
        #expect(response.isBodyTruncated)
    }

    @Test func methodHeadersAndBodyAreSent() async throws {
        let server = try HostileServer(saying: Self.response("Content-Length: 0\r\n"), then: .hangUp)
        defer { server.close() }
        let url = "http://127.0.0.1:\(server.port)/path?q=1"
        let post = HTTPRequest(
            url, method: "POST", headers: [.init("X-Probe", "7"), .init("Content-Type", "text/plain")],
            body: Array("body".utf8))
        _ = try await client.send(post, deadline: .seconds(5))
        // The same URL asked otherwise: nothing of the request before is left on the handle.
        _ = try await client.send(HTTPRequest(url), deadline: .seconds(5))
        _ = try await client.send(HTTPRequest(url, method: "PUT", body: []), deadline: .seconds(5))
        _ = try await client.send(HTTPRequest(url, method: "HEAD"), deadline: .seconds(5))
        let requests = server.requests
        try #require(requests.count == 4)
        #expect(requests[0].hasPrefix("POST /path?q=1 HTTP/1.1\r\n"))
        #expect(requests[0].contains("\r\nX-Probe: 7\r\n"))
        #expect(requests[0].contains("\r\nContent-Type: text/plain\r\n"))
        #expect(requests[0].hasSuffix("\r\n\r\nbody"))
        #expect(requests[1].hasPrefix("GET /path?q=1 HTTP/1.1\r\n"))
        #expect(requests[1].contains("\r\nUser-Agent: guardia\r\n"))
        #expect(!requests[1].contains("X-Probe") && !requests[1].contains("Content-"))
        #expect(requests[2].hasPrefix("PUT "))
        #expect(requests[2].contains("\r\nContent-Length: 0\r\n"))
        #expect(requests[3].hasPrefix("HEAD "))
    }

    @Test func aHandleThatServedAnotherTargetBringsNothingOfIt() async throws {
        let servers = try (0..<2).map { _ in
            try HostileServer(saying: Self.response("Content-Length: 0\r\n"), then: .hangUp)
        }
        defer { servers.forEach { $0.close() } }
        let other = HTTPClient(on: reactor, maximumOfIdle: 1)
        func url(_ server: HostileServer) -> String { "http://127.0.0.1:\(server.port)/" }
        for _ in 0..<3 {
            // Small answers over plain HTTP: whatever client asks, the same few handles serve them.
            let secret = HTTPRequest(
                url(servers[0]), method: "POST", headers: [.init("Authorization", "Bearer of-the-first")],
                body: Array("body".utf8), maxBodyBytes: 0)
            _ = try await client.send(secret, deadline: .seconds(5))
            let response = try await other.send(HTTPRequest(url(servers[1]), maxBodyBytes: 0), deadline: .seconds(5))
            #expect(response.status == 200 && response.address == "127.0.0.1" && response.isNewConnection)
        }
        let (first, second) = (servers[0].requests, servers[1].requests)
        #expect(first.count == 3 && first.allSatisfy { $0.contains("Bearer of-the-first") && $0.hasSuffix("body") })
        #expect(second.count == 3 && second.allSatisfy { $0.hasPrefix("GET / HTTP/1.1\r\n") })
        #expect(second.allSatisfy { !$0.contains("of-the-first") && !$0.contains("body") })
    }

    @Test func lineBreaksInHeadersAreRefused() async {
        await #expect(throws: WireError.self) {
            try await client.send(
                HTTPRequest("http://127.0.0.1/", headers: [.init("X", "a\r\nY: b")]), deadline: .seconds(5))
        }
    }

    @Test func redirectsAreFollowedOnlyWhereAsked() async throws {
        let goal = try HostileServer(saying: Self.response("Content-Length: 4\r\nX: goal\r\n", "goal"), then: .hangUp)
        defer { goal.close() }
        let words =
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(goal.port)/\r\nX: first\r\nContent-Length: 0\r\n\r\n"
        let server = try HostileServer(saying: Array(words.utf8), then: .hangUp)
        defer { server.close() }
        let url = "http://127.0.0.1:\(server.port)/"
        let first = try await client.send(HTTPRequest(url), deadline: .seconds(5))
        #expect(first.status == 302)
        let followed = try await client.send(HTTPRequest(url, followRedirects: true), deadline: .seconds(5))
        #expect(followed.status == 200)
        #expect(followed.headers.all.map(\.name) == ["Content-Length", "X"])
        #expect(followed.headers["x"] == "goal")
    }

    @Test func theShownTargetHoldsNoSecret() {
        let request = HTTPRequest("https://user:p@ss@api.example/v1/x?token=secret#frag")
        #expect(request.target == "https://api.example/v1/x")
        #expect(HTTPRequest("http://h/a@b").target == "http://h/a@b")
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Nov  6 08:49:37 1994 GMT", 784_111_777), ("yesterday-ish", nil),
    ])
    func datesOfEveryFormAreRead(text: String, seconds: Int64?) {
        #expect(HTTPDate.parse(text) == seconds)
    }
}
