/// Contract C2: an unsynchronised clock turns what depends on it unknown. A certificate's days left, measured by a wrong
/// calendar, are not a number but a miss.
package struct ClockGuard: Sendable {
    /// How far this machine's clock may be from what it is compared with, in milliseconds.
    package static let tolerance: Double = 5000

    private let dependents: Set<SeriesID>
    private let witnesses: [SeriesID: Unit]
    private var objections: [SeriesID: String] = [:]

    /// - Parameters:
    ///   - dependents: the series that a wrong clock falsifies.
    ///   - witnesses: the series that tell whether the clock is right: a verdict, or an offset in milliseconds.
    package init(dependents: Set<SeriesID>, witnesses: [Series]) {
        self.dependents = dependents
        self.witnesses = Dictionary(witnesses.map { ($0.id, $0.unit) }, uniquingKeysWith: { first, _ in first })
    }

    /// Why the clock is not to be trusted now; nil when no witness objects.
    package var objection: String? { objections.min { $0.key < $1.key }?.value }

    /// Hears the witnesses among `readings`, then replaces what depends on a wrong clock by a miss that says why.
    package mutating func filter(_ readings: [Reading]) -> [Reading] {
        for reading in readings {
            guard let unit = witnesses[reading.series], case .number(let number) = reading.measurement else { continue }
            objections[reading.series] = ClockGuard.objection(number, unit: unit)
        }
        guard let objection else { return readings }
        return readings.map { reading in
            dependents.contains(reading.series) ? Reading(reading.series, .missed(objection)) : reading
        }
    }

    /// Why the clock is not to be trusted, by what the witnesses last said on a board: for who does not hear readings.
    package static func objection(by witnesses: [Series], on board: Board, at now: Moment) -> String? {
        let objections = witnesses.compactMap { witness -> String? in
            guard let track = board.track(witness.id), let number = track.number, let age = track.age(at: now),
                age < .minutes(10)
            else { return nil }
            return objection(number, unit: witness.unit)
        }
        return objections.min()
    }

    private static func objection(_ number: Double, unit: Unit) -> String? {
        if unit == .verdict {
            return Verdict(nagiosCode: Int(exactly: number) ?? 3) == .ok
                ? nil : "this machine's clock is not synchronised"
        }
        guard abs(number) > tolerance else { return nil }
        return "this machine's clock is off by \(Int(min(abs(number), 1e12) / 1000)) s"
    }
}

extension LaunchConfiguration {
    /// The series that tell whether this machine's clock is right.
    package var clockWitnesses: [Series] {
        probes.flatMap { probe -> [Series] in
            guard case .clock = probe.target else { return [] }
            return probe.series.filter { $0.id.name.hasSuffix(".offset") || $0.unit == .verdict }
        }
    }
}
