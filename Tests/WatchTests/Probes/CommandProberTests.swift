import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

@Suite struct CommandProberTests {
    private func prober(_ lab: ProbeLab, _ script: String, perfdata: [Question] = []) -> CommandProber {
        CommandProber(CommandTarget(argv: ["sh", "-c", script], perfdata: perfdata), in: lab.context)
    }

    @Test func verdictTextAndPerformanceData() async throws {
        let lab = try ProbeLab()
        let perfdata = [
            Question(name: "time", text: "total time", unit: .milliseconds),
            Question(name: "gone", text: "gone", unit: .count),
        ]
        let script = #"echo "HTTP WARNING: slow | 'total time'=0.25s;1;2 size=12B"; echo "more"; exit 1"#
        #expect(
            try await prober(lab, script, perfdata: perfdata).measurements() == [
                "verdict": .number(1), "text": .text("HTTP WARNING: slow"), "time": .number(250),
                "gone": .missed("no number for gone"),
            ])
    }

    @Test(
        "every way to end has a verdict and a text",
        arguments: [
            ("echo fine", 0, "fine"), ("echo bad; exit 2", 2, "bad"), ("exit 3", 3, "exit status 3, without a word"),
            ("exit 127", 3, "exit status 127, without a word"), ("echo oops >&2; exit 3", 3, "oops"),
            ("kill -9 $$", 3, "ended by signal 9"),
        ])
    func endings(script: String, code: Double, text: String) async throws {
        let found = try await prober(ProbeLab(), script).measurements()
        #expect(found == ["verdict": .number(code), "text": .text(text)])
    }

    @Test func pluginThatHangsOrFloodsIsEndedAtTheDeadline() async throws {
        let lab = try ProbeLab()
        #expect(await lab.expectEnd(of: prober(lab, "sleep 1000")) != nil)
        #expect(await lab.expectEnd(of: prober(lab, "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxx; done")) != nil)
        let missing = CommandProber(CommandTarget(argv: ["/nowhere/check_x"]), in: lab.context)
        #expect(await lab.expectEnd(of: missing)?.contains("/nowhere/check_x") == true)
    }
}

@Suite struct NginxProberTests {
    private let status = "location = /status { stub_status; } location = /text { return 200 hello; }"

    @Test func ratesConnectionsAndTheConfigsVerdict() async throws {
        let lab = try ProbeLab()
        try await withNginx(status) { nginx async throws in
            let target = NginxTarget(
                statusURL: "http://127.0.0.1:\(nginx.port)/status",
                testCommand: [nginx.program, "-t", "-e", "stderr", "-c", nginx.configurationFile],
                testInterval: .minutes(5))
            let prober = NginxProber(target, in: lab.context)
            let first = try await prober.measurements()
            #expect(first["config"] == .number(0))
            #expect(first["connections"] == .number(1))
            #expect(first["writing"] == .number(1))
            #expect(first["requests"] == nil)
            (lab.context.clock as? ManualClock)?.advance(500)
            let second = try await prober.measurements()
            #expect(second["requests"] == .number(2))
            #expect(second["dropped"] == .number(0))
            #expect(second["config"] == nil, "it is tested once in five minutes")
            // Breaking the file is found out at the next test; the running server is as it was.
            try Data("events {".utf8).write(to: URL(filePath: nginx.configurationFile))
            (lab.context.clock as? ManualClock)?.advance(.minutes(5))
            #expect(try await prober.measurements()["config"] == .number(2))
            let probe = Probe(name: "n", interval: 1000, deadline: 500, target: .nginx(target))
            #expect(Set(second.keys).union(["config", "up"]) == Set(probe.measures.map(\.name)))
        }
    }

