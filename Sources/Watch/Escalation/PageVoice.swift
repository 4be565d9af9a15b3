package import Launch

/// Puts what a chain has to say into a notification: to whom, at which address, and how to answer.
package struct PageVoice: Sendable {
    private let launch: String
    private let contacts: [Contact]
    private let channels: [ChannelPlan]
    /// What to do about alerts: a page says where it can be read.
    private let runbook: Runbook
    /// Resolves an address that is a reference.
    private let secret: @Sendable (Secret) throws -> String
    /// A personal link to the page of a chain; nil: there is none, or it is for no person.
    private let link: @Sendable (EscalationID, PageWay, _ now: Timestamp) -> String?

    /// - Parameter launch: the product and where it runs: `BarberPro production`.
    package init(
        launch: String, contacts: [Contact], channels: [ChannelPlan] = [], runbook: Runbook? = nil,
        secret: @escaping @Sendable (Secret) throws -> String,
        link: @escaping @Sendable (EscalationID, PageWay, _ now: Timestamp) -> String? = { _, _, _ in nil }
    ) {
        self.launch = launch
        self.contacts = contacts
        self.channels = channels
        self.runbook = runbook ?? Runbook()
        self.secret = secret
        self.link = link
    }

    /// The page; nil: the contact is none any more, or the address cannot be had.
    func notification(
        for order: PageOrder, of chain: EscalationChain, alerts: [AlertEvent.Facts], code: String, at now: Timestamp
    ) -> Notification? {
        guard let address = address(of: order.way) else { return nil }
        let isExhausted = order.purpose == .page && order.step == nil
        let steps = chain.policy.steps
        let wait = order.step.flatMap { steps.indices.contains($0) ? steps[$0].wait : nil } ?? .minutes(5)
        let life: Milliseconds =
            switch order.purpose {
            case .page: min(max(wait * 2, .minutes(5)), .hours(1))
            case .acknowledged: .minutes(15)
            default: .hours(1)
            }
        var summary = chain.started.summary
        if isExhausted { summary = "NOBODY HAS ANSWERED: \(summary)" }
        if order.purpose == .acknowledged, let by = chain.stopped?.by {
            summary = "\(title(of: by)) has it: \(summary)"
        }
        let isPage = order.purpose == .page && !isExhausted
        return Notification(
            page: order.page, purpose: order.purpose, contact: order.way.contact, address: address,
            severity: chain.severity, launch: launch, summary: summary, alerts: alerts.prefix(50).map(readable),
            group: PageVoice.group(of: chain), since: alerts.map(\.since.utc).min() ?? chain.at.utc,
            code: isPage ? code : nil, link: isPage ? link(chain.id, order.way, now) : nil,
            runbook: alerts.lazy.compactMap(\.runbook).first.map(runbook.place),
            step: order.step.map { "step \($0 + 1) of \(steps.count)" }, expires: now + life)
    }

    /// A page that belongs to no chain: what the self-audit found.
    func notification(of facts: AlertEvent.Facts, to way: PageWay, at now: Timestamp) -> Notification? {
        guard let address = address(of: way) else { return nil }
        return Notification(
            page: PageID("audit-\(now.seconds).\(way.contact ?? "-").\(way.channel)"), purpose: .page,
            contact: way.contact, address: address, severity: .critical, launch: launch, summary: facts.summary,
            alerts: [readable(facts)], group: "guardia-self-audit", since: now,
            runbook: facts.runbook.map(runbook.place), expires: now + .hours(1))
    }

    /// An alert as whoever reads a page can use it: where its runbook is, in place of a heading alone.
    private func readable(_ facts: AlertEvent.Facts) -> AlertEvent.Facts {
        var facts = facts
        facts.runbook = facts.runbook.map(runbook.place)
        return facts
    }

    /// Asks somebody whether they stand by.
    func notification(
        ofRollCall asked: ReadinessEvent.RollCallAsked, page: PageID, to way: PageWay, code: String, at now: Timestamp
    ) -> Notification? {
        guard let address = address(of: way) else { return nil }
        return Notification(
            page: page, purpose: .rollCall, contact: way.contact, address: address, severity: .info, launch: launch,
            summary: "are you standing by? Answer GO \(code), or NO GO \(code) and why. Asked by \(asked.by)",
            group: "guardia/\(asked.id)", since: now, expires: asked.until)
    }

    /// The same for all pages of a chain, and for those of the chains that it goes on from: a thread, an incident.
    package static func group(of chain: EscalationChain) -> String {
        let labels = chain.started.group
        // Somebody's own words are a thread of their own.
        if labels.values.isEmpty { return "guardia/\(chain.policy.name)/\(chain.started.continues ?? chain.id)" }
        return "guardia/\(chain.policy.name)\(labels.description)"
    }

    private func title(of name: String) -> String { contacts.first { $0.name == name }?.title ?? name }

    /// Empty where the channel needs no person.
    private func address(of way: PageWay) -> String? {
        guard let name = way.contact else { return "" }
        guard
            let text = contacts.first(where: { $0.name == name })?.ways.first(where: { $0.channel == way.channel })?
                .address
        else { return nil }
        return resolved(text)
    }

    private func resolved(_ text: String) -> String? {
        if text.hasPrefix("env:") { return try? secret(.environment(String(text.dropFirst(4)))) }
        if text.hasPrefix("file:") { return try? secret(.file(String(text.dropFirst(5)))) }
        return text
    }

    // MARK: Who answers

    func contact(ofAddress address: String, onChannels names: Set<String>) -> String? {
        func plain(_ text: String) -> String { String(text.filter { !" -()".contains($0) }).lowercased() }
        let wanted = plain(address)
        guard !wanted.isEmpty else { return nil }
        return contacts.first { contact in
            contact.ways.contains { names.contains($0.channel) && resolved($0.address).map(plain) == wanted }
        }?.name
    }

    /// The channel by which a contact can have answered.
    func channel(of contact: String, way: AlertEvent.Acknowledged.Way) -> String? {
        let type: String? =
            switch way {
            case .sms: "sms"
            case .slack: "slack"
            case .pagerduty: "pagerduty"
            default: nil
            }
        let names = Set(channels.filter { $0.type == type }.map(\.name))
        return contacts.first { $0.name == contact }?.ways.first { names.contains($0.channel) }?.channel
    }

    static func stallFacts(_ stalls: [EscalationAudit.Stall], at now: Moment) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: EngineAlerts.escalationStalled, labels: ["alertname": EngineAlerts.escalationStalled],
            severity: .critical,
            summary: stalls.first.map { $0.words + (stalls.count > 1 ? " (and \(stalls.count - 1) more)" : "") } ?? "",
            runbook: EngineAlerts.runbook(of: EngineAlerts.escalationStalled), since: now, source: "self-audit")
    }
}
