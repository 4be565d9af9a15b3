package import Launch

/// What happens to a launch, and when: a timeline that starts anew each period. No clock: it is asked what is due.
package struct Scenario: Sendable, Hashable {
    package let name: String
    /// What the audience will see, in one sentence.
    package let summary: String
    package let period: Duration
    /// In order of time, all within the period.
    package let steps: [Step]

    package struct Step: Sendable, Hashable {
        /// Since the period's start.
        package let time: Duration
        package let deed: Deed
    }

    init(_ name: String, _ summary: String, period: Duration, _ steps: [(Duration, Deed)]) {
        self.name = name
        self.summary = summary
        self.period = period
        self.steps = steps.map(Step.init)
    }

    /// The same, so many times as fast: to show it, or to try it, in less time. What looks at the launch keeps its own pace.
    package func paced(by factor: Int) -> Scenario {
        let factor = max(1, factor)
        return Scenario(name, summary, period: period / factor, steps.map { ($0.time / factor, $0.deed) })
    }

    /// When the next step after a time is due, and all that is due then; nil where nothing ever happens.
    ///
    /// Times count from the scenario's start. A time of nil asks for the very first step.
    package func next(after time: Duration?) -> (time: Duration, deeds: [Deed])? {
        guard !steps.isEmpty, period > .zero else { return nil }
        let start = time.map { period * Int($0 / period) } ?? .zero
        for round in [start, start + period] {
            let due = steps.first { step in time.map { round + step.time > $0 } ?? true }
            guard let due else { continue }
            return (round + due.time, steps.filter { $0.time == due.time }.map(\.deed))
        }
        return nil
    }
}

/// One thing done to a rehearsal.
package enum Deed: Sendable, Hashable {
    /// Makes a part of BarberPro misbehave, by the settings of its admin endpoint; what is not named is normal again.
    case fault(Part, [String: String])
    /// Makes a part behave.
    case mend(Part)
    /// Starts a colour anew with a version.
    case release(colour: String, version: String)
    /// Moves traffic.
    case shift(Split)
    /// SIGSTOP to PostgreSQL, and its end.
    case hangDatabase
    case wakeDatabase
    /// Bounds Redis's memory so that the next write is refused, and lifts the bound.
    case fillRedis
    case emptyRedis

    /// What has an admin endpoint.
    package enum Part: String, Sendable, Hashable, CaseIterable {
        case blue, green, gateway, traffic, providers
    }
}

extension Deed: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fault(let part, let fault):
            "\(part.rawValue) "
                + fault.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        case .mend(let part): "\(part.rawValue) mended"
        case .release(let colour, let version): "\(version) released on \(colour)"
        case .shift(let split): "traffic to \(split)"
        case .hangDatabase: "PostgreSQL stopped"
        case .wakeDatabase: "PostgreSQL goes on"
        case .fillRedis: "Redis filled"
        case .emptyRedis: "Redis emptied"
        }
    }
}
