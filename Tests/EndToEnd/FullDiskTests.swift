import Foundation
import Journal
import Launch
import Testing

/// The bastion's disk is full to its last byte, or takes no writes at all: the traffic moves all the same, and what was to be
/// journaled is in the journal once it can be.
@Suite(
    .serialized, .timeLimit(.minutes(4)),
    .enabled(if: MountNamespace.refusal == nil, "only root can mount, and not everywhere"))
struct FullDiskTests {
    /// A rehearsal whose launch has its journal and its state on a small disk of its own, with an engine and a dashboard.
    private final class SmallDisk {
        let space: MountNamespace
        let bastion: Bastion
        let journal: String
        private(set) var engine: RunningProgram?

        init() async throws {
            // What is spooled beside the disk is the test's own as well.
            space = try await MountNamespace(
                """
                mount -t tmpfs -o mode=1777 none /dev/shm
                mount -t tmpfs -o size=6m,mode=0750 none "$1"
                """)
            journal = "\(space.folder)/launch.journal"
            let rehearsal = try await LiveRehearsal.headless()
            bastion = try Bastion(
                rehearsal, [("journal: {path: \"\(rehearsal.journal)\"}", "journal: {path: \"\(journal)\"}")])
            // The rehearsal's own engine keeps another journal, and a port.
            for pid in rehearsal.processes("guardia watch") { kill(pid, SIGKILL) }
        }

        deinit { engine?.killHard() }

        func words(_ command: [String]) -> [String] {
            ["env", "GUARDIA_STATE=\(space.folder)/state", Program.path("guardia")] + command + [
                "--config", bastion.config,
            ]
        }

        func run(_ command: String...) throws -> Program.Result { try space.run(words(command)) }
        func start(_ command: String...) throws -> RunningProgram { try space.start(words(command)) }

        func startEngine() throws { engine = try start("watch") }

        func stopEngine() async throws {
            engine?.send(SIGTERM)
            _ = try await engine?.status()
            engine = nil
        }

        func dashboard() throws -> TerminalScreen {
            try TerminalScreen(
                space.words(words(["--journal", journal])).map(TerminalScreen.quote).joined(separator: " "),
                columns: 120, rows: 40)
        }

        /// To its last byte; whatever is freed meanwhile is taken too.
        func fill() throws {
            try space.shell(
                "cat /dev/zero >>'\(space.folder)/ballast' 2>/dev/null; cat /dev/zero >>'\(space.folder)/ballast' 2>/dev/null; "
                    + "! printf x >>'\(space.folder)/last' 2>/dev/null")
        }

        func makeRoom() throws { try space.shell("rm -f '\(space.folder)/ballast' '\(space.folder)/last'") }

        func remount(_ how: String) throws { try space.shell("mount -o remount,\(how) '\(space.folder)'") }

        /// The journal as it stands, by a copy outside of the namespace.
        func board() throws -> Board? {
            let copy = "\(space.folder).copy"
            defer { for end in ["", "-wal", "-shm"] { unlink(copy + end) } }
            let result = try space.run([Program.path("guardia"), "journal", "export", copy, "--journal", journal])
            guard result.status == 0 else { return nil }
            return try JournalReader(path: copy).currentBoard(span: .minutes(1))
        }

        /// The newest events, and what waits to be one.
        func tail() throws -> String {
            let events = try space.run([Program.path("guardia"), "journal", "tail", "-n", "30", "--journal", journal])
            return events.output + events.errors
                + (try space.run(["sh", "-c", "ls -l /dev/shm/guardia-spool* '\(journal).spool'"]).output)
        }

        func expect(
            _ what: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
            _ condition: () throws -> Bool
        ) async throws {
            let isSo = try await eventually(within: seconds, condition)
            try #require(
                isSo,
                "never so: \(what); \(engine?.text.suffix(2000) ?? ""); \((try? tail()) ?? "")",
                sourceLocation: sourceLocation)
        }

