import Foundation
import Journal
import Launch
import Testing

/// The go/no-go poll of a real rehearsal, walked as docs/readiness.md says, by the commands that people type.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ReadinessWalk {
    private struct Poll: Decodable {
        struct Station: Decodable {
            var name: String
            var verdict: String
            var why: String
        }
        var verdict: String
        var stations: [Station]
    }

    private func poll(_ bastion: Bastion) throws -> (status: Int32, poll: Poll) {
        let result = try Program.run(
            Program.path("guardia"), ["readiness", "--json", "--journal", bastion.rehearsal.journal])
        return (result.status, try JSONDecoder().decode(Poll.self, from: Data(result.output.utf8)))
    }

    @Test func thePollOfARehearsalComesToGoForTrueReasonsAndLeavesItByAPersonsWord() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        // What needs nobody becomes go by itself, and the rest says what to do about it.
        let alone: Set<String> = ["application", "database", "payments", "monitoring", "cdn"]
        var found = try poll(bastion)
        let isReady = try await eventually(within: 40) {
            found = try poll(bastion)
            return Set(found.poll.stations.filter { $0.verdict == "GO" }.map(\.name)) == alone
        }
        #expect(isReady, "\(found.poll.stations)")
        #expect(found.status == 1 && found.poll.verdict == "NO-GO", "no backup was taken: \(found.poll)")
        for (station, remedy) in [
            ("security", "guardia readiness attest security"), ("backups", "guardia backup run"),
            ("procedures", "guardia rollcall start"),
        ] {
            var why = ""
            // What a station waits for is said once what it can see by itself was looked at: the attacks take their time.
            let isSaid = try await eventually(within: 60) {
                why = try poll(bastion).poll.stations.first { $0.name == station }?.why ?? ""
                return why.contains(remedy)
            }
            #expect(isSaid, "\(station): \(why)")
        }

        let backup = try bastion.run("backup", "run", "--yes", "--reason", "before the launch")
        #expect(backup.status == 0, "\(backup.output)\(backup.errors)")
        let drill = try bastion.run("drill", "restore", "--yes")
        #expect(drill.status == 0, "\(drill.output)\(drill.errors)")

        #expect(try bastion.run("rollcall", "start", "--yes").status == 0)
        for (name, number) in [("ana", "+5491155550101"), ("beto", "+5491155550102")] {
            var code: String?
            let isAsked = try await eventually {
                code = try self.code(in: rehearsal, number)
                return code != nil
            }
            #expect(isAsked, "\(name) was not asked")
            let reply = try Program.run(
                "/usr/bin/curl",
                [
                    "-sf", "--data-urlencode", "from=\(number)", "--data-urlencode", "body=GO \(code ?? "")",
                    "\(rehearsal.variables["PROVIDERS_URL"] ?? "")/admin/reply",
                ])
            #expect(reply.status == 0, "\(reply.output)\(reply.errors)")
        }
        for (station, reason) in [("security", "reviewed"), ("procedures", "walked through")] {
            let said = try bastion.run("readiness", "attest", station, "--for", "8h", "--yes", "--reason", reason)
            #expect(said.status == 0, "\(said.output)\(said.errors)")
        }
        let isGo = try await eventually(within: 40) {
            found = try poll(bastion)
            return found.status == 0
        }
        #expect(isGo && found.poll.verdict == "GO", "\(found.poll)")

        // A person's hold stops it, and their word lets it go on.
        #expect(try bastion.run("readiness", "hold", "payments", "--yes", "--reason", "looking at refunds").status == 0)
        #expect(try poll(bastion).status == 3)
        #expect(try bastion.run("readiness", "release", "payments", "--yes").status == 0)
        #expect(try await eventually { try poll(bastion).status == 0 })
        // The journal tells when it turned, for the report.
        let isTold = try await eventually {
            try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)).readiness.pollTurned?.body.to
                == .go
        }
        #expect(isTold)
    }

    /// The code that somebody was sent by SMS; nil: none yet.
    private func code(in rehearsal: LiveRehearsal, _ number: String) throws -> String? {
        let inbox = (try? String(contentsOfFile: "\(rehearsal.folder)/inbox", encoding: .utf8)) ?? ""
        let line = inbox.split(separator: "\n").last {
            $0.contains("sms") && $0.contains(number) && $0.contains("Answer GO")
        }
        return try line.flatMap {
            try Regex("Answer GO ([0-9]{4})", as: (Substring, Substring).self).firstMatch(in: String($0))
        }
        .map { String($0.output.1) }
    }
}
