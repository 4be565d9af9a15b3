package import Launch

/// What a reader that follows the journal is told.
package enum JournalEntry: Hashable, Sendable {
    case manifest(Manifest)
    case tick(Tick)
    case event(Event)
}

extension Board {
    /// Takes in one entry.
    package mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .manifest(let manifest): apply(manifest)
        case .tick(let tick): apply(tick)
        case .event(let event): apply(event)
        }
    }
}

/// What has become of the journal since the last look.
package enum JournalChange: Hashable, Sendable {
    case nothing
    /// ``JournalReader/news()`` has entries.
    case news
    /// Another file is there under the same name, and is open now: load the board anew.
    case replaced
}
