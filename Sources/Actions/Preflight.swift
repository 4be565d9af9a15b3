import Launch

/// Whether the launch is fit for a deploy: a value that facts are put into.
struct Preflight: Sendable {
    struct Facts: Sendable {
        var version: String
        var serving: String?
        var statuses: [String: EdgeStatus]
        /// What is wrong with front doors.
        var doorTroubles: [String] = []
        var from: String?
        var hasReason: Bool
        /// The interrupted deploy that this one goes on with; its lock is no obstacle.
        var continues: ActionID?
        /// Whether that one has moved traffic: then this is to finish what was begun.
        var hasMoved = false
        var window: WindowState
    }

    struct Schema: Sendable {
        var current: Int64?
        var range: SchemaRange?
        var trouble: String?
    }

    private(set) var refusals: [String] = []
    private(set) var cautions: [String] = []
    private(set) var facts: [String] = []

    init(_ known: Facts) {
        if let trouble = ReleaseVersion.trouble(with: known.version) { refusals.append(trouble) }
        if !known.hasMoved, known.serving == known.version { refusals.append("\(known.version) serves already") }
        if let objection = known.window.objection {
            if known.hasReason {
                cautions.append(objection)
            } else {
                refusals.append("\(objection): a deploy now needs --reason")
            }
        }
        for (edge, status) in known.statuses.sorted(by: { $0.key < $1.key }) {
            if let freeze = status.freeze, !known.hasMoved {
                refusals.append("\(freeze.by) froze \(edge): \(freeze.reason)")
            }
            if let lock = status.lock, !lock.hasLapsed, known.continues == nil {
                refusals.append(
                    "\(lock.holder) has the lock of \(edge): \(lock.kind) \(lock.action), \(lock.left) s left")
            }
            if let from = known.from, !known.hasMoved, status.split?.name != from {
                refusals.append(
                    "the world moved: \(edge) serves \(status.split?.description ?? "a broken door"), the plan was made by \(from)"
                )
            }
        }
        if !known.hasMoved { refusals += known.doorTroubles }
        let clocks = known.statuses.values.map(\.clock)
        if let first = clocks.min(), let last = clocks.max(), last - first > 60 {
            cautions.append("the edges' clocks are \(last - first) s apart; locks and arms go by each edge's own")
        }
        facts.append("\(known.statuses.count) edge\(known.statuses.count == 1 ? "" : "s") free")
        if let serving = known.serving { facts.append("\(serving) serves") }
    }

    /// What the config requires to be well, as the engine last saw it. What is not known is not well.
    mutating func judge(_ board: Board?, requires: [SeriesID], at now: Moment) {
        guard !requires.isEmpty else { return }
        guard let board else {
            refusals.append("the journal cannot be read: what must be well is not known")
            return
        }
        if board.isSilent(at: now) {
            refusals.append("the engine is silent: what must be well is not known")
            return
        }
        for id in requires {
            let title = board.track(id)?.series.title ?? id.name
            switch board.assessment(of: id, at: now, engineSilent: false).verdict {
            case .ok: facts.append("\(title) ok")
            case .warning: cautions.append("\(title) is a warning")
            case .critical: refusals.append("\(title) is critical")
            case .unknown: refusals.append("\(title) is not known")
            }
        }
    }

    /// What the go/no-go poll says.
    ///
    /// - Parameters:
    ///   - plan: the config's; nil: there is no poll.
    ///   - isForced: goes ahead all the same; loudly.
    ///   - isResumed: it goes on with an interrupted one, and cannot be forced itself.
    mutating func judge(
        _ plan: ReadinessPlan?, _ board: Board?, isForced: Bool, isResumed: Bool = false, at now: Moment
    ) {
        guard let plan, plan.deploy != .ignore else { return }
        let words: String
        if let board, let poll = ReadinessPoll(board, at: now) {
            guard poll.verdict != .go else {
                facts.append("the poll is \(poll.summary)")
                return
            }
            words = poll.words
        } else {
            words =
                board == nil
                ? "the journal cannot be read: the poll is UNKNOWN"
                : "the engine knows no poll yet, and this config has one: it must be started anew"
        }
        if plan.deploy == .caution {
            cautions.append(words)
        } else if isForced {
            cautions.append("FORCED against the poll: \(words)")
        } else {
            let way = isResumed ? "a new guardia deploy --force" : "--force"
            refusals.append("\(words); \(way) with a --reason goes ahead all the same")
        }
    }

    mutating func judge(_ schema: Schema, of version: String) {
        guard let current = schema.current, let range = schema.range else {
            refusals.append(
                "whether \(version) lives with the schema is not known: \(schema.trouble ?? "nothing said so")")
            return
        }
        if range.contains(current) {
            facts.append("schema \(current) within \(range)")
        } else {
            let wayOut = current < range.min ? "migrate it first" : "deploy a release that knows it"
            refusals.append("\(version) lives with the schema \(range), and it is at \(current): \(wayOut)")
        }
    }
}
