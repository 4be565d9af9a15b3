import Testing

@testable import Launch

/// A launch with one figure, `app.p95`, over an hour, and what moved its traffic.
private struct Story {
    var board = Board()

    init() {
        board.apply(
            Manifest(
                product: Product(name: "X"), zone: .utc, environment: "test",
                series: [
                    series("app.p95", thresholds: Thresholds(critical: .above(1500))),
                    series("app.free", unit: .percent, thresholds: Thresholds(warning: .below(10))),
                ],
                panes: Panes(
                    health: [
                        Panes.Row(title: "App", main: "app.p95", facts: [Panes.Fact(series: "app.free", word: "free")])
                    ])))
    }

    mutating func read(_ p95: Double, from start: Int, to end: Int) {
        for second in start..<end {
            // It scatters a little, as what is measured does.
            let value = p95 * (1 + Double(second % 5) / 100)
            board.apply(
                Tick(
                    at: moment(Double(second)),
                    readings: [Reading("app.p95", .number(value)), Reading("app.free", .number(50))]))
        }
    }

    mutating func move(_ kind: ActionKind, from: String, to: String, at second: Double) -> ActionID {
        let id = ActionID("\(kind.rawValue)-\(Int(second))")
        func tell(_ event: ActionEvent) {
            board.apply(Event(origin: "bastion", at: moment(second), body: .action(event)))
        }
        tell(
            .started(
                .init(
                    id: id, kind: kind, by: Operator(name: "ana", uid: 1000, host: "bastion"), reason: "",
                    command: [], from: .init(colour: from, version: "v-\(from)"),
                    to: .init(colour: to, version: "v-\(to)"), steps: [.init(name: "flip", title: "Flip")], pid: 1)))
        tell(.stepStarted(.init(action: id, step: "flip")))
        tell(.stepEnded(.init(action: id, step: "flip", outcome: .done, detail: "", split: to)))
        tell(.ended(.init(action: id, outcome: .done, summary: "", split: to)))
        return id
    }

    mutating func fire(at second: Double, since: Double) {
        let facts = AlertEvent.Facts(
            rule: "slow", labels: ["alertname": "slow"], severity: .critical, summary: "slow", since: moment(since))
        board.apply(Event(origin: "bastion", at: moment(second), body: .alert(.fired(.init(alert: facts)))))
    }

    func figures(of id: ActionID, at second: Double) throws -> WatchFigures {
        let record = try #require(board.actions[id])
        return try #require(WatchFigures(of: record, board: board, now: moment(second)))
    }

    func row(of id: ActionID, at second: Double) throws -> WatchFigures.Row {
        let rows = try figures(of: id, at: second).rows
        return try #require(rows.first { $0.id == "app.p95" })
    }
}

@Suite struct WatchFiguresTests {
    @Test func aRollbackIsComparedWithTheIncidentNotWithTheQuarterOfAnHourBefore() throws {
        var story = Story()
        story.read(95, from: 0, to: 1200)
        let deploy = story.move(.deploy, from: "blue", to: "green", at: 1200)
        story.read(2400, from: 1200, to: 1380)
        let rollback = story.move(.rollback, from: "green", to: "blue", at: 1380)
        // The figure of the last minute tells the incident for one more.
        story.read(2400, from: 1380, to: 1430)
        story.read(96, from: 1430, to: 1700)

        let row = try story.row(of: rollback, at: 1700)
        #expect(row.comparison.verdict == .better)
        #expect(row.comparison.before.map { $0 > 2000 } == true && row.comparison.after.map { $0 < 110 } == true)
        #expect(row.isRecovered == true)
        let figures = try story.figures(of: rollback, at: 1700)
        #expect(figures.times.incident?.version == "v-green")
        let summary = WatchSummary(figures, on: story.board)
        #expect(summary.times == "5 min 20 s after against 1 min 58 s of v-green")
        #expect(summary.verdicts == ["recovered: app.p95 2,4 s → 98 ms", "1 the same"])
        #expect(try story.row(of: deploy, at: 1379).comparison.verdict == .worse)
        // What came after the rollback is not the deploy's doing, however long one waits.
        #expect(try story.row(of: deploy, at: 1700).comparison.verdict == .worse)
        #expect(try story.figures(of: deploy, at: 1700).after == .seconds(179))
    }

    @Test func betterThanTheIncidentIsNotWellYet() throws {
        var story = Story()
        story.read(95, from: 0, to: 1200)
        _ = story.move(.deploy, from: "blue", to: "green", at: 1200)
        story.read(2400, from: 1200, to: 1500)
        let rollback = story.move(.rollback, from: "green", to: "blue", at: 1500)
        story.read(400, from: 1500, to: 1900)
        let row = try story.row(of: rollback, at: 1900)
        #expect(row.comparison.verdict == .better && row.isRecovered == false)
        #expect(row.unreached.map { $0 < 100 } == true)
        let verdicts = WatchSummary(try story.figures(of: rollback, at: 1900), on: story.board).verdicts
        #expect(verdicts == ["not as before: app.p95 2,4 s → 408 ms, was 97 ms before", "1 the same"])
    }

