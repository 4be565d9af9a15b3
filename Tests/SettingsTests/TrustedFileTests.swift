import Foundation
import Testing

@testable import Settings

@Suite(
    "A file that an operator behind sudo may name",
    .enabled(if: geteuid() == 0, "a folder that only root can change needs root to make it"))
struct TrustedFileTests {
    /// Not below /tmp, where all may write.
    private let folder: String
    private var path: String { "\(folder)/launch.yaml" }

    init() throws {
        folder = "/var/lib/guardia-trust-\(UUID().uuidString)"
        mkdir(folder, 0o755)
        chmod(folder, 0o755)
        try write("good", to: path)
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o644)
    }

    private func read(_ path: String) throws -> String {
        String(decoding: try TrustedFile.read(path, limit: 1 << 20), as: UTF8.self)
    }

    private func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    @Test func whatOnlyRootCanChangeIsRead() throws {
        #expect(try read(path) == "good")
        symlink("launch.yaml", "\(folder)/link.yaml")
        #expect(try read("\(folder)/link.yaml") == "good")
        symlink(path, "\(folder)/whole.yaml")
        #expect(try read("\(folder)/./whole.yaml") == "good")
        mkdir("\(folder)/sub", 0o755)
        #expect(try read("\(folder)/sub/../launch.yaml") == "good")
        try remove()
    }

    @Test(arguments: [0o775, 0o777, 0o1777] as [mode_t]) func aFolderThatOthersMayWriteInIsNotTrusted(mode: mode_t)
        throws
    {
        chmod(folder, mode)
        #expect(throws: TrustedFile.Trouble.self) { try read(path) }
        chmod(folder, 0o755)
        try remove()
    }

    private func isOwn(_ path: String) -> Bool { (try? TrustedFile.check(path, .own)) != nil }

    /// What the engine itself starts from: root's group is root, and /tmp is a place where each has only their own.
    @Test func ofOnesOwnFilesAGroupIsOthersToo() throws {
        #expect(isOwn(path))
        chmod(path, 0o664)
        #expect(isOwn(path), "root's group")
        chown(path, 0, 65_534)
        #expect(!isOwn(path))
        chmod(path, 0o644)
        for (mode, group, expected) in [
            (0o775, 0, true), (0o775, 65_534, false), (0o777, 0, false), (0o1777, 0, true), (0o1777, 65_534, true),
            (0o755, 65_534, true),
        ] as [(mode_t, gid_t, Bool)] {
            chmod(folder, mode)
            chown(folder, 0, group)
            #expect(isOwn(path) == expected, "\(String(mode, radix: 8)) \(group)")
        }
        // In such a folder another's link, and another's file, are none of ours.
        chmod(folder, 0o1777)
        symlink(path, "\(folder)/theirs")
        lchown("\(folder)/theirs", 65_534, 65_534)
        #expect(!isOwn("\(folder)/theirs"))
        chown(path, 65_534, 0)
        #expect(!isOwn(path))
        // What is not there is nobody's, if its folder is ours.
        do throws(TrustedFile.Trouble) { try TrustedFile.check("\(folder)/none", .own) } catch {
            #expect(error.isMissing && error.place == nil)
        }
        try remove()
    }

    @Test func aFolderThatMayNotBeListedCanBePassed() throws {
        mkdir("\(folder)/closed", 0o711)
        chmod("\(folder)/closed", 0o711)
        try write("good", to: "\(folder)/closed/a")
        #expect(try read("\(folder)/closed/a") == "good")
        try remove()
    }

    @Test func aLinkThroughAnOpenFolderIsNotTrusted() throws {
        mkdir("\(folder)/open", 0o777)
        chmod("\(folder)/open", 0o777)
        symlink(path, "\(folder)/open/config")
        symlink("\(folder)/open/config", "\(folder)/by-the-way")
        #expect(throws: TrustedFile.Trouble.self) { try read("\(folder)/open/config") }
        #expect(throws: TrustedFile.Trouble.self) { try read("\(folder)/by-the-way") }
        try remove()
    }

    @Test func anothersFileAndAnothersFolderAreNotTrusted() throws {
        chown(path, 65_534, 65_534)
        #expect(throws: TrustedFile.Trouble.self) { try read(path) }
        chown(path, 0, 0)
        chmod(path, 0o664)
        #expect(throws: TrustedFile.Trouble.self) { try read(path) }
        chmod(path, 0o644)
        chown(folder, 65_534, 0)
        #expect(throws: TrustedFile.Trouble.self) { try read(path) }
        try remove()
    }

    @Test(.timeLimit(.minutes(1))) func nothingButAFileIsReadAndNobodyWaits() throws {
        mkfifo("\(folder)/pipe", 0o644)
        #expect(throws: TrustedFile.Trouble.self) { try read("\(folder)/pipe") }
        #expect(throws: TrustedFile.Trouble.self) { try read(folder) }
        #expect(throws: TrustedFile.Trouble.self) { try read("launch.yaml") }
        symlink("round", "\(folder)/round")
        #expect(throws: TrustedFile.Trouble.self) { try read("\(folder)/round") }
        do throws(TrustedFile.Trouble) {
            try TrustedFile.check("\(folder)/none")
            Issue.record("it is not there")
        } catch { #expect(error.isMissing) }
        try remove()
    }
}
