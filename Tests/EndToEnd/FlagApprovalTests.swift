import Foundation
import Launch
import Testing

/// A change of a flag that another operator must approve, as two people on one bastion do it.
extension SharedBastionTests {
    @Test func aFlagIsSetOnceAnotherOperatorHasApprovedItAndTheKillSwitchAsksNobody() async throws {
        let bastion = try await SharedBastion([
            (
                "operators: [{anyone: true}]",
                "operators: [{group: guardia}]\napprovals: {flag-set: 1, flag-ramp: 1, freeze: 1}"
            )
        ])
        func share() throws -> Double? {
            struct Flag: Decodable { var share: Double? }
            let got = try bastion.act("ana", "flag", "get", "checkout-v2", "--json")
            return try JSONDecoder().decode(Flag.self, from: Data(got.output.utf8)).share
        }
        func waiting(_ kind: ActionKind) throws -> ActionRecord? {
            try bastion.board.actions.awaitingApproval.first { $0.kind == kind }
        }
        let before = try share()
        let change = try bastion.start(
            "ana", "flag", "set", "checkout-v2", "--rollout", "25", "--on", "--yes", "--reason", "first customers")
        try await bastion.expect("it waits for an approval") { try waiting(.flagSet) != nil }
        let plan = try #require(try waiting(.flagSet)).started
        #expect(plan.by.name == "ana" && plan.subject?.hasPrefix("checkout-v2 ") == true)
        #expect(try share() == before, "nothing is written before somebody has approved it")
        let own = try bastion.act("ana", "approve")
        #expect(own.status == 3 && own.errors.contains("another operator must approve"), "\(own)")
        let other = try bastion.act("beto", "approve", plan.id.text)
        #expect(other.status == 0 && other.output.contains("checkout-v2"), "\(other)")
        #expect(try await change.status() == 0, "\(change.text)")
        #expect(try share() == 25 && before != 25)
        let done = try #require(try bastion.board.actions[plan.id])
        #expect(done.started == plan && done.ended?.body.outcome == .done)
        #expect(done.steps.first { $0.step.name == "approve" }?.detail.contains("beto@") == true)

        // Whoever must switch it off has no time to ask.
        let off = try bastion.act("ana", "flag", "off", "checkout-v2", "--yes")
        #expect(off.status == 0 && !off.output.contains("approve"), "\(off)")

        // A freeze of all deploys is two people's, too, and its approval is not that of a deploy.
        let freeze = try bastion.start("beto", "freeze", "--reason", "payday")
        try await bastion.expect("the freeze waits") { try waiting(.freeze) != nil }
        #expect(try bastion.act("ana", "approve").status == 0)
        #expect(try await freeze.status() == 0, "\(freeze.text)")

        // Alone: loudly.
        #expect(try bastion.act("ana", "flag", "on", "checkout-v2", "--yes", "--break-glass").status == 2)
        let alone = try bastion.act(
            "ana", "flag", "on", "checkout-v2", "--yes", "--break-glass", "--reason", "no one is awake")
        #expect(alone.status == 0 && alone.output.contains("BREAK GLASS"), "\(alone)")
        try await bastion.expect("it pages") { !bastion.messages("sms", "BREAK GLASS", "no one is awake").isEmpty }
    }
}
