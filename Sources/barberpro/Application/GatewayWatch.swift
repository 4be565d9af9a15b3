import Synchronization

/// How the payment gateway was when it was last asked. It is asked in the background, because it belongs to others:
/// /healthz says how it is, and is not slow when it is.
final class GatewayWatch: Sendable {
    private let gateway: PaymentGateway
    private let last = Mutex<Health.Check?>(nil)

    init(_ gateway: PaymentGateway) { self.gateway = gateway }

    /// nil until the first answer.
    var check: Health.Check? { last.withLock { $0 } }

    /// Asks every second until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let check = await Health.Check.run { try await gateway.check(within: .seconds(1)) }
            last.withLock { $0 = check }
            try? await Task.sleep(for: .seconds(1))
        }
    }
}
