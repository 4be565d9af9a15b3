package import Launch
package import Wire

/// One nginx: what `stub_status` counts, and, at its own slower pace, whether the config on disk would load.
package actor NginxProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: NginxTarget
    private let clock: any Clock
    private let client: HTTPClient
    private var test: Pace
    private var requests = Counter()
    private var dropped = Counter()

    package init(_ target: NginxTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 1)
        test = Pace(every: target.testInterval)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        async let config = configVerdict(deadline)
        let request = HTTPRequest(target.statusURL, tls: TLSSettings(target.tls), maxBodyBytes: 4096)
        let response = try await client.send(request, deadline: deadline)
        try response.requireOK(from: request)
        let status: StubStatus
        do {
            status = try StubStatus(parsing: response.text)
        } catch {
            throw ProbeFailure("\(error) (\(request.target))")
        }
        let uptime = clock.now().uptime
        var findings = [
            Finding("connections", Double(status.active)), Finding("reading", Double(status.reading)),
            Finding("writing", Double(status.writing)), Finding("waiting", Double(status.waiting)),
        ]
        // The look's own request is one of them.
        if let rate = requests.rate(to: Double(status.requests), at: uptime) {
            findings.append(Finding("requests", rate))
        }
        if let rate = dropped.rate(to: Double(status.accepts - status.handled), at: uptime) {
            findings.append(Finding("dropped", rate))
        }
        return await findings + config
    }

    package func close() async {}

    /// What `nginx -t` says, where it is due: a config that would not load waits for the next reload or reboot to strike. With
    /// a warning it loads, but not as it was meant.
    private func configVerdict(_ deadline: Duration) async -> [Finding] {
        let uptime = clock.now().uptime
        guard !target.testCommand.isEmpty, test.isDue(at: uptime) else { return [] }
        // Noted before it is known how it ends: a test that hangs must not be begun at each look.
        test.done(at: uptime)
        do {
            let result = try await Command.run(target.testCommand, deadline: deadline)
            let hasWarning = result.standardError.text.contains("[warn]")
            let verdict: Verdict = !result.isSuccess ? .critical : hasWarning ? .warning : .ok
            return [Finding("config", Double(verdict.nagiosCode))]
        } catch {
            return [Finding("config", .missed(error.inWords))]
        }
    }
}
