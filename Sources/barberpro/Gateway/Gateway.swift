import FlyingFox
import FoundationEssentials
import Synchronization

/// MercadoPago in miniature, on this machine: payments and payment methods, behind a bearer token.
final class Gateway: Sendable {
    private let token: String
    private let lever = Lever()
    private let ledger = Mutex(Ledger())

    /// The payments made, by idempotency key: the same key gets the same payment.
    private struct Ledger {
        var nextID = 80_000_000_001
        var payments: [String: MercadoPagoPayment] = [:]
        var invoices = 0
    }

    /// How many payments are remembered.
    private static let memory = 10_000

    init(token: String) { self.token = token }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if request.path == "/admin/fault" { return await lever.answer(request) }
        if request.path == ARCA.path {
            // ARCA shares the lever with MercadoPago: a rehearsal has one outside world.
            let fails = lever.decide { fault, random in random.chance(fault.errorRate) }
            if fails { return .text(503, "Service Unavailable\n") }
            let number = ledger.withLock { ledger in
                ledger.invoices += 1
                return ledger.invoices
            }
            return await ARCA.answer(request, number: number)
        }
        guard request.headers[.authorization] == "Bearer \(token)" else {
            return failure(401, "unauthorized", "invalid access token")
        }
        let (delay, fails, throttles) = lever.decide { fault, random in
            // A request's usual time.
            (
                fault.delay + .milliseconds(40 + 40 * random.unit()), random.chance(fault.errorRate),
                random.chance(fault.throttleRate)
            )
        }
        do { try await Task.sleep(for: delay) } catch { return failure(500, "internal_error", "shutting down") }
        if throttles { return failure(429, "too_many_requests", "too many requests") }
        if fails { return failure(500, "internal_error", "internal error") }
        switch (request.method, request.path) {
        case (.GET, "/v1/payment_methods"): return .json(200, MercadoPagoMethod.all)
        case (.POST, "/v1/payments"): return await pay(request)
        default: return failure(404, "not_found", "no such resource")
        }
    }

    private func pay(_ request: HTTPRequest) async -> HTTPResponse {
        guard let body = try? await request.bodyData,
            let order = try? JSONDecoder().decode(MercadoPagoRequest.self, from: body)
        else { return failure(400, "bad_request", "the body is not a payment") }
        guard order.transaction_amount > 0, MercadoPagoMethod.all.contains(where: { $0.id == order.payment_method_id })
        else {
            return failure(400, "bad_request", "transaction_amount or payment_method_id is invalid")
        }
        let key = request.headers[HTTPHeader("X-Idempotency-Key")]
        let answer = lever.decide { fault, random in
            MercadoPagoAnswer(cardholder: order.payer.first_name ?? "", fault: fault, using: &random)
        }
        let payment = ledger.withLock { ledger in
            if let key, let known = ledger.payments[key] { return known }
            let now = Date.now.formatted(.iso8601)
            let payment = MercadoPagoPayment(
                id: ledger.nextID, status: answer.status, status_detail: answer.detail,
                transaction_amount: order.transaction_amount, currency_id: "ARS",
                payment_method_id: order.payment_method_id,
                payment_type_id: MercadoPagoMethod.all.first { $0.id == order.payment_method_id }?.payment_type_id
                    ?? "",
                external_reference: order.external_reference, date_created: now,
                date_approved: answer.status == "approved" ? now : nil, live_mode: false, payer: order.payer)
            ledger.nextID += 1
            if ledger.payments.count >= Gateway.memory { ledger.payments.removeAll() }
            if let key { ledger.payments[key] = payment }
            return payment
        }
        return .json(answer.code, payment)
    }

    private func failure(_ code: Int, _ error: String, _ message: String) -> HTTPResponse {
        .json(code, MercadoPagoError(message: message, error: error, status: code))
    }
}
