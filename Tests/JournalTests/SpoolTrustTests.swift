import Foundation
import Glibc
import Launch
import Testing

@testable import Journal

@Suite("A spool that others have been at")
struct SpoolTrustTests {
    let folder: Folder
    private var spool: String { "\(folder.journal).spool" }
    private static let line =
        #"{"origin":"x","at":{"utc":1,"uptime":1,"boot":{"rawValue":1}},"kind":"engine.stopped","body":"{\"reason\":\"forged\"}"}"#

    init() throws {
        folder = try Folder()
        try FileManager.default.createDirectory(
            atPath: spool, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o750])
        try (Self.line + "\n").write(toFile: "\(spool)/1.jsonl", atomically: false, encoding: .utf8)
        chmod("\(spool)/1.jsonl", 0o640)
    }

    private func waiting() -> Int { Spool(of: folder.journal).waiting().count }
    private func drained() throws -> Int { try Spool(of: folder.journal).drain { _ throws(JournalError) in } }

    @Test("what its owner wrote is heard") func own() throws {
        #expect(waiting() == 1)
        #expect(try drained() == 1)
    }

    @Test("a folder of somebody else is not believed, not even by root") func foreignFolder() throws {
        try #require(geteuid() == 0, "only root can give a file away")
        chown(spool, 65_534, 65_534)
        #expect(waiting() == 0)
        #expect(try drained() == 0)
        #expect(throws: JournalError.self) { _ = try OwnFolder(spool, owner: 0) }
    }

    @Test("a file of somebody else is not believed, not even by root") func foreignFile() throws {
        try #require(geteuid() == 0, "only root can give a file away")
        chown("\(spool)/1.jsonl", 65_534, 65_534)
        #expect(waiting() == 0)
        #expect(try drained() == 0)
    }

    @Test("where a group or all may write, nothing is believed", arguments: [0o770, 0o707] as [mode_t])
    func openFolder(mode: mode_t) throws {
        chmod(spool, mode)
        #expect(waiting() == 0)
        #expect(try drained() == 0)
    }

    @Test("a link in its place is not followed") func link() throws {
        rename(spool, spool + ".real")
        symlink(spool + ".real", spool)
        #expect(waiting() == 0)
        #expect(try drained() == 0)
    }

    @Test("neither a pipe, a link, nor a second name of a file is read, and nobody waits", .timeLimit(.minutes(1)))
    func special() throws {
        unlink("\(spool)/1.jsonl")
        mkfifo("\(spool)/2.jsonl", 0o640)
        symlink("/etc/passwd", "\(spool)/3.jsonl")
        try (Self.line + "\n").write(toFile: "\(folder.path)/elsewhere", atomically: false, encoding: .utf8)
        chmod("\(folder.path)/elsewhere", 0o640)
        Glibc.link("\(folder.path)/elsewhere", "\(spool)/4.jsonl")
        mkdir("\(spool)/5.jsonl", 0o750)
        #expect(waiting() == 0)
        #expect(try drained() == 0)
    }

    @Test("the journal's owner is the only one who is promised that it will be read") func foreignJournal() throws {
        try #require(geteuid() == 0, "only root can give a file away")
        try Data().write(to: URL(fileURLWithPath: folder.journal))
        chown(folder.journal, 65_534, 65_534)
        // Root keeps it for the owner, in a folder that the owner's engine believes.
        try Spool(of: "\(folder.path)/launch.journal").keep([
            Event(origin: "o", at: .at(0), body: .engineStopped(.init(reason: "r")))
        ])
        var status = stat()
        let memory =
            "/dev/shm/guardia-spool-65534-"
            + String(
                folder.journal.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 },
                radix: 16)
        #expect(stat("\(memory)/\(getpid()).jsonl", &status) == 0 && status.st_uid == 65_534)
        unlink("\(memory)/\(getpid()).jsonl")
        #expect(rmdir(memory) == 0)
    }
}
