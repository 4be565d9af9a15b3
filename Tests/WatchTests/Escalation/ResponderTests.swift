import Foundation
import Launch
import Synchronization
import Testing
import Watch

/// What the engine does by itself, and what the journal is told of it.
struct ResponderTests {
    /// What the responder did, in place of doing it.
    private final class Deeds: Sendable {
        private let state = Mutex<(done: [String], calls: [String])>(([], []))
        var done: [String] { state.withLock { $0.done } }
        var calls: [String] { state.withLock { $0.calls } }
        func note(_ deed: String) { state.withLock { $0.done.append(deed) } }
        func call(_ words: String) { state.withLock { $0.calls.append(words) } }
    }

    /// Stands for the time before an alert is looked at again: it passes when the test says so.
    private final class Gate: Sendable {
        private let state = Mutex<(spans: [Duration], waiting: [CheckedContinuation<Void, Never>], isOpen: Bool)>(
            ([], [], false))
        var spans: [Duration] { state.withLock { $0.spans } }

        func wait(_ span: Duration) async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    state.spans.append(span)
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }

        /// Until somebody waits.
        func expectWaiting() async throws {
            let end = ContinuousClock.now + .seconds(30)
            while state.withLock({ $0.waiting.isEmpty }) {
                try #require(ContinuousClock.now < end, "nobody waits")
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    private let clock = ManualClock()
    private let recorder = MemoryRecorder()
    private let deeds = Deeds()
    private let gate = Gate()

    private func responder(
        _ plans: [ResponsePlan], history: [Event] = [], failing: String? = nil, offender: String? = nil
    ) -> Responder {
        let (deeds, gate) = (deeds, gate)
        return Responder(
            plans, history: history,
            hands: .init(
                run: { words, _ in
                    deeds.note(words.joined(separator: " "))
                    return failing
                },
                post: { _, body, _ in
                    deeds.note("POST \(String(decoding: body, as: UTF8.self))")
                    return failing
                },
                rollBack: { reason in
                    deeds.note("rollback: \(reason)")
                    return failing
                },
                offender: { edge in edge.flatMap { edge in offender.map { "\($0)@\(edge)" } } ?? offender }),
            recorder: recorder, clock: clock, wait: { await gate.wait($0) }
        ) { policy, alert, words, by in
            deeds.call("\(policy), \(alert?.rule ?? "-"), \(by): \(words)")
        }
    }

    private static func facts(
        _ labels: Labels = ["alertname": "api_down", "host": "api-1"], severity: Severity = .critical, at moment: Moment
    ) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: labels["alertname"], labels: labels, severity: severity, summary: "it is down", since: moment)
    }

    private func fire(_ responder: Responder, _ facts: AlertEvent.Facts) async {
        await responder.hear([(.fired(.init(alert: facts)), clock.now())])
    }

    private func event(_ body: Event.Body) -> Event { Event(origin: "t", at: clock.now(), body: body) }

    private var told: [String] {
        get async {
            await recorder.events.map { body in
                guard case .response(let event) = body else { return body.kind }
                return switch event {
                case .waiting: "waiting"
                case .started(let body): "started \(body.deed)"
                case .ended(let body): "\(body.outcome.rawValue): \(body.detail)"
                }
            }
        }
    }

    private static let restart = ResponsePlan(
        name: "restart", on: .alert([LabelMatcher(name: "alertname", value: "api_down")]),
        deed: .run(["/bin/restart", "{label:host}", "{severity}"]), escalate: "default")

    // MARK: Deeds

