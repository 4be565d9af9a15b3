/// What is to be kept quiet, and how long.
package struct SilenceOrder: Hashable, Sendable {
    /// How much of what an alert's labels say must match.
    package enum Scope: Hashable, Sendable {
        /// This alert alone: all its labels.
        case alert
        /// Every alert of its rule.
        case rule
        /// Every alert with its value of this label, whatever the rule.
        case label(String)
    }

    package var alert: Fingerprint
    package var scope: Scope
    package var span: Milliseconds

    package init(alert: Fingerprint, scope: Scope = .alert, span: Milliseconds) {
        self.alert = alert
        self.scope = scope
        self.span = span
    }
}

/// Who is to be told by hand, and of what.
package struct EscalationOrder: Hashable, Sendable {
    /// Nil: of what is in ``text``.
    package var alert: Fingerprint?
    /// What is wrong, in an operator's words; empty with an alert, which has its own.
    package var text: String
    /// Nil: the alert's own, else the first of the roster.
    package var policy: String?
    /// The step to begin with or to go on to, from 0; nil: the next.
    package var step: Int?

    package init(alert: Fingerprint?, text: String = "", policy: String? = nil, step: Int? = nil) {
        self.alert = alert
        self.text = text
        self.policy = policy
        self.step = step
    }
}

/// What an action on an alert does, as its dialog shows it.
package struct AlertCard: Hashable, Sendable {
    /// The alert; nil: an escalation of what somebody has typed.
    package var alert: Alert?
    /// What is wrong, where no alert says it.
    package var text: String
    package var risk: Risk
    /// What can be chosen while the question stands.
    package var knobs: [Knob] = []
    /// Of a silence: what it keeps quiet, and what that matches now.
    package var matchers: [LabelMatcher] = []
    package var matching: [Fingerprint] = []
    /// When it ends by itself; nil: when the alert is over.
    package var until: Timestamp?
    /// Of an escalation: who is told when, unless somebody acknowledges.
    package var calls: [Call] = []
    package var policy: String?
    /// The chain that runs for the alert.
    package var chain: Escalation?

    /// One choice of a dialog: how long, how much, how far.
    package struct Knob: Hashable, Sendable {
        package enum Name: Hashable, Sendable {
            case time, scope, step, policy
        }

        package struct Option: Hashable, Sendable {
            package enum Label: Hashable, Sendable {
                case span(Milliseconds)
                case untilResolved
                /// Take the acknowledgement, or the silence, back.
                case takeBack
                case scope(SilenceOrder.Scope, String)
                /// From 0, of how many, and who that is.
                case step(Int, of: Int, who: String)
                case name(String)
            }

            package var label: Label
            package var intent: ActionIntent
        }

        package var name: Name
        package var options: [Option]
        package var selected: Int
    }

    /// One step of a chain as it would go.
    package struct Call: Hashable, Sendable {
        package var step: Int
        /// How long after now.
        package var after: Milliseconds
        package var ways: [PageWay]
        /// Whom it would tell and cannot: a schedule with nobody on call, a contact that is not in the config.
        package var isEmpty: Bool { ways.isEmpty }
    }

    /// What has changed since `earlier` was shown, in sentences.
    func changes(since earlier: AlertCard) -> [String] {
        var changes: [String] = []
        if let was = earlier.alert, let now = alert {
            if was.state != now.state, now.state == .firing { changes.append("it fires again") }
            if was.facts.severity != now.facts.severity { changes.append("it is \(now.facts.severity.rawValue) now") }
            if let taken = now.acknowledged, taken != was.acknowledged {
                changes.append("\(taken.body.by) has acknowledged it")
            }
        }
        // Where its chain stands decides what an escalation does; to acknowledge stops it at any step.
        let escalates = !calls.isEmpty || !earlier.calls.isEmpty
        if escalates, chain?.id != earlier.chain?.id || chain?.step?.step != earlier.chain?.step?.step {
            if let step = chain?.step?.step {
                changes.append("its chain is at step \(step + 1) now")
            } else if earlier.chain != nil, chain == nil {
                changes.append("its chain has stopped")
            } else if chain != nil {
                changes.append("a chain has begun")
            }
        }
        if let was = earlier.calls.first, let now = calls.first, was.ways != now.ways {
            changes.append("another is on call now")
        }
        return changes
    }
}
