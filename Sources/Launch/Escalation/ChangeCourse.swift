/// A change of the launch as a channel is told of it, beside the pages: a deploy, a rollback, a flag.
package struct ChangeNotice: Hashable, Sendable {
    /// The same whenever it is made from the same event, so that it is told once.
    package var id: String
    package var at: Timestamp
    /// What is said of one action is one thread.
    package var group: String
    /// What changed, in a sentence.
    package var summary: String
    /// By whom, and why.
    package var text: String

    package init(id: String, at: Timestamp, group: String, summary: String, text: String) {
        self.id = id
        self.at = at
        self.group = group
        self.summary = summary
        self.text = text
    }

    /// Its page on one channel.
    package func page(on channel: String) -> PageID { PageID("change-\(id).\(channel)") }
}

/// Which of the journal's events are changes that people's tools should know of: a value, rebuilt from the journal.
///
/// A deploy is told when it first moves traffic and when it ends: whoever is woken in between must see it. A rollback is told at
/// its end, seconds later. What changed nothing is not told.
package struct ChangeCourse: Sendable {
    /// Those that run; ended ones are forgotten.
    private var running: [ActionID: ActionEvent.Started] = [:]
    /// The running ones that have moved traffic.
    private var moved: Set<ActionID> = []

    package init() {}

    /// What an event is to be told as; nil: it is no such change. Heard twice, it is told as the same notice, or not again.
    package mutating func take(_ event: Event) -> ChangeNotice? {
        switch event.body {
        case .action(.started(let body)):
            if body.kind.movesTraffic { running[body.id] = body }
            return nil
        case .action(.stepEnded(let body)):
            guard let started = running[body.action], body.split != nil, moved.insert(body.action).inserted,
                started.kind == .deploy
            else { return nil }
            return notice(of: started, at: event.at, "moved", "takes traffic: \(body.detail)")
        case .action(.ended(let body)):
            guard let started = running.removeValue(forKey: body.action) else { return nil }
            moved.remove(body.action)
            guard body.outcome != .refused else { return nil }
            return notice(of: started, at: event.at, "ended", "\(body.title): \(body.summary)")
        case .flag(.changed(let body)):
            // Seen for the first time, or written anew: nobody's feature changed.
            if body.from == nil, body.source == .found { return nil }
            if let from = body.from, let to = body.to, from.isSame(as: to) { return nil }
            let by = body.by.isEmpty ? "somebody unknown" : body.by
            return ChangeNotice(
                id: "flag-\(body.flag)-\(event.at.utc.milliseconds)", at: event.at.utc,
                group: "guardia/change/\(body.action?.text ?? "flag-\(body.flag)-\(event.at.utc.milliseconds)")",
                summary: "flag \(body.flag): \(body.words)",
                text: "by \(by)" + (body.reason.isEmpty ? "" : ": \(body.reason)"))
        default: return nil
        }
    }

    private func notice(
        of started: ActionEvent.Started, at moment: Moment, _ what: String, _ words: String
    ) -> ChangeNotice {
        var subject = started.kind.title
        if let to = started.to { subject += " to \(to.colour)" + (to.version.map { " (\($0))" } ?? "") }
        return ChangeNotice(
            id: "\(started.id)-\(what)", at: moment.utc, group: "guardia/change/\(started.id)",
            summary: "\(subject) \(words)",
            text: "by \(started.by.signature)" + (started.reason.isEmpty ? "" : ": \(started.reason)")
                + " (\(started.id))")
    }
}
