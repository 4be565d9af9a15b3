import Edge
import Launch

/// What a deploy stands on: who serves, who is idle, and what every edge said when it was planned.
struct DeployGround: Sendable {
    var live: String
    var idle: String
    /// The version that serves; nil: not known.
    var serving: String?
    var statuses: [String: EdgeStatus]
    /// What is wrong with front doors: one that does not answer, or serves something else than its link says, could prove no switch,
    /// and the release would have replaced the standby for nothing.
    var doorTroubles: [String] = []

    /// The split to go back to.
    var before: Split { Split(all: live) }

    /// Why an interrupted deploy is not to be gone on with: the edges do not serve what it left them at.
    static func moved(_ statuses: [String: EdgeStatus], since record: ActionRecord) -> Refusal? {
        let left = record.splitsLeft
        for (edge, status) in statuses.sorted(by: { $0.key < $1.key }) {
            if let split = status.split, left.contains(split) { continue }
            let found = status.split?.description ?? "a broken door"
            let words = left.map(\.description).joined(separator: " or ")
            return Refusal("the world moved: \(edge) serves \(found), and \(record.id) left it at \(words)")
        }
        return nil
    }

    /// Looks at every edge.
    ///
    /// - Parameter resuming: whose canary may be in force already.
    /// - Returns: the ground, or why there is none to stand on.
    static func look(
        _ deployment: Deployment, _ edges: EdgeGroup, resuming: ActionRecord?
    ) async -> Result<DeployGround, Refusal> {
        let answers = await edges.each { door throws(EdgeError) in try await door.status(within: .seconds(3)) }
        guard !answers.all.isEmpty else { return .failure(Refusal("no edge is left to deploy to")) }
        guard answers.isWhole else {
            return .failure(Refusal("\(answers.trouble): mend it, or leave it out with --without"))
        }
        var splits: [Split] = []
        for (edge, result) in answers.all {
            guard let status = try? result.get() else { continue }
            switch status.door {
            case .broken(let why): return .failure(Refusal("the door of \(edge) is broken: \(why)"))
            case .open(let split): splits.append(split)
            }
        }
        guard let first = splits.first else { return .failure(Refusal("no edge says who serves")) }
        let live: String
        if let resuming, let from = resuming.started.from?.colour {
            live = from
            if let moved = moved(answers.values, since: resuming) { return .failure(moved) }
        } else {
            guard splits.allSatisfy({ $0 == first }) else {
                return .failure(Refusal("the edges serve different splits: roll back first, to one colour everywhere"))
            }
            guard first.canary == nil else {
                return .failure(Refusal("a deploy is unfinished (\(first)): promote it, abort it or roll back first"))
            }
            live = first.live
        }
        guard deployment.colour(live) != nil, let idle = deployment.other(than: live)?.name else {
            return .failure(Refusal("the edges serve '\(live)', which the launch config does not know"))
        }
        var ground = DeployGround(live: live, idle: idle, statuses: answers.values)
        let standbys = await edges.each { door throws(EdgeError) in
            await Standby.ask(live, deployment.answers, on: door, within: .seconds(2))
        }
        ground.serving = RollbackRules.agreed(standbys.values)
        let fronts = await edges.each { door throws(EdgeError) in try await door.front(within: .seconds(2)) }
        ground.doorTroubles = fronts.all.compactMap { edge, result in
            let wayOut = "guardia edge check \(edge) says what is wrong"
            switch result {
            case .failure(let error): return "the front door of \(edge) does not answer (\(error.reason)): \(wayOut)"
            case .success(let answer):
                guard let split = answers.values[edge]?.split, answer.isBroken || answer.split != split.name else {
                    return nil
                }
                let served = answer.isBroken ? "is broken" : "serves \(answer.split)"
                return "the front door of \(edge) \(served), and its link says \(split): \(wayOut)"
            }
        }
        return .success(ground)
    }
}

/// Why an action is refused before it changed anything.
struct Refusal: Error, Hashable {
    var words: String
    init(_ words: String) { self.words = words }
}
