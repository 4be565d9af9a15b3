import Launch
import Testing

@testable import Watch

@Suite struct ExtractTests {
    typealias Extract = MetricsTarget.Extract

    /// Feeds one exposition to an extract, as a scrape at that time.
    private func scrape(_ reader: inout ExtractReader, _ text: String, at uptime: Milliseconds) -> [Finding] {
        let names = reader.sampleNames
        var parser = ExpositionParser(metrics: names)
        reader.begin(at: uptime)
        parser.consume(Array(text.utf8)) { reader.take($0) }
        parser.finish { reader.take($0) }
        return reader.end(isDamaged: !parser.damaged.isEmpty)
    }

    private func reader(_ extract: Extract) -> ExtractReader { ExtractReader(extract, interval: .seconds(1)) }

    @Test func valueIsTheSumOfWhatMatches() {
        var reader = reader(
            Extract(
                name: "q", metric: "queue", take: .value, labels: ["env": "prod", "name": "mail*"], unit: .count,
                scale: 2))
        let text = """
            queue{env="prod",name="mail-out"} 3
            queue{env="prod",name="mail-in"} 4
            queue{env="test",name="mail-in"} 100
            queue{env="prod",name="sms"} 100
            """
        #expect(scrape(&reader, text, at: 0) == [Finding("q", 14)])
    }

    @Test func duplicateSeriesCountsOnce() {
        var reader = reader(Extract(name: "q", metric: "queue", take: .value, unit: .count))
        #expect(scrape(&reader, "queue{a=\"1\",b=\"2\"} 3\nqueue{b=\"2\",a=\"1\"} 3\n", at: 0) == [Finding("q", 3)])
    }

