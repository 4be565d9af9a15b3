import Edge
import Launch

extension Rollback {
    /// Where a rollback goes from where, and on which edges.
    struct Plan: Sendable {
        var target: String
        /// The colour that most of the traffic leaves.
        var from: String?
        /// The edges that answered.
        var reached: [String]

        /// Why there is nothing to do, or nothing that may be done.
        struct End: Error, Sendable {
            var result: ActionResult
        }

        static func make(_ order: Order, _ deployment: Deployment, _ looks: EdgeGroup.Answers<Look>) -> Result<
            Plan, End
        > {
            func end(_ outcome: ActionOutcome, _ words: String, missing: [String] = []) -> Result<Plan, End> {
                .failure(End(result: ActionResult(outcome, words, missing: missing)))
            }
            let reached = looks.all.compactMap { answer in (try? answer.result.get()).map { (answer.edge, $0.status) } }
            guard !reached.isEmpty else {
                return end(
                    .undecided,
                    looks.all.isEmpty
                        ? "no edge is left to roll back"
                        : "no edge was reached, nothing was switched: \(looks.trouble)",
                    missing: looks.all.map(\.edge))
            }
            let splits = reached.compactMap(\.1.split)
            guard let target = order.to ?? target(of: splits, deployment) else {
                return end(.refused, "it cannot be told which colour is the standby: name it with --to")
            }
            guard deployment.colour(target) != nil else {
                return end(
                    .refused,
                    "there is no colour '\(target)': \(deployment.colours.map(\.name).joined(separator: " or "))")
            }
            let all = Split(all: target)
            // A lock that was left is given back all the same.
            let isLeftLocked = looks.values.values.contains(where: \.isLeftLocked)
            let isThere =
                !splits.isEmpty && splits.count == looks.all.count && splits.allSatisfy { $0 == all }
                && !looks.values.values.contains(where: \.lags)
            if isThere, order.continues == nil, !isLeftLocked {
                return end(.done, "\(target) has all traffic already, on \(splits.count.edges)")
            }
            if let from = order.from, let moved = moved(from, target, reached) { return end(.refused, moved) }
            let source = deployment.colours.map(\.name).filter { $0 != target }.max { left, right in
                splits.reduce(0) { $0 + $1.share(of: left) } < splits.reduce(0) { $0 + $1.share(of: right) }
            }
            return .success(Plan(target: target, from: source, reached: reached.map(\.0)))
        }

        /// Out of a canary to the colour that it grew beside, else to the colour without traffic.
        private static func target(of splits: [Split], _ deployment: Deployment) -> String? {
            guard let first = splits.first else { return nil }
            if let canary = splits.first(where: { $0.canary != nil }) { return canary.live }
            // Edges that disagree have no standby that anyone could name.
            guard splits.allSatisfy({ $0 == first }) else { return nil }
            return deployment.other(than: first.live)?.name
        }

        /// Whether the world is not as it was planned by. A deploy that goes on meanwhile does not count: to end it is the plan.
        private static func moved(_ from: String, _ target: String, _ reached: [(String, EdgeStatus)]) -> String? {
            for (edge, status) in reached {
                guard let split = status.split, split.name != from, split != Split(all: target) else { continue }
                if let lock = status.lock, lock.kind == LockClaim.Kind.deploy.rawValue { continue }
                return
                    "the world moved: \(edge) serves \(split), the plan was made by \(Split(name: from)?.description ?? from)"
            }
            return nil
        }
    }
}

/// What refuses a rollback: a standby that does not live or is not what was confirmed, and a schema that is known not to fit.
/// Whatever is only not known refuses nothing.
enum RollbackRules {
    static func refusal(
        target: String, expect: String?, standbys: [String: Standby], statuses: [String: EdgeStatus], force: Bool
    ) -> String? {
        if let expect {
            for (edge, standby) in standbys.sorted(by: { $0.key < $1.key }) {
                guard let version = standby.version, version != expect else { continue }
                return "\(target) answers \(version) through \(edge), not \(expect): plan anew"
            }
        }
        if force { return nil }
        // Where it has all the traffic already nobody is sent to it: a deploy that died before it moved any is undone all the same.
        let switching = standbys.filter { statuses[$0.key]?.split != Split(all: target) }
        if let (edge, standby) = switching.filter({ !$0.value.lives }).min(by: { $0.key < $1.key }) {
            return
                "\(target) does not live through \(edge) (\(standby.trouble ?? "")): start it, leave the edge out with "
                + "--without \(edge), or insist with --force"
        }
        for (edge, status) in statuses.sorted(by: { $0.key < $1.key }) {
            guard let version = standbys[edge]?.version ?? expect,
                let range = SchemaRange(notes: status.notes, version: version),
                let current = SchemaRange.current(in: status.notes), !range.contains(current)
            else { continue }
            return
                "\(version) lives with the schema \(range), and it is at \(current): restore the schema first, or insist "
                + "with --force"
        }
        return nil
    }

    /// Why a rollback that names no colour does not go to a standby that was left, and how to go on.
    static func words(_ rejection: Rejection, now: Moment, serving: String?) -> String {
        "the standby \(rejection.words(at: now)). Going there brings back what was left\(serving.map { "; \($0) keeps the traffic" } ?? ""). "
            + "To go there all the same: guardia rollback --to \(rejection.colour)"
    }

    /// The version that all edges see behind the standby; nil where they do not agree.
    static func agreed(_ standbys: [String: Standby]) -> String? {
        let versions = Set(standbys.values.compactMap(\.version))
        return versions.count == 1 ? versions.first : nil
    }
}
