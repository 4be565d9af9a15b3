/// What happens to the items of a checklist.
package enum ChecklistEvent: Hashable, Sendable {
    /// Somebody says that it is done.
    case ticked(Change)
    /// Somebody says that it is not done after all.
    case unticked(Change)

    package struct Change: Hashable, Sendable, Codable {
        package var item: String
        package var by: Operator
        package var note: String
        /// How many changes of the item whoever made this one had seen. Where another came first, this one does not count:
        /// of two people who change an item at once, one is refused.
        package var revision: Int

        package init(item: String, by: Operator, note: String = "", revision: Int) {
            self.item = item
            self.by = by
            self.note = note
            self.revision = revision
        }
    }

    package var change: Change {
        switch self {
        case .ticked(let change), .unticked(let change): change
        }
    }

    package var isTick: Bool { if case .ticked = self { true } else { false } }

    static let kinds = ["checklist.ticked", "checklist.unticked"]

    var kind: String { isTick ? "checklist.ticked" : "checklist.unticked" }
    var payload: any Encodable & Sendable { change }
}

/// The ticks of a checklist: a fold of ``ChecklistEvent``s.
package struct ChecklistLog: Hashable, Sendable {
    /// What was done to an item last.
    package struct Entry: Hashable, Sendable {
        package var isDone: Bool
        package var by: Operator
        package var note: String
        package var at: Moment
        /// How often the item was changed.
        package var revision: Int
    }

    private var entries: [String: Entry] = [:]
    /// Changes that came second, newest last, bounded: they count for nothing, and are not forgotten.
    package private(set) var refused: [ChecklistEvent.Change] = []
    /// How many of those are kept.
    private static let refusedLimit = 50

    package init() {}

    package subscript(item: String) -> Entry? { entries[item] }

    /// How often an item was changed.
    package func revision(of item: String) -> Int { entries[item]?.revision ?? 0 }

    package mutating func take(_ event: ChecklistEvent, at moment: Moment) {
        let change = event.change
        guard change.revision == revision(of: change.item) else {
            refused.append(change)
            if refused.count > ChecklistLog.refusedLimit { refused.removeFirst() }
            return
        }
        entries[change.item] = Entry(
            isDone: event.isTick, by: change.by, note: change.note, at: moment, revision: change.revision + 1)
    }
}
