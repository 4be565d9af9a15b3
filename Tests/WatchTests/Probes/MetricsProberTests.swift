import Glibc
import Launch
import Testing

@testable import Rehearsal
@testable import Watch
@testable import Wire

@Suite struct MetricsProberTests {
    private func extract(_ name: String, _ metric: String, _ take: MetricsTarget.Extract.Take) -> MetricsTarget.Extract
    {
        MetricsTarget.Extract(name: name, metric: metric, take: take, unit: .count)
    }

    @Test func figuresOfAScrape() async throws {
        let lab = try ProbeLab()
        let locations = """
            location = /metrics { default_type "text/plain; version=0.0.4"; return 200 "queue 7\\n$connection_requests_line"; }
            """.replacing("$connection_requests_line", with: "requests_total $connection_requests\\n")
        try await withNginx(locations) { nginx async throws in
            let target = MetricsTarget(
                urls: ["http://127.0.0.1:\(nginx.port)/metrics"],
                extracts: [
                    extract("queue", "queue", .value), extract("rate", "requests_total", .rate(per: 1)),
                    extract("absent", "absent", .value),
                ])
            let prober = MetricsProber(target, interval: .seconds(1), in: lab.context)
            let first = try await prober.measurements()
            #expect(first == ["queue": .number(7), "absent": .missed("no sample of absent")])
            (lab.context.clock as? ManualClock)?.advance(500)
            // The connection is kept, so nginx counts one more request on it.
            #expect(try await prober.measurements()["rate"] == .number(2))
        }
    }

    @Test("several endpoints are added up, and one that is down is counted out")
    func severalEndpoints() async throws {
        let lab = try ProbeLab()
        let locations = """
            location = /one { default_type "text/plain"; return 200 'queue 7\\n'; }
            location = /two { default_type "text/plain"; return 200 'queue 35\\n'; }
            """
        try await withNginx(locations) { nginx async throws in
            let base = "http://127.0.0.1:\(nginx.port)"
            let target = MetricsTarget(
                urls: ["\(base)/one", "\(base)/two", "\(base)/missing"], extracts: [extract("q", "queue", .value)])
            let prober = MetricsProber(target, interval: .seconds(1), in: lab.context)
            let found = try await prober.measurements()
            #expect(found == ["q": .number(42), "answering": .number(2)])
        }
    }

    @Test(
        "what is no exposition fails the look, in words",
        arguments: [
            (#"return 200 "<html>\n</html>\n";"#, "the answer is not Prometheus text"),
            (
                #"default_type "application/openmetrics-text; version=1.0.0"; return 200 "queue 7\n";"#,
                "the exposition ends before its # EOF"
            ),
            (#"return 404 "queue 7\n";"#, "status 404 ("),
        ])
    func garbage(answer: String, sentence: String) async throws {
        let lab = try ProbeLab()
        try await withNginx("location / { \(answer) }") { nginx async throws in
            let target = MetricsTarget(
                urls: ["http://127.0.0.1:\(nginx.port)/"], extracts: [extract("q", "queue", .value)])
            let prober = MetricsProber(target, interval: .seconds(1), in: lab.context)
            #expect(await lab.expectEnd(of: prober)?.contains(sentence) == true)
        }
    }

    @Test func largeExpositionIsReadOffTheReactor() async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let lines = (0..<100_000).map { "some_series_total{path=\"/\($0)\"} \($0)\n" }.joined() + "queue 7\n"
            let server = try await NginxServer.start(in: folder) { port, folder in
                try writeFile("\(folder)/metrics", lines, mode: 0o644)
                return "server { listen 127.0.0.1:\(port); root \(folder); }"
            }
            let target = MetricsTarget(
                urls: ["http://127.0.0.1:\(server.port)/metrics"], extracts: [extract("q", "queue", .value)])
            let prober = MetricsProber(target, interval: .seconds(1), in: lab.context)
            #expect(try await prober.measurements() == ["q": .number(7)])
        }
    }

