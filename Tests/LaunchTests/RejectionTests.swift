import Testing

@testable import Launch

/// Which standby is no good way back, as the journal's events tell it.
@Suite struct RejectionTests {
    private static let ana = Operator(name: "ana", uid: 1000, host: "bastion-1")

    @Test func whereTheJournalTellsNoReleaseTheOneThatAnswersIsNamed() {
        let left = Rejection(how: .rolledBack, colour: "green")
        #expect(left.words(at: moment(0), version: "v1.5.0") == "green v1.5.0 WAS ROLLED BACK")
        let told = Rejection(how: .rolledBack, colour: "green", version: "v1.4.0")
        #expect(told.words(at: moment(0), version: "v1.5.0") == "green v1.4.0 WAS ROLLED BACK")
    }

    /// Events told to a log, a second apart.
    private struct Story {
        var log = ActionLog()
        private var second = 0.0

        mutating func tell(_ event: ActionEvent) {
            second += 1
            log.take(event, at: moment(second))
        }

        mutating func step(_ id: ActionID, _ name: String, split: String? = nil) {
            tell(.stepStarted(.init(action: id, step: name)))
            tell(.stepEnded(.init(action: id, step: name, outcome: .done, detail: "", split: split)))
        }

        /// Begins a deploy of `version` from the one colour to the other, up to and with its release.
        mutating func deploy(_ version: String, from: String, to: String) -> ActionID {
            let id = ActionID("deploy-\(version)-\(Int(second))")
            let names = ["preflight", "lock", "release", "gate", "shift-25", "analyse-25", "promote", "unlock"]
            tell(
                .started(
                    .init(
                        id: id, kind: .deploy, by: RejectionTests.ana, reason: "", command: [],
                        from: .init(colour: from, version: "v1.4.0"), to: .init(colour: to, version: version),
                        steps: names.map { .init(name: $0, title: $0) }, pid: 1, decision: .minutes(30))))
            for name in ["preflight", "lock", "release", "gate"] { step(id, name) }
            return id
        }

        mutating func end(_ id: ActionID, _ outcome: ActionOutcome, _ summary: String = "", split: String? = nil) {
            tell(.ended(.init(action: id, outcome: outcome, summary: summary, split: split)))
        }

        mutating func promoted(_ version: String, from: String, to: String) {
            let id = deploy(version, from: from, to: to)
            step(id, "promote", split: to)
            end(id, .done, split: to)
        }

        mutating func rollback(from: String, to: String, reason: String = "") {
            let id = ActionID("rollback-\(Int(second))")
            tell(
                .started(
                    .init(
                        id: id, kind: .rollback, by: RejectionTests.ana, reason: reason, command: [],
                        from: .init(colour: from), to: .init(colour: to), steps: [.init(name: "flip", title: "")],
                        pid: 1)))
            step(id, "flip", split: to)
            end(id, .done, split: to)
        }

        func rejection(of colour: String, _ version: String? = nil, serving: String) -> Rejection? {
            log.rejection(of: colour, version: version, serving: Split(name: serving))
        }
    }

