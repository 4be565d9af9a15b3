package import Launch
import Security
package import Wire

/// How much is turned away from the edges a minute, why and where from: by their logs, and fail2ban's.
///
/// `up` is missed where a log of requests cannot be read or an edge cannot be asked, and so is every figure that rests on it:
/// that nobody was refused is known only from logs that are read whole.
package actor DefenceProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let desk: RefusalDesk
    private let countsBans: Bool
    private let edges: [String]
    private let banners: [String]

    package init(_ target: DefenceTarget, in context: ProbeContext) {
        reactor = context.reactor
        countsBans = target.plan.countsBans
        edges = target.deployment.edges.map(\.name)
        banners = target.plan.bans.filter { $0.log != nil }.map(\.name)
        desk =
            context.refusals
            ?? RefusalDesk(target.plan, of: target.deployment, on: context.reactor, clock: context.clock)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let report = await desk.report(within: max(deadline - .milliseconds(500), .milliseconds(100)))
        return findings(report)
    }

    package func close() async { await desk.close() }

    private func findings(_ report: RefusalReport) -> [Finding] {
        let window = DefenceTarget.window
        var findings: [Finding] = []
        func find(_ measure: String, _ value: Double?, _ troubles: [String]) {
            if let trouble = troubles.first {
                findings.append(Finding(measure, .missed(trouble.bounded())))
            } else if let value {
                findings.append(Finding(measure, value))
            }
        }
        let troubles = report.requestTroubles
        find("up", nil, troubles)
        find("requests", report.requestsPerMinute(within: window), troubles)
        find("blocked", report.refusedPerMinute(within: window), troubles)
        for (reason, _) in DefenceTarget.reasons {
            find("blocked.\(reason)", report.perMinute(.reason, reason, within: window), troubles)
        }
        for edge in edges { find("blocked_at.\(edge)", report.perMinute(.edge, edge, within: window), troubles) }
        if countsBans { find("bans", report.bansPerMinute(within: window), report.banTroubles) }
        for name in banners {
            find("bans_at.\(name)", report.perMinute(.banner, name, within: window), report.banTroubles)
        }
        guard report.refusedPerMinute(within: window) != nil || !troubles.isEmpty else { return findings }
        for (measure, kind) in [("reasons", RefusalTally.Kind.reason), ("countries", .country)] {
            let names = report.top(kind, 3, within: window).map(\.name)
            let text = Measurement.text(names.joined(separator: ", ").bounded(to: 80))
            findings.append(Finding(measure, troubles.first.map { .missed($0.bounded()) } ?? text))
        }
        return findings
    }
}
