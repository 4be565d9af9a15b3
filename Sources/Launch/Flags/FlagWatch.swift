/// Finds what changed of flags without the journal having been told: by somebody with another tool, by another bastion, or by an
/// action that died before it could tell.
package struct FlagWatch: Hashable, Sendable {
    /// How long an action that wrote a flag may take to tell it itself.
    package static let grace: Milliseconds = .seconds(3)

    /// What a flag was seen as that was not told yet, and since when.
    private var pending: [String: Seen] = [:]

    private struct Seen: Hashable {
        var state: FlagSight.State
        var since: Milliseconds
    }

    package init() {}

    /// What is to be told now.
    package mutating func changes(on board: Board, now: Moment) -> [FlagEvent.Changed] {
        guard let flags = board.manifest?.flags?.flags else { return [] }
        return flags.compactMap { known in change(of: known.name, on: board, now: now) }
    }

    private mutating func change(of name: String, on board: Board, now: Moment) -> FlagEvent.Changed? {
        let sight = FlagSight(of: name, on: board, now: now, engineSilent: false)
        let last = board.flags.lastChange(of: name)
        guard sight.isCurrent, let readAt = sight.readAt, sight.state != .never, isNews(sight, since: last, readAt)
        else {
            pending[name] = nil
            return nil
        }
        guard let seen = pending[name], seen.state == sight.state else {
            pending[name] = Seen(state: sight.state, since: now.uptime)
            return nil
        }
        guard now.uptime - seen.since >= FlagWatch.grace else { return nil }
        pending[name] = nil
        return told(name, sight, last?.body)
    }

    private func isNews(_ sight: FlagSight, since last: FlagBoard.Change?, _ readAt: Moment) -> Bool {
        guard let last else { return true }
        // What was read before the newest change was told says nothing about it.
        let isOlder = readAt.boot == last.at.boot ? readAt.uptime < last.at.uptime : readAt.utc < last.at.utc
        if isOlder { return false }
        switch sight.state {
        case .known(let glance): return last.body.to.map { !$0.isSame(as: glance) } ?? true
        case .faulty(let why): return last.body.to != nil || last.body.words != why
        case .never: return false
        }
    }

    private func told(_ name: String, _ sight: FlagSight, _ last: FlagEvent.Changed?) -> FlagEvent.Changed? {
        let from = last?.to
        switch sight.state {
        case .never: return nil
        case .faulty(let why):
            return FlagEvent.Changed(flag: name, from: from, to: nil, words: why, by: "", source: .found)
        case .known(let glance):
            let flag = glance.flag
            let words: String
            if last == nil {
                words = "first seen: \(FlagChange.state(flag))"
            } else {
                var change = FlagChange(from: from?.flag, to: flag).words
                let added = glance.allowCount - (from?.allowCount ?? 0)
                if from != nil, added != 0 {
                    change = change == "nothing" ? "" : change + ", "
                    change += "allow-list \(added > 0 ? "+" : "−")\(added.magnitude)"
                }
                words = change == "nothing" ? "written anew, the same" : change
            }
            // Who changes a hash by hand leaves the name of whoever was before.
            let isSigned = from.map { $0.flag.updatedAt != flag.updatedAt || $0.flag.version != flag.version } ?? true
            return FlagEvent.Changed(
                flag: name, from: from, to: glance, words: words, by: isSigned ? flag.updatedBy : "", source: .found,
                action: flag.change.isEmpty || !isSigned ? nil : ActionID(flag.change))
        }
    }
}
