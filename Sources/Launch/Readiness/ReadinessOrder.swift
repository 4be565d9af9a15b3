/// What an operator wants said of the launch's readiness, its people or its clock.
package enum ReadinessOrder: Hashable, Sendable {
    case attest(String, isGo: Bool, for: Milliseconds)
    case waive(String, for: Milliseconds)
    case endWaiver(String)
    /// Nil: the whole poll.
    case hold(String?)
    case release(String?)
    case rollCall
    case holdClock
    case resumeClock

    package var kind: ActionKind {
        switch self {
        case .attest, .hold, .release: .readiness
        case .waive, .endWaiver: .waive
        case .rollCall: .rollCall
        case .holdClock, .resumeClock: .clock
        }
    }

    /// The station that it is about; nil: none of them.
    package var station: String? {
        switch self {
        case .attest(let name, _, _), .waive(let name, _), .endWaiver(let name): name
        case .hold(let name), .release(let name): name
        case .rollCall, .holdClock, .resumeClock: nil
        }
    }

    /// Whether it must say why.
    package var needsReason: Bool {
        switch self {
        case .attest, .waive, .hold, .holdClock: true
        case .endWaiver, .release, .rollCall, .resumeClock: false
        }
    }

    /// How long what a person says may hold, at the most.
    package static let longestAttestation: Milliseconds = .days(30)
    package static let longestWaiver: Milliseconds = .days(7)
}

/// The part of a plan card that is about the poll.
package struct ReadinessCard: Hashable, Sendable {
    package var order: ReadinessOrder
    /// The station as it stands; nil: it is about the whole poll, the people or the clock.
    package var station: ReadinessPoll.Station?
    package var poll: ReadinessPoll?
    package var clock: LaunchClock?
    /// Until when it is to hold.
    package var until: Timestamp?
    /// Of a roll-call: who is asked by what.
    package var calls: [Call] = []
    package var knobs: [AlertCard.Knob] = []
    package var risk: Risk

    package struct Call: Hashable, Sendable {
        package var name: String
        package var ways: [PageWay]
    }

    /// What has changed since `earlier` was shown, in sentences.
    func changes(since earlier: ReadinessCard) -> [String] {
        guard let was = earlier.station, let now = station else { return [] }
        var changes: [String] = []
        if was.verdict != now.verdict { changes.append("\(now.title) is \(now.verdict.word) now, it was \(was.verdict.word)") }
        if now.hold?.body != was.hold?.body, let hold = now.hold { changes.append("\(hold.body.by) holds it") }
        return changes
    }
}

extension Planner {
    /// How long what is said may hold: what a dialog offers.
    static let attestationSpans: [Milliseconds] = [.hours(1), .hours(4), .hours(12), .hours(24), .days(7)]
    static let waiverSpans: [Milliseconds] = [.hours(1), .hours(4), .hours(12), .hours(24)]

    func readiness(_ order: ReadinessOrder) -> PlanCard {
        var card = card(order.kind)
        card.reason = ""
        card.versions = []
        card.needsReason = order.needsReason
        let poll = ReadinessPoll(board, at: now)
        card.readiness = ReadinessCard(
            order: order, station: order.station.flatMap { poll?[$0] }, poll: poll,
            clock: LaunchClock(base: board.manifest?.launchAt, board.readiness.clock, at: now),
            risk: order.kind.risk)
        if silent {
            card.cautions.append("the engine is silent: whatever is said here, the poll stays unknown")
        }
        switch order {
        case .holdClock, .resumeClock: clock(order, &card)
        case .rollCall: rollCall(&card)
        default: station(order, &card)
        }
        return card
    }

    private func station(_ order: ReadinessOrder, _ card: inout PlanCard) {
        guard board.manifest?.readiness != nil else {
            return card.blockers.append("the launch config has no section `readiness`")
        }
        let station = card.readiness?.station
        if let name = order.station, station == nil { return card.blockers.append("there is no station '\(name)'") }
        switch order {
        case .attest(let name, let isGo, let span):
            card.readiness?.until = now.utc + span
            card.arguments =
                ["readiness", "attest", name, "--for", SpanText.text(span)] + (isGo ? [] : ["--no-go"])
            turn(&card, Self.attestationSpans, to: order) { .attest(name, isGo: isGo, for: $0) }
            let takes = board.manifest?.readiness?[name]?.checks.contains { if case .attested = $0 { true } else { false } }
            if takes != true { card.blockers.append("\(name) is decided by its checks: waive it, or hold it") }
        case .waive(let name, let span):
            card.readiness?.until = now.utc + span
            card.arguments = ["readiness", "waive", name, "--for", SpanText.text(span)]
            card.target = name
            turn(&card, Self.waiverSpans, to: order) { .waive(name, for: $0) }
            if station?.found == .go { card.blockers.append("its checks are go: there is nothing to waive") }
        case .endWaiver(let name):
            card.arguments = ["readiness", "waive", name, "--end"]
            card.readiness?.risk = .routine
            if station?.waiver == nil { card.blockers.append("nobody waives it") }
        case .hold(let name):
            card.arguments = ["readiness", "hold"] + (name.map { [$0] } ?? [])
            if let by = name == nil ? card.readiness?.poll?.hold?.body.by : station?.hold?.body.by {
                card.cautions.append("\(by) holds it already: this takes the place of that")
            }
        case .release(let name):
            card.arguments = ["readiness", "release"] + (name.map { [$0] } ?? [])
            if name == nil ? card.readiness?.poll?.hold == nil : station?.hold == nil {
                card.blockers.append("nobody holds it")
            }
        case .rollCall, .holdClock, .resumeClock: break
        }
    }

    private func rollCall(_ card: inout PlanCard) {
        card.arguments = ["rollcall", "start"]
        guard let plan = board.manifest?.readiness?.rollCall else {
            return card.blockers.append("the launch config has no `roll_call` in `readiness`")
        }
        let roster = board.manifest?.roster ?? Roster()
        card.readiness?.until = now.utc + plan.patience
        card.readiness?.calls = plan.people.map { .init(name: $0, ways: plan.ways(of: $0, in: roster)) }
        for call in card.readiness?.calls ?? [] where call.ways.isEmpty {
            card.cautions.append("\(call.name) can be asked by nothing: guardia rollcall answer, at a terminal")
        }
        if board.readiness.rollCall.isOpen(at: now) { card.cautions.append("one is open: its answers are void with this one") }
    }

    private func clock(_ order: ReadinessOrder, _ card: inout PlanCard) {
        card.arguments = ["clock", order == .holdClock ? "hold" : "resume"]
        guard let clock = card.readiness?.clock else {
            return card.blockers.append("the launch config has no `launch: at`")
        }
        if order == .holdClock {
            if clock.held != nil {
                card.blockers.append("it is held already")
            } else if !clock.isBefore {
                card.blockers.append("T−0 is over: there is nothing to hold")
            }
        } else if clock.held == nil {
            card.blockers.append("it is not held")
        }
    }

    private func turn(
        _ card: inout PlanCard, _ spans: [Milliseconds], to order: ReadinessOrder,
        _ make: (Milliseconds) -> ReadinessOrder
    ) {
        let options = spans.map { AlertCard.Knob.Option(label: .span($0), intent: .readiness(make($0))) }
        card.readiness?.knobs = [
            .init(
                name: .time, options: options,
                selected: options.firstIndex { $0.intent == .readiness(order) } ?? 0)
        ]
    }
}
