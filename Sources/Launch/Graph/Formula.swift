/// How a derived series is computed from others. Pure: the last inputs in, one measurement out.
package enum Formula: Hashable, Sendable, Codable {
    /// How fast a counter grows, a second × `per` (60: a minute, 3600: an hour). A counter that falls was reset and
    /// counts from zero, as Prometheus' `rate` has it.
    case rate(of: SeriesID, per: Double)
    /// `numerator / denominator × scale` (scale 100: per cent). A zero denominator is a miss, never 0 or 100.
    case ratio(numerator: SeriesID, denominator: SeriesID, scale: Double)
    /// The sum of all inputs; one missing input makes it unknown.
    case sum([SeriesID])
    /// First minus second.
    case difference(SeriesID, SeriesID)
    /// The smallest of the inputs.
    case minimum([SeriesID])
    /// The largest of the inputs.
    case maximum([SeriesID])
    /// The worst verdict of the inputs, as a verdict series.
    case worst([SeriesID])
    /// What a rate amounted to over a long time: the requests of thirty days.
    case total(of: SeriesID, over: Milliseconds)
    /// Per cent of `all` that did not fail. No requests are a miss, never 100.
    case availability(failures: SeriesID, all: SeriesID)
    /// Per cent that is left of the failures that an objective (99.9 %) allows; below zero when more is spent than there was.
    case budget(failures: SeriesID, all: SeriesID, objective: Double)

    /// The series that the formula reads, in the order in which it names them.
    package var inputs: [SeriesID] {
        switch self {
        case .rate(let input, _), .total(let input, _): [input]
        case .availability(let failures, let all), .budget(let failures, let all, _): [failures, all]
        case .ratio(let numerator, let denominator, _): [numerator, denominator]
        case .difference(let left, let right): [left, right]
        case .sum(let inputs), .minimum(let inputs), .maximum(let inputs), .worst(let inputs): inputs
        }
    }

    /// The formula as `guardia graph` prints it.
    package var text: String {
        func list(_ ids: [SeriesID]) -> String { ids.map(\.name).joined(separator: ", ") }
        return switch self {
        case .rate(let input, 1): "rate(\(input))"
        case .rate(let input, let per): "rate(\(input)) × \(Formula.plain(per)) s"
        case .ratio(let numerator, let denominator, 1): "\(numerator) / \(denominator)"
        case .ratio(let numerator, let denominator, let scale):
            "\(numerator) / \(denominator) × \(Formula.plain(scale))"
        case .sum(let inputs): "sum(\(list(inputs)))"
        case .difference(let left, let right): "\(left) − \(right)"
        case .minimum(let inputs): "min(\(list(inputs)))"
        case .maximum(let inputs): "max(\(list(inputs)))"
        case .worst(let inputs): "worst(\(list(inputs)))"
        case .total(let input, let span): "total(\(input)) over \(Formula.plain(span.seconds / 3600)) h"
        case .availability(let failures, let all): "100 × (1 − \(failures) / \(all))"
        case .budget(let failures, let all, let objective):
            "budget left of \(Formula.plain(objective)) % by \(failures) of \(all)"
        }
    }

    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? String(number)
    }
}

/// A derived series: its name and how it is computed.
package struct Derivation: Hashable, Sendable, Codable {
    package var series: SeriesID
    package var formula: Formula

    package init(series: SeriesID, formula: Formula) {
        self.series = series
        self.formula = formula
    }
}
