import FlyingFox
import FoundationEssentials
import Synchronization

/// The lever of a part: its present fault, set by `POST /admin/fault` with a form; an empty one mends it.
final class Lever: Sendable {
    private let state = Mutex((fault: Fault(), random: SplitMix64(seed: 1)))

    /// Sets it from within.
    func set(_ fault: Fault) { state.withLock { $0.fault = fault } }

    var fault: Fault { state.withLock { $0.fault } }

    /// Decides by chance, with the part's own generator.
    func decide<Result: Sendable>(_ body: @Sendable (Fault, inout SplitMix64) -> Result) -> Result {
        state.withLock { body($0.fault, &$0.random) }
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            let fault = try Fault(form: try await request.form())
            state.withLock { $0.fault = fault }
            return .text(200, "ok\n")
        } catch {
            return .text(400, "\(error)\n")
        }
    }
}
