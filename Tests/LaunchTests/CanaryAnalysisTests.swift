import Launch
import Testing

struct CanaryAnalysisTests {
    private let plan = AnalysisPlan(samples: 200, errorsWorseBy: 1, latencyWorseBy: 50, guards: ["kpi.payments_ok"])

    private func analysis(
        looks: Int, canary: CanaryAnalysis.Figures, live: CanaryAnalysis.Figures, guards: [SeriesID: Verdict] = [:]
    ) -> CanaryAnalysis {
        var analysis = CanaryAnalysis(plan)
        for _ in 0..<looks { analysis.take(canary: canary, live: live, guards: guards, seconds: 1) }
        return analysis
    }

    private let well = CanaryAnalysis.Figures(requests: 10, errors: 0.1, p95: 90)

    @Test func equalColoursPass() {
        guard case .passed(let words) = analysis(looks: 60, canary: well, live: well).final else {
            Issue.record("it did not pass")
            return
        }
        #expect(words.contains("600 requests"))
    }

    @Test func manyErrorsFailBeforeTheBakeIsOver() {
        let bad = CanaryAnalysis.Figures(requests: 10, errors: 30, p95: 90)
        let early = analysis(looks: 10, canary: bad, live: well).early
        #expect(early == .failed("errors 30,0 % against 0,1 %"))
    }

    @Test func whatAilsBothIsNotHeldAgainstTheCanary() {
        let ailing = CanaryAnalysis.Figures(requests: 10, errors: 40, p95: 4000)
        guard case .passed = analysis(looks: 60, canary: ailing, live: ailing).final else {
            Issue.record("both are equally ill")
            return
        }
    }

    @Test func whatWasCountedBeforeAnOutageIsForgotten() {
        for outage in [CanaryAnalysis.Figures(), .init(requests: 0, errors: 0, p95: nil)] {
            var analysis = analysis(looks: 60, canary: well, live: well)
            for look in 1...17 {
                analysis.take(canary: outage, live: outage, guards: [:], seconds: 1)
                guard look >= 3 else { continue }
                // In the middle of it nothing passes, however good it was before.
                guard case .inconclusive = analysis.final else {
                    Issue.record("passed in an outage")
                    return
                }
                #expect(analysis.obstacle != nil)
            }
            analysis.take(canary: well, live: well, guards: [:], seconds: 1)
            #expect(analysis.gaps == 1 && analysis.obstacle == nil)
            #expect(analysis.final == .inconclusive("too few requests: 10 of 200"))
            for _ in 0..<30 { analysis.take(canary: well, live: well, guards: [:], seconds: 1) }
            guard case .passed = analysis.final else {
                Issue.record("the time after it counts")
                return
            }
        }
    }

    @Test func whatBreaksOffAgainAndAgainIsAPersonsToJudge() {
        var analysis = CanaryAnalysis(plan)
        for _ in 0..<4 {
            for _ in 0..<40 { analysis.take(canary: well, live: well, guards: [:], seconds: 1) }
            for _ in 0..<4 { analysis.take(canary: .init(), live: .init(), guards: [:], seconds: 1) }
        }
        for _ in 0..<40 { analysis.take(canary: well, live: well, guards: [:], seconds: 1) }
        #expect(analysis.final == .inconclusive("what is counted broke off 4 times: nothing can be compared"))
    }

    @Test func aQuietLaunchHasNoOutage() {
        var analysis = CanaryAnalysis(plan)
        let busy = CanaryAnalysis.Figures(requests: 0.2, errors: 0, p95: 90)
        for look in 0..<200 {
            let quiet = CanaryAnalysis.Figures(requests: 0, errors: 0, p95: nil)
            analysis.take(
                canary: look % 20 == 0 ? busy : quiet, live: look % 20 == 0 ? busy : quiet, guards: [:], seconds: 1)
        }
        #expect(analysis.gaps == 0)
    }

