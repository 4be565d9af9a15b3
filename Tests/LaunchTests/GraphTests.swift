import Launch
import Testing

struct GraphTests {
    @Test("a cycle is refused with the way round it")
    func cycleIsNamed() {
        #expect(throws: SeriesGraph.Failure.cycle(["a", "b", "c", "a"])) {
            try SeriesGraph(
                probed: ["x"],
                derivations: [
                    Derivation(series: "a", formula: .sum(["x", "b"])),
                    Derivation(series: "b", formula: .sum(["c"])),
                    Derivation(series: "c", formula: .maximum(["a"])),
                ])
        }
    }

    @Test("an input that nothing produces is refused by name")
    func unknownInputIsNamed() {
        #expect(throws: SeriesGraph.Failure.unknownInput("nowhere", of: "a")) {
            try SeriesGraph(probed: ["x"], derivations: [Derivation(series: "a", formula: .sum(["x", "nowhere"]))])
        }
    }

    @Test("a series has one producer")
    func oneProducer() {
        #expect(throws: SeriesGraph.Failure.producedTwice("x")) {
            try SeriesGraph(probed: ["x"], derivations: [Derivation(series: "x", formula: .sum(["x"]))])
        }
    }

    @Test("only what follows from a change is computed, each after its inputs")
    func onlyAffectedAreComputed() throws {
        let graph = try SeriesGraph(
            probed: ["x", "y"],
            derivations: [
                Derivation(series: "top", formula: .sum(["middle", "y"])),
                Derivation(series: "middle", formula: .sum(["x"])),
                Derivation(series: "other", formula: .sum(["y"])),
            ])
        #expect(graph.affected(by: ["x"]).map(\.series) == ["middle", "top"])
        #expect(Set(graph.affected(by: ["y"]).map(\.series)) == ["top", "other"])
        #expect(graph.affected(by: ["unheard"]).isEmpty)
    }
}

struct EvaluatorTests {
    private func evaluator(_ derivations: [Derivation], _ all: [Series]) throws -> Evaluator {
        let derived = Set(derivations.map(\.series))
        let graph = try SeriesGraph(
            probed: Set(all.map(\.id)).subtracting(derived), derivations: derivations)
        return Evaluator(graph: graph, series: all)
    }

    private let all = [
        series("good", unit: .count), series("all", unit: .count), series("success", unit: .percent),
        series("requests", unit: .count), series("rate", unit: .perSecond),
        series("p95", thresholds: Thresholds(critical: .above(200))), series("worst", unit: .verdict),
    ]

    @Test("a ratio follows both of its inputs")
    func ratio() throws {
        var evaluator = try evaluator(
            [Derivation(series: "success", formula: .ratio(numerator: "good", denominator: "all", scale: 100))], all)
        let tick = Tick(at: moment(0), readings: [Reading("good", .number(97)), Reading("all", .number(100))])
        #expect(evaluator.advance(tick) == [Reading("success", .number(97))])
    }

    @Test("a ratio over nothing is a miss, neither 0 nor 100")
    func ratioOverNothing() throws {
        var evaluator = try evaluator(
            [Derivation(series: "success", formula: .ratio(numerator: "good", denominator: "all", scale: 100))], all)
        let tick = Tick(at: moment(0), readings: [Reading("good", .number(0)), Reading("all", .number(0))])
        #expect(evaluator.advance(tick) == [Reading("success", .missed("all is 0"))])
    }

    @Test("a rate takes two readings and counts from zero after a reset")
    func rate() throws {
        var evaluator = try evaluator([Derivation(series: "rate", formula: .rate(of: "requests", per: 1))], all)
        func advance(_ seconds: Double, _ counter: Double) -> [Reading] {
            evaluator.advance(Tick(at: moment(seconds), readings: [Reading("requests", .number(counter))]))
        }
        #expect(advance(0, 100) == [])
        #expect(advance(2, 150) == [Reading("rate", .number(25))])
        #expect(advance(4, 10) == [Reading("rate", .number(5))])
    }

    @Test("a miss and an old input make what follows unknown, with the reason")
    func unknownPropagates() throws {
        var evaluator = try evaluator(
            [Derivation(series: "success", formula: .ratio(numerator: "good", denominator: "all", scale: 100))], all)
        let miss = Tick(at: moment(0), readings: [Reading("good", .missed("no answer")), Reading("all", .number(1))])
        #expect(evaluator.advance(miss) == [Reading("success", .missed("good: no answer"))])
        _ = evaluator.advance(Tick(at: moment(1), readings: [Reading("good", .number(1))]))
        let late = Tick(at: moment(60), readings: [Reading("good", .number(1))])
        #expect(evaluator.advance(late) == [Reading("success", .missed("all: last read 60 s ago"))])
    }

    @Test("worst-of keeps the last verdict through one miss and turns unknown with age")
    func worst() throws {
        var evaluator = try evaluator([Derivation(series: "worst", formula: .worst(["p95"]))], all)
        func advance(_ seconds: Double, _ measurement: Measurement) -> [Reading] {
            evaluator.advance(Tick(at: moment(seconds), readings: [Reading("p95", measurement)]))
        }
        #expect(advance(0, .number(214)) == [Reading("worst", .number(2))])
        #expect(advance(1, .missed("refused")) == [Reading("worst", .number(2))])
        #expect(advance(9, .missed("refused")) == [Reading("worst", .number(3))])
    }
}
