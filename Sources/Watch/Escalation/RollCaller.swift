package import Launch
import Notify

/// Calls the roll: asks each of the team by their own channel whether they stand by, and takes what they answer.
///
/// That a call was made, and by whom, is the journal's; here it is only sent. Killed in between, the next engine sends what the
/// journal does not know to be on its way.
package actor RollCaller {
    private let plan: RollCallPlan?
    private let roster: Roster
    private let voice: PageVoice
    private let code: @Sendable (_ call: String, _ who: String) -> String
    private let recorder: any Recorder
    private let sink: any PageSink
    private let clock: any Clock

    private var log = ReadinessLog()
    private var pages: [PageID: EscalationChain.Fate] = [:]
    /// The providers' names of answers that were refused: each is told once.
    private var refused: Set<String> = []

    /// The kinds of events that its history is made of.
    package static let kinds = ["rollcall.asked", "rollcall.answered"]

    /// - Parameter history: events of roll-calls and pages that the journal holds, oldest first.
    package init(
        _ plan: RollCallPlan?, roster: Roster, voice: PageVoice, history: [Event], recorder: any Recorder,
        sink: any PageSink, clock: any Clock, code: @escaping @Sendable (_ call: String, _ who: String) -> String
    ) {
        self.plan = plan
        self.roster = roster
        self.voice = voice
        self.recorder = recorder
        self.sink = sink
        self.clock = clock
        self.code = code
        for event in history {
            switch event.body {
            case .readiness(let body): log.take(body, at: event.at)
            case .escalation(.queued(let body)) where body.purpose == .rollCall: pages[body.page] = .underway
            case .escalation(.attempted(let body)): RollCaller.note(body, in: &pages)
            case .escalation(.refused(let body)): if let reference = body.reference { refused.insert(reference) }
            default: break
            }
        }
    }

    /// Asks whom an engine before this one had not asked yet. Once, at the start.
    package func begin() async { await ask() }

    /// What other processes wrote into the journal, and what came back of the engine's own.
    package func hear(foreign events: [Event]) async {
        var isNew = false
        for event in events {
            guard case .readiness(let body) = event.body else { continue }
            if case .asked(let asked) = body, asked.id != log.rollCall.asked?.id {
                pages = [:]
                isNew = true
            } else if case .asked = body {
                // The same once more would forget who has answered.
                continue
            }
            log.take(body, at: event.at)
        }
        if isNew { await ask() }
    }

    /// What the outbox says of pages.
    package func hear(_ event: EscalationEvent) {
        switch event {
        case .queued(let body) where body.purpose == .rollCall: pages[body.page] = pages[body.page] ?? .underway
        case .attempted(let body): RollCaller.note(body, in: &pages)
        default: break
        }
    }

    private static func note(_ body: EscalationEvent.Attempted, in pages: inout [PageID: EscalationChain.Fate]) {
        guard pages[body.page] != nil else { return }
        switch body.outcome {
        case .sent(let reference): pages[body.page] = .taken(reference: reference)
        case .failed, .expired: pages[body.page] = .lost
        case .delivered, .deferred: break
        }
    }

    private func ask() async {
        let now = clock.now()
        guard let plan, let asked = log.rollCall.asked, log.rollCall.isOpen(at: now) else { return }
        for name in asked.people where log.rollCall.answers[name] == nil {
            for way in plan.ways(of: name, in: roster) {
                let page = PageID("\(asked.id).\(name).\(way.channel)")
                guard pages[page] == nil,
                    let notification = voice.notification(
                        ofRollCall: asked, page: page, to: way, code: code(asked.id, name), at: now.utc)
                else { continue }
                pages[page] = .underway
                await sink.submit(notification, channel: way.channel, escalation: nil, step: nil)
            }
        }
    }

    /// The open call in the shape in which places of answers are asked; nil: none is open.
    package var chain: EscalationChain? {
        guard let asked = log.rollCall.asked, let at = log.rollCall.askedAt, log.rollCall.isOpen(at: clock.now())
        else { return nil }
        return EscalationChain(ofRollCall: asked, at: at, pages: pages)
    }

    /// Takes an answer from outside.
    ///
    /// - Parameter contact: whose address the sender is.
    /// - Returns: whether it was one, be it a good one or not: nobody else needs to hear it.
    @discardableResult
    package func hear(_ reply: Reply, from contact: String?) async -> Bool {
        let now = clock.now()
        if refused.contains(reply.reference) { return true }
        switch RollCallReply.judge(reply, from: contact, in: log.rollCall, at: now, code: code) {
        case .nothing: return log.rollCall.heard.contains(reply.reference)
        case .refused(let reason):
            refused.insert(reply.reference)
            await recorder.append(
                [
                    .escalation(
                        .refused(.init(way: reply.way, contact: contact, reason: reason, reference: reply.reference)))
                ], at: now)
        case .answers(let answer):
            log.take(.answered(answer), at: now)
            var bodies: [Event.Body] = [.readiness(.answered(answer))]
            // Whoever answers has proved that they are reached.
            if let channel = voice.channel(of: answer.who, way: reply.way) {
                bodies.append(
                    .escalation(.verified(.init(contact: answer.who, channel: channel, how: "answered a roll-call"))))
            }
            await recorder.append(bodies, at: now)
        }
        return true
    }
}
