import Foundation
import Testing

/// What the commands say and how they end, run as a user runs them.
struct CommandLineTests {
    private let guardia = Program.path("guardia")
    private static let recording = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/recordings/bad-deploy.journal").path

    @Test("without a terminal the dashboard says so and exits with 2")
    func noTerminal() throws {
        let result = try Program.run(guardia, ["--journal", "/nonexistent"])
        #expect(result.status == 2)
        #expect(result.errors.contains("no terminal"))
    }

    @Test(
        "a terminal type that is missing or unknown is said, with what to do, and exits with 2",
        arguments: ["", "no-such-terminal"])
    func unknownTerminal(type: String) async throws {
        let terminal = try TerminalScreen(
            "TERM=\(type) \(guardia) --journal /nonexistent; echo exit $?", columns: 120, rows: 30)
        let screen = try await terminal.expect(text: "exit 2")
        #expect(screen.contains("TERM"))
    }

    @Test("check names every error at once with its place, and exits with 2")
    func checkNamesErrors() throws {
        let file = "/tmp/guardia-check-\(UInt32.random(in: 0 ... .max)).yaml"
        try """
        product: {name: X}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: /tmp/x.journal}
        probes:
          - {name: api, type: http, url: "http://127.0.0.1/", evry: 1s}
          - {name: db, type: postgres, host: 127.0.0.1, database: d, user: u, every: 5 parsecs}
        panes: {health: [{title: API, show: api.p59}]}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let result = try Program.run(guardia, ["check", "--config", file])
        #expect(result.status == 2)
        #expect(result.output.contains("\(file):6:"))
        #expect(result.output.contains("did you mean 'every'"))
        #expect(result.output.contains("\(file):7:"))
        #expect(result.output.contains("api.p95"))
    }

    @Test("a command that does not exist is answered with the nearest, wrong usage with 2")
    func wrongUsage() throws {
        let unknown = try Program.run(guardia, ["wach"])
        #expect(unknown.status == 2)
        #expect(unknown.errors == "guardia: there is no command 'wach'; did you mean 'watch'?\n")
        #expect(try Program.run(guardia, ["reset-terminal"]).errors.contains("no terminal"))
        #expect(try Program.run(guardia, ["check", "--bogus"]).status == 2)
        #expect(try Program.run(Program.path("guardia-kiosk"), ["--bogus"]).status == 2)
        #expect(try Program.run(guardia, ["--version"]).output == "guardia 0.1.0\n")
    }

    @Test("a journal that may not be read is not called missing")
    func deniedJournal() throws {
        let file = "/tmp/guardia-denied-\(UInt32.random(in: 0 ... .max))"
        try Data().write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        chmod(file, 0)
        // Root may read everything: it looks as somebody else, from where the binary can be reached by anybody.
        let copy = file + ".guardia"
        try FileManager.default.copyItem(atPath: guardia, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let look = [copy, "journal", "verify", "-j", file]
        let result =
            getuid() == 0
            ? try Program.run("/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups"] + look)
            : try Program.run(look[0], Array(look.dropFirst()))
        #expect(result.status == 1)
        #expect(result.errors.contains("permission denied"))
    }

    @Test("a running program leaves no core behind, whatever its shell allows")
    func noCore() throws {
        let script = """
            ulimit -c unlimited; cp \(Self.recording) /tmp/guardia-core-$$.journal
            \(guardia) journal tail -f -j /tmp/guardia-core-$$.journal > /dev/null & p=$!
            for i in $(seq 100); do l=$(grep core /proc/$p/limits); case "$l" in *unlimited*) sleep 0.1;; *) break;; esac; done
            echo "$l"; kill $p; rm -f /tmp/guardia-core-$$.journal*
            """
        let result = try Program.run("/bin/bash", ["-c", script])
        #expect(result.output.split(separator: " ").suffix(3).map(String.init).first == "0", "\(result.output)")
    }

    @Test("what only looks fails where nobody can read what it found, and a reader that went away is no failure")
    func fullOutput() throws {
        let look = "\(guardia) journal tail -n 5 -j \(Self.recording)"
        #expect(try Program.run("/bin/bash", ["-c", "\(look) > /dev/full"]).status == 1)
        #expect(try Program.run("/bin/bash", ["-c", "\(look) > /dev/null"]).status == 0)
    }

    @Test(
        "a damaged journal is said, not crashed on, by all that read it",
        arguments: ["level INTEGER NOT NULL", "body TEXT NOT NULL) STRICT", "resolution REAL NOT NULL"])
    func damagedJournal(column: String) throws {
        let file = "/tmp/guardia-damaged-\(UInt32.random(in: 0 ... .max)).journal"
        var bytes = try Data(contentsOf: URL(filePath: Self.recording))
        let place = try #require(bytes.firstRange(of: Data(column.utf8)))
        bytes.replaceSubrange(place, with: Data(column.replacing("NOT NULL", with: "NOT NUL ").utf8))
        try bytes.write(to: URL(filePath: file))
        defer { for suffix in ["", "-wal", "-shm"] { unlink(file + suffix) } }
        for words in [
            ["alerts"], ["kpi"], ["journal", "tail"], ["journal", "verify"], ["silence", "list"], ["shot", "-"],
        ] {
            let result = try Program.run(guardia, words + ["-j", file])
            #expect([1, 2].contains(result.status), "\(words): \(result.status) \(result.errors)")
            #expect(result.errors.contains("damaged"), "\(words): \(result.errors)")
        }
    }

    @Test("the shipped config is fit, and its graph is printed")
    func shippedConfig() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let config = "\(root)/Config/barberpro.yaml"
        let check = try Program.run(guardia, ["check", "--config", config])
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        // The rehearsal's, which only a rehearsal can fill in; and changed, as somebody does before a build.
        let rehearsal = "\(root)/Config/rehearsal.yaml"
        let whole = try Program.run(guardia, ["check", rehearsal])
        #expect(whole.status == 0, "\(whole.output)")
        #expect(whole.output.split(separator: "\n").count == 1 && whole.output.contains("example values"), "\(whole)")
        let changed = "/tmp/guardia-rehearsal-\(UInt32.random(in: 0 ... .max)).yaml"
        defer { try? FileManager.default.removeItem(atPath: changed) }
        try String(contentsOfFile: rehearsal, encoding: .utf8).replacing("  - name: clock\n", with: "  - nam: clock\n")
            .write(toFile: changed, atomically: true, encoding: .utf8)
        let slip = try Program.run(guardia, ["check", changed])
        #expect(slip.status == 2 && slip.output.contains("did you mean 'name'?"), "\(slip.output)")
        #expect(!slip.output.contains("has no value"), "\(slip.output)")
        let graph = try Program.run(guardia, ["graph", "--config", config])
        #expect(graph.status == 0)
        #expect(graph.output.hasPrefix("probes ("))
        #expect(graph.output.contains("derived ("))
    }

    @Test("an engine with a broken config does not start, and says what is wrong")
    func watchRefusesBrokenConfig() throws {
        let result = try Program.run(guardia, ["watch", "--config", "/nonexistent.yaml"])
        #expect(result.status == 2)
        #expect(result.errors.contains("/nonexistent.yaml"))
    }

    @Test("the journal's commands say what is wrong with a file that is none")
    func journalOfGarbage() throws {
        let file = "/tmp/guardia-garbage-\(UInt32.random(in: 0 ... .max))"
        try String(repeating: "garbage ", count: 1000).write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        for arguments in [["verify"], ["tail"], ["export", "/tmp/never-made"]] {
            let result = try Program.run(guardia, ["journal", arguments[0], "--journal", file] + arguments.dropFirst())
            #expect(result.status == 1)
            #expect(result.errors.contains("not a guardia journal"))
        }
    }

    // MARK: What a first evening stumbled over

    @Test func aPictureIsTakenSoLongBeforeTheEndOfWhatIsRecordedAndOneOfBeforeOrBehindItIsRefused() throws {
        let shot = ["shot", "-", "--journal", Self.recording, "--size", "80x24", "--at"]
        let past = try Program.run(guardia, shot + ["-3m"])
        #expect(past.status == 0 && past.output.contains("Blue/green"), "\(past.errors)")
        #expect(past.output.contains("3 min before its end") && !past.output.contains("SILENT"), "\(past.output)")
        let behind = try Program.run(guardia, shot + ["2036-01-01T00:00:00Z"])
        #expect(behind.status == 2 && behind.errors.contains("ends at"), "\(behind.errors)")
        let before = try Program.run(guardia, shot + ["2020-01-01T00:00:00Z"])
        #expect(before.status == 2 && before.errors.contains("begins at"), "\(before.errors)")
        let missing = try Program.run(guardia, ["replay", "/nonexistent.journal"])
        #expect(missing.status == 2 && missing.errors == "guardia: /nonexistent.journal: there is no such file\n")
    }

    @Test func aDamagedJournalEndsEachCommandWithOneUnlessItsOneIsAnAnswer() throws {
        let file = "/tmp/guardia-cut-\(UInt32.random(in: 0 ... .max)).journal"
        defer { for end in ["", "-wal", "-shm"] { unlink(file + end) } }
        let whole = try Data(contentsOf: URL(fileURLWithPath: Self.recording))
        try whole.prefix(100_000).write(to: URL(fileURLWithPath: file))
        for (command, code) in [
            (["clock"], Int32(1)), (["report"], 1), (["handover"], 1), (["checklist"], 1), (["kpi"], 1),
            (["readiness"], 2),
            (["journal", "verify"], 1),
        ] {
            let result = try Program.run(guardia, command + ["--journal", file])
            #expect(result.status == code && result.errors.contains("damaged"), "\(command): \(result.errors)")
        }
    }

    @Test func aReportIsWrittenIntoADeviceOrThroughALinkAndReplacesNeither() throws {
        let folder = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: URL(fileURLWithPath: "/tmp/x"),
            create: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (pipe, link, target) = ("\(folder.path)/pipe", "\(folder.path)/link", "\(folder.path)/target")
        #expect(mkfifo(pipe, 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        let report = "'\(guardia)' report --journal '\(Self.recording)' --out"
        let read = try Program.run("/bin/sh", ["-c", "cat '\(pipe)' | wc -c & \(report) '\(pipe)' >/dev/null; wait"])
        #expect((Int(read.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 1000, "\(read)")
        var status = stat()
        #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(try Program.run("/bin/sh", ["-c", "\(report) '\(link)'"]).status == 0)
        #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(try String(contentsOfFile: target, encoding: .utf8).count > 1000)
        let full = try Program.run("/bin/sh", ["-c", "\(report) /dev/full"])
        #expect(full.status == 1 && full.errors.contains("/dev/full: No space left"), "\(full.errors)")
        #expect(stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func whatWasDoneIsListedAndToldStepByStepWithoutTheScreen() throws {
        let history = ["history", "--journal", Self.recording]
        let list = try Program.run(guardia, history)
        let lines = list.output.split(separator: "\n")
        #expect(list.status == 0 && !lines.isEmpty, "\(list.errors)")
        let id = try #require(lines.last { $0.contains(" deploy ") }?.split(separator: " ").last.map(String.init))
        let one = try Program.run(guardia, history + [id])
        #expect(
            one.status == 0 && one.output.contains("Preflight checks") && one.output.contains("  end  "),
            "\(one.output)")
        let json = try Program.run(guardia, history + [id, "--json"])
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(object?["id"] as? String == id && (object?["steps"] as? [Any])?.isEmpty == false)
        let none = try Program.run(guardia, history + ["deploy-none"])
        #expect(none.status == 1 && none.errors.contains("guardia history --all"), "\(none.errors)")
        let two = try Program.run(guardia, history + [""])
        #expect(two.status == 1 || lines.count == 1, "\(two.output)")
    }

    /// A small config whose journal is not there.
    private static func configNamingAJournal(_ more: String = "") throws -> String {
        let file = "/tmp/guardia-named-\(UInt32.random(in: 0 ... .max)).yaml"
        try
            (more + """
                product: {name: X}
                environment: test
                timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
                journal: {path: /nonexistent/named.journal}
                probes: [{name: api, type: http, url: "http://127.0.0.1/"}]
                panes: {health: [{title: API, show: api.p95}]}
                """).write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    @Test func figuresAndSilencesAreOfTheJournalThatTheConfigNames() throws {
        let file = try Self.configNamingAJournal()
        defer { try? FileManager.default.removeItem(atPath: file) }
        for command in [["kpi"], ["silence", "list"], ["alerts"]] {
            let result = try Program.run(guardia, command + ["-c", file])
            #expect(result.status == 2 && result.errors.contains("/nonexistent/named.journal"), "\(result.errors)")
        }
        let check = try Program.run(guardia, ["check", file])
        #expect(check.status == 0 && check.output.contains("NOBODY IS TOLD"), "\(check.output)")
    }

    @Test func whatIsNoPartOfACommandIsSaidToBeNone() throws {
        let result = try Program.run(guardia, ["flag", "show", "x"])
        #expect(result.status == 2)
        #expect(result.errors.contains("there is no 'guardia flag show'; "), "\(result.errors)")
        let near = try Program.run(guardia, ["journal", "tial"])
        #expect(near.errors.contains("did you mean 'tail'?"), "\(near.errors)")
    }

    @Test func aConfigThatNobodyNamedAndThatIsNotThereSaysHowOneIsNamed() throws {
        try #require(!FileManager.default.fileExists(atPath: "/etc/guardia/launch.yaml"))
        let result = try Program.run(
            "/usr/bin/env", ["-u", "GUARDIA_CONFIG", "GUARDIA_STATE=/nonexistent", guardia, "status"])
        #expect(result.status == 2)
        #expect(result.errors.contains("--config FILE or $GUARDIA_CONFIG"), "\(result.errors)")
    }

    @Test func aLaunchThatTheEnvironmentNamesIsSaidBeforeItIsActedOn() throws {
        let result = try Program.run(
            "/usr/bin/env", ["GUARDIA_CONFIG=/nonexistent.yaml", guardia, "rollback", "--yes"])
        #expect(result.status == 2)
        #expect(result.errors.contains("going by $GUARDIA_CONFIG: /nonexistent.yaml"))
        // What is typed stands above it, and needs no word.
        let typed = try Program.run(
            "/usr/bin/env", ["GUARDIA_CONFIG=/nonexistent.yaml", guardia, "rollback", "--yes", "-c", "/other.yaml"])
        #expect(typed.errors.contains("/other.yaml") && !typed.errors.contains("going by"))
        let none = try Program.run(
            "/usr/bin/env", ["XDG_RUNTIME_DIR=/nonexistent", guardia, "rehearse", "--env"])
        #expect(none.status == 1 && none.output.isEmpty && none.errors.contains("no rehearsal of yours runs"))
    }

    @Test func ofTwoRehearsalsThatRunNoneIsTakenUnlessItIsChosen() throws {
        let base = "/tmp/guardia-standing-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: base) }
        for name in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: "\(base)/\(name)", withIntermediateDirectories: true)
            try "".write(toFile: "\(base)/\(name)/launch.yaml", atomically: true, encoding: .utf8)
            // This process lives: so both count as running.
            let text =
                #"{"config":"\#(base)/\#(name)/launch.yaml","journal":"\#(base)/\#(name)/journal.sqlite","#
                + #""providers":"http://127.0.0.1:1/\#(name)","pid":\#(getpid())}"#
            try text.write(toFile: "\(base)/guardia-rehearsal-\(name).json", atomically: true, encoding: .utf8)
        }
        func environment(_ words: String...) throws -> Program.Result {
            try Program.run("/usr/bin/env", ["XDG_RUNTIME_DIR=\(base)", guardia, "rehearse", "--env"] + words)
        }
        let several = try environment()
        #expect(several.status == 2 && several.output.isEmpty, "\(several.output)")
        #expect(several.errors.contains("\(base)/a") && several.errors.contains("\(base)/b"), "\(several.errors)")
        let chosen = try environment("--folder", "\(base)/b")
        #expect(chosen.status == 0 && chosen.output.contains("\(base)/b/launch.yaml"), "\(chosen.errors)")
        #expect(!chosen.output.contains("\(base)/a"))
        #expect(chosen.output.contains("export PROVIDERS_URL=http://127.0.0.1:1/b\n"), "\(chosen.output)")
        #expect(try environment("--folder", "\(base)/c").status == 2)
    }

    @Test func anActionIsRefusedWhereTheEnvironmentAndTheConfigNameDifferentJournals() throws {
        let file = try Self.configNamingAJournal("operators: [{anyone: true}]\n")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let place = ["GUARDIA_CONFIG=\(file)", "GUARDIA_JOURNAL=/nonexistent/other.journal", guardia]
        for words in [["ack", "--all"], ["escalate", "--text", "x", "--yes"]] {
            let result = try Program.run("/usr/bin/env", place + words)
            #expect(result.status == 2, "\(result.errors)")
            #expect(
                result.errors.contains("/nonexistent/other.journal")
                    && result.errors.contains("/nonexistent/named.journal"), "\(result.errors)")
        }
        // A rollback is not refused for a variable: here it gets as far as finding no deployment.
        for words in [["rollback", "--yes"], ["status"]] {
            let result = try Program.run("/usr/bin/env", place + words)
            #expect(result.errors.contains("going by the config"), "\(result.errors)")
            #expect(result.errors.contains("deployment"), "\(result.errors)")
        }
        // What is typed leaves no doubt.
        let typed = try Program.run("/usr/bin/env", place + ["ack", "--all", "--config", file])
        #expect(!typed.errors.contains("/nonexistent/other.journal"), "\(typed.errors)")
    }

    @Test func aTimeThatIsNoneIsSaidWithoutTheListOfAllCommands() throws {
        for words in [["oncall", "--at", "tomorrow"], ["audit", "search", "--from", "27/11"]] {
            let result = try Program.run(guardia, words)
            #expect(result.status == 2 && result.errors.contains(words.last ?? ""), "\(result.errors)")
            #expect(
                !result.errors.contains("<subcommand>") && !result.errors.contains("T00:00:00Z"), "\(result.errors)")
        }
    }

    @Test func whatOnlyLooksTakesNoReasonAndSpansHaveUnits() throws {
        for command in [["status"], ["lock", "show"], ["flag", "list"], ["flag", "get"], ["contacts", "verify"]] {
            let help = try Program.run(guardia, command + ["--help"]).output
            #expect(!help.contains("--reason") && !help.contains("--yes"), "\(command): \(help)")
        }
        let span = try Program.run(guardia, ["lock", "take", "--hold", "2d", "--yes"])
        #expect(span.errors.contains("--hold is from 1m to 24h"))
        #expect(!(try Program.run(guardia, ["notify", "test", "--help"]).output.contains("code  ")))
    }

    @Test func anEventIsALineAndAnAlertThatIsOverHasItsName() throws {
        let tail = try Program.run(guardia, ["journal", "tail", "-n", "100000", "-j", Self.recording])
        let lines = tail.output.split(separator: "\n")
        #expect(tail.status == 0 && lines.count > 20)
        #expect(
            lines.allSatisfy { $0.hasPrefix("20") && $0.contains("  ") }, "\(lines.first { !$0.hasPrefix("20") } ?? "")"
        )
        let over = lines.filter { $0.contains("  alert.resolved  ") }
        #expect(!over.isEmpty)
        for line in over {
            let words = line.components(separatedBy: "alert.resolved  ").last?.split(separator: " ") ?? []
            #expect(words.count >= 2, "\(line)")
        }
    }
}
