/// Something that happened, kept for ever: an entry of the journal's append-only, hash-chained part.
package struct Event: Hashable, Sendable {
    /// Its place in the journal of its origin: 1, 2, 3 … without a gap. Zero until it is appended.
    package var sequence: Int64
    /// The bastion that wrote it, so that several journals can be merged by (time, origin, sequence).
    package var origin: String
    package var at: Moment
    package var body: Body

    package init(sequence: Int64 = 0, origin: String, at: Moment, body: Body) {
        self.sequence = sequence
        self.origin = origin
        self.at = at
        self.body = body
    }

    /// What happened.
    package enum Body: Hashable, Sendable {
        /// The engine took the journal's lock and began to watch.
        case engineStarted(EngineStarted)
        /// The engine ended of its own accord; after a crash there is none of these.
        case engineStopped(EngineStopped)
        /// The verdict of a series changed.
        case verdictChanged(VerdictChanged)
        /// The wall clock jumped against the monotonic one.
        case clockStepped(ClockStepped)
        /// Readings could not be written and were dropped.
        case recordingGap(RecordingGap)
        /// A dashboard was opened, is still open, or was left.
        case presence(PresenceEvent)
        /// A step of an action: a deploy, a rollback.
        case action(ActionEvent)
        /// A backup or a drill.
        case backup(BackupEvent)
        /// A transition of an alert, an acknowledgement, a silence.
        case alert(AlertEvent)
        /// A chain of escalation, a page.
        case escalation(EscalationEvent)
        /// Something that the engine did by itself.
        case response(ResponseEvent)
        // MARK: Digest
        /// A report to the business.
        case digest(DigestEvent)
        // MARK: Security
        /// A look at a station of the launch's security.
        case security(SecurityEvent)
        // MARK: Operations
        /// An item of the launch's checklist was ticked, or a tick taken back.
        case checklist(ChecklistEvent)
        /// A feature flag changed, or a ramp of one went on.
        case flag(FlagEvent)
        // MARK: Readiness
        /// A word on the poll, the roll-call or the launch clock.
        case readiness(ReadinessEvent)
        /// An event of a newer guardia: kept and shown by its kind, its body as the JSON that was found.
        case unknown(kind: String, json: String)
    }

    package struct EngineStarted: Hashable, Sendable, Codable {
        package var version: String
        package var pid: Int32
        package var probes: Int
        package var series: Int

        package init(version: String, pid: Int32, probes: Int, series: Int) {
            self.version = version
            self.pid = pid
            self.probes = probes
            self.series = series
        }
    }

    package struct EngineStopped: Hashable, Sendable, Codable {
        package var reason: String
        package init(reason: String) { self.reason = reason }
    }

    package struct VerdictChanged: Hashable, Sendable, Codable {
        package var series: SeriesID
        package var from: Verdict
        package var to: Verdict
        /// The value that decided it; nil where none is known.
        package var value: Double?
        /// The bound that was crossed, or the one that it came back from; nil where staleness or a miss decided.
        package var bound: Thresholds.Bound?
        /// Why, where a number does not say it: `no answer within 2 s`.
        package var reason: String?

        package init(
            series: SeriesID, from: Verdict, to: Verdict, value: Double? = nil, bound: Thresholds.Bound? = nil,
            reason: String? = nil
        ) {
            self.series = series
            self.from = from
            self.to = to
            self.value = value
            self.bound = bound
            self.reason = reason
        }
    }

    package struct ClockStepped: Hashable, Sendable, Codable {
        /// How far the wall clock moved forward (negative: back).
        package var by: Milliseconds
        package init(by: Milliseconds) { self.by = by }
    }

    package struct RecordingGap: Hashable, Sendable, Codable {
        package var from: Timestamp
        package var to: Timestamp
        /// How many ticks were dropped.
        package var ticks: Int
        package var reason: String

        package init(from: Timestamp, to: Timestamp, ticks: Int, reason: String) {
            self.from = from
            self.to = to
            self.ticks = ticks
            self.reason = reason
        }
    }
}

extension Event.Body {
    /// The stable name under which the journal keeps this kind of event.
    package var kind: String {
        switch self {
        case .engineStarted: "engine.started"
        case .engineStopped: "engine.stopped"
        case .verdictChanged: "verdict.changed"
        case .clockStepped: "clock.stepped"
        case .recordingGap: "recording.gap"
        case .presence(let event): event.kind
        case .action(let event): event.kind
        case .backup(let event): event.kind
        case .alert(let event): event.kind
        case .escalation(let event): event.kind
        case .response(let event): event.kind
        case .digest(let event): event.kind
        case .security(let event): event.kind
        case .checklist(let event): event.kind
        case .flag(let event): event.kind
        case .readiness(let event): event.kind
        case .unknown(let kind, _): kind
        }
    }

    /// What the journal encodes as JSON beside ``kind``; nil for an unknown event, whose JSON is already text.
    package var payload: (any Encodable & Sendable)? {
        switch self {
        case .engineStarted(let body): body
        case .engineStopped(let body): body
        case .verdictChanged(let body): body
        case .clockStepped(let body): body
        case .recordingGap(let body): body
        case .presence(let event): event.payload
        case .action(let event): event.payload
        case .backup(let event): event.payload
        case .alert(let event): event.payload
        case .escalation(let event): event.payload
        case .response(let event): event.payload
        case .digest(let event): event.payload
        case .security(let event): event.payload
        case .checklist(let event): event.payload
        case .flag(let event): event.payload
        case .readiness(let event): event.payload
        case .unknown: nil
        }
    }

