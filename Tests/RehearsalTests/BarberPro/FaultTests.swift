import Rehearsal
import Testing

@testable import barberpro

@Suite("A fault")
struct FaultTests {
    @Test("every fault of every scenario is one that BarberPro knows", arguments: Scenario.all)
    func scenariosAreUnderstood(scenario: Scenario) throws {
        for case .fault(_, let form) in scenario.steps.map(\.deed) { #expect(try Fault(form: form) != Fault()) }
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
