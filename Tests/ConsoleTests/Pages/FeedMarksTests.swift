import Launch
import Testing

@testable import Console

/// Deploys, rollbacks and flags on the curves of the feed.
@Suite struct FeedMarksTests {
    /// A deploy that was promoted five minutes ago, and a flag that was changed a minute ago.
    static let marked: Firing = {
        var night = Firing.night
        let id = ActionID("deploy-20260312T173717Z-1a2b")
        let ana = Operator(name: "ana", uid: 1000, host: "bastion-1")
        night.launch.say(
            .action(
                .started(
                    .init(
                        id: id, kind: .deploy, by: ana, reason: "search", command: ["guardia", "deploy"],
                        from: .init(colour: "blue"), to: .init(colour: "green", version: "v1.4.1"),
                        steps: [.init(name: "promote", title: "Promote")], pid: 7))), ago: 400)
        night.launch.say(
            .action(.stepEnded(.init(action: id, step: "promote", outcome: .done, detail: "", split: "green"))),
            ago: 300)
        night.launch.say(
            .action(.ended(.init(action: id, outcome: .done, summary: "green serves", split: "green"))), ago: 290)
        let flag = { (share: Int) in
            FlagGlance(FeatureFlag(name: "checkout-v2", rollout: Rollout(percent: share) ?? .none))
        }
        night.launch.say(
            .flag(
                .changed(
                    .init(
                        flag: "checkout-v2", from: flag(5), to: flag(25), words: "5 % → 25 %", by: "ana@bastion-1",
                        source: .guardia))), ago: 60)
        return night
    }()

    @Test("a mark takes the place of one bar and moves no column", arguments: [(120, 40), (200, 60)])
    func marks(width: Int, height: Int) throws {
        let (plain, marked) = (
            Firing.night.model(width, height).pressing("3", "z").frame,
            Self.marked.model(width, height).pressing("3", "z").frame
        )
        func row(_ frame: Frame) throws -> String {
            try #require(
                frame.rows.first { $0.contains("Payment p95") && $0.contains("told: leo") }
            )
        }
        let (before, after) = (Array(try row(plain)), Array(try row(marked)))
        #expect(before.count == after.count)
        let changed = before.indices.filter { before[$0] != after[$0] }
        #expect(changed.map { after[$0] } == ["D", "F"])
        #expect(changed.allSatisfy { "▁▂▃▄▅▆▇█".contains(before[$0]) })
        for y in 0..<marked.size.height { #expect(Text.width(of: marked.text(row: y)) == width) }
    }

    @Test("the feed with marks", arguments: [(120, 40)])
    func snapshot(width: Int, height: Int) {
        expectSnapshot(Self.marked.model(width, height).pressing("3", "z").frame, "feed-\(width)x\(height)")
    }

    @Test("a planned silence is below those that hold")
    func planned() throws {
        let night = Firing.night.saying { night in
            night.say(
                .silenced(
                    Silence(
                        id: "s-2", matchers: [LabelMatcher(name: "service", value: "payments")],
                        from: Timestamp(seconds: BarberPro.now.utc.seconds + 7200),
                        until: Timestamp(seconds: BarberPro.now.utc.seconds + 10_800), by: "leo",
                        comment: "maintenance of the gateway")), ago: 60)
        }
        let rows = night.model(120, 40).pressing("3", "z").frame.rows
        let title = try #require(rows.firstIndex { $0.contains("Silences (2)") })
        #expect(rows[title + 1].contains("43 min left") && rows[title + 1].contains("Jujuy"))
        #expect(rows[title + 2].contains("in 2 h") && rows[title + 2].contains("maintenance of the gateway"))
    }
}
