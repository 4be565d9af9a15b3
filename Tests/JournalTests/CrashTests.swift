import Foundation
import Launch
import Testing

@testable import Journal

@Suite("After a crash")
struct CrashTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test("kill -9 at any point loses nothing that was committed", .timeLimit(.minutes(2)), arguments: [3, 17, 40])
    func killed(milliseconds: Int) async throws {
        let path = folder.journal
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, milliseconds = milliseconds as Int] in
            let writer = try JournalWriter(path: path, origin: "o")
            try writer.record(.latency, at: .at(0))
            let acknowledged = open(path + ".acknowledged", O_WRONLY | O_CREAT, 0o600)
            for number in 1... {
                if number == 20 {
                    // Into the midst of whatever the writer is doing then.
                    Thread {
                        usleep(UInt32(milliseconds) * 1000); kill(getpid(), SIGKILL)
                    }.start()
                }
                try writer.record(
                    Tick(at: .at(Double(number)), readings: [Reading("api.p95", .number(Double(number)))]))
                try writer.append([.engineStopped(.init(reason: "\(number)"))], at: .at(Double(number)))
                withUnsafeBytes(of: Int64(number)) { _ = pwrite(acknowledged, $0.baseAddress, 8, 0) }
            }
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: path + ".acknowledged"))
        let acknowledged = data.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
        #expect(acknowledged >= 19)
        // The kernel has freed the lock; recording goes on.
        let writer = try JournalWriter(path: path, origin: "o")
        let reader = try JournalReader(path: path)
        let last = try reader.lastSequence()
        #expect(last == acknowledged || last == acknowledged + 1)
        #expect(try reader.verify().holds)
        #expect(try #require(reader.currentBoard().track("api.p95")?.number) >= Double(acknowledged))
        #expect(try writer.append([.engineStopped(.init(reason: "again"))], at: .at(1)).first?.sequence == last + 1)
    }

    @Test("a log that was cut off anywhere opens again, with a beginning of what was written")
    func truncatedLog() throws {
        do {
            let writer = try JournalWriter(path: folder.journal, origin: "o")
            for number in 1...60 {
                try writer.append([.engineStopped(.init(reason: "\(number)"))], at: .at(Double(number)))
            }
            // Copied while it is open: closing would bring the log into the file.
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: folder.journal + suffix, toPath: folder.path + "/cut" + suffix)
            }
        }
        let file = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/cut"))
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/cut-wal"))
        #expect(log.count > 60 * 4096)
        var random = Seeded(11)
        for round in 0..<30 {
            let path = folder.path + "/round\(round)"
            var cut = log.prefix(.random(in: 0...log.count, using: &random))
            // Every second time the last page is half old and half new, as a power cut leaves it.
            if round.isMultiple(of: 2), cut.count > 600 {
                cut[cut.count - 500] ^= 0xFF
            }
            try file.write(to: URL(fileURLWithPath: path))
            try cut.write(to: URL(fileURLWithPath: path + "-wal"))
            let writer = try JournalWriter(path: path, origin: "o")
            let reader = try JournalReader(path: path)
            let events = try reader.events(limit: 100)
            #expect(events.map(\.sequence) == events.indices.map { Int64($0 + 1) })
            #expect(try reader.verify().holds)
            #expect(try writer.append([.engineStopped(.init(reason: "on"))], at: .at(99)).count == 1)
        }
    }
}
