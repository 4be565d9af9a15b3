/// Who serves, as every edge says it: what the blue/green pane, the rollback light and every plan are made from.
package struct Traffic: Hashable, Sendable {
    /// A fact and how old it is.
    package struct Fact<Value: Hashable & Sendable>: Hashable, Sendable {
        package var value: Value
        package var age: Milliseconds

        package init(value: Value, age: Milliseconds) {
            self.value = value
            self.age = age
        }
    }

    /// One edge as it is known now; what is not known is nil, and never the last that was.
    package struct Edge: Hashable, Sendable {
        package var name: String
        package var isUp: Bool?
        /// Why it is not up, or not known to be.
        package var trouble: String?
        package var split: Fact<Split>?
        /// Whether an action has moved traffic since it was last asked: what it said then is over, and no fact any more.
        package var isChecking: Bool
        /// Who holds its lock; nil: free, or not known.
        package var lock: String?
        /// What the edge says besides, and how old that is.
        package var notice: String?
        package var noticeAge: Milliseconds?
        package var versions: [String: Fact<String>]
        /// How long each colour took to answer through this edge, in milliseconds.
        package var live: [String: Fact<Double>]
        /// Why a colour did not answer through this edge.
        package var misses: [String: String]

        package init(
            name: String, isUp: Bool?, trouble: String? = nil, split: Fact<Split>? = nil, isChecking: Bool = false,
            lock: String? = nil, notice: String? = nil, noticeAge: Milliseconds? = nil,
            versions: [String: Fact<String>] = [:],
            live: [String: Fact<Double>] = [:],
            misses: [String: String] = [:]
        ) {
            self.name = name
            self.isUp = isUp
            self.trouble = trouble
            self.split = split
            self.isChecking = isChecking
            self.lock = lock
            self.notice = notice
            self.noticeAge = noticeAge
            self.versions = versions
            self.live = live
            self.misses = misses
        }
    }

    package let colours: [String]
    package let edges: [Edge]
    /// What the newest action that moved traffic left in force, as long as an edge was not asked since; else nil.
    package let moved: Split?
    /// What speaks against a colour though it answers through the edges: its own health check, where the launch has one, fails.
    package var ailments: [String: String] = [:]

    /// Nil where the journal's launch has no deployment.
    package init?(board: Board, now: Moment, engineSilent: Bool? = nil) {
        guard let facts = board.manifest?.deployment else { return nil }
        let silent = engineSilent ?? board.isSilent(at: now)
        colours = facts.colours
        edges = facts.edges.map { Traffic.edge($0, colours: facts.colours, board: board, now: now, silent: silent) }
        moved = edges.contains(where: \.isChecking) ? board.actions.move?.split : nil
        ailments = Traffic.ailments(of: board, now: now, engineSilent: silent)
    }

    /// By colour: why its health check fails, as the journal has it now.
    package static func ailments(of board: Board, now: Moment, engineSilent: Bool? = nil) -> [String: String] {
        guard !(engineSilent ?? board.isSilent(at: now)) else { return [:] }
        let colours = board.manifest?.panes.colours ?? []
        let found = colours.compactMap { colour -> (String, String)? in
            guard let up = colour.up, let track = board.track(up), let number = track.number, number < 1 else {
                return nil
            }
            let freshness = track.assessment(at: now, engineSilent: false).freshness
            guard freshness == .fresh || freshness == .stale else { return nil }
            let probe = up.name.dropLast("up".count)
            // The probe's other series say why there is no answer.
            let miss = board.tracks.lazy.filter { $0.series.id.name.hasPrefix(probe) }.compactMap(\.miss).first
            return (colour.name, track.miss ?? miss ?? "it does not answer")
        }
        return Dictionary(found) { first, _ in first }
    }

    package init(colours: [String], edges: [Edge], moved: Split? = nil) {
        self.colours = colours
        self.edges = edges
        self.moved = moved
    }

    private static func edge(
        _ series: EdgeSeries, colours: [String], board: Board, now: Moment, silent: Bool
    ) -> Edge {
        /// The track of a series whose last look is recent and brought a value.
        func known(_ id: SeriesID) -> Track? {
            guard let track = board.track(id), track.miss == nil else { return nil }
            let freshness = track.assessment(at: now, engineSilent: silent).freshness
            return freshness == .fresh || freshness == .stale ? track : nil
        }
        func text(_ id: SeriesID) -> Fact<String>? {
            guard let track = known(id), let text = track.text, let age = track.age(at: now) else { return nil }
            return Fact(value: text, age: age)
        }
        func number(_ id: SeriesID) -> Fact<Double>? {
            guard let track = known(id), let number = track.number, number.isFinite, let age = track.age(at: now) else {
                return nil
            }
            return Fact(value: number, age: age)
        }
        func words(_ id: SeriesID) -> String? { text(id).flatMap { $0.value.isEmpty ? nil : $0.value } }
        func miss(_ id: SeriesID) -> String? { silent ? "the engine is silent" : board.track(id)?.miss }

        let up = number(series.up)
        let split = text(series.split).flatMap { fact in Split(name: fact.value).map { Fact(value: $0, age: fact.age) }
        }
        // A look bears the time at which it began: one from before the move tells of the state before it.
        let isChecking = split.map { board.actions.isOver($0, at: now) } ?? false
        let trouble = up.map { $0.value >= 1 } == true ? nil : miss(series.split) ?? miss(series.up)
        return Edge(
            name: series.name, isUp: up.map { $0.value >= 1 },
            trouble: trouble ?? (isChecking ? "checking: traffic has just been moved" : nil),
            split: isChecking ? nil : split, isChecking: isChecking, lock: words(series.lock),
            notice: words(series.notice), noticeAge: text(series.notice)?.age,
            versions: Dictionary(
                uniqueKeysWithValues: colours.compactMap { colour in
                    text(series.version(colour)).map { (colour, $0) }
                }),
            live: Dictionary(
                uniqueKeysWithValues: colours.compactMap { colour in
                    number(series.live(colour)).map { (colour, $0) }
                }),
            misses: Dictionary(
                uniqueKeysWithValues: colours.compactMap { colour in
                    miss(series.live(colour)).map { (colour, $0) }
                }))
    }

    // MARK: What all edges say together

    /// The split that every edge serves; nil where they differ or one is not known.
    package var split: Split? {
        guard let first = edges.first?.split?.value, edges.allSatisfy({ $0.split?.value == first }) else { return nil }
        return first
    }

    /// The split that all edges in sight serve; nil where they differ or none is in sight.
    package var splitInSight: Split? {
        let splits = Set(edges.compactMap { $0.split?.value })
        return splits.count == 1 ? splits.first : nil
    }

    /// Whether an edge's own nginx says that it finds no colour, and sends everybody to any.
    package var isDoorBroken: Bool {
        edges.contains { $0.isUp == false && $0.trouble?.contains("DOOR BROKEN") == true }
    }

    /// Whether an edge was not asked since an action moved traffic: until it was, nobody says who serves.
    package var isChecking: Bool { moved != nil }

    /// Edges that are known to serve different splits.
    package var isSplitBrain: Bool { Set(edges.compactMap { $0.split?.value }).count > 1 }

    /// The colour that serves, or most of it; nil where it is not known.
    package var live: String? {
        let splits = edges.compactMap { $0.split?.value }
        guard !splits.isEmpty, splits.count == edges.count else { return nil }
        return colours.max { left, right in
            // Of equal shares the first colour that a split calls live: the one that served before.
            let (a, b) = (splits.reduce(0) { $0 + $1.share(of: left) }, splits.reduce(0) { $0 + $1.share(of: right) })
            return a == b ? splits[0].live == right : a < b
        }
    }

    /// Where a rollback goes: out of a canary to the colour that it grew beside, else to the other colour. An edge that is
    /// out of sight does not hide it; edges that disagree have no standby that anyone could name.
    package var rollbackTarget: String? {
        // Who rolls back in that second is sent where the action says; the edges are asked by the rollback itself.
        guard let split = moved ?? splitInSight else { return nil }
        return split.canary != nil ? split.live : colours.first { $0 != split.live }
    }

    /// The version behind a colour, where all edges that know one agree; with the age of the oldest answer.
    package func version(of colour: String) -> Fact<String>? {
        let facts = edges.compactMap { $0.versions[colour] }
        guard let first = facts.first, facts.allSatisfy({ $0.value == first.value }) else { return nil }
        return Fact(value: first.value, age: facts.map(\.age).max() ?? first.age)
    }

    /// Whether a colour answers through every edge that is in reach, and where it does not, why. An edge that is out of
    /// reach itself says nothing of what stands behind it.
    package func health(of colour: String) -> (verdict: Verdict, trouble: String?) {
        let asked = edges.filter { $0.isUp == true || $0.live[colour] != nil }
        let silent = asked.filter { $0.live[colour] == nil }
        if let edge = silent.first(where: { $0.misses[colour] != nil }) {
            return (.critical, "\(edge.name): \(edge.misses[colour] ?? "")")
        }
        return (asked.isEmpty || !silent.isEmpty ? .unknown : .ok, nil)
    }

    /// Why a colour is no good way back, as far as the journal tells.
    package func rejection(of colour: String, _ actions: ActionLog?) -> Rejection? {
        actions?.rejection(of: colour, version: version(of: colour)?.value, serving: splitInSight)
    }

    /// Who holds a lock on any edge.
    package var lock: String? { edges.lazy.compactMap(\.lock).first }
}

