import Launch
import Testing

@testable import Journal

@Suite("What is told of flags")
struct FlagEventTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func flag(_ percent: Int, _ version: Int64) -> FlagGlance {
        FlagGlance(
            FeatureFlag(
                name: "checkout-v2", rollout: Rollout(percent: percent)!, salt: "a=b%c", allowed: ["u1"],
                algorithm: .flagdLegacy, version: version, updatedBy: "ana maría@b", updatedAt: Timestamp(seconds: 5)))
    }

    private var events: [FlagEvent] {
        [
            .changed(
                .init(
                    flag: "checkout-v2", from: flag(5, 1), to: flag(25, 2), words: "5 % → 25 %", by: "ana@b",
                    reason: "trial", source: .guardia, action: ActionID("flag-set-1"))),
            .rampPlanned(
                .init(
                    action: ActionID("flag-ramp-1"), flag: "checkout-v2",
                    plan: RampPlan(from: .none, steps: [.half, .all], every: .minutes(10), guards: ["kpi.payments"]))),
            .rampTurned(
                .init(
                    action: ActionID("flag-ramp-1"), flag: "checkout-v2", standing: .steppedBack, step: 1, share: .half,
                    due: Timestamp(seconds: 9), reason: "Payments is critical")),
            .changed(.init(flag: "refunds", from: nil, to: nil, words: "gone", by: "", source: .found)),
        ]
    }

    @Test("is read back as it was told, and in the board of whoever opens the journal")
    func isReadBack() throws {
        let writer = try JournalWriter(path: folder.journal, origin: "b")
        try writer.record(.latency, at: .at(0))
        try writer.append(events.map { .flag($0) }, at: .at(1))
        let reader = try JournalReader(path: folder.journal)
        #expect(try reader.events(limit: 10).map(\.body) == events.map { .flag($0) })
        #expect(
            try reader.events(limit: 10).map(\.body.kind) == [
                "flag.changed", "flag.ramp.planned", "flag.ramp.turned", "flag.changed",
            ])
        let board = try reader.currentBoard().flags
        #expect(board.changes.map(\.body.words) == ["5 % → 25 %", "gone"])
        #expect(board.lastChange(of: "checkout-v2")?.body.to == flag(25, 2))
        #expect(board.ramp(of: "checkout-v2")?.turned?.standing == .steppedBack)
        #expect(try reader.verify().holds)
        // And as it was at a time.
        #expect(try reader.board(at: Moment.at(0.5).utc).flags.changes == [])
    }

    @Test("keeps no text of any length that comes from outside")
    func isBounded() throws {
        let long = String(repeating: "x", count: 100_000)
        let writer = try JournalWriter(path: folder.journal, origin: "b")
        try writer.append(
            [
                .flag(
                    .changed(.init(flag: "f", from: nil, to: nil, words: long, by: long, reason: long, source: .found))),
                .flag(
                    .rampTurned(
                        .init(action: ActionID("a"), flag: "f", standing: .holding, step: 0, share: .none, reason: long)
                    )),
            ], at: .at(1))
        for event in try JournalReader(path: folder.journal).events(limit: 10) {
            #expect(try event.body.json().utf8.count < 15_000)
        }
    }
}
