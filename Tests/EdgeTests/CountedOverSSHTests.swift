import Edge
import FoundationEssentials
import Glibc
import Launch
import Security
import Synchronization
import TestServers
import Testing
import Wire

/// What an edge turns away is the same figure whether its logs lie here or its helper counts in them.
@Suite("What an edge elsewhere turns away", .timeLimit(.minutes(2)))
struct CountedOverSSHTests {
    private final class SteppedClock: Launch.Clock {
        private let moment = Mutex(
            Moment(utc: Timestamp(seconds: 1_795_770_414), uptime: .seconds(1000), boot: BootID(rawValue: 1)))
        func now() -> Moment { moment.withLock { $0 } }
        func advance(_ span: Milliseconds) { moment.withLock { $0 = $0.advanced(by: span) } }
    }

    private func append(_ text: String, _ path: String) throws {
        let file = try #require(fopen(path, "a"))
        defer { fclose(file) }
        #expect(fputs(text, file) >= 0)
    }

    private func request(
        _ reason: String, _ country: String, canary: Int = 0, from address: String = "10.0.0.1"
    ) -> String {
        #"{"ts":"2026-11-27T09:06:54+00:00","ip":"\#(address)","country":"\#(country)","class":"api","method":"GET","path":"/x","status":403,"refused":"\#(reason)","canary":\#(canary)}"#
            + "\n"
    }

    private func hit(_ rule: String, _ message: String, from address: String = "10.0.0.1", uri: String = "/x") -> String
    {
        #"{"transaction":{"client_ip":"\#(address)","time_stamp":"Fri","request":{"method":"GET","http_version":1.1,"uri":"\#(uri)"},"response":{"http_code":403},"producer":{"components":["OWASP_CRS/3.3.4\""]},"messages":[{"message":"\#(message)","details":{"ruleId":"\#(rule)","data":"\"ruleId\":\"7\""}},{"message":"sum","details":{"ruleId":"949110"}}]}}"#
            + "\n"
    }

    private func ban(_ jail: String) -> String {
        "2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [\(jail)] Ban 10.0.0.1\n"
    }

    /// Every figure that becomes a series or an item of the page.
    private func figures(_ report: RefusalReport) -> [String: Double?] {
        let window = DefenceTarget.window
        var figures: [String: Double?] = [
            "requests": report.requestsPerMinute(within: window), "blocked": report.refusedPerMinute(within: window),
            "bans": report.bansPerMinute(within: window),
            "blocked_at.edge-1": report.perMinute(.edge, "edge-1", within: window),
            "bans_at.edge-1": report.perMinute(.banner, "edge-1", within: window),
        ]
        for (reason, _) in DefenceTarget.reasons {
            figures["blocked.\(reason)"] = report.perMinute(.reason, reason, within: window)
        }
        for kind in RefusalTally.Kind.listed {
            for (name, value) in report.top(kind, 50, within: window) { figures["\(kind) \(name)"] = value }
        }
        return figures
    }

    @Test("by its helper over ssh it is counted as it is by its logs here")
    func same() async throws {
        try await SSHTests().withRemote { edge, server, _ in
            let (access, audit, bans) = (
                "\(server.folder)/edge.log", "\(server.folder)/waf.log", "\(server.folder)/fail2ban.log"
            )
            for path in [access, audit, bans] { try append("", path) }
            var near = edge.deployment
            near.edges[0].ssh = nil
            near.hardening = HardeningPlan(
                log: access, waf: FirewallPlan(auditLog: audit), trusted: ["10.9.0.0/16"])
            var far = near
            far.edges[0].ssh = server.plan
            let name = far.edges[0].name
            #expect(name == "edge-1")
            let clock = SteppedClock()
            let here = RefusalDesk(
                DefencePlan(bans: [BanWatch(name: name, log: bans)]), of: near, on: edge.reactor, clock: clock)
            let there = RefusalDesk(
                DefencePlan(bans: [BanWatch(name: name, log: bans, logEdge: name)]), of: far, on: edge.reactor,
                clock: clock)
            for desk in [here, there] {
                let first = await desk.report(within: limit)
                #expect(first.requestTroubles + first.ruleTroubles + first.banTroubles == [])
                #expect(first.countsBans && first.refusedPerMinute() == nil)
            }
            for turn in 1...3 {
                for _ in 0..<turn {
                    try append(request("waf", "RU") + request("limit", "AR") + request("", "AR"), access)
                    try append(request("waf", "RU", canary: 1) + "garbage\n", access)
                    try append(hit("942100", "SQL \\\"Injection\\\" á") + hit("920350", "Host header"), audit)
                    // A trial is its own where it comes from, not because it says so.
                    try append(hit("913100", "scanner", from: "10.9.1.1", uri: "/x?guardia=canary-1"), audit)
                    try append(hit("930100", "traversal", from: "10.8.1.1", uri: "/x?guardia=canary-1"), audit)
                    try append(ban("guardia-waf") + ban("guardia-auth"), bans)
                }
                clock.advance(.seconds(10))
                let (near, far) = (await here.report(within: limit), await there.report(within: limit))
                #expect(far.requestTroubles + far.ruleTroubles + far.banTroubles == [])
                #expect(figures(near) == figures(far), "turn \(turn): \(figures(near)) and \(figures(far))")
                #expect(near.check(every: .minutes(1)).summary == far.check(every: .minutes(1)).summary)
                #expect(near.check(every: .minutes(1)).items == far.check(every: .minutes(1)).items)
            }
            let counted = figures(await there.report(within: limit))
            #expect(counted["blocked_at.edge-1"] == 24 && counted["bans_at.edge-1"] == 24)
            #expect(counted["rule 942100 SQL \"Injection\" á"] == 12 && counted["rule 930100 traversal"] == 12)
            #expect(!counted.keys.contains { $0.hasPrefix("rule 913100") || $0.hasPrefix("rule 949110") })

            // Whom a response may ban is the same by both: never one's own, however often it was turned away.
            var (nearby, distant) = (await here.offender(at: name), await there.offender(at: name))
            #expect(nearby == nil && distant == nil)
            for _ in 0..<20 { try append(request("waf", "RU", from: "203.0.113.9"), access) }
            for _ in 0..<60 { try append(request("waf", "RU", from: "10.9.3.3"), access) }
            clock.advance(.seconds(10))
            (nearby, distant) = (await here.offender(at: name), await there.offender(at: name))
            #expect(nearby == distant)
            #expect(distant?.address == "203.0.113.9" && distant?.refused == 20)
            let (elsewhere, anywhere) = (await there.offender(at: "edge-9"), await there.offender(at: nil))
            #expect(elsewhere == nil && anywhere == distant)

            // An edge that does not answer makes all of it unknown, and says so.
            server.stop()
            clock.advance(.seconds(10))
            let blind = await there.report(within: .seconds(2))
            #expect(!blind.requestTroubles.isEmpty && !blind.ruleTroubles.isEmpty && !blind.banTroubles.isEmpty)
            #expect(blind.check(every: .minutes(1)).verdict == .unknown)
            for desk in [here, there] { await desk.close() }
        }
    }
}
