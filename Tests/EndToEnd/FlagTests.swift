import Foundation
import Journal
import Launch
import Testing

/// Flags of a live rehearsal by the command line and the keys, as its application obeys them.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct FlagTests {
    private struct Report: Decodable {
        var flags: [One]
        var source: String

        struct One: Decodable {
            var name: String
            var state: String
            var share: Double?
            var version: Int64?
        }
    }

    private func share(_ bastion: Bastion, _ name: String = "checkout-v2") throws -> Double? {
        let result = try bastion.run("flag", "list", "--json")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        return report.flags.first { $0.name == name }?.share
    }

    private func flags(_ bastion: Bastion) throws -> FlagBoard {
        try JournalReader(path: bastion.rehearsal.journal).currentBoard(span: .minutes(1)).flags
    }

    private func waitForRamp(
        _ bastion: Bastion, _ what: String, _ condition: (FlagEvent.RampTurned) -> Bool
    ) async throws {
        let isSo = try await eventually(within: 40) {
            try flags(bastion).ramp(of: "checkout-v2")?.turned.map(condition) ?? false
        }
        let now = try flags(bastion).ramp(of: "checkout-v2")?.turned
        #expect(isSo, "never so: \(what); \(String(describing: now))")
    }

    /// The processes of one kind, stopped or let go on.
    private func signal(_ number: Int32, _ processes: [pid_t]) {
        #expect(!processes.isEmpty)
        for pid in processes { kill(pid, number) }
    }

    @Test func flagsAreChangedRampedAndObeyedInALiveLaunch() async throws {
        let rehearsal = try await LiveRehearsal.headless("--bookings 2000 --rate 60 --steady")
        let bastion = try Bastion(rehearsal)

        // A change, a second one that comes too late, and what nobody may write.
        let set = try bastion.run("flag", "set", "checkout-v2", "--rollout", "25", "--expect", "1", "--yes")
        #expect(
            set.status == 0 && set.output.contains("5 % → 25 %, version 2, read back"), "\(set.output)\(set.errors)")
        let second = try bastion.run("flag", "set", "checkout-v2", "--rollout", "50", "--expect", "1", "--yes")
        #expect(second.status == 3 && second.output.contains("it is 25 % now, version 2; you saw version 1"))
        #expect(try bastion.run("flag", "set", "checkout-v2", "--rollout", "101", "--yes").status == 2)
        #expect(try bastion.run("flag", "set", "no such\u{1b}[31m", "--rollout", "5", "--yes").status == 2)
        #expect(try bastion.run("flag", "set", "nosuch", "--rollout", "5", "--yes").status == 3)
        #expect(try bastion.run("flag", "get", "nosuch").status == 1)
        #expect(try bastion.run("flag", "check").status == 0)
        #expect(try share(bastion) == 25)
        // PagerDuty shows it beside its incidents.
        let isTold = try await eventually {
            let inbox = try String(contentsOfFile: "\(rehearsal.folder)/inbox", encoding: .utf8)
            return inbox.split(separator: "\n").contains {
                $0.contains("pagerduty-change") && $0.contains("checkout-v2: 5 % → 25 %")
            }
        }
        #expect(isTold)
        let who = try bastion.run("flag", "who", "checkout-v2", "--user", "17")
        #expect(who.status == 0 && who.output == "off  in from 34 % on, the rollout is 25 % (unleash)\n")

        // A ramp that a guard stops: the idle colour hangs.
        let ramp = try bastion.start(
            "flag", "ramp", "checkout-v2", "40,60", "--every", "10m", "--guard", "green.up", "--yes")
        try await waitForRamp(bastion, "40 % is watched") { $0.standing == .baking && $0.share.percent == 40 }
        #expect(try bastion.run("flag", "ramp", "checkout-v2", "90", "--guard", "green.up", "--yes").status == 3)
        #expect(try bastion.run("flag", "resume", "checkout-v2").status == 0)
        try await waitForRamp(bastion, "60 % is watched") { $0.standing == .baking && $0.share.percent == 60 }
        let green = rehearsal.processes("serve --colour green")
        signal(SIGSTOP, green)
        #expect(try await ramp.status() == 4, "\(ramp.text)")
        signal(SIGCONT, green)
        #expect(ramp.text.contains("is critical; stepped back from 60 % to 40 %, read back"), "\(ramp.text)")
        #expect(try share(bastion) == 40)
        #expect(try flags(bastion).ramp(of: "checkout-v2")?.turned?.standing == .steppedBack)

        // One that is killed: the share stays, and goes back when somebody says so.
        let calm = try await eventually(within: 40) {
            try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)).track("green.up")?.number == 1
        }
        #expect(calm)
        let killed = try bastion.start(
            "flag", "ramp", "checkout-v2", "45,60", "--every", "10m", "--guard", "green.up", "--yes")
        try await waitForRamp(bastion, "45 % is watched") { $0.share.percent == 45 }
        killed.killHard()
        _ = try await killed.status()
        let abort = try bastion.run("flag", "abort", "checkout-v2")
        #expect(abort.status == 0 && abort.output.contains("45 % → 40 %"), "\(abort.output)\(abort.errors)")

        // A hand that guardia knows nothing of is found by the engine.
        let socket = rehearsal.variables["REDIS_SOCKET"] ?? ""
        try Program.run("/usr/bin/redis-cli", ["-s", socket, "HSET", "flag:checkout-v2", "rollout", "100"])
        let isFound = try await eventually(within: 20) {
            let last = try flags(bastion).lastChange(of: "checkout-v2")?.body
            return last?.source == .found && last?.words == "40 % → 100 %" && last?.by == ""
        }
        #expect(isFound)
        // And the application gives everybody the new checkout.
        let isObeyed = try await eventually(within: 75) {
            let board = try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1))
            return (board.track("app.checkout_v2")?.number ?? 0) > 60
        }
        #expect(isObeyed)

        // The kill switch by keys: the flag, off, Tab, Enter.
        let screen = try TerminalScreen(
            "\(Program.path("guardia")) --journal \(rehearsal.journal) --config \(bastion.config)", columns: 100,
            rows: 30)
        try await screen.expect(text: "F flag")
        try screen.press("f")
        try await screen.expect(text: "somebody who left no name")
        try screen.press("F")
        try await screen.expect(text: "what shall it be?")
        try screen.type("off")
        try screen.press("Enter")
        try await screen.expect(text: "SWITCH OFF in rehearsal checkout-v2")
        try screen.press("Tab")
        try await screen.expect("the switch thrown") { text in
            if text.contains("No, go back") { try? screen.press(text.contains("▸Switch") ? "Enter" : "Tab") }
            return text.contains("done")
        }
        #expect(try share(bastion) == 0)

        // A Redis that hangs: nothing is claimed, nothing is written.
        let redis = rehearsal.processes("redis-server")
        signal(SIGSTOP, redis)
        let list = try bastion.run("flag", "list")
        #expect(list.status == 4 && list.output.contains("AS OF") && list.output.contains("? checkout-v2"))
        #expect(try bastion.run("flag", "who", "checkout-v2", "--user", "17").status == 4)
        let hung = try bastion.run("flag", "set", "checkout-v2", "--rollout", "5", "--yes")
        #expect(hung.status == 1 && hung.output.contains("nothing was written"), "\(hung.output)")
        signal(SIGCONT, redis)
        #expect(try share(bastion) == 0)
    }
}
