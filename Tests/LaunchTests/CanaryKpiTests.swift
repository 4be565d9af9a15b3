import Launch
import Testing

/// Figures of the business that a canary is compared by.
struct CanaryKpiTests {
    private static func kpi(
        _ better: Comparison.Direction = .higher, _ tolerance: CanaryKpi.Tolerance = .absolute(5), samples: Int = 0
    ) -> CanaryKpi {
        CanaryKpi(
            title: "Payments approved",
            sides: [
                "blue": .init(figure: "blue.paid", events: "blue.paid.events"),
                "green": .init(figure: "green.paid", events: "green.paid.events"),
            ], unit: .percent, better: better, tolerance: tolerance, samples: samples)
    }

    private func judgement(
        _ pairs: [(Double?, Double?)], _ kpi: CanaryKpi = kpi(), errors: Double = 0.1
    ) -> CanaryAnalysis.Judgement {
        var analysis = CanaryAnalysis(AnalysisPlan(samples: 10, kpis: [kpi]))
        for pair in pairs {
            analysis.take(
                canary: .init(requests: 10, errors: errors, p95: 90, kpis: [pair.0]),
                live: .init(requests: 10, errors: 0.1, p95: 90, kpis: [pair.1]), guards: [:], seconds: 1)
        }
        return analysis.final
    }

    private func looks(_ canary: Double?, _ live: Double?, _ count: Int = 30) -> [(Double?, Double?)] {
        Array(repeating: (canary, live), count: count)
    }

    @Test func aCanaryWhoseFigureIsTheServingColoursPassesAndSaysBoth() {
        #expect(
            judgement(looks(93, 95))
                == .passed(
                    "300 requests, errors 0,1 % against 0,1 %; p95 90 ms against 90 ms, worse in 0 of 30 looks; "
                        + "Payments approved 93 % against 95 %, worse in 0 of 30 looks"))
    }

    @Test func aCanaryThatSellsLessFailsThoughItMakesNoError() {
        #expect(
            judgement(looks(71, 95)) == .failed("Payments approved 71 % against 95 %, worse in 30 of 30 looks"))
    }

    @Test func worseIsTheWayThatTheConfigSays() {
        #expect(judgement(looks(95, 71), Self.kpi(.lower)).isFailure, "what is better low is worse high")
        #expect(!judgement(looks(95, 71)).isFailure && !judgement(looks(71, 95), Self.kpi(.lower)).isFailure)
    }

    @Test func toleranceIsPointsOrAPartOfTheServingColoursFigure() {
        #expect(!judgement(looks(90, 95)).isFailure && judgement(looks(89.9, 95)).isFailure)
        let tenth = Self.kpi(.higher, .relative(10))
        #expect(!judgement(looks(86, 95), tenth).isFailure && judgement(looks(85, 95), tenth).isFailure)
        #expect(Self.kpi(.lower, .relative(10)).isWorse(5, than: 0) == nil, "of nothing there is no per cent")
        #expect(Self.kpi(.lower, .absolute(1)).isWorse(5, than: 0) == true)
    }

    @Test func whatIsKnownOfOneColourOnlyOrTooSeldomIsForAPersonToJudge() {
        for pairs in [looks(nil, 95), looks(95, nil), looks(nil, 95) + looks(20, 95, 9), looks(.nan, 95)] {
            guard case .inconclusive(let words) = judgement(pairs) else {
                Issue.record("it was judged")
                return
            }
            #expect(words.hasPrefix("Payments approved was known of both in"))
        }
        #expect(judgement(looks(nil, 95) + looks(20, 95, 10)).isFailure, "ten looks of both will do")
    }

    @Test func aFigureThatIsWorseNowAndThenMayBeChance() {
        let pairs = looks(71, 95, 20) + looks(95, 95, 10)
        #expect(
            judgement(pairs)
                == .inconclusive(
                    "Payments approved 71 % against 95 %, worse in 20 of 30 looks, which may be chance"))
    }

    @Test func whatIsClearCountsBeforeWhatIsNot() {
        var analysis = CanaryAnalysis(AnalysisPlan(samples: 10, kpis: [Self.kpi(), Self.kpi()]))
        for _ in 0..<30 {
            analysis.take(
                canary: .init(requests: 10, errors: 0, p95: 90, kpis: [nil, 20]),
                live: .init(requests: 10, errors: 0, p95: 90, kpis: [nil, 95]), guards: [:], seconds: 1)
        }
        #expect(analysis.final.isFailure)
        #expect(analysis.progress?.contains("Payments approved not compared; Payments approved 20 %") == true)
    }

    // MARK: What is read

    private func board(_ canary: Double, events: Double, at now: Moment) -> Board {
        func series(_ name: String, _ unit: Unit) -> Series {
            Series(id: SeriesID(name), title: name, unit: unit, interval: 1000)
        }
        var board = Board(span: .minutes(1))
        board.apply(
            Manifest(
                product: Product(name: "x"), zone: .utc, environment: "test",
                series: [series("green.paid", .percent), series("green.paid.events", .count)],
                panes: Panes(colours: [Panes.Colour(name: "green")])))
        board.heartbeat = Heartbeat(at: now)
        board.apply(
            Tick(
                at: now,
                readings: [Reading("green.paid", .number(canary)), Reading("green.paid.events", .number(events))]))
        return board
    }

    @Test func aFigureOnTooFewEventsIsNotCompared() {
        let now = moment(0)
        let few = Self.kpi(samples: 50)
        #expect(board(71, events: 49, at: now).figures(of: "green", kpis: [few], at: now).kpis == [nil])
        #expect(board(71, events: 50, at: now).figures(of: "green", kpis: [few], at: now).kpis == [71])
        #expect(board(71, events: 3, at: now).figures(of: "green", kpis: [Self.kpi()], at: now).kpis == [71])
        let later = moment(60)
        #expect(
            board(71, events: 50, at: now).figures(of: "green", kpis: [few], at: later).kpis == [nil],
            "what is a minute old says nothing of now")
    }
}

extension CanaryAnalysis.Judgement {
    fileprivate var isFailure: Bool { if case .failed = self { true } else { false } }
}
