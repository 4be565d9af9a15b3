/// A colour that takes a part of the traffic and clearly does worse than the one beside it: what no bound judges, since each
/// series of a colour stands for itself.
///
/// This is for a line on the screen, of one look: whether a canary fails is decided by ``CanaryAnalysis``, over many.
package struct ColourGap: Hashable, Sendable {
    package enum Measure: Hashable, Sendable {
        case errors, latency
    }

    package var colour: String
    /// The colour that has more of the traffic.
    package var beside: String
    package var measure: Measure
    package var value: Double
    package var other: Double

    /// Errors: at least so many percentage points more, and so many times as many.
    private static let errorPoints = 2.0
    private static let errorFactor = 2.0
    /// Latency: at least so many milliseconds more, and so many times as long.
    private static let latencyMargin = 100.0
    private static let latencyFactor = 2.0
    /// Of fewer requests a second one look says nothing.
    private static let leastRequests = 0.5

    /// The worst gap now; nil where one colour has all traffic, where nothing is clearly worse, and where it is not known.
    package init?(board: Board, now: Moment, traffic: Traffic) {
        guard let split = traffic.split else { return nil }
        let serving = traffic.colours.filter { split.share(of: $0) > 0 }
        guard serving.count == 2, let main = traffic.live, let part = serving.first(where: { $0 != main }) else {
            return nil
        }
        let (mine, theirs) = (board.figures(of: part, at: now), board.figures(of: main, at: now))
        if let requests = mine.requests, requests < ColourGap.leastRequests { return nil }
        (colour, beside) = (part, main)
        if let a = mine.errors, let b = theirs.errors, a >= b + ColourGap.errorPoints, a >= b * ColourGap.errorFactor {
            (measure, value, other) = (.errors, a, b)
        } else if let a = mine.p95, let b = theirs.p95, a >= b + ColourGap.latencyMargin,
            a >= b * ColourGap.latencyFactor
        {
            (measure, value, other) = (.latency, a, b)
        } else {
            return nil
        }
    }
}
