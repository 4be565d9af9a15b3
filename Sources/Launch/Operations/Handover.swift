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
        let list = board.checklist(at: now)
        checklist = list.rows.isEmpty ? nil : list
    }
}
