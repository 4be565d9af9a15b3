/// All chains of a launch: what has happened to alerts and chains in, and what is to be done next out.
///
/// A value without a clock. ``take(_:at:)`` folds what happened, ``decide(at:)`` says what follows from it. Nothing else is
/// kept: after a restart the same events out of the journal bring the same state. What is decided is told as an event before
/// it is done, so that killed in between it is done after the restart (``unfinished(at:)``), and once.
package struct EscalationCourse: Sendable {
    /// How long an alert waits that fires in a group which somebody has just acknowledged: whoever works on it is not
    /// called again for each further symptom; but what is open after this time is told.
    package static let regroup: Milliseconds = .minutes(5)
    /// How long after a restart overdue steps wait: alerts are looked at again first.
    package static let settling: Milliseconds = .seconds(10)
    /// How many alerts one chain names. More in one group stand behind them.
    package static let memberLimit = 500
    /// How many chains of one policy run at once. The alerts of more groups share one.
    package static let runningLimit = 20
    /// How many ended chains are kept.
    static let endedLimit = 200

    /// What the config says of people now. A chain goes by the policy with which it began.
    package var roster: Roster
    package var zone: Zone
    /// Who is on call by schedule, as another system says.
    package var rota: [String: String] = [:]
    /// Whether the hours of policies hold pages back.
    package var keepsHours = true

    package internal(set) var subjects: [Fingerprint: Subject] = [:]
    package internal(set) var chains: [EscalationID: EscalationChain] = [:]
    /// Chains in the order of their beginning.
    package internal(set) var order: [EscalationID] = []
    /// Open or not, the alerts for which no chain was begun since they fired.
    var waiting: Set<Fingerprint> = []
    /// The outside's own names of acknowledgements that were refused: asked for again, they are no news.
    package private(set) var refused: Set<String> = []

    private var backlog = EscalationBacklog()

    package init(roster: Roster, zone: Zone) {
        self.roster = roster
        self.zone = zone
    }

    /// An alert as a chain sees it.
    package struct Subject: Hashable, Sendable {
        package internal(set) var facts: AlertEvent.Facts
        package internal(set) var isFiring: Bool
        package internal(set) var acknowledgedBy: String?
        /// Until when; nil: until it is over.
        package internal(set) var acknowledgedUntil: Timestamp?
        /// When somebody last took it or gave it back: what is older is an echo.
        var changedAt: Timestamp?
        package internal(set) var isSuppressed = false
        /// It fires on, and what it is about is well again.
        package internal(set) var isRecovering = false
        /// That an acknowledgement of it ended before it did.
        package internal(set) var returned: Return?

        package enum Return: Hashable, Sendable {
            case lapsed(by: String)
            case takenBack(by: String)
        }

        package var isOpen: Bool { isFiring && acknowledgedBy == nil && !isSuppressed }
    }

    package var running: [EscalationChain] { order.compactMap { chains[$0] }.filter(\.isRunning) }

    // MARK: What happened to alerts

    package mutating func take(_ event: AlertEvent, at moment: Moment) {
        switch event {
        case .pending, .silenced, .unsilenced: break
        case .fired(let body): fire(body.alert)
        case .resolved(let body): end(body.alert)
        case .cleared(let body): end(body.alert)
        case .acknowledged(let body):
            if let changed = subjects[body.alert]?.changedAt, moment.utc < changed { return }
            subjects[body.alert]?.changedAt = moment.utc
            subjects[body.alert]?.acknowledgedBy = body.by
            subjects[body.alert]?.acknowledgedUntil = body.until
            subjects[body.alert]?.returned = nil
            waiting.remove(body.alert)
            for id in order where chains[id]?.isRunning == true && chains[id]?.alerts.contains(body.alert) == true {
                chains[id]?.acknowledgements[body.alert] = body.by
            }
        case .unacknowledged(let body):
            if let changed = subjects[body.alert]?.changedAt, moment.utc < changed { return }
            subjects[body.alert]?.changedAt = moment.utc
            giveBack(body)
        case .suppressed(let body): suppress(body)
        case .recovering(let body): subjects[body.alert]?.isRecovering = body.isWell
        }
    }

    private mutating func fire(_ facts: AlertEvent.Facts) {
        let id = facts.fingerprint
        if subjects[id]?.isFiring == true {
            subjects[id]?.facts = facts
            return
        }
        subjects[id] = Subject(facts: facts, isFiring: true)
        if facts.policy != nil { waiting.insert(id) }
    }

    private mutating func end(_ id: Fingerprint) {
        subjects[id]?.isFiring = false
        subjects[id]?.isRecovering = false
        subjects[id]?.isSuppressed = false
        subjects[id]?.returned = nil
        waiting.remove(id)
    }

    private mutating func giveBack(_ body: AlertEvent.Unacknowledged) {
        guard let subject = subjects[body.alert], let holder = subject.acknowledgedBy else { return }
        subjects[body.alert]?.acknowledgedBy = nil
        subjects[body.alert]?.acknowledgedUntil = nil
        for id in order where chains[id]?.isRunning == true { chains[id]?.acknowledgements[body.alert] = nil }
        guard subject.isFiring, subject.facts.policy != nil else { return }
        subjects[body.alert]?.returned = body.by.map { .takenBack(by: $0) } ?? .lapsed(by: holder)
        waiting.insert(body.alert)
    }

    private mutating func suppress(_ body: AlertEvent.Suppressed) {
        guard let subject = subjects[body.alert] else { return }
        let isSuppressed = !body.silences.isEmpty || !body.inhibitors.isEmpty
        subjects[body.alert]?.isSuppressed = isSuppressed
        guard subject.isSuppressed, !isSuppressed, subject.isFiring, subject.facts.policy != nil else { return }
        if subject.acknowledgedBy == nil { waiting.insert(body.alert) }
    }

    // MARK: What happened to chains

    /// Folds an event of a chain, whoever wrote it. Heard twice, or late, it changes nothing.
    package mutating func take(_ event: EscalationEvent, at moment: Moment) {
        if let id = event.toldChain, chains[id] == nil { return backlog.keep(event, at: moment, of: id) }
        switch event {
        case .started(let body): start(body, at: moment)
        case .stepped(let body): step(body, at: moment)
        case .joined(let body):
            guard chains[body.escalation]?.alerts.contains(body.alert) == false else { return }
            chains[body.escalation]?.alerts.append(body.alert)
            waiting.remove(body.alert)
        case .stopped(let body): stop(body, at: moment)
        case .queued(let body):
            guard let id = body.escalation, chains[id] != nil, chains[id]?.pages[body.page] == nil else { return }
            chains[id]?.pages[body.page] = .underway
        case .attempted(let body):
            // By its name: the outbox may have been killed between keeping it and saying so.
            guard let id = body.page.escalation, chains[id] != nil else { return }
            switch body.outcome {
            case .sent(let reference): chains[id]?.pages[body.page] = .taken(reference: reference)
            case .delivered, .deferred: break
            case .failed, .expired: chains[id]?.pages[body.page] = .lost
            }
        case .asked(let body):
            guard let chain = chains[body.escalation], chain.isRunning, !body.isDone(at: chain.step) else { return }
            chains[body.escalation]?.asked = body
        case .refused(let body): if let reference = body.reference { refused.insert(reference) }
        case .verified: break
        }
    }

    private mutating func start(_ body: EscalationEvent.Started, at moment: Moment) {
        guard chains[body.escalation] == nil else { return }
        var chain = EscalationChain(body, at: moment)
        if let before = body.continues, chains[before] != nil {
            chains[before]?.hasHeir = true
            chain.told = chains[before]?.told ?? []
        }
        chains[body.escalation] = chain
        order.append(body.escalation)
        for alert in body.alerts {
            waiting.remove(alert)
            subjects[alert]?.returned = nil
        }
        for entry in backlog.release(body.escalation) { take(entry.event, at: entry.at) }
    }

    private mutating func step(_ body: EscalationEvent.Stepped, at moment: Moment) {
        guard var chain = chains[body.escalation], chain.isRunning else { return }
        if EscalationPosition(body) <= EscalationPosition(chain.step) { return }
        chain.step = body
        chain.steppedAt = moment
        chain.due = body.due
        chain.asked = nil
        for way in body.ways ?? [] where !chain.told.contains(way) { chain.told.append(way) }
        chains[body.escalation] = chain
    }

    private mutating func stop(_ body: EscalationEvent.Stopped, at moment: Moment) {
        guard let chain = chains[body.escalation] else { return }
        // What was acknowledged or given up is over once more when its alerts are.
        if let before = chain.stopped, before.why == .resolved || before.why == .cancelled || body.why != .resolved {
            return
        }
        chains[body.escalation]?.stopped = body
        chains[body.escalation]?.stoppedAt = moment
        guard body.why == .acknowledged else { return }
        for alert in chain.alerts where subjects[alert]?.isOpen == true { waiting.insert(alert) }
    }

    // MARK: After a restart

    /// Goes on after a restart: each overdue step waits until alerts were looked at again, none longer than its wait.
    package mutating func resume(at now: Moment) {
        for id in order {
            guard let chain = chains[id], chain.isRunning, let step = chain.step, let due = chain.due else { continue }
            let wait = chain.policy.steps.indices.contains(step.step) ? chain.policy.steps[step.step].wait : 0
            let left = due.boot == now.boot ? due.uptime - now.uptime : due.utc - now.utc
            // A wall clock that was set back while the machine was down must not hold a chain.
            chains[id]?.due = now.advanced(
                by: min(max(left, EscalationCourse.settling), max(wait, EscalationCourse.settling)))
        }
    }

    /// What was decided and never reached the outbox.
    package func unfinished(at now: Moment) -> [PageOrder] {
        order.compactMap { chains[$0] }.flatMap { chain -> [PageOrder] in
            if let stoppedAt = chain.stoppedAt, stoppedAt.age(at: now) > .hours(1) { return [] }
            return chain.orders.filter { chain.pages[$0.page] == nil }
        }
    }

    /// Lets go of what is over.
    mutating func prune() {
        var surplus = order.count - EscalationCourse.endedLimit
        guard surplus > 0 else { return }
        order.removeAll { id in
            guard surplus > 0, let chain = chains[id], !chain.isRunning,
                chain.hasHeir || chain.stopped?.why == .resolved || chain.stopped?.why == .cancelled
            else { return false }
            surplus -= 1
            chains[id] = nil
            return true
        }
        let members = Set(order.compactMap { chains[$0] }.flatMap(\.alerts))
        subjects = subjects.filter { $0.value.isFiring || members.contains($0.key) }
    }
}
