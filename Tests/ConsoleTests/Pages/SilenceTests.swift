import Launch
import Testing

@testable import Console

/// Where the engine is silent, nothing is drawn as if it were so now; before the journal was read, nothing is said of it.
@Suite struct SilenceTests {
    private func text(_ model: Model) -> String { model.frame.rows.joined(separator: "\n") }

    private var silent: Model {
        BarberPro.calm.model(80, 24, now: BarberPro.calm.now.advanced(by: 29_000))
    }

    @Test func theHandoverBeginsWithTheSilenceAndCallsNothingWell() {
        let model = silent.pressing("O")
        let rows = model.frame.rows
        #expect(rows[3].contains("ENGINE SILENT since") && rows[3].contains("what was last known"), "\(rows[3])")
        #expect(!text(model).contains("nothing fires"), "\(text(model))")
        #expect(text(model).contains("nobody knows"), "\(text(model))")
        let alive = BarberPro.calm.model(80, 24).pressing("O")
        #expect(text(alive).contains("✓ nothing fires") && !text(alive).contains("last known"))
    }

    @Test func anAlertThatIsOverIsNoLongerGreen() throws {
        var board = BarberPro.calm.board
        let facts = AlertEvent.Facts(
            rule: "latency", labels: Labels(["alertname": "latency"]), severity: .critical, summary: "slow",
            since: BarberPro.now)
        for event: AlertEvent in [
            .fired(.init(alert: facts)), .resolved(.init(alert: facts.fingerprint)),
        ] {
            board.apply(Event(origin: "b", at: BarberPro.now.advanced(by: -60_000), body: .alert(event)))
        }
        let alert = try #require(board.alerts[facts.fingerprint])
        func role(_ now: Moment) -> Role {
            Model(board: board, now: now, size: Size(width: 80, height: 24), mode: .operator(name: "ana"))
                .look(of: alert).role
        }
        #expect(role(BarberPro.now) == .ok)
        #expect(role(BarberPro.now.advanced(by: 29_000)) == .stale)
    }

    @Test("until the journal was read for the first time it says so", arguments: [false, true])
    func reading(isWall: Bool) {
        let path = "/var/lib/guardia/guardia.journal"
        var model = Model(
            now: BarberPro.now, size: Size(width: 80, height: 24),
            mode: isWall ? .kiosk(mayQuit: false) : .operator(name: "ana"), reading: path)
        #expect(!model.isSilent)
        #expect(
            text(model).contains(isWall ? "reading the journal" : "reading the journal \(path) …"), "\(text(model))")
        #expect(!text(model).contains("SILENT") && !text(model).contains("NO ENGINE"), "\(text(model))")
        #expect(!text(model).contains("ok"), "\(text(model))")
        // A disk that hangs: nobody is to wait in peace.
        _ = model.update(.tick(BarberPro.now.advanced(by: 12_000)))
        #expect(text(model).contains("HAS NOT COME"), "\(text(model))")
        _ = model.update(.board(Board()))
        #expect(text(model).contains("NO ENGINE"), "\(text(model))")
    }

    @Test func aJournalThatCannotBeReadSaysWhy() {
        var model = Model(
            now: BarberPro.now, size: Size(width: 80, height: 24), mode: .operator(name: "ana"), reading: "/nope")
        _ = model.update(.readerNote("/nope: there is no such file"))
        #expect(text(model).contains("there is no such file") && !text(model).contains("reading"))
        // What is to be done about it is there as well.
        #expect(text(model).contains("NO ENGINE · run guardia watch"), "\(text(model))")
    }

    // MARK: What stands in a digest

    /// A line whose further figure is stale, or over its bound, while its own is well.
    private func digest(_ tick: [Reading], width: Int, height: Int) -> [String] {
        var board = Board()
        board.apply(
            Manifest(
                product: Product(name: "X"), zone: .utc, environment: "test",
                series: [
                    Series(
                        id: "ar.p95", title: "p95 AR", unit: .milliseconds, interval: 1000,
                        thresholds: Thresholds(warning: .above(150), critical: .above(200))),
                    Series(
                        id: "ar.requests", title: "AR requests", unit: .perSecond, interval: 1000,
                        thresholds: Thresholds(warning: .below(10), critical: .below(5))),
                ],
                panes: Panes(health: [
                    .init(
                        title: "p95 AR", main: "ar.p95", facts: [.init(series: "ar.requests", word: "req")])
                ])))
        let now = BarberPro.now
        board.apply(
            Tick(
                at: now.advanced(by: -60_000),
                readings: [Reading("ar.p95", .number(120)), Reading("ar.requests", .number(54))]))
        if !tick.isEmpty { board.apply(Tick(at: now, readings: tick)) }
        board.heartbeat = Heartbeat(at: now)
        return Model(
            board: board, now: now, size: Size(width: width, height: height), mode: .operator(name: "ana")
        ).frame.rows.filter { $0.contains("p95 AR") }
    }

    @Test("only a line's own figure stands as its value, and a ? has its reason", arguments: [(40, 12), (60, 20)])
    func digestLines(width: Int, height: Int) {
        // All of it is old: its own figure, with its time.
        let old = digest([], width: width, height: height)
        #expect(old.contains { $0.contains("120 ms") || $0.contains("17:41") || $0.contains("14:41") }, "\(old)")
        #expect(!old.contains { $0.contains("54") }, "\(old)")
        // Only the further one is: by its name.
        let further = digest([Reading("ar.p95", .number(120))], width: width, height: height)
        #expect(further.contains { $0.contains("req LAST") } && !further.contains { $0.contains("54") }, "\(further)")
        let low = digest(
            [Reading("ar.p95", .number(120)), Reading("ar.requests", .number(4))], width: width, height: height)
        #expect(low.contains { $0.contains("req 4") }, "\(low)")
    }
}
