/// The recent past of one series at its own interval: what sparklines and charts are drawn from.
///
/// A ring of 32-bit floats, one a slot of `interval`; a slot without a reading is NaN, so that a gap is drawn as a gap.
package struct History: Hashable, Sendable {
    /// The width of one slot.
    package let interval: Milliseconds
    /// How many slots are kept.
    package let capacity: Int
    private var slots: [Float] = []
    /// The slot number (UTC / interval) of the newest slot.
    private var newest: Int64 = .min
    /// Where the newest slot is in the ring.
    private var cursor = 0

    /// - Parameters:
    ///   - interval: the interval of the series; anything under a second is kept by the second.
    ///   - span: how far back it reaches.
    package init(interval: Milliseconds, span: Milliseconds) {
        self.interval = max(interval, 1000)
        capacity = max(1, Int(span.count / self.interval.count))
    }

    /// Puts a value into the slot of `time`; a second value in the same slot replaces the first, a missing one is NaN.
    package mutating func record(_ value: Double, at time: Timestamp) {
        let slot = time.milliseconds.flooredDivision(by: interval.count)
        if newest == .min || slot - newest >= Int64(capacity) || newest - slot >= Int64(capacity) {
            // The first value, a gap longer than the whole history, or a clock stepped far back: begin anew.
            slots = [Float](repeating: .nan, count: capacity)
            newest = slot
        }
        if slot > newest {
            for missing in (newest + 1)..<slot { slots[index(of: missing)] = .nan }
            newest = slot
        }
        if slot == newest { cursor = index(of: slot) }
        slots[index(of: slot)] = Float(value)
    }

    /// Puts up to 64 values in at once: an hour of two hundred series is 720,000 of them, and the screen waits for it.
    ///
    /// - Parameters:
    ///   - values: the values of several series in turn.
    ///   - first: where the first of this one is.
    ///   - stride: how far its next is from there.
    ///   - times: of each value its time.
    ///   - present: a bit a value, the lowest for the first; where it is not set there is none.
    package mutating func record(
        _ values: [Float], from first: Int, every stride: Int, at times: [Timestamp], present: UInt64
    ) {
        var left = present
        while left != 0 {
            left = follow(values, from: first, every: stride, at: times, left)
            guard left != 0 else { return }
            let position = left.trailingZeroBitCount
            record(Double(values[first + position * stride]), at: times[position])
            left &= left &- 1
        }
    }

    /// Puts in what comes slot after slot, as almost all does: no division is needed to see that.
    ///
    /// - Returns: what of `present` is left, from the first that is not in the next slot on.
    private mutating func follow(
        _ values: [Float], from first: Int, every stride: Int, at times: [Timestamp], _ present: UInt64
    ) -> UInt64 {
        guard newest != .min else { return present }
        var (left, place, start) = (present, cursor, (newest + 1) * interval.count)
        slots.withUnsafeMutableBufferPointer { slots in
            while left != 0 {
                let position = left.trailingZeroBitCount
                let passed = times[position].milliseconds &- start
                guard passed >= 0, passed < interval.count else { return }
                place += 1
                if place == capacity { place = 0 }
                slots[place] = values[first + position * stride]
                start += interval.count
                left &= left &- 1
            }
        }
        newest = start / interval.count - 1
        cursor = place
        return left
    }

    private func index(of slot: Int64) -> Int {
        Int(slot - slot.flooredDivision(by: Int64(capacity)) * Int64(capacity))
    }

    /// The values of the `count` slots that end at `time`, oldest first; NaN where nothing was read.
    package func values(last count: Int, until time: Timestamp) -> [Float] {
        var values = [Float](repeating: .nan, count: max(0, count))
        let end = time.milliseconds.flooredDivision(by: interval.count)
        let first = end - Int64(values.count) + 1
        guard newest != .min else { return values }
        let from = max(first, newest - Int64(capacity) + 1)
        guard from <= min(end, newest) else { return values }
        var place = index(of: from)
        for slot in from...min(end, newest) {
            values[Int(slot - first)] = slots[place]
            place += 1
            if place == capacity { place = 0 }
        }
        return values
    }
}
