import Console
import Launch
import Testing

/// What another operator must approve, on the screen.
@Suite struct ApprovalTests {
    private static let id = ActionID("flag-set-20261023T175000Z-0009")

    /// The screen is ana's.
    private static let luis = Operator(name: "luis", uid: 1001, host: "bastion-1")

    private func waiting(
        _ rules: ApprovalRules = ApprovalRules(needed: [.flagSet: 1]), asker: Operator = luis
    ) -> Flagged {
        var flagged = Flagged.ramping
        var manifest = Flagged.manifest
        manifest.approvals = rules
        flagged.deployed.launch.board.apply(manifest)
        flagged.deployed.happened(
            [
                .started(
                    .init(
                        id: Self.id, kind: .flagSet, by: asker, reason: "", command: [],
                        subject: "nearby-map 100 % → 40 %",
                        steps: [.init(name: "look", title: "Look"), .approval(within: .minutes(15))], pid: 1)),
                .stepStarted(.init(action: Self.id, step: "approve")),
            ], ago: 3)
        return flagged
    }

    private func approved(_ model: Model) -> ActionRequest? {
        var model = model.pressing("P")
        model.wait(1000)
        model.press("tab")
        model.wait(1000)
        guard case .act(let request)? = model.update(.key(Key(.enter))).first else {
            Issue.record("refused: \(model.frame.rows.joined(separator: "\n"))")
            return nil
        }
        return request
    }

    @Test func aFlagThatWaitsIsNamedOnEveryPageAndOneKeyApprovesIt() {
        let model = waiting().model(120, 40)
        #expect(
            model.frame.rows.contains {
                $0.contains("WAITS FOR ANOTHER OPERATOR'S APPROVAL") && $0.contains("nearby-map 100 % → 40 %")
                    && $0.contains("P approves it")
            })
        var asked = model.pressing("P")
        asked.wait(1000)
        #expect(asked.frame.rows.contains { $0.contains("APPROVE in production: set flag nearby-map 100 % → 40 %") })
        let request = approved(model)
        #expect(request?.kind == .approve && request?.arguments == ["approve", Self.id.text, "--yes"])
    }

    @Test func nobodyIsAskedToApproveTheirOwn() {
        var model = waiting(asker: Flagged.ana).model(120, 40)
        let notice = model.frame.rows.first { $0.contains("WAITS FOR ANOTHER OPERATOR'S APPROVAL") }
        #expect(notice?.contains("approves it") == false, "\(notice ?? "")")
        model = model.pressing("P")
        model.wait(1000)
        let dialog = model.frame.rows.joined(separator: "\n")
        #expect(dialog.contains("you asked for it yourself: another operator must approve it"), "\(dialog)")
        model.press("tab")
        model.wait(1000)
        #expect(!model.update(.key(Key(.enter))).contains { if case .act = $0 { true } else { false } })
    }

    @Test func onThePageOfTheFlagsTheKeyIsTheSelectedFlags() {
        let flagged = waiting()
        #expect(approved(flagged.model(120, 40, "f", "down", "down"))?.arguments.contains(Self.id.text) == true)
        var other = flagged.model(120, 40, "f", "down").pressing("P")
        other.wait(1000)
        #expect(
            other.hint?.contains("no ramp") == true || other.overlays.count == 1, "instant-refunds waits for nobody")
    }

    @Test func whoAsksIsToldThatAnotherMustApproveAndTheKillSwitchTellsNothing() {
        var model = waiting().model(120, 40, "f", "F")
        model.type("40")
        model.press("enter")
        model.wait(1000)
        #expect(model.frame.rows.contains { $0.contains("1 more must approve it first, within 15 min") })
        var kill = waiting().model(120, 40, "f", "F")
        kill.type("off")
        kill.press("enter")
        kill.wait(1000)
        #expect(!kill.frame.rows.contains { $0.contains("must approve it first") })
    }

    @Test func thePlanOfADeployNamesTheFiguresThatItsCanaryIsComparedBy() {
        var deployed = Deployed()
        var manifest = Deployed.manifest
        manifest.deployment?.kpis = ["Payments approved", "Searches answered"]
        deployed.launch.board.apply(manifest)
        var model = deployed.model(120, 40).pressing("D")
        model.type("v1.4.1")
        model.press("enter")
        model.wait(1000)
        let shown = model.frame.rows.joined(separator: " ")
        #expect(shown.contains("by errors, p95, Payments approved") && shown.contains("Searches"), "\(shown)")
    }
}