    @Test func rateSumsGrowthAndSurvivesAReset() {
        var reader = reader(
            Extract(name: "r", metric: "hits_total", take: .rate(per: 60), window: .seconds(10), unit: .perMinute))
        #expect(scrape(&reader, "hits_total{a=\"x\"} 1000\nhits_total{a=\"y\"} 50\n", at: 0).isEmpty)
        #expect(scrape(&reader, "hits_total{a=\"x\"} 1005\nhits_total{a=\"y\"} 55\n", at: 1000) == [Finding("r", 600)])
        // x begins anew: 3 since then.
        #expect(
            scrape(&reader, "hits_total{a=\"x\"} 3\nhits_total{a=\"y\"} 55\n", at: 2000) == [
                Finding("r", 13.0 / 2 * 60)
            ])
    }

    @Test func counterOfOpenMetricsIsFoundByItsFamilyName() {
        var reader = reader(Extract(name: "r", metric: "hits", take: .rate(per: 1), unit: .perSecond))
        _ = scrape(&reader, "hits_total 10\n# EOF\n", at: 0)
        #expect(scrape(&reader, "hits_total 14\n# EOF\n", at: 2000) == [Finding("r", 2)])
    }

    @Test("a labelled counter that appears later counted from zero")
    func lateCounter() {
        var reader = reader(Extract(name: "r", metric: "errors_total", take: .rate(per: 1), unit: .perSecond))
        _ = scrape(&reader, "errors_total{code=\"500\"} 1\n", at: 0)
        let findings = scrape(&reader, "errors_total{code=\"500\"} 1\nerrors_total{code=\"503\"} 4\n", at: 2000)
        #expect(findings == [Finding("r", 2)])
    }

    /// Feeds the expositions of several endpoints, in one look.
    private func scrape(_ reader: inout ExtractReader, _ texts: [Int: String], at uptime: Milliseconds) -> [Finding] {
        reader.begin(at: uptime)
        for (source, text) in texts.sorted(by: { $0.key < $1.key }) {
            var parser = ExpositionParser(metrics: reader.sampleNames)
            parser.consume(Array(text.utf8)) { reader.take($0, from: source) }
            parser.finish { reader.take($0, from: source) }
        }
        return reader.end()
    }

    @Test("a percentile over several endpoints is that of all their requests")
    func histogramsAreMerged() {
        func histogram(_ fast: Int, _ slow: Int) -> String {
            "h_bucket{le=\"0.1\"} \(fast)\nh_bucket{le=\"1\"} \(fast + slow)\nh_bucket{le=\"+Inf\"} \(fast + slow)\n"
        }
        var reader = reader(Extract(name: "p50", metric: "h", take: .quantile(0.5), unit: .seconds))
        _ = scrape(&reader, [0: histogram(0, 0), 1: histogram(0, 0)], at: 0)
        // 100 fast ones here, 300 slow ones there: the median lies a third of the way through the slow bucket.
        let findings = scrape(&reader, [0: histogram(100, 0), 1: histogram(0, 300)], at: 1000)
        #expect(findings == [Finding("p50", 0.1 + 0.9 * 100 / 300)])
    }

    @Test("an endpoint that joins later brings only what grows from then on")
    func laterEndpoint() {
        var reader = reader(
            Extract(name: "r", metric: "hits_total", take: .rate(per: 1), window: .seconds(10), unit: .perSecond))
        _ = scrape(&reader, [0: "hits_total 10\n"], at: 0)
        #expect(scrape(&reader, [0: "hits_total 11\n", 1: "hits_total 1000000\n"], at: 1000) == [Finding("r", 1)])
        #expect(scrape(&reader, [0: "hits_total 12\n", 1: "hits_total 1000004\n"], at: 2000) == [Finding("r", 3)])
    }

    @Test func rateForgetsWhatIsOlderThanItsWindow() {
        var reader = reader(
            Extract(name: "r", metric: "c", take: .rate(per: 1), window: .seconds(10), unit: .perSecond))
        for second in 0...30 {
            // Ten a second for twenty seconds, then nothing.
            let findings = scrape(&reader, "c \(min(second, 20) * 10)\n", at: .seconds(Int64(second)))
            if second == 20 { #expect(findings == [Finding("r", 10)]) }
            if second == 25 { #expect(findings == [Finding("r", 5)]) }
            if second == 30 { #expect(findings == [Finding("r", 0)]) }
        }
    }

    @Test("after a long silence a rate begins anew")
    func silence() {
        var reader = reader(
            Extract(name: "r", metric: "c", take: .rate(per: 1), window: .seconds(10), unit: .perSecond))
        _ = scrape(&reader, "c 1\n", at: 0)
        #expect(scrape(&reader, "c 100000\n", at: .minutes(5)).isEmpty)
        #expect(scrape(&reader, "c 100001\n", at: .minutes(5) + 1000) == [Finding("r", 1)])
    }

    @Test func fanOutBringsAFigureForEachValue() {
        var reader = reader(
            Extract(
                name: "p", metric: "users", take: .value, unit: .count,
                by: MetricsTarget.FanOut(label: "province", values: ["AR-C", "AR-B", "AR-V"])))
        let text = "users{province=\"AR-C\"} 5\nusers{province=\"AR-B\"} 6\nusers{province=\"AR-X\"} 7\n"
        #expect(
            scrape(&reader, text, at: 0) == [
                Finding("p.AR-C", 5), Finding("p.AR-B", 6),
                Finding("p.AR-V", .missed(#"no sample of users{province="AR-V"}"#)),
            ])
    }

    @Test func quantileIsThatOfTheWindowNotOfAllTime() {
        var reader = reader(
            Extract(
                name: "p95", metric: "latency_seconds", take: .quantile(0.95), window: .seconds(60),
                unit: .milliseconds,
                scale: 1000))
        func text(_ fast: Int, _ slow: Int) -> String {
            """
            latency_seconds_bucket{path="/",le="0.1"} \(fast)
            latency_seconds_bucket{path="/",le="0.5"} \(fast + slow)
            latency_seconds_bucket{path="/",le="+Inf"} \(fast + slow)
            latency_seconds_sum 1
            latency_seconds_count \(fast + slow)
            """
        }
        #expect(scrape(&reader, text(1_000_000, 0), at: 0).isEmpty)
        // In the window: 50 fast, 50 slow. Rank 95 is 45 of 50 into the bucket from 0.1 to 0.5.
        let findings = scrape(&reader, text(1_000_050, 50), at: 1000)
        guard case .number(let p95) = findings.first?.measurement else {
            Issue.record("\(findings)")
            return
        }
        #expect(abs(p95 - 460) < 0.001)
        _ = scrape(&reader, text(1_000_050, 50), at: 31_000)
        #expect(
            scrape(&reader, text(1_000_050, 50), at: 61_000)
                == [Finding("p95", .missed("no observation of latency_seconds in 60 s"))])
    }

    @Test func quantileSumsOverLabelSets() {
        var reader = reader(Extract(name: "m", metric: "h", take: .quantile(0.5), unit: .seconds))
        func text(_ a: Int, _ b: Int) -> String {
            "h_bucket{p=\"a\",le=\"1\"} \(a)\nh_bucket{p=\"a\",le=\"+Inf\"} \(a)\n"
                + "h_bucket{p=\"b\",le=\"1\"} 0\nh_bucket{p=\"b\",le=\"2\"} \(b)\nh_bucket{p=\"b\",le=\"+Inf\"} \(b)\n"
        }
        _ = scrape(&reader, text(0, 0), at: 0)
        #expect(scrape(&reader, text(10, 0), at: 1000) == [Finding("m", 0.5)])
    }

    @Test("histograms with other buckets are merged where their bounds agree, and never otherwise")
    func changedBuckets() {
        var reader = reader(
            Extract(name: "p95", metric: "h", take: .quantile(0.95), window: .seconds(60), unit: .seconds))
        func text(_ host: String, _ buckets: [(String, Int)]) -> String {
            buckets.map { "h_bucket{host=\"\(host)\",le=\"\($0.0)\"} \($0.1)\n" }.joined()
        }
        let old = [("0.1", 0), ("0.5", 0), ("1", 0), ("+Inf", 0)]
        _ = scrape(&reader, text("a", old), at: 0)
        // All hundred at most 0.1 s.
        let first = [("0.1", 100), ("0.5", 100), ("1", 100), ("+Inf", 100)]
        guard case .number(let before) = scrape(&reader, text("a", first), at: 1000)[0].measurement else {
            Issue.record("no figure")
            return
        }
        #expect(before <= 0.1)
        // The host restarts with other buckets: again a hundred, all at most 0.05 s.
        let next = [("0.05", 100), ("0.5", 100), ("2", 100), ("+Inf", 100)]
        guard case .number(let after) = scrape(&reader, text("a", next), at: 2000)[0].measurement else {
            Issue.record("no figure")
            return
        }
        // Two hundred at most 0.5 s is all that is known of both: coarser, and above 0.5 it would be wrong.
        #expect(after <= 0.5)
        #expect(after > 0)
    }

    @Test func histogramsWithoutACommonBucketHaveNoQuantile() {
        var reader = reader(Extract(name: "p95", metric: "h", take: .quantile(0.95), unit: .seconds))
        func text(_ count: Int) -> String {
            "h_bucket{host=\"a\",le=\"1\"} \(count)\nh_bucket{host=\"a\",le=\"+Inf\"} \(count)\n"
                + "h_bucket{host=\"b\",le=\"2\"} \(count)\nh_bucket{host=\"b\",le=\"+Inf\"} \(count)\n"
        }
        _ = scrape(&reader, text(0), at: 0)
        #expect(
            scrape(&reader, text(10), at: 1000) == [
                Finding("p95", .missed("histograms of h have no bucket in common"))
            ])
    }

    @Test("a percentile over few events is a word, and how few they were a figure")
    func tooFew() {
        var reader = reader(
            Extract(name: "p95", metric: "h", take: .quantile(0.95), window: .seconds(60), unit: .seconds, few: 20))
        func text(_ count: Int) -> String { "h_bucket{le=\"1\"} \(count)\nh_bucket{le=\"+Inf\"} \(count)\n" }
        _ = scrape(&reader, text(0), at: 0)
        #expect(
            scrape(&reader, text(7), at: 1000) == [
                Finding("p95", .text("too few (7)")), Finding("p95.events", 7),
            ])
        let enough = scrape(&reader, text(20), at: 2000)
        #expect(enough.last == Finding("p95.events", 20))
        #expect(enough.first?.measurement == .number(0.95))
        _ = scrape(&reader, text(20), at: 31_000)
        #expect(
            scrape(&reader, text(20), at: 63_000) == [
                Finding("p95", .text("too few (0)")), Finding("p95.events", 0),
            ])
    }

    @Test("a province is known by any of its names, and what is none is gathered and named")
    func elsewhere() {
        var reader = reader(
            Extract(
                name: "r", metric: "requests_total", take: .rate(per: 1), window: .seconds(10), unit: .perSecond,
                by: FanOut(label: "province", values: ["AR-X", "AR-C"], isArgentina: true)))
        func text(_ count: Int) -> String {
            ["AR-X", "Córdoba", "CABA", "Montevideo", "unknown", ""]
                .map { "requests_total{province=\"\($0)\"} \(count)\n" }.joined() + "requests_total \(count)\n"
        }
        _ = scrape(&reader, text(0), at: 0)
        #expect(
            scrape(&reader, text(10), at: 1000) == [
                Finding("r.AR-X", 20), Finding("r.AR-C", 10), Finding("r.elsewhere", 20),
                Finding("r.elsewhere_names", .text("Montevideo, unknown")),
            ])
    }

    @Test("errors that have never happened are none, a metric that is gone is a miss")
    func nothingCountedYet() {
        var reader = reader(
            Extract(name: "r", metric: "c_total", take: .rate(per: 1), labels: ["code": "5*"], unit: .perSecond))
        _ = scrape(&reader, "c_total{code=\"200\"} 5\n", at: 0)
        #expect(scrape(&reader, "c_total{code=\"200\"} 9\n", at: 1000) == [Finding("r", 0)])
        // The first error is one, though its counter has no past.
        #expect(
            scrape(&reader, "c_total{code=\"200\"} 9\nc_total{code=\"500\"} 3\n", at: 2000) == [Finding("r", 1.5)])
        #expect(
            scrape(&reader, "other_total 1\n", at: 3000)
                == [Finding("r", .missed(#"no sample of c_total{code="5*"}"#))])
    }

    @Test func increaseIsTheGrowthOverTheWindow() {
        var reader = reader(Extract(name: "n", metric: "c", take: .increase, window: .seconds(10), unit: .count))
        for second in 0...30 {
            let findings = scrape(&reader, "c \(min(second, 20) * 3)\n", at: .seconds(Int64(second)))
            if second == 20 { #expect(findings == [Finding("n", 30)]) }
            if second == 30 { #expect(findings == [Finding("n", 0)]) }
        }
    }

    @Test func shareIsOfTheGrowthInTheWindow() {
        var reader = reader(
            Extract(name: "e", metric: "requests_total", take: .share(also: ["code": "5*"]), unit: .percent))
        func text(_ good: Int, _ bad: Int) -> String {
            "requests_total{code=\"200\"} \(good)\nrequests_total{code=\"503\"} \(bad)\n"
        }
        _ = scrape(&reader, text(1000, 900), at: 0)
        #expect(scrape(&reader, text(1015, 905), at: 1000) == [Finding("e", 25)])
        _ = scrape(&reader, text(1015, 905), at: 31_000)
        #expect(
            scrape(&reader, text(1015, 905), at: 61_000)
                == [Finding("e", .missed("requests_total did not grow in 60 s"))])
    }

    @Test func notANumberIsAMiss() {
        var reader = reader(Extract(name: "v", metric: "m", take: .value, unit: .count))
        #expect(scrape(&reader, "m NaN\n", at: 0) == [Finding("v", .missed("m is NaN"))])
        #expect(scrape(&reader, "m +Inf\n", at: 1000) == [Finding("v", .missed("m is infinite"))])
        #expect(scrape(&reader, "m{\n", at: 2000) == [Finding("v", .missed("a line of m is malformed"))])
        #expect(scrape(&reader, "x 1\n", at: 3000) == [Finding("v", .missed("no sample of m"))])
    }

    @Test func tooManyLabelSetsAreRefused() {
        var reader = reader(Extract(name: "v", metric: "m", take: .value, unit: .count))
        let text = (0...ExtractReader.childLimit).map { "m{a=\"\($0)\"} 1" }.joined(separator: "\n")
        #expect(scrape(&reader, text, at: 0) == [Finding("v", .missed("m has over 10000 label sets"))])
    }

    @Test("quantiles of classic histograms are those of histogram_quantile")
    func histogramQuantile() {
        let buckets: [(bound: Double, count: Double)] = [(0.1, 10), (0.2, 20), (.infinity, 20)]
        #expect(ClassicHistogram.quantile(0.5, of: buckets) == 0.1)
        #expect(ClassicHistogram.quantile(0.25, of: buckets) == 0.05)
        #expect(ClassicHistogram.quantile(1, of: buckets) == 0.2)
        // Beyond the last finite bound there is nothing to interpolate.
        #expect(ClassicHistogram.quantile(0.99, of: [(1, 1), (.infinity, 100)]) == 1)
        #expect(ClassicHistogram.quantile(0.5, of: [(1, 1), (2, 4)]) == nil)
        #expect(ClassicHistogram.quantile(0.5, of: [(.infinity, 4)]) == nil)
        #expect(ClassicHistogram.quantile(0.5, of: [(1, 0), (.infinity, 0)]) == nil)
        #expect(ClassicHistogram.quantile(0.5, of: [(-1, 4), (.infinity, 4)]) == -1)
        // Buckets out of order and not monotonic, as a scrape between two updates may find them.
        #expect(ClassicHistogram.quantile(0.5, of: [(.infinity, 9), (2, 10), (1, 10)]) == 0.5)
    }
}
