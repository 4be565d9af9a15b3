import Foundation
import Launch
import Security
import Testing

/// The logs of an edge as they grow: also where they are broken.
@Suite struct RefusalReaderTests {
    private let lab: CertificateLab
    private let now = Timestamp(seconds: 1_795_770_414)

    init() throws { lab = try CertificateLab() }

    private func line(
        _ reason: String, country: String = "AR", status: Int = 403, canary: Int = 0,
        time: String = "2026-11-27T09:06:54+00:00", address: String = "10.0.0.1"
    ) -> String {
        #"{"ts":"\#(time)","ip":"\#(address)","country":"\#(country)","class":"api","method":"GET","path":"/x","status":\#(status),"refused":"\#(reason)","canary":\#(canary)}"#
            + "\n"
    }

    private func hit(_ rule: String, code: Int = 403, uri: String = "/x", from address: String = "10.0.0.1") -> String {
        #"{"transaction":{"client_ip":"\#(address)","time_stamp":"Fri Nov 27 09:06:54 2026","request":{"method":"GET","http_version":1.1,"uri":"\#(uri)"},"response":{"http_code":\#(code)},"producer":{"components":["OWASP_CRS/3.3.4\""]},"messages":[{"message":"SQL Injection","details":{"ruleId":"\#(rule)"}},{"message":"sum","details":{"ruleId":"949110"}}]}}"#
            + "\n"
    }

    private func append(_ text: some Sequence<UInt8>, _ name: String) throws {
        if !FileManager.default.fileExists(atPath: lab.path(name)) {
            _ = FileManager.default.createFile(atPath: lab.path(name), contents: nil)
        }
        let file = try #require(FileHandle(forWritingAtPath: lab.path(name)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text))
        try file.close()
    }

    private func reader() -> RefusalReader {
        RefusalReader(
            [EdgeLogs(edge: "e", access: lab.path("access"), audit: lab.path("audit"))],
            bans: [BanWatch(name: "e", log: lab.path("bans"))])
    }

