/// What the fake gateway answers to a payment, in MercadoPago's own words. Pure.
struct MercadoPagoAnswer: Sendable, Hashable {
    /// The HTTP status: 201 for any payment that was created, whatever became of it.
    var code: Int
    /// approved, rejected or in_process.
    var status: String
    var detail: String

    /// The answer to a test card holder: the names that MercadoPago's sandbox understands.
    init(cardholder: String) {
        code = 201
        switch cardholder {
        case "OTHE": (status, detail) = ("rejected", "cc_rejected_other_reason")
        case "CONT": (status, detail) = ("in_process", "pending_contingency")
        case "CALL": (status, detail) = ("rejected", "cc_rejected_call_for_authorize")
        case "FUND": (status, detail) = ("rejected", "cc_rejected_insufficient_amount")
        case "SECU": (status, detail) = ("rejected", "cc_rejected_bad_filled_security_code")
        case "EXPI": (status, detail) = ("rejected", "cc_rejected_bad_filled_date")
        case "FORM": (status, detail) = ("rejected", "cc_rejected_bad_filled_other")
        default: (status, detail) = ("approved", "accredited")
        }
    }

    /// The answer under a fault: rejected more often than the cards deserve.
    init(cardholder: String, fault: Fault, using random: inout SplitMix64) {
        self.init(cardholder: cardholder)
        if status == "approved" && random.chance(fault.rejectRate) {
            (status, detail) = ("rejected", "cc_rejected_high_risk")
        }
    }
}

/// A payment as POST /v1/payments returns it: the fields that a client of that interface reads.
struct MercadoPagoPayment: Codable, Sendable {
    struct Payer: Codable, Sendable {
        var email: String?
        var first_name: String?
    }

    var id: Int
    var status: String
    var status_detail: String
    var transaction_amount: Double
    var currency_id: String
    var payment_method_id: String
    var payment_type_id: String
    var external_reference: String?
    var date_created: String
    var date_approved: String?
    var live_mode: Bool
    var payer: Payer
}

/// The body of POST /v1/payments.
struct MercadoPagoRequest: Codable, Sendable {
    var transaction_amount: Double
    var description: String?
    var installments: Int
    var payment_method_id: String
    var external_reference: String?
    var payer: MercadoPagoPayment.Payer
}

/// An error body.
struct MercadoPagoError: Codable, Sendable {
    var message: String
    var error: String
    var status: Int
    var cause: [String] = []
}

/// An entry of GET /v1/payment_methods.
struct MercadoPagoMethod: Codable, Sendable {
    var id: String
    var name: String
    var payment_type_id: String
    var status = "active"

    static let all = [
        MercadoPagoMethod(id: "visa", name: "Visa", payment_type_id: "credit_card"),
        MercadoPagoMethod(id: "master", name: "Mastercard", payment_type_id: "credit_card"),
        MercadoPagoMethod(id: "amex", name: "American Express", payment_type_id: "credit_card"),
        MercadoPagoMethod(id: "naranja", name: "Naranja X", payment_type_id: "credit_card"),
        MercadoPagoMethod(id: "cabal", name: "Cabal", payment_type_id: "credit_card"),
        MercadoPagoMethod(id: "debvisa", name: "Visa Débito", payment_type_id: "debit_card"),
        MercadoPagoMethod(id: "rapipago", name: "Rapipago", payment_type_id: "ticket"),
        MercadoPagoMethod(id: "pagofacil", name: "Pago Fácil", payment_type_id: "ticket"),
        MercadoPagoMethod(id: "account_money", name: "Dinero en cuenta", payment_type_id: "account_money"),
    ]
}
