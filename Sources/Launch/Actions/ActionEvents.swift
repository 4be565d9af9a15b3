/// What an action tells the journal, before and after each of its steps (contract C4).
package enum ActionEvent: Hashable, Sendable {
    case started(Started)
    case stepStarted(StepStarted)
    /// Output of a step, or a figure on its way: what a person who follows wants to see now.
    case noted(Noted)
    case stepEnded(StepEnded)
    /// Somebody asks something of a running action.
    case asked(Asked)
    case ended(Ended)

    /// The action that it is about.
    package var action: ActionID {
        switch self {
        case .started(let event): event.id
        case .stepStarted(let event): event.action
        case .noted(let event): event.action
        case .stepEnded(let event): event.action
        case .asked(let event): event.action
        case .ended(let event): event.action
        }
    }

    /// An action begins; its plan is what was confirmed, and does not change any more.
    package struct Started: Hashable, Sendable, Codable {
        package var id: ActionID
        package var kind: ActionKind
        package var by: Operator
        /// Why; from the operator, or from the worst alert.
        package var reason: String
        /// The command line, word by word.
        package var command: [String]
        /// What served when it was planned, and what shall.
        package var from: Side?
        package var to: Side?
        /// What it is about, where that is not the traffic: `checkout-v2 5 % → 25 %`.
        package var subject: String?
        /// The edges it is about, in order.
        package var edges: [String]
        package var steps: [Step]
        /// The interrupted action that this one finishes or undoes.
        package var continues: ActionID?
        package var pid: Int32
        /// How long it waits for a person before it goes back by itself; nil where it never does, and in older journals.
        package var decision: Milliseconds?
        /// It goes ahead without the approval that the config asks for; nil where none is asked for or it waits for one.
        package var breaksGlass: Bool?

        package init(
            id: ActionID, kind: ActionKind, by: Operator, reason: String, command: [String], from: Side? = nil,
            to: Side? = nil, subject: String? = nil, edges: [String] = [], steps: [Step], continues: ActionID? = nil,
            pid: Int32, decision: Milliseconds? = nil, breaksGlass: Bool? = nil
        ) {
            self.id = id
            self.kind = kind
            self.by = by
            self.reason = reason
            self.command = command
            self.from = from
            self.to = to
            self.subject = subject
            self.edges = edges
            self.steps = steps
            self.continues = continues
            self.pid = pid
            self.decision = decision
            self.breaksGlass = breaksGlass
        }
    }

    /// A colour with the version behind it.
    package struct Side: Hashable, Sendable, Codable {
        package var colour: String
        package var version: String?

        package init(colour: String, version: String? = nil) {
            self.colour = colour
            self.version = version
        }

        /// `green v1.5.0`: what of the two is known.
        package var title: String { [colour, version ?? ""].filter { !$0.isEmpty }.joined(separator: " ") }
    }

    /// One named step; its name is stable, its title is for people.
    package struct Step: Hashable, Sendable, Codable {
        package var name: String
        package var title: String
        /// How long it takes where all goes well, or how long it waits at most; nil where that is not known beforehand.
        package var span: Milliseconds?

        package init(name: String, title: String, span: Milliseconds? = nil) {
            self.name = name
            self.title = title
            self.span = span
        }
    }

    package struct StepStarted: Hashable, Sendable, Codable {
        package var action: ActionID
        package var step: String
        /// What it is called, where ``Started/steps`` does not name it: nobody knew that it would be needed.
        package var title: String?

        package init(action: ActionID, step: String, title: String? = nil) {
            self.action = action
            self.step = step
            self.title = title
        }
    }

    package struct Noted: Hashable, Sendable, Codable {
        package var action: ActionID
        package var step: String
        package var text: String

        package init(action: ActionID, step: String, text: String) {
            self.action = action
            self.step = step
            self.text = text
        }
    }

    package struct StepEnded: Hashable, Sendable, Codable {
        package enum Outcome: String, Hashable, Sendable, Codable {
            case done
            case failed
            /// It was not needed: done before, or nothing to do.
            case skipped
            /// It cannot be told whether it is well: a person must say.
            case undecided
        }

        package var action: ActionID
        package var step: String
        package var outcome: Outcome
        /// What came of it, in a sentence.
        package var detail: String
        /// The traffic split that it left in force on all edges it reached; nil where it moved nothing.
        package var split: String?

        package init(action: ActionID, step: String, outcome: Outcome, detail: String, split: String? = nil) {
            self.action = action
            self.step = step
            self.outcome = outcome
            self.detail = detail
            self.split = split
        }
    }

    package struct Asked: Hashable, Sendable, Codable {
        package enum Request: String, Hashable, Sendable, Codable {
            case pause, promote, abort, approve
        }

        package var action: ActionID
        package var request: Request
        package var by: Operator
        package var reason: String

        package init(action: ActionID, request: Request, by: Operator, reason: String) {
            self.action = action
            self.request = request
            self.by = by
            self.reason = reason
        }
    }

    package struct Ended: Hashable, Sendable, Codable {
        package var action: ActionID
        package var outcome: ActionOutcome
        /// What is so now, in a sentence for people.
        package var summary: String
        /// Edges that could not be reached, and what serves there must still be changed to ``split``.
        package var missing: [String]
        /// What all edges should serve now; nil where it moved nothing.
        package var split: String?

        package init(
            action: ActionID, outcome: ActionOutcome, summary: String, missing: [String] = [], split: String? = nil
        ) {
            self.action = action
            self.outcome = outcome
            self.summary = summary
            self.missing = missing
            self.split = split
        }
    }
}

/// How an action ended.
package enum ActionOutcome: String, Hashable, Sendable, Codable {
    case done
    /// It failed, and was taken back: traffic and shares are as they were before.
    case wentBack = "went-back"
    /// It did nothing, and said why.
    case refused
    /// Somebody with more right to it took over: it stopped where it was.
    case preempted
    /// Something is not as it should be, or not known: a person is needed.
    case undecided
    /// Its process died; where it stopped is in its steps.
    case died

    /// What it is called where people read.
    package var title: String {
        switch self {
        case .wentBack: "went back"
        case .preempted: "pre-empted"
        default: rawValue
        }
    }

    /// The exit code of the command.
    package var exitCode: Int32 {
        switch self {
        case .done: 0
        case .wentBack: 1
        case .refused, .preempted: 3
        case .undecided, .died: 4
        }
    }
}
