import Launch
import Testing

/// What guardia itself finds, as alerts: from a board alone.
@Suite("The engine's own alerts")
struct EngineAlertsTests {
    private static let id = ActionID("deploy-20260309T120000Z-0001")
    private static let plan = EngineAlertPlan(
        actionStuck: .init(severity: .critical, policy: "default"),
        breakGlass: .init(severity: .critical, policy: "default"),
        checklistOverdue: .init(severity: .warning, policy: "business"))

    private static let edge = EdgeSeries(name: "edge-1")

    private func board() -> Board {
        var manifest = Manifest(
            product: Product(name: "BarberPro"), zone: .utc, launchAt: moment(1000).utc, environment: "production",
            series: [
                series(Self.edge.up, unit: .count, thresholds: Thresholds(critical: .below(1))),
                series(Self.edge.lock, unit: .text),
            ], panes: Panes(),
            deployment: DeploymentFacts(
                colours: ["blue", "green"], edges: [Self.edge], canarySteps: [], bake: .seconds(1)))
        manifest.checklist = [
            ChecklistItem(
                id: "payments", text: "Validate payments", group: "0-24 h", owner: "Backend lead", due: .minutes(10)),
            ChecklistItem(
                id: "journeys", text: "Confirm journeys", group: "0-24 h", owner: "DevOps lead", due: .hours(2)),
        ]
        var board = Board()
        board.apply(manifest)
        return board
    }

    private func tell(_ body: Event.Body, at seconds: Double, _ board: inout Board) {
        board.apply(Event(origin: "t", at: moment(seconds), body: body))
    }

    private func started(_ id: ActionID = id, kind: ActionKind = .deploy, breaksGlass: Bool? = nil) -> Event.Body {
        .action(
            .started(
                .init(
                    id: id, kind: kind, by: Operator(name: "ana", uid: 1000, host: "bastion"),
                    reason: "no one else is awake",
                    command: [],
                    to: .init(colour: "green", version: "v1.5.0"), edges: ["edge-1"],
                    steps: [.init(name: "flip", title: "Flip 25 %")], pid: 7, breaksGlass: breaksGlass)))
    }

    private func look(_ edge: Double?, lock: String, at seconds: Double, _ board: inout Board) {
        var readings = [Reading(Self.edge.up, .number(edge ?? 0))]
        readings.append(Reading(Self.edge.lock, edge == nil ? .missed("no answer") : .text(lock)))
        board.apply(Tick(at: moment(seconds), readings: readings))
        board.heartbeat = Heartbeat(at: moment(seconds))
    }

    private func found(_ board: Board, at seconds: Double, _ plan: EngineAlertPlan = plan) -> [AlertEvent.Facts] {
        EngineAlerts(board, plan, at: moment(seconds)).alerts
    }

    private var held: String { "ana@bastion \(Self.id.text) deploy" }
    private var lapsed: String { EdgeLock.lapsedMark + held }

    @Test func anActionThatRunsIsNone() {
        var board = board()
        tell(started(), at: 0, &board)
        look(1, lock: held, at: 1, &board)
        #expect(found(board, at: 1).isEmpty)
    }

