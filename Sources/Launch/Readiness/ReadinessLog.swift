/// What was said of the launch's readiness: a fold of ``ReadinessEvent``s.
package struct ReadinessLog: Hashable, Sendable {
    /// Something said, and when.
    package struct Said<Body: Hashable & Sendable>: Hashable, Sendable {
        package var body: Body
        package var at: Moment
    }

    /// By station, the newest of each.
    package private(set) var attestations: [String: Said<ReadinessEvent.Attested>] = [:]
    package private(set) var waivers: [String: Said<ReadinessEvent.Waived>] = [:]
    package private(set) var holds: [String: Said<ReadinessEvent.Held>] = [:]
    /// A hold of the whole poll.
    package private(set) var hold: Said<ReadinessEvent.Held>?
    /// How each station stood when it was last told that it turned.
    package private(set) var turned: [String: Said<ReadinessEvent.Turned>] = [:]
    /// The same of the whole poll.
    package private(set) var pollTurned: Said<ReadinessEvent.Turned>?
    package private(set) var rollCall = RollCallLog()
    package private(set) var clock = ClockLog()

    /// How many stations are kept: a journal of another's making could name any number.
    private static let limit = 200

    package init() {}

    package mutating func take(_ event: ReadinessEvent, at moment: Moment) {
        switch event {
        case .attested(let body) where hasRoom(attestations, body.station):
            attestations[body.station] = Said(body: body, at: moment)
        case .waived(let body) where hasRoom(waivers, body.station):
            waivers[body.station] = Said(body: body, at: moment)
        case .unwaived(let body): if let station = body.station { waivers[station] = nil }
        case .held(let body):
            if let station = body.station {
                if hasRoom(holds, station) { holds[station] = Said(body: body, at: moment) }
            } else {
                hold = Said(body: body, at: moment)
            }
        case .released(let body): if let station = body.station { holds[station] = nil } else { hold = nil }
        case .turned(let body):
            if let station = body.station {
                if hasRoom(turned, station) { turned[station] = Said(body: body, at: moment) }
            } else {
                pollTurned = Said(body: body, at: moment)
            }
        case .asked(let body): rollCall.take(body, at: moment)
        case .answered(let body): rollCall.take(body, at: moment)
        case .clockHeld(let body): clock.take(body, at: moment)
        case .clockResumed(let body): clock.take(body, at: moment)
        case .clockSet(let body): clock.take(body, at: moment)
        case .attested, .waived: break
        }
    }

    /// Everybody who said something of the poll, of the roll-call or of the clock: what a screen must know to name none of them.
    package var speakers: [String] {
        attestations.values.map(\.body.by) + waivers.values.map(\.body.by) + holds.values.map(\.body.by)
            + [hold?.body.by, clock.held?.body.by, rollCall.asked?.by].compactMap(\.self)
            + (rollCall.asked?.people ?? []) + Array(rollCall.answers.keys)
    }

    private func hasRoom<Value>(_ known: [String: Value], _ name: String) -> Bool {
        known[name] != nil || known.count < ReadinessLog.limit
    }

    /// Whether what was said until a time still holds. Its span is measured from when it was said, so that a step of the wall
    /// clock neither ends it nor makes it longer.
    package static func holds(until: Timestamp, said: Moment, at now: Moment) -> Bool {
        said.utc + said.age(at: now) < until
    }
}
