import Edge
import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

/// The helper killed between any two commands, on a full disk, and without anybody around.
@Suite("The helper dies", .timeLimit(.minutes(5)))
struct CrashTests {
    /// Makes bash kill itself before the Nth command that does something: a test and an assignment change nothing.
    private static let trap = """
        set -T
        steps=0
        trap 'case $BASH_COMMAND in "["*|case*|read*|local*|return*) ;; *) case ${BASH_COMMAND%%[ \\"]*} in *=*) ;; *)
            steps=$((steps + 1)); [ "$steps" -lt "$KILL_AT" ] || kill -9 $BASHPID $$ ;; esac ;; esac' DEBUG
        """

    /// Runs a request, killed before its Nth command; false once it comes to its end before that.
    private func runKilled(_ lab: DoorLab, at step: Int, _ words: [String]) async throws -> Bool {
        let hook = "\(lab.folder.path)/trap"
        try Data(Self.trap.utf8).write(to: URL(filePath: hook))
        let outcome = try await lab.run(words, environment: ["BASH_ENV": hook, "KILL_AT": "\(step)"])
        #expect(outcome.status == -9 || outcome.status == 0, "\(outcome)")
        return outcome.status == -9
    }

    /// The steps to try: each at first, and some of the hundred alike.
    private static func steps() -> some Sequence<Int> {
        sequence(first: 1) { step in step < 40 ? step + 1 : step + 11 }
    }

    @Test("in a switch: before it or after it, never in between, and the next one finishes")
    func flip() async throws {
        try await withLab(shell: ["bash"]) { lab in
            try await lab.run("take", "any", "a", "a", "rollback", "3000", "x")
            try await lab.run("stage", "1", "green")
            var kills = 0
            for step in Self.steps() {
                let before = try #require(try await lab.split)
                let target = before == "blue" ? "green" : "blue"
                let killed = try await runKilled(lab, at: step, ["flip", "1", before, target])
                let after = try await lab.split
                #expect(after == before || after == target, "killed before command \(step)")
                kills += killed ? 1 : 0
                if !killed {
                    #expect(after == target)
                    break
                }
                // Whoever comes next can go either way.
                for split in [target, before] where try await lab.split != split {
                    let current = try #require(try await lab.split)
                    #expect(try await lab.run("stage", "1", split).last == "ok")
                    #expect(try await lab.run("flip", "1", current, split).last == "ok")
                }
            }
            #expect(kills > 10)
        }
    }