    @Test func anActionWhoseLockHasLapsedIsOneUntilItGoesOn() throws {
        var board = board()
        tell(started(), at: 0, &board)
        tell(.action(.stepStarted(.init(action: Self.id, step: "flip"))), at: 1, &board)
        look(1, lock: lapsed, at: 30, &board)
        let alert = try #require(found(board, at: 30).first)
        #expect(found(board, at: 30).count == 1)
        #expect(alert.rule == "ActionStuck" && alert.severity == .critical && alert.policy == "default")
        #expect(
            alert.summary.contains("v1.5.0") && alert.summary.contains("hangs") && alert.summary.contains("Flip 25 %"))
        #expect(alert.runbook == "#action-stuck")
        look(1, lock: held, at: 31, &board)
        #expect(found(board, at: 31).isEmpty)
    }

    @Test func anEdgeThatCannotBeAskedEndsNoAlertAndBeginsNone() throws {
        var board = board()
        tell(started(), at: 0, &board)
        look(nil, lock: "", at: 1, &board)
        #expect(found(board, at: 1).isEmpty)
        look(1, lock: lapsed, at: 30, &board)
        let alert = try #require(found(board, at: 30).first)
        tell(.alert(.fired(.init(alert: alert))), at: 30, &board)
        look(nil, lock: "", at: 31, &board)
        #expect(found(board, at: 31).map(\.fingerprint) == [alert.fingerprint])
    }

    @Test func thatItHungAndDiedIsOneAlertThatEndsWhenItIsUndone() throws {
        var board = board()
        tell(started(), at: 0, &board)
        look(1, lock: lapsed, at: 30, &board)
        let hung = try #require(found(board, at: 30).first)
        let record = try #require(board.actions[Self.id])
        tell(.action(.ended(.died(record))), at: 31, &board)
        let dead = try #require(found(board, at: 31).first)
        #expect(dead.fingerprint == hung.fingerprint)
        #expect(dead.summary.contains("died") && dead.summary.contains("guardia abort undoes it"))
        #expect(found(board, at: 9999).contains { $0.rule == "ActionStuck" }, "it does not end by itself")
        let undo = ActionID("rollback-20260309T120100Z-0002")
        tell(started(undo, kind: .rollback), at: 40, &board)
        tell(.action(.ended(.init(action: undo, outcome: .done, summary: "blue serves"))), at: 41, &board)
        #expect(found(board, at: 42).isEmpty)
    }

    @Test func aDeployWithoutApprovalIsOneWhileItRunsAndAWhileLonger() throws {
        var board = board()
        tell(started(breaksGlass: true), at: 0, &board)
        let alert = try #require(found(board, at: 1).first)
        #expect(found(board, at: 1).count == 1)
        #expect(alert.rule == "BreakGlass" && alert.severity == .critical && alert.policy == "default")
        #expect(alert.labels["by"] == "ana" && alert.runbook == "#break-glass")
        #expect(
            alert.summary.hasPrefix("BREAK GLASS: ") && alert.summary.contains("v1.5.0")
                && alert.summary.contains("ana@bastion") && alert.summary.hasSuffix("no one else is awake"))
        // However soon it is over, whoever is paged finds it still; however long it runs, it stays.
        tell(.action(.ended(.init(action: Self.id, outcome: .done, summary: "done"))), at: 5, &board)
        #expect(found(board, at: 899).map(\.fingerprint) == [alert.fingerprint])
        #expect(found(board, at: 901).isEmpty)
        let long = ActionID("deploy-20260309T130000Z-0003")
        tell(started(long, breaksGlass: true), at: 1000, &board)
        #expect(found(board, at: 9000).contains { $0.rule == "BreakGlass" && $0.labels["action"] == long.text })
        // One that was refused changed nothing.
        let refused = ActionID("deploy-20260309T140000Z-0004")
        tell(started(refused, breaksGlass: true), at: 1001, &board)
        tell(.action(.ended(.init(action: refused, outcome: .refused, summary: "frozen"))), at: 1002, &board)
        #expect(!found(board, at: 1003).contains { $0.labels["action"] == refused.text })
    }

    @Test func anItemWhoseTimeIsOverNamesItsOwnerUntilItIsTicked() throws {
        var board = board()
        #expect(found(board, at: 1599).isEmpty)
        let alert = try #require(found(board, at: 1601).first)
        #expect(alert.rule == "ChecklistOverdue" && alert.severity == .warning && alert.policy == "business")
        #expect(alert.labels["item"] == "payments" && alert.labels["owner"] == "Backend lead")
        #expect(alert.summary.contains("Backend lead") && alert.summary.contains("guardia checklist tick payments"))
        #expect(found(board, at: 1700).first?.summary == alert.summary, "that time passes is no news")
        tell(
            .checklist(
                .ticked(.init(item: "payments", by: Operator(name: "ana", uid: 1, host: "b"), revision: 0))), at: 1700,
            &board)
        #expect(found(board, at: 1701).isEmpty)
    }

    @Test func aHeldLaunchClockMakesNothingLate() {
        var board = board()
        tell(.readiness(.clockHeld(.init(by: "ana", reason: "looking", base: moment(1000).utc))), at: 900, &board)
        #expect(found(board, at: 1601).isEmpty)
        tell(.readiness(.clockResumed(.init(by: "ana", reason: "", base: moment(1000).utc))), at: 1700, &board)
        // Held for 800 s: due at 2400 s.
        #expect(found(board, at: 2399).isEmpty)
        #expect(found(board, at: 2401).count == 1)
    }

    @Test func whatIsSwitchedOffIsNotFound() {
        var board = board()
        tell(started(), at: 0, &board)
        look(1, lock: lapsed, at: 2000, &board)
        #expect(found(board, at: 2000).count == 2)
        #expect(
            found(board, at: 2000, EngineAlertPlan(actionStuck: nil, breakGlass: nil, checklistOverdue: nil)).isEmpty)
    }
}
