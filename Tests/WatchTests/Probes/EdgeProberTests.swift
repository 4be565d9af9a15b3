import Edge
import Launch
import Synchronization
import Testing
import Watch
import Wire

/// A door that answers from what a test sets.
private final class ScriptedDoor: EdgeDoor {
    struct Answers {
        var front: Result<DoorAnswer, EdgeError> = .success(DoorAnswer(split: "blue", colour: "blue", digest: "d1"))
        var status: Result<EdgeStatus, EdgeError> = .success(
            EdgeStatus(door: .open(Split(all: "blue")), fence: 3, clock: 1_773_320_400))
        var colours: [String: Result<EdgeAnswer, EdgeError>] = [
            "blue": .success(EdgeAnswer(status: 200, headers: ["x-version": "v1"], took: .milliseconds(4))),
            "green": .success(EdgeAnswer(status: 200, headers: ["x-version": "v2"], took: .milliseconds(6))),
        ]
        var statusAsked = 0
    }

    let plan = EdgePlan(name: "edge-1", front: "http://127.0.0.1:8081")
    let digest = "d1"
    let answers = Mutex(Answers())

    func set(_ change: (inout sending Answers) -> Void) { answers.withLock { change(&$0) } }

    func front(within deadline: Duration) async throws(EdgeError) -> DoorAnswer {
        try answers.withLock { $0.front }.get()
    }
    func status(within deadline: Duration) async throws(EdgeError) -> EdgeStatus {
        try answers.withLock {
            $0.statusAsked += 1
            return $0.status
        }.get()
    }
    func ask(_ question: EdgeQuestion, within deadline: Duration) async throws(EdgeError) -> EdgeAnswer {
        guard case .colour(let colour) = question.target, let answer = answers.withLock({ $0.colours[colour] }) else {
            throw EdgeError(.broken, "ask", on: "edge-1", because: "it was not asked for")
        }
        return try answer.get()
    }

