package import Launch

/// What the page shows: one chain as whoever was woken by it sees it, what else fires, and who is on call. A value.
package struct MobileState: Hashable, Sendable {
    /// The product and where it runs: `BarberPro production`.
    package var launch: String
    package var zone: Zone
    package var now: Moment
    /// Who looks: the contact's name for people.
    package var person: String
    /// Nil: the link shows what fires, and answers nothing; or its chain is not known any more.
    package var chain: Chain?
    /// The worst of what fires and is open, beside that of the chain.
    package var others: [AlertLine]
    /// How many alerts fire in all.
    package var firingCount: Int
    package var onCall: [OnCall]
    /// How old the engine's own picture is; nil: nobody knows.
    package var dataAge: Milliseconds?
    /// Why the picture may be wrong; nil: it is the engine's of now.
    package var trouble: String?

    /// Beyond this the page says that its data is stale.
    package static let staleAfter: Milliseconds = .seconds(15)

    package init(
        launch: String, zone: Zone, now: Moment, person: String, chain: Chain? = nil, others: [AlertLine] = [],
        firingCount: Int = 0, onCall: [OnCall] = [], dataAge: Milliseconds? = 0, trouble: String? = nil
    ) {
        self.launch = launch
        self.zone = zone
        self.now = now
        self.person = person
        self.chain = chain
        self.others = others
        self.firingCount = firingCount
        self.onCall = onCall
        self.dataAge = dataAge
        self.trouble = trouble
    }

    /// Whether what is shown may not be what is.
    package var isStale: Bool { trouble != nil || dataAge.map { $0 > MobileState.staleAfter } ?? true }

    /// One alert in a line.
    package struct AlertLine: Hashable, Sendable {
        package var severity: Severity
        package var summary: String
        package var since: Moment
        package var isFiring: Bool
        /// Who has it, in words for people.
        package var taken: String?

        package init(severity: Severity, summary: String, since: Moment, isFiring: Bool = true, taken: String? = nil) {
            self.severity = severity
            self.summary = summary
            self.since = since
            self.isFiring = isFiring
            self.taken = taken
        }
    }

    package struct OnCall: Hashable, Sendable {
        package var schedule: String
        /// Nil: nobody.
        package var person: String?
        package var until: Timestamp?

        package init(schedule: String, person: String?, until: Timestamp?) {
            self.schedule = schedule
            self.person = person
            self.until = until
        }
    }

    package struct Chain: Hashable, Sendable {
        package enum Standing: Hashable, Sendable {
            /// Nobody has answered yet.
            case open
            case taken(by: String, until: Timestamp?)
            /// It was told to the end, and nobody has answered.
            case exhausted
            /// Kept quiet, or called off.
            case quiet
            case over
        }

        package var id: EscalationID
        package var severity: Severity
        package var summary: String
        package var since: Moment
        package var alerts: [AlertLine]
        package var standing: Standing
        /// Where it stands, from 1, and of how many.
        package var step: Int
        package var steps: Int
        package var next: Next?
        package var runbook: String?

        /// Who is woken next, by what, unless somebody answers.
        package struct Next: Hashable, Sendable {
            /// The step, from 0.
            package var step: Int
            /// Another time through the policy, from 0.
            package var round: Int
            package var ways: [Way]
            package var due: Milliseconds?
            /// Whether nobody is called as long as what fires stays well.
            package var isWaiting: Bool

            package struct Way: Hashable, Sendable {
                /// The contact's short name, and the one for people; nil: a channel that needs no person.
                package var contact: String?
                package var title: String?
                package var channel: String

                package init(contact: String?, title: String?, channel: String) {
                    self.contact = contact
                    self.title = title
                    self.channel = channel
                }
            }

            package init(step: Int, round: Int, ways: [Way], due: Milliseconds?, isWaiting: Bool = false) {
                self.step = step
                self.round = round
                self.ways = ways
                self.due = due
                self.isWaiting = isWaiting
            }

            /// What must be typed to wake them: the first person's short name, or the channel's where there is none.
            package var target: String { ways.lazy.compactMap(\.contact).first ?? ways.first?.channel ?? "" }

            /// What was confirmed: another step than that is another question.
            package var sign: String { "\(round).\(step)" }
        }

        package init(
            id: EscalationID, severity: Severity, summary: String, since: Moment, alerts: [AlertLine],
            standing: Standing, step: Int, steps: Int, next: Next?, runbook: String?
        ) {
            self.id = id
            self.severity = severity
            self.summary = summary
            self.since = since
            self.alerts = alerts
            self.standing = standing
            self.step = step
            self.steps = steps
            self.next = next
            self.runbook = runbook
        }

        /// Whether somebody may take it.
        package var canBeTaken: Bool { standing == .open || standing == .exhausted }
    }
}

/// What the page is about, as the engine has it.
package protocol MobileHouse: Sendable {
    func state(for link: MobileLink) async -> MobileState
    /// Takes what the link is about, for a while.
    ///
    /// - Parameter way: the page, or a call.
    func acknowledge(
        _ link: MobileLink, for span: Milliseconds, by way: AlertEvent.Acknowledged.Way
    ) async -> MobileOutcome
    /// Makes the step of the link's chain that is named so now; another one is refused.
    func escalate(_ link: MobileLink, to sign: String) async -> MobileOutcome
    /// Whether the config still has that contact.
    func knows(_ person: String) -> Bool
}

/// What came of an act.
package enum MobileOutcome: Hashable, Sendable {
    case done
    /// The world has moved, or it may not be: in words for the log, which the page says in its own.
    case refused(String)
}
