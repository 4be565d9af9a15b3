import Foundation
import Glibc
import Launch
import Security
import Testing
import Wire

/// That who is banned is kept out, shown with packets: real requests come over a cable from another machine, and what does not
/// come back did not come in.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: AttackedEdge.refusal == nil, "\(AttackedEdge.refusal ?? "")"))
struct KeptOutTests {
    @Test func whoIsBannedGetsNoAnswerAnyMoreAndOthersDo() async throws {
        try await AttackedEdge.with(BanPlan(retries: 3)) { edge in
            let (offender, customer) = (AttackedEdge.offender, AttackedEdge.customer)
            #expect(try await edge.ask(from: offender) == .served)
            // Passwords tried out over IPv4, attacks on the firewall over IPv6.
            for _ in 0..<3 {
                #expect(try await edge.ask("/login", body: "{}", from: offender).status == 401)
                let attack = try await edge.ask(
                    "/search?q=1%27%20UNION%20SELECT%20password%20FROM%20users--", from: AttackedEdge.offender6)
                #expect(attack.status == 403)
            }
            try await edge.lab.waitForBan(of: offender, by: "guardia-auth")
            try await edge.lab.waitForBan(of: AttackedEdge.offender6, by: "guardia-waf")
            for (banned, other, set) in [
                (offender, customer, "@banned4"), (AttackedEdge.offender6, AttackedEdge.customer6, "@banned6"),
            ] {
                let isOut = try await eventually { try await edge.drops(banned) }
                #expect(isOut, "\(banned) is banned and is served")
                let before = try await edge.packets(set)
                #expect(try await edge.drops(banned))
                #expect(try await edge.packets(set) > before, "it was not this rule that kept \(banned) out")
                #expect(try await edge.ask(from: other) == .served)
            }
            #expect(await edge.lab.survey().verdict == .ok)

            // Lifted, and served again.
            try await edge.lab.run(edge.lab.client + ["set", "guardia-auth", "unbanip", offender])
            let isBack = try await eventually { try await edge.ask(from: offender, within: "1") == .served }
            #expect(isBack, "the ban was lifted and \(offender) is not served")
            #expect(try await edge.drops(AttackedEdge.offender6), "another's ban is not lifted by it")
        }
    }

    /// Were fail2ban to die, nobody stays banned for ever: the kernel ends a ban.
    @Test func aBanEndsByItself() async throws {
        try await AttackedEdge.with(BanPlan(time: .seconds(6), retries: 3)) { edge in
            let offender = AttackedEdge.offender
            let pid = try #require(
                (try? String(contentsOfFile: "\(edge.lab.folder)/pid", encoding: .utf8))
                    .flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
            try await edge.lab.run(edge.lab.client + ["set", "guardia-auth", "banip", offender])
            let isBanned = try await eventually { try await edge.lab.table().banned.contains(offender) }
            #expect(isBanned)
            #expect(kill(pid, SIGKILL) == 0)
            #expect(try await edge.ask(from: offender, within: "0.5") == .dropped)
            let isBack = try await eventually { try await edge.ask(from: offender, within: "1") == .served }
            #expect(isBack, "the ban did not end")
            #expect(try await edge.lab.table().banned.isEmpty)
        }
    }

    /// Connections that never send a request: nginx counts none of them.
    @Test func anAddressHasOnlySoManyConnections() async throws {
        try await AttackedEdge.with(BanPlan(retries: 3, connections: 4)) { edge in
            let url = "http://\(AttackedEdge.address)/"
            let curl = "curl -s -o /dev/null -w '%{http_code} %{exitcode}\\n' --max-time 5 -A Mozilla/5.0"
            let said = try await edge.outside(
                """
                open=0
                for i in 1 2 3 4 5 6 7 8; do
                    if exec {fd}<>/dev/tcp/\(AttackedEdge.address)/80; then open=$((open + 1)); fi
                done 2>/dev/null
                echo $open
                from=$(ip route get \(AttackedEdge.address) | sed -n 's/.* src \\([0-9.]*\\).*/\\1/p')
                \(curl) --interface $from \(url) || true
                for other in \(AttackedEdge.offender) \(AttackedEdge.customer); do
                    [ $other = $from ] || \(curl) --interface $other \(url)
                done
                """)
            #expect(said == ["4", "000 7", "200 0"])
            #expect(try await edge.packets("ct count over 4") > 0)
            // They are let go with the program that held them.
            for address in [AttackedEdge.offender, AttackedEdge.customer] {
                let isServed = try await eventually { try await edge.ask(from: address) == .served }
                #expect(isServed, "\(address) is kept out though it holds no connection any more")
            }
        }
    }
}
