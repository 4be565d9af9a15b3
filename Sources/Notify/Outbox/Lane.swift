import Launch

/// The queue before one channel, as a value: what goes next, when, and what an answer means.
///
/// One goes at a time, in the order of coming; urgent ones go before the others, but nothing overtakes what is said of the
/// same thing to the same address. While the provider cannot be reached all wait, so that the order holds; one that the
/// provider answers again and again with an error lets the others go before it.
struct Lane: Sendable {
    /// Beyond this many, the least urgent of the newest ends with a word: a flood must not eat the memory.
    static let capacity = 2000
    /// How often the provider may fail at one notification before it lets the others go first.
    static let patience = 3

    struct Item: Hashable, Sendable {
        var entry: OutboxEntry
        /// How often it was sent, or nearly.
        var attempts = 0
        /// What came of the last try.
        var reason: String?
        /// Not tried before this uptime.
        var notBefore: Milliseconds?
    }

    enum Next: Hashable, Sendable {
        /// Nothing waits, or one is being sent.
        case idle
        /// Nothing goes before this uptime.
        case wait(until: Milliseconds)
        case send(OutboxEntry)
        /// Its time was over.
        case expire(OutboxEntry, reason: String)
    }

    enum Outcome: Hashable, Sendable {
        case taken(reference: String)
        case failed(reason: String)
        case deferred(reason: String, until: Milliseconds)
    }

    private(set) var items: [Item] = []
    private var sending: Item?
    private var bucket: TokenBucket
    /// Nothing goes before this uptime: the provider said so, or could not be reached.
    private var pausedUntil: Milliseconds?
    private var failures = 0

    init(limit: RateLimit, at now: Moment) { bucket = TokenBucket(limit, at: now.uptime) }

    var isEmpty: Bool { items.isEmpty && sending == nil }

    /// Takes one in, at its place.
    ///
    /// - Returns: one that had to go for it.
    mutating func add(_ entry: OutboxEntry) -> OutboxEntry? {
        let index = items.lastIndex { $0.entry.sequence < entry.sequence }.map { $0 + 1 } ?? 0
        items.insert(Item(entry: entry), at: index)
        guard items.count > Lane.capacity else { return nil }
        let surplus = items.lastIndex { !$0.entry.isUrgent } ?? items.count - 1
        return items.remove(at: surplus).entry
    }

    mutating func next(at now: Moment) -> Next {
        guard sending == nil else { return .idle }
        if let index = items.firstIndex(where: { $0.entry.isExpired(at: now) }) {
            let item = items.remove(at: index)
            return .expire(item.entry, reason: item.reason ?? "its turn did not come: others were before it")
        }
        guard !items.isEmpty else { return .idle }
        // What waits is looked at again when the first of it expires, at the latest.
        let expiry = items.map { now.uptime + ($0.entry.lifetime - $0.entry.at.age(at: now)) }.min() ?? now.uptime
        if let pausedUntil, pausedUntil > now.uptime { return .wait(until: min(pausedUntil, expiry)) }
        guard let index = candidate(at: now.uptime) else {
            let next = items.compactMap(\.notBefore).filter { $0 > now.uptime }.min() ?? expiry
            return .wait(until: min(next, expiry))
        }
        let ready = bucket.ready(at: now.uptime)
        guard ready <= now.uptime else { return .wait(until: min(ready, expiry)) }
        bucket.take(at: now.uptime)
        let item = items.remove(at: index)
        sending = item
        return .send(item.entry)
    }

    /// The first urgent one, else the first, of those that come first in their threads and need not wait.
    private func candidate(at now: Milliseconds) -> Int? {
        var begun: Set<ThreadKey> = []
        var first: Int?
        for (index, item) in items.enumerated() {
            guard begun.insert(item.entry.thread).inserted, item.notBefore ?? now <= now else { continue }
            if item.entry.isUrgent { return index }
            first = first ?? index
        }
        return first
    }

    /// Takes the answer to what `next` gave to send.
    mutating func answered(_ answer: ChannelAnswer, at now: Moment) -> Outcome {
        guard var item = sending else { preconditionFailure("an answer to nothing that was sent") }
        sending = nil
        item.attempts += 1
        let page = item.entry.notification.page
        switch answer {
        case .taken(let reference):
            recover()
            return .taken(reference: reference)
        case .refused(let reason):
            // The provider lives: others need not wait.
            recover()
            return .failed(reason: reason)
        case .later(let reason, let after?):
            failures += 1
            pausedUntil = now.uptime + min(max(after, 0), Backoff.longestRetryAfter)
            item.reason = reason
        case .unreachable(let reason):
            failures += 1
            pausedUntil = now.uptime + Backoff.pause(afterFailures: failures, of: page)
            item.reason = reason
        case .later(let reason, nil), .ambiguous(let reason):
            failures += 1
            let pause = Backoff.pause(afterFailures: failures, of: page)
            pausedUntil = now.uptime + pause
            item.reason = reason
            if item.attempts >= Lane.patience { item.notBefore = now.uptime + pause * 2 }
        }
        let index = items.firstIndex { $0.entry.sequence > item.entry.sequence } ?? items.count
        items.insert(item, at: index)
        return .deferred(
            reason: item.reason ?? "", until: max(pausedUntil ?? now.uptime, item.notBefore ?? now.uptime))
    }

    private mutating func recover() {
        failures = 0
        pausedUntil = nil
    }
}
