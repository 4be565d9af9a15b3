package import Launch

/// What a line of a pane is about: a series, or an alert.
package typealias ItemID = FeedID

/// Where the cursor of one pane is. By identity: when the list moves, the cursor stays on what it was on.
package struct ListState: Hashable, Sendable {
    /// What the cursor is on; nil while it is not in the list.
    package var selected: ItemID?
    /// The first item shown.
    package var top = 0
    /// The order of the list when the cursor came in: kept while it is in, so that nothing moves under it.
    package var held: [ItemID]?

    /// The first item to show so that the cursor is seen, of `count` items where `room` fit.
    static func top(_ top: Int, showing selected: Int?, count: Int, room: Int) -> Int {
        let limit = max(0, count - max(room, 1))
        var top = min(max(top, 0), limit)
        if let selected {
            if selected < top { top = selected }
            if selected >= top + max(room, 1) { top = selected - max(room, 1) + 1 }
        }
        return min(max(top, 0), limit)
    }

    /// `fresh` in the order that is held: what is new comes after what was there.
    func arranged(_ fresh: [ItemID]) -> [ItemID] {
        guard let held else { return fresh }
        let present = Set(fresh)
        let known = Set(held)
        return held.filter(present.contains) + fresh.filter { !known.contains($0) }
    }
}
