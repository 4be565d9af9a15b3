/// What a series was over a stretch of time: its last reading, and the least and the most of them. A mean is not kept: of
/// percentiles there is none.
package struct SeriesSlot: Hashable, Sendable {
    /// When the first of its readings was taken.
    package var at: Timestamp
    package var last: Double
    package var least: Double
    package var most: Double

    package init(at: Timestamp, last: Double, least: Double, most: Double) {
        self.at = at
        self.last = last
        self.least = least
        self.most = most
    }

    package mutating func take(_ value: Double) {
        last = value
        least = min(least, value)
        most = max(most, value)
    }
}