    @Test func whoIsRefusedIsCountedByEdgeAndNeverShown() throws {
        for name in ["access", "audit", "bans"] { try append([], name) }
        var reader = reader()
        reader.read(now)
        for _ in 0..<30 { try append(line("waf", address: "203.0.113.9").utf8, "access") }
        for _ in 0..<10 { try append(line("limit", address: "2001:db8::1").utf8, "access") }
        try append(line("", address: "198.51.100.1").utf8, "access")
        reader.read(now + .seconds(30))
        let report = reader.report
        #expect(report.addresses(at: "e", within: .minutes(2)) == ["203.0.113.9": 30, "2001:db8::1": 10])
        #expect(report.addresses(at: nil, within: .minutes(2)).count == 2)
        #expect(report.addresses(at: "other", within: .minutes(2)).isEmpty)
        #expect(
            report.refusals(at: "e", within: .minutes(2)) == 40 && report.refusals(at: "x", within: .minutes(2)) == 0)
        #expect(!"\(report.check(every: .minutes(1)))".contains("203.0.113.9"))
    }

    @Test func whoIsBannedStandsOutAndIsNoneOfOurs() {
        func offender(_ counts: [String: Int], total: Int? = nil, trusted: Set<String> = []) -> String? {
            Offender(of: counts, total: total ?? counts.values.reduce(0, +)) { trusted.contains($0) }?.address
        }
        #expect(offender(["203.0.113.9": 30, "198.51.100.1": 70]) == "198.51.100.1")
        #expect(offender(["203.0.113.9": 30, "198.51.100.1": 70], trusted: ["198.51.100.1"]) == "203.0.113.9")
        // One of very many: to ban it changes nothing.
        #expect(offender(["203.0.113.9": 30], total: 400) == nil)
        #expect(offender([:], total: 0) == nil && offender(["203.0.113.9": 0]) == nil)
    }

    @Test func reasonsCountriesRulesAndBansAreCountedByTheMinute() throws {
        for name in ["access", "audit", "bans"] { try append([], name) }
        var reader = reader()
        reader.read(now)
        // Nothing is known before two looks, and the page says so.
        #expect(reader.report.refusedPerMinute() == nil && reader.check(every: .minutes(1)).verdict == .unknown)
        for _ in 0..<30 { try append(line("waf", country: "RU").utf8, "access") }
        for _ in 0..<10 { try append(line("limit", status: 429).utf8, "access") }
        for _ in 0..<60 { try append(line("", status: 200).utf8, "access") }
        for _ in 0..<20 { try append(line("waf", canary: 1).utf8, "access") }
        for _ in 0..<5 { try append(hit("942100").utf8, "audit") }
        try append(hit("920350", code: 200).utf8, "audit")
        try append(hit("942100", uri: "/x?guardia=canary-1", from: "127.0.0.1").utf8, "audit")
        try append("2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Ban 10.0.0.1\n".utf8, "bans")
        try append(
            "2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Unban 10.0.0.1\n".utf8, "bans")
        reader.read(now + .seconds(30))
        #expect(reader.report.refusedPerMinute() == 80)
        #expect(reader.report.requestsPerMinute() == 200)
        #expect(reader.report.perMinute(.reason, "waf", within: .minutes(1)) == 60)
        #expect(reader.report.perMinute(.reason, "slow", within: .minutes(1)) == 0)
        #expect(reader.report.top(.reason).map(\.name) == ["waf", "limit"])
        #expect(reader.report.top(.country).map(\.name) == ["RU", "AR"])
        #expect(reader.report.top(.rule).map(\.name) == ["942100 SQL Injection"])
        #expect(reader.report.top(.ban).map(\.name) == ["guardia-auth"])
        let check = reader.check(every: .minutes(1))
        #expect(check.verdict == .ok)
        #expect(check.summary == "80/min refused of 200/min in 30 s, 2,0/min banned")
        // A quiet half minute more: the rate is that of the time that was looked at, however often it was.
        reader.read(now + .seconds(60))
        #expect(reader.report.refusedPerMinute(within: .minutes(1)) == 40)
        // What is older than the window is forgotten.
        reader.read(now + .minutes(11))
        #expect(reader.report.refusedPerMinute() == 0 && reader.report.top(.reason).isEmpty)
    }

    /// The name of a trial hides nobody's attack but guardia's own.
    @Test func anAttackThatCallsItselfATrialIsCountedUnlessItComesFromATrustedAddress() throws {
        for name in ["access", "audit"] { try append([], name) }
        var reader = RefusalReader(
            [EdgeLogs(edge: "e", access: lab.path("access"), audit: lab.path("audit"))], bans: [],
            trusted: ["10.1.0.0/16", "2001:db8::5"])
        reader.read(now)
        let trial = "/x?guardia=canary-1"
        for own in ["127.0.0.1", "::1", "10.1.200.3", "2001:db8::5"] {
            try append(hit("942100", uri: trial, from: own).utf8, "audit")
        }
        try append(hit("920350", from: "10.1.0.1").utf8, "audit")
        for stranger in ["203.0.113.9", "10.2.0.1", "2001:db8::6", "127.0.0.2", "nonsense"] {
            try append(hit("930100", uri: trial, from: stranger).utf8, "audit")
        }
        reader.read(now + .minutes(1))
        let counts = reader.report.top(.rule)
        #expect(counts.map(\.name) == ["930100 SQL Injection", "920350 SQL Injection"])
        #expect(counts.map(\.perMinute) == [5, 1])
    }

    @Test func whatStoodInTheLogBeforeIsCountedByItsOwnTime() throws {
        for name in ["audit", "bans"] { try append([], name) }
        // 09:06:54 is `now`: four minutes before it there were 6 in one minute, and one half an hour before.
        try append(line("waf", time: "2026-11-27T08:36:54+00:00").utf8, "access")
        for _ in 0..<6 { try append(line("limit", time: "2026-11-27T09:02:50+00:00").utf8, "access") }
        try append(line("", status: 200, time: "2026-11-27T09:06:50+00:00").utf8, "access")
        var reader = reader()
        reader.read(now)
        // Nine whole minutes.
        #expect(abs((reader.report.refusedPerMinute() ?? 0) - 6 / 9) < 0.001)
        #expect(reader.report.refusedPerMinute(within: .minutes(1)) == 0)
        #expect(reader.report.top(.reason).map(\.name) == ["limit"])
    }

    @Test func aLogThatWasYoungTellsOnlyOfItsOwnMinutes() throws {
        for name in ["audit", "bans"] { try append([], name) }
        try append(line("limit", time: "2026-11-27T09:05:20+00:00").utf8, "access")
        for _ in 0..<4 { try append(line("limit", time: "2026-11-27T09:06:20+00:00").utf8, "access") }
        var reader = reader()
        reader.read(now)
        #expect(reader.report.refusedPerMinute() == 4, "the minute before is not known whole")
    }

    @Test func theEndOfABusyLogIsToldWithItsSpanAndIsNoWholeMinute() throws {
        for name in ["audit", "bans"] { try append([], name) }
        for _ in 0..<10 { try append(line("limit", time: "2026-11-27T09:06:34+00:00").utf8, "access") }
        for _ in 0..<10 { try append(line("", status: 200, time: "2026-11-27T09:06:44+00:00").utf8, "access") }
        var reader = reader()
        reader.read(now)
        #expect(reader.report.requests.covered(at: now) == .seconds(20))
        #expect(reader.report.refusedPerMinute() == 30)
        let check = reader.report.check(every: .minutes(1), atLeast: .minutes(1))
        #expect(check.verdict == .unknown)
        #expect(check.summary.hasPrefix("30/min refused of 60/min in 20 s"), "\(check.summary)")
        #expect(check.items.first?.text == "no more than 20 s of the last 10 min was looked at")
        #expect(check.items.contains { $0.name == "limit" }, "the reasons are told all the same")
    }

    @Test func memoryIsBoundedHoweverManyNamesComeAndNoRequestIsLost() {
        var tally = RefusalTally()
        var all = 0
        for second in 0..<2000 {
            var batch = RefusalTally.Batch()
            for number in 0..<200 { batch.count(.rule, "\(second * 200 + number)") }
            (batch.total, batch.refused) = (1_000_000, 1000)
            if second >= 1400 { all += 1000 }
            #expect(batch.names[.rule]?.count ?? 0 <= RefusalTally.Batch.limit + 1)
            #expect(batch.names[.rule]?.values.reduce(0, +) == 200)
            tally.take(batch, over: .seconds(1), at: now + .seconds(Int64(second)))
        }
        let end = now + .seconds(1999)
        #expect(tally.perMinute(at: end, \.refused) == Double(all) / 10)
        #expect(tally.top(.rule, at: end).first?.name == RefusalTally.Batch.others)
    }

    @Test func whileOneLogOfSeveralCannotBeReadNothingIsSaidOfTheWhole() throws {
        for name in ["access", "other", "audit", "bans"] { try append([], name) }
        var reader = RefusalReader(
            [EdgeLogs(edge: "e", access: lab.path("access")), EdgeLogs(edge: "f", access: lab.path("other"))], bans: [])
        reader.read(now)
        try append(line("waf").utf8, "access")
        try FileManager.default.moveItem(atPath: lab.path("other"), toPath: lab.path("away"))
        reader.read(now + .seconds(10))
        #expect(reader.report.requestTroubles.count == 1)
        #expect(reader.check(every: .minutes(1)).verdict == .unknown)
        // Once it is back, what came meanwhile is counted over the time that it took.
        try FileManager.default.moveItem(atPath: lab.path("away"), toPath: lab.path("other"))
        reader.read(now + .seconds(20))
        #expect(reader.report.requestTroubles.isEmpty && reader.report.refusedPerMinute() == 3)
        #expect(reader.check(every: .minutes(1)).summary.hasSuffix("no log of bans is read"))
    }

    @Test func edgesElsewhereAreAddedAndTheirSilenceIsTold() throws {
        for name in ["access", "audit", "bans"] { try append([], name) }
        var reader = reader()
        var batch = RefusalTally.Batch()
        (batch.total, batch.refused) = (30, 3)
        batch.count(.reason, "waf", times: 3)
        reader.read(now, requests: .init([batch]))
        #expect(reader.report.refusedPerMinute() == nil, "of what time that is, is not known")
        reader.read(now + .seconds(60), requests: .init([batch]))
        #expect(reader.report.refusedPerMinute() == 3 && reader.report.requestsPerMinute() == 30)
        reader.read(now + .seconds(120), requests: .init(troubles: ["edge-2: connection refused"]))
        #expect(reader.report.requestTroubles == ["edge-2: connection refused"])
        #expect(reader.check(every: .minutes(1)).verdict == .unknown)
    }

    @Test func eachEdgeHasItsOwnCountHoweverManyThereAre() throws {
        let names = (0..<80).map { "edge-\($0)" }
        for name in names { try append([], name) }
        var reader = RefusalReader(names.map { EdgeLogs(edge: $0, access: lab.path($0)) }, bans: [])
        reader.read(now)
        for (number, name) in names.enumerated() {
            for _ in 0..<(number % 3) { try append(line("waf").utf8, name) }
        }
        reader.read(now + .minutes(1))
        for (number, name) in names.enumerated() {
            let count = reader.report.perMinute(.edge, name, within: .minutes(1))
            #expect(count == Double(number % 3), "\(name)")
        }
        let listed = reader.check(every: .minutes(1)).items
        #expect(!listed.contains { $0.name.hasPrefix("edge-") }, "the page lists reasons, not edges")
    }

    @Test func rulesAndBansThatWereCountedElsewhereAreAddedAndTheirSilenceIsTold() throws {
        var reader = RefusalReader(
            [], bans: [BanWatch(name: "edge-2", log: "/var/log/fail2ban.log", logEdge: "edge-2")])
        var (hits, bans) = (RefusalTally.Batch(), RefusalTally.Batch())
        hits.count(.rule, "942100 SQL Injection", times: 6)
        bans.takeBan(by: "guardia-waf", times: 2)
        reader.read(now)
        reader.read(now + .minutes(1), rules: .init([hits]), bans: .init([bans]))
        #expect(reader.report.perMinute(.rule, "942100 SQL Injection", within: .minutes(1)) == 6)
        #expect(reader.report.bansPerMinute() == 2 && reader.report.countsBans)
        #expect(reader.report.banTroubles.isEmpty && reader.report.ruleTroubles.isEmpty)
        reader.read(
            now + .minutes(2), rules: .init(troubles: ["edge-2: gone"]), bans: .init(troubles: ["edge-2: gone"]))
        #expect(reader.report.ruleTroubles == ["edge-2: gone"] && reader.report.banTroubles == ["edge-2: gone"])
    }

    @Test func aLogThatGrowsFasterThanItIsReadIsNotCountedTooLow() throws {
        for name in ["access", "audit", "bans"] { try append([], name) }
        var reader = reader()
        reader.read(now)
        // Beyond 64 MiB in one look, without writing as much: a hole.
        let file = try #require(FileHandle(forWritingAtPath: lab.path("access")))
        try file.truncate(atOffset: 200 << 20)
        try file.close()
        reader.read(now + .seconds(10))
        #expect(reader.report.requestTroubles.first?.contains("grows faster than it can be read") == true)
        try append(Array("\n\(line("waf"))".utf8), "access")
        reader.read(now + .seconds(20))
        #expect(reader.report.requestTroubles.isEmpty && reader.report.refusedPerMinute() == 3)
    }

    @Test func invalidUTF8AndHalfLinesAreNoObstacle() throws {
        try append([], "bans")
        try append([], "audit")
        try append([], "access")
        var reader = reader()
        reader.read(now)
        var broken = Array(hit("942100").utf8)
        let place = try #require(broken.firstIndex(of: UInt8(ascii: "S")))
        broken.replaceSubrange(place..<place, with: [0xFF, 0xC3, 0x28, 0xE2, 0x82])
        try append(broken, "audit")
        try append("not JSON at all\n{\"transaction\":\n\n{}\n".utf8, "audit")
        try append(line("waf").utf8.prefix(40), "access")
        reader.read(now + .seconds(10))
        #expect(reader.report.top(.rule).count == 1)
        #expect(reader.unreadable == 3)
        // The rest of the line comes later.
        try append(line("waf").utf8.dropFirst(40), "access")
        reader.read(now + .seconds(20))
        #expect(reader.report.top(.reason).map(\.name) == ["waf"])
        #expect(reader.report.requestTroubles.isEmpty && reader.report.ruleTroubles.isEmpty)
    }

    @Test func logsThatAreRenamedOrCutAreReadOn() throws {
        try append([], "bans")
        try append([], "audit")
        try append(line("waf").utf8, "access")
        var reader = reader()
        reader.read(now)
        try append(line("waf").utf8, "access")
        reader.read(now + .seconds(10))
        try FileManager.default.moveItem(atPath: lab.path("access"), toPath: lab.path("access.1"))
        try append(line("limit").utf8, "access")
        reader.read(now + .seconds(20))
        #expect(reader.report.top(.reason).count == 2)
        // copytruncate
        truncate(lab.path("access"), 0)
        reader.read(now + .seconds(30))
        try append(line("country").utf8, "access")
        reader.read(now + .seconds(40))
        #expect(Set(reader.report.top(.reason).map(\.name)) == ["waf", "limit", "country"])
    }

    @Test func aLogThatIsNotThereIsUnknown() {
        var reader = reader()
        reader.read(now)
        let check = reader.check(every: .minutes(1))
        #expect(check.verdict == .unknown)
        #expect(check.items.count == 3)
        #expect(check.summary.contains("cannot be read"))
    }
}
