import Launch

/// One colour of the pair with all that is known about it. What is not known is nil, and never a zero.
struct ColourState {
    let colour: Panes.Colour
    /// The version, or `v?` where none was ever read.
    let version: String
    let versionIsKnown: Bool
    /// Per cent of the traffic; nil where it is not known now.
    let share: Double?
    /// Whether it answers its health check; nil where that is not known now.
    let isUp: Bool?
    /// How old the oldest of its facts is; nil where there is none.
    let age: Milliseconds?

    init(_ colour: Panes.Colour, model: Model) {
        func known(_ id: SeriesID?) -> Track? {
            guard let id, let track = model.shown.track(id) else { return nil }
            let freshness = model.assessment(of: id).freshness
            return freshness == .fresh || freshness == .stale ? track : nil
        }
        self.colour = colour
        version = colour.version.flatMap { model.shown.track($0)?.text }.map { Text.sanitised($0, limit: 40) } ?? "v?"
        versionIsKnown = known(colour.version) != nil
        share = known(colour.share)?.number.flatMap { $0.isFinite ? min(max($0, 0), 100) : nil }
        isUp = known(colour.up)?.number.map { $0 >= 1 }
        age = colour.all.compactMap { model.shown.track($0)?.age(at: model.shownNow) }.max()
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
        guard let share else { return .unknown }
        return share >= 100 ? .live : share > 0 ? .canary : .idle
    }

    var healthWord: Word {
        switch isUp {
        case true?: .healthy
        case false?: .down
        case nil: .healthUnknown
        }
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