    /// Rebuilds a body from its kind and its JSON; a kind or shape that this version does not know is kept as it is.
    ///
    /// - Parameter decode: decodes the JSON as the type asked for (the domain itself knows no JSON library).
    package init(kind: String, json: String, decode: (any Decodable.Type) throws -> any Decodable) {
        func body<Payload: Decodable>(_ wrap: (Payload) -> Event.Body) -> Event.Body {
            guard let payload = try? decode(Payload.self) as? Payload else { return .unknown(kind: kind, json: json) }
            return wrap(payload)
        }
        self =
            switch kind {
            case "engine.started": body(Event.Body.engineStarted)
            case "engine.stopped": body(Event.Body.engineStopped)
            case "verdict.changed": body(Event.Body.verdictChanged)
            case "clock.stepped": body(Event.Body.clockStepped)
            case "recording.gap": body(Event.Body.recordingGap)
            case "presence.opened": body { .presence(.opened($0)) }
            case "presence.seen": body { .presence(.seen($0)) }
            case "presence.closed": body { .presence(.closed($0)) }
            case "action.started": body { .action(.started($0)) }
            case "action.step.started": body { .action(.stepStarted($0)) }
            case "action.noted": body { .action(.noted($0)) }
            case "action.step.ended": body { .action(.stepEnded($0)) }
            case "action.asked": body { .action(.asked($0)) }
            case "action.ended": body { .action(.ended($0)) }
            // MARK: Backups and drills
            case "backup.taken": body { .backup(.taken($0)) }
            case "backup.failed": body { .backup(.failed($0)) }
            case "backup.verified": body { .backup(.verified($0)) }
            case "backup.pruned": body { .backup(.pruned($0)) }
            case "backup.copied": body { .backup(.copied($0)) }
            case "drill.started": body { .backup(.drillStarted($0)) }
            case "drill.ended": body { .backup(.drillEnded($0)) }
            case "alert.pending": body { .alert(.pending($0)) }
            case "alert.cleared": body { .alert(.cleared($0)) }
            case "alert.fired": body { .alert(.fired($0)) }
            case "alert.resolved": body { .alert(.resolved($0)) }
            case "alert.acknowledged": body { .alert(.acknowledged($0)) }
            case "alert.unacknowledged": body { .alert(.unacknowledged($0)) }
            case "alert.suppressed": body { .alert(.suppressed($0)) }
            case "alert.recovering": body { .alert(.recovering($0)) }
            case "silence.set": body { .alert(.silenced($0)) }
            case "silence.ended": body { .alert(.unsilenced($0)) }
            case "escalation.started": body { .escalation(.started($0)) }
            case "escalation.stepped": body { .escalation(.stepped($0)) }
            case "escalation.joined": body { .escalation(.joined($0)) }
            case "escalation.stopped": body { .escalation(.stopped($0)) }
            case "page.queued": body { .escalation(.queued($0)) }
            case "page.attempted": body { .escalation(.attempted($0)) }
            case "contact.verified": body { .escalation(.verified($0)) }
            case "escalation.asked": body { .escalation(.asked($0)) }
            case "escalation.refused": body { .escalation(.refused($0)) }
            case "response.waiting": body { .response(.waiting($0)) }
            case "response.started": body { .response(.started($0)) }
            case "response.ended": body { .response(.ended($0)) }
            case "digest.promised": body { .digest(.promised($0)) }
            case "digest.given": body { .digest(.given($0)) }
            case "security.checked": body { .security(.checked($0)) }
            case "checklist.ticked": body { .checklist(.ticked($0)) }
            case "checklist.unticked": body { .checklist(.unticked($0)) }
            // MARK: Flags
            case "flag.changed": body { .flag(.changed($0)) }
            case "flag.ramp.planned": body { .flag(.rampPlanned($0)) }
            case "flag.ramp.turned": body { .flag(.rampTurned($0)) }
            // MARK: Readiness
            case "readiness.attested": body { .readiness(.attested($0)) }
            case "readiness.waived": body { .readiness(.waived($0)) }
            case "readiness.unwaived": body { .readiness(.unwaived($0)) }
            case "readiness.held": body { .readiness(.held($0)) }
            case "readiness.released": body { .readiness(.released($0)) }
            case "readiness.turned": body { .readiness(.turned($0)) }
            case "rollcall.asked": body { .readiness(.asked($0)) }
            case "rollcall.answered": body { .readiness(.answered($0)) }
            case "clock.held": body { .readiness(.clockHeld($0)) }
            case "clock.resumed": body { .readiness(.clockResumed($0)) }
            case "clock.set": body { .readiness(.clockSet($0)) }
            default: .unknown(kind: kind, json: json)
            }
    }
}

extension ActionEvent {
    fileprivate var kind: String {
        switch self {
        case .started: "action.started"
        case .stepStarted: "action.step.started"
        case .noted: "action.noted"
        case .stepEnded: "action.step.ended"
        case .asked: "action.asked"
        case .ended: "action.ended"
        }
    }

    fileprivate var payload: any Encodable & Sendable {
        switch self {
        case .started(let event): event
        case .stepStarted(let event): event
        case .noted(let event): event
        case .stepEnded(let event): event
        case .asked(let event): event
        case .ended(let event): event
        }
    }
}
