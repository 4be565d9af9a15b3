/// What whoever takes over must know: what changed since they last looked, and how things stand now.
package struct Handover: Hashable, Sendable {
    /// From when on it tells.
    package enum Since: Hashable, Sendable {
        /// When this operator last looked.
        case lastLook(Timestamp)
        /// As it was asked for.
        case given(Timestamp)
        /// No earlier look is known: the usual shift.
        case shift(Timestamp)

        package var time: Timestamp {
            switch self {
            case .lastLook(let time), .given(let time), .shift(let time): time
            }
        }
    }

    /// Who is on call by a schedule, and who comes next.
    package struct Duty: Hashable, Sendable {
        package var schedule: String
        /// Nil: nobody.
        package var now: String?
        package var next: (contact: String?, from: Timestamp)?

        package static func == (left: Duty, right: Duty) -> Bool {
            left.schedule == right.schedule && left.now == right.now && left.next?.from == right.next?.from
                && left.next?.contact == right.next?.contact
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(schedule)
            hasher.combine(now)
        }
    }

    /// What somebody vouched for or waived of the go/no-go poll, and that ends within the shift.
    package struct Vow: Hashable, Sendable {
        package enum Kind: Hashable, Sendable { case attestation, waiver }

        package var kind: Kind
        /// The station, as the poll calls it.
        package var station: String
        package var by: String
        package var reason: String
        package var until: Timestamp
    }

    /// What stands still because a person said so.
    package struct Hold: Hashable, Sendable {
        package enum Subject: Hashable, Sendable {
            case clock, poll
            case station(String)
        }

        package var subject: Subject
        package var by: String
        package var reason: String
        package var since: Timestamp
    }

    /// A turn of a station, or of the whole poll (nil), and when.
    package struct Turn: Hashable, Sendable {
        package var station: String?
        package var body: ReadinessEvent.Turned
        package var at: Timestamp
    }

    /// Who has a dashboard open.
    package struct Watcher: Hashable, Sendable {
        package var session: PresenceLog.Session
        package var isIdle: Bool
    }

    /// How long a shift is, where nothing else is known.
    package static let shift: Milliseconds = .hours(8)
    /// An acknowledgement that ends within this time lapses soon.
    package static let soon: Milliseconds = .hours(1)

    package let since: Since
    package let now: Moment
    /// That the engine gives no sign of life: then all the rest is what was last known. Nil where it lives.
    package let silence: EngineSilence?
    /// What was done meanwhile, oldest first, without what was done about alerts.
    package let actions: [ActionRecord]
    package let flags: [FlagBoard.Change]
    /// What fired meanwhile, the newest first.
    package let fired: [Alert]
    /// What was resolved meanwhile, the newest first.
    package let resolved: [Alert]
    /// What fires now, the worst first.
    package let open: [Alert]
    /// Alerts that somebody has taken for a while that is over soon, the next first.
    package let lapsing: [Alert]
    /// What is silenced, the next to end first.
    package let silences: [Silence]
    package let duties: [Duty]
    package let watchers: [Watcher]
    package let running: [ActionRecord]
    package let chains: [Escalation]
    /// What is not done of the checklist; nil where there is none.
    package let checklist: Checklist?
    // MARK: Readiness
    /// How the poll and its stations turned last, meanwhile; oldest first.
    package let turns: [Turn]
    /// What of the poll lapses within a shift, the next first.
    package let vows: [Vow]
    /// The launch clock, the poll and stations that are held.
    package let holds: [Hold]
    /// What was changed of the config meanwhile, oldest first.
    package let configChanges: [ManifestChange]

    /// - Parameters:
    ///   - name: who takes over; nil: nobody in particular.
    ///   - given: from when on to tell, where somebody says so.
    package init(_ board: Board, for name: String?, since given: Timestamp? = nil, at now: Moment) {
        let start: Since =
            if let given {
                .given(given)
            } else if let name, let look = board.presence.lastLook(of: name, at: now) {
                .lastLook(look)
            } else {
                .shift(now.utc + Milliseconds(-Handover.shift.count))
            }
        (since, self.now) = (start, now)
        silence = EngineSilence(board.heartbeat, at: now)
        let from = start.time
        actions = board.actions.records.filter {
            !$0.kind.isAboutAlerts && ($0.at.utc >= from || ($0.ended?.at.utc ?? $0.at.utc) >= from)
        }
        flags = board.flags.changes.filter { $0.at.utc >= from }
        let alerts = board.alerts.sorted
        fired = alerts.filter { ($0.firedAt?.utc ?? .init(milliseconds: .min)) >= from }
            .sorted { ($1.firedAt?.utc ?? from, $0.id.text) < ($0.firedAt?.utc ?? from, $1.id.text) }
        resolved = alerts.filter { $0.state == .resolved && $0.at.utc >= from }
        open = alerts.filter { $0.state == .firing }
        lapsing = alerts.filter { alert in
            guard alert.state == .firing, let until = alert.acknowledged?.body.until else { return false }
            return until - now.utc <= Handover.soon
        }.sorted { ($0.acknowledged?.body.until ?? from) < ($1.acknowledged?.body.until ?? from) }
        silences = board.alerts.silences.values.filter { board.alerts.isActive($0, at: now) }
            .sorted { ($0.until, $0.id) < ($1.until, $1.id) }
        let zone = board.manifest?.zone ?? .utc
        duties = (board.manifest?.roster?.schedules ?? []).map { schedule in
            let next = schedule.next(after: now.utc, in: zone)
            return Duty(
                schedule: schedule.name, now: schedule.onCall(at: now.utc, in: zone),
                next: next.map { ($0.contact, $0.from) })
        }
        watchers = board.presence.open(at: now).map {
            Watcher(session: $0, isIdle: board.presence.standing(of: $0, at: now) == .idle)
        }
        running = board.actions.running
        chains = board.escalations.running
        let readiness = Readiness(board, from: from, at: now)
        (turns, vows, holds) = (readiness.turns, readiness.vows, readiness.holds)
        configChanges = board.configChanges.filter { $0.at >= from }
        let list = board.checklist(at: now)
        checklist = list.rows.isEmpty ? nil : list
    }
}

