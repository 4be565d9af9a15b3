import Wire

/// The time that a look may still take.
struct Budget: Sendable {
    let whole: Duration
    let end: ContinuousClock.Instant

    init(_ whole: Duration) {
        self.whole = whole
        end = .now + whole
    }

    /// What is left; never nothing, so that a request that is begun fails by its deadline, in words.
    var remaining: Duration { max(end - .now, .milliseconds(1)) }

    var isSpent: Bool { ContinuousClock.now >= end }
}

extension Duration {
    /// In milliseconds, with fractions.
    var inMilliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }

    /// `2 s`, `300 ms`
    var inWords: String {
        let milliseconds = inMilliseconds.rounded()
        return milliseconds >= 1000 && milliseconds.truncatingRemainder(dividingBy: 1000) == 0
            ? "\(Int(milliseconds / 1000)) s" : "\(Int(milliseconds)) ms"
    }
}

extension Error {
    /// The reason in a few words, for a measure whose name already says what was asked.
    var inWords: String {
        if let error = self as? WireError { return error.reason.bounded() }
        return "\(self)".bounded()
    }
}
