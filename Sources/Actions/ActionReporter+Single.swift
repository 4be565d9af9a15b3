package import Edge
import Glibc
package import Launch

extension ActionReporter {
    /// Runs an action that is one step, told before and after as every other.
    package func single(
        _ kind: ActionKind, by who: Operator, reason: String, command: [String], on edges: EdgeGroup,
        _ body: (EdgeGroup) async throws(EdgeError) -> String
    ) async -> ActionResult {
        let name = kind.rawValue
        await tell(
            .started(
                .init(
                    id: id, kind: kind, by: who, reason: reason, command: command, edges: edges.names,
                    steps: [.init(name: name, title: name)], pid: getpid())))
        await begin(name)
        let result: ActionResult
        do throws(EdgeError) {
            let words = try await body(edges)
            await end(name, .done, words)
            result = ActionResult(.done, words)
        } catch {
            await end(name, .failed, error.reason)
            result = ActionResult(error.refusal == nil ? .undecided : .refused, error.description, missing: error.refusal == nil ? [error.edge] : [])
        }
        await finish(result)
        return result
    }
}
