import Launch
import Testing

@testable import Watch

@Suite struct CacheStatusTests {
    @Test(
        arguments: [
            ("HIT", .hit), ("MISS", .miss), ("HIT from edge-1", .hit), ("Miss from cloudfront", .miss),
            ("Hit from cloudfront", .hit), ("RefreshHit from cloudfront", .hit), ("MISS, HIT", .hit),
            ("HIT, MISS", .miss),
            ("ExampleCache; hit; ttl=30", .hit), ("ExampleCache; fwd=uri-miss; stored", .miss), ("DYNAMIC", .miss),
            ("TCP_HIT from a.b (x/10)", .hit), ("EXPIRED", .miss), ("STALE", .hit), ("BYPASS", .miss), ("", nil),
            ("maybe", nil),
        ] as [(String, CacheStatus?)])
    func reads(header: String, status: CacheStatus?) { #expect(CacheStatus(header) == status) }
}

@Suite struct StubStatusTests {
    private let page = """
        Active connections: 291 
        server accepts handled requests
         16630948 16630947 31070465 
        Reading: 6 Writing: 179 Waiting: 106 

        """

    @Test func readsAllSevenFigures() throws {
        let status = try StubStatus(parsing: page)
        #expect(
            (status.active, status.accepts, status.handled, status.requests) == (
                291, 16_630_948, 16_630_947, 31_070_465
            ))
        #expect((status.reading, status.writing, status.waiting) == (6, 179, 106))
    }

    @Test(arguments: [
        "", "<html>404</html>", "Active connections: 1", "Active connections: -1 \nserver accepts handled requests",
    ])
    func anythingElseIsSaidToBeNone(text: String) {
        #expect(throws: ProbeFailure.self) { try StubStatus(parsing: text) }
    }

    @Test func everyPrefixIsRefused() {
        for length in 0..<page.count - 2 {
            #expect((try? StubStatus(parsing: String(page.prefix(length))))?.waiting != 106)
        }
    }
}

@Suite struct PluginOutputTests {
    private func parse(_ text: String) -> PluginOutput { PluginOutput(parsing: Array(text.utf8)) }

    @Test func firstLineAndItsPerformanceData() {
        let output = parse("DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n")
        #expect(output.text == "DISK OK - free space: / 3326 MB (56%);")
        #expect(output.perfdata == [.init(label: "/", value: 2643, unit: "MB")])
    }

    @Test func furtherLinesBringFurtherData() {
        let output = parse(
            "DISK OK | /=2643MB;5948;5958;0;5968\n/ 15272 MB (77%);\n/boot 68 MB (69%); | /boot=68MB;88;93;0;98\n/home=69357MB\n"
        )
        #expect(output.text == "DISK OK")
        #expect(output.perfdata.map(\.label) == ["/", "/boot", "/home"])
    }

    @Test func quotedLabelsMayHoldBlanksAndQuotes() {
        let output = parse("OK | 'time to ''first'' byte'=0.25s;;;0 'a=b'=1 x=2")
        #expect(output.perfdata.map(\.label) == ["time to 'first' byte", "a=b", "x"])
        #expect(output.perfdata.map(\.value) == [0.25, 1, 2])
    }

    @Test func whatMakesNoSenseIsPassedOver() {
        let output = parse("OK | junk =5 'open=1 good=1 bad=x neg=-3.5% u=U e=1.5e-3s comma=0,5s ;; =")
        #expect(output.perfdata.map(\.label).contains("neg"))
        let values = Dictionary(output.perfdata.map { ($0.label, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(values["good"] == 1 && values["neg"] == -3.5 && values["e"] == 0.0015 && values["comma"] == 0.5)
        #expect(values["u"] == .some(nil) && values["bad"] == nil)
    }

    @Test func textIsBounded() {
        let output = parse(String(repeating: "x", count: 10_000_000))
        #expect(output.text.count == 201)
        #expect(parse("").text == "")
        #expect(PluginOutput(parsing: [0xFF, 0xFE, 0x0A]).text.count == 2)
    }

    @Test func valuesComeInTheUnitOfTheSeries() {
        #expect(PluginOutput.Datum(label: "t", value: 0.25, unit: "s").value(in: .milliseconds) == 250)
        #expect(PluginOutput.Datum(label: "t", value: 250, unit: "ms").value(in: .seconds) == 0.25)
        #expect(PluginOutput.Datum(label: "m", value: 2, unit: "KB").value(in: .bytes) == 2048)
        #expect(PluginOutput.Datum(label: "p", value: 40, unit: "%").value(in: .percent) == 40)
        #expect(PluginOutput.Datum(label: "p", value: nil, unit: "").value(in: .percent) == nil)
    }

    @Test("mutated output never traps", arguments: 0..<4)
    func fuzz(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("' =;|U\n\t1.5e-sMB%ab\u{e9}".utf8)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator)!
            }
            #expect(PluginOutput(parsing: Array("OK|".utf8) + bytes).perfdata.count <= 60)
        }
    }
}

@Suite struct InstantAnswerTests {
    private let now = Timestamp(seconds: 1_435_781_460)

    private func measurement(_ json: String) throws -> Measurement {
        try InstantAnswer.measurement(of: Array(json.utf8), now: now)
    }

    private func success(_ type: String, _ result: String, _ more: String = "") -> String {
        #"{"status":"success","data":{"resultType":"\#(type)","result":\#(result)}\#(more)}"#
    }

    @Test func oneSampleIsTheAnswer() throws {
        #expect(
            try measurement(success("vector", #"[{"metric":{"job":"p"},"value":[1435781451.781,"1.5"]}]"#))
                == .number(1.5))
        #expect(try measurement(success("scalar", #"[1435781451.781,"2e3"]"#)) == .number(2000))
    }

    @Test func everyOtherResultIsAMissThatSaysWhy() throws {
        #expect(try measurement(success("vector", "[]")) == .missed("the query brought no sample"))
        let sample = #"{"metric":{},"value":[1435781451.781,"1"]}"#
        #expect(try measurement(success("vector", "[\(sample),\(sample)]")) == .missed("the query brought 2 samples"))
        #expect(try measurement(success("scalar", #"[1435781451,"NaN"]"#)) == .missed("the sample is NaN"))
        #expect(try measurement(success("scalar", #"[1435781451,"+Inf"]"#)) == .missed("the sample is infinite"))
        #expect(try measurement(success("scalar", #"[1435781451,"x"]"#)) == .missed("the sample is no number"))
        #expect(try measurement(success("scalar", #"[1435780000,"1"]"#)) == .missed("the sample is 1460 s old"))
        #expect(try measurement(success("matrix", "[]")) == .missed("the query brought a matrix, not one sample"))
        #expect(
            try measurement(success("string", #"[1435781451,"x"]"#))
                == .missed("the query brought a string, not one sample"))
        #expect(
            try measurement(success("vector", "[\(sample)]", #","warnings":["store 1 is down"]"#))
                == .missed("partial: store 1 is down"))
        #expect(
            try measurement(#"{"status":"error","errorType":"bad_data","error":"parse error at char 3"}"#)
                == .missed("bad_data: parse error at char 3"))
    }

    @Test(arguments: ["", "<html>", "[]", #"{"status":"success","data":{"resultType":"vector","result":{}}}"#])
    func anythingElseIsAFailure(json: String) {
        #expect(throws: ProbeFailure.self) { try measurement(json) }
    }
}
