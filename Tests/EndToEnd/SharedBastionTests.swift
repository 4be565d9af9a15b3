import Foundation
import Launch
import Testing

/// Two operators and a stranger on one bastion, each as themselves, through the real sudo.
@Suite(
    .serialized, .timeLimit(.minutes(4)),
    .enabled(if: SharedBastion.refusal == nil, "only root can mount and log others in, and not everywhere"))
struct SharedBastionTests {
    @Test func whoActsIsTheOneBehindSudoAndNobodyElse() async throws {
        let bastion = try await SharedBastion([("operators: [{anyone: true}]", "operators: [{group: guardia}]")])
        let ana = try bastion.uid("ana")
        #expect(bastion.setup.contains("/etc/sudoers.d/guardia") && !bastion.setup.contains("✗"), "\(bastion.setup)")
        let again = try bastion.space.run(["/usr/local/bin/guardia", "setup", "--dry-run"])
        #expect(!again.output.contains("would"), "\(again.output)")

        let rollback = try bastion.act("ana", "rollback", "--yes", "--reason", "payment p95")
        #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
        #expect(bastion.split == "green")
        let deploy = try bastion.act("ana", "deploy", "v8.0.0", "--yes", "--canary", "none", "--reason", "try it")
        #expect(deploy.status == 0, "\(deploy.output)\(deploy.errors)")
        #expect(bastion.split == "blue")
        for kind in [ActionKind.rollback, .deploy] {
            let record = try #require(try bastion.board.actions.records.last { $0.kind == kind })
            #expect(record.started.by.name == "ana" && record.started.by.uid == ana, "\(record.started.by)")
            #expect(record.started.by.client == "203.0.113.7")
            #expect(record.ended?.body.outcome == .done)
        }

        // Whoever is not in the group is refused by sudo itself, and the journal hears nothing of them.
        let count = try bastion.board.actions.records.count
        for command in [["rollback", "--yes"], ["ack", "--all"], ["status"]] {
            let refused = try bastion.run(as: "eva", ["sudo", "-n", "-u", "guardia", "guardia"] + command)
            #expect(refused.status == 1 && refused.errors.contains("sudo:"), "\(command): \(refused)")
        }
        // Nor do operators get any more by it than those commands.
        for command in [
            ["sudo", "-n", "-u", "guardia", "sh", "-c", "id"], ["sudo", "-n", "guardia", "rollback", "--yes"],
            ["sudo", "-n", "-u", "guardia", "guardia", "setup"], ["sudo", "-n", "-u", "guardia", "guardia", "watch"],
            ["sudo", "-n", "-u", "guardia", "GUARDIA_CONFIG=/tmp/x", "guardia", "rollback", "--yes"],
        ] {
            let refused = try bastion.run(as: "ana", command)
            #expect(refused.status == 1 && refused.errors.contains("sudo:"), "\(command): \(refused)")
        }
        // What they bring of their own is refused by guardia: it says which commands are run.
        try bastion.space.shell("install -o ana -m 0644 /etc/guardia/launch.yaml /tmp/\(getpid())-own.yaml")
        defer { unlink("/tmp/\(getpid())-own.yaml") }
        for own in [
            ["--config", "/tmp/\(getpid())-own.yaml"], ["--journal", "/tmp/\(getpid())-own.journal"], ["--set", "A=b"],
        ] {
            let refused = try bastion.run(
                as: "ana", ["sudo", "-n", "-u", "guardia", "guardia", "rollback", "--yes"] + own)
            #expect([2, 3].contains(refused.status), "\(own): \(refused)")
        }
        // A backup is an operator's to take as well, and the key that reads it is the config's alone.
        let backup = try bastion.act("beto", "backup", "run", "--yes", "--reason", "before the launch")
        #expect(backup.status == 0, "\(backup.output)\(backup.errors)")
        #expect(try bastion.board.actions.records.last { $0.kind == .backup }?.started.by.name == "beto")
        for command in [["drill", "restore", "--yes"], ["backup", "verify"]] {
            let words = ["sudo", "-n", "-u", "guardia", "guardia"] + command + ["--identity", "/tmp"]
            let refused = try bastion.run(as: "beto", words)
            #expect(refused.status == 3 && refused.errors.contains("--identity is not for operators"), "\(refused)")
        }
        // Who has become another since the login is believed to be neither.
        if FileManager.default.fileExists(atPath: "/proc/self/loginuid") {
            let shifted = try bastion.act("beto", login: "ana", "rollback", "--yes")
            #expect(shifted.status == 3 && shifted.errors.contains("the login is ana's"), "\(shifted)")
        }
        #expect(try bastion.board.actions.records.count == count + 1)
        #expect(bastion.split == "blue")
    }

