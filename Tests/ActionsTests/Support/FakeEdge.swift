import Edge
import Launch
import Synchronization
import Wire

/// An edge in memory, by the rules of the helper: a lock with a fence, splits that must be staged, one switch.
final class FakeEdge: EdgeDoor {
    struct State {
        var split = Split(all: "blue")
        var fence: Int64 = 10
        var lock: EdgeLock?
        var freeze: EdgeFreeze?
        var armed: ArmedRevert?
        var fired: FiredRevert?
        var staged: Set<String> = []
        var notes: [String: String] = [:]
        var versions = ["blue": "v1.4.0", "green": "v1.3.9"]
        var dead: Set<String> = []
        var health: [String: Int] = [:]
        /// Its nginx does not answer.
        var isDoorDown = false
        /// What its nginx serves where that is not what its link says.
        var served: Split?
        /// The edge does not answer at all.
        var isCut = false
        var log: [String] = []
        /// What the application answers; nil where it is asked for nothing but its version and its health.
        var application: (@Sendable (EdgeQuestion) -> EdgeAnswer?)?
        /// What is done just before a request is looked at; nil: nothing.
        var before: (@Sendable (String, inout State) -> Void)?
    }

    let plan: EdgePlan
    let digest = "digest"
    private let state: Mutex<State>

