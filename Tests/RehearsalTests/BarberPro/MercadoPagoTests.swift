import Testing

@testable import barberpro

@Suite("The fake gateway")
struct MercadoPagoTests {
    @Test(
        "test card holders get MercadoPago's answers",
        arguments: [
            ("APRO", "approved", "accredited"), ("FUND", "rejected", "cc_rejected_insufficient_amount"),
            ("CONT", "in_process", "pending_contingency"), ("SECU", "rejected", "cc_rejected_bad_filled_security_code"),
        ])
    func cardholders(holder: String, status: String, detail: String) {
        let answer = MercadoPagoAnswer(cardholder: holder)
        #expect(answer.code == 201)
        #expect(answer.status == status)
        #expect(answer.detail == detail)
    }

    @Test("under a fault, good cards are rejected too")
    func rejects() throws {
        var random = SplitMix64(seed: 1)
        let answer = MercadoPagoAnswer(cardholder: "APRO", fault: try Fault(form: ["reject_rate": "1"]), using: &random)
        #expect(answer.status == "rejected")
    }
}
