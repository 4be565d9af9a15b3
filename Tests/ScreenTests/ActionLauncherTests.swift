import Foundation
import Launch
import Synchronization
import Testing

@testable import Screen

/// Real children: a script stands where guardia would.
@Suite struct ActionLauncherTests {
    private let holder: Holder
    private var folder: URL { holder.url }

    /// A folder that goes with the test.
    private final class Holder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "guardia-launch-\(UUID().uuidString.prefix(8))")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    init() throws { holder = try Holder() }

    private func script(_ body: String) throws -> String {
        let path = folder.appendingPathComponent("program-\(UUID().uuidString.prefix(8))").path
        try ("#!/bin/sh\n" + body).write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private func request(actAs: [String] = [], _ arguments: [String] = ["rollback", "--to", "green"]) -> ActionRequest {
        ActionRequest(id: ActionID("rollback-1"), kind: .rollback, actAs: actAs, arguments: arguments)
    }

    /// Launches, and waits for what is told of the end.
    private func end(of launcher: ActionLauncher, _ request: ActionRequest) async throws -> String {
        launcher.launch(request)
        return try await until { launcher.take().first?.reason }
    }

    /// Asks until there is an answer, a minute at most.
    private func until<Answer>(_ ask: () -> Answer?) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let answer = ask() { return answer }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CancellationError()
    }

    private func launcher(_ program: String, systemd: ActionLauncher.SystemdScope? = nil, path: String? = nil)
        -> ActionLauncher
    {
        var environment = ["SSH_CLIENT=10.0.0.7 1 22", "PATH=" + (path ?? "/usr/bin:/bin")]
        if path != nil { environment.append("FOLDER=\(folder.path)") }
        return ActionLauncher(
            .init(program: program, options: ["--journal", "/x"], systemd: systemd, environment: environment), wake: {})
    }

    @Test func theChildGetsTheWordsAndNothingOfOurs() async throws {
        let found = folder.appendingPathComponent("found").path
        let open = FileHandle(forUpdatingAtPath: "/dev/null")
        defer { try? open?.close() }
        let program = try script(
            """
            { printf '%s\\n' "$@"; pwd; ls /proc/self/fd | tr '\\n' ' '; echo; readlink /proc/self/fd/0
              cut -d' ' -f6 /proc/$$/stat; echo $$; } > \(found).part
            mv \(found).part \(found)
            echo the last word >&2; exit 3
            """)
        let reason = try await end(
            of: launcher(program), request(["rollback", "--reason", "it's; $(reboot)\n\u{1b}[2J"]))
        #expect(reason == "the last word (it ended with exit code 3)")
        let lines = try String(contentsOfFile: found, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.prefix(3) == ["rollback", "--reason", "it's; $(reboot)"])
        #expect(lines[4...7] == ["--id", "rollback-1", "--journal", "/x"])
        #expect(lines[8] == "/")
        // 0, 1, 2 and the folder that ls itself reads.
        #expect(lines[9].split(separator: " ").count == 4)
        #expect(lines[10] == "/dev/null")
        #expect(lines[11] == lines[12], "it leads no session of its own")
    }

    @Test func theChildBlocksAndIgnoresNoSignal() async throws {
        let reason = try await end(
            of: launcher(try script("exec awk '/SigBlk|SigIgn/ { printf \"%s \", $2 }' /proc/self/status")), request())
        // 32 and 33 are the C library's own.
        let masks = reason.split(separator: " ").prefix(2).compactMap { UInt64($0, radix: 16) }.map {
            $0 & ~0x1_8000_0000
        }
        #expect(masks == [0, 0], "\(reason)")
    }

    @Test func whatCannotBeStartedIsSaid() async throws {
        let reason = try await end(of: launcher("/nonexistent/guardia"), request())
        #expect(reason == "/nonexistent/guardia: No such file or directory")
    }

    @Test("a journal that asks to act by another program than sudo or doas starts nothing")
    func aStrangeDelegationStartsNothing() async throws {
        let mark = folder.appendingPathComponent("mark").path
        for words in [
            ["touch", mark], ["sudo", "touch", mark], ["sudo", "-n", "-u", "root", "sh"], ["/tmp/sudo", "-u", "a"],
        ] {
            let reason = try await end(of: launcher("/bin/true"), request(actAs: words))
            #expect(reason.hasSuffix("nothing was started"), "\(words)")
        }
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test func whoActsAsAnotherUserBringsNoJournal() {
        let words = launcher("/usr/bin/guardia").words(of: request(actAs: ["sudo", "-n", "-u", "guardia"]))
        #expect(
            words == [
                "sudo", "-n", "-u", "guardia", "/usr/bin/guardia", "rollback", "--to", "green", "--id", "rollback-1",
            ])
        #expect(launcher("/usr/bin/guardia").words(of: request()).suffix(2) == ["--journal", "/x"])
    }

    @Test func anEndBySignalIsSaid() async throws {
        let reason = try await end(of: launcher(try script("kill -9 $$")), request())
        #expect(reason == "it was ended by signal 9")
    }

    @Test func aSuccessIsToldInItsOwnWords() async throws {
        #expect(try await end(of: launcher(try script("echo told")), request()) == "told")
    }

    @Test func aFloodOfOutputHoldsNothingUp() async throws {
        let reason = try await end(
            of: launcher(try script("yes | head -c 20000000; echo; echo at last; exit 1")), request())
        #expect(reason == "at last (it ended with exit code 1)")
    }

    @Test func nothingOfALoginSessionIsHandedOn() {
        setenv("SSH_AUTH_SOCK", "/tmp/agent", 1)
        setenv("GUARDIA_TEST_KEPT", "1", 1)
        #expect(!ActionLauncher.Setup.ownEnvironment.contains { $0.hasPrefix("SSH_AUTH_SOCK=") })
        #expect(ActionLauncher.Setup.ownEnvironment.contains("GUARDIA_TEST_KEPT=1"))
    }

    // MARK: systemd, played by scripts

    private func manager(_ run: String, active: String) throws -> String {
        let bin = folder.appendingPathComponent("bin")
        try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
        for (name, body) in [("systemd-run", run), ("systemctl", active)] {
            let path = bin.appendingPathComponent(name).path
            try ("#!/bin/sh\n" + body).write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        return bin.path + ":/usr/bin:/bin"
    }

    @Test func aUnitIsAskedForFirstAndItsOutputIsRead() async throws {
        let path = try manager(
            """
            printf '%s\\n' "$@" > $FOLDER/asked
            for word in "$@"; do case $word in --property=StandardOutput=append:*) out=${word#*append:};; esac; done
            while [ "$1" != -- ]; do shift; done; shift
            exec "$@" >> "$out"
            """, active: "exit 3")
        let reason = try await end(of: launcher(try script("echo spoken"), systemd: .system, path: path), request())
        #expect(reason == "spoken (its unit guardia-rollback-1.service has ended)")
        let asked = try String(contentsOf: folder.appendingPathComponent("asked"), encoding: .utf8)
        #expect(
            asked.contains("--unit=guardia-rollback-1.service\n")
                && asked.contains("--setenv=SSH_CLIENT=10.0.0.7 1 22\n"))
        #expect(!asked.contains("FOLDER"), "an unknown variable may be a secret, and is seen in the unit")
    }

    @Test func whereSystemdTakesNothingASessionOfItsOwnDoes() async throws {
        let path = try manager("echo no bus >&2; exit 1", active: "exit 3")
        let reason = try await end(
            of: launcher(try script("echo alone; exit 1"), systemd: .system, path: path), request())
        #expect(reason == "alone (it ended with exit code 1)")
    }
}
