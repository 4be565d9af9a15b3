import Launch

/// How long to wait after failures in succession: a second, then twice as long each time, up to a minute; a little more or
/// less for each page, so that what failed together does not come back together.
enum Backoff {
    static let limit: Milliseconds = .minutes(1)
    /// What a provider may ask for at most: after that it is asked again whatever it said.
    static let longestRetryAfter: Milliseconds = .minutes(15)

    /// - Parameter failures: from 1.
    static func pause(afterFailures failures: Int, of page: PageID) -> Milliseconds {
        let doubled = Milliseconds(1000 << Int64(min(max(failures, 1) - 1, 10)))
        let base = min(doubled, limit).count
        // FNV-1a: the same page waits the same in every run, which a random number would not.
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in page.text.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        hash = (hash ^ UInt64(truncatingIfNeeded: failures)) &* 1_099_511_628_211
        let spread = base / 5
        return Milliseconds(base - spread / 2 + Int64(hash % UInt64(max(spread, 1))))
    }
}
