import Edge
import FoundationEssentials
import Glibc
import Rehearsal
import Testing
import Wire

/// The shells that an edge may have as `sh`.
private let shells: [[String]] = [["dash"], ["bash", "--posix"], ["busybox", "sh"]]

@Suite("The helper on an edge", .timeLimit(.minutes(2)))
struct HelperTests {
    @Test func itIsTheFileInConfig() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        #expect(EdgeHelper.script == [UInt8](try Data(contentsOf: root.appending(path: "Config/edge/guardia-door"))))
        #expect(EdgeHelper.version.count == 64)
    }

    @Test func shellcheckFindsNothing() async throws {
        try await withLab(split: nil) { lab in
            let result = try await Command.run(["shellcheck", "-s", "sh", lab.helper], deadline: .seconds(60))
            #expect(result.isSuccess, "\(result.standardOutput.text)")
        }
    }

    @Test("a lock, a canary, a promotion and a way back, in every shell", arguments: shells)
    func wholeCourse(_ shell: [String]) async throws {
        try await withLab(shell: shell) { lab in
            #expect(try await lab.run("status").lines.dropFirst() == ["split blue", "fence 0", "ok"])
            #expect(
                try await lab.run("take", "any", "ana@b", "a1", "deploy", "30", "v1.5.0").lines == ["fence 1", "ok"])
            for (from, to) in [
                ("blue", "green-5.blue"), ("green-5.blue", "green"), ("green", "blue"), ("blue", "green"),
            ] {
                #expect(try await lab.run("stage", "1", to).lines == ["ok"])
                let flip = try await lab.run("flip", "1", from, to)
                #expect(flip.line("switched")?.hasPrefix("switched \(from) \(to) ") == true && flip.last == "ok")
                #expect(try await lab.split == to)
            }
            #expect(try await lab.run("renew", "1", "60").lines == ["ok"])
            #expect(try await lab.run("status").line("lock") == "lock ana@b a1 deploy v1.5.0 60")
            #expect(try await lab.run("release", "1").lines == ["ok"])
            #expect(try await lab.run("status").line("lock") == nil)
            let events = try await lab.run("history", "100").lines.dropLast().map { $0.split(separator: " ")[3] }
            #expect(events == ["init", "take", "flip", "flip", "flip", "flip", "release"])
        }
    }

    @Test("it counts what nginx refused and tells nothing else of the log", arguments: shells)
    func tally(_ shell: [String]) async throws {
        try await withLab(shell: shell) { lab in
            func line(_ reason: String, country: String = "AR", canary: Int = 0, path: String = "/x") -> String {
                #"{"ts":"2026-11-27T09:06:54+00:00","ip":"10.0.0.1","country":"\#(country)","class":"api","method":"GET","path":"\#(path)","status":403,"refused":"\#(reason)","canary":\#(canary)}"#
                    + "\n"
            }
            let log = "\(lab.folder.path)/edge.log"
            func write(_ text: String) throws {
                // Appended, as a log grows: the file stays the same one.
                let file = try #require(fopen(log, "a"))
                defer { fclose(file) }
                #expect(fputs(text, file) >= 0)
            }
            try write(line("waf"))
            let begun = try await lab.run("tally", log, "0", "0")
            let inode = try #require(begun.line("inode")?.dropFirst(6))
            let size = try #require(begun.line("offset")?.dropFirst(7))
            #expect(
                begun.line("requests") == "requests 0" && begun.last == "ok", "what was there before is not counted")
            try write(
                line("waf", country: "RU") + line("limit") + line("") + line("waf", canary: 1) + "garbage\n"
                    + line("country", country: "-", path: #"/\",\"refused\":\"slow\",\"country\":\"US\""#)
                    + String(line("slow").prefix(50)))
            let counted = try await lab.run("tally", log, String(inode), String(size))
            #expect(
                Set(counted.lines).isSuperset(of: [
                    "requests 4", "reason waf 1", "reason limit 1", "reason country 1", "country RU 1", "country AR 1",
                    "ok",
                ]), "\(counted.lines)")
            #expect(!counted.lines.contains { $0.contains("10.0.0.1") || $0.contains("slow") || $0.contains("US") })
            // The line that was being written is counted once it is whole; the others are not counted again.
            try write(String(line("slow").dropFirst(50)))
            let place = try #require(counted.line("offset")?.dropFirst(7))
            let rest = try await lab.run("tally", log, String(inode), String(place))
            #expect(rest.line("requests") == "requests 1" && rest.line("reason") == "reason slow 1")
            // Another file under the name is read from its begin.
            #expect(rename(log, log + ".1") == 0)
            try write(line("size"))
            #expect(try await lab.run("tally", log, String(inode), "7").line("reason") == "reason size 1")
            #expect(try await lab.run("tally", "\(log).2", "0", "0").last.hasPrefix("error "))
            #expect(try await lab.run("tally", lab.folder.path, "0", "0").last.hasPrefix("error "))
            for words in [["tally", "edge.log", "0", "0"], ["tally", log, "-1", "0"], ["tally", log, "0"]] {
                #expect(try await lab.run(words).last == "refused invalid")
            }
        }
    }

    @Test("asked for, it tells who is refused most, and nobody else", arguments: shells)
    func offenders(_ shell: [String]) async throws {
        try await withLab(shell: shell) { lab in
            func line(_ reason: String, from address: String, canary: Int = 0) -> String {
                #"{"ts":"2026-11-27T09:06:54+00:00","ip":"\#(address)","country":"AR","class":"api","method":"GET","path":"/\\",\\"ip\\":\\"192.0.2.1\\"","status":403,"refused":"\#(reason)","canary":\#(canary)}"#
                    + "\n"
            }
            let log = "\(lab.folder.path)/edge.log"
            func write(_ text: String) throws {
                let file = try #require(fopen(log, "a"))
                defer { fclose(file) }
                #expect(fputs(text, file) >= 0)
            }
            try write(line("waf", from: "198.51.100.7"))
            let begun = try await lab.run("offenders", log, "0", "0")
            let inode = try #require(begun.line("inode")?.dropFirst(6))
            let size = try #require(begun.line("offset")?.dropFirst(7))
            #expect(begun.line("requests") == "requests 0" && begun.last == "ok")
            for _ in 0..<30 { try write(line("waf", from: "203.0.113.9")) }
            for _ in 0..<10 { try write(line("limit", from: "2001:db8::1")) }
            for _ in 0..<50 { try write(line("", from: "198.51.100.1") + line("waf", from: "198.51.100.2", canary: 1)) }
            try write(line("waf", from: "198.51.100.3"))
            let counted = try await lab.run("offenders", log, String(inode), String(size))
            #expect(
                Set(counted.lines.filter { $0.hasPrefix("address") || $0.hasPrefix("requests") })
                    == ["requests 41", "address 203.0.113.9 30", "address 2001:db8::1 10"], "\(counted.lines)")
            for words in [["offenders", "edge.log", "0", "0"], ["offenders", log, "0"]] {
                #expect(try await lab.run(words).last == "refused invalid")
            }
        }
    }

    @Test("it counts which rules refused, by whose request, and whom fail2ban banned", arguments: shells)
    func hitsAndBans(_ shell: [String]) async throws {
        try await withLab(shell: shell) { lab in
            func hit(
                _ rule: String, from address: String = "10.0.0.1", uri: String = "/x", code: Int = 403,
                data: String = "x"
            ) -> String {
                #"{"transaction":{"client_ip":"\#(address)","time_stamp":"Fri","request":{"method":"GET","http_version":1.1,"uri":"\#(uri)"},"response":{"http_code":\#(code)},"producer":{"components":["OWASP_CRS/3.3.4\""]},"messages":[{"message":"SQL \"Injection\" ñ","details":{"match":"\#(data)","ruleId":"\#(rule)","data":"\#(data)"}},{"message":"again","details":{"ruleId":"\#(rule)"}},{"message":"sum","details":{"ruleId":"949110"}}]}}"#
                    + "\n"
            }
            let (log, bans) = ("\(lab.folder.path)/waf.log", "\(lab.folder.path)/fail2ban.log")
            func write(_ text: String, _ path: String) throws {
                let file = try #require(fopen(path, "a"))
                defer { fclose(file) }
                #expect(fputs(text, file) >= 0)
            }
            try write(hit("1"), log)
            let begun = try await lab.run("hits", log, "0", "0")
            #expect(begun.lines.count == 4 && begun.line("bytes") == "bytes 0", "\(begun.lines)")
            let inode = try #require(begun.line("inode")?.dropFirst(6))
            let size = try #require(begun.line("offset")?.dropFirst(7))
            let forged = #"\",\"details\":{\"ruleId\":\"666\"}}"#
            try write(
                hit("942100") + hit("942100", data: forged) + hit("920350", code: 200)
                    + hit("942100", from: "127.0.0.1", uri: "/x?guardia=canary-1") + "garbage\n"
                    + hit("930100", uri: #"/\"guardia=canary-1"#) + String(hit("950100").prefix(80)), log)
            let counted = try await lab.run("hits", log, String(inode), String(size))
            #expect(
                Set(counted.lines).isSuperset(of: [
                    "hits - 3", "hits 127.0.0.1 1", "rule - 949110 3 sum", "rule 127.0.0.1 949110 1 sum",
                    "rule - 942100 2 SQL%20%5C%22Injection%5C%22%20%C3%B1", "ok",
                ]), "\(counted.lines)")
            // An inode may bear any digits.
            let text = counted.lines.filter { !$0.hasPrefix("inode") }.joined(separator: "\n")
            #expect(!text.contains("666") && !text.contains("920350") && !text.contains("10.0.0.1"), "\(text)")
            // The line that was being written is counted once it is whole.
            try write(String(hit("950100").dropFirst(80)), log)
            let place = try #require(counted.line("offset")?.dropFirst(7))
            let rest = try await lab.run("hits", log, String(inode), String(place))
            #expect(rest.line("hits") == "hits - 1" && rest.lines.contains { $0.hasPrefix("rule - 950100 1 ") })
            // The mark is no way to fill the answer: so many addresses are told, the others are strangers.
            let end = try #require(rest.line("offset")?.dropFirst(7))
            try write((0..<200).map { hit("1", from: "10.0.1.\($0)", uri: "/?guardia=canary-1") }.joined(), log)
            let many = try await lab.run("hits", log, String(inode), String(end))
            #expect(many.lines.filter { $0.hasPrefix("hits ") }.count == 17 && many.lines.contains("hits - 184"))

            func ban(_ text: String) -> String { "2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  \(text)\n" }
            try write(ban("[guardia-auth] Ban 10.0.0.9"), bans)
            let first = try await lab.run("bans", bans, "0", "0")
            let (node, from) = (first.line("inode")?.dropFirst(6) ?? "", first.line("offset")?.dropFirst(7) ?? "")
            try write(
                ban("[guardia-auth] Ban 10.0.0.1") + ban("[guardia-auth] Unban 10.0.0.1")
                    + ban("[guardia-auth] Restore Ban 10.0.0.1") + ban("[guardia-waf] Increase Ban 10.0.0.1 (2 # 0:1)")
                    + ban("[x y] Ban 10.0.0.1") + "2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-w",
                bans)
            let banned = try await lab.run("bans", bans, String(node), String(from))
            let told = banned.lines.filter { $0.hasPrefix("ban ") }
            #expect(told.sorted() == ["ban guardia-auth 1", "ban guardia-waf 1"], "\(banned.lines)")
            for verb in ["hits", "bans"] {
                #expect(try await lab.run(verb, "\(log).2", "0", "0").last.hasPrefix("error "))
                for words in [[verb, "waf.log", "0", "0"], [verb, log, "-1", "0"], [verb, log, "0"]] {
                    #expect(try await lab.run(words).last == "refused invalid")
                }
            }
        }
    }

    @Test("it tells the version and the age of the firewall's rules", arguments: shells)
    func rules(_ shell: [String]) async throws {
        try await withLab(shell: shell) { lab in
            let folder = "\(lab.folder.path)/rules"
            #expect(mkdir(folder, 0o755) == 0)
            #expect(try await lab.run("rules", folder).last.hasPrefix("error "))
            let texts = [
                "a": "# OWASP_CRS/3.1.0 wrote this comment\n    ver:'OWASP_CRS/3.3.4',\\\n",
                "b": "    ver:'OWASP_CRS/3.3.7',\\\n    ver:'OWASP_CRS/3.3.4',\\\n",
            ]
            for (name, text) in texts { try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name).conf")) }
            var times = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, "\(folder)/a.conf", &times, 0) == 0)
            times = [timespec(tv_sec: 1_750_000_000, tv_nsec: 0), timespec(tv_sec: 1_750_000_000, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, "\(folder)/b.conf", &times, 0) == 0)
            #expect(try await lab.run("rules", folder).lines == ["rules 2 1750000000 3.3.4", "ok"])
            #expect(try await lab.run("rules", "rules").last == "refused invalid")
        }
    }

    @Test("who holds the lock is safe from all but those who may take it")
    func locks() async throws {
        try await withLab { lab in
            func take(_ kind: String, _ force: String...) async throws -> DoorLab.Outcome {
                try await lab.run(["take", "any", "bob@b", "b", kind, "30", "why"] + force)
            }
            #expect(try await lab.run("take", "any", "ana@b", "a", "deploy", "30", "%").last == "ok")
            let refused = try await take("deploy")
            #expect(refused.status == 3 && refused.last == "refused held ana@b a deploy % 30")
            #expect(try await take("rollback").last.hasPrefix("refused held"))
            #expect(try await take("deploy", "preempt").last.hasPrefix("refused held"), "only a rollback pre-empts")
            #expect(try await take("rollback", "preempt").lines == ["fence 2", "ok"])
            #expect(try await take("rollback", "preempt").last.hasPrefix("refused held"), "not another rollback")
            #expect(try await take("lock", "takeover").lines == ["fence 3", "ok"])
            #expect(try await take("rollback", "preempt").lines == ["fence 4", "ok"], "a lock taken by hand gives way")
            for words in [["release", "3"], ["renew", "1", "30"], ["stage", "3", "green"], ["disarm", "9"]] {
                let outcome = try await lab.run(words)
                #expect(outcome.status == 3 && outcome.last == "refused fenced 4", "\(words)")
            }
            #expect(try await lab.run("release", "4").last == "ok")
            #expect(try await lab.run("flip", "4", "blue", "green").last == "refused fenced 4", "released is released")
        }
    }

    @Test func aPlanThatIsNotOfTodayIsRefused() async throws {
        try await withLab { lab in
            try await lab.run("take", "0", "a", "a", "deploy", "30", "x")
            try await lab.run("release", "1")
            #expect(try await lab.run("take", "0", "b", "b", "deploy", "30", "x").last == "refused moved 1")
            #expect(try await lab.run("take", "1", "b", "b", "deploy", "30", "x").last == "ok")
            #expect(try await lab.run("flip", "2", "blue", "green").last == "refused unstaged green")
            try await lab.run("stage", "2", "green")
            #expect(try await lab.run("flip", "2", "green", "blue").last == "refused moved blue")
            #expect(unlink("\(lab.door)/splits/green/green/42") == 0)
            #expect(try await lab.run("flip", "2", "blue", "green").last == "refused unstaged green", "not whole")
            try await lab.run("stage", "2", "green")
            #expect(try await lab.run("flip", "2", "blue", "green").last == "ok", "staging mends")
        }
    }

    @Test func aLapsedLockMayBeTakenByAnyone() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "ana@b", "a", "rollback", "1", "x")
            let taken = try await eventually {
                try await lab.run("take", "any", "bob@b", "b", "deploy", "30", "x").lines == ["fence 2", "ok"]
            }
            #expect(taken)
            // Slow is not dead: until another takes it, the old one still may.
            try await lab.run("release", "2")
            try await lab.run("take", "any", "ana@b", "a", "rollback", "1", "x")
            #expect(try await eventually { try await lab.run("status").line("lock")?.hasSuffix(" 0") == true })
            #expect(try await lab.run("renew", "3", "30").last == "ok")
        }
    }

    @Test func afterARebootLeasesGoByTheWallClock() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "ana@b", "a", "deploy", "100", "x")
            for copy in ["a", "b"] {
                let file = "\(lab.door)/state.\(copy)"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                // Another boot, in which the time since boot means nothing.
                let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix(36)
                let other = text.replacing(boot, with: "00000000-0000-0000-0000-000000000000")
                try Data(other.utf8).write(to: URL(filePath: file))
            }
            let left = try await lab.run("status").line("lock")?.split(separator: " ").last.flatMap { Int($0) }
            #expect((90...100).contains(left ?? 0))
            #expect(try await lab.run("renew", "1", "100").last == "ok")
        }
    }

    @Test func aFreezeStopsDeploysAlone() async throws {
        try await withLab { lab in
            #expect(try await lab.run("freeze", "ana", "fair%20of%20the%20year").last == "ok")
            #expect(try await lab.run("status").line("freeze")?.hasSuffix(" fair%20of%20the%20year") == true)
            let refused = try await lab.run("take", "any", "b", "b", "deploy", "30", "x")
            #expect(refused.last.hasPrefix("refused frozen ana ") && refused.last.hasSuffix(" fair%20of%20the%20year"))
            #expect(try await lab.run("take", "any", "b", "b", "rollback", "30", "x").last == "ok")
            #expect(try await lab.run("release", "1").last == "ok")
            #expect(try await lab.run("thaw").last == "ok")
            #expect(try await lab.run("take", "any", "b", "b", "deploy", "30", "x").last == "ok")
        }
    }

    @Test func notesAreKeptAndBounded() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "a", "a", "deploy", "300", "x")
            #expect(try await lab.run("note", "1", "schema.current", "12").last == "ok")
            #expect(try await lab.run("note", "1", "schema.current", "13").last == "ok")
            #expect(try await lab.run("status").lines.filter { $0.hasPrefix("note ") } == ["note schema.current 13"])
            let lines = (1...63).map { "note 1 key\($0) \(String(repeating: "v", count: 180))" }
            #expect(try await lab.serve(lines.joined(separator: "\n") + "\n").allSatisfy { $0 == "ok" })
            #expect(try await lab.run("note", "1", "one.more", "x").last == "error there are 64 notes already")
            #expect(try await lab.run("note", "1", "key7", "%").last == "ok")
            #expect(try await lab.run("note", "1", "one.more", "x").last == "ok")
            #expect(try await lab.run("status").lines.filter { $0.hasPrefix("note ") }.count == 64)
            #expect(
                try await lab.run("note", "1", "key1", String(repeating: "v", count: 181)).last == "refused invalid")
            #expect(try await lab.run("note", "9", "key1", "x").last == "refused fenced 1")
        }
    }

    @Test func pruningSparesWhatServesAndWhatARevertNeeds() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "a", "a", "deploy", "300", "x")
            for split in ["green", "green-5.blue", "green-25.blue", "green-50.blue"] {
                try await lab.run("stage", "1", split)
            }
            try await lab.run("flip", "1", "blue", "green-5.blue")
            #expect(try await lab.run("arm", "1", "600", "green-5.blue", "blue", "a").last == "ok")
            #expect(try await lab.run("prune", "1", "1").last == "ok")
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(lab.door)/splits").sorted()
            #expect(left.contains("blue") && left.contains("green-5.blue") && left.count == 3, "\(left)")
            try await lab.run("disarm", "1")
        }
    }

    @Test("what is no request does nothing, and is said to be none")
    func hostileWords() async throws {
        try await withLab { lab in
            let marker = "\(lab.folder.path)/pwned"
            let lines = [
                "", " status", "status ", "status  x", "statuss", "--help", "take", "status x", "init green",
                "backend door",
                "serve", "watch 1", "$(touch \(marker))", "`touch \(marker)`", "status; touch \(marker)",
                "status | cat",
                "take any a a deploy 30 'x'", "take any a a deploy 30 \"x\"", "take any a a deploy 30 *",
                "take any a a deploy 30 %4", "take any a a deploy 30 %zz", "take any a a deploy 30 x%",
                "status\u{1b}[2J",
                "status\r", "take any a a deploy -1 x", "take any a a deploy 030 x",
                "take any a a deploy 9999999999999999 x",
                "take any a a party 30 x", "take any a a deploy 30 x force",
                "take any \(String(repeating: "h", count: 257)) a deploy 30 x",
                "take any a a deploy 30 \(String(repeating: "r", count: 513))", String(repeating: "x", count: 10_000),
                "freeze año x", "stage 0 ../../etc", "stage 0 any", "stage 0 green-100.blue", "stage 0 green-05.blue",
                "stage 0 green-5.green", "stage 0 a-b-5.c", "history 1001", "history -1",
            ]
            let answers = try await lab.serve(lines.joined(separator: "\n") + "\nstatus\n")
            #expect(answers.dropLast(4) == lines.map { _ in "refused invalid" }[...])
            #expect(answers.suffix(3) == ["split blue", "fence 0", "ok"])
            #expect(access(marker, F_OK) != 0)
            #expect(try await lab.run("take", "any", "a", "a", "deploy", "30", "$(id)").status == 3)
            #expect(try await lab.run("take\nstatus").status == 3)
            let usage = try await Command.run([lab.helper, "--help"], deadline: .seconds(10))
            #expect(usage.ending == .exited(status: 2) && usage.standardError.text.contains("--door FOLDER"))
        }
    }

    @Test func ofTwentyAtOnceOneGetsTheLock() async throws {
        try await withLab { lab in
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await lab.run("take", "any", "op\(number)", "a\(number)", "rollback", "60", "x").last
                    }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == "ok" }.count == 1)
            #expect(outcomes.filter { $0.hasPrefix("refused held op") }.count == 19)
            #expect(try await lab.run("status").line("fence") == "fence 1")
        }
    }

    @Test("whoever only looks waits for nobody; whoever changes waits three seconds")
    func lookingNeedsNoLock() async throws {
        try await withLab { lab in
            let holder = try await Command.run(
                ["sh", "-c", "exec 9<\"$0/.flock\"; flock 9; sleep 60 >/dev/null 2>&1 & echo $!", lab.door],
                deadline: limit)
            let pid = try #require(Int32(holder.standardOutput.text.prefix { $0.isNumber }))
            defer { kill(pid, SIGKILL) }
            #expect(try await lab.run("status").line("split") == "split blue")
            let take = try await lab.run("take", "any", "a", "a", "deploy", "30", "x")
            #expect(take.status == 1 && take.last == "error another helper has held the door for three seconds")
        }
    }

    @Test func foldersCanBeSearchedByOthersWhateverTheUmask() async throws {
        try await withLab(split: nil) { lab in
            let result = try await Command.run(
                ["sh", "-c", "umask 077; exec \"$0\" --door \"$1\" init blue", lab.helper, lab.door],
                deadline: .seconds(10))
            #expect(result.isSuccess)
            for path in ["", "/splits", "/splits/blue", "/splits/blue/blue"] {
                var status = stat()
                #expect(stat(lab.door + path, &status) == 0 && status.st_mode & 0o777 == 0o755)
            }
        }
    }

    @Test("a door that was damaged by hand is broken, and init mends it without moving what serves")
    func damagedDoors() async throws {
        try await withLab { lab in
            func broken() async throws -> String? { try await lab.run("status").line("broken") }
            try await lab.run("take", "any", "a", "a", "rollback", "300", "x")
            try await lab.run("stage", "1", "green")
            #expect(unlink("\(lab.door)/splits/blue/blue/7") == 0)
            #expect(try await broken() == "broken the split blue is not whole")
            #expect(try await lab.run("flip", "1", "blue", "green").last.hasPrefix("refused moved"))
            #expect(try await lab.run("init", "green").last == "ok")
            #expect(try await lab.split == "blue")
            // A name that lies: a slot of another colour beside the own.
            try FileManager.default.createDirectory(
                atPath: "\(lab.door)/splits/blue/green", withIntermediateDirectories: false)
            try Data().write(to: URL(filePath: "\(lab.door)/splits/blue/green/7"))
            #expect(try await broken() == "broken the split blue is not whole")
            try await lab.run("init", "blue")
            #expect(try await broken() == nil)

            #expect(unlink("\(lab.door)/current") == 0)
            #expect(try await broken() == "broken current is missing")
            #expect(symlink("splits/nowhere", "\(lab.door)/current") == 0)
            #expect(try await broken() == "broken current leads nowhere")
            unlink("\(lab.door)/current")
            #expect(symlink("/etc", "\(lab.door)/current") == 0)
            #expect(try await broken() == "broken current leads out of the door")
            unlink("\(lab.door)/current")
            #expect(mkdir("\(lab.door)/current", 0o755) == 0)
            #expect(try await broken() == "broken current is no link")
            #expect(rmdir("\(lab.door)/current") == 0)
            #expect(try await lab.run("init", "green").last == "ok")
            #expect(try await lab.split == "green", "where nothing serves, init says what does")
        }
    }

    @Test func aStateThatWasLostBeginsAboveEveryFence() async throws {
        try await withLab { lab in
            try await lab.run("take", "any", "a", "a", "rollback", "300", "x")
            for copy in ["a", "b"] { unlink("\(lab.door)/state.\(copy)") }
            let lost = try await lab.run("status")
            #expect(lost.status == 1 && lost.last.contains("cannot be read"))
            #expect(try await lab.run("init", "blue").last == "ok")
            let fence = try await lab.run("status").line("fence")?.split(separator: " ").last.flatMap { Int($0) }
            #expect(fence ?? 0 > 1_700_000_000)
        }
    }

    @Test func oneCopyOfTheStateIsEnough() async throws {
        try await withLab { lab in
            for turn in 1...6 {
                try await lab.run("take", "any", "a", "a", "rollback", "300", "x", "takeover")
                // Torn in the middle: the older copy counts, as if the last write had not been.
                let newer = turn.isMultiple(of: 2) ? "a" : "b"
                let other = newer == "a" ? "b" : "a"
                let files = [newer, other].map { "\(lab.door)/state.\($0)" }
                let bytes = try files.map { try Data(contentsOf: URL(filePath: $0)) }
                for (file, whole) in zip(files, bytes) {
                    try whole.prefix(30).write(to: URL(filePath: file))
                    #expect(try await lab.run("status").last == "ok")
                    try whole.write(to: URL(filePath: file))
                }
            }
        }
    }

    @Test func whatAPersonMustKnowIsChecked() async throws {
        try await withLab { lab in
            let check = try await lab.run("check")
            #expect(check.line("rename") == "rename yes" && check.line("missing") == nil)
            #expect(check.line("backend") == "backend door")
            #expect(check.lines.contains { $0.hasPrefix("folder 755 ") && $0.hasSuffix(" \(lab.door)") })
            #expect(chmod(lab.door, 0o700) == 0)
            #expect(try await lab.run("check").lines.contains { $0.hasPrefix("folder 700 ") })
            let hello = try await lab.run("hello")
            #expect(hello.lines.prefix(2) == ["protocol 1", "version \(EdgeHelper.version)"])
        }
    }
}
