import Launch

/// The recent past of a series in as many samples as there are columns for it.
///
/// The borders between two samples lie at multiples of their width in time, not at a distance from now. So a picture
/// moves on only when a whole sample is full, and what was drawn does not shimmer. Each series has borders of its own: were
/// all to move on in the same second, that second would send the whole screen.
struct Trend {
    let samples: [Double?]
    /// The time that the samples cover.
    let span: Milliseconds

    /// - Parameters:
    ///   - count: how many samples are wanted.
    ///   - span: how far back they are to reach; further where the series is read so seldom that there are fewer.
    init(of track: Track, count: Int, span: Milliseconds, until now: Moment) {
        let interval = track.history.interval.count
        let slots = max(1, Int((span.count / interval + Int64(count) - 1) / Int64(max(count, 1))))
        let phase = Int64(Self.hash(track.series.id) % UInt64(slots))
        let newest = now.utc.milliseconds.flooredDivision(by: interval) + phase
        let partial = Int(newest - newest.flooredDivision(by: Int64(slots)) * Int64(slots)) + 1
        guard count > 0 else {
            (samples, self.span) = ([], 0)
            return
        }
        let values = track.history.values(last: (count - 1) * slots + partial, until: now.utc)
        // Of several readings the one that is worse stands for all: a spike must not vanish between two columns.
        let least =
            if case .below? = track.series.thresholds?.warning ?? track.series.thresholds?.critical { true } else {
                false
            }
        var samples: [Double?] = []
        samples.reserveCapacity(count)
        var start = 0
        while start < values.count {
            let end = min(start + slots, values.count)
            var worst = Float.nan
            for value in values[start..<end] where !value.isNaN {
                worst = worst.isNaN ? value : least ? min(worst, value) : max(worst, value)
            }
            samples.append(worst.isNaN ? nil : Double(worst))
            start = end
        }
        self.samples = samples
        self.span = Milliseconds(interval * Int64(count * slots))
    }

    /// FNV-1a: the same in every process, unlike Swift's own hashes.
    private static func hash(_ id: SeriesID) -> UInt64 {
        id.name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
