/// Who is asked whether they stand by, and how.
package struct RollCallPlan: Hashable, Sendable, Codable {
    /// Contacts, in the order in which they are called.
    package var people: [String]
    /// The channels that they are asked by; empty: each by the first that they have.
    package var channels: [String]
    /// How long they may take to answer.
    package var patience: Milliseconds
    /// How long an answer holds.
    package var lasts: Milliseconds

    package init(
        people: [String], channels: [String] = [], patience: Milliseconds = .minutes(30),
        lasts: Milliseconds = .hours(12)
    ) {
        self.people = people
        self.channels = channels
        self.patience = patience
        self.lasts = lasts
    }

    /// The ways by which somebody is asked; empty: they cannot be.
    package func ways(of name: String, in roster: Roster) -> [PageWay] {
        guard let contact = roster.contact(name) else { return [] }
        let wanted = channels.filter { contact.channels.contains($0) }
        return (wanted.isEmpty ? Array(contact.channels.prefix(1)) : wanted).map { PageWay(contact: name, channel: $0) }
    }
}

/// The newest roll-call and what was answered to it.
package struct RollCallLog: Hashable, Sendable {
    package struct Answer: Hashable, Sendable {
        package var body: ReadinessEvent.RollCallAnswered
        package var at: Moment
    }

    package private(set) var asked: ReadinessEvent.RollCallAsked?
    package private(set) var askedAt: Moment?
    /// By contact, the newest of each.
    package private(set) var answers: [String: Answer] = [:]
    /// The providers' names of what was heard already.
    package private(set) var heard: Set<String> = []

    package init() {}

    mutating func take(_ body: ReadinessEvent.RollCallAsked, at moment: Moment) {
        guard body.people.count <= 200 else { return }
        asked = body
        askedAt = moment
        answers = [:]
        heard = []
    }

    mutating func take(_ body: ReadinessEvent.RollCallAnswered, at moment: Moment) {
        guard let asked, body.id == asked.id, asked.people.contains(body.who) else { return }
        if let reference = body.reference, !heard.insert(reference).inserted { return }
        answers[body.who] = Answer(body: body, at: moment)
    }

    /// Whether answers to it are still taken.
    package func isOpen(at now: Moment) -> Bool {
        guard let asked, let askedAt else { return false }
        return ReadinessLog.holds(until: asked.until, said: askedAt, at: now)
    }

    /// How somebody stands.
    package enum Standing: Hashable, Sendable {
        case go(Answer)
        case noGo(Answer)
        /// Asked, and may still answer.
        case waiting
        /// Asked, and the time is over.
        case silent
        /// An answer that is too old to hold.
        case lapsed(Answer)
        case notAsked
    }

    package func standing(of name: String, lasts: Milliseconds, at now: Moment) -> Standing {
        guard let asked, asked.people.contains(name) else { return .notAsked }
        guard let answer = answers[name] else { return isOpen(at: now) ? .waiting : .silent }
        if answer.at.age(at: now) > lasts { return .lapsed(answer) }
        return answer.body.isGo ? .go(answer) : .noGo(answer)
    }
}

