import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("The warden", .timeLimit(.minutes(1)))
struct WardenTests {
    @Test("a maker killed by SIGKILL leaves no server and no folder, not even a paused one")
    func killedMaker() async throws {
        let note = "/tmp/guardia-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(note) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [note = note as String] in
            let folder = try await PrivateFolder()
            let postgres = try await PostgresServer.start(in: folder)
            let redis = try await RedisServer.start(in: folder)
            let nginx = try await NginxServer.start(in: folder) { port, _ in "server { listen 127.0.0.1:\(port); }" }
            try await postgres.pause()
            try await redis.pause()
            let pids = await [postgres.pid, redis.pid, nginx.pid].map { "\($0 ?? 0)" }
            try ([folder.path] + pids).joined(separator: "\n").write(toFile: note, atomically: true, encoding: .utf8)
            kill(getpid(), SIGKILL)
        }
        let lines = try String(contentsOfFile: note, encoding: .utf8).split(separator: "\n").map(String.init)
        let folder = try #require(lines.first)
        let pids = lines.dropFirst().compactMap { Int32($0) }
        #expect(pids.count == 3 && !pids.contains(0))
        #expect(await becomesTrue { !FileManager.default.fileExists(atPath: folder) })
        #expect(await becomesTrue { !commandLines().contains { $0.contains(folder) } })
    }

    @Test("closing a folder ends its servers")
    func closeEndsServers() async throws {
        let folder = try await PrivateFolder()
        let redis = try await RedisServer.start(in: folder)
        await folder.close()
        #expect(await becomesTrue { await redis.pid == nil })
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("what its servers left in memory goes with the folder")
    func leftovers() async throws {
        let memory = "/dev/shm/guardia-test-\(UInt32.random(in: 0...UInt32.max))"
        let elsewhere = "/tmp/guardia-test-\(UInt32.random(in: 0...UInt32.max))"
        for path in [memory, elsewhere] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        defer { rmdir(elsewhere) }
        let folder = try await PrivateFolder()
        try folder.take(along: [memory, elsewhere])
        await folder.close()
        #expect(!FileManager.default.fileExists(atPath: memory))
        #expect(FileManager.default.fileExists(atPath: elsewhere))
    }

    @Test("a folder that was forgotten is removed")
    func forgottenFolder() async throws {
        var folder: PrivateFolder? = try await PrivateFolder()
        let path = try #require(folder?.path)
        #expect(FileManager.default.fileExists(atPath: path))
        folder = nil
        #expect(await becomesTrue { !FileManager.default.fileExists(atPath: path) })
    }

    @Test("a folder whose maker and warden are gone is removed when the next one is made")
    func abandonedFolder() async throws {
        let path = "/tmp/guardia-test\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: "\(path)/lock"))
        let folder = try await PrivateFolder()
        #expect(!FileManager.default.fileExists(atPath: path))
        await folder.close()
    }

    private func commandLines() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { Int32($0) != nil }.compactMap {
            try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)
        }
    }
}

/// Polls a condition that other processes bring about, for at most ten seconds.
func becomesTrue(_ condition: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<1000 {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}
