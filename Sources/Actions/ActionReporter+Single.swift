package import Edge
import Glibc
package import Launch

extension ActionReporter {
    /// Runs an action that is one step, told before and after as every other.
    package func single(
        _ kind: ActionKind, by who: Operator, reason: String, command: [String], on edges: EdgeGroup,
        approval: ApprovalWait? = nil, _ body: (EdgeGroup) async -> Result<String, EdgeError>
    ) async -> ActionResult {
        let name = kind.rawValue
        await tell(
            .started(
                .init(
                    id: id, kind: kind, by: who, reason: reason, command: command, edges: edges.names,
                    steps: (approval?.steps ?? []) + [.init(name: name, title: name)], pid: getpid(),
                    breaksGlass: approval?.isBroken)))
        if let refusal = await approval?.wait(for: who, reason: reason, telling: self) {
            let refused = ActionResult(.refused, "\(refusal): nothing was changed")
            await finish(refused)
            return refused
        }
        await begin(name)
        let result: ActionResult
        switch await body(edges) {
        case .success(let words):
            await end(name, .done, words)
            result = ActionResult(.done, words)
        case .failure(let error):
            await end(name, .failed, error.reason)
            let isKnown = error.refusal != nil
            result = ActionResult(
                isKnown ? .refused : .undecided, error.description, missing: isKnown ? [] : [error.edge])
        }
        await finish(result)
        return result
    }

    /// Asks something of another action, as an action of its own: who asked is kept, and whoever fired it can follow it.
    package func steer(
        _ kind: ActionKind, of record: ActionRecord, by who: Operator, reason: String, command: [String],
        _ body: () async -> ActionResult
    ) async -> ActionResult {
        await tell(
            .started(
                .init(
                    id: id, kind: kind, by: who, reason: reason, command: command, from: record.started.from,
                    to: record.started.to, steps: [.init(name: "ask", title: "Ask \(record.id)")], pid: getpid())))
        await begin("ask")
        let result = await body()
        await end("ask", result.outcome == .done ? .done : .undecided, result.summary)
        await finish(result)
        return result
    }
}
