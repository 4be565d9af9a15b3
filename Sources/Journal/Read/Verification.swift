import GRDB
import Launch

/// What checking the hash chain of a journal brought.
package struct Verification: Hashable, Sendable {
    /// Where the chain first breaks, and how.
    package enum Break: Hashable, Sendable {
        /// The event is not what was written under this sequence.
        case changed(sequence: Int64)
        /// Events are missing from this sequence on; the next that is there follows after `count`.
        case removed(sequence: Int64, count: Int64)
        /// The event was put in between two that were written one after the other.
        case inserted(sequence: Int64)
        /// The event has changed places with the next.
        case reordered(sequence: Int64)
    }

    /// How many events were checked, the broken one included.
    package var checked: Int64 = 0
    /// The last event's sequence; written down elsewhere with ``hash``, it proves later that no end was cut off.
    package var sequence: Int64 = 0
    /// The last good event's hash, in hexadecimal.
    package var hash = ""
    /// Nil: the chain holds.
    package var broken: Break?

    package var holds: Bool { broken == nil }
}

extension Verification: CustomStringConvertible {
    package var description: String {
        switch broken {
        case nil: "\(checked) events, the chain holds; head \(sequence) \(hash)"
        case .changed(let sequence): "event \(sequence) is not what was written, or the one before it was replaced"
        case .removed(let sequence, let count): "\(count) events are missing from event \(sequence) on"
        case .inserted(let sequence): "event \(sequence) was inserted later"
        case .reordered(let sequence): "events \(sequence) and \(sequence.saturating(plus: 1)) have changed places"
        }
    }
}

extension JournalReader {
    /// How many events one transaction checks.
    private static let pageSize = 1000

    /// Recomputes the hash of every event, in short transactions, after SQLite has looked at every page.
    ///
    /// - Throws: `damaged` where the file itself is.
    package func verify() throws(JournalError) -> Verification {
        let finding = try store.access { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") }
        guard finding == "ok" else { throw .damaged(path: path, reason: finding ?? "it cannot be checked") }
        var verification = Verification()
        var chain = ChainCheck()
        var position = Int64.min
        while true {
            let page = try store.read { db in
                try EventRows.links(
                    db, where: "sequence > ? ORDER BY sequence LIMIT \(JournalReader.pageSize)", [position])
            }
            for (index, entry) in page.enumerated() {
                verification.checked += 1
                let next = index + 1 < page.count ? page[index + 1] : nil
                if let broken = chain.check(entry.link, hash: entry.hash, nextHash: next?.hash) {
                    verification.broken = broken
                    return verification
                }
                verification.sequence = entry.link.sequence
                verification.hash = EventChain.hexadecimal(entry.hash)
            }
            guard let last = page.last else { return verification }
            position = last.link.sequence
        }
    }
}

/// The check itself, event by event; pure.
struct ChainCheck {
    /// The hash before the last event's, and the last event's.
    private var hashes = (beforeLast: EventChain.genesis, last: EventChain.genesis)
    private var sequence: Int64 = 0

    /// - Parameter nextHash: the hash of the event that follows, to tell a swap.
    mutating func check(_ link: EventChain.Link, hash: [UInt8], nextHash: [UInt8]?) -> Verification.Break? {
        defer {
            hashes = (hashes.last, hash)
            sequence = link.sequence
        }
        let expected = sequence.saturating(plus: 1)
        guard link.sequence == expected else {
            return link.sequence > expected
                ? .removed(sequence: expected, count: link.sequence.saturating(minus: expected))
                : .inserted(sequence: link.sequence)
        }
        if EventChain.hash(link, after: hashes.last) == hash { return nil }
        // The event fits one place earlier: the one before it was put in.
        var earlier = link
        earlier.sequence = earlier.sequence.saturating(minus: 1)
        if EventChain.hash(earlier, after: hashes.beforeLast) == hash {
            return .inserted(sequence: expected.saturating(minus: 1))
        }
        // The event fits one place later, behind the one that follows: they were swapped.
        var later = link
        later.sequence = later.sequence.saturating(plus: 1)
        if let nextHash, EventChain.hash(later, after: nextHash) == hash { return .reordered(sequence: expected) }
        return .changed(sequence: expected)
    }
}