/// What somebody wrote back to a roll-call: `GO 4821`, `no go 4821 still on a train`.
package struct RollCallReply: Hashable, Sendable {
    package var isGo: Bool
    package var code: String?

    /// Nil: it is no answer to a roll-call.
    package init?(_ text: String) {
        let upper = text.uppercased()
        let words = upper.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        code = words.first { $0.count == 4 && $0.allSatisfy { $0.isASCII && $0.isNumber } }
        // `GO4821`, as thumbs write it.
        if code == nil {
            let digits = upper.split { !$0.isASCII || !$0.isNumber }.map(String.init).filter { $0.count == 4 }
            code = digits.count == 1 ? digits[0] : nil
        }
        let letters = words.map { $0.filter(\.isLetter) }.filter { !$0.isEmpty }
        guard let first = letters.first else { return nil }
        switch first {
        case "GO", "LISTO", "LISTA": isGo = true
        case "NOGO": isGo = false
        // `NO`, `NO GO`, `NO-GO`
        case "NO": isGo = false
        default: return nil
        }
        // `go? no` must not be a yes.
        if isGo, letters.dropFirst().contains(where: { ["NO", "NOT", "NOGO"].contains($0) }) { isGo = false }
    }

    /// A reaction to the message that asks, by the provider's name of it: `:+1:`; nil: it says neither yes nor no. Eyes are
    /// no yes.
    package init?(reaction: String) {
        let name = reaction.split(separator: ":").first.map(String.init) ?? ""
        if RollCallReply.yes.contains(name) {
            isGo = true
        } else if RollCallReply.no.contains(name) {
            isGo = false
        } else {
            return nil
        }
    }

    private static let yes: Set<String> = [
        "+1", "thumbsup", "white_check_mark", "heavy_check_mark", "ballot_box_with_check", "ok", "ok_hand",
        "raised_hand", "hand",
        "raising_hand", "rocket",
    ]
    private static let no: Set<String> = [
        "-1", "thumbsdown", "x", "negative_squared_cross_mark", "no_entry", "no_entry_sign", "octagonal_sign",
        "no_good",
    ]

    /// What an answer to a roll-call is.
    package enum Judgement: Hashable, Sendable {
        case answers(ReadinessEvent.RollCallAnswered)
        case refused(reason: String)
        /// It is none, or was heard before.
        case nothing
    }

    /// - Parameters:
    ///   - contact: whose address the sender is; nil: nobody's.
    ///   - code: the code that somebody was sent.
    package static func judge(
        _ reply: Reply, from contact: String?, in log: RollCallLog, at now: Moment,
        code: (_ call: String, _ who: String) -> String
    ) -> Judgement {
        guard let asked = log.asked, !log.heard.contains(reply.reference),
            let said = reply.isAcknowledgement ? RollCallReply(reaction: reply.text) : RollCallReply(reply.text)
        else { return .nothing }
        // In the thread of an alert `go on` is said of that, unless the code says otherwise.
        let isInThread = reply.escalation == EscalationID(asked.id)
        if reply.escalation != nil, !isInThread, said.code == nil { return .nothing }
        // With a code that is not of this call it may be meant for a page: an ACK is one, GO is not.
        guard let contact, asked.people.contains(contact) else {
            return .refused(reason: "it came from nobody who was asked")
        }
        if !isInThread, said.code == nil {
            return .refused(reason: "\(contact) gave no code: the message says GO and four digits")
        }
        if let given = said.code, given != code(asked.id, contact) {
            return .refused(reason: "the code \(given) is not the one that \(contact) was sent")
        }
        guard log.isOpen(at: now) else { return .refused(reason: "the roll-call is over") }
        return .answers(
            .init(
                id: asked.id, who: contact, isGo: said.isGo, way: reply.way.rawValue, words: reply.text,
                reference: reply.reference))
    }
}

extension EscalationChain {
    /// The policy's name of a chain that stands for a roll-call.
    private static let rollCall = "roll-call"

    /// Whether it is a roll-call in the shape of a chain.
    package var isRollCall: Bool {
        started.policy.name == EscalationChain.rollCall && alerts.isEmpty && started.severity == .info
    }

    /// A roll-call in the shape of a chain: what asks providers for answers to pages asks for those to it by the same way.
    package init(ofRollCall asked: ReadinessEvent.RollCallAsked, at moment: Moment, pages: [PageID: Fate]) {
        self.init(
            EscalationEvent.Started(
                escalation: EscalationID(asked.id), policy: EscalationPolicy(name: EscalationChain.rollCall, steps: []),
                alerts: [],
                group: Labels(), severity: .info, summary: "roll-call", by: asked.by), at: moment)
        self.pages = pages
    }
}
