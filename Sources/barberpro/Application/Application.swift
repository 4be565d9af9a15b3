import FlyingFox
import FoundationEssentials
import Wire

/// BarberPro in miniature: one colour of it.
struct Application: Sendable {
    let colour: String
    let version: String
    let database: Database
    let sessions: Sessions
    let flags: FeatureFlags
    let gateway: PaymentGateway
    let gatewayWatch: GatewayWatch
    let metrics: Metrics
    let misbehaviour: Misbehaviour?
    let lever = Lever()

    /// An answer that is not a success, by its HTTP status.
    struct Refusal: Error {
        var code: Int
        var reason: String
    }

    /// Brings about what the version's name announces.
    func misbehave() async {
        guard let misbehaviour else { return }
        if misbehaviour == .late { try? await Task.sleep(for: Misbehaviour.delay) }
        if !Task.isCancelled { lever.set(misbehaviour.fault) }
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        // As long as the client waits: it has a deadline, we have none.
        if misbehaviour == .dead { try? await Task.sleep(for: .seconds(3600)) }
        let start = ContinuousClock.now
        var response: HTTPResponse
        if let route = Route(method: request.method.rawValue, path: request.path) {
            response = await answer(request, route)
            // A journey of the operators' own is no customer's.
            if let label = route.label, !request.isSynthetic {
                let duration = ContinuousClock.now - start + roundTrip(of: request)
                // A payment takes as long as the gateway does: that is no latency of a province.
                metrics.count(
                    route: label, code: response.statusCode.code, province: province(of: request),
                    duration: route == .pay ? nil : duration)
            }
        } else {
            response = .json(404, ["error": "no such route"])
        }
        response.headers[HTTPHeader("X-Version")] = version
        response.headers[HTTPHeader("X-Colour")] = colour
        return response
    }

    /// Where the customer says to be, as a CDN would tell us.
    private func province(of request: HTTPRequest) -> String {
        let iso = request.headers[HTTPHeader("X-Province")] ?? ""
        return Province.byISO[iso] == nil ? "unknown" : iso
    }

    /// What the network added on the customer's side, as a CDN's log would tell us.
    private func roundTrip(of request: HTTPRequest) -> Duration {
        let milliseconds = request.headers[HTTPHeader("X-Client-RTT-ms")].flatMap(Double.init) ?? 0
        return milliseconds >= 0 && milliseconds < 60_000 ? .milliseconds(milliseconds) : .zero
    }

    private func answer(_ request: HTTPRequest, _ route: Route) async -> HTTPResponse {
        do {
            if route.label != nil { try await suffer() }
            return switch route {
            case .asset(let name): asset(name)
            case .register: try await register(request)
            case .search: try await search(request)
            case .book: try await book(request)
            case .booking(let id): try await booking(id, request)
            case .pay: try await pay(request)
            case .confirm(let booking): try await confirm(booking)
            case .cancel(let booking): try await cancel(booking)
            case .clean(let user): try await clean(user)
            case .health: await health()
            case .version: .json(200, ["version": version, "colour": colour])
            case .metrics: .text(200, metrics.text, type: "text/plain; version=0.0.4; charset=utf-8")
            case .fault: await lever.answer(request)
            }
        } catch let refusal as Refusal {
            return .json(refusal.code, ["error": refusal.reason])
        } catch let error as WireError {
            return .json(503, ["error": "\(error)"])
        } catch {
            return .json(500, ["error": "\(error)"])
        }
    }

    /// The fault that a rehearsal gave us.
    private func suffer() async throws {
        let (delay, fails) = lever.decide { fault, random in (fault.delay, random.chance(fault.errorRate)) }
        if delay > .zero { try await Task.sleep(for: delay) }
        if fails { throw Refusal(code: 500, reason: "fault injected") }
    }

    // MARK: What customers do

    private func asset(_ name: String) -> HTTPResponse {
        var response = HTTPResponse.text(200, "/* \(name) of BarberPro \(version) */\n", type: "text/plain")
        response.headers[HTTPHeader("Cache-Control")] = "public, max-age=10"
        return response
    }

