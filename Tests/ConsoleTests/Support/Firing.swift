import Console
import Launch

/// BarberPro on a night with alerts: what the alert and escalation engines tell, as events on a board.
struct Firing {
    var launch: BarberPro

    static let payment = facts(
        "payment_p95", "pay.p95", .critical, "Payments take 3,4 s at the 95th percentile", value: 3400, .above(3000),
        labels: ["service": "payments"], runbook: "#payment-p95", ago: 1260, policy: "default")
    static let rejected = facts(
        "payment_success", "biz.payments", .critical, "Only 88,2 % of payments are accepted", value: 88.2, .below(90),
        labels: ["service": "payments"], runbook: "https://runbooks.example/payments#payment-success", ago: 1199,
        policy: "default")
    static let redis = facts(
        "redis_memory", "redis.memory_used", .warning, "Redis uses 82 % of its memory", value: 82.4, .above(80),
        labels: ["service": "redis"], runbook: "#redis-memory", ago: 257, policy: "business")
    static let jujuy = facts(
        "province_p95", "app.p95.AR-Y", .warning, "Jujuy waits 214 ms", value: 214, .above(200),
        labels: ["province": "Jujuy"], ago: 840)
    static let salta = facts(
        "province_p95", "app.p95.AR-A", .warning, "Salta waits 176 ms", value: 176, .above(150),
        labels: ["province": "Salta"], ago: 830)
    static let bookings = facts(
        "booking_success", "biz.bookings", .critical, "Bookings fail", value: 84, .below(90),
        labels: ["service": "bookings"], ago: 3000, policy: "default")

