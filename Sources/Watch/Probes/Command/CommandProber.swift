package import Launch
package import Wire

/// A Nagios plugin: its exit code is the verdict, its first line says why, its performance data are further series.
package actor CommandProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: CommandTarget

    package init(_ target: CommandTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
    }

    /// - Throws: `WireError` when the plugin cannot be started or does not end by the deadline.
    package func look(deadline: Duration) async throws -> [Finding] {
        let result = try await Command.run(target.argv, deadline: deadline, outputLimit: PluginOutput.limit)
        let output = PluginOutput(parsing: result.standardOutput.bytes)
        let verdict: Verdict
        var text = output.text
        switch result.ending {
        case .exited(let status):
            verdict = Verdict(nagiosCode: status)
            // A plugin that breaks says so on standard error, if at all.
            if text.isEmpty { text = PluginOutput(parsing: result.standardError.bytes).text }
            if text.isEmpty { text = "exit status \(status), without a word" }
        case .signalled(let signal):
            verdict = .unknown
            text = "ended by signal \(signal)"
        }
        var findings = [Finding("verdict", Double(verdict.nagiosCode)), Finding("text", .text(text))]
        for question in target.perfdata {
            let datum = output.perfdata.first { $0.label == question.text }
            let value = datum?.value(in: question.unit)
            findings.append(
                Finding(
                    question.name, value.map(Measurement.number) ?? .missed("no number for \(question.text)".bounded()))
            )
        }
        return findings
    }

    package func close() async {}
}
