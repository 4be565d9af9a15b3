import Launch
import Testing

struct OperatorRulesTests {
    private func refusal(
        _ rules: OperatorRules, _ kind: ActionKind = .deploy, by name: String = "ana", uid: UInt32 = 1000,
        groups: Set<String> = []
    ) -> String? {
        rules.refusal(of: kind, by: name, uid: uid, groups: groups)
    }

    @Test func withoutRulesTheMembersOfTheGroupAct() {
        #expect(refusal(.standard) == "ana is no operator of this launch: see `operators:` in its config")
        #expect(refusal(.standard, groups: ["guardia"]) == nil)
    }

    @Test func aRuleMayNameWhatIsAllowed() {
        let rules = OperatorRules(rules: [.init(who: .user("ana"), may: [.rollback, .abort])])
        #expect(refusal(rules, .rollback) == nil)
        #expect(refusal(rules, .deploy) == "ana may not deploy: see `operators:` in the launch config")
        #expect(refusal(rules, .rollback, by: "luis") != nil)
    }

    @Test func whoeverTwoRulesNameMayWhatEitherAllows() {
        let rules = OperatorRules(rules: [
            .init(who: .user("ana"), may: [.rollback]), .init(who: .group("sre"), may: [.deploy]),
        ])
        #expect(refusal(rules, .deploy, groups: ["sre"]) == nil)
        #expect(refusal(rules, .freeze, groups: ["sre"]) != nil)
    }

    @Test func theSuperuserIsNotAsked() { #expect(refusal(.init(rules: []), by: "root", uid: 0) == nil) }

    @Test func everyKindOfActionHasARisk() {
        let grave: Set<ActionKind> = [
            .deploy, .rollback, .promote, .takeLock, .escalate, .flagRamp, .drill, .prune, .waive,
        ]
        for kind in ActionKind.allCases { #expect((kind.risk == .grave) == grave.contains(kind)) }
    }
}
