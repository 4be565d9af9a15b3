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

struct AvailabilityTests {
    private func evaluator() throws -> Evaluator {
        let derivations = [
            Derivation(series: "slo.all", formula: .total(of: "app.requests", over: .days(30))),
            Derivation(series: "slo.bad", formula: .total(of: "app.failures", over: .days(30))),
            Derivation(series: "slo.availability", formula: .availability(failures: "slo.bad", all: "slo.all")),
            Derivation(
                series: "slo.budget", formula: .budget(failures: "slo.bad", all: "slo.all", objective: 99.9)),
        ]
        return Evaluator(
            graph: try SeriesGraph(probed: ["app.requests", "app.failures"], derivations: derivations),
            series: ["app.requests", "app.failures", "slo.all", "slo.bad"].map {
                Series(
                    id: $0, title: $0.name, unit: $0.name.hasPrefix("app") ? .perSecond : .count, interval: 1000)
            })
    }

    private func tick(_ seconds: Int64, _ requests: Double, _ failures: Double) -> Tick {
        Tick(
            at: moment(Double(seconds)),
            readings: [Reading("app.requests", .number(requests)), Reading("app.failures", .number(failures))])
    }

    private func numbers(_ readings: [Reading]) -> [SeriesID: Double] {
        var numbers: [SeriesID: Double] = [:]
        for reading in readings {
            if case .number(let number) = reading.measurement { numbers[reading.series] = number }
        }
        return numbers
    }

    @Test("availability is of all requests, and the budget of 99.9 % is what is left of their thousandth")
    func budget() throws {
        var evaluator = try evaluator()
        _ = evaluator.advance(tick(0, 100, 0))
        var last: [SeriesID: Double] = [:]
        for second in 1...100 { last = numbers(evaluator.advance(tick(Int64(second), 100, second <= 50 ? 0.1 : 0))) }
        #expect(abs((last["slo.all"] ?? 0) - 10_000) < 1e-6)
        #expect(abs((last["slo.bad"] ?? 0) - 5) < 1e-6)
        #expect(abs((last["slo.availability"] ?? 0) - 99.95) < 1e-6)
        #expect(abs((last["slo.budget"] ?? 0) - 50) < 1e-6)
    }

    @Test("no request is no availability, and a gap counts nothing")
    func gaps() throws {
        var evaluator = try evaluator()
        let first = evaluator.advance(tick(0, 0, 0))
        #expect(first.first { $0.series == "slo.availability" }?.measurement == .missed("slo.all is 0"))
        _ = evaluator.advance(tick(1, 10, 0))
        // An hour in which nobody looked: two intervals of it are taken, not an hour of ten a second.
        let after = numbers(evaluator.advance(tick(3601, 10, 0)))
        #expect(after["slo.all"] == 30)
    }

    @Test("what was recorded before counts, an engine that starts anew forgets nothing")
    func past() throws {
        var evaluator = try evaluator()
        #expect(evaluator.pastWanted == ["app.requests": .days(30), "app.failures": .days(30)])
        let hour = Timestamp(milliseconds: moment(0).utc.milliseconds / 3_600_000 * 3_600_000)
        evaluator.take(past: [
            "app.requests": [
                HourMean(hour: hour + .hours(-1), mean: 10, known: .hours(1)),
                HourMean(hour: hour + .days(-31), mean: 1000, known: .hours(1)),
            ],
            "app.failures": [HourMean(hour: hour + .hours(-1), mean: 0.018, known: .hours(1))],
        ])
        _ = evaluator.advance(tick(0, 10, 0))
        let now = numbers(evaluator.advance(tick(1, 10, 0)))
        #expect(abs((now["slo.all"] ?? 0) - 36_010) < 1e-6, "the hour of a month ago is over")
        #expect(abs((now["slo.bad"] ?? 0) - 64.8) < 1e-6)
        #expect((now["slo.budget"] ?? 0) < 0, "more is spent than there was")
    }
}
