import Foundation
import Launch
import Rehearsal
import Security
import Testing
import Wire

@testable import Watch

/// What the edges turn away, as series: from the lines of their logs to the board.
@Suite struct DefenceProberTests {
    private let folder = NSTemporaryDirectory() + "defence-\(UUID().uuidString)"
    private let clock = ManualClock()

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["access", "bans"] { try Data().write(to: URL(filePath: "\(folder)/\(name)")) }
    }

    private var plan: DefencePlan {
        DefencePlan(
            bans: [BanWatch(name: "edge-1", log: "\(folder)/bans")],
            logs: [EdgeLogs(edge: "edge-1", access: "\(folder)/access")])
    }

    private var deployment: Deployment {
        Deployment(
            colours: [], edges: [EdgePlan(name: "edge-1", door: "/x", front: "http://127.0.0.1:1", helper: "/x")],
            release: ReleasePlan(command: CommandPlan(words: [])), hardening: HardeningPlan(log: "/nowhere"))
    }

    private func prober(_ lab: ProbeLab) -> DefenceProber {
        DefenceProber(DefenceTarget(plan: plan, deployment: deployment), in: lab.context)
    }

    private func append(_ text: String, _ name: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: "\(folder)/\(name)"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private func request(_ reason: String, _ country: String) -> String {
        #"{"ts":"2026-11-27T09:06:54+00:00","ip":"10.0.0.1","country":"\#(country)","class":"api","method":"GET","path":"/x","status":403,"refused":"\#(reason)","canary":0}"#
            + "\n"
    }

    @Test func whatIsRefusedBecomesSeriesThatAgeWhenALogIsGone() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let lab = try ProbeLab(clock: clock)
        let prober = prober(lab)
        #expect(try await prober.measurements() == [:], "the first look begins to count")
        for _ in 0..<6 { try append(request("waf", "RU"), "access") }
        for _ in 0..<4 { try append(request("limit", "AR") + request("", "AR"), "access") }
        try append("2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-waf] Ban 10.0.0.1\n", "bans")
        clock.advance(.seconds(10))
        var found = try await prober.measurements()
        #expect(found["requests"] == .number(84) && found["blocked"] == .number(60) && found["bans"] == .number(6))
        #expect(found["blocked.waf"] == .number(36) && found["blocked.limit"] == .number(24))
        #expect(found["blocked.slow"] == .number(0) && found["up"] == nil)
        #expect(found["blocked_at.edge-1"] == .number(60) && found["bans_at.edge-1"] == .number(6))
        #expect(found["reasons"] == .text("waf, limit") && found["countries"] == .text("RU, AR"))
        // What it brings is what the config's catalogue says that it brings.
        let measures = Set(plan.measures(of: ["edge-1"]).map(\.name))
        #expect(Set(found.keys) == measures)
        #expect(Set(plan.series(of: deployment).map(\.id.name)) == Set(measures.union(["up"]).map { "defence.\($0)" }))

        // On the board it has an age; a log that is gone makes it the last that was known, then unknown.
        var board = Board(span: .hours(1))
        board.apply(
            Manifest(
                product: Product(name: "p"), zone: .utc, environment: "test", series: plan.series(of: deployment),
                panes: Panes()))
        func apply(_ found: [String: Launch.Measurement]) {
            board.apply(
                Tick(
                    at: clock.now(),
                    readings: found.map { Reading(SeriesID("defence.\($0.key)"), $0.value) }))
        }
        apply(found)
        #expect(board.track("defence.blocked")?.number == 60)
        try FileManager.default.removeItem(atPath: "\(folder)/access")
        clock.advance(.seconds(10))
        found = try await prober.measurements()
        for measure in measures.subtracting(["bans", "bans_at.edge-1"]).union(["up"]) {
            guard case .missed(let reason)? = found[measure] else {
                Issue.record("\(measure) is \(String(describing: found[measure]))")
                continue
            }
            #expect(reason.contains("/access cannot be read"))
        }
        #expect(found["bans"] == .number(3), "fail2ban's log is still there")
        apply(found)
        #expect(board.track("defence.blocked")?.miss?.contains("cannot be read") == true)
        #expect(board.track("defence.blocked")?.number == 60)
        clock.advance(.minutes(1))
        let judged = board.assessment(of: "defence.blocked", at: clock.now(), engineSilent: false)
        #expect(judged.verdict == .unknown && judged.freshness == .lastKnown)
        await prober.close()
    }

    @Test func aCountIsUsableInAnAlertRule() throws {
        let series = try #require(plan.series(of: deployment).first { $0.id == "defence.blocked" })
        #expect(series.unit == .perMinute && series.interval == .seconds(10) && series.title == "Edge blocked requests")
        #expect(plan.series(of: deployment).first { $0.tellsWhetherUp }?.subject == "Edge logs")
    }
}