    @Test(
        "an exposition too large to be read in time fails its look by the deadline, and holds up nobody",
        .timeLimit(.minutes(2)))
    func readingCountsAgainstTheDeadline() async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            // 23 MB in 300,000 lines of the very metric that is asked for.
            let lines = (0..<300_000).map {
                "queue{path=\"/a/long/path/of/some/kind/\($0)\",method=\"GET\",code=\"200\"} \($0)\n"
            }.joined()
            let server = try await NginxServer.start(in: folder) { port, folder in
                try writeFile("\(folder)/metrics", lines, mode: 0o644)
                return
                    "server { listen 127.0.0.1:\(port); root \(folder); location = /small { return 200 'queue 7\\n'; } }"
            }
            let base = "http://127.0.0.1:\(server.port)"
            let huge = MetricsProber(
                MetricsTarget(
                    urls: ["\(base)/metrics"], extracts: [extract("q", "queue", .value)], bodyLimit: 64 << 20),
                interval: .seconds(1), in: lab.context)
            let small = MetricsProber(
                MetricsTarget(urls: ["\(base)/small"], extracts: [extract("q", "queue", .value)]),
                interval: .seconds(1),
                in: lab.context)
            async let failure = lab.expectEnd(of: huge)
            // The Reactor answers others meanwhile: each within a second, on however slow a machine.
            for _ in 0..<5 { _ = try await small.measurements(deadline: .seconds(1)) }
            let reason = await failure ?? ""
            // On a machine that is busy the transfer itself may be what takes too long.
            let reasons = ["could not be read within", "no answer", "did not end within"]
            #expect(reasons.contains { reason.contains($0) }, "\(reason)")

