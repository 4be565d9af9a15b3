/// One customer's way through BarberPro: what they ask for next, given what the last answer was. Pure.
struct Journey: Sendable {
    enum Step: Sendable, Hashable {
        case asset(String)
        case register
        case search
        case book
        case pay(booking: String, cardholder: String)
        case confirm(booking: String)
    }

    let province: Province
    /// The sticky key: the same customer always meets the same colour.
    let client: String
    /// What is still to come, as far as it is known.
    private(set) var steps: [Step]
    private let books: Bool
    private let cardholder: String
    private let provider: Int
    private let service: Int

    init(number: Int, using random: inout SplitMix64) {
        province = Province.ofPerson(Int.random(in: 0..<Province.totalPopulation, using: &random))
        client = "c\(number)-\(String(random.next(), radix: 36))"
        books = random.chance(Journey.bookingShare)
        cardholder = Journey.cardholders.pick(using: &random)
        provider = Int.random(in: 0..<History.providersPerProvince, using: &random)
        service = Int.random(in: 0..<History.services.count, using: &random)
        var plan: [Step] = [.asset("app.js")]
        if random.chance(0.5) { plan.append(.asset("app.css")) }
        if books { plan.append(.register) }
        plan += Array(repeating: .search, count: Int.random(in: 1...8, using: &random))
        if books { plan.append(.book) }
        steps = plan
    }

    /// Most visitors only look.
    static let bookingShare = 0.03

    /// Requests of an average journey: assets, searches, and four more of those who book.
    static let meanRequests = 1.5 + 4.5 + 4 * bookingShare

    /// MercadoPago's test card holders, as often as a real day sees their answers.
    static let cardholders = Weighted<String>([
        ("APRO", 0.91), ("FUND", 0.035), ("OTHE", 0.02), ("SECU", 0.01), ("CALL", 0.01), ("EXPI", 0.005),
        ("CONT", 0.01),
    ])

    /// The next thing this customer does; nil when they leave.
    mutating func next() -> Step? {
        steps.isEmpty ? nil : steps.removeFirst()
    }

    /// Takes an answer in: a refused sign-up or booking ends the visit, a booking leads to its payment, a payment to
    /// the provider's confirmation.
    mutating func took(_ answer: Answer, for step: Step) {
        guard answer.isSuccess else {
            steps.removeAll()
            return
        }
        switch step {
        case .book: if let id = answer.id { steps.append(.pay(booking: id, cardholder: cardholder)) }
        case .pay(let booking, _): if answer.isApproved { steps.append(.confirm(booking: booking)) }
        case .asset, .register, .search, .confirm: break
        }
    }

    struct Answer: Sendable, Hashable {
        var isSuccess: Bool
        var id: String?
        var isApproved = false
    }

    /// The request's method, path and form.
    func request(for step: Step) -> (method: String, path: String, form: [(String, String)]) {
        switch step {
        case .asset(let name): ("GET", "/static/\(name)", [])
        case .register: ("POST", "/register", [("email", "\(client)@example.com.ar"), ("province", province.iso)])
        case .search: ("GET", "/search?province=\(province.iso)&service=\(service + 1)", [])
        case .book:
            (
                "POST", "/bookings",
                [("province", province.iso), ("provider", "\(provider)"), ("service", "\(service + 1)")]
            )
        case .pay(let booking, let cardholder):
            ("POST", "/payments", [("booking", booking), ("cardholder", cardholder)])
        case .confirm(let booking): ("POST", "/bookings/\(booking)/confirm", [])
        }
    }
}

/// Values drawn in proportion to their weights.
struct Weighted<Value: Sendable>: Sendable {
    private let entries: [(value: Value, weight: Double)]
    let total: Double

    init(_ entries: [(Value, Double)]) {
        self.entries = entries.map { (value: $0.0, weight: $0.1) }
        total = entries.reduce(0) { $0 + $1.1 }
    }

    func pick(using random: inout SplitMix64) -> Value {
        var rest = random.unit() * total
        for entry in entries {
            if rest < entry.weight { return entry.value }
            rest -= entry.weight
        }
        return entries[entries.count - 1].value
    }
}
