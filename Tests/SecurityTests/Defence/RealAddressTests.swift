import Edge
import Foundation
import Launch
import Security
import Testing
import Wire

/// Behind a load balancer: who is believed where a request comes from, and the warning where nobody is.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RealAddressTests {
    @Test(.enabled(if: HardenedEdge.isInstalled, "see scripts/deps"))
    func theHeaderCountsFromTheBalancerAloneAndOnlyItsLastStranger() async throws {
        try await withHardenedEdge({
            $0.rest = .init(1000, .second, burst: 1000)
            $0.uri = nil
            $0.realAddress = RealAddressPlan(from: ["127.0.0.40/31"])
        }) { edge in
            func ask(_ path: String, from: String, _ forwarded: String) async throws -> Int {
                try await edge.status(path, from: from, headers: [.init("X-Forwarded-For", forwarded)])
            }
            #expect(try await ask("/a", from: "127.0.0.40", "127.0.0.50") == 200)
            // A second balancer on the way, and what the client itself wrote before.
            #expect(try await ask("/b", from: "127.0.0.40", "127.0.0.1, 127.0.0.51, 127.0.0.41") == 200)
            #expect(try await ask("/c", from: "127.0.0.52", "127.0.0.53") == 200)
            // Whoever names the edge's loopback is none of one's own by it.
            let attack = "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"
            #expect(try await ask(attack, from: "127.0.0.54", "127.0.0.1") == 403)
            func lines() -> [String] {
                ((try? String(contentsOfFile: edge.plan.log, encoding: .utf8)) ?? "").split(separator: "\n").map(
                    String.init)
            }
            #expect(try await eventually { lines().count >= 4 })
            func address(_ path: String) -> String? {
                lines().first { $0.contains("\"path\":\"\(path)\"") }.flatMap {
                    $0.firstMatch(of: /"ip":"([^"]+)"/).map { String($0.1) }
                }
            }
            #expect(address("/a") == "127.0.0.50")
            #expect(address("/b") == "127.0.0.51")
            #expect(address("/c") == "127.0.0.52")
            #expect(address("/search") == "127.0.0.54")
            // The limits follow: two customers behind one balancer are two.
            var codes: [String: [Int]] = [:]
            for _ in 0..<6 {
                for client in ["127.0.0.60", "127.0.0.61"] {
                    codes[client, default: []].append(try await ask("/auth/x", from: "127.0.0.40", client))
                }
            }
            for (client, codes) in codes {
                #expect(codes.prefix(3) == [200, 200, 200] && codes.contains(429), "\(client): \(codes)")
            }
        }
    }

    @Test func withoutItNothingIsRenderedOfIt() {
        let usual = EdgeHardening(HardeningPlan()).http
        #expect(!usual.contains("real_ip") && !usual.contains("@"))
        let plan = HardeningPlan(
            realAddress: RealAddressPlan(from: ["10.0.2.0/24", "2001:db8::/32"], header: "CF-Connecting-IP"))
        let text = EdgeHardening(plan).http
        #expect(
            text.contains(
                "set_real_ip_from 10.0.2.0/24;\nset_real_ip_from 2001:db8::/32;\nreal_ip_header CF-Connecting-IP;\nreal_ip_recursive on;\n"
            ))
        #expect(text.hasSuffix(usual.drop { $0 != "#" }.suffix(2000)), "nothing else is another")
    }

    @Test func nearlyAllRequestsFromOneAddressAreAWarning() {
        func item(_ one: Int, _ others: Int, _ address: String = "10.0.2.4") -> SecurityCheck.Item? {
            SourceWitness.item(
                edge: "edge-1",
                Array(repeating: address, count: one) + (0..<others).map { "198.51.100.\($0 % 250)" })
        }
        #expect(item(995, 5)?.verdict == .warning)
        #expect(item(995, 5)?.text.contains("995 of the last 1000 requests come from 10.0.2.4") == true)
        #expect(item(900, 100) == nil)
        #expect(item(199, 0) == nil, "too few to tell")
        #expect(item(1000, 0, "127.0.0.1") == nil && item(1000, 100, "127.0.0.1") == nil, "the machine itself")
    }
}