    @Test func aReleaseThatWentIllAfterHoursIsComparedFromWhenItWasIll() throws {
        var story = Story()
        story.read(95, from: 0, to: 300)
        _ = story.move(.deploy, from: "blue", to: "green", at: 300)
        story.read(95, from: 300, to: 3000)
        story.fire(at: 3020, since: 3000)
        story.read(2400, from: 3000, to: 3180)
        let rollback = story.move(.rollback, from: "green", to: "blue", at: 3180)
        story.read(96, from: 3180, to: 3500)
        let row = try story.row(of: rollback, at: 3500)
        #expect(row.comparison.verdict == .better)
        #expect(row.comparison.before.map { $0 > 2000 } == true)
    }

    @Test func anIncidentThatGrewIsNoNoise() throws {
        var story = Story()
        story.read(95, from: 0, to: 1200)
        _ = story.move(.deploy, from: "blue", to: "green", at: 1200)
        for minute in 0..<5 {
            story.read(300 + 700 * Double(minute), from: 1200 + minute * 60, to: 1260 + minute * 60)
        }
        let rollback = story.move(.rollback, from: "green", to: "blue", at: 1500)
        story.read(96, from: 1500, to: 1900)
        #expect(try story.row(of: rollback, at: 1900).comparison.verdict == .better)
    }

    @Test func aRollbackThatHelpedNothingIsNotCalledTheSameAsBefore() throws {
        var story = Story()
        story.read(95, from: 0, to: 1200)
        _ = story.move(.deploy, from: "blue", to: "green", at: 1200)
        story.read(2400, from: 1200, to: 1500)
        let rollback = story.move(.rollback, from: "green", to: "blue", at: 1500)
        story.read(2400, from: 1500, to: 1900)
        let row = try story.row(of: rollback, at: 1900)
        #expect(row.comparison.verdict == .same && row.isRecovered == false)
        #expect(WatchSummary.word(row) == "same, not as before")
        #expect(try story.figures(of: rollback, at: 1900).ordered.first?.id == "app.p95")
    }

    @Test func aDeployIsComparedWithTheReleaseThatItReplacedAlone() throws {
        var story = Story()
        story.read(2400, from: 0, to: 1000)
        _ = story.move(.rollback, from: "green", to: "blue", at: 1000)
        story.read(95, from: 1000, to: 1300)
        let deploy = story.move(.deploy, from: "blue", to: "green", at: 1300)
        story.read(95, from: 1300, to: 1700)
        let row = try story.row(of: deploy, at: 1700)
        #expect(row.comparison.verdict == .same && row.recovery == nil)
        #expect(row.comparison.before.map { $0 < 110 } == true)
    }
}

extension WatchFiguresTests {
    @Test func aBusinessFigureSaysTheSameOfAMoveAsThePageOfIt() throws {
        var story = Story()
        let kpi = Kpi(name: "p95", title: "p95", series: "app.p95", comparesDeploy: true)
        var manifest = try #require(story.board.manifest)
        manifest.kpis = [kpi]
        story.board.apply(manifest)
        story.read(95, from: 0, to: 1200)
        _ = story.move(.deploy, from: "blue", to: "green", at: 1200)
        story.read(2400, from: 1200, to: 1500)
        let rollback = story.move(.rollback, from: "green", to: "blue", at: 1500)
        story.read(96, from: 1500, to: 1900)
        let change = try #require(KpiState(kpi, on: story.board, at: moment(1900), engineSilent: false).deploy)
        let row = try story.row(of: rollback, at: 1900)
        #expect(change.was == row.comparison.before && change.verdict == row.comparison.verdict)
    }
}

@Suite struct AlertAgeTests {
    @Test func anAlertmanagersAlertIsAsOldAsItTellsAndOneOfOursAsItsFiring() throws {
        var log = AlertLog()
        for (name, source) in [("ours", nil), ("theirs", "alertmanager")] as [(String, String?)] {
            let facts = AlertEvent.Facts(
                rule: name, labels: Labels(["alertname": name]), severity: .critical, summary: name, since: moment(10),
                source: source)
            log.take(.fired(.init(alert: facts)), at: moment(100))
        }
        let ages = Dictionary(uniqueKeysWithValues: log.firing.map { ($0.facts.rule, $0.firesSince) })
        #expect(ages["ours"] == moment(100))
        #expect(ages["theirs"] == moment(10))
    }
}
