import Actions
import Edge
import Launch
import Synchronization
import Testing
import Wire

/// Smoke tests: journeys that a release must let a customer walk, as seen from every edge.
extension DeployTests {
    /// Signs in, books what was found, and reads it back.
    private static let booking = SmokeTest(
        name: "booking",
        journey: JourneyPlan(
            headers: [Header(name: JourneyPlan.mark, value: .plain("guardia"))],
            variables: ["place": .plain("AR-C")],
            steps: [
                JourneyStep(
                    name: "sign_in", method: "POST", path: "/register",
                    body: .form([JourneyStep.Field(name: "email", value: "g+{run}@example.com")]),
                    expectedStatuses: 201...201, takes: ["user": .json("/id")]),
                JourneyStep(name: "look", path: "/search?in={place}", takes: ["slot": .header("X-Slot")]),
                JourneyStep(
                    name: "book", method: "POST", path: "/bookings", body: .json(#"{"slot": "{slot}"}"#),
                    expectedStatuses: 201...201, takes: ["booking": .json("/id")]),
                JourneyStep(
                    name: "read", path: "/bookings/{booking}",
                    assertions: [.json(pointer: "/slot", equals: "{slot}")]),
            ],
            cleanup: [JourneyStep(name: "clean", method: "DELETE", path: "/users/{user}")]))

    /// The shop that it is walked through; `change` spoils an answer by its method and path.
    private static func shop(
        _ asked: Questions, _ change: @escaping @Sendable (String) -> EdgeAnswer? = { _ in nil }
    ) -> @Sendable (EdgeQuestion) -> EdgeAnswer? {
        { question in
            func json(_ status: Int, _ text: String, _ headers: HTTPHeaders = [:]) -> EdgeAnswer {
                EdgeAnswer(status: status, headers: headers, body: Array(text.utf8))
            }
            guard !["/version", "/healthz"].contains(question.path) else { return nil }
            asked.add(question)
            let name = "\(question.method) \(question.path)"
            if let spoiled = change(name) { return spoiled }
            let isSignedIn = question.headers.contains { $0.name == "Cookie" && $0.value == "session=t0ken" }
            guard question.path == "/register" || isSignedIn else { return json(401, "sign in first") }
            return switch name {
            case "POST /register": json(201, #"{"id": "42"}"#, ["Set-Cookie": "session=t0ken; HttpOnly"])
            case "GET /search?in=AR-C": json(200, "[]", ["X-Slot": "10:30"])
            case "POST /bookings": json(question.body == Array(#"{"slot": "10:30"}"#.utf8) ? 201 : 400, #"{"id": "7"}"#)
            case "GET /bookings/7": json(200, #"{"slot": "10:30"}"#)
            case "DELETE /users/42": json(204, "")
            default: json(404, "no such page")
            }
        }
    }

    private func smoked(
        _ test: SmokeTest = booking, edges names: [String] = ["edge-1", "edge-2"],
        _ change: @escaping @Sendable (String) -> EdgeAnswer? = { _ in nil },
        before: (@Sendable (String, inout FakeEdge.State) -> Void)? = nil
    ) async -> (run: Run, asked: [EdgeQuestion], edges: [FakeEdge]) {
        let asked = Questions()
        let edges = names.map { name in
            FakeEdge(name) {
                $0.application = Self.shop(asked, change)
                $0.before = before
            }
        }
        let run = await deploy(edges, deployment(edges: names) { $0.gate.smoke = [test] })
        return (run, asked.all, edges)
    }

    @Test func aJourneyIsWalkedThroughEveryEdgeAndClearsUpAfterItself() async {
        let (run, asked, _) = await smoked()
        #expect(run.result.outcome == .done, "\(run.result.summary)")
        let paths = asked.map { "\($0.method) \($0.path)" }
        for path in ["POST /register", "GET /search?in=AR-C", "POST /bookings", "GET /bookings/7", "DELETE /users/42"] {
            #expect(paths.filter { $0 == path }.count == 2, "\(path)")
        }
        #expect(asked.allSatisfy { $0.target == .colour("green") }, "customers of blue must not meet it")
        #expect(asked.allSatisfy { question in question.headers.contains { $0.name == JourneyPlan.mark } })
        let runs = Set(asked.filter { $0.path == "/register" }.map { String(decoding: $0.body ?? [], as: UTF8.self) })
        #expect(runs.count == 2, "each edge's is a run of its own: \(runs)")
    }

    @Test func aFailedJourneySaysWhichStepFromWhichEdgeWithWhatWasExpectedAndWhatCame() async {
        let (run, asked, edges) = await smoked(edges: ["edge-1"]) { name in
            name == "POST /bookings"
                ? EdgeAnswer(status: 500, body: Array(#"{"error": "slots of t0ken are gone"}"#.utf8)) : nil
        }
        #expect(run.result.outcome == .wentBack)
        #expect(
            run.result.summary.contains(
                "edge-1: smoke test 'booking': step 3/4 'book' (POST /bookings): expected status 201, "
                    + "came 500 “{\"error\": \"slots of ••• are gone\"}”"), "\(run.result.summary)")
        #expect(asked.map(\.path).last == "/users/42", "what it made is removed all the same")
        #expect(edges[0].now.split == Split(all: "blue") && !edges[0].now.log.contains { $0.hasPrefix("flip") })
    }

    @Test func whatIsReadBackMustBeWhatWasBooked() async {
        let (run, _, _) = await smoked(edges: ["edge-1"]) { name in
            name == "GET /bookings/7" ? EdgeAnswer(status: 200, body: Array(#"{"slot": "11:00"}"#.utf8)) : nil
        }
        #expect(
            run.result.summary.contains(
                "step 4/4 'read' (GET /bookings/{booking}): expected \"10:30\" at /slot, came \"11:00\""),
            "\(run.result.summary)")
    }

    @Test func aJourneyThatTakesTooLongEndsAndNamesTheStepThatHadNoTimeLeft() async {
        var hasty = Self.booking
        hasty.deadline = .seconds(10)
        let clock = clock
        let (run, _, _) = await smoked(
            hasty, edges: ["edge-1"],
            before: { operation, _ in
                if operation.hasPrefix("ask /search") { clock.move(by: .seconds(11)) }
            })
        #expect(run.result.outcome == .wentBack)
        #expect(
            run.result.summary.contains(
                "step 3/4 'book' (POST /bookings): no time was left for it, the whole has 10 s"),
            "\(run.result.summary)")
    }

    @Test func aCleanupThatFailsIsSaidAndRefusesNoRelease() async {
        let (run, _, _) = await smoked(edges: ["edge-1"]) { name in
            name == "DELETE /users/42" ? EdgeAnswer(status: 403) : nil
        }
        #expect(run.result.outcome == .done)
        #expect(journal.notes.contains { $0.contains("edge-1: the cleanup of 'booking' failed") }, "\(journal.notes)")
    }

    @Test func aSecretThatIsNotThereFailsTheGateBeforeAnythingIsAsked() async {
        var secret = Self.booking
        secret.journey.variables["pin"] = .secret(.environment("PIN"))
        let (run, asked, _) = await smoked(secret, edges: ["edge-1"])
        #expect(run.result.outcome == .wentBack && asked.isEmpty)
        #expect(run.result.summary.contains("smoke test 'booking'"), "\(run.result.summary)")
    }

    @Test func aSingleRequestIsAJourneyOfOneAndNamedByItsTest() async {
        let one = SmokeTest(
            name: "search", journey: JourneyPlan(steps: [JourneyStep(name: "search", path: "/search")]))
        let (run, _, _) = await smoked(one, edges: ["edge-1"])
        #expect(
            run.result.summary.contains(
                "edge-1: smoke test 'search': expected a status of 200 to 299, came 401 “sign in first”"),
            "\(run.result.summary)")
    }
}

/// What an application was asked.
private final class Questions: Sendable {
    private let questions = Mutex<[EdgeQuestion]>([])
    func add(_ question: EdgeQuestion) { questions.withLock { $0.append(question) } }
    var all: [EdgeQuestion] { questions.withLock { $0 } }
}
