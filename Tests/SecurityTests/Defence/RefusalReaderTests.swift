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
        time: String = "2026-11-27T09:06:54+00:00"
    ) -> String {
        #"{"ts":"\#(time)","ip":"10.0.0.1","country":"\#(country)","class":"api","method":"GET","path":"/x","status":\#(status),"refused":"\#(reason)","canary":\#(canary)}"#
            + "\n"
    }

    private func hit(_ rule: String, code: Int = 403, uri: String = "/x") -> String {
        #"{"transaction":{"client_ip":"10.0.0.1","time_stamp":"Fri Nov 27 09:06:54 2026","request":{"method":"GET","http_version":1.1,"uri":"\#(uri)"},"response":{"http_code":\#(code)},"producer":{"components":["OWASP_CRS/3.3.4\""]},"messages":[{"message":"SQL Injection","details":{"ruleId":"\#(rule)"}},{"message":"sum","details":{"ruleId":"949110"}}]}}"#
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

    @Test func reasonsCountriesRulesAndBansAreCountedByTheMinute() throws {
        for name in ["access", "audit", "bans"] { try append([], name) }
        var reader = reader()
        reader.read(now)
        for _ in 0..<30 { try append(line("waf", country: "RU").utf8, "access") }
        for _ in 0..<10 { try append(line("limit", status: 429).utf8, "access") }
        for _ in 0..<60 { try append(line("", status: 200).utf8, "access") }
        for _ in 0..<20 { try append(line("waf", canary: 1).utf8, "access") }
        for _ in 0..<5 { try append(hit("942100").utf8, "audit") }
        try append(hit("920350", code: 200).utf8, "audit")
        try append(hit("942100", uri: "/x?guardia=canary-1").utf8, "audit")
        try append("2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Ban 10.0.0.1\n".utf8, "bans")
        try append(
            "2026-11-27 09:00:00,123 fail2ban.actions [77]: NOTICE  [guardia-auth] Unban 10.0.0.1\n".utf8, "bans")
        reader.read(now)
        #expect(reader.window.perMinute(.reason) == 4)
        #expect(reader.window.requestsPerMinute == 10)
        #expect(reader.window.top(.reason).map(\.name) == ["waf", "limit"])
        #expect(reader.window.top(.country).map(\.name) == ["RU", "AR"])
        #expect(reader.window.top(.rule).map(\.name) == ["942100 SQL Injection"])
        #expect(reader.window.top(.ban).map(\.name) == ["guardia-auth"])
        let check = reader.check(every: .minutes(1))
        #expect(check.verdict == .ok)
        #expect(check.summary == "4.0/min refused of 10, 0.1/min banned")
        // What is older than the window is forgotten.
        reader.read(now + .minutes(11))
        #expect(reader.window.perMinute(.reason) == 0)
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
        reader.read(now)
        #expect(reader.window.top(.rule).count == 1)
        #expect(reader.unreadable == 3)
        // The rest of the line comes later.
        try append(line("waf").utf8.dropFirst(40), "access")
        reader.read(now)
        #expect(reader.window.top(.reason).map(\.name) == ["waf"])
        #expect(reader.troubles.isEmpty)
    }

    @Test func logsThatAreRenamedOrCutAreReadOn() throws {
        try append([], "bans")
        try append([], "audit")
        try append(line("waf").utf8, "access")
        var reader = reader()
        reader.read(now)
        try FileManager.default.moveItem(atPath: lab.path("access"), toPath: lab.path("access.1"))
        try append(line("limit").utf8, "access")
        reader.read(now)
        #expect(reader.window.top(.reason).count == 2)
        // copytruncate
        truncate(lab.path("access"), 0)
        reader.read(now)
        try append(line("country").utf8, "access")
        reader.read(now)
        #expect(Set(reader.window.top(.reason).map(\.name)) == ["waf", "limit", "country"])
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
