import Rehearsal
import Testing

@testable import barberpro

@Suite("A fault")
struct FaultTests {
    @Test("every fault of every scenario is one that BarberPro knows", arguments: Scenario.all)
    func scenariosAreUnderstood(scenario: Scenario) throws {
        for case .fault(_, let form) in scenario.steps.map(\.deed) { #expect(try Fault(form: form) != Fault()) }
    }

    @Test("where the fibre is cut five provinces wait three times as long, and nobody else does")
    func patagonia() throws {
        let forms = Scenario.patagoniaSlow.steps.compactMap {
            if case .fault(.traffic, let form) = $0.deed { form } else { nil }
        }
        let cut = try Fault(form: #require(forms.first)).network
        let slow = Province.all.filter { province in
            var (before, after) = (SplitMix64(seed: 7), SplitMix64(seed: 7))
            let usual = Network().roundTrip(from: province, using: &before)
            let found = cut.roundTrip(from: province, using: &after)
            #expect(found == usual || abs(found / usual - 3) < 0.001, "\(province.iso)")
            return found > usual
        }
        #expect(Set(slow.map(\.iso)) == ["AR-Q", "AR-R", "AR-U", "AR-Z", "AR-V"])
    }

    @Test("the spike is ten times the traffic for a minute, and is over before it comes again")
    func spike() throws {
        let steps = Scenario.trafficSpike.steps
        let rates = try steps.map { step in
            if case .fault(.traffic, let form) = step.deed { try Fault(form: form).rateFactor } else { 1.0 }
        }
        #expect(rates == [4, 10, 3, 1])
        #expect(steps[2].time - steps[1].time == .seconds(60))
        #expect(steps[3].time < Scenario.trafficSpike.period)
    }

    @Test("an empty form mends")
    func empty() throws {
        #expect(try Fault(form: [:]) == Fault())
    }

    @Test(
        "nonsense is refused, not ignored",
        arguments: [
            ["error_rate": "2"], ["error_rate": "-1"], ["error_rate": "nan"], ["delay_ms": "soon"], ["delay": "5"],
            ["provinces": "AR-I"], ["rate_factor": "inf"],
        ])
    func nonsense(form: [String: String]) {
        #expect(throws: BadFault.self) { try Fault(form: form) }
    }
}