    @Test func configTestThatCannotRunOrHangsIsAMissOfItsOwn() async throws {
        let lab = try ProbeLab()
        try await withNginx(status) { nginx async throws in
            for command in [["/nowhere/nginx"], ["sleep", "1000"]] {
                let target = NginxTarget(statusURL: "http://127.0.0.1:\(nginx.port)/status", testCommand: command)
                let found = try await NginxProber(target, in: lab.context).measurements(deadline: .milliseconds(500))
                #expect(found["config"].reason != nil)
                #expect(found["connections"].number != nil)
            }
        }
    }

    @Test func anotherPageAndAStoppedServerFailTheLook() async throws {
        let lab = try ProbeLab()
        try await withNginx(status) { nginx async throws in
            func prober(_ path: String) -> NginxProber {
                NginxProber(NginxTarget(statusURL: "http://127.0.0.1:\(nginx.port)\(path)"), in: lab.context)
            }
            #expect(await lab.expectEnd(of: prober("/text"))?.hasPrefix("this is not stub_status (") == true)
            #expect(await lab.expectEnd(of: prober("/absent"))?.hasPrefix("status 404 (") == true)
            let good = prober("/status")
            _ = try await good.measurements()
            try await nginx.pause()
            #expect(await lab.expectEnd(of: good) != nil)
            try await nginx.resume()
            _ = try await good.measurements()
        }
    }
}

@Suite struct TLSProberTests {
    @Test("the first certificate to expire counts, trusted or not")
    func expiry() async throws {
        let lab = try ProbeLab(clock: ManualClock(utc: Int64(time(nil))))
        try await withPrivateFolder { folder async throws in
            let files = try folder.subfolder("tls")
            let made = try await Command.run(
                [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days",
                    "10", "-subj", "/CN=shop.test", "-keyout", "\(files)/key.pem", "-out", "\(files)/certificate.pem",
                ], deadline: .seconds(30))
            try #require(made.isSuccess, "\(made.standardError.text)")
            #expect(chmod("\(files)/key.pem", 0o644) == 0)
            let server = try await NginxServer.start(in: folder) { port, _ in
                """
                server { listen 127.0.0.1:\(port) ssl; ssl_certificate \(files)/certificate.pem;
                ssl_certificate_key \(files)/key.pem; return 200 x; }
                """
            }
            let prober = TLSProber(TLSTarget(url: "127.0.0.1:\(server.port)"), in: lab.context)
            let days = try await prober.measurements()["expires"].number ?? 0
            #expect((9.9...10.1).contains(days))
            try await server.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
            await server.kill()
            #expect(await lab.expectEnd(of: prober) != nil)
        }
        try await withNginx("return 200 x;") { plain async throws in
            let prober = TLSProber(TLSTarget(url: "https://127.0.0.1:\(plain.port)"), in: lab.context)
            #expect(await lab.expectEnd(of: prober) != nil)
        }
    }
}

@Suite struct MakeProberTests {
    @Test func everyKindHasItsProber() throws {
        let lab = try ProbeLab()
        let database = PostgresTarget(host: "/nowhere", database: "d", user: "u")
        let kinds: [(Probe.Target, any Prober.Type)] = [
            (.postgres(database), PostgresProber.self), (.redis(RedisTarget()), RedisProber.self),
            (.http(HTTPTarget(url: "http://x")), HTTPProber.self),
            (.nginx(NginxTarget(statusURL: "http://x")), NginxProber.self),
            (.metrics(MetricsTarget(urls: ["http://x"], extracts: [])), MetricsProber.self),
            (.prometheus(PrometheusTarget(url: "http://x", questions: [])), PrometheusProber.self),
            (.host(HostTarget()), HostProber.self), (.clock(ClockTarget()), ClockProber.self),
            (.tls(TLSTarget(url: "x:443")), TLSProber.self),
            (.command(CommandTarget(argv: ["true"])), CommandProber.self),
            (.door(DoorTarget(url: "http://x", folder: "/x", colours: [])), DoorProber.self),
        ]
        for (target, type) in kinds {
            let probe = Probe(name: "p", interval: 1000, deadline: 500, target: target)
            #expect(Swift.type(of: makeProber(for: probe, in: lab.context)) == type)
        }
    }
}