    @Test(
        "in staging: what serves is not touched, nothing half-made can be switched to, and staging again completes it")
    func stage() async throws {
        try await withLab(shell: ["bash"]) { lab in
            try await lab.run("take", "any", "a", "a", "rollback", "3000", "x")
            var kills = 0
            for step in Self.steps() {
                for folder in ["splits", "ready"] {
                    try? FileManager.default.removeItem(atPath: "\(lab.door)/\(folder)/green-30.blue")
                }
                let killed = try await runKilled(lab, at: step, ["stage", "1", "green-30.blue"])
                #expect(try await lab.split == "blue")
                if !killed { break }
                kills += 1
                let flip = try await lab.run("flip", "1", "blue", "green-30.blue")
                // Whole already, and only the answer was missing; or refused.
                #expect(flip.last == "ok" || flip.last == "refused unstaged green-30.blue")
                #expect(try await lab.run("stage", "1", "green-30.blue").last == "ok")
                if flip.last != "ok" { #expect(try await lab.run("flip", "1", "blue", "green-30.blue").last == "ok") }
                #expect(try await lab.split == "green-30.blue")
                #expect(try await lab.run("flip", "1", "green-30.blue", "blue").last == "ok")
            }
            #expect(kills > 20)
        }
    }

    @Test("in going back by itself: the next call finishes it, and the fence is raised before the traffic moves")
    func revert() async throws {
        try await withLab(shell: ["bash"]) { lab in
            var kills = 0
            for step in Self.steps() {
                let taken = try await lab.run("take", "any", "a", "a", "deploy", "3000", "x", "takeover")
                let fence = try #require(taken.line("fence")?.split(separator: " ").last.map(String.init))
                try await lab.run("stage", fence, "green")
                if try await lab.split == "blue" { try await lab.run("flip", fence, "blue", "green") }
                // Due at once, and without the watcher, which would be faster than we.
                try await arm(lab, fence, from: "green", to: "blue")
                let killed = try await runKilled(lab, at: step, ["tick"])
                let split = try await lab.split  // is itself the next call
                #expect(split == "blue", "killed before command \(step)")
                let status = try await lab.run("status")
                #expect(status.line("armed") == nil && status.line("lock") == nil)
                #expect(status.line("fired")?.hasSuffix(" green blue a") == true)
                #expect(try await lab.run("flip", fence, "blue", "green").last.hasPrefix("refused fenced"))
                if !killed { break }
                kills += 1
            }
            #expect(kills > 5)
        }
    }

    /// Writes an armed revert that is overdue, as `arm` leaves it once its time has come.
    private func arm(_ lab: DoorLab, _ fence: String, from: String, to: String) async throws {
        try await lab.run("renew", fence, "3000")
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix(36)
        for copy in ["a", "b"] {
            let file = "\(lab.door)/state.\(copy)"
            var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
            lines.removeAll { $0.hasPrefix("armed ") || $0.hasPrefix("fired ") || $0.allSatisfy { $0 == " " } }
            lines.insert("armed \(fence) \(from) \(to) a \(boot) 1 1", at: lines.count - 1)
            let text = lines.joined(separator: "\n") + "\n"
            let padding = String(repeating: " ", count: 4095 - text.utf8.count) + "\n"
            try Data((text + padding).utf8).write(to: URL(filePath: file))
        }
    }

    @Test("an armed revert fires though the session, its parent and everybody who asked are killed")
    func armedRevertOutlivesEverybody() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "ana@b", "a1", "deploy", "3000", "x")
            try await lab.run("stage", "1", "green")
            // A session like that of sshd, killed with all its group as soon as it has armed and switched.
            let script = """
                printf '%s\\n' 'arm 1 1 green blue a1' 'flip 1 blue green' | "$1" --door "$2" serve
                kill -9 0
                """
            let result = try await Command.run(
                ["sh", "-c", script, "sh", lab.helper, lab.door], deadline: .seconds(20))
            #expect(result.ending == .signalled(9))
            #expect(result.standardOutput.text.hasSuffix("ok\n"))
            // Nobody asks the helper meanwhile: the folder alone is looked at.
            let back = await eventually {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(lab.door)/current")) == "splits/blue"
            }
            #expect(back)
            #expect(
                await eventually { (try? await lab.run("status").line("fired")?.hasSuffix(" green blue a1")) == true })
            #expect(try await lab.run("flip", "1", "blue", "green").last == "refused fenced 2")
            #expect(await noWatcher(of: lab))
        }
    }

    @Test("a revert that is disarmed, and one whose split no longer serves, do nothing")
    func mootReverts() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "a", "a", "deploy", "3000", "x")
            try await lab.run("stage", "1", "green")
            try await lab.run("stage", "1", "green-5.blue")
            try await lab.run("arm", "1", "1", "green", "blue", "a")
            try await lab.run("flip", "1", "blue", "green")
            #expect(try await lab.run("disarm", "1").last == "ok")
            #expect(await noWatcher(of: lab))
            #expect(try await lab.split == "green")

            // To another split than the one that it is for: nothing to go back from.
            try await lab.run("arm", "1", "600", "green", "blue", "a")
            try await lab.run("flip", "1", "green", "green-5.blue")
            #expect(try await lab.run("status").line("armed") == nil)
            // By another lock: its holder has taken over.
            try await lab.run("arm", "1", "600", "green-5.blue", "blue", "a")
            try await lab.run("take", "any", "b", "b", "rollback", "300", "x", "preempt")
            #expect(try await lab.run("status").line("armed") != nil)
            try await lab.run("flip", "2", "green-5.blue", "green")
            #expect(try await lab.run("status").line("armed") == nil)
            // Armed before the switch that never came.
            try await lab.run("arm", "2", "1", "blue", "green", "b")
            #expect(
                await eventually {
                    (try? await lab.run("history", "9").lines.contains { $0.contains(" lapsed ") }) == true
                })
            #expect(try await lab.split == "green")
            let status = try await lab.run("status")
            #expect(status.line("fired") == nil && status.line("lock") != nil && status.line("fence") == "fence 2")
            #expect(await noWatcher(of: lab))
        }
    }

    /// Whether nothing of the helper runs in the background any more.
    private func noWatcher(of lab: DoorLab) async -> Bool {
        await eventually {
            let found = try? await Command.run(["pgrep", "-f", "\(lab.door) watch"], deadline: .seconds(5))
            return found?.ending == .exited(status: 1)
        }
    }

    @Test(
        "on a full disk the lock, a switch that was staged and the way back still work; staging is refused",
        .enabled(if: Mounting.refusal == nil, "\(Mounting.refusal ?? "")"))
    func fullDisk() async throws {
        try await withLab(split: nil) { lab in
            #expect(mkdir(lab.door, 0o755) == 0)
            try await Mounting.mount(["-t", "tmpfs", "-o", "size=512k,nr_inodes=600,mode=755", "tmpfs", lab.door])
            do {
                try await fill(lab)
            } catch {
                try await Mounting.unmount(lab.door)
                throw error
            }
            try await Mounting.unmount(lab.door)
        }
    }

    private func fill(_ lab: DoorLab) async throws {
        #expect(try await lab.run("init", "blue").last == "ok")
        try await lab.run("take", "any", "a", "a", "deploy", "300", "x")
        try await lab.run("stage", "1", "green")
        try await lab.run("stage", "1", "blue")
        // Neither a block nor an inode is left.
        _ = try await Command.run(
            ["sh", "-c", "cd \"$0\" && cat /dev/zero >fill; i=0; while : >f$i; do i=$((i + 1)); done", lab.door],
            deadline: .seconds(30))
        let check = try await lab.run("check")
        #expect(check.line("free") == "free 0 0", "\(check)")
        #expect(try await lab.run("release", "1").last == "ok")
        #expect(
            try await lab.run("take", "any", "bob@b", "b", "rollback", "300", "disk%20full").lines == ["fence 2", "ok"])
        for (from, to) in [("blue", "green"), ("green", "blue"), ("blue", "green")] {
            #expect(try await lab.run("flip", "2", from, to).last == "ok")
            #expect(try await lab.split == to)
        }
        #expect(try await lab.run("renew", "2", "300").last == "ok")
        #expect(try await lab.run("note", "2", "schema.current", "12").last == "ok")
        #expect(try await lab.run("freeze", "bob", "full").last == "ok")
        let staged = try await lab.run("stage", "2", "green-5.blue")
        #expect(staged.status == 1 && staged.last == "error the split green-5.blue could not be made")
        #expect(try await lab.run("flip", "2", "green", "green-5.blue").last == "refused unstaged green-5.blue")
        #expect(access("\(lab.door)/splits/green-5.blue", F_OK) != 0, "half a split is room that something else needs")
        #expect(try await lab.run("arm", "2", "1", "green", "blue", "b").last == "ok")
        #expect(await eventually { (try? await lab.split) == "blue" })
    }

    @Test(.enabled(if: Mounting.refusal == nil, "\(Mounting.refusal ?? "")"))
    func aReadOnlyDoorIsReadAndRefusesTheRest() async throws {
        try await withLab { lab in
            try await Mounting.mount(["--bind", lab.door, lab.door])
            try await Mounting.mount(["-o", "remount,ro,bind", lab.door])
            let status = try await lab.run("status")
            let take = try await lab.run("take", "any", "a", "a", "deploy", "30", "x")
            let check = try await lab.run("check")
            try await Mounting.unmount(lab.door)
            #expect(status.line("split") == "split blue")
            #expect(take.status == 1 && take.last == "error the lock could not be written")
            #expect(check.line("rename") == "rename denied")
        }
    }
}
