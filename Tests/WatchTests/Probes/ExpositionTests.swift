import Testing

@testable import Watch

@Suite struct ExpositionTests {
    private func read(_ text: String, _ metrics: String...) -> (samples: [ExpositionSample], parser: ExpositionParser) {
        read(Array(text.utf8), metrics, chunk: .max)
    }

    private func read(_ bytes: [UInt8], _ metrics: [String], chunk: Int) -> (
        samples: [ExpositionSample], parser: ExpositionParser
    ) {
        var parser = ExpositionParser(metrics: metrics)
        var samples: [ExpositionSample] = []
        var start = 0
        while start < bytes.count {
            let end = chunk < bytes.count - start ? start + chunk : bytes.count
            parser.consume(bytes[start..<end]) { samples.append($0) }
            start = end
        }
        parser.finish { samples.append($0) }
        return (samples, parser)
    }

    @Test func classicTextFormat() {
        let (samples, parser) = read(
            """
            # HELP http_requests_total The total number of HTTP requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total{method="post",code="400",}    3 1395066363000
            no_labels 12.47
            http_requests_total_bytes 5

            metric_without_type  -Inf
            something_weird{problem="division by zero"} +Inf -3982045
            """, "http_requests_total", "no_labels", "metric_without_type", "something_weird")
        #expect(
            samples == [
                ExpositionSample(metric: 0, labels: [.init("method", "post"), .init("code", "200")], value: 1027),
                ExpositionSample(metric: 0, labels: [.init("method", "post"), .init("code", "400")], value: 3),
                ExpositionSample(metric: 1, labels: [], value: 12.47),
                ExpositionSample(metric: 2, labels: [], value: -.infinity),
                ExpositionSample(metric: 3, labels: [.init("problem", "division by zero")], value: .infinity),
            ])
        #expect(parser.damaged.isEmpty && parser.strangeLines == 0 && parser.sampleLines == 6)
    }

    @Test func labelValuesAreUnescaped() {
        let (samples, _) = read(#"m{path="C:\\DIR\\FILE.TXT",error="Cannot find \"it\"\n",x="a}b{c,d",y=""} 1"#, "m")
        #expect(samples.first?["path"] == #"C:\DIR\FILE.TXT"#)
        #expect(samples.first?["error"] == "Cannot find \"it\"\n")
        #expect(samples.first?["x"] == "a}b{c,d")
        #expect(samples.first?["y"] == "")
        #expect(samples.first?["absent"] == "")
    }

    @Test func openMetricsWithExemplarsAndEnd() {
        let (samples, parser) = read(
            """
            # TYPE foo histogram
            foo_bucket{le="0.1"} 8 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.067 1520879607.789
            foo_bucket{le="+Inf"} 17 # {} 9.8
            foo_total 17.0 1520879607.789
            # EOF

            """, "foo_bucket", "foo_total")
        #expect(samples.map(\.value) == [8, 17, 17])
        #expect(parser.sawEnd)
        #expect(parser.damaged.isEmpty)
    }

    @Test func quotedMetricNames() {
        let (samples, _) = read(#"{"my.metric",region="AR-C"} 4"# + "\n" + #"{"other"} 1"#, "my.metric")
        #expect(samples == [ExpositionSample(metric: 0, labels: [.init("region", "AR-C")], value: 4)])
    }

    @Test func notANumberIsKeptAsOne() {
        let (samples, _) = read("m NaN\nm 1e3\r\nm 0x10\n", "m")
        #expect(samples.count == 3)
        #expect(samples[0].value.isNaN)
        #expect(samples[1].value == 1000)
    }

    @Test(
        "a malformed line damages its metric and no other",
        arguments: [
            "m", "m{", "m{a", "m{a=", "m{a=\"", "m{a=\"b", "m{a=\"b\"", "m{a=\"b\"}", "m{a=\"b\" c=\"d\"} 1",
            "m{a='b'} 1", "m x",
            "m 1 2 3", "m 1 x", "m{=\"b\"} 1", "m{a=\"b\\", "m 1e", "m{a=\"b\"}} 1",
        ])
    func malformed(line: String) {
        let (samples, parser) = read("other 1\n\(line) \nother 2\n", "m", "other")
        #expect(samples.map(\.metric) == [1, 1])
        #expect(parser.damaged == [0])
    }

    @Test func htmlIsNoExposition() {
        let (samples, parser) = read("<html>\n<body>502 Bad Gateway</body>\n</html>\n", "m")
        #expect(samples.isEmpty)
        #expect(parser.sampleLines == 0)
        #expect(parser.strangeLines == 3)
    }

    @Test("the same samples come however the bytes are cut", arguments: [1, 2, 3, 7, 64, 1000])
    func chunks(size: Int) {
        let text = """
            # TYPE a counter
            a{x="1\\n2"} 1 # {t="z"} 1
            b 2
            a{x="ñandú"} 3
            {"a",x="q"} 4
            """
        let bytes = Array(text.utf8)
        #expect(read(bytes, ["a", "b"], chunk: size).samples == read(bytes, ["a", "b"], chunk: .max).samples)
        #expect(read(bytes, ["a", "b"], chunk: size).samples.count == 4)
    }

    @Test func endlessLineIsDroppedAndDamagesItsMetric() {
        let long = "m{a=\"" + String(repeating: "x", count: ExpositionParser.lineLimit * 3) + "\"} 1\nn 2\n"
        for chunk in [1000, Int.max] {
            let (samples, parser) = read(Array(long.utf8), ["m", "n"], chunk: chunk)
            #expect(samples.map(\.metric) == [1])
            #expect(parser.damaged == [0] || parser.strangeLines == 1)
        }
    }

    @Test("random bytes and mutated expositions never trap", arguments: 0..<8)
    func fuzz(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("mn{}=\",\\ \n\t#0123456789.+-eEINFaNEO_bucket\u{e9}\0\r".utf8)
        for _ in 0..<400 {
            let count = Int.random(in: 0..<120, using: &generator)
            var bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
            if Bool.random(using: &generator) {
                bytes = Array("m{a=\"b\",c=\"d\\\"e\"} 12.5 1395066363000 # {x=\"y\"} 1\n# EOF\n".utf8)
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
            }
            let chunk = Int.random(in: 1...40, using: &generator)
            let whole = read(bytes, ["m", "n"], chunk: .max)
            let cut = read(bytes, ["m", "n"], chunk: chunk)
            #expect(whole.samples.map(\.labels) == cut.samples.map(\.labels))
            #expect(whole.parser.damaged == cut.parser.damaged)
        }
    }

    @Test("100,000 lines are read in bounded time, and only the samples asked for are kept", .timeLimit(.minutes(1)))
    func manyLines() {
        var bytes: [UInt8] = []
        for line in 0..<100_000 {
            bytes += Array(
                "some_series_of_a_large_server_total{instance=\"10.0.0.1:9100\",path=\"/p/\(line)\"} \(line)\n".utf8)
        }
        bytes += Array("wanted 7\n".utf8)
        let start = ContinuousClock.now
        let (samples, parser) = read(bytes, ["wanted"], chunk: 65_536)
        // A debug build on a busy machine; a release build takes about 10 ms.
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(samples.map(\.value) == [7])
        #expect(parser.sampleLines == 100_001)
    }
}
