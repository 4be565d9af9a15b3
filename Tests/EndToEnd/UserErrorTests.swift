import Foundation
import Launch
import Testing

@testable import Journal

/// What a user reads who mistyped, or who looks at a launch of their own.
struct UserErrorTests {
    private let guardia = Program.path("guardia")
    private static let recording = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/recordings/bad-deploy.journal").path

    @Test(
        "what cannot be written says so as everything else does, without the words of a library",
        arguments: [
            ["shot", "/nope/a.svg"], ["report", "--out", "/nope/x.html"], ["handover", "--out", "/nope/x.md"],
        ])
    func notWritten(words: [String]) throws {
        let result = try Program.run(guardia, words + ["--journal", Self.recording])
        #expect(result.status == 1)
        #expect(result.errors == "guardia: \(words.last ?? ""): its folder does not exist\n", "\(result.errors)")
    }

    @Test(
        "a time that is none is refused in one line",
        arguments: [
            ["replay", recording, "--from", "25:99"], ["handover", "--since", "25:00", "--journal", recording],
            ["report", "--from", "25:00", "--journal", recording],
            ["shot", "-", "--at", "25:00", "--journal", recording],
        ])
    func noTime(words: [String]) throws {
        let result = try Program.run(guardia, words)
        #expect(result.status == 2)
        #expect(result.errors.contains("write it as 14:05"), "\(result.errors)")
        #expect(!result.errors.contains("Misfit") && !result.errors.contains("Usage:"), "\(result.errors)")
    }

    @Test func aSilenceWithoutAReasonIsToldThatAlone() throws {
        let result = try Program.run(guardia, ["silence", "1234abcd", "--for", "5m"])
        #expect(result.status == 2 && result.errors.contains("--comment is missing"), "\(result.errors)")
        #expect(!result.errors.contains("there is no 'guardia silence"), "\(result.errors)")
        // A slip of the fingers is still told.
        #expect(try Program.run(guardia, ["silence", "lst"]).errors.contains("did you mean 'list'"))
        // --reason is the same word.
        let other = try Program.run(
            guardia, ["silence", "1234abcd", "--for", "5m", "--reason", "x", "--config", "/nope.yaml"])
        #expect(!other.errors.contains("--comment") && !other.errors.contains("Unknown option"), "\(other.errors)")
    }

    @Test func aJournalThatCannotBeWrittenIsNoAllClear() throws {
        let folder = "/tmp/guardia-user-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = folder + "/full.journal"
        try FileManager.default.copyItem(atPath: Self.recording, toPath: journal)
        // A minute ahead, so that it lives however long the command takes to start.
        let beat = Heartbeat(at: SystemClock().now().advanced(by: .minutes(1)), notRecording: "disk full")
        try Data(BeatFile.encode(beat)).write(to: URL(filePath: JournalFiles(path: journal).beat))
        let told = try Program.run(guardia, ["alerts", "--journal", journal])
        #expect(told.status == 4 && told.output.hasPrefix("NOT RECORDING: disk full: "), "\(told.output)\(told.errors)")
        #expect(!told.output.contains("nothing fires") && !told.output.contains("no alert fires"), "\(told.output)")
        let json = try Program.run(guardia, ["alerts", "--json", "--journal", journal])
        #expect(json.status == 4 && json.output.hasPrefix("{\"notRecording\":\"disk full\"}"), "\(json.output)")
    }

    @Test func aMistypedVersionIsNoReason() throws {
        for words in [["--verion"], ["rollback", "--verion"]] {
            let result = try Program.run(guardia, words)
            #expect(result.status == 2 && result.errors.contains("--version"), "\(result.errors)")
            #expect(!result.errors.contains("mean '--reason'"), "\(result.errors)")
        }
    }

    @Test("every command that reads finds the journal of a config, by option and by variable")
    func journalOfAConfig() throws {
        let folder = "/tmp/guardia-user-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.copyItem(atPath: Self.recording, toPath: folder + "/own.journal")
        try """
        product: {name: Own}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: \(folder)/own.journal}
        probes:
          - {name: api, type: http, url: "http://127.0.0.1/"}
        panes: {health: [{title: API, show: api.p95}]}
        """.write(toFile: folder + "/launch.yaml", atomically: true, encoding: .utf8)
        #expect(try Program.run(guardia, ["check", folder + "/launch.yaml"]).status == 0)
        #expect(try Program.run(guardia, ["graph", folder + "/launch.yaml"]).output.contains("probes (1)"))
        let commands = [
            ["alerts"], ["kpi"], ["readiness"], ["rollcall", "show"], ["checklist"], ["clock"], ["handover"],
            ["report", "--md"], ["shot", "-"], ["journal", "verify"], ["journal", "tail", "-n", "1"],
            ["silence", "list"],
        ]
        for words in commands {
            let named = try Program.run(guardia, words + ["--journal", folder + "/own.journal"])
            #expect(!named.errors.contains("no journal"), "\(words): \(named.errors)")
            let byOption = try Program.run(guardia, words + ["--config", folder + "/launch.yaml"])
            #expect(byOption.status == named.status, "\(words): \(byOption.errors)")
            let byVariable = try Program.run(
                "/usr/bin/env", ["-u", "GUARDIA_JOURNAL", "GUARDIA_CONFIG=\(folder)/launch.yaml", guardia] + words)
            #expect(byVariable.status == named.status, "\(words): \(byVariable.errors)")
            // What is typed goes before the variable.
            let other = try Program.run(
                "/usr/bin/env",
                ["GUARDIA_CONFIG=\(folder)/launch.yaml", guardia] + words + ["--journal", folder + "/none"])
            #expect(other.status != 0 && other.errors.contains(folder + "/none"), "\(words): \(other.errors)")
        }
    }
}
