import FoundationEssentials
import Wire

/// BarberPro's client of MercadoPago.
struct PaymentGateway: Sendable {
    private let http: HTTPClient
    private let url: String
    private let token: String

    init(_ http: HTTPClient, url: String, token: String) {
        self.http = http
        self.url = url
        self.token = token
    }

    /// Charges a card. The key makes a repeated request the same payment.
    func pay(amount: Double, booking: String, cardholder: String, key: String) async throws -> MercadoPagoPayment {
        let body = MercadoPagoRequest(
            transaction_amount: amount, description: "BarberPro", installments: 1, payment_method_id: "visa",
            external_reference: booking, payer: .init(email: "cliente@example.com.ar", first_name: cardholder))
        let response = try await http.send(
            Wire.HTTPRequest(
                "\(url)/v1/payments", method: "POST",
                headers: headers + [.init("Content-Type", "application/json"), .init("X-Idempotency-Key", key)],
                body: Array(try JSONEncoder().encode(body))),
            deadline: .seconds(4))
        guard response.status == 201 else { throw GatewayFailure(status: response.status) }
        return try JSONDecoder().decode(MercadoPagoPayment.self, from: Data(response.body))
    }

    /// Whether it lets us in.
    func check(within limit: Duration) async throws {
        let response = try await http.send(
            Wire.HTTPRequest("\(url)/v1/payment_methods", headers: headers), deadline: limit)
        guard response.status == 200 else { throw GatewayFailure(status: response.status) }
    }

    private var headers: [Wire.HTTPRequest.Header] { [.init("Authorization", "Bearer \(token)")] }
}

/// The gateway answered, and not what was asked for.
struct GatewayFailure: Error, Hashable, CustomStringConvertible {
    var status: Int
    var description: String { "the gateway answered \(status)" }
}
