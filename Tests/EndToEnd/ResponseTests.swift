import Foundation
import Journal
import Launch
import Testing

/// What the engine does by itself, for real.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ResponseTests {
    private struct SystemMoments: Launch.Clock {
        func now() -> Moment {
            let utc = Int64((Date().timeIntervalSince1970 * 1000).rounded())
            return Moment(utc: Timestamp(milliseconds: utc), uptime: Milliseconds(utc), boot: BootID(rawValue: 1))
        }
    }

    @Test func whatADeploysOwnWatchFoundWorseIsTakenBack() async throws {
        let rehearsal = try await LiveRehearsal.headless("--bookings 2000 --rate 60 --steady")
        defer { try? rehearsal.terminal.press("C-c") }
        let responses = "responses: [{name: back, on: watch-failed, rollback: true, per_hour: 1, escalate: default}]\n"
        let bastion = try Bastion(rehearsal, [("dead_man: [", responses + "dead_man: [")])
        for pid in rehearsal.processes("watch --config") { kill(pid, SIGKILL) }
        let engine = try RunningProgram(
            Program.path("guardia"),
            [
                "watch", "--config", bastion.config, "--journal", rehearsal.journal, "--log",
                "\(rehearsal.folder)/response.log",
            ])
        defer { engine.killHard() }
        let watches = try await eventually(within: 60) {
            try JournalReader(path: rehearsal.journal).newest(of: ["engine.started"], limit: 10).count >= 2
        }
        #expect(watches)
        #expect(bastion.split == "blue")
        // What a deploy tells when its watch finds it worse than before. The deploy itself would take minutes.
        let failed = ActionEvent.stepEnded(
            .init(action: ActionID("deploy-20261127T000000Z-0001"), step: "watch", outcome: .failed, detail: "errors"))
        _ = try JournalWriter(path: rehearsal.journal, origin: "test", role: .action).append(
            [.action(failed)], at: SystemMoments().now())
        let isBack = try await eventually(within: 90) { bastion.split == "green" }
        #expect(isBack, "\((try? String(contentsOfFile: "\(rehearsal.folder)/response.log", encoding: .utf8)) ?? "")")
        let isTold = try await eventually(within: 60) {
            let board = try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1))
            return board.responses.records.contains { $0.response == "back" && $0.ended?.outcome == .done }
        }
        #expect(isTold)
        // An action as every other: somebody's, with its reason.
        let record = try bastion.log.records.last { $0.kind == .rollback }
        #expect(record?.started.reason == "response back" && record?.ended?.body.outcome == .done)
    }
}
