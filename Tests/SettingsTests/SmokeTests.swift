import Launch
import Settings
import Testing

@Suite("smoke tests of a gate")
struct SmokeTests {
    private func yaml(_ smoke: String) -> String {
        Sample.yaml + """
            deployment:
              colours: [{name: blue, hosts: ["10.0.0.1:80"]}, {name: green, hosts: ["10.0.0.2:80"]}]
              edges: [{name: edge-1, front: "http://127.0.0.1:8081"}]
              release: {run: [release, "{colour}", "{version}"]}
              gate:
                smoke:
            \(smoke)

            """
    }

    private func smoke(_ text: String) throws -> [SmokeTest] {
        try load(yaml(text)).configuration.deployment?.gate.smoke ?? []
    }

    @Test("a single request is a journey of one step")
    func single() throws {
        let tests = try smoke(
            "      - {path: /search, method: POST, body: x, content_type: text/plain, status: 204, contains: shops, deadline: 2s}"
        )
        let test = try #require(tests.first)
        #expect(test.name == "/search" && test.deadline == .seconds(2) && test.journey.steps.count == 1)
        let step = test.journey.steps[0]
        #expect(step.method == "POST" && step.path == "/search" && step.body == .text("x"))
        #expect(step.expectedStatuses == 204...204 && step.assertions == [.contains("shops")])
        #expect(step.headers == [Header(name: "Content-Type", value: .plain("text/plain"))])
        #expect(test.journey.headers == [Header(name: JourneyPlan.mark, value: .plain("guardia"))])
    }

    @Test("a journey has steps, what they take, what they expect, and what is cleared up")
    func journey() throws {
        let tests = try smoke(
            """
                  - name: booking
                    deadline: 20s
                    headers: {Authorization: {bearer: env:SMOKE_TOKEN}}
                    variables: {password: env:SMOKE_PASSWORD, place: AR-C}
                    steps:
                      - {name: sign_in, post: /register, form: {password: "{password}"}, take: {user: {json: /id}}}
                      - {name: book, post: /bookings, json: '{"in": "{place}", "of": {user}}', take: {at: {header: Location}}, deadline: 3s}
                      - {name: read, get: "{at}", expect: {status: 200, json: {/user: "{user}"}}}
                    cleanup: [{name: clean, delete: "/users/{user}"}]
            """.replacing("get: \"{at}\"", with: "get: \"/at?{at}\""))
        let test = try #require(tests.first)
        #expect(test.deadline == .seconds(20) && test.journey.steps.map(\.name) == ["sign_in", "book", "read"])
        #expect(test.journey.variables["password"] == .secret(.environment("SMOKE_PASSWORD")))
        #expect(test.journey.variables["place"] == .plain("AR-C"))
        #expect(test.journey.steps[1].body == .json(#"{"in": "{place}", "of": {user}}"#))
        #expect(test.journey.steps[1].deadline == .seconds(3))
        #expect(test.journey.steps[2].names == ["at", "user"], "what is expected may name what was taken")
        #expect(test.journey.cleanup.map(\.method) == ["DELETE"])
    }

    @Test(
        "what cannot be walked is said, with its place and what was probably meant",
        arguments: [
            (
                "{name: j, steps: [{name: a, get: /, take: {booking: {json: /id}}}, {name: b, get: \"/x/{bookin}\"}]}",
                "the step 'b' needs {bookin}, which no step before it takes; did you mean 'booking'?"
            ),
            (
                "{name: j, steps: [{name: a, get: /, take: {id: {json: /id}}, expect: {contains: \"{id}\"}}]}",
                "needs {id}, which no step before it takes"
            ),
            ("{name: j, steps: [{name: a, get: /}], path: /}", "only one of steps, path may be given"),
            ("{name: j, steps: [{name: a, get: /}], status: 200}", "unknown key 'status' in 'smoke'"),
            ("{name: j, steps: []}", "'steps' is empty"),
            ("{steps: [{name: a, get: /}]}", "'name' is missing"),
            ("{name: j}", "a smoke test needs 'path', or 'steps' where it is a journey"),
            ("{path: \"/x/{id}\"}", "needs {id}, which no step before it takes"),
            ("{name: j, steps: [{name: a, post: /, json: '{\"a\": }'}]}", "'json': this is not JSON"),
            ("{name: j, steps: [{name: a, post: /, form: {x: a}, json: '1'}]}", "only one of form, json, body"),
            ("{name: j, steps: [{name: a, post: /, form: {password: hunter2}}]}", "'password' carries a secret"),
            ("{name: j, variables: {api_token: abc}, steps: [{name: a, get: /}]}", "'api_token' carries a secret"),
            ("{name: j, variables: {Big: abc}, steps: [{name: a, get: /}]}", "'Big' is not a name"),
            ("{name: j, steps: [{name: a, get: /, deadline: 1h}]}", "'deadline'"),
        ])
    func mistakes(smoke: String, complaint: String) throws {
        let found = errors(in: yaml("      - \(smoke)"))
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
        #expect(found.allSatisfy { $0.split(separator: ":").dropFirst().first.flatMap { Int($0) } ?? 0 > 1 })
        #expect(!found.contains { $0.contains("hunter2") }, "a secret is not repeated")
    }
}