    // What a prober never does.
    private var mistake: EdgeError { EdgeError(.broken, "act", on: "edge-1", because: "a prober does not act") }
    func prepare(within deadline: Duration) async throws(EdgeError) { throw mistake }
    func take(_ claim: LockClaim, within deadline: Duration) async throws(EdgeError) -> Int64 { throw mistake }
    func renew(fence: Int64, lease: Milliseconds, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func release(fence: Int64, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func stage(_ split: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func flip(from: Split, to: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) -> Flip {
        throw mistake
    }
    func arm(_ revert: Revert, fence: Int64, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func disarm(fence: Int64, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func freeze(by: String, reason: String, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func thaw(within deadline: Duration) async throws(EdgeError) { throw mistake }
    func note(_ key: String, _ value: String, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        throw mistake
    }
    func history(_ count: Int, within deadline: Duration) async throws(EdgeError) -> [EdgeHistory] { throw mistake }
    func prune(keeping count: Int, fence: Int64, within deadline: Duration) async throws(EdgeError) { throw mistake }
    func close() async {}
}

@Suite("The prober of an edge")
struct EdgeProberTests {
    private let door = ScriptedDoor()
    private let clock = ManualClock()

    private var target: EdgeTarget {
        let deployment = Deployment(
            colours: [
                ColourPlan(name: "blue", hosts: ["10.0.0.1:80"]), ColourPlan(name: "green", hosts: ["10.0.0.2:80"]),
            ],
            edges: [door.plan], release: ReleasePlan(command: CommandPlan(words: ["x"])))
        return EdgeTarget(edge: door.plan, deployment: deployment)
    }

    private func prober() throws -> EdgeProber {
        let context = ProbeContext(reactor: try Reactor(), clock: clock) { _ in "" }
        return EdgeProber(target, door, in: context)
    }

    private func look(_ prober: EdgeProber) async throws -> [String: Measurement] {
        let findings = try await prober.look(deadline: .seconds(5))
        return Dictionary(findings.map { ($0.measure, $0.measurement) }, uniquingKeysWith: { first, _ in first })
    }

    private func error(_ reason: String) -> EdgeError { EdgeError(.timedOut, "ask", on: "edge-1", because: reason) }

    @Test("a well edge says who serves, who may act, and that both colours live")
    func well() async throws {
        let found = try await look(try prober())
        #expect(
            found == [
                "split": .text("blue"), "share.blue": .number(100), "share.green": .number(0), "fence": .number(3),
                "lock": .text(""), "notice": .text(""), "helper": .number(1), "version.blue": .text("v1"),
                "version.green": .text("v2"), "live.blue": .number(4), "live.green": .number(6),
            ])
        let measures = Set(target.deployment.probes[0].measures.map(\.name))
        #expect(Set(found.keys).isSubset(of: measures) && measures.subtracting(found.keys) == ["up"])
    }

    @Test("the helper is asked every other second, the front door every second")
    func pace() async throws {
        let prober = try prober()
        for _ in 0..<6 {
            #expect(try await look(prober)["split"] == .text("blue"))
            clock.advance(.seconds(1))
        }
        #expect(door.answers.withLock { $0.statusAsked } == 3)
    }

    @Test("a door that is broken, not there, of another configuration or another folder is down, and why is said")
    func down() async throws {
        func trouble(_ change: (inout sending ScriptedDoor.Answers) -> Void) async throws -> [String: Measurement] {
            door.set { $0 = ScriptedDoor.Answers() }
            door.set(change)
            return try await look(try prober())
        }
        var found = try await trouble {
            $0.front = .success(DoorAnswer(split: "", colour: "any", isBroken: true, digest: "d1"))
        }
        #expect(found["up"] == .missed("DOOR BROKEN") && found["split"] == .missed("DOOR BROKEN"))
        #expect(found["share.blue"] == .missed("DOOR BROKEN") && found["live.green"] == .number(6))
        let silent = error("no answer within the deadline")
        found = try await trouble { $0.front = .failure(silent) }
        #expect(found["up"] == .missed("no answer within the deadline"))
        found = try await trouble { $0.front = .success(DoorAnswer(split: "blue", colour: "blue", digest: "d2")) }
        #expect(found["up"] == .missed("nginx runs another configuration (d2) than the launch config's (d1)"))
        #expect(found["split"] == .text("blue"))
        found = try await trouble { $0.front = .success(DoorAnswer(split: "green", colour: "green", digest: "d1")) }
        #expect(found["up"] == .missed("nginx reads the split green, the link shows blue"))
        found = try await trouble {
            $0.status = .success(EdgeStatus(door: .broken("current is missing"), fence: 3, clock: 0))
        }
        #expect(found["up"] == .missed("DOOR BROKEN: current is missing"))
        found = try await trouble { $0.status = .failure(silent) }
        #expect(
            found["up"] == nil && found["helper"] == .number(0)
                && found["fence"] == .missed("no answer within the deadline"))
    }

    @Test("a colour that does not live through the edge is a miss with its reason")
    func deadColour() async throws {
        let silent = error("no answer within the deadline")
        door.set {
            $0.colours["green"] = .success(EdgeAnswer(status: 502))
            $0.colours["blue"] = .failure(silent)
        }
        let found = try await look(try prober())
        #expect(found["live.green"] == .missed("it answers 502") && found["version.green"] == .missed("it answers 502"))
        #expect(found["live.blue"] == .missed("no answer within the deadline"))
        door.set { $0.colours["green"] = .success(EdgeAnswer(status: 404)) }
        #expect(try await look(try prober())["live.green"] == .missed("it answers 404 without a version"))
    }

    @Test("what is not as always is noticed")
    func notices() async throws {
        door.set {
            var status = EdgeStatus(door: .open(Split(all: "blue")), fence: 3, clock: 1_773_321_000)
            status.lock = EdgeLock(holder: "ana@b", action: "a1", kind: "deploy", reason: "v2", left: 20)
            status.freeze = EdgeFreeze(by: "bob", since: 0, reason: "fair")
            status.armed = ArmedRevert(from: "green", to: "blue", action: "a1", left: 240)
            $0.status = .success(status)
        }
        var found = try await look(try prober())
        #expect(found["lock"] == .text("ana@b, deploy a1: v2"))
        #expect(found["notice"] == .text("frozen by bob: fair; goes back to blue in 240 s; its clock is 600 s ahead"))
        door.set {
            var status = EdgeStatus(door: .open(Split(all: "blue")), fence: 3, clock: 1_773_320_400)
            status.lock = EdgeLock(holder: "ana@b", action: "a1", kind: "deploy", reason: "", left: -2)
            status.fired = FiredRevert(at: 0, from: "green", to: "blue", action: "a1")
            $0.status = .success(status)
        }
        found = try await look(try prober())
        #expect(
            found["lock"] == .text("lapsed: ana@b, deploy a1")
                && found["notice"] == .text("went back to blue by itself"))
    }
}
