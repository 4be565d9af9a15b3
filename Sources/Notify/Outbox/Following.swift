import Launch

/// What a provider took and is asked about until it says what became of it, as a value.
struct Following: Sendable {
    /// Asked at first after this, then after twice as long each time.
    static let firstPause: Milliseconds = .seconds(3)
    static let longestPause: Milliseconds = .minutes(1)
    /// Nobody is asked any more after this: a telephone that is off for so long is another's to wake.
    static let patience: Milliseconds = .minutes(10)
    /// Beyond this many, the oldest is no longer asked about.
    static let capacity = 500

    struct Item: Hashable, Sendable {
        var entry: OutboxEntry
        var reference: String
        var since: Milliseconds
        var due: Milliseconds
        var pause: Milliseconds
    }

    private(set) var items: [Item] = []

    /// - Returns: one that had to go for it.
    mutating func add(_ entry: OutboxEntry, reference: String, at now: Moment) -> Item? {
        items.append(
            Item(
                entry: entry, reference: reference, since: now.uptime, due: now.uptime + Following.firstPause,
                pause: Following.firstPause))
        return items.count > Following.capacity ? items.removeFirst() : nil
    }

    /// When somebody is to be asked next; nil: nobody.
    var due: Milliseconds? { items.map(\.due).min() }

    /// Takes out one that is to be asked about now.
    mutating func next(at now: Moment) -> Item? {
        guard let index = items.indices.min(by: { items[$0].due < items[$1].due }), items[index].due <= now.uptime
        else { return nil }
        return items.remove(at: index)
    }

    /// Puts one back that is still underway.
    ///
    /// - Returns: false: it is not asked about any more.
    mutating func goOn(_ item: Item, at now: Moment) -> Bool {
        guard now.uptime - item.since < Following.patience else { return false }
        var item = item
        item.pause = min(item.pause * 2, Following.longestPause)
        item.due = now.uptime + item.pause
        items.append(item)
        return true
    }
}
