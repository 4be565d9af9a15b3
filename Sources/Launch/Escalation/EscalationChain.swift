/// One run of a chain as the engine knows it: a fold of its events.
package struct EscalationChain: Hashable, Sendable, Identifiable {
    package var id: EscalationID { started.escalation }
    package let started: EscalationEvent.Started
    package let at: Moment
    package internal(set) var alerts: [Fingerprint]
    package internal(set) var step: EscalationEvent.Stepped?
    package internal(set) var steppedAt: Moment?
    /// When the next step is due. That of ``step``, except after a restart.
    package internal(set) var due: Moment?
    package internal(set) var stopped: EscalationEvent.Stopped?
    package internal(set) var stoppedAt: Moment?
    /// What became of its pages, those that the outbox has.
    package internal(set) var pages: [PageID: Fate] = [:]
    /// By which ways somebody was told, by this chain and by those that it goes on from, in the order of telling.
    package internal(set) var told: [PageWay] = []
    package internal(set) var asked: EscalationEvent.Asked?
    /// Which of its alerts somebody has taken since it began, and who.
    package internal(set) var acknowledgements: [Fingerprint: String] = [:]
    /// Whether another chain goes on from it: what is to be told at the end is told by that one.
    package internal(set) var hasHeir = false

    package enum Fate: Hashable, Sendable {
        case underway
        /// The provider has it, under this name.
        case taken(reference: String)
        /// It will never get through.
        case lost
    }

    init(_ started: EscalationEvent.Started, at moment: Moment) {
        self.started = started
        at = moment
        alerts = started.alerts
    }

    package var isRunning: Bool { stopped == nil }
    package var severity: Severity { started.severity }
    package var policy: EscalationPolicy { started.policy }
    var isManual: Bool { started.by != nil }

    // MARK: Steps

    /// What comes next: nil at the end of the last round.
    ///
    /// - Parameter onlyInRound: does not begin another round.
    package func next(onlyInRound: Bool = false) -> (step: Int, round: Int)? {
        if let step { return policy.next(after: step, severity, onlyInRound: onlyInRound) }
        let applicable = policy.applicable(severity)
        return (applicable.first { $0 >= started.firstStep ?? 0 } ?? applicable.first).map { ($0, 0) }
    }

    /// Whether nobody whom its step tells can be reached any more: each page to a person is lost. Where a step tells no
    /// person, each page.
    var reachedNobody: Bool {
        guard let step else { return false }
        let orders = PageOrder.all(of: step)
        let persons = orders.filter { $0.way.contact != nil }
        return (persons.isEmpty ? orders : persons).allSatisfy { pages[$0.page] == .lost }
    }

    // MARK: Pages

    /// The pages of its present state: of the step that it is at, or the word that it ended.
    var orders: [PageOrder] {
        guard let stopped else { return step.map(PageOrder.all) ?? [] }
        return words(for: stopped)
    }

    /// Tells those who were woken how it ended: by each way that has not proved useless.
    private func words(for stopped: EscalationEvent.Stopped) -> [PageOrder] {
        let purpose: PagePurpose
        switch stopped.why {
        case .acknowledged: purpose = .acknowledged
        case .resolved: purpose = .resolved
        // The last word before silence: it wakes, like a step.
        case .exhausted: purpose = .page
        case .suppressed, .cancelled: return []
        }
        let lost = pages.filter { $0.value == .lost }.keys.map(\.text)
        return told.compactMap { way in
            if purpose == .acknowledged, way.contact != nil, way.contact == stopped.by { return nil }
            if lost.contains(where: { $0.hasSuffix(PageOrder.ending(of: way)) }) { return nil }
            return PageOrder(
                escalation: id, purpose: purpose, way: way, step: purpose == .page ? nil : step)
        }
    }
}

/// A page that is to be sent. Its name follows from what it is for: made again after a restart, it is the same page.
package struct PageOrder: Hashable, Sendable {
    package var page: PageID
    package var escalation: EscalationID
    package var purpose: PagePurpose
    package var way: PageWay
    /// From 0; nil: it belongs to no step.
    package var step: Int?

    init(escalation: EscalationID, purpose: PagePurpose, way: PageWay, step: EscalationEvent.Stepped?) {
        let what = purpose == .page ? step.map { "\($0.round).\($0.step)" } ?? "exhausted" : purpose.rawValue
        page = PageID("\(escalation).\(what)\(PageOrder.ending(of: way))")
        self.escalation = escalation
        self.purpose = purpose
        self.way = way
        self.step = step?.step
    }

    static func ending(of way: PageWay) -> String { ".\(way.contact ?? "-").\(way.channel)" }

    static func all(of step: EscalationEvent.Stepped) -> [PageOrder] {
        (step.ways ?? []).map { PageOrder(escalation: step.escalation, purpose: .page, way: $0, step: step) }
    }
}

extension PageID {
    /// The chain that it belongs to; nil: none.
    package var escalation: EscalationID? {
        guard text.hasPrefix("esc-"), let end = text.firstIndex(of: ".") else { return nil }
        return EscalationID(String(text[..<end]))
    }
}

extension Moment {
    /// Whether this moment is over: by uptime, across a reboot by wall time.
    package func hasPassed(at now: Moment) -> Bool { boot == now.boot ? uptime <= now.uptime : utc <= now.utc }
}
