import Launch
import Security
import Testing

/// Config/fail2ban and Config/nftables for real, and whether a ban that keeps nobody out is noticed.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: BanLab.refusal == nil, "\(BanLab.refusal ?? "")"))
struct BanTests {
    private func item(_ name: String, _ check: SecurityCheck) throws -> SecurityCheck.Item {
        try #require(check.items.first { $0.name == name }, "\(name) of \(check.items.map(\.name))")
    }

    @Test func whoOffendsIsBannedAndWhoDoesNotIsNot() async throws {
        try await withBans { lab in
            var reader = RefusalReader([], bans: [lab.watch])
            reader.read(Timestamp(seconds: 1000))
            for _ in 0..<3 {
                try lab.note("198.51.100.1")
                try lab.note("198.51.100.2", kind: "payment", path: "/payments", status: 402)
                try lab.note("198.51.100.3", kind: "api", path: "/wp-login.php", status: 404)
                try lab.note("198.51.100.4", kind: "api", path: "/search", status: 403, refused: "waf")
                try lab.note("2001:db8::5", kind: "api", path: "/search", status: 403, refused: "waf")
                // guardia's own trials, honest customers, and the edge itself.
                try lab.note("198.51.100.6", status: 403, refused: "waf", canary: 1)
                try lab.note("198.51.100.7", status: 200)
                try lab.note("198.51.100.8", kind: "api", path: "/turnos", status: 404)
                try lab.note("127.0.0.1")
            }
            let expected = [
                ("198.51.100.1", "guardia-auth"), ("198.51.100.2", "guardia-payment"), ("198.51.100.3", "guardia-scan"),
                ("198.51.100.4", "guardia-waf"), ("2001:db8::5", "guardia-waf"),
            ]
            for (address, jail) in expected { try await lab.waitForBan(of: address, by: jail) }
            let table = try await lab.table()
            #expect(table.banned == Set(expected.map(\.0)))
            #expect(table.drops == ["banned4", "banned6"])
            let check = await lab.survey()
            for item in check.items { #expect(item.verdict == .ok, "\(item.name): \(item.text)") }
            #expect(check.summary == "every jail runs; 5 addresses are banned")
            // fail2ban's own log tells of them, and by which jail.
            reader.read(Timestamp(seconds: 1060))
            #expect(reader.report.bansPerMinute() == 5)
            #expect(reader.report.top(.ban).first?.name == "guardia-waf")
            // A ban ends by itself, were fail2ban dead; and by hand.
            let list = try await lab.run(lab.nft + ["list", "set", "inet", "guardia", "banned4"])
            #expect(list.contains("timeout") && list.contains("expires"))
            try await lab.run(lab.client + ["set", "guardia-auth", "unbanip", "198.51.100.1"])
            #expect(try await !lab.table().banned.contains("198.51.100.1"))
            #expect(await lab.survey().verdict == .ok)
        }
    }

    @Test func loadingTheTableAgainKeepsTheBans() async throws {
        try await withBans { lab in
            try await lab.run(lab.client + ["set", "guardia-auth", "banip", "198.51.100.1"])
            try await lab.waitForBan(of: "198.51.100.1", by: "guardia-auth")
            try await lab.run(lab.nft + ["-f", "\(lab.folder)/guardia.nft"])
            #expect(try await lab.table().banned == ["198.51.100.1"])
            #expect(await lab.survey().verdict == .ok)
        }
    }

    @Test func aJailThatWasStoppedIsNoticed() async throws {
        try await withBans { lab in
            try await lab.run(lab.client + ["stop", "guardia-payment"])
            let check = await lab.survey()
            #expect(try item("edge-1 guardia-payment", check).verdict == .critical)
            #expect(try item("edge-1 guardia-auth", check).verdict == .ok)
            try await lab.run(lab.client + ["stop"])
            #expect(try await item("edge-1 fail2ban", lab.survey()).verdict == .critical)
        }
    }

    @Test func bansThatAreNotInNftablesAreNoticed() async throws {
        try await withBans { lab in
            try await lab.run(lab.client + ["set", "guardia-auth", "banip", "198.51.100.1"])
            try await lab.waitForBan(of: "198.51.100.1", by: "guardia-auth")
            try await lab.run(lab.nft + ["flush", "set", "inet", "guardia", "banned4"])
            let missing = try await item("edge-1 bans", lab.survey())
            #expect(missing.verdict == .critical)
            #expect(missing.text.contains("198.51.100.1"))
            // The sets are full and nobody looks at them.
            try await lab.run(lab.nft + ["flush", "chain", "inet", "guardia", "input"])
            #expect(try await item("edge-1 bans", lab.survey()).text.contains("no rule drops"))
            try await lab.run(lab.nft + ["delete", "table", "inet", "guardia"])
            #expect(try await item("edge-1 bans", lab.survey()).verdict == .critical)
        }
    }
}
