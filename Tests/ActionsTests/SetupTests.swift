import Actions
import Foundation
import Glibc
import Testing

/// On a root folder of the test's own. It makes real users, so it needs to be root, and takes them away again.
@Suite(.serialized, .enabled(if: geteuid() == 0, "setup makes users: only root can"))
struct SetupTests {
    private let root: String
    private let user = "guardia-test-\(getpid() % 10_000)"

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("setup-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: "\(root)/etc/sudoers.d", withIntermediateDirectories: true)
    }

    private func run(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }

    private func end() throws {
        try? run(["userdel", user])
        try? run(["groupdel", user])
        try FileManager.default.removeItem(atPath: root)
    }

    /// A systemctl that says what it is told to do, and knows of an engine that runs once it was started.
    private var systemctl: [String] {
        get throws {
            let path = "\(root)/systemctl"
            try """
            #!/bin/sh
            echo "$*" >> "\(root)/told"
            case $1 in
                is-active|is-enabled) test -e "\(root)/started" ;;
                start|restart) touch "\(root)/started" ;;
            esac

            """.write(toFile: path, atomically: true, encoding: .utf8)
            return ["sh", path]
        }
    }

    /// What systemctl was told to do, without what it was asked; forgotten then.
    private func told() -> [String] {
        let text = (try? String(contentsOfFile: "\(root)/told", encoding: .utf8)) ?? ""
        unlink("\(root)/told")
        return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("is-") }
    }

    @Test func theEngineIsStartedOnlyWhereThatIsAskedForAndOnce() async throws {
        func engine(starts: Bool, dryRun: Bool = false) async throws -> Setup.Item? {
            let options = Setup.Options(
                root: root, user: user, dryRun: dryRun, starts: starts, systemctl: try systemctl)
            return await Setup(options).run().first { $0.name == "engine guardia.service" }
        }
        let asked = try #require(try await engine(starts: false))
        #expect(asked.change == nil && asked.trouble == nil)
        #expect(asked.advice?.contains("systemctl daemon-reload && systemctl enable --now guardia") == true)
        #expect(told() == [])
        let planned = try #require(try await engine(starts: true, dryRun: true))
        #expect(planned.change == "read its unit, enable and start it" && told() == [])
        let started = try #require(try await engine(starts: true))
        #expect(started.change != nil && started.trouble == nil)
        #expect(told() == ["daemon-reload", "enable --quiet guardia", "start guardia"])
        let again = try #require(try await engine(starts: true))
        #expect(again.change == nil && again.advice == nil && told() == [])
        // A unit that was changed by hand is written anew, and the engine that runs by the old one is told.
        try "[Unit]\n".write(
            toFile: "\(root)/etc/systemd/system/guardia.service", atomically: true, encoding: .utf8)
        #expect(try await engine(starts: false)?.advice?.hasPrefix("its unit changed") == true)
        try "[Unit]\n".write(
            toFile: "\(root)/etc/systemd/system/guardia.service", atomically: true, encoding: .utf8)
        #expect(try await engine(starts: true)?.change == "read its unit, enable and restart it")
        #expect(told() == ["daemon-reload", "enable --quiet guardia", "restart guardia"])
        try end()
    }

    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(root + path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    @Test func aSecondRunChangesNothing() async throws {
        let setup = Setup(.init(root: root, user: user, systemctl: try systemctl))
        let first = await setup.run()
        #expect(first.allSatisfy { $0.trouble == nil }, "\(first)")
        #expect(first.count == 10)
        #expect(first.allSatisfy { $0.change != nil || $0.advice != nil })
        #expect(mode("/var/lib/guardia") == 0o2751)
        #expect(mode("/etc/guardia/secrets") == 0o700)
        #expect(mode("/etc/sudoers.d/guardia") == 0o440)
        #expect(mode("/etc/guardia/edge_ed25519") == 0o600)
        #expect(getpwnam(user) != nil)
        let second = await setup.run()
        #expect(second.allSatisfy { $0.change == nil && $0.trouble == nil }, "\(second)")
        try end()
    }

    @Test func aDryRunChangesNothingAndSaysEverything() async throws {
        let items = await Setup(.init(root: root, user: user, dryRun: true, systemctl: try systemctl)).run()
        #expect(items.allSatisfy { $0.change != nil || $0.advice != nil })
        #expect(getpwnam(user) == nil)
        #expect(mode("/var/lib/guardia") == nil)
        #expect(mode("/etc/sudoers.d/guardia") == nil)
        try end()
    }

    @Test func whatWasChangedByHandIsMendedAndNamed() async throws {
        let setup = Setup(.init(root: root, user: user, systemctl: try systemctl))
        _ = await setup.run()
        chmod("\(root)/etc/guardia/secrets", 0o755)
        try "%everybody ALL=(ALL) NOPASSWD: ALL\n".write(
            toFile: "\(root)/etc/sudoers.d/guardia", atomically: true, encoding: .utf8)
        let items = await setup.run()
        #expect(items.filter { $0.change != nil }.map(\.name) == ["/etc/guardia/secrets", "/etc/sudoers.d/guardia"])
        let text = try String(contentsOfFile: "\(root)/etc/sudoers.d/guardia", encoding: .utf8)
        #expect(text.contains("%\(user) ALL = (\(user):\(user)) NOPASSWD: GUARDIA"))
        #expect(!text.contains("everybody"))
        try end()
    }

    @Test func aFileWhereAFolderShouldBeIsNotTouched() async throws {
        try FileManager.default.createDirectory(atPath: "\(root)/etc/guardia", withIntermediateDirectories: true)
        try "mine".write(toFile: "\(root)/etc/guardia/secrets", atomically: true, encoding: .utf8)
        let items = await Setup(.init(root: root, user: user, systemctl: try systemctl)).run()
        #expect(items.first { $0.name == "/etc/guardia/secrets" }?.trouble?.contains("no folder") == true)
        #expect(try String(contentsOfFile: "\(root)/etc/guardia/secrets", encoding: .utf8) == "mine")
        try end()
    }
}