/// Whether a rollback would work now, as it is always shown while nothing is wrong.
package enum RollbackLight: Hashable, Sendable {
    /// Every edge reached the standby; the oldest of those answers is `age` old.
    case ready(colour: String, version: String, age: Milliseconds, edges: Int)
    /// It would work, and bring back what is not well itself: why.
    case unwell(colour: String, version: String, String)
    /// It would work, and bring back a release that was left.
    case rejected(Rejection, version: String)
    /// It is known that it would not, or not everywhere.
    case blocked(String)
    /// Nobody can say.
    case unknown(String)

    /// - Parameter actions: what the journal tells of actions; nil: it cannot be read, and speaks against nothing.
    package init(_ traffic: Traffic, _ actions: ActionLog?) {
        guard !traffic.edges.isEmpty else {
            self = .unknown("no edge is configured")
            return
        }
        if let edge = traffic.edges.first(where: { $0.isUp == false }) {
            self = .blocked("\(edge.name): \(edge.trouble ?? "its door does not answer")")
            return
        }
        if let edge = traffic.edges.first(where: { $0.isUp == nil || $0.split == nil }) {
            self = .unknown("\(edge.name): \(edge.trouble ?? "its door was not asked lately")")
            return
        }
        guard !traffic.isSplitBrain, let target = traffic.rollbackTarget else {
            self = .blocked("the edges serve different splits")
            return
        }
        if let edge = traffic.edges.first(where: { $0.live[target] == nil }) {
            let why = edge.misses[target]
            self =
                why.map { .blocked("\(target) does not answer through \(edge.name): \($0)") }
                ?? .unknown("\(target) was not asked through \(edge.name) lately")
            return
        }
        guard let version = traffic.version(of: target) else {
            self = .blocked("\(target) answers with different versions, or none")
            return
        }
        if let rejection = traffic.rejection(of: target, actions) {
            self = .rejected(rejection, version: version.value)
            return
        }
        if let why = traffic.ailments[target] {
            self = .unwell(colour: target, version: version.value, why)
            return
        }
        let age = traffic.edges.compactMap { $0.live[target]?.age }.max() ?? version.age
        self = .ready(colour: target, version: version.value, age: max(age, version.age), edges: traffic.edges.count)
    }

    package var isReady: Bool { if case .ready = self { true } else { false } }
}
