import Launch
import Testing

@testable import Wire

/// A journey without a network: what it asks, what it takes in, and what it says when it cannot go on.
@Suite struct JourneyWalkTests {
    private let register = JourneyStep(
        name: "register", method: "POST", path: "/register",
        body: .form([JourneyStep.Field(name: "password", value: "{password}")]), expectedStatuses: 201...201,
        takes: ["user": .json("/id")])
    private let read = JourneyStep(
        name: "read", path: "/users/{user}", assertions: [.json(pointer: "/id", equals: "{user}")])

    private func walk(_ steps: [JourneyStep], headers: [Header] = []) throws -> JourneyWalk {
        try JourneyWalk(
            JourneyPlan(
                headers: headers, variables: ["password": .secret(.environment("SMOKE_PASSWORD"))], steps: steps),
            run: "1"
        ) { secret in
            guard secret == .environment("SMOKE_PASSWORD") else { throw JSONPointer.Failure("not set") }
            return "s3cret/pass"
        }
    }

    private func answer(_ status: Int, _ body: String, _ headers: HTTPHeaders = [:]) -> JourneyWalk.Answer {
        .init(status: status, headers: headers, body: Array(body.utf8))
    }

    @Test("what a step takes is filled in further down, in the path, the body and in what is expected")
    func captured() throws {
        var walk = try walk([register, read])
        let first = try walk.request(for: register)
        #expect(first.body == Array("password=s3cret%2Fpass".utf8))
        #expect(first.headers == [.init("Content-Type", "application/x-www-form-urlencoded")])
        try walk.take(answer(201, #"{"id": "4/2"}"#), of: register)
        #expect(try walk.request(for: read).path == "/users/4%2F2")
        try walk.take(answer(200, #"{"id": "4/2"}"#), of: read)
        #expect(throws: JourneyWalk.Failure.self) { try walk.take(answer(200, #"{"id": "43"}"#), of: read) }
    }

    @Test("cookies are kept as a browser keeps them: the last value counts, and what is taken back is gone")
    func cookies() throws {
        var walk = try walk([read])
        let step = JourneyStep(name: "x", path: "/")
        try walk.take(
            .init(status: 200, headers: HTTPHeaders([("Set-Cookie", "a=1; Path=/"), ("set-cookie", "b=2")])), of: step)
        #expect(try walk.request(for: step).headers == [.init("Cookie", "a=1; b=2")])
        try walk.take(.init(status: 200, headers: ["Set-Cookie": "b=; Max-Age=0"]), of: step)
        #expect(try walk.request(for: step).headers == [.init("Cookie", "a=1")])
    }

    @Test("in JSON what was taken is the text of a string, whatever characters it has")
    func json() throws {
        var walk = try walk([])
        let take = JourneyStep(name: "take", path: "/", takes: ["name": .header("X-Name")])
        try walk.take(answer(200, "", ["X-Name": #"a"b\c"#]), of: take)
        let step = JourneyStep(name: "x", method: "POST", path: "/", body: .json(#"{"name": "{name}"}"#))
        let request = try walk.request(for: step)
        #expect(request.body == Array(#"{"name": "a\"b\\c"}"#.utf8))
        #expect(request.headers == [.init("Content-Type", "application/json")])
    }

    @Test("what fails says what was expected and what came, on one line and cut")
    func complaints() throws {
        var walk = try walk([register])
        let long = "{\"error\":\n \"no such slot\u{1B}[31m\"" + String(repeating: "x", count: 500)
        let failure = #expect(throws: JourneyWalk.Failure.self) { try walk.take(answer(500, long), of: register) }
        #expect(failure?.description == "status 500" && failure?.expected == "status 201")
        let came = try #require(failure?.came)
        #expect(
            came.hasPrefix("500 “{\"error\": \"no such slot [31m\"xxx") && came.hasSuffix("x…”") && came.count < 140)
        let empty = #expect(throws: JourneyWalk.Failure.self) { try walk.take(answer(204, ""), of: register) }
        #expect(empty?.came == "204 with an empty body")
        let none = #expect(throws: JourneyWalk.Failure.self) { try walk.take(answer(201, "{}"), of: register) }
        #expect(none?.expected == "something for {user}" && none?.came == "the JSON has nothing at /id")
    }

    @Test("neither a secret nor a session's cookie is said, though the application sends it back")
    func hidden() throws {
        var walk = try walk(
            [register],
            headers: [
                Header(name: "Authorization", value: .secret(prefix: "Bearer ", .environment("SMOKE_PASSWORD")))
            ])
        let request = try walk.request(for: register)
        #expect(request.headers.contains(.init("Authorization", "Bearer s3cret/pass")))
        let echo = answer(400, "s3cret/pass s3cret%2Fpass token-77", ["Set-Cookie": "session=token-77; HttpOnly"])
        let failure = #expect(throws: JourneyWalk.Failure.self) { try walk.take(echo, of: register) }
        #expect(failure?.came == "400 “••• ••• •••”")
    }

    @Test("a secret that is not there ends it before anything is asked, and is named by its reference")
    func unset() {
        let plan = JourneyPlan(variables: ["x": .secret(.environment("NONE"))], steps: [read])
        let failure = #expect(throws: JourneyWalk.Failure.self) {
            try JourneyWalk(plan, run: "1") { _ in throw JSONPointer.Failure("the secret env:NONE is not set") }
        }
        #expect(failure?.description == "the secret env:NONE is not set")
    }

    @Test func aLineFeedThatCameFromOutsideBeginsNoHeader() throws {
        var walk = try walk([])
        try walk.take(
            answer(200, "a\nX-Evil: 1"),
            of: JourneyStep(name: "take", path: "/", takes: ["text": .pattern("(?s)(.*)")]))
        let step = JourneyStep(name: "x", path: "/", headers: [Header(name: "X-Text", value: .plain("{text}"))])
        #expect(throws: JourneyWalk.Failure.self) { try walk.request(for: step) }
    }
}