    @Test func aCanaryThatWentBackLeavesItsColourRejectedWithWhatAndWhyAndWhen() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.step(id, "shift-25", split: "green-25.blue")
        story.end(id, .wentBack, "errors 20.9 %", split: "blue")
        let found = story.rejection(of: "green", "v1.5.0", serving: "blue")
        #expect(found?.how == .wentBack && found?.version == "v1.5.0" && found?.why == "errors 20.9 %")
        #expect(
            found?.words(at: moment(252)) == "green v1.5.0 WENT BACK 4 min ago: errors 20.9 %; deployed by ana")
        #expect(story.rejection(of: "blue", serving: "blue") == nil)
    }

    @Test func whatFailedAtItsGateNeverServedAndSaysWhy() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.end(id, .wentBack, "no answer; no traffic was moved")
        let found = story.rejection(of: "green", serving: "blue")
        #expect(found?.how == .unproven && found?.deed == "NEVER SERVED")
        #expect(found?.cause == "deployed by ana: no answer; no traffic was moved")
    }

    @Test func anAbortNamesWhoeverAskedForIt() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.step(id, "shift-25", split: "green-25.blue")
        let leo = Operator(name: "leo", uid: 1001, host: "bastion-1")
        story.tell(.asked(.init(action: id, request: .abort, by: leo, reason: "payments fail")))
        story.end(id, .wentBack, "aborted by leo: payments fail", split: "blue")
        let found = story.rejection(of: "green", serving: "blue")
        #expect(found?.how == .aborted && found?.by == "leo" && found?.cause == "by leo: payments fail")
    }

    @Test func aRollbackRejectsWhatItLeavesBackAndForth() {
        var story = Story()
        story.promoted("v2.0.0", from: "blue", to: "green")
        #expect(story.rejection(of: "blue", serving: "green") == nil)
        for _ in 0..<3 {
            story.rollback(from: "green", to: "blue", reason: "slow")
            #expect(story.rejection(of: "green", serving: "blue")?.how == .rolledBack)
            #expect(story.rejection(of: "green", serving: "blue")?.version == "v2.0.0")
            #expect(story.rejection(of: "green", serving: "blue")?.why == "slow")
            // Somebody goes there on purpose.
            story.rollback(from: "blue", to: "green")
            #expect(story.rejection(of: "green", serving: "green") == nil)
            #expect(story.rejection(of: "blue", serving: "green")?.how == .rolledBack)
        }
    }

    @Test func aRollbackThatFindsEverythingDoneLeavesNothing() {
        var story = Story()
        story.promoted("v2.0.0", from: "blue", to: "green")
        // It gave back the lock of a dead action, and switched nothing.
        story.rollback(from: "blue", to: "green")
        #expect(story.rejection(of: "blue", serving: "green") == nil)
    }

    @Test func aDeployThatARollbackPreemptedKeepsTheRollbacksReason() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.step(id, "shift-25", split: "green-25.blue")
        story.rollback(from: "green", to: "blue", reason: "payments")
        story.end(id, .preempted, "ana took over")
        #expect(story.rejection(of: "green", serving: "blue")?.why == "payments")
    }

    @Test func anotherReleaseOnTheColourIsAnotherStandby() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.end(id, .wentBack, "it fails", split: "blue")
        #expect(story.rejection(of: "green", "v1.5.0", serving: "blue") != nil)
        // Put there by hand: what answers is not what was left.
        #expect(story.rejection(of: "green", "v1.4.9", serving: "blue") == nil)
        story.promoted("v1.6.0", from: "blue", to: "green")
        #expect(story.rejection(of: "green", serving: "green") == nil)
        #expect(story.rejection(of: "blue", serving: "green") == nil)
    }

    @Test func aReleaseThatNeverHadTrafficIsNoWayBackEither() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        #expect(story.rejection(of: "green", serving: "blue")?.how == .unproven)
        story.end(id, .died)
        #expect(story.rejection(of: "green", serving: "blue")?.how == .unproven)
        // While it has traffic it is no standby.
        #expect(story.rejection(of: "green", serving: "green-25.blue") == nil)
    }

    @Test func aDeployRefusedBeforeItsReleaseLeavesTheStandbyAsItWas() {
        var story = Story()
        let id = ActionID("deploy-x")
        story.tell(
            .started(
                .init(
                    id: id, kind: .deploy, by: Self.ana, reason: "", command: [], from: .init(colour: "blue"),
                    to: .init(colour: "green", version: "v9"), steps: [], pid: 1)))
        story.step(id, "preflight")
        story.end(id, .refused, "frozen")
        #expect(story.rejection(of: "green", serving: "blue") == nil)
    }

    @Test func edgesThatWentBackByThemselvesAreSeenByWhatTheyServe() {
        var story = Story()
        let id = story.deploy("v6.0.0", from: "blue", to: "green")
        story.step(id, "promote", split: "green")
        #expect(story.rejection(of: "green", serving: "blue") == nil, "it may be switching now")
        story.end(id, .died)
        let found = story.rejection(of: "green", serving: "blue")
        #expect(found?.how == .returned && found?.version == "v6.0.0" && found?.at == nil)
        #expect(story.rejection(of: "green", serving: "green") == nil)
    }

    @Test func whatWasLeftStaysLeftHoweverMuchHappensMeanwhile() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.end(id, .wentBack, "it fails", split: "blue")
        for number in 0..<(2 * ActionLog.limit) {
            let ack = ActionID("ack-\(number)")
            story.tell(
                .started(.init(id: ack, kind: .ack, by: Self.ana, reason: "", command: [], steps: [], pid: 1)))
            story.end(ack, .done)
        }
        #expect(story.rejection(of: "green", serving: "blue")?.how == .wentBack)
    }

    // MARK: The light

    private func traffic(_ split: String = "blue") -> Traffic {
        Traffic(
            colours: ["blue", "green"],
            edges: [
                Traffic.Edge(
                    name: "edge-1", isUp: true, split: .init(value: Split(name: split) ?? Split(all: "blue"), age: 0),
                    versions: ["blue": .init(value: "v1.4.0", age: 0), "green": .init(value: "v1.5.0", age: 0)],
                    live: ["blue": .init(value: 1, age: 0), "green": .init(value: 1, age: 0)])
            ])
    }

    @Test func theLightIsNotGreenOverAReleaseThatWasLeft() {
        var story = Story()
        let id = story.deploy("v1.5.0", from: "blue", to: "green")
        story.end(id, .wentBack, "it fails", split: "blue")
        let light = RollbackLight(traffic(), story.log)
        guard case .rejected(let rejection, let version) = light else {
            Issue.record("\(light)")
            return
        }
        #expect(version == "v1.5.0" && rejection.why == "it fails" && !light.isReady)
        // A journal that cannot be read speaks against nothing.
        #expect(RollbackLight(traffic(), nil).isReady)
        #expect(RollbackLight(traffic(), ActionLog()).isReady)
        // Out of a canary it goes to what serves.
        #expect(RollbackLight(traffic("green-25.blue"), story.log).isReady)
    }

    @Test func theLightIsNotGreenOverAColourThatFailsItsOwnHealthCheck() {
        var ailing = traffic()
        ailing.ailments = ["green": "connected, but no answer"]
        let light = RollbackLight(ailing, nil)
        #expect(light == .unwell(colour: "green", version: "v1.5.0", "connected, but no answer") && !light.isReady)
        // The other one's illness is what is rolled back from.
        ailing.ailments = ["blue": "connected, but no answer"]
        #expect(RollbackLight(ailing, nil).isReady)
    }

    // MARK: What waits for a person

    @Test func whatWaitsSaysWhyForHowLongWhatComesNextAndTheWayOut() {
        var story = Story()
        let id = story.deploy("v1.6.0", from: "blue", to: "green")
        story.step(id, "shift-25", split: "green-25.blue")
        story.tell(.stepStarted(.init(action: id, step: "analyse-25")))
        story.tell(
            .stepEnded(.init(action: id, step: "analyse-25", outcome: .undecided, detail: "too few requests: 2 of 50")))
        let now = moment(story.log.records[0].current!.endedAt!.utc.secondsSinceStart + 120)
        let all = UnsettledAction.all(in: story.log) { _ in true }
        #expect(all.map(\.state) == [.waits(for: "too few requests: 2 of 50")])
        #expect(all.first?.needsPerson == true)
        #expect(all.first?.record.next?.name == "promote")
        #expect(all.first?.record.patience(at: now) == .minutes(28))
        #expect(
            all.first?.words(at: now).hasSuffix(
                "too few requests: 2 of 50; next “promote”; goes back by itself in 28 min: guardia promote goes on, "
                    + "guardia abort goes back") == true)
    }

    @Test func whatHangsIsNamedWithItsWayOutAndNeedsAPerson() {
        var story = Story()
        let id = story.deploy("v1.7.0", from: "blue", to: "green")
        func traffic(lock: String) -> Traffic {
            Traffic(colours: ["blue", "green"], edges: [Traffic.Edge(name: "edge-1", isUp: true, lock: lock)])
        }
        let lapsed = traffic(lock: EdgeLock.lapsedMark + "ana@bastion-1 deploy \(id.text)")
        let all = UnsettledAction.all(in: story.log, traffic: lapsed) { _ in true }
        #expect(all.map(\.state) == [.hangs] && all.first?.needsPerson == true)
        let words = all.first?.words(at: moment(60)) ?? ""
        #expect(words.hasPrefix("✗ HANGS  deploy v1.7.0 by ana (\(id))"))
        #expect(words.hasSuffix("guardia rollback goes over it"))
        // A lock that is renewed, and one of another action, say nothing of the kind.
        for lock in ["ana@bastion-1 deploy \(id.text)", EdgeLock.lapsedMark + "ana@bastion-1 deploy other-1"] {
            let held = UnsettledAction.all(in: story.log, traffic: traffic(lock: lock)) { _ in true }
            #expect(held.map(\.state) == [.runs] && held.first?.needsPerson == false)
        }
        // What is dead does not hang.
        #expect(UnsettledAction.all(in: story.log, traffic: lapsed) { _ in false }.map(\.state) == [.died])
    }

    @Test func whatDiedIsNamedWithItsWayOutWhetherTheEngineNoticedOrNot() {
        var story = Story()
        let id = story.deploy("v1.7.0", from: "blue", to: "green")
        let unnoticed = UnsettledAction.all(in: story.log) { _ in false }
        #expect(unnoticed.map(\.state) == [.died])
        story.end(id, .died)
        let noticed = UnsettledAction.all(in: story.log) { _ in nil }
        #expect(noticed.map(\.state) == [.died] && noticed.first?.needsPerson == true)
        #expect(noticed.first?.words(at: moment(60)).hasPrefix("✗ DIED  deploy v1.7.0 by ana (\(id))") == true)
        #expect(noticed.first?.words(at: moment(60)).contains("guardia promote finishes it") == true)
    }
}

extension Timestamp {
    /// Seconds after `moment(0)`.
    fileprivate var secondsSinceStart: Double { Double((self - moment(0).utc).count) / 1000 }
}
