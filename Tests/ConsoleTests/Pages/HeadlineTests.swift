import Console
import Launch
import Testing

@Suite struct HeadlineTests {
    /// A canary of v1.4.1 that has a quarter of the traffic, with what is measured of it.
    private func canary(errors: Double, p95: Double = 91, requests: Double = 12) -> Deployed {
        Deployed.canary.reading {
            $0.set(SeriesID("green.errors"), errors)
            $0.set(SeriesID("green.p95"), p95)
            $0.set(SeriesID("green.requests"), requests)
        }
    }

    private func headline(_ deployed: Deployed) -> String { deployed.model(200, 60).frame.rows[1] }

    @Test func theDeployThatRunsIsNamedWhileAllIsWell() {
        let line = headline(canary(errors: 0.1))
        #expect(line.contains("▸ deploy v1.4.1 by ana"))
        #expect(line.contains("Analysis at 25 %"))
        #expect(line.contains("checks are well"))
    }

    @Test func nothingIsCalledWellWhileAPartOfTheCustomersHasMoreErrors() {
        let line = headline(canary(errors: 18.8))
        #expect(line.contains("GREEN v1.4.1 has 25 % of the traffic: "))
        #expect(line.contains("18,8 % err against 0,1 %"))
        #expect(!line.contains("are well"))
    }

    @Test func aColourThatIsMuchSlowerIsNamedToo() {
        #expect(headline(canary(errors: 0, p95: 400)).contains("400 ms p95 against"))
    }

    @Test func aFewRequestsOrALittleDifferenceNameNobody() {
        #expect(headline(canary(errors: 50, requests: 0.1)).contains("are well"))
        #expect(headline(canary(errors: 1.5, p95: 150)).contains("are well"))
    }

    @Test func aColourWithoutTrafficIsComparedWithNone() {
        let idle = Deployed().reading { $0.set(SeriesID("green.errors"), 100) }
        #expect(headline(idle).contains("are well"))
    }
}
