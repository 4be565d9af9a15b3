/// What people say of the launch's readiness, of who stands by and of its clock; and what the poll came to.
package enum ReadinessEvent: Hashable, Sendable {
    /// A named person says that a station is go, or is not.
    case attested(Attested)
    /// A station that is not go is let pass, until a time.
    case waived(Waived)
    /// A waiver is taken back before its end.
    case unwaived(Ended)
    /// A person holds a station, or the whole poll.
    case held(Held)
    case released(Ended)
    /// The verdict of a station, or of the whole poll, has changed.
    case turned(Turned)
    // MARK: Roll-call
    case asked(RollCallAsked)
    case answered(RollCallAnswered)
    // MARK: The launch clock
    case clockHeld(ClockHeld)
    case clockResumed(ClockResumed)
    case clockSet(ClockSet)

    package struct Attested: Hashable, Sendable, Codable {
        package var station: String
        package var by: String
        package var isGo: Bool
        package var reason: String
        package var until: Timestamp

        package init(station: String, by: String, isGo: Bool, reason: String, until: Timestamp) {
            self.station = station
            self.by = by
            self.isGo = isGo
            self.reason = reason
            self.until = until
        }
    }

    package struct Waived: Hashable, Sendable, Codable {
        package var station: String
        package var by: String
        package var reason: String
        package var until: Timestamp

        package init(station: String, by: String, reason: String, until: Timestamp) {
            self.station = station
            self.by = by
            self.reason = reason
            self.until = until
        }
    }

    package struct Held: Hashable, Sendable, Codable {
        /// Nil: the whole poll.
        package var station: String?
        package var by: String
        package var reason: String

        package init(station: String?, by: String, reason: String) {
            self.station = station
            self.by = by
            self.reason = reason
        }
    }

    /// The end of a waiver or a hold.
    package struct Ended: Hashable, Sendable, Codable {
        package var station: String?
        package var by: String
        package var reason: String

        package init(station: String?, by: String, reason: String) {
            self.station = station
            self.by = by
            self.reason = reason
        }
    }

    package struct Turned: Hashable, Sendable, Codable {
        /// Nil: the whole poll.
        package var station: String?
        /// Nil: it is the first that is known.
        package var from: ReadinessVerdict?
        package var to: ReadinessVerdict
        package var why: String

        package init(station: String?, from: ReadinessVerdict?, to: ReadinessVerdict, why: String) {
            self.station = station
            self.from = from
            self.to = to
            self.why = why
        }
    }

    package struct RollCallAsked: Hashable, Sendable, Codable {
        package var id: String
        package var by: String
        package var people: [String]
        /// Answers after this are not taken.
        package var until: Timestamp

        package init(id: String, by: String, people: [String], until: Timestamp) {
            self.id = id
            self.by = by
            self.people = people
            self.until = until
        }
    }

    package struct RollCallAnswered: Hashable, Sendable, Codable {
        package var id: String
        package var who: String
        package var isGo: Bool
        /// `sms`, `slack`, `command`
        package var way: String
        /// What they wrote beside it.
        package var words: String
        /// The provider's own name of the message; nil: it came by no provider.
        package var reference: String?

        package init(id: String, who: String, isGo: Bool, way: String, words: String = "", reference: String? = nil) {
            self.id = id
            self.who = who
            self.isGo = isGo
            self.way = way
            self.words = words
            self.reference = reference
        }
    }

    package struct ClockHeld: Hashable, Sendable, Codable {
        package var by: String
        package var reason: String
        /// T−0 as the config had it: a hold of another launch says nothing of this one.
        package var base: Timestamp

        package init(by: String, reason: String, base: Timestamp) {
            self.by = by
            self.reason = reason
            self.base = base
        }
    }

    package struct ClockResumed: Hashable, Sendable, Codable {
        package var by: String
        package var reason: String
        package var base: Timestamp

        package init(by: String, reason: String, base: Timestamp) {
            self.by = by
            self.reason = reason
            self.base = base
        }
    }

    package struct ClockSet: Hashable, Sendable, Codable {
        package var by: String
        package var reason: String
        package var to: Timestamp
        package var base: Timestamp

        package init(by: String, reason: String, to: Timestamp, base: Timestamp) {
            self.by = by
            self.reason = reason
            self.to = to
            self.base = base
        }
    }
}

extension ReadinessEvent {
    /// The kinds under which the journal keeps these, and how many of the newest of each make a board.
    package static let kinds = [
        "readiness.attested", "readiness.waived", "readiness.unwaived", "readiness.held", "readiness.released",
        "readiness.turned", "rollcall.asked", "rollcall.answered", "clock.held", "clock.resumed", "clock.set",
    ]

    var kind: String {
        switch self {
        case .attested: "readiness.attested"
        case .waived: "readiness.waived"
        case .unwaived: "readiness.unwaived"
        case .held: "readiness.held"
        case .released: "readiness.released"
        case .turned: "readiness.turned"
        case .asked: "rollcall.asked"
        case .answered: "rollcall.answered"
        case .clockHeld: "clock.held"
        case .clockResumed: "clock.resumed"
        case .clockSet: "clock.set"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .attested(let event): event
        case .waived(let event): event
        case .unwaived(let event): event
        case .held(let event): event
        case .released(let event): event
        case .turned(let event): event
        case .asked(let event): event
        case .answered(let event): event
        case .clockHeld(let event): event
        case .clockResumed(let event): event
        case .clockSet(let event): event
        }
    }

    /// What it says, in a line.
    package var words: String {
        func why(_ reason: String) -> String { reason.isEmpty ? "" : ": \(reason)" }
        return switch self {
        case .attested(let body): "\(body.station) \(body.isGo ? "GO" : "NO-GO") by \(body.by)\(why(body.reason))"
        case .waived(let body): "\(body.station) by \(body.by)\(why(body.reason))"
        case .unwaived(let body): "\(body.station ?? "") by \(body.by)\(why(body.reason))"
        case .held(let body): "\(body.station ?? "the poll") by \(body.by)\(why(body.reason))"
        case .released(let body): "\(body.station ?? "the poll") by \(body.by)\(why(body.reason))"
        case .turned(let body):
            "\(body.station ?? "the poll") \(body.from.map { $0.word + " → " } ?? "")\(body.to.word)\(why(body.why))"
        case .asked(let body): "\(body.people.joined(separator: ", ")) by \(body.by)"
        case .answered(let body): "\(body.who) \(body.isGo ? "GO" : "NO-GO") by \(body.way)\(why(body.words))"
        case .clockHeld(let body): "by \(body.by)\(why(body.reason))"
        case .clockResumed(let body): "by \(body.by)\(why(body.reason))"
        case .clockSet(let body): "by \(body.by)\(why(body.reason))"
        }
    }
}
