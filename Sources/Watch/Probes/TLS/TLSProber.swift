package import Launch
package import Wire

/// When the first certificate of a server's chain expires. The chain is read, not verified: an expired one is an answer.
package actor TLSProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let url: String
    private let clock: any Clock
    private let client: HTTPClient

    package init(_ target: TLSTarget, in context: ProbeContext) {
        url = target.url.contains("://") ? target.url : "https://\(target.url)"
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 0)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let chain = try await client.certificates(of: url, deadline: deadline)
        guard let expiry = chain.map(\.notAfter).min() else { throw ProbeFailure("no certificate was shown (\(url))") }
        let seconds = Double(expiry) - Double(clock.now().utc.milliseconds) / 1000
        return [Finding("expires", seconds / 86_400)]
    }

    package func close() async {}
}