    @Test func nobodyApprovesTheirOwnAndWhoGoesAheadAlonePages() async throws {
        let bastion = try await SharedBastion([
            ("operators: [{anyone: true}]", "operators: [{group: guardia}]\napprovals: {deploy: 1}")
        ])
        let deploy = try bastion.start("ana", "deploy", "v8.1.0", "--yes", "--canary", "none", "--reason", "the fix")
        func record(_ version: String) throws -> ActionRecord? {
            try bastion.board.actions.records.last { $0.kind == .deploy && $0.started.to?.version == version }
        }
        try await bastion.expect("it waits for an approval") {
            try record("v8.1.0")?.steps.contains { $0.step.name == "approve" && $0.isRunning } ?? false
        }
        let plan = try #require(try record("v8.1.0")).started
        #expect(plan.by.name == "ana")
        let own = try bastion.act("ana", "approve")
        #expect(own.status == 3 && own.errors.contains("another operator must approve"), "\(own)")
        let stranger = try bastion.act("eva", "approve")
        #expect(stranger.status == 1 && stranger.errors.contains("sudo:"), "\(stranger)")
        #expect(try record("v8.1.0")?.steps.contains { $0.step.name == "approve" && $0.isRunning } == true)
        #expect(bastion.split == "blue")
        // Killed while it waits, it is named, and whoever goes on with it needs the same yes; killed when it has it, nobody is asked again.
        kill(plan.pid, SIGKILL)
        _ = try await deploy.status()
        try await bastion.expect("it is named") { try bastion.act("ana", "status").output.contains("DIED") }
        let second = try bastion.start("ana", "promote", "--yes")
        try await bastion.expect("it waits for an approval again") {
            try record("v8.1.0")?.id != plan.id
                && record("v8.1.0")?.steps.contains { $0.step.name == "approve" && $0.isRunning } == true
        }
        let again = try #require(try record("v8.1.0")).started
        #expect(again.continues == plan.id && bastion.split == "blue")
        let other = try bastion.act("beto", "approve", again.id.text)
        #expect(other.status == 0, "\(other)")
        try await bastion.expect("it is approved") {
            try record("v8.1.0")?.steps.contains { $0.step.name == "approve" && $0.outcome == .done } == true
        }
        kill(again.pid, SIGKILL)
        _ = try await second.status()
        let approved = try #require(try record("v8.1.0"))
        #expect(
            approved.requests.map(\.body.by.name) == ["beto"] && approved.requests.map(\.body.request) == [.approve])
        try await bastion.expect("it is named") { try bastion.act("ana", "status").output.contains("DIED") }
        let third = try bastion.act("ana", "promote", "--yes")
        #expect(third.status == 0, "\(third)")
        #expect(bastion.split == "green")
        let done = try #require(try record("v8.1.0"))
        #expect(
            done.started.to == plan.to && done.started.reason == plan.reason, "what was approved is what was planned")
        #expect(done.requests.isEmpty && !done.steps.contains { $0.step.name == "approve" })
        #expect(done.ended?.body.outcome == .done && done.started.breaksGlass == nil)

        // A rollback asks nobody.
        #expect(try bastion.act("ana", "rollback", "--yes", "--to", "blue").status == 0)
        #expect(bastion.split == "blue")

        // Alone: only with a reason, and everybody hears of it.
        #expect(try bastion.act("ana", "deploy", "v8.2.0", "--yes", "--break-glass").status == 2)
        let alone = try bastion.act(
            "ana", "deploy", "v8.2.0", "--yes", "--canary", "none", "--break-glass", "--reason", "no one is awake")
        #expect(alone.status == 0, "\(alone)")
        #expect(alone.output.contains("BREAK GLASS"), "\(alone.output)")
        #expect(try record("v8.2.0")?.started.breaksGlass == true)
        try await bastion.expect("it pages") {
            !bastion.messages("sms", "BREAK GLASS", "v8.2.0", "no one is awake").isEmpty
        }
        let alert = try #require(try bastion.board.alerts.firing.first { $0.facts.rule == "BreakGlass" })
        #expect(alert.facts.labels["by"] == "ana")

        // What is said of alerts goes the same way.
        let ack = try bastion.act("beto", "ack", alert.id.text, "--yes", "--comment", "I know of it")
        #expect(ack.status == 0, "\(ack)")
        #expect(try bastion.board.alerts.alerts[alert.id]?.acknowledged?.body.by == "beto")
        #expect(try bastion.act("beto", "unack", alert.id.text, "--yes").status == 0)
        let silence = try bastion.act(
            "beto", "silence", "set", alert.id.text, "--for", "10m", "--yes", "--comment", "known")
        #expect(silence.status == 0, "\(silence)")
        let silences = try bastion.board.alerts.silences
        #expect(silences.values.contains { $0.by == "beto" }, "\(silences)")
        let called = try bastion.act("ana", "escalate", "--text", "the office burns", "--yes")
        #expect(called.status == 0, "\(called)")
        try await bastion.expect("it is told") { !bastion.messages("sms", "the office burns").isEmpty }
        #expect(try bastion.act("ana", "escalate", "--stop", "all").status == 0)
        // Without sudo the system refuses: only the service user writes the journal.
        let bare = try bastion.run(as: "ana", ["guardia", "ack", alert.id.text, "--yes"])
        #expect(bare.status != 0 && !bare.output.contains("taken"), "\(bare)")
    }
}
