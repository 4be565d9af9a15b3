/// The dashboards that are open, and the newest that were: a fold of ``PresenceEvent``s.
package struct PresenceLog: Hashable, Sendable {
    /// How often an open dashboard's companion says that it is still there.
    package static let beat: Milliseconds = .minutes(10)
    /// Without a word for this long a dashboard counts as gone: its companion was killed with it, or its machine is off.
    package static let lapse: Milliseconds = .minutes(25)
    /// Without a key for this long nobody counts as looking, though the dashboard is open: tmux never hangs up.
    package static let idle: Milliseconds = .minutes(30)
    /// How many closed sessions are kept.
    package static let limit = 200

    /// One dashboard from its opening to its end.
    package struct Session: Hashable, Sendable, Identifiable {
        package let id: String
        package let by: Operator
        package let terminal: String?
        package let openedAt: Moment
        /// When its companion last said something.
        package fileprivate(set) var toldAt: Moment
        /// When a key was last pressed there, as far as was told.
        package fileprivate(set) var keyAt: Moment
        package fileprivate(set) var closed: (why: PresenceEvent.Closed.Why, at: Moment)?

        /// When it was last looked at, for all that is known.
        package var lookedAt: Moment { keyAt }

        package static func == (left: Session, right: Session) -> Bool {
            left.id == right.id && left.toldAt == right.toldAt && left.keyAt == right.keyAt
                && left.closed?.at == right.closed?.at
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(id) }
    }

    /// How a dashboard is looked at.
    package enum Standing: Hashable, Sendable {
        case watching
        /// It is open, and no key was pressed for long.
        case idle
        case gone
    }

    /// Oldest first.
    package private(set) var sessions: [Session] = []

    package init() {}

    package mutating func take(_ event: PresenceEvent, at moment: Moment) {
        switch event {
        case .opened(let body):
            guard !sessions.contains(where: { $0.id == body.session }) else { return }
            sessions.append(
                Session(
                    id: body.session, by: body.by, terminal: body.terminal, openedAt: moment, toldAt: moment,
                    keyAt: moment))
            trim()
        case .seen(let body):
            change(body.session) {
                $0.toldAt = moment
                $0.keyAt = body.keyAt
            }
        case .closed(let body):
            change(body.session) {
                $0.toldAt = moment
                $0.keyAt = body.keyAt
                $0.closed = (body.why, moment)
            }
        }
    }

    private mutating func change(_ id: String, _ body: (inout Session) -> Void) {
        guard let index = sessions.lastIndex(where: { $0.id == id }) else { return }
        body(&sessions[index])
    }

    private mutating func trim() {
        guard sessions.count > PresenceLog.limit else { return }
        sessions.remove(at: sessions.firstIndex { $0.closed != nil } ?? 0)
    }

    // MARK: Asking

    package func standing(of session: Session, at now: Moment) -> Standing {
        // After a reboot its process is gone, whatever was told before; a session elsewhere is judged by its words alone.
        if session.closed != nil || session.toldAt.age(at: now) > PresenceLog.lapse { return .gone }
        return session.keyAt.age(at: now) > PresenceLog.idle ? .idle : .watching
    }

    /// The dashboards that are open, those looked at last first.
    package func open(at now: Moment) -> [Session] {
        sessions.filter { standing(of: $0, at: now) != .gone }
            .sorted { ($1.keyAt.utc, $0.id) < ($0.keyAt.utc, $1.id) }
    }

    /// When an operator last looked before what they look at now; nil where that is not known.
    package func lastLook(of name: String, at now: Moment) -> Timestamp? {
        let own = sessions.filter { $0.by.name == name && standing(of: $0, at: now) == .gone }
        return own.map { ($0.closed?.at ?? $0.toldAt).utc }.filter { $0 <= now.utc }.max()
    }
}
