/// What was told of chains whose beginning was not heard yet: one that began on a full disk waits in the spool, and stands in the
/// journal behind what came of it.
struct EscalationBacklog: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var event: EscalationEvent
        var at: Moment
    }

    private var waiting: [EscalationID: [Entry]] = [:]
    private var order: [EscalationID] = []
    private static let limit = 64

    /// Keeps an event that means nothing before its chain's beginning.
    mutating func keep(_ event: EscalationEvent, at moment: Moment, of id: EscalationID) {
        if waiting[id] == nil {
            order.append(id)
            // Of chains that are long over nothing is to be waited for.
            if order.count > Self.limit { waiting[order.removeFirst()] = nil }
        }
        guard waiting[id, default: []].count < Self.limit else { return }
        waiting[id, default: []].append(Entry(event: event, at: moment))
    }

    /// What was kept of a chain that begins, in the order of hearing.
    mutating func release(_ id: EscalationID) -> [Entry] {
        guard let entries = waiting.removeValue(forKey: id) else { return [] }
        order.removeAll { $0 == id }
        return entries
    }
}

extension EscalationEvent {
    /// The chain that it moves on, or ends.
    var movedChain: EscalationID? {
        switch self {
        case .stepped(let body): body.escalation
        case .stopped(let body): body.escalation
        default: nil
        }
    }

    /// The chain that it moves, or of whose pages it tells.
    var toldChain: EscalationID? {
        switch self {
        case .queued(let body): body.escalation
        case .attempted(let body): body.page.escalation
        default: movedChain
        }
    }
}