    private func register(_ request: HTTPRequest) async throws -> HTTPResponse {
        let form = try await request.form()
        guard let email = form["email"], email.contains("@"), let province = form["province"],
            Province.byISO[province] != nil
        else {
            throw Refusal(code: 400, reason: "email and province are needed")
        }
        let user = try await database.query(
            "INSERT INTO users (email, province, synthetic) VALUES ($1, $2, $3) RETURNING id",
            [email, province, "\(request.isSynthetic)"]
        ).scalar
        let token = try await sessions.open(user: user ?? "")
        return .json(
            201, ["id": user ?? ""], headers: [HTTPHeader("Set-Cookie"): "session=\(token); HttpOnly; SameSite=Lax"])
    }

    private struct Offer: Encodable {
        var id: String
        var name: String
        var rating: String
    }

    private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
        if misbehaviour == .lost, !request.isSynthetic { throw Refusal(code: 404, reason: "no such page") }
        guard let province = request.query.first(where: { $0.name == "province" })?.value else {
            throw Refusal(code: 400, reason: "province is needed")
        }
        let rows = try await database.query(
            "SELECT id, name, rating FROM providers WHERE province = $1 AND active ORDER BY rating DESC, id LIMIT 10",
            [province])
        let offers = (0..<rows.count).map {
            Offer(id: rows[$0, 0] ?? "", name: rows[$0, 1] ?? "", rating: rows[$0, 2] ?? "")
        }
        return .json(200, offers)
    }

    private func book(_ request: HTTPRequest) async throws -> HTTPResponse {
        let form = try await request.form()
        guard let token = request.cookie("session"), let user = try await sessions.user(of: token) else {
            if !request.isSynthetic { metrics.count(booking: "signed_out") }
            throw Refusal(code: 401, reason: "sign in first")
        }
        guard let place = Province.all.firstIndex(where: { $0.iso == form["province"] }),
            let number = form["provider"].flatMap(Int.init), let service = form["service"].flatMap(Int.init),
            0..<History.providersPerProvince ~= number, 1...History.services.count ~= service
        else { throw Refusal(code: 400, reason: "province, provider and service are needed") }
        do {
            let booking = try await database.query(
                """
                INSERT INTO bookings (user_id, provider_id, service_id, province, status, starts_at, synthetic)
                VALUES ($1, $2, $3, $4, 'pending', date_trunc('hour', now()) + interval '1 day', $5) RETURNING id
                """,
                [
                    user, "\(place * History.providersPerProvince + number)", "\(service)", Province.all[place].iso,
                    "\(request.isSynthetic)",
                ]
            ).scalar
            let checkout = flags.isOn("checkout-v2", for: user) ? "v2" : "v1"
            if !request.isSynthetic {
                metrics.count(booking: "created")
                metrics.count(checkout: checkout)
            }
            return .json(201, ["id": booking ?? "", "checkout": checkout])
        } catch {
            if !request.isSynthetic { metrics.count(booking: "failed") }
            throw error
        }
    }

    /// A customer's own booking.
    private func booking(_ booking: String, _ request: HTTPRequest) async throws -> HTTPResponse {
        guard let booking = Int(booking) else { throw Refusal(code: 400, reason: "a booking is a number") }
        guard let token = request.cookie("session"), let user = try await sessions.user(of: token) else {
            throw Refusal(code: 401, reason: "sign in first")
        }
        let rows = try await database.query(
            "SELECT id, status, province FROM bookings WHERE id = $1 AND user_id = $2", ["\(booking)", user])
        guard !rows.isEmpty else { throw Refusal(code: 404, reason: "no such booking") }
        return .json(
            200, ["id": rows[0, 0] ?? "", "status": rows[0, 1] ?? "", "province": rows[0, 2] ?? ""])
    }

    private func pay(_ request: HTTPRequest) async throws -> HTTPResponse {
        let form = try await request.form()
        guard let booking = form["booking"].flatMap(Int.init) else {
            throw Refusal(code: 400, reason: "booking is needed")
        }
        let payment = try await database.query(
            """
            INSERT INTO payments (booking_id, provider, status, amount, synthetic)
            SELECT bookings.id, 'mercadopago', 'pending', price, synthetic FROM bookings JOIN services ON services.id = service_id
            WHERE bookings.id = $1 AND bookings.status = 'pending' RETURNING id, amount
            """, ["\(booking)"])
        guard !payment.isEmpty, let id = payment[0, 0], let amount = payment[0, 1].flatMap(Double.init) else {
            throw Refusal(code: 409, reason: "no such booking waits for a payment")
        }
        do {
            let answer = try await gateway.pay(
                amount: amount, booking: "\(booking)", cardholder: form["cardholder"] ?? "", key: "payment-\(id)")
            let status = answer.status == "in_process" ? "pending" : answer.status
            try await database.query(
                """
                UPDATE payments SET status = $2, status_detail = $3, external_id = $4,
                    completed_at = CASE WHEN $2 <> 'pending' THEN now() END WHERE id = $1
                """, [id, status, answer.status_detail, "\(answer.id)"])
            if status == "approved" {
                try await database.query("UPDATE bookings SET status = 'paid' WHERE id = $1", ["\(booking)"])
                // A customer's payment needs an invoice, which ARCA authorises.
                if !request.isSynthetic {
                    try await database.query("INSERT INTO invoices (payment_id) VALUES ($1)", [id])
                }
            }
            if !request.isSynthetic { metrics.count(payment: status) }
            return .json(200, ["id": id, "status": status, "detail": answer.status_detail])
        } catch {
            if !request.isSynthetic { metrics.count(payment: "error") }
            // Left pending: whether the card was charged, only the gateway knows.
            try await database.query("UPDATE payments SET status_detail = 'gateway_error' WHERE id = $1", [id])
            throw Refusal(code: 502, reason: "\(error)")
        }
    }

    private func confirm(_ booking: String) async throws -> HTTPResponse {
        guard let booking = Int(booking) else { throw Refusal(code: 400, reason: "a booking is a number") }
        let rows = try await database.query(
            """
            UPDATE bookings SET status = 'confirmed', confirmed_at = now()
            WHERE id = $1 AND status = 'paid' RETURNING id
            """,
            ["\(booking)"])
        guard !rows.isEmpty else { throw Refusal(code: 409, reason: "no such booking is paid") }
        metrics.count(booking: "confirmed")
        return .json(200, ["id": "\(booking)"])
    }

    private func cancel(_ booking: String) async throws -> HTTPResponse {
        guard let booking = Int(booking) else { throw Refusal(code: 400, reason: "a booking is a number") }
        let rows = try await database.query(
            """
            UPDATE bookings SET status = 'cancelled'
            WHERE id = $1 AND status IN ('pending', 'paid', 'confirmed') RETURNING id
            """, ["\(booking)"])
        guard !rows.isEmpty else { throw Refusal(code: 409, reason: "no such booking can be cancelled") }
        return .json(200, ["id": "\(booking)", "status": "cancelled"])
    }

    /// Removes what a synthetic journey left: nobody else's data can be removed this way.
    private func clean(_ user: String) async throws -> HTTPResponse {
        guard let user = Int(user) else { throw Refusal(code: 400, reason: "a user is a number") }
        let mine = ["\(user)"]
        try await database.query(
            """
            DELETE FROM payments USING bookings
            WHERE payments.booking_id = bookings.id AND bookings.user_id = $1 AND payments.synthetic
            """, mine)
        try await database.query("DELETE FROM bookings WHERE user_id = $1 AND synthetic", mine)
        let rows = try await database.query("DELETE FROM users WHERE id = $1 AND synthetic RETURNING id", mine)
        guard !rows.isEmpty else { throw Refusal(code: 404, reason: "no such synthetic user") }
        return .json(200, ["id": "\(user)"])
    }

    // MARK: What operators ask

    private func health() async -> HTTPResponse {
        let limit = Duration.seconds(1)
        async let database = Health.Check.run { try await self.database.query("SELECT 1", within: limit) }
        async let redis = Health.Check.run { try await sessions.check(within: limit) }
        var checks = ["database": await database, "redis": await redis]
        checks["gateway"] = gatewayWatch.check
        let health = Health(version: version, colour: colour, checks: checks)
        return .json(health.code, health)
    }
}
