import Foundation
import Journal
import Launch
import Rehearsal
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

    /// Kills a backup (-9) before and after each of its steps; each time the next one clears up, says so, and is whole. It takes
    /// its time: eight deaths, and after each a backup.
    @Test func aBackupKilledAnywhereLeavesNothingAndTheNextSaysWhatItRemoved() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        // Slow enough to be caught in the middle.
        let slow = try Bastion(rehearsal, [("keep_free: 256MiB}", "keep_free: 256MiB, rate: 300kB/s}")])
        let bastion = try Bastion(rehearsal)
        let folder = "\(rehearsal.folder)/backups"
        /// What lies there and belongs to no whole backup.
        func leftovers() -> [String] {
            let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
                !$0.hasPrefix(".")
            }
            let whole = files.filter { $0.hasSuffix(".manifest.json") }.map {
                String($0.dropLast(".manifest.json".count))
            }
            return files.filter { file in !whole.contains { file.hasPrefix($0) } || file.hasSuffix(".partial") }
        }
        var found = 0
        for step in ["prepare", "dump", "check", "keep"] {
            for isAfter in [false, true] {
                let before = try bastion.log.records.count { $0.kind == .backup }
                let backup = try slow.start("backup", "run", "--yes")
                try await bastion.waitFor("\(step) \(isAfter ? "ended" : "began")", of: .backup) { record in
                    guard (try? bastion.log.records.count { $0.kind == .backup }) ?? 0 > before else { return false }
                    let now = record.steps.first { $0.step.name == step }
                    return isAfter ? now?.endedAt != nil : now?.startedAt != nil
                }
                backup.killHard()
                _ = try await backup.status()
                // What it had started ends with it: nothing goes on writing, and no session stays open.
                let isOver = try await eventually(within: 20) {
                    Processes.all(in: folder).isEmpty && rehearsal.processes("pg_dump").isEmpty
                }
                #expect(isOver, "\(step): \(Processes.all(in: folder).map(Processes.commandLine))")
                let left = leftovers()
                found += left.count
                let next = try bastion.run("backup", "run", "--yes")
                #expect(next.status == 0, "\(step) \(isAfter): \(next.output)\(next.errors)")
                #expect(
                    next.output.contains("removed what a backup that died had left") == !left.isEmpty,
                    "\(step) \(isAfter): \(left) \(next.output)")
                for file in left { #expect(next.output.contains(file), "\(file) is not named") }
                #expect(leftovers() == [], "\(step) \(isAfter)")
            }
        }
        #expect(found > 0, "none was caught in the middle")
        #expect(try bastion.run("backup", "verify").status == 0)
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
        // That something was disturbed is proved, by what each kind can be known by.
        let steps = try #require(board.actions.records.last { $0.id == record.id }).steps
        let disturbed = try #require(steps.first { $0.step.name == "disturb" })
        #expect(disturbed.outcome == .done)
        let summary = record.ended?.summary ?? ""
        switch kind {
        case "connections":
            let words = disturbed.detail
            let ended = try #require(words.split(separator: "; ").last?.split(separator: " ").first.flatMap { Int($0) })
            #expect(ended >= 1 && words.contains("none was left for 2 s"), "\(words)")
            #expect(summary.hasPrefix("well again after"), "\(summary)")
        case "redis":
            #expect(disturbed.detail.hasPrefix("restarted: run ") && disturbed.detail.contains(" became "))
            #expect(summary.hasPrefix("well again after"), "\(summary)")
        default: #expect(disturbed.detail == "down for 3 s, started again")
        }
        #expect(!record.started.silences.isEmpty)
        // Its alerts are silenced, and only until what it set off has settled.
        let silences = board.alerts.silences.values.filter { $0.id.hasPrefix(record.id.text) }
        #expect(!silences.isEmpty && silences.allSatisfy { $0.until - $0.from == DrillSilence.settling })
        #expect(silences.contains { $0.matchers.contains { $0.name == "probe" } })
    }

    @Test func aDrillThatRestartsNothingIsUndecided() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal, [("    restart: {run: [", "    restart: {run: [/bin/true, ")])
        let drill = try bastion.run("drill", "redis", "--yes")
        #expect(drill.status == 4 && drill.output.contains("undecided: nothing was disturbed"), "\(drill.output)")
        let board = try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1))
        #expect(board.backups.drills.last?.ended?.verdict == .unknown)
    }

    /// Between stop and start a drill must not die without an heir.
    @Test func aHostThatAKilledDrillHadStoppedIsStartedByTheEngine() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(
            rehearsal, [("    hold: 3s\n    silences: [blue", "    hold: 4m\n    silences: [blue")])
        let url = try #require(rehearsal.variables["BLUE_URL"])
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        /// Waits until blue listens, or does not.
        func expect(listening: Bool, _ why: String) async throws {
            let isSo = try await eventually(within: 40) {
                try await (ServerAddress.loopback(port).ask(within: .seconds(2)) != nil) == listening
            }
            #expect(isSo, "\(why)")
        }
        try await expect(listening: true, "it never ran")
        let drill = try bastion.start("drill", "edge", "--yes")
        try await expect(listening: false, "it was not stopped")
        drill.killHard()
        _ = try await drill.status()
        try await expect(listening: true, "it is still stopped")
        var ended: BackupEvent.DrillEnded?
        _ = try await eventually(within: 20) {
            ended = try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)).backups.drills.last?
                .ended
            return ended != nil
        }
        #expect(ended?.hasPassed == false && ended?.summary.contains("the engine started the host again") == true)
    }
}
