import Foundation
import Journal
import Launch
import Testing

/// Backups and drills of a real rehearsal, by the commands that an operator types.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct BackupJourneys {
    @Test func aBackupIsTakenProvedShownAndAKilledDrillLeavesNothing() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        func backups() throws -> BackupLog {
            try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)).backups
        }

        let run = try bastion.run("backup", "run", "--yes", "--reason", "test")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("✓ dump") && run.output.contains("age"))
        // Nobody has proved it yet: that is said, and is not well.
        let unproved = try bastion.run("backup", "list")
        #expect(unproved.status == 4 && unproved.output.contains("? proof"))

        let drill = try bastion.run("drill", "restore", "--yes")
        #expect(drill.status == 0, "\(drill.output)\(drill.errors)")
        #expect(drill.output.contains("restores: ") && drill.output.contains("tables the same"))
        let proved = try bastion.run("backup", "list")
        #expect(proved.status == 0 && proved.output.contains("restored and the same"), "\(proved.output)")
        #expect(try backups().lastProof?.ended?.measured != nil)

        let screen = try rehearsal.dashboard(columns: 120, rows: 40)
        try await screen.expect(text: "BarberPro", within: 20)
        try screen.press("B")
        try await screen.expect(text: "restored", within: 10)
        try screen.press("q")

        try await killed(bastion, rehearsal, withWarden: false)
        try await killed(bastion, rehearsal, withWarden: true)
    }

    /// Kills a drill (-9) while its scratch server runs; where its warden dies, too, the next drill clears up and says so.
    private func killed(_ bastion: Bastion, _ rehearsal: LiveRehearsal, withWarden: Bool) async throws {
        let drill = try bastion.start("drill", "restore", "--yes")
        try await bastion.waitFor("the scratch server runs", of: .drill) { record in
            record.ended == nil && record.steps.contains { $0.step.name == "scratch" && $0.endedAt != nil }
        }
        let line = try #require(
            drill.text.split(separator: "\n").first { $0.contains("PostgreSQL in /tmp/guardia-scratch-") })
        let folder =
            "/tmp/"
            + (try #require(line.split(separator: " ").first { $0.contains("guardia-scratch-") }).split(separator: "/")
            .last ?? "").filter { $0 != "," }
        #expect(FileManager.default.fileExists(atPath: folder))
        if withWarden {
            for pid in Processes.all(in: folder) where Processes.commandLine(pid).contains("guardia-scratch-warden") {
                kill(pid, SIGKILL)
            }
        }
        drill.killHard()
        _ = try await drill.status()
        if withWarden {
            #expect(FileManager.default.fileExists(atPath: folder))
            let next = try bastion.run("drill", "restore", "--yes")
            #expect(
                next.status == 0 && next.output.contains("removed what a drill that died had left: \(folder)"),
                "\(next.output)")
        }
        let isGone = try await eventually(within: 20) {
            !FileManager.default.fileExists(atPath: folder) && Processes.all(in: folder).isEmpty
        }
        #expect(isGone, "\(folder) is left")
        // The engine tells the journal of the one that died.
        try await bastion.waitFor("its end is told", of: .drill) { _ in
            try! bastion.log.records.contains { $0.kind == .drill && $0.ended?.body.outcome == .died }
        }
        #expect(try bastion.log.interrupted == nil, "a drill is nothing that an operator must finish")
    }

    @Test(arguments: ["connections", "redis", "edge"])
    func aDrillThatDisturbsIsTimedAndAnnounced(kind: String) async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        let drill = try bastion.run("drill", kind, "--yes")
        #expect(drill.status == 0, "\(drill.output)\(drill.errors)")
        let board = try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1))
        let record = try #require(board.backups.drills.last)
        #expect(record.kind.rawValue == kind && record.ended?.hasPassed == true && record.ended?.measured != nil)
        #expect(!record.started.silences.isEmpty)
        // Its alerts are silenced, and only until what it set off has settled.
        let silences = board.alerts.silences.values.filter { $0.id.hasPrefix(record.id.text) }
        #expect(!silences.isEmpty && silences.allSatisfy { $0.until - $0.from == DrillSilence.settling })
        #expect(silences.contains { $0.matchers.contains { $0.name == "probe" } })
    }
}