    @Test func aCommandIsRunWithTheAlertsOwnWordsAndJournaledBeforeAndAfter() async {
        let responder = responder([Self.restart])
        await fire(responder, Self.facts(at: clock.now()))
        await responder.settle()
        #expect(deeds.done == ["/bin/restart api-1 critical"])
        #expect(
            await told == ["started /bin/restart api-1 critical", "done: /bin/restart api-1 critical"])
        #expect(deeds.calls.isEmpty)
        // It fires on: nothing more is done.
        await fire(responder, Self.facts(at: clock.now()))
        await responder.settle()
        #expect(deeds.done.count == 1)
    }

    @Test func whatFailsIsToldToPeople() async {
        let responder = responder([Self.restart], failing: "it ended with 1: no such unit")
        await fire(responder, Self.facts(at: clock.now()))
        await responder.settle()
        #expect(await told.last == "failed: it ended with 1: no such unit")
        #expect(
            deeds.calls == ["default, api_down, response restart: restart failed: it ended with 1: no such unit"])
    }

    @Test func aWebhookGetsTheAlertAsJSON() async throws {
        let plan = ResponsePlan(name: "scale", on: Self.restart.on, deed: .webhook(.plain("https://scale.example")))
        let responder = responder([plan])
        let facts = Self.facts(at: clock.now())
        await fire(responder, facts)
        await responder.settle()
        let body = try #require(deeds.done.first?.dropFirst(5))
        let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        #expect(json?["response"] as? String == "scale")
        #expect((json?["alert"] as? [String: Any])?["fingerprint"] as? String == facts.fingerprint.text)
        // The address may be a secret: it is not told.
        #expect(await told == ["started POST to the webhook of scale", "done: POST to the webhook of scale"])
    }

    @Test func aDryRunSaysWhatItWouldDoAndDoesNothing() async {
        var plan = Self.restart
        plan.dryRun = true
        let responder = responder([plan])
        await fire(responder, Self.facts(at: clock.now()))
        await responder.settle()
        #expect(deeds.done.isEmpty)
        #expect(await told.last == "dryRun: would do: /bin/restart api-1 critical")
    }

    @Test func beyondItsLimitPeopleAreToldInstead() async {
        let responder = responder([Self.restart])
        for host in ["a", "b", "c"] {
            await fire(responder, Self.facts(["alertname": "api_down", "host": host], at: clock.now()))
            await responder.settle()
        }
        #expect(deeds.done.count == 2)
        #expect(await told.last == "limited: it was done 2 times within an hour: people must look")
        #expect(deeds.calls.count == 1 && deeds.calls[0].contains("did not help"))
        clock.advance(.minutes(61))
        await fire(responder, Self.facts(["alertname": "api_down", "host": "d"], at: clock.now()))
        await responder.settle()
        #expect(deeds.done.count == 3)
    }

    @Test func aSeverityIsMatchedAndAnAlertThatBecomesWorseIsAnswered() async {
        var plan = Self.restart
        plan.on = .alert([LabelMatcher(name: "severity", value: "critical")])
        let responder = responder([plan])
        await fire(responder, Self.facts(severity: .warning, at: clock.now()))
        await responder.settle()
        #expect(deeds.done.isEmpty)
        await fire(responder, Self.facts(at: clock.now()))
        await fire(responder, Self.facts(at: clock.now()))
        await responder.settle()
        #expect(deeds.done == ["/bin/restart api-1 critical"])
    }

    // MARK: Holes

    @Test func aCommandWithAHoleIsNotRun() async {
        let responder = responder([Self.restart])
        await fire(responder, Self.facts(["alertname": "api_down"], at: clock.now()))
        await responder.settle()
        #expect(deeds.done.isEmpty)
        #expect(await told == ["failed: {label:host} stands for nothing: nothing was run"])
        #expect(deeds.calls.count == 1)
    }

    private static let ban = ResponsePlan(
        name: "ban", on: .alert([LabelMatcher(name: "alertname", value: "attack")]),
        deed: .run(["/bin/ban", "{label:edge}", "{address}"]), escalate: "default")

    @Test func anAttackBansWhomItsEdgeTurnsAwayMost() async {
        let responder = responder([Self.ban], offender: "203.0.113.9")
        await fire(responder, Self.facts(["alertname": "attack", "edge": "edge-1"], at: clock.now()))
        await responder.settle()
        #expect(deeds.done == ["/bin/ban edge-1 203.0.113.9@edge-1"])
    }

    @Test func whereNobodyStandsOutNobodyIsBanned() async {
        let responder = responder([Self.ban])
        await fire(responder, Self.facts(["alertname": "attack", "edge": "edge-1"], at: clock.now()))
        await responder.settle()
        #expect(deeds.done.isEmpty && deeds.calls.isEmpty)
        #expect(await told.first?.hasPrefix("notNeeded: no address stands out") == true)
    }

    // MARK: Recheck

    private static let checked: ResponsePlan = {
        var plan = restart
        plan.recheck = .seconds(20)
        return plan
    }()

    @Test func whatStillFiresAfterTheRecheckIsAnswered() async throws {
        let responder = responder([Self.checked])
        await fire(responder, Self.facts(at: clock.now()))
        try await gate.expectWaiting()
        #expect(await told == ["waiting"] && deeds.done.isEmpty)
        #expect(gate.spans == [.seconds(20)])
        gate.open()
        await responder.settle()
        #expect(deeds.done.count == 1)
    }

    @Test(arguments: [true, false])
    func whatIsOverOrTakenByThenIsLeftAlone(isTaken: Bool) async throws {
        let responder = responder([Self.checked])
        let facts = Self.facts(at: clock.now())
        await fire(responder, facts)
        try await gate.expectWaiting()
        let word: AlertEvent =
            isTaken
            ? .acknowledged(.init(alert: facts.fingerprint, by: "ana", way: .sms, until: nil))
            : .resolved(.init(alert: facts.fingerprint))
        await responder.hear([(word, clock.now())])
        gate.open()
        await responder.settle()
        #expect(deeds.done.isEmpty)
        #expect(await told.last == "notNeeded: " + (isTaken ? "somebody has api_down" : "api_down is over"))
    }

    // MARK: Killed in the middle

    private func waiting(_ facts: AlertEvent.Facts) -> Event {
        event(
            .response(
                .waiting(
                    .init(
                        response: "restart", id: "restart-1", alert: facts.fingerprint,
                        until: clock.now().utc + .seconds(20)))))
    }

    @Test func anEngineThatIsKilledWhileItWaitsLooksAgainWhenItsTimeHasCome() async throws {
        let facts = Self.facts(at: clock.now())
        let history = [event(.alert(.fired(.init(alert: facts)))), waiting(facts)]
        clock.advance(.seconds(5))
        let responder = responder([Self.checked], history: history)
        await responder.begin()
        try await gate.expectWaiting()
        #expect(gate.spans == [.seconds(15)])
        gate.open()
        await responder.settle()
        #expect(deeds.done == ["/bin/restart api-1 critical"])
        // One run, by its name; the wait is not told twice.
        #expect(await told.count == 2)
        let ids = await recorder.events.map { if case .response(let event) = $0 { event.id } else { "" } }
        #expect(Set(ids) == ["restart-1"])
    }

    @Test func whatEndedWhileTheEngineWasAwayNeedsNothing() async {
        let facts = Self.facts(at: clock.now())
        let history = [
            event(.alert(.fired(.init(alert: facts)))), waiting(facts),
            event(.alert(.resolved(.init(alert: facts.fingerprint)))),
        ]
        let responder = responder([Self.checked], history: history)
        await responder.begin()
        await responder.settle()
        #expect(deeds.done.isEmpty)
        #expect(await told.first?.hasPrefix("notNeeded: ") == true)
    }

    @Test func aCommandThatRanWhenTheEngineWasKilledIsNotRunAgainAndPeopleAreTold() async {
        let facts = Self.facts(at: clock.now())
        let history = [
            event(.alert(.fired(.init(alert: facts)))),
            event(
                .response(
                    .started(
                        .init(
                            response: "restart", id: "restart-1", alert: facts.fingerprint, deed: "/bin/restart api-1",
                            isDryRun: false)))),
        ]
        let responder = responder([Self.restart], history: history)
        await responder.begin()
        await responder.settle()
        #expect(deeds.done.isEmpty)
        #expect(await told == ["failed: the engine ended while it ran: whether it was done is not known"])
        #expect(deeds.calls.count == 1 && deeds.calls[0].contains("(/bin/restart api-1)"))
    }

    @Test func anAlertThatNobodyAnsweredYetIsAnsweredByTheNextEngineUnlessItIsOld() async {
        let history = [event(.alert(.fired(.init(alert: Self.facts(at: clock.now())))))]
        clock.advance(.minutes(2))
        let soon = responder([Self.restart], history: history)
        await soon.begin()
        await soon.settle()
        #expect(deeds.done.count == 1)
        // Answered, it is not answered again.
        let answered = await history + (recorder.events.map { event($0) })
        let third = responder([Self.restart], history: answered)
        await third.begin()
        await third.settle()
        clock.advance(.minutes(10))
        let late = responder([Self.restart], history: history)
        await late.begin()
        await late.settle()
        #expect(deeds.done.count == 1)
    }

    // MARK: A deploy's own watch

    private func watch(_ outcome: ActionEvent.StepEnded.Outcome) -> Event {
        event(
            .action(
                .stepEnded(
                    .init(action: ActionID("deploy-1"), step: "watch", outcome: outcome, detail: "errors are up"))))
    }

    private static let back = ResponsePlan(name: "back", on: .watchFailed, deed: .rollback, perHour: 1)

    @Test func aDeployWhoseWatchFailedIsTakenBackOnce() async {
        let responder = responder([Self.back])
        await responder.hear(foreign: [watch(.failed), watch(.failed)])
        await responder.settle()
        #expect(deeds.done == ["rollback: response back"])
        #expect(await told == ["started guardia rollback --yes", "done: guardia rollback --yes"])
    }

    @Test func aWatchThatWentWellCallsForNothing() async {
        let responder = responder([Self.back])
        await responder.hear(foreign: [watch(.done)])
        await responder.settle()
        #expect(deeds.done.isEmpty)
    }

    @Test func aFailedWatchThatTheEngineDidNotComeToIsTakenUpUnlessTrafficWasMovedSince() async {
        let history = [watch(.undecided)]
        clock.advance(.minutes(1))
        let responder = responder([Self.back], history: history)
        await responder.begin()
        await responder.hear(foreign: history)
        await responder.settle()
        #expect(deeds.done.count == 1)
        let moved = event(
            .action(
                .started(
                    .init(
                        id: ActionID("rollback-1"), kind: .rollback, by: Operator(name: "ana", uid: 1, host: "b"),
                        reason: "", command: [], steps: [], pid: 1))))
        let other = self.responder([Self.back], history: history + [moved])
        await other.begin()
        await other.settle()
        #expect(deeds.done.count == 1)
    }
}