    @Test func aCriticalAlertOfBothColoursHoldsTheCanary() {
        let ailing = CanaryAnalysis.Figures(requests: 10, errors: 9, p95: 90)
        var analysis = CanaryAnalysis(plan)
        for _ in 0..<60 {
            analysis.take(canary: ailing, live: ailing, guards: [:], alerts: ["App errors"], seconds: 1)
        }
        #expect(analysis.final == .inconclusive("critical since the deploy began: App errors"))
        analysis.take(canary: ailing, live: ailing, guards: [:], alerts: [], seconds: 1)
        guard case .passed = analysis.final else {
            Issue.record("it is over")
            return
        }
    }

    @Test func tooFewRequestsAreInconclusive() {
        let quiet = CanaryAnalysis.Figures(requests: 1, errors: 0, p95: 90)
        #expect(analysis(looks: 60, canary: quiet, live: well).final == .inconclusive("too few requests: 60 of 200"))
    }

    @Test func unknownFiguresAreInconclusiveAndNeverAPass() {
        let unknown = CanaryAnalysis.Figures()
        guard case .inconclusive = analysis(looks: 60, canary: unknown, live: well).final else {
            Issue.record("what is not known passed")
            return
        }
        guard case .inconclusive = CanaryAnalysis(plan).final else {
            Issue.record("nothing read passed")
            return
        }
    }

    @Test func trafficWithUnknownErrorsIsNotTakenAsFaultless() {
        let half = CanaryAnalysis.Figures(requests: 10, errors: nil, p95: 90)
        guard case .inconclusive = analysis(looks: 60, canary: half, live: well).final else {
            Issue.record("unknown errors passed")
            return
        }
    }

    @Test func aSlowCanaryFails() {
        let slow = CanaryAnalysis.Figures(requests: 10, errors: 0.1, p95: 200)
        guard case .failed(let words) = analysis(looks: 60, canary: slow, live: well).final else {
            Issue.record("slow passed")
            return
        }
        #expect(words.contains("p95 200 ms against 90 ms"))
    }

    @Test func aFewErrorsMoreMayBeChance() {
        let few = CanaryAnalysis.Figures(requests: 4, errors: 2.5, p95: 90)
        let live = CanaryAnalysis.Figures(requests: 10, errors: 1, p95: 90)
        guard case .inconclusive(let words) = analysis(looks: 60, canary: few, live: live).final else {
            Issue.record("chance was taken as certain")
            return
        }
        #expect(words.contains("may be chance"))
    }

    @Test func aGuardThatBecomesCriticalFailsOneThatWasDoesNot() {
        var analysis = CanaryAnalysis(plan)
        analysis.take(canary: well, live: well, guards: ["kpi.payments_ok": .ok], seconds: 1)
        for _ in 0..<3 { analysis.take(canary: well, live: well, guards: ["kpi.payments_ok": .critical], seconds: 1) }
        #expect(analysis.early == .failed("kpi.payments_ok became critical"))

        let standing = self.analysis(looks: 60, canary: well, live: well, guards: ["kpi.payments_ok": .critical])
        #expect(standing.early == nil)
    }

    @Test func theLatencyThatIsToldIsThatOfAllLooksNotOfTheLast() {
        let slow = CanaryAnalysis.Figures(requests: 10, errors: 0.1, p95: 2400)
        var analysis = analysis(looks: 60, canary: slow, live: well)
        analysis.take(canary: well, live: well, guards: [:], seconds: 1)
        #expect(analysis.final == .failed("p95 2,4 s against 90 ms, worse in 60 of 61 looks"))
    }

    @Test func itsNumbersAreWrittenAsTheLaunchWritesThem() {
        var analysis = CanaryAnalysis(plan, text: AmountText(.english))
        let bad = CanaryAnalysis.Figures(requests: 10, errors: 30, p95: 90)
        for _ in 0..<10 { analysis.take(canary: bad, live: well, guards: [:], seconds: 1) }
        #expect(analysis.early == .failed("errors 30.0 % against 0.1 %"))
    }
}
