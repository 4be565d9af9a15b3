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
