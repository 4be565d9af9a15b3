import FoundationEssentials
import Launch
import Rehearsal
import Testing

@testable import Watch

@Suite struct HTTPProberTests {
    private let locations = """
        location = / { add_header X-Version 1.4.2; return 200 "all is well"; }
        location = /json { return 200 '{"checks":[{"version":"2.0.0"}],"ok":true}'; }
        location = /broken { return 503 "down"; }
        location = /hit { add_header X-Cache-Status HIT; return 200 ""; }
        location = /secret { if ($http_authorization != "Bearer sesame") { return 403; } return 200 "in"; }
        """

    private func prober(_ lab: ProbeLab, _ target: HTTPTarget) -> HTTPProber {
        HTTPProber(target, interval: .seconds(1), in: lab.context)
    }

    @Test func goodAnswerBringsEveryMeasure() async throws {
        let lab = try ProbeLab()
        try await withNginx(locations) { nginx async throws in
            let prober = prober(
                lab,
                HTTPTarget(
                    url: "http://127.0.0.1:\(nginx.port)/", assertions: [.contains("is well")],
                    version: .header("x-version")))
            let first = try await prober.measurements()
            #expect(first["status"] == .number(200))
            #expect(first["version"] == .text("1.4.2"))
            #expect(first["size"] == .number(11))
            #expect(first["errors"] == .number(0))
            #expect(first["up"] == nil)
            #expect(first["tls"] == .missed("the address is not https"))
            #expect((first["connect"].number ?? 0) > 0)
            let total = first["total"].number ?? -1
            #expect(total > 0)
            #expect(abs((first["p50"].number ?? -1) - total) < 0.001)
            // The connection is kept.
            #expect(try await prober.measurements()["connect"] == .number(0))
            let catalogue = Probe(
                name: "api", interval: 1000, deadline: 500,
                target: .http(HTTPTarget(url: "", version: .header("x-version")))
            ).measures.map(\.name)
            #expect(Set(first.keys).isSubset(of: catalogue))
        }
    }

    @Test("an unexpected status is an answer, and the target is down")
    func unexpectedStatus() async throws {
        let lab = try ProbeLab()
        try await withNginx(locations) { nginx async throws in
            let prober = prober(lab, HTTPTarget(url: "http://127.0.0.1:\(nginx.port)/broken"))
            let found = try await prober.measurements()
            #expect(found["up"] == .missed("status 503"))
            #expect(found["status"] == .number(503))
            #expect(found["errors"] == .number(100))
            #expect(found["total"] == .missed("status 503"))
            #expect(found["p95"] == .missed("no good answer in the window"))
        }
    }

    @Test("of a large body as much is read as is asked for, and it is said where that was too little")
    func largeBody() async throws {
        let lab = try ProbeLab()
        let text = String(repeating: "0123456789abcde\n", count: 1 << 17) + "the end"
        try await withPrivateFolder { folder async throws in
            try text.write(toFile: "\(folder.path)/page", atomically: true, encoding: .utf8)
            try await withNginx("location / { root \(folder.path); }") { nginx async throws in
                func found(_ limit: Int) async throws -> [String: Launch.Measurement] {
                    try await prober(
                        lab,
                        HTTPTarget(
                            url: "http://127.0.0.1:\(nginx.port)/page", assertions: [.contains("the end")],
                            bodyLimit: limit)
                    ).measurements()
                }
                #expect(try await found(4 << 20)["up"] == nil)
                #expect(
                    try await found(HTTPTarget.usualBodyLimit)["up"]
                        == .missed(#"the first 1048576 bytes of the body lacks "the end""#))
            }
        }
    }

    @Test func assertionsOnTheBody() async throws {
        let lab = try ProbeLab()
        try await withNginx(locations) { nginx async throws in
            func found(_ path: String, _ assertion: HTTPTarget.BodyAssertion) async throws -> [String: Launch
                .Measurement]
            {
                try await prober(
                    lab,
                    HTTPTarget(
                        url: "http://127.0.0.1:\(nginx.port)\(path)", assertions: [assertion],
                        version: .json(pointer: "/checks/0/version"))
                ).measurements()
            }
            let good = try await found("/json", .json(pointer: "/ok", equals: "true"))
            #expect(good["up"] == nil && good["version"] == .text("2.0.0"))
            let wrong = try await found("/json", .json(pointer: "/ok", equals: "false"))
            #expect(wrong["up"] == .missed(#"/ok is "true", not "false""#) && wrong["total"] == wrong["up"])
            #expect(try await found("/", .contains("absent"))["total"] == .missed(#"the body lacks "absent""#))
            #expect(try await found("/", .json(pointer: "/a", equals: "b"))["total"] == .missed("the body is not JSON"))
        }
    }

    @Test func cacheHeaderBecomesAHitRate() async throws {
        let lab = try ProbeLab()
        try await withNginx(locations) { nginx async throws in
            let url = "http://127.0.0.1:\(nginx.port)"
            let hit = prober(lab, HTTPTarget(url: url + "/hit", cacheHeader: "X-Cache-Status"))
            #expect(try await hit.measurements()["hit_rate"] == .number(100))
            let none = prober(lab, HTTPTarget(url: url, cacheHeader: "X-Cache-Status"))
            #expect(try await none.measurements()["hit_rate"].reason == "X-Cache-Status says neither hit nor miss")
        }
    }

    @Test func secretsGoIntoHeadersAndNowhereElse() async throws {
        let lab = try ProbeLab()
        try await withNginx(locations) { nginx async throws in
            let url = "http://127.0.0.1:\(nginx.port)/secret"
            let header = Header(name: "Authorization", value: .secret(prefix: "Bearer ", .environment("sesame")))
            #expect(
                try await prober(lab, HTTPTarget(url: url, headers: [header])).measurements()["status"] == .number(200))
            let unreadable = Header(name: "Authorization", value: .secret(prefix: "", .file("/x")))
            await #expect(throws: ProbeFailure("file:/x cannot be read")) {
                try await prober(lab, HTTPTarget(url: url, headers: [unreadable])).look(deadline: .seconds(1))
            }
        }
    }

    @Test("a stopped, then killed, then restarted server: an error by the deadline each time, and recovery")
    func failure() async throws {
        let lab = try ProbeLab()
        try await withNginx(locations) { nginx async throws in
            let prober = prober(lab, HTTPTarget(url: "http://127.0.0.1:\(nginx.port)/"))
            _ = try await prober.measurements()
            try await nginx.pause()
            #expect(await lab.expectEnd(of: prober)?.contains("deadline") == true)
            try await nginx.resume()
            let back = try await prober.measurements()
            #expect((back["errors"].number ?? 0) > 0)
            await nginx.kill()
            #expect(await lab.expectEnd(of: prober)?.contains("127.0.0.1:\(nginx.port)") == true)
            try await nginx.start()
            #expect(try await prober.measurements()["status"] == .number(200))
        }
    }
}
