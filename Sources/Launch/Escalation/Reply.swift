/// What somebody answered to a page, somewhere outside, as the provider tells it.
package struct Reply: Hashable, Sendable {
    package var way: AlertEvent.Acknowledged.Way
    /// The provider's own name of it: by this it is heard once.
    package var reference: String
    /// Who it came from: a telephone number, a user's id.
    package var sender: String
    package var text: String
    /// The chain that it answers to, where the provider tells that; nil: its code must.
    package var escalation: EscalationID?
    /// Whether to answer there is to acknowledge, whatever the words: a reaction, PagerDuty's own button.
    package var isAcknowledgement: Bool
    // MARK: Mobile
    /// How long it holds; nil: as long as answers from outside do.
    package var holds: Milliseconds?
    /// The channel by which the page came that is answered, where that is known.
    package var channel: String?

    package init(
        way: AlertEvent.Acknowledged.Way, reference: String, sender: String, text: String,
        escalation: EscalationID? = nil, isAcknowledgement: Bool = false, holds: Milliseconds? = nil,
        channel: String? = nil
    ) {
        self.holds = holds
        self.channel = channel
        self.way = way
        self.reference = reference
        self.sender = sender
        self.text = text
        self.escalation = escalation
        self.isAcknowledgement = isAcknowledgement
    }

    /// `ACK 4821`, `ack4821`, `4821`: what it says, in whatever case; nil: it is no acknowledgement at all.
    package static func code(in text: String) -> (isAcknowledgement: Bool, code: String?) {
        let upper = text.uppercased()
        let digits = upper.split { !$0.isASCII || !$0.isNumber }.map(String.init).first { $0.count >= 4 }
        let words = upper.split { !$0.isLetter }
        let says = words.contains { ["ACK", "OK", "ACKNOWLEDGE", "ACKNOWLEDGED", "ACUSO", "TOMO"].contains($0) }
        let isBare = digits != nil && words.isEmpty
        return (says || isBare, says || isBare ? digits : nil)
    }

    /// What a reply is.
    package enum Judgement: Hashable, Sendable {
        case acknowledges(EscalationID, by: String)
        case refused(contact: String?, reason: String)
        /// It is none, or was heard before.
        case nothing
    }
}

extension EscalationCourse {
    /// What a reply does.
    ///
    /// - Parameters:
    ///   - contact: whose address the sender is; nil: nobody's.
    ///   - code: the code that the pages of a chain bear.
    package func judge(_ reply: Reply, from contact: String?, code: (EscalationID) -> String) -> Reply.Judgement {
        guard !refused.contains(reply.reference) else { return .nothing }
        let said = reply.isAcknowledgement ? (isAcknowledgement: true, code: nil) : Reply.code(in: reply.text)
        guard said.isAcknowledgement else { return .nothing }
        guard let contact else { return .refused(contact: nil, reason: "it came from nobody among the contacts") }
        func settled(_ id: EscalationID) -> Reply.Judgement? {
            guard let stopped = chains[id]?.stopped else { return nil }
            // Told to the end, it waits for nothing so much as for this.
            if isUnanswered(id) { return nil }
            // Asked for again after a restart, it is what stopped the chain.
            if stopped.by == contact || chains[id]?.hasHeir == true { return .nothing }
            return .refused(contact: contact, reason: "\(id) has ended already: \(stopped.why.rawValue)")
        }
        if let id = reply.escalation {
            guard chains[id] != nil else { return .nothing }
            if let given = said.code, given != code(id) {
                return .refused(contact: contact, reason: "the code \(given) is not that of \(id)")
            }
            return settled(id) ?? .acknowledges(id, by: contact)
        }
        guard let given = said.code else {
            return .refused(contact: contact, reason: "it names no code: the page says ACK and four digits")
        }
        if let id = running.first(where: { code($0.id) == given })?.id { return .acknowledges(id, by: contact) }
        if let id = order.last(where: { code($0) == given }) { return settled(id) ?? .acknowledges(id, by: contact) }
        return .refused(contact: contact, reason: "the code \(given) belongs to no chain")
    }

    /// What an acknowledgement of a whole chain is: one of each of its alerts that fires and that nobody has, or, of a chain
    /// about no alert, its end.
    package func acknowledge(
        _ id: EscalationID, by: String, way: AlertEvent.Acknowledged.Way, until: Timestamp?
    ) -> (alerts: [AlertEvent], chain: EscalationEvent?) {
        guard let chain = chains[id], chain.isRunning || isUnanswered(id) else { return ([], nil) }
        let alerts = chain.alerts.filter { subjects[$0].map { $0.isFiring && $0.acknowledgedBy == nil } ?? false }
        let isUnknown = !chain.alerts.contains { subjects[$0]?.isFiring == true }
        return (
            alerts.map { .acknowledged(.init(alert: $0, by: by, way: way, until: until)) },
            isUnknown && chain.isRunning ? .stopped(.init(escalation: id, why: .acknowledged, by: by)) : nil
        )
    }

    /// Whether a chain was told to its end, nobody has answered, and what it is about is still open.
    package func isUnanswered(_ id: EscalationID) -> Bool {
        guard let chain = chains[id], chain.stopped?.why == .exhausted, !chain.hasHeir else { return false }
        return chain.alerts.contains { subjects[$0].map { $0.isFiring && $0.acknowledgedBy == nil } ?? false }
    }

    /// The chains that somebody can answer: those that run, and those that were told to the end in vain.
    package var answerable: [EscalationChain] {
        order.compactMap { chains[$0] }.filter { $0.isRunning || isUnanswered($0.id) }
    }
}
