import Foundation
import Journal
import Launch
import Rehearsal
import Security
import Testing

/// `guardia security` on a real edge: what works is proved, and every broken defence is noticed.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: HardenedEdge.isInstalled, "see scripts/deps"))
struct DefenceSurveyTests {
    private func item(_ name: String, _ check: SecurityCheck) throws -> SecurityCheck.Item {
        try #require(check.items.first { $0.name == name }, "\(name) of \(check.items.map(\.name))")
    }

    @Test func aWorkingEdgeIsProved() async throws {
        try await withHardenedEdge { (edge) async throws in
            let check = try await edge.survey { $0.publicURLs = [edge.url] }
            for item in check.items { #expect(item.verdict == .ok, "\(item.name): \(item.text)") }
            let names = Set(check.items.map(\.name))
            for name in [
                "clean", "clean text", "sql injection", "cross-site scripting", "path traversal", "command injection",
                "method",
                "identity number in a URL", "security headers", "limit api", "limit auth", "limit payment",
                "limit booking",
                "limit uri", "limit agent", "logs", "configuration",
            ] { #expect(names.contains("edge-1 \(name)"), "\(name)") }
            #expect(try item("rule set", check).text.hasPrefix("OWASP CRS 3"))
            // Nobody is counted or banned for it.
            var reader = RefusalReader(
                [EdgeLogs(edge: "edge-1", access: edge.plan.log, audit: edge.plan.waf?.auditLog)], bans: [])
            // A look back from some minutes on: what stood there before is counted by its own time.
            reader.read(SystemClock().now().utc + .minutes(2))
            #expect(reader.report.refusedPerMinute() ?? 0 == 0 && reader.unreadable == 0)
            // Asked again at once, the limits are met again: nobody else's place was taken.
            #expect(try await edge.status("/login") == 200)
        }
    }

    @Test func aFirewallThatOnlyDetectsIsNoticed() async throws {
        try await withHardenedEdge(breaking: {
            $0.rules = $0.rules.replacing("SecRuleEngine On", with: "SecRuleEngine DetectionOnly")
        }) { (edge) async throws in
            let check = try await edge.survey()
            #expect(try item("edge-1 sql injection", check).verdict == .critical)
            #expect(try item("edge-1 clean", check).verdict == .ok)
            #expect(check.verdict == .critical)
        }
    }

    @Test func aFirewallThatOnlyDetectsByConfigIsAWarning() async throws {
        try await withHardenedEdge({ $0.waf?.onlyDetects = true }) { (edge) async throws in
            let check = try await edge.survey()
            #expect(try item("edge-1 sql injection", check).verdict == .warning)
            #expect(check.verdict == .warning)
        }
    }

    @Test func aFirewallThatIsOffIsNoticed() async throws {
        try await withHardenedEdge(breaking: {
            $0.server = $0.server.replacing("modsecurity on;", with: "modsecurity off;")
        }) { (edge) async throws in
            let check = try await edge.survey()
            #expect(try item("edge-1 cross-site scripting", check).verdict == .critical)
        }
    }

    @Test func aFirewallThatTurnsCustomersAwayIsNoticed() async throws {
        try await withHardenedEdge({ $0.waf?.paranoia = 4 }) { (edge) async throws in
            let check = try await edge.survey()
            #expect(try item("edge-1 clean text", check).verdict == .critical)
        }
    }

    @Test func aLimitThatWasRemovedIsNoticed() async throws {
        try await withHardenedEdge(breaking: { texts in
            for name in ["auth", "uri"] {
                texts.server = texts.server.split(separator: "\n", omittingEmptySubsequences: false)
                    .filter { !$0.hasPrefix("limit_req zone=guardia_\(name) ") }.joined(separator: "\n")
            }
        }) { (edge) async throws in
            let check = try await edge.survey()
            for name in ["auth", "uri"] {
                #expect(try item("edge-1 limit \(name)", check).verdict == .critical, "\(name)")
            }
            for name in ["payment", "booking", "api", "agent"] {
                #expect(try item("edge-1 limit \(name)", check).verdict == .ok, "\(name)")
            }
        }
    }

    @Test func aConfigurationThatIsNotTheRenderedOneIsNoticed() async throws {
        try await withHardenedEdge { (edge) async throws in
            var deployment = edge.deployment
            deployment.hardening?.classes[0].limit = .init(1, .minute, burst: 1)
            let survey = try #require(
                DefenceSurvey(DefencePlan(), of: deployment, on: edge.reactor, clock: SystemClock()))
            let item = try item("edge-1 configuration", await survey.take())
            #expect(item.verdict == .critical)
            #expect(item.text.contains("guardia edge install edge-1"))
        }
    }

    @Test func headersAndFiltersThatAreGoneAreNoticed() async throws {
        try await withHardenedEdge(breaking: {
            $0.server = $0.server.replacing("add_header X-Frame-Options \"DENY\" always;", with: "")
                .replacing("if ($guardia_identity) { return 400; }", with: "")
                .replacing("if ($guardia_method_refused) { return 405; }", with: "")
        }) { (edge) async throws in
            let check = try await edge.survey()
            #expect(try item("edge-1 security headers", check).text.contains("X-Frame-Options"))
            #expect(try item("edge-1 security headers", check).verdict == .warning)
            #expect(try item("edge-1 identity number in a URL", check).verdict == .critical)
            #expect(try item("edge-1 method", check).verdict == .critical)
        }
    }

    /// The trap of rotation: neither a reload nor USR1 makes ModSecurity open its log anew.
    @Test func aLogThatIsNoLongerWrittenIsNoticed() async throws {
        try await withHardenedEdge { (edge) async throws in
            let log = try #require(edge.plan.waf?.auditLog)
            try FileManager.default.moveItem(atPath: log, toPath: "\(log).1")
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            let item = try item("edge-1 logs", await edge.survey())
            #expect(item.verdict == .critical)
            #expect(item.text.contains(log))
        }
    }

    @Test func anEdgeThatDoesNotAnswerIsUnknown() async throws {
        try await withHardenedEdge { (edge) async throws in
            await edge.nginx.stop()
            let check = try await edge.survey()
            #expect(check.verdict == .unknown)
            #expect(
                check.items.filter { $0.name.hasPrefix("edge-1 ") && !$0.name.hasSuffix("logs") }.allSatisfy {
                    $0.verdict == .unknown
                })
        }
    }

    @Test func oldRulesAreAWarning() async throws {
        try await withHardenedEdge { (edge) async throws in
            let check = try await edge.survey { $0.maximumAgeOfRules = .days(1) }
            #expect(try item("rule set", check).verdict == .warning)
        }
    }
}
