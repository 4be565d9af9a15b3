package import Launch

/// When something that costs more than a look is due again.
package struct Pace: Sendable {
    private let interval: Milliseconds
    private var last: Milliseconds?

    package init(every interval: Milliseconds) { self.interval = interval }

    package func isDue(at uptime: Milliseconds) -> Bool {
        guard let last else { return true }
        return uptime - last >= interval
    }

    /// Notes that it was done; a failed attempt is not noted, so that the next look tries again.
    package mutating func done(at uptime: Milliseconds) { last = uptime }
}
