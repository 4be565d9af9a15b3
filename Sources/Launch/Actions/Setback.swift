/// What became of an action that failed and left nothing behind.
package enum Setback: Hashable, Sendable {
    /// It had moved traffic, or a share, and took it back.
    case wentBack
    /// It failed before anything was to be taken back.
    case failed
    /// Somebody called it off before anything was.
    case calledOff

    /// What it is called where people read.
    package var title: String {
        switch self {
        case .wentBack: "went back"
        case .failed: "failed"
        case .calledOff: "called off"
        }
    }
}

extension ActionRecord {
    /// Nil: it runs, or ended otherwise.
    package var setback: Setback? {
        guard let end = ended?.body, end.outcome == .wentBack else { return nil }
        guard kind.movesTraffic else { return kind == .flagRamp ? .wentBack : .failed }
        if end.split != nil { return .wentBack }
        return requests.contains { $0.body.request == .abort } ? .calledOff : .failed
    }

    /// How it ended, as people call it; nil: it runs.
    package var outcomeTitle: String? { setback?.title ?? ended?.body.outcome.title }
}

extension ActionEvent.Ended {
    /// How it ended, for whoever knows no more of the action than this.
    package var title: String {
        let mayHaveMoved = split != nil || action.text.hasPrefix(ActionKind.flagRamp.rawValue)
        return outcome == .wentBack && !mayHaveMoved ? Setback.failed.title : outcome.title
    }
}