/// What the go/no-go poll has for whoever takes over.
private struct Readiness {
    var turns: [Handover.Turn]
    var vows: [Handover.Vow]
    var holds: [Handover.Hold]

    init(_ board: Board, from: Timestamp, at now: Moment) {
        let log = board.readiness
        let stations = board.manifest?.readiness?.stations ?? []
        let titles = Dictionary(stations.map { ($0.name, $0.title) }, uniquingKeysWith: { first, _ in first })
        /// What is said of a station that the config does not have any more concerns nobody.
        func said<Body>(_ words: [String: ReadinessLog.Said<Body>]) -> [(title: String, ReadinessLog.Said<Body>)] {
            words.compactMap { name, said in titles[name].map { ($0, said) } }
        }
        turns = said(log.turned).map { Handover.Turn(station: $0.title, body: $0.1.body, at: $0.1.at.utc) }
        if !stations.isEmpty, let turned = log.pollTurned {
            turns.append(Handover.Turn(station: nil, body: turned.body, at: turned.at.utc))
        }
        // The first verdict of all is no turn.
        turns = turns.filter { $0.at >= from && $0.body.from != nil }.sorted {
            ($0.at, $0.station ?? "") < ($1.at, $1.station ?? "")
        }

        func lapses(_ until: Timestamp, _ said: Moment) -> Bool {
            ReadinessLog.holds(until: until, said: said, at: now) && until - now.utc <= Handover.shift
        }
        vows = said(log.attestations).filter { $0.1.body.isGo && lapses($0.1.body.until, $0.1.at) }.map {
            let body = $0.1.body
            return Handover.Vow(
                kind: .attestation, station: $0.title, by: body.by, reason: body.reason, until: body.until)
        }
        vows += said(log.waivers).filter { lapses($0.1.body.until, $0.1.at) }.map {
            let body = $0.1.body
            return Handover.Vow(kind: .waiver, station: $0.title, by: body.by, reason: body.reason, until: body.until)
        }
        vows.sort { ($0.until, $0.station) < ($1.until, $1.station) }

        holds = said(log.holds).map {
            let body = $0.1.body
            return Handover.Hold(
                subject: .station($0.title), by: body.by, reason: body.reason, since: $0.1.at.utc)
        }
        if !stations.isEmpty, let hold = log.hold {
            holds.append(.init(subject: .poll, by: hold.body.by, reason: hold.body.reason, since: hold.at.utc))
        }
        // A hold of another launch says nothing of this one.
        if let hold = log.clock.held, let base = log.clock.base, base == board.manifest?.launchAt {
            holds.append(.init(subject: .clock, by: hold.body.by, reason: hold.body.reason, since: hold.at.utc))
        }
        holds.sort { ($0.since, $0.by) < ($1.since, $1.by) }
    }
}