        /// Every step of an action as it was told, each begun and ended, and its end.
        func expectWhole(
            _ kind: ActionKind, to version: String?, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let found = try board()?.actions.records.last {
                $0.kind == kind && (version == nil || $0.started.to?.version == version)
            }
            let record = try #require(found, "the journal has no \(kind)", sourceLocation: sourceLocation)
            #expect(record.ended?.body.outcome == .done, "\(record)", sourceLocation: sourceLocation)
            for step in record.steps {
                #expect(
                    step.startedAt != nil && step.endedAt != nil && step.outcome != .failed, "\(step)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    @Test func onAFullDiskTheTrafficMovesAndNothingIsLost() async throws {
        let disk = try await SmallDisk()
        try disk.startEngine()
        try await disk.expect("the engine records") { try disk.board()?.manifest != nil }
        let screen = try disk.dashboard()
        try await screen.expect(text: "BarberPro")
        let load = LoadClient(disk.bastion.rehearsal.variables["DOOR_URL"] ?? "")

        try disk.fill()
        let filledAt = SystemClock().now().utc
        try await screen.expect("that nothing is recorded", within: 60) { $0.contains("NOT RECORDING") }
        try disk.fill()
        let rollback = try disk.run("rollback", "--yes", "--reason", "the disk is full")
        #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
        #expect(rollback.errors.contains("waits in the spool"), "\(rollback.errors)")
        #expect(rollback.output.contains("prove"), "\(rollback.output)")
        #expect(disk.bastion.split == "green")
        let back = try disk.run("rollback", "--yes", "--to", "blue", "--reason", "and back")
        #expect(back.status == 0, "\(back.output)\(back.errors)")
        #expect(disk.bastion.split == "blue")
        let deploy = try disk.run("deploy", "v8.3.0", "--yes", "--canary", "none", "--reason", "on a full disk")
        #expect(deploy.status == 0, "\(deploy.output)\(deploy.errors)")
        #expect(deploy.errors.contains("waits in the spool"), "\(deploy.errors)")
        #expect(disk.bastion.split == "green")

        // There is room: it is written by itself, in order, and the engine says nothing of it any more.
        try disk.makeRoom()
        try await screen.expect("that it records again", within: 60) { !$0.contains("NOT RECORDING") }
        try await disk.expect("what was spooled is in the journal") {
            try disk.board()?.actions.records.last?.ended?.body.outcome == .done
        }
        let records = try disk.board()?.actions.records ?? []
        #expect(records.map(\.kind) == [.rollback, .rollback, .deploy], "\(records.map(\.id))")
        try disk.expectWhole(.rollback, to: nil)
        try disk.expectWhole(.deploy, to: "v8.3.0")
        #expect(records.first?.started.reason == "the disk is full")
        // Nor are the readings of that time.
        try await disk.expect("the readings of that time are there") {
            let now = SystemClock().now().utc
            guard let track = try disk.board()?.track("api.up") else { return false }
            let count = Int((now - filledAt).count / track.history.interval.count)
            let values = track.history.values(last: count, until: now).dropLast(2)
            return values.count >= 5 && values.count { $0.isNaN } <= 2
        }
        let verified = try disk.space.run(
            [Program.path("guardia"), "journal", "verify", "--journal", disk.journal])
        #expect(verified.status == 0, "\(verified)")
        #expect(try disk.space.run(["sh", "-c", "ls /dev/shm | grep guardia-spool"]).output.isEmpty)

        let failures = try await load.stop()
        #expect(load.requests > 200)
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func aDiskThatFillsInTheMiddleStopsNeitherARollbackNorADeploy() async throws {
        let disk = try await SmallDisk()
        try disk.startEngine()
        try await disk.expect("the engine records") { try disk.board()?.manifest != nil }
        let load = LoadClient(disk.bastion.rehearsal.variables["DOOR_URL"] ?? "")
        // Its plan and its lock are told while there is room; from then on there is none.
        let deploy = try disk.start("deploy", "v8.4.0", "--yes", "--canary", "none", "--reason", "half-way")
        try await disk.expect("it is under way") {
            try disk.board()?.actions.records.last?.steps.contains { $0.step.name == "lock" && $0.endedAt != nil }
                ?? false
        }
        try disk.fill()
        #expect(try await deploy.status() == 0, "\(deploy.text)")
        #expect(disk.bastion.split == "green")
        try disk.fill()
        let rollback = try disk.run("rollback", "--yes", "--to", "blue")
        #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
        #expect(disk.bastion.split == "blue")
        try disk.makeRoom()
        try await disk.expect("both are in the journal", within: 60) {
            let records = try disk.board()?.actions.records ?? []
            return records.count == 2 && records.allSatisfy { $0.ended?.body.outcome == .done }
        }
        try disk.expectWhole(.deploy, to: "v8.4.0")
        try disk.expectWhole(.rollback, to: nil)
        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func onAReadOnlyDiskTheTrafficMovesAndIsJournaledOnceItCanBeWritten() async throws {
        let disk = try await SmallDisk()
        try disk.startEngine()
        try await disk.expect("the engine records") { try disk.board()?.manifest != nil }
        // As the kernel does with a disk that fails (errors=remount-ro): nobody can be writing when one does it by hand.
        try await disk.stopEngine()
        try disk.remount("ro")
        try disk.startEngine()
        try await disk.expect("the engine says so") { disk.engine?.text.contains("NOT RECORDING") ?? false }
        let screen = try disk.dashboard()
        // Its sign of life is in memory: it watches and pages, and what it sees is not kept.
        try await screen.expect("that nothing is recorded") {
            $0.contains("NOT RECORDING") && !$0.contains("ENGINE SILENT")
        }
        let load = LoadClient(disk.bastion.rehearsal.variables["DOOR_URL"] ?? "")
        let rollback = try disk.run("rollback", "--yes", "--reason", "the disk is read-only")
        #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
        #expect(rollback.errors.contains("waits in the spool"), "\(rollback.errors)")
        #expect(disk.bastion.split == "green")
        let deploy = try disk.run("deploy", "v8.5.0", "--yes", "--canary", "none")
        #expect(deploy.status == 0, "\(deploy.output)\(deploy.errors)")
        #expect(disk.bastion.split == "blue")

        try disk.remount("rw")
        try await screen.expect("that the engine records", within: 60) {
            !$0.contains("ENGINE SILENT") && !$0.contains("NOT RECORDING")
        }
        try await disk.expect("what was spooled is in the journal") {
            let records = try disk.board()?.actions.records ?? []
            return records.count == 2 && records.allSatisfy { $0.ended?.body.outcome == .done }
        }
        try disk.expectWhole(.rollback, to: nil)
        try disk.expectWhole(.deploy, to: "v8.5.0")
        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }
}
