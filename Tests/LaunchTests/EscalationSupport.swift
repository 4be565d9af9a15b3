import Launch

/// A launch's people for tests: four of them, on SMS and voice; a Slack channel; the seed's path in four steps.
enum People {
    static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)

    static let path = EscalationPolicy(
        name: "default",
        steps: ["ana", "beto", "caro", "dani"].map { name in
            .init(
                notify: [
                    .init(who: .contact(name), by: []), .init(who: .channel, by: name == "ana" ? ["slack"] : []),
                ], wait: .minutes(5))
        }, repeats: 0)

    static func roster(_ policies: [EscalationPolicy] = [path], schedules: [OnCallSchedule] = []) -> Roster {
        Roster(
            contacts: ["ana", "beto", "caro", "dani"].map {
                ContactFacts(name: $0, title: $0, role: "", channels: ["sms", "voice"])
            }, schedules: schedules, policies: policies)
    }

    static func facts(
        _ name: String, instance: String = "1", severity: Severity = .critical, policy: String? = "default",
        at time: Moment = moment(0)
    ) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: name, labels: ["alertname": name, "instance": instance], severity: severity,
            summary: "\(name) is down", since: time, policy: policy)
    }
}

/// An escalation course with a clock in one hand: tells what came of each input.
struct Drill {
    var course: EscalationCourse
    var now: Moment
    private(set) var events: [(event: EscalationEvent, at: Moment)] = []
    private(set) var alerts: [(event: AlertEvent, at: Moment)] = []
    private(set) var orders: [(order: PageOrder, at: Moment)] = []

    init(_ roster: Roster = People.roster(), at now: Moment = moment(0)) {
        course = EscalationCourse(roster: roster, zone: People.zone)
        self.now = now
    }

    mutating func fire(_ facts: AlertEvent.Facts) { tell(.fired(.init(alert: facts))) }

    mutating func tell(_ event: AlertEvent) {
        alerts.append((event, now))
        course.take(event, at: now)
        decide()
    }

    mutating func tell(_ event: EscalationEvent) {
        events.append((event, now))
        course.take(event, at: now)
        decide()
    }

    mutating func acknowledge(_ alert: AlertEvent.Facts, by name: String = "ana") {
        tell(.acknowledged(.init(alert: alert.fingerprint, by: name, way: .sms, until: nil)))
    }

    mutating func resolve(_ alert: AlertEvent.Facts) { tell(.resolved(.init(alert: alert.fingerprint))) }

    mutating func pass(_ span: Milliseconds) {
        now = now.advanced(by: span)
        decide()
    }

    mutating func decide() {
        let deeds = course.decide(at: now)
        events += deeds.events.map { ($0, now) }
        for order in deeds.orders {
            orders.append((order, now))
            let queued = EscalationEvent.queued(
                .init(
                    page: order.page, escalation: order.escalation, channel: order.way.channel,
                    contact: order.way.contact, purpose: order.purpose, step: order.step))
            events.append((queued, now))
            course.take(queued, at: now)
        }
    }

    /// A course that reads what was journaled, and nothing else.
    func restarted(_ roster: Roster = People.roster(), at now: Moment) -> Drill {
        var drill = self
        drill.course = EscalationCourse(roster: roster, zone: People.zone)
        for (event, at) in alerts { drill.course.take(event, at: at) }
        for (event, at) in events { drill.course.take(event, at: at) }
        drill.now = now
        drill.course.resume(at: now)
        return drill
    }

    /// Whom pages were ordered for since `count`, as `ana.sms`.
    func told(since count: Int = 0, _ purpose: PagePurpose = .page) -> [String] {
        orders.dropFirst(count).filter { $0.order.purpose == purpose }
            .map { "\($0.order.way.contact ?? "-").\($0.order.way.channel)" }
    }

    var stops: [EscalationEvent.Stopped.Why] {
        events.compactMap { if case .stopped(let body) = $0.event { body.why } else { nil } }
    }

    var steps: [Int] { events.compactMap { if case .stepped(let body) = $0.event { body.step } else { nil } } }
}
