import Foundation
import Glibc
import Launch
import Testing

@testable import Journal

@Suite("A disk that takes nothing when the engine starts", .enabled(if: geteuid() == 0, "mounting needs root"))
struct UnwritableDiskTests {
    let folder: Folder
    private var disk: String { "\(folder.path)/disk" }
    private var journal: String { "\(disk)/launch.journal" }

    init() throws { folder = try Folder() }

    private func mount(_ flags: UInt = 0) throws {
        mkdir(disk, 0o755)
        try #require(Glibc.mount("tmpfs", disk, "tmpfs", flags, "size=2m,mode=755") == 0)
    }

    private func fill() {
        let ballast = open("\(disk)/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        while write(ballast, [UInt8](repeating: 0, count: 4096), 4096) > 0 {}
        close(ballast)
    }

    private func record(_ recorder: JournalRecorder, _ second: Double) async {
        await recorder.append([.engineStopped(.init(reason: "at \(Int(second))"))], at: .at(second))
        await recorder.record(Tick(at: .at(second), readings: [Reading("api.p95", .number(second))]))
        await recorder.beat(at: .at(second))
    }

    /// What was told in memory is in the journal once there is a disk, and why it came late.
    private func expectCaughtUp(_ recorder: JournalRecorder) async throws {
        await record(recorder, 3)
        #expect(await recorder.notRecording == nil)
        let reader = try JournalReader(path: journal)
        let kinds = try reader.events(limit: 99).map(\.body.kind)
        #expect(kinds.filter { $0 == "engine.stopped" }.count == 3 && kinds.contains("recording.gap"))
        let board = try reader.currentBoard()
        #expect(board.manifest == .latency && board.track("api.p95")?.value == .number(3))
    }

    @Test("full: it goes on in memory, says so, and writes it all once there is room", arguments: [false, true])
    func full(hasJournal: Bool) async throws {
        try mount()
        defer { umount2(disk, Int32(MNT_DETACH)) }
        if hasJournal {
            try JournalWriter(path: journal, origin: "o").append(
                [.engineStarted(.init(version: "1", pid: 1, probes: 1, series: 1))], at: .at(0))
            for suffix in ["-wal", "-shm", ".beat"] { unlink(journal + suffix) }
        }
        fill()
        let recorder = try await JournalRecorder.open(path: journal, origin: "o")
        await recorder.record(.latency, at: .at(0))
        await record(recorder, 1)
        await record(recorder, 2)
        #expect(await recorder.notRecording != nil)
        unlink("\(disk)/ballast")
        try await expectCaughtUp(recorder)
    }

    /// The recorder of a journal whose disk has become read-only.
    private func recorderOnReadOnlyDisk() async throws -> JournalRecorder {
        try JournalWriter(path: journal, origin: "o").append(
            [.engineStarted(.init(version: "1", pid: 1, probes: 1, series: 1))], at: .at(0))
        try #require(Glibc.mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), "") == 0)
        let recorder = try await JournalRecorder.open(path: journal, origin: "o")
        await recorder.record(.latency, at: .at(0))
        return recorder
    }

    @Test("read-only: it goes on in memory, says so, and writes it all once it can")
    func readOnly() async throws {
        try mount()
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let recorder = try await recorderOnReadOnlyDisk()
        await record(recorder, 1)
        await record(recorder, 2)
        #expect(await recorder.notRecording == "journal is read-only")
        // Its sign of life is where readers find it.
        let refuge = try #require(BeatRefuge(of: journal))
        #expect(
            BeatFile.read(JournalFiles(path: journal)) == Heartbeat(at: .at(2), notRecording: "journal is read-only"))
        try #require(Glibc.mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT), "") == 0)
        try await expectCaughtUp(recorder)
        #expect(refuge.read() == nil && access(refuge.path, F_OK) != 0)
        #expect(BeatFile.read(JournalFiles(path: journal)) == Heartbeat(at: .at(3), notRecording: nil))
    }

    @Test(
        "a beat in memory is believed of the journal's owner alone, never through a link, and never against a newer one"
    )
    func refuge() throws {
        try mount()
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let writer = try JournalWriter(path: journal, origin: "o")
        let refuge = try #require(BeatRefuge(of: journal))
        defer { refuge.remove() }
        let files = JournalFiles(path: journal)
        try writer.beat(Heartbeat(at: .at(5), notRecording: nil))
        #expect(refuge.write(Heartbeat(at: .at(4), notRecording: "old")))
        #expect(BeatFile.read(files)?.at == .at(5))
        #expect(refuge.write(Heartbeat(at: .at(6), notRecording: "full")))
        #expect(BeatFile.read(files)?.notRecording == "full")
        #expect(chown(refuge.path, 65534, 65534) == 0)
        #expect(BeatFile.read(files)?.at == .at(5))
        refuge.remove()
        #expect(symlink(files.beat, refuge.path) == 0)
        #expect(refuge.read() == nil && !refuge.write(Heartbeat(at: .at(7), notRecording: nil)))
    }

    @Test("read-only, and read by the engine's own readers meanwhile: they let it go, and it is written")
    func readOnlyWithReaders() async throws {
        try mount()
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let recorder = try await recorderOnReadOnlyDisk()
        var followed = [FollowedBoard(journal, span: .minutes(1)), FollowedBoard(journal, span: .minutes(1))]
        for index in followed.indices { followed[index].catchUp() }
        #expect(followed.allSatisfy { $0.board != nil })
        await record(recorder, 1)
        await record(recorder, 2)
        try #require(Glibc.mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT), "") == 0)
        // As long as one of them has it from before, nobody of this process could write; none is opened beside it.
        followed[0].catchUp()
        followed[0].catchUp()
        #expect(followed[0].board == nil)
        await recorder.beat(at: .at(2))
        #expect(await recorder.notRecording != nil)
        #expect(throws: JournalError.self) {
            try JournalWriter(path: journal, origin: "o", role: .action).append(
                [.engineStopped(.init(reason: "never"))], at: .at(2))
        }
        followed[1].catchUp()
        try await expectCaughtUp(recorder)
        for index in followed.indices {
            followed[index].catchUp()
            #expect(followed[index].board?.track("api.p95")?.value == .number(3))
        }
    }

    @Test("what is only not ours to write is refused at once")
    func wrongPath() async throws {
        await #expect(throws: JournalError.self) {
            try await JournalRecorder.open(path: "\(folder.path)/nowhere/launch.journal", origin: "o")
        }
    }
}