            let limited = MetricsProber(
                MetricsTarget(urls: ["\(base)/metrics"], extracts: [extract("q", "queue", .value)]),
                interval: .seconds(1),
                in: lab.context)
            await #expect { try await limited.measurements() } throws: { "\($0)".contains("larger than 16 MiB") }
        }
    }

    private func answer(_ body: [UInt8]) -> HTTPResponse {
        let none = HTTPPhases(dns: .zero, connect: .zero, tls: .zero, firstByte: .zero, total: .zero)
        return HTTPResponse(
            status: 200, headers: HTTPHeaders(bytes: []), body: body, size: body.count, phases: none, address: "",
            isNewConnection: true, certificateExpiry: nil)
    }

    @Test("time that is spent ends the reading between two slices, and leaves the windows as they were")
    func spentBudget() async throws {
        let body = Array(String(repeating: "queue 7\n", count: 100_000).utf8)
        let response = answer(body)
        let spent = Budget(.zero)
        #expect { try Scrape.parse(response, ["queue"], within: spent) { _ in } } throws: {
            "\($0)" == "the exposition (1 MiB) could not be read within 0 ms"
        }
        // What is small is read at once, whatever the time.
        let small = answer(Array("queue 7\n".utf8))
        var seen = 0
        try Scrape.parse(small, ["queue"], within: spent) { _ in seen += 1 }
        #expect(seen == 1)
    }

    @Test("the real node_exporter is read as a host, and dies and comes back")
    func nodeExporter() async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let exporter = try await Daemon.start(
                "node-exporter", in: folder,
                { ["/usr/bin/prometheus-node-exporter", "--web.listen-address=127.0.0.1:\($0)"] }, readyAt: "/")
            let prober = HostProber(
                HostTarget(exporterURL: "http://127.0.0.1:\(exporter.port)/metrics", mount: "/"), in: lab.context)
            let first = try await prober.measurements()
            #expect((first["memory"].number ?? 0) > 0)
            #expect(first["load"].number != nil)
            #expect(first["files"].number != nil)
            (lab.context.clock as? ManualClock)?.advance(1000)
            #expect(try await prober.measurements()["cpu"] != nil)
            try await exporter.daemon.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
            try await exporter.daemon.resume()
            _ = try await prober.measurements()
        }
    }

    @Test func realPrometheusAnswersQuestions() async throws {
        let lab = try ProbeLab(clock: ManualClock(utc: Int64(time(nil))))
        try await withPrivateFolder { folder async throws in
            let data = try folder.subfolder("data")
            try writeConfiguration("\(data)/prometheus.yml", "global: { scrape_interval: 1s }\n")
            let server = try await Daemon.start(
                "prometheus", in: folder,
                {
                    [
                        "/usr/bin/prometheus", "--config.file=\(data)/prometheus.yml",
                        "--storage.tsdb.path=\(data)/tsdb",
                        "--web.listen-address=127.0.0.1:\($0)",
                    ]
                }, readyAt: "/-/ready")
            func question(_ name: String, _ text: String) -> Question { Question(name: name, text: text, unit: .count) }
            let questions = [
                question("scalar", "1 + 1"), question("vector", "vector(2.5) * 2"),
                question("several", #"vector(1) or label_replace(vector(1), "a", "ñ & =", "", "")"#),
                question("none", #"up{job="nobody"}"#), question("nan", "vector(NaN)"), question("wrong", "sum("),
                Question(
                    name: "by",
                    text:
                        #"label_replace(vector(7), "p", "Córdoba", "", "") or label_replace(vector(8), "p", "XX", "", "")"#,
                    unit: .milliseconds, by: FanOut(label: "p", values: ["AR-X", "AR-C"], isArgentina: true), few: 5,
                    count: #"label_replace(vector(4), "p", "Córdoba", "", "")"#),
                Question(name: "few", text: "vector(1)", unit: .percent, few: 10, count: "vector(12)"),
                Question(name: "then", text: "time()", unit: .seconds, weeks: 1),
            ]
            let prober = PrometheusProber(
                PrometheusTarget(url: "http://127.0.0.1:\(server.port)/", questions: questions), in: lab.context)
            let found = try await prober.measurements()
            #expect(found["scalar"] == .number(2))
            #expect(found["vector"] == .number(5))
            #expect(found["several"] == .missed("the query brought 2 samples"))
            #expect(found["none"] == .missed("the query brought no sample"))
            #expect(found["nan"] == .missed("the sample is NaN"))
            #expect(found["wrong"].reason?.hasPrefix("bad_data: ") == true)
            #expect(found["by.AR-X"] == .text("too few (4)"))
            #expect(found["by.events.AR-X"] == .number(4))
            #expect(found["by.AR-C"] == .missed("the query brought no sample for AR-C"))
            #expect(found["by.elsewhere"] == .number(8))
            #expect(found["by.elsewhere_names"] == .text("XX"))
            #expect(found["few"] == .number(1))
            #expect(found["few.events"] == .number(12))
            let weeks = (found["then"].number ?? 0) - (found["then.week"].number ?? 0)
            #expect(abs(weeks - 604_800) < 30)
            try await server.daemon.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
            await server.daemon.kill()
            #expect(await lab.expectEnd(of: prober)?.contains("127.0.0.1:\(server.port)") == true)
        }
    }
}

extension Daemon {
    /// Starts a program that serves HTTP on a free port.
    static func start(
        _ name: String, in folder: PrivateFolder, _ command: (UInt16) -> [String], readyAt path: String
    ) async throws -> (daemon: Daemon, port: UInt16) {
        let port = try LoopbackPort.free()
        let work = try folder.subfolder(name)
        let daemon = Daemon(
            Recipe(
                name: name, command: command(port), folder: work, endSignal: (SIGTERM, "TERM"),
                isReady: { _ in
                    let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                    let answer = try await ServerAddress.loopback(port).ask(Array(request.utf8))
                    return answer?.starts(with: "HTTP/1.1 200".utf8) == true
                }),
            in: folder)
        try await daemon.start()
        return (daemon, port)
    }
}