    init(_ name: String, backend: TrafficBackend = .door, _ change: (inout State) -> Void = { _ in }) {
        var plan = EdgePlan(name: name, front: "http://127.0.0.1:1")
        plan.backend = backend
        self.plan = plan
        var state = State()
        change(&state)
        self.state = Mutex(state)
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var now: State { state.withLock { $0 } }

    private func act<Value>(_ operation: String, _ body: (inout State) throws(EdgeError) -> Value) throws(EdgeError)
        -> Value
    {
        // As a whole: what is asked side by side must not write back what it read before the other.
        let outcome = state.withLock { state -> Result<Value, EdgeError> in
            state.before?(operation, &state)
            state.log.append(operation)
            if state.isCut {
                return .failure(EdgeError(.unreachable, operation, on: plan.name, because: "out of reach"))
            }
            do throws(EdgeError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    private func refuse(_ refusal: EdgeError.Refusal, _ operation: String) -> EdgeError {
        EdgeError(.refused(refusal), operation, on: plan.name, because: "refused \(refusal)")
    }

    private func hold(_ fence: Int64, _ state: State, _ operation: String) throws(EdgeError) {
        guard state.lock != nil, fence == state.fence else { throw refuse(.fenced, operation) }
    }

    func prepare(within deadline: Duration) async throws(EdgeError) {
        try act("prepare") { _ throws(EdgeError) in }
    }

    func status(within deadline: Duration) async throws(EdgeError) -> EdgeStatus {
        try act("status") { state throws(EdgeError) in
            EdgeStatus(
                door: .open(state.split), fence: state.fence, lock: state.lock, freeze: state.freeze,
                armed: state.armed,
                fired: state.fired, clock: 1_800_000_000, notes: state.notes)
        }
    }

    func take(_ claim: LockClaim, within deadline: Duration) async throws(EdgeError) -> Int64 {
        try act("take \(claim.kind.rawValue)") { state throws(EdgeError) in
            if claim.kind == .deploy, let freeze = state.freeze { throw refuse(.frozen(freeze), "take") }
            if let fence = claim.fence, fence != state.fence { throw refuse(.overtaken(fence: state.fence), "take") }
            if let lock = state.lock, !lock.hasLapsed {
                let yields = claim.force == .takeover || (claim.force == .preempt && lock.kind != "rollback")
                if !yields { throw refuse(.held(lock), "take") }
            }
            state.fence += 1
            state.fired = nil
            state.lock = EdgeLock(
                holder: claim.holder, action: claim.action, kind: claim.kind.rawValue, reason: claim.reason,
                left: claim.lease.count / 1000)
            return state.fence
        }
    }

    func renew(fence: Int64, lease: Milliseconds, within deadline: Duration) async throws(EdgeError) {
        try act("renew") { state throws(EdgeError) in try hold(fence, state, "renew") }
    }

    func release(fence: Int64, within deadline: Duration) async throws(EdgeError) {
        try act("release") { state throws(EdgeError) in
            try hold(fence, state, "release")
            state.lock = nil
        }
    }

    func stage(_ split: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        try act("stage \(split.name)") { state throws(EdgeError) in
            try hold(fence, state, "stage")
            state.staged.insert(split.name)
        }
    }

    func flip(from: Split, to: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) -> Flip {
        try act("flip \(to.name)") { state throws(EdgeError) in
            try hold(fence, state, "flip")
            guard state.split == from else { throw refuse(.moved(current: state.split.name), "flip") }
            guard state.staged.contains(to.name) else { throw refuse(.unstaged, "flip") }
            state.split = to
            if let armed = state.armed, armed.from.isEmpty ? armed.to == to.name : armed.from != to.name {
                state.armed = nil
            }
            return Flip(from: from.name, to: to.name, clock: 1_800_000_000)
        }
    }

    func arm(_ revert: Revert, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        try act("arm \(revert.to.name)") { state throws(EdgeError) in
            try hold(fence, state, "arm")
            state.armed = ArmedRevert(
                from: revert.from?.name ?? "", to: revert.to.name, action: revert.action,
                left: revert.after.count / 1000)
        }
    }

    func disarm(fence: Int64, within deadline: Duration) async throws(EdgeError) {
        try act("disarm") { state throws(EdgeError) in
            try hold(fence, state, "disarm")
            state.armed = nil
        }
    }

    /// What the edge does by itself when the armed time has come.
    func fire() {
        change { state in
            guard let armed = state.armed, let to = Split(name: armed.to), state.split != to,
                armed.from.isEmpty || state.split.name == armed.from
            else { return }
            state.split = to
            state.fence += 1
            state.lock = nil
            state.armed = nil
            state.fired = FiredRevert(at: 1_800_000_000, from: armed.from, to: armed.to, action: armed.action)
        }
    }

    func freeze(by: String, reason: String, within deadline: Duration) async throws(EdgeError) {
        try act("freeze") { state throws(EdgeError) in
            state.freeze = EdgeFreeze(by: by, since: 1_800_000_000, reason: reason)
        }
    }

    func thaw(within deadline: Duration) async throws(EdgeError) {
        try act("thaw") { state throws(EdgeError) in state.freeze = nil }
    }

    func note(_ key: String, _ value: String, fence: Int64, within deadline: Duration) async throws(EdgeError) {
        try act("note \(key)") { state throws(EdgeError) in
            try hold(fence, state, "note")
            state.notes[key] = value
        }
    }

    func history(_ count: Int, within deadline: Duration) async throws(EdgeError) -> [EdgeHistory] { [] }
    func prune(keeping count: Int, fence: Int64, within deadline: Duration) async throws(EdgeError) {}

    func front(within deadline: Duration) async throws(EdgeError) -> DoorAnswer {
        try act("front") { state throws(EdgeError) in
            if state.isDoorDown {
                throw EdgeError(.unreachable, "ask", on: plan.name, because: "connection refused")
            }
            let served = state.served ?? state.split
            return DoorAnswer(split: served.name, colour: served.live, digest: digest)
        }
    }

    func ask(_ question: EdgeQuestion, within deadline: Duration) async throws(EdgeError) -> EdgeAnswer {
        try act("ask \(question.path)") { state throws(EdgeError) in
            let colour =
                switch question.target {
                case .traffic: state.split.live
                case .colour(let colour), .host(let colour, _): colour
                }
            if state.dead.contains(colour) {
                throw EdgeError(.unreachable, "ask", on: plan.name, because: "connection refused")
            }
            if let answer = state.application?(question) { return answer }
            let status = question.path == "/healthz" ? state.health[colour] ?? 200 : 200
            return EdgeAnswer(status: status, headers: ["x-version": state.versions[colour] ?? ""])
        }
    }

    func close() async {}
}
