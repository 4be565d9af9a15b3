import Launch
import Testing

struct VerdictTests {
    let latency = series("api.p95", thresholds: Thresholds(warning: .above(150), critical: .above(200)))

    @Test(
        "a value on its bound has not crossed it",
        arguments: [(150, Verdict.ok), (150.01, .warning), (200, .warning), (201, .critical)])
    func boundIsNotCrossed(value: Double, verdict: Verdict) {
        #expect(latency.thresholds?.verdict(of: value) == verdict)
    }

    @Test("unknown is worse than ok and never hides what is known to be wrong")
    func unknownRanksAboveOk() {
        #expect(Verdict.worst([.ok, .unknown]) == .unknown)
        #expect(Verdict.worst([.warning, .unknown]) == .warning)
        #expect(Verdict.worst([]) == .unknown)
    }

    @Test(
        "a value dims past twice its interval and is unknown past five times",
        arguments: [
            (2000, Freshness.fresh, Verdict.ok), (2001, .stale, .ok), (5000, .stale, .ok), (5001, .lastKnown, .unknown),
        ] as [(Int64, Freshness, Verdict)])
    func freshness(age: Int64, freshness: Freshness, verdict: Verdict) {
        let assessment = Assessment(of: latency, value: .number(87), age: Milliseconds(age))
        #expect(assessment == Assessment(verdict: verdict, freshness: freshness))
    }

    @Test("nothing that a silent engine said is still known")
    func silentEngineMakesUnknown() {
        let assessment = Assessment(of: latency, value: .number(87), age: 0, engineSilent: true)
        #expect(assessment == Assessment(verdict: .unknown, freshness: .lastKnown))
    }

    @Test(
        "a value that is no number, or a verdict code that is none, is unknown",
        arguments: [
            (Unit.milliseconds, Double.nan), (.verdict, 7), (.verdict, .infinity), (.verdict, 0.5), (.verdict, .nan),
        ])
    func nonsenseIsUnknown(unit: Unit, value: Double) {
        let odd = series("x.y", unit: unit)
        #expect(Assessment(of: odd, value: .number(value), age: 0).verdict == .unknown)
    }

    @Test(
        "a verdict series is judged by its Nagios code",
        arguments: zip([0, 1, 2, 3], [Verdict.ok, .warning, .critical, .unknown]))
    func verdictSeries(code: Int, verdict: Verdict) {
        #expect(
            Assessment(of: series("nginx.config", unit: .verdict), value: .number(Double(code)), age: 0).verdict
                == verdict)
    }
}

@Suite struct ToldBesideABoundTests {
    @Test(
        "a value is never read as the bound that it crossed",
        arguments: [(99.93, 99.95), (99.8998, 99.9), (99.90004, 99.9), (-0.0001, 0), (4.99996, 5)])
    func told(value: Double, limit: Double) {
        let told = Thresholds.told(value, beside: limit)
        let text = AmountText(.argentine).amount(value, .percent, against: .below(limit))
        #expect((told.value < limit) == (value < limit))
        #expect(text != AmountText(.argentine).bound(.below(limit), .percent).dropFirst(2))
        #expect(told.decimals <= 3)
    }

    @Test func theBoundItselfIsTheBound() { #expect(Thresholds.told(5, beside: 5) == (5, 1)) }
}
