package import Launch

/// How long readings are kept. Events are kept for ever.
package struct Retention: Hashable, Sendable {
    /// As they were recorded.
    package var full: Milliseconds
    /// After that, downsampled to the minute, until they are this old.
    package var downsampled: Milliseconds

    package init(full: Milliseconds = .hours(48), downsampled: Milliseconds = .days(30)) {
        self.full = full
        self.downsampled = downsampled
    }
}

/// When the recorder prunes next: once a minute, and with each beat while there is a backlog.
struct PruningPace: Sendable {
    static let interval: Milliseconds = .minutes(1)

    private var last: Moment?
    private var hasMore = false

    func isDue(at moment: Moment) -> Bool {
        guard let last else { return true }
        return hasMore || last.age(at: moment) >= PruningPace.interval
    }

    mutating func pruned(at moment: Moment, hasMore: Bool) {
        last = moment
        self.hasMore = hasMore
    }
}
