package import Launch
import Synchronization
package import Wire

/// Every check of a launch once, now, without an engine: each probe looks by itself, within its own deadline.
package struct HealthCheck: Sendable {
    /// What one series was found to be.
    package struct Finding: Hashable, Sendable {
        package var series: Series
        /// Nil: the look brought nothing for it.
        package var measurement: Measurement?
        package var verdict: Verdict

        var isMissed: Bool { if case .missed = measurement { true } else { false } }
    }

    /// What became of one probe.
    package struct Look: Hashable, Sendable {
        /// The probe's name; of what is derived: `derived`.
        package var name: String
        /// From the first word to the last answer; where it looked twice, of the slower look.
        package var took: Milliseconds
        package var deadline: Milliseconds
        /// Why it did not answer; nil: it did.
        package var failure: String?
        package var findings: [Finding]

        /// The worst of it. A figure that needs a history is no trouble by its absence; where none of those that are judged is
        /// there, nobody knows.
        package var verdict: Verdict {
            if failure != nil { return .critical }
            let judged = findings.filter(\.series.isJudged)
            if !judged.isEmpty, judged.allSatisfy(\.isMissed) { return .unknown }
            return findings.map(\.verdict).max() ?? .ok
        }
    }

    /// Some figures are growth: they need a second look, so long after the first.
    package static let pause: Duration = .seconds(1)
    /// What a probe that does not keep its own deadline gets beyond it.
    private static let grace: Milliseconds = 1000

    private let configuration: LaunchConfiguration
    private let zone: Zone
    private let clock: any Clock
    private let journal: String?
    private let past: Engine.RatePast
    private let secret: @Sendable (Secret) throws -> String

    /// - Parameters:
    ///   - journal: where backups and the past are read; nil: there is none yet.
    ///   - past: what was recorded of some rates.
    package init(
        _ configuration: LaunchConfiguration, zone: Zone, clock: any Clock, journal: String? = nil,
        past: @escaping Engine.RatePast = { _ in [:] },
        secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.configuration = configuration
        self.zone = zone
        self.clock = clock
        self.journal = journal
        self.past = past
        self.secret = secret
    }

    /// Looks at everything side by side, in the order of the config; then what is derived from it.
    ///
    /// - Throws: where the graph is wrong.
    package func run(on reactor: Reactor) async throws -> [Look] {
        let context = ProbeContext(
            reactor: reactor, clock: clock, zone: zone, holidays: configuration.launch.window?.holidays ?? [],
            journal: journal, secret: secret)
        let probes = configuration.probes
        let probers = probes.map { makeProber(for: $0, in: context) }
        let began = clock.now()
        // Not in a group: whoever ignores both deadline and cancellation must not hold up the others' answers.
        let answers = Answers()
        for (index, probe) in probes.enumerated() {
            let prober = probers[index]
            Task { await HealthCheck.look(probe, prober, index, reactor, clock, answers) }
        }
        let limit = (probes.map(\.deadline).max() ?? 0) * 2 + Milliseconds(1000) + HealthCheck.grace
        while answers.doneCount < probes.count, began.age(at: clock.now()) < limit {
            try await Task.sleep(for: .milliseconds(5))
        }
        let results = answers.all
        var readings: [Reading] = []
        var looks: [Look] = []
        for (index, probe) in probes.enumerated() {
            guard let result = results[index], result.isDone else {
                looks.append(
                    Look(
                        name: probe.name, took: began.age(at: clock.now()), deadline: probe.deadline,
                        failure: "it kept no deadline: no answer yet", findings: []))
                continue
            }
            readings += result.readings.map { Reading($0.key, $0.value) }
            looks.append(look(probe, result))
        }
        if let derived = try await derived(from: readings) { looks.append(derived) }
        return looks
    }

    // MARK: One probe

    /// What one probe has brought so far.
    fileprivate struct Gathered: Sendable {
        var readings: [SeriesID: Measurement] = [:]
        var failure: String?
        var took: Milliseconds = 0
        var looks = 1
        var isDone = false
    }

    /// Where the answers come together; it only hands over.
    fileprivate final class Answers: Sendable {
        private let gathered = Mutex<[Int: Gathered]>([:])

        func change(_ index: Int, _ body: (inout Gathered) -> Void) {
            gathered.withLock { body(&$0[index, default: Gathered()]) }
        }

        var all: [Int: Gathered] { gathered.withLock { $0 } }
        var doneCount: Int { gathered.withLock { $0.values.count(where: \.isDone) } }
    }

    private static func look(
        _ probe: Probe, _ prober: any Prober, _ index: Int, _ reactor: Reactor, _ clock: any Clock, _ answers: Answers
    ) async {
        let up = SeriesID("\(probe.name).up")
        let poller = Poller(probe, prober: prober, on: reactor, clock: clock) { readings, _ in
            answers.change(index) { gathered in
                for reading in readings {
                    gathered.readings[reading.series] = reading.measurement
                    if reading.series == up { gathered.failure = reading.reason }
                }
            }
        }
        let began = clock.now()
        await poller.look()
        var took = began.age(at: clock.now())
        let first = answers.all[index] ?? Gathered()
        // What grows is known after a second look; what did not answer is not asked again.
        if first.failure == nil, probe.series.contains(where: { HealthCheck.isMissing(first.readings[$0.id]) }) {
            do { try await Task.sleep(for: pause) } catch { return }
            let again = clock.now()
            answers.change(index) { $0.looks = 2 }
            await poller.look()
            took = max(took, again.age(at: clock.now()))
        }
        answers.change(index) { [took] in
            $0.took = took
            $0.isDone = true
        }
        await prober.close()
    }

    private static func isMissing(_ measurement: Measurement?) -> Bool {
        switch measurement {
        case nil, .missed?: true
        case .number?, .text?: false
        }
    }

    private func look(_ probe: Probe, _ result: Gathered) -> Look {
        Look(
            name: probe.name, took: result.took, deadline: probe.deadline, failure: result.failure,
            findings: probe.series.map { finding(of: $0.id, HealthCheck.judgeable($0.id, of: probe, result)) })
    }

    /// What was asked once or twice has no percentile: one slow answer would be a slow launch.
    private static func judgeable(_ id: SeriesID, of probe: Probe, _ result: Gathered) -> Measurement? {
        let measurement = result.readings[id]
        guard case .http = probe.target, case .number? = measurement,
            HTTPProber.quantiles.contains(where: { id.name == "\(probe.name).\($0.0)" })
        else { return measurement }
        return .tooFew(Double(result.looks))
    }

    /// - Parameter id: a series of the config, where its titles and thresholds stand.
    private func finding(of id: SeriesID, _ measurement: Measurement?) -> Finding {
        let series =
            configuration.series.first { $0.id == id } ?? Series(id: id, title: id.name, unit: .count, interval: 1000)
        guard let measurement else { return Finding(series: series, measurement: nil, verdict: .ok) }
        let isMissed = if case .missed = measurement { true } else { false }
        let assessment = Assessment(of: series, value: isMissed ? nil : measurement, age: 0)
        // Of what is not judged nothing is wrong, whatever it is.
        let isJudged = series.isJudged && !assessment.isUnjudged
        let isAbsent = isMissed && series.absence != .alarming
        return Finding(
            series: series, measurement: measurement, verdict: isJudged && !isAbsent ? assessment.verdict : .ok)
    }

    // MARK: Derived

    private func derived(from readings: [Reading]) async throws -> Look? {
        guard !configuration.derivations.isEmpty else { return nil }
        let probed = Set(configuration.probes.flatMap { $0.series.map(\.id) })
        var evaluator = Evaluator(
            graph: try SeriesGraph(probed: probed, derivations: configuration.derivations), series: configuration.series
        )
        evaluator.take(past: await past(evaluator.pastWanted))
        let found = Dictionary(
            evaluator.advance(Tick(at: clock.now(), readings: readings)).map { ($0.series, $0.measurement) },
            uniquingKeysWith: { $1 })
        return Look(
            name: "derived", took: 0, deadline: 0, failure: nil,
            findings: configuration.derivations.map { derivation in
                var finding = finding(of: derivation.series, found[derivation.series])
                // Why it is not known stands at the probes that it is derived from; what thirty days make has no past at first.
                if HealthCheck.isMissing(finding.measurement) { finding.verdict = .ok }
                return finding
            })
    }
}
