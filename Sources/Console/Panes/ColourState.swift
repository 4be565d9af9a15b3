import Launch

/// One colour of the pair with all that is known about it. What is not known is nil, and never a zero.
struct ColourState {
    let colour: Panes.Colour
    /// The version, with a `?` where it is the last that was read; `v?` where none ever was.
    let version: String
    let versionIsKnown: Bool
    /// Per cent of the traffic; nil where it is not known now.
    let share: Double?
    /// Whether it answers its health check; nil where that is not known now.
    let isUp: Bool?
    /// How old the oldest of its facts is; nil where there is none.
    let age: Milliseconds?
    /// Through how many edges it answers, of how many; nil where no edge is asked.
    let edges: (answering: Int, all: Int)?
    /// How many hosts it has; nil where the journal does not tell.
    let hosts: Int?
    /// Whether an action has moved traffic since the edges were asked: who serves is not told before they were.
    let isChecking: Bool

    init(_ colour: Panes.Colour, model: Model) {
        func known(_ id: SeriesID?) -> Track? {
            guard let id, let track = model.track(id) else { return nil }
            let freshness = model.assessment(of: id).freshness
            return freshness == .fresh || freshness == .stale ? track : nil
        }
        self.colour = colour
        let facts = model.shownManifest?.deployment
        hosts = facts?.colours.firstIndex(of: colour.name).flatMap { index in
            facts?.hosts.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        }
        // What the edges themselves say counts more than what a probe beside them was configured to read.
        if let traffic = model.traffic, traffic.colours.contains(colour.name), !traffic.edges.isEmpty {
            let answering = traffic.edges.count { $0.live[colour.name] != nil }
            let health = traffic.health(of: colour.name).verdict
            let fact = traffic.version(of: colour.name)
            let last = traffic.edges.isEmpty ? nil : model.lastVersion(of: colour.name)
            version = ColourState.name(fact?.value ?? last, isKnown: fact != nil)
            versionIsKnown = fact != nil
            share = traffic.split.map { Double($0.share(of: colour.name)) }
            isUp = health == .critical ? false : answering == traffic.edges.count ? true : nil
            age = (traffic.edges.compactMap { $0.live[colour.name]?.age } + traffic.edges.compactMap { $0.split?.age })
                .max()
            edges = (answering, traffic.edges.count)
            isChecking = traffic.isChecking
            return
        }
        (edges, isChecking) = (nil, false)
        versionIsKnown = known(colour.version) != nil
        version = ColourState.name(colour.version.flatMap { model.track($0)?.text }, isKnown: versionIsKnown)
        share = known(colour.share)?.number.flatMap { $0.isFinite ? min(max($0, 0), 100) : nil }
        isUp = known(colour.up)?.number.map { $0 >= 1 }
        age = colour.all.compactMap { model.track($0)?.age(at: model.shownNow) }.max()
    }

    private static func name(_ version: String?, isKnown: Bool) -> String {
        guard let version else { return "v?" }
        return Text.sanitised(version, limit: 40) + (isKnown ? "" : "?")
    }

    /// Whether it takes traffic; nil where that is not known.
    var isServing: Bool? { share.map { $0 > 0 } }

    var glyph: Unicode.Scalar {
        switch isServing {
        case true?: "●"
        case false?: "○"
        case nil: "?"
        }
    }

    var role: Role {
        guard isServing == true else { return share == nil ? .unknown : .idle }
        return colour.name == "green" ? .green : .blue
    }

    var word: Word {
        guard let share else { return isChecking ? .checking : .unknown }
        return share >= 100 ? .live : share > 0 ? .canary : .idle
    }

    var healthWord: Word {
        switch isUp {
        case true?: .healthy
        case false?: .down
        case nil: .healthUnknown
        }
    }

    /// `healthy 2/2`: through how many of the edges.
    func health(_ words: Words) -> String {
        words(healthWord) + (edges.map { " \($0.answering)/\($0.all)" } ?? "")
    }

    /// A colour that is down is critical where it serves; an idle one that is down is a warning: no way back.
    var healthRole: Role {
        switch isUp {
        case true?: .ok
        case false?: isServing == false ? .warning : .critical
        case nil: .unknown
        }
    }
}

extension Model {
    /// The version that a colour last told any edge, however long ago.
    func lastVersion(of colour: String) -> String? {
        let edges = shownManifest?.deployment?.edges ?? []
        return edges.lazy.compactMap { track($0.version(colour))?.text }.first
    }
}
