/// Computes derived series tick by tick: the graph, the last value of each input, and the memory that rates need.
package struct Evaluator: Sendable {
    /// What an input was when it was last looked at, and its last value: a miss does not make that one untrue, age does.
    private struct Known: Sendable {
        var latest: Measurement
        var at: Moment
        var value: Measurement?
        var valueAt: Moment

        mutating func take(_ measurement: Measurement, at moment: Moment) {
            (latest, at) = (measurement, moment)
            if case .missed = measurement { return }
            (value, valueAt) = (measurement, moment)
        }
    }

    package let graph: SeriesGraph
    /// Of the series that a formula reads: a thousand targets have twelve thousand others, which cost nothing here.
    private let inputs: [SeriesID: Series]
    private var known: [SeriesID: Known] = [:]
    /// For each rate: the counter before the last one.
    private var counters: [SeriesID: (value: Double, at: Moment)] = [:]
    /// For each total: its hours.
    private var totals: [SeriesID: RollingTotal] = [:]

    package init(graph: SeriesGraph, series: [Series]) {
        self.graph = graph
        let read = Set(graph.ordered.flatMap(\.formula.inputs))
        inputs = Dictionary(
            series.filter { read.contains($0.id) }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The rates whose past a total needs, and how far back: what was recorded before this engine began.
    package var pastWanted: [SeriesID: Milliseconds] {
        var wanted: [SeriesID: Milliseconds] = [:]
        for case .total(let input, let span) in graph.ordered.map(\.formula) {
            wanted[input] = max(wanted[input] ?? 0, span)
        }
        return wanted
    }

    /// Takes in what was recorded of the rates in ``pastWanted``.
    package mutating func take(past: [SeriesID: [HourMean]]) {
        for derivation in graph.ordered {
            guard case .total(let input, let span) = derivation.formula, let hours = past[input] else { continue }
            totals[derivation.series, default: RollingTotal(span: span, per: inputs[input]?.unit.rateSeconds ?? 1)]
                .take(hours)
        }
    }

    /// Takes in a tick and returns the derived readings that follow from it, at the same moment.
    package mutating func advance(_ tick: Tick) -> [Reading] {
        let read = tick.readings.filter { inputs[$0.series] != nil }
        for reading in read { take(reading.measurement, of: reading.series, at: tick.at) }
        var derived: [Reading] = []
        for derivation in graph.affected(by: read.map(\.series)) {
            guard let measurement = evaluate(derivation, at: tick.at) else { continue }
            take(measurement, of: derivation.series, at: tick.at)
            derived.append(Reading(derivation.series, measurement))
        }
        return derived
    }

    private mutating func take(_ measurement: Measurement, of id: SeriesID, at moment: Moment) {
        guard inputs[id] != nil else { return }
        known[id, default: Known(latest: measurement, at: moment, value: nil, valueAt: moment)]
            .take(measurement, at: moment)
    }

    /// The value of one formula now; nil while a rate has only its first counter.
    private mutating func evaluate(_ derivation: Derivation, at now: Moment) -> Measurement? {
        if case .worst(let inputs) = derivation.formula {
            let verdicts = inputs.map { verdict(of: $0, at: now) }
            return .number(Double(Verdict.worst(verdicts).nagiosCode))
        }
        var numbers: [Double] = []
        for input in derivation.formula.inputs {
            switch number(of: input, at: now) {
            case .success(let number): numbers.append(number)
            case .failure(let reason): return .missed("\(input): \(reason.text)")
            }
        }
        switch derivation.formula {
        case .rate(let input, let per): return rate(derivation.series, of: numbers[0], input: input, per: per)
        case .ratio(_, let denominator, let scale):
            return numbers[1] == 0 ? .missed("\(denominator) is 0") : .number(numbers[0] / numbers[1] * scale)
        case .sum: return .number(numbers.reduce(0, +))
        case .difference: return .number(numbers[0] - numbers[1])
        case .minimum: return numbers.min().map(Measurement.number) ?? .missed("no input")
        case .maximum: return numbers.max().map(Measurement.number) ?? .missed("no input")
        case .total(let input, let span):
            var total =
                totals[derivation.series]
                ?? RollingTotal(span: span, per: inputs[input]?.unit.rateSeconds ?? 1)
            let interval = inputs[input]?.interval ?? 1000
            total.take(numbers[0], at: known[input]?.at ?? now, longest: interval * 2)
            totals[derivation.series] = total
            return .number(total.value(at: now.utc))
        case .availability(_, let all):
            return numbers[1] > 0 ? .number(100 * (1 - numbers[0] / numbers[1])) : .missed("\(all) is 0")
        case .budget(_, let all, let objective):
            guard numbers[1] > 0 else { return .missed("\(all) is 0") }
            return .number(100 * (1 - numbers[0] / numbers[1] / (1 - objective / 100)))
        case .worst: return nil
        }
    }

    private struct Reason: Error { var text: String }

    /// The last number of an input, unless it was missed or is past five times its interval: staleness propagates.
    private func number(of id: SeriesID, at now: Moment) -> Result<Double, Reason> {
        guard let known = known[id] else { return .failure(Reason(text: "never read")) }
        if let interval = inputs[id]?.interval, Freshness(age: known.at.age(at: now), interval: interval) == .lastKnown
        {
            return .failure(Reason(text: "last read \(known.at.age(at: now).count / 1000) s ago"))
        }
        return switch known.latest {
        case .number(let number): .success(number)
        case .text: .failure(Reason(text: "not a number"))
        case .missed(let reason): .failure(Reason(text: reason))
        }
    }

    private func verdict(of id: SeriesID, at now: Moment) -> Verdict {
        guard let series = inputs[id], let known = known[id] else { return .unknown }
        return Assessment(of: series, value: known.value, age: known.valueAt.age(at: now)).verdict
    }

    private mutating func rate(_ id: SeriesID, of value: Double, input: SeriesID, per: Double) -> Measurement? {
        guard let at = known[input]?.at else { return nil }
        let before = counters.updateValue((value, at), forKey: id)
        guard let before else { return nil }
        let seconds = before.at.age(at: at).seconds
        guard seconds > 0 else { return nil }
        let growth = value >= before.value ? value - before.value : value
        return .number(growth / seconds * per)
    }
}