    static func facts(
        _ rule: String, _ series: SeriesID?, _ severity: Severity, _ summary: String, value: Double,
        _ bound: Thresholds.Bound, labels: [String: String] = [:], runbook: String? = nil, ago: Int64,
        policy: String? = nil
    ) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: rule, labels: Labels(["alertname": rule, "severity": severity.rawValue].merging(labels) { $1 }),
            severity: severity, summary: summary, runbook: runbook, series: series, value: value, bound: bound,
            since: BarberPro.now.advanced(by: .seconds(-ago)), policy: policy)
    }

    // MARK: Who there is

    static let roster = Roster(
        contacts: [
            ContactFacts(name: "ana", title: "Ana Pereyra", role: "DevOps lead", channels: ["push", "sms", "voice"]),
            ContactFacts(name: "leo", title: "Leo Paz", role: "backend lead", channels: ["sms", "voice"]),
            ContactFacts(name: "carla", title: "Carla Ruiz", role: "CTO", channels: ["voice"]),
            ContactFacts(name: "nestor", title: "Néstor Gil", role: "CEO", channels: ["voice"]),
        ],
        schedules: [
            OnCallSchedule(
                name: "devops",
                layers: [.init(rotation: .weekly, handover: 540, contacts: ["ana", "leo"])])
        ],
        policies: [
            EscalationPolicy(
                name: "default",
                steps: [
                    .init(
                        notify: [
                            .init(who: .schedule("devops"), by: ["push", "sms"]), .init(who: .channel, by: ["slack"]),
                        ], wait: .minutes(5)),
                    .init(notify: [.init(who: .contact("leo"), by: [])], wait: .minutes(5)),
                    .init(notify: [.init(who: .contact("carla"), by: [])], wait: .minutes(10)),
                    .init(notify: [.init(who: .contact("nestor"), by: [])], wait: .minutes(10)),
                ]),
            EscalationPolicy(
                name: "business", steps: [.init(notify: [.init(who: .channel, by: ["email"])], wait: .minutes(30))]),
        ])

    static let manifest: Manifest = {
        var manifest = Deployed.manifest
        manifest.roster = roster
        manifest.runbook = Runbook(
            markdown: """
                # Runbook

                ## Payment p95

                The gateway answers slowly. Customers give up after ten seconds.
                First look: MercadoPago's status page, then pay.p95 by region.
                First action: switch the flag payments-retry off.

                ## Redis memory
                It evicts sessions from 95 % on.
                """, url: "https://runbooks.example/barberpro")
        return manifest
    }()

    init(_ launch: BarberPro = .trouble) {
        self.launch = launch
        self.launch.board.apply(Self.manifest)
    }

    mutating func say(_ event: AlertEvent, ago: Int64) { launch.say(.alert(event), ago: ago) }
    mutating func say(_ event: EscalationEvent, ago: Int64) { launch.say(.escalation(event), ago: ago) }

    func saying(_ change: (inout Firing) -> Void) -> Firing {
        var copy = self
        change(&copy)
        return copy
    }

    func model(_ width: Int, _ height: Int, mode: Mode = .operator(name: "ana")) -> Model {
        launch.model(width, height, mode: mode)
    }

    // MARK: Stories

    static let chain = EscalationID("esc-1")

    /// Two critical alerts: one in the second step of its chain, one that ana has; a warning that is open, one silenced, one
    /// behind it, one that is over.
    static let night: Firing = {
        var night = Firing()
        for facts in [payment, rejected, redis, jujuy, salta] {
            let ago = (BarberPro.now.uptime - facts.since.uptime).count / 1000
            night.say(.pending(.init(alert: facts)), ago: ago)
            night.say(.fired(.init(alert: facts)), ago: max(0, ago - 60))
        }
        night.say(.fired(.init(alert: bookings)), ago: 3000)
        night.say(.resolved(.init(alert: bookings.fingerprint, value: 96.4)), ago: 2400)
        night.say(
            .acknowledged(
                .init(
                    alert: rejected.fingerprint, by: "ana", way: .dashboard,
                    until: Timestamp(seconds: BarberPro.now.utc.seconds + 1500), comment: "looking at the gateway")),
            ago: 1000)
        night.say(
            .silenced(
                Silence(
                    id: "s-1", matchers: [LabelMatcher(name: "province", value: "Jujuy")],
                    from: Timestamp(seconds: BarberPro.now.utc.seconds - 600),
                    until: Timestamp(seconds: BarberPro.now.utc.seconds + 2580), by: "leo",
                    comment: "fibre cut at Salta")),
            ago: 600)
        night.say(.suppressed(.init(alert: jujuy.fingerprint, silences: ["s-1"])), ago: 600)
        night.say(.suppressed(.init(alert: salta.fingerprint, inhibitors: [redis.fingerprint])), ago: 190)
        night.escalate()
        return night
    }()

    private mutating func escalate() {
        guard let policy = Self.roster.policies.first else { return }
        say(
            .started(
                .init(
                    escalation: Self.chain, policy: policy, alerts: [Self.payment.fingerprint],
                    group: ["alertname": "payment_p95"], severity: .critical, summary: Self.payment.summary)), ago: 480)
        say(
            .stepped(
                .init(
                    escalation: Self.chain, step: 0, round: 0, due: BarberPro.now.advanced(by: .seconds(-180)),
                    contacts: ["ana"])), ago: 480)
        page("p-1", "push", "ana", 0, ago: 480, .failed(reason: "404 the token is not registered any more"))
        page("p-2", "sms", "ana", 0, ago: 479, .delivered)
        page("p-3", "slack", nil, 0, ago: 479, .sent(reference: "1712.33"))
        say(
            .stepped(
                .init(
                    escalation: Self.chain, step: 1, round: 0, due: BarberPro.now.advanced(by: .seconds(192)),
                    contacts: ["leo"])), ago: 180)
        page("p-4", "sms", "leo", 1, ago: 180, .sent(reference: "SM1"))
        page(
            "p-5", "voice", "leo", 1, ago: 179,
            .deferred(reason: "429 from the provider", until: Timestamp(seconds: BarberPro.now.utc.seconds + 20)))
        say(.verified(.init(contact: "ana", channel: "sms", how: "answered a test")), ago: 86_400 * 2)
        say(.verified(.init(contact: "leo", channel: "voice", how: "acknowledged a page")), ago: 86_400 * 45)
    }

    private mutating func page(
        _ id: String, _ channel: String, _ contact: String?, _ step: Int, ago: Int64, _ outcome: PageOutcome
    ) {
        say(
            .queued(
                .init(
                    page: PageID(id), escalation: Self.chain, channel: channel, contact: contact, purpose: .page,
                    step: step)), ago: ago)
        say(.attempted(.init(page: PageID(id), outcome: outcome)), ago: ago - 1)
    }

    /// The same, and nobody came.
    static let exhausted = night.saying {
        $0.say(.stopped(.init(escalation: chain, why: .exhausted)), ago: 60)
    }
}
