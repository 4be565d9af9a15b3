/// One run of a chain as the journal tells it.
package struct Escalation: Hashable, Sendable, Identifiable {
    package var id: EscalationID { started.escalation }
    package var started: EscalationEvent.Started
    package var at: Moment
    /// The alerts that it is about: those it began with, and those that joined.
    package var alerts: [Fingerprint]
    /// Where it is; nil before its first step.
    package var step: EscalationEvent.Stepped?
    package var steppedAt: Moment?
    package var stopped: EscalationEvent.Stopped?
    package var stoppedAt: Moment?
    /// Whom it has told so far, in the order of telling.
    package var contacts: [String] = []
    /// What somebody asked of it that it has not done yet.
    package var asked: EscalationEvent.Asked?

    package var isRunning: Bool { stopped == nil }
}

/// One page as the journal tells it.
package struct Page: Hashable, Sendable, Identifiable {
    package var id: PageID { queued.page }
    package var queued: EscalationEvent.Queued
    package var at: Moment
    package var outcome: PageOutcome?
    package var outcomeAt: Moment?
    package var attempts: Int = 0
}

/// Chains, pages and what is known of the ways to people: a fold of ``EscalationEvent``s.
package struct EscalationLog: Hashable, Sendable {
    /// How many ended chains, and how many pages, are kept.
    package static let limit = 200

    /// Oldest first.
    package private(set) var escalations: [Escalation] = []
    /// Oldest first.
    package private(set) var pages: [Page] = []
    /// When and how each way was last proved, by contact and channel.
    package private(set) var verified: [Way: Proof] = [:]
    /// Acknowledgements from outside that were not taken, oldest first.
    package private(set) var refusals: [Refusal] = []

    package struct Refusal: Hashable, Sendable {
        package var body: EscalationEvent.Refused
        package var at: Moment
    }

    package struct Way: Hashable, Sendable {
        package var contact: String
        package var channel: String
        package init(contact: String, channel: String) {
            self.contact = contact
            self.channel = channel
        }
    }

    package struct Proof: Hashable, Sendable {
        package var how: String
        package var at: Moment
    }

    private var backlog = EscalationBacklog()

    package init() {}

    package subscript(id: EscalationID) -> Escalation? { escalations.last { $0.id == id } }
    package subscript(id: PageID) -> Page? { pages.last { $0.id == id } }

    package var running: [Escalation] { escalations.filter(\.isRunning) }

    /// The newest chain that is or was about an alert.
    package func escalation(of alert: Fingerprint) -> Escalation? { escalations.last { $0.alerts.contains(alert) } }

    package mutating func take(_ event: EscalationEvent, at moment: Moment) {
        if let id = event.movedChain, self[id] == nil { return backlog.keep(event, at: moment, of: id) }
        switch event {
        case .started(let body):
            // Heard twice it is one.
            guard self[body.escalation] == nil else { return }
            escalations.append(Escalation(started: body, at: moment, alerts: body.alerts))
            trim()
            for entry in backlog.release(body.escalation) { take(entry.event, at: entry.at) }
        case .stepped(let body):
            change(body.escalation) {
                $0.step = body
                $0.steppedAt = moment
                $0.asked = nil
                for contact in body.contacts where !$0.contacts.contains(contact) { $0.contacts.append(contact) }
            }
        case .joined(let body):
            change(body.escalation) { if !$0.alerts.contains(body.alert) { $0.alerts.append(body.alert) } }
        case .stopped(let body):
            change(body.escalation) {
                $0.stopped = body
                $0.stoppedAt = moment
            }
        case .queued(let body):
            pages.append(Page(queued: body, at: moment))
            if pages.count > EscalationLog.limit { pages.removeFirst(pages.count - EscalationLog.limit) }
        case .attempted(let body):
            guard let index = pages.lastIndex(where: { $0.id == body.page }) else { return }
            pages[index].outcome = body.outcome
            pages[index].outcomeAt = moment
            // That it arrived is word of a try, and none of its own.
            if case .delivered = body.outcome {} else { pages[index].attempts += 1 }
        case .verified(let body):
            verified[Way(contact: body.contact, channel: body.channel)] = Proof(how: body.how, at: moment)
        case .asked(let body): change(body.escalation) { if !body.isDone(at: $0.step) { $0.asked = body } }
        case .refused(let body):
            refusals.append(Refusal(body: body, at: moment))
            if refusals.count > EscalationLog.limit { refusals.removeFirst(refusals.count - EscalationLog.limit) }
        }
    }

    private mutating func change(_ id: EscalationID, _ body: (inout Escalation) -> Void) {
        guard let index = escalations.lastIndex(where: { $0.id == id }) else { return }
        body(&escalations[index])
    }

    /// Chains that run are never dropped.
    private mutating func trim() {
        var surplus = escalations.count - EscalationLog.limit
        guard surplus > 0 else { return }
        escalations.removeAll { escalation in
            guard surplus > 0, !escalation.isRunning else { return false }
            surplus -= 1
            return true
        }
    }
}
