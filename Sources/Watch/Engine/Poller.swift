package import Launch
package import Wire

/// Looks at one target again and again: the schedule, the retries and the deadline around a prober.
///
/// It is pinned to the Reactor, as its prober is, so that a look costs no change of thread. It never overlaps with itself,
/// and nothing in it waits for another poller: one hung target delays nobody.
package actor Poller {
    /// Where readings go. It only hands over: a poller never waits for the journal.
    package typealias Publish = @Sendable (_ readings: [Reading], _ at: Moment) -> Void

    package nonisolated let probe: Probe
    private let prober: any Prober
    private let clock: any Clock
    private let publish: Publish
    /// How often it looks now; nil: as the config says, for ever.
    private let pace: PollPace?
    private nonisolated let reactor: Reactor
    private var schedule: PollSchedule
    private let measures: [String: Dated]
    private let up: SeriesID

    /// Pollers wake together on a grid of this width: a thousand timers of their own would cost more than the looks.
    private static let tolerance: Duration = .milliseconds(10)

    /// A measure with when it was last brought: one with an interval of its own is not missed in between.
    private final class Dated {
        let series: SeriesID
        let interval: Milliseconds
        var takenAt: Milliseconds?

        init(series: SeriesID, interval: Milliseconds) {
            self.series = series
            self.interval = interval
        }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// - Parameter phase: where in the interval this poller's looks lie.
    package init(
        _ probe: Probe, prober: any Prober, on reactor: Reactor, clock: any Clock, phase: Milliseconds = 0,
        pace: PollPace? = nil, publish: @escaping Publish
    ) {
        self.probe = probe
        self.prober = prober
        self.reactor = reactor
        self.clock = clock
        self.publish = publish
        self.pace = pace
        schedule = PollSchedule(
            interval: probe.interval, phase: phase, retry: probe.retry, now: clock.now().uptime)
        up = SeriesID("\(probe.name).up")
        measures = Dictionary(
            zip(probe.measures, probe.series).dropFirst().map { measure, series in
                (measure.name, Dated(series: series.id, interval: series.interval))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Looks at every slot until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            let wait = schedule.due - clock.now().uptime
            if wait.count > 0 {
                do { try await reactor.sleep(for: wait.duration, tolerance: Poller.tolerance) } catch { break }
            }
            await look()
        }
        await prober.close()
    }

    /// Looks once, publishes what was seen, and moves the schedule on: what `run` does at every slot.
    package func look() async {
        let started = clock.now()
        let result = await findings(startedAt: started.uptime)
        if Task.isCancelled { return }
        let ended = clock.now()
        var readings: [Reading]
        /// Why the target is down; nil where it is up.
        let cause: String?
        switch result {
        case .success(let findings):
            cause = Poller.cause(in: findings)
            readings = self.readings(from: findings, at: started.uptime, cause)
        case .failure(let failure):
            cause = failure.text
            readings = missed(failure.text)
        }
        readings.append(Reading(up, .number(cause == nil ? 1 : 0), because: cause))
        publish(readings, started)
        if let pace { schedule.pace(pace.interval(of: probe)) }
        let outcome = schedule.finished(ok: cause == nil, at: ended.uptime)
        if outcome.missed > 0 {
            // While a failing target is left alone, why it failed is still what the operator must read.
            publish(missed(cause ?? "no look meanwhile: the one before took too long"), ended)
        }
    }

    // MARK: One look

    private struct Failure: Error { var text: String }

    /// Asks the prober, and again after a pause when it fails, as long as the deadline allows.
    private func findings(startedAt start: Milliseconds) async -> Result<[Finding], Failure> {
        let end = start + probe.deadline
        var attempt = 0
        while true {
            let left = end - clock.now().uptime
            do {
                return .success(try await prober.look(deadline: max(left, 1).duration))
            } catch {
                attempt += 1
                let pause = schedule.pause(beforeAttempt: attempt)
                let now = clock.now().uptime
                guard attempt <= probe.retry.attempts, now + pause < end, !Task.isCancelled else {
                    return .failure(Failure(text: String(describing: error)))
                }
                do { try await reactor.sleep(for: pause.duration) } catch {
                    return .failure(Failure(text: "cancelled"))
                }
            }
        }
    }

    /// What made an answer no good.
    private static func cause(in findings: [Finding]) -> String? {
        guard let up = findings.first(where: { $0.measure == "up" }), case .missed(let reason) = up.measurement else {
            return nil
        }
        return reason
    }

    /// - Parameter cause: why the target is down. Every measure without a value gives it as its own reason: whichever is
    ///   on the screen says it.
    private func readings(from findings: [Finding], at now: Milliseconds, _ cause: String?) -> [Reading] {
        var readings: [Reading] = []
        readings.reserveCapacity(findings.count + 1)
        for finding in findings {
            guard let measure = measures[finding.measure] else { continue }
            if case .missed(let reason) = finding.measurement {
                readings.append(Reading(measure.series, .missed(cause ?? reason)))
            } else {
                measure.takenAt = now
                readings.append(Reading(measure.series, finding.measurement))
            }
        }
        return readings
    }

    /// A miss for every measure that was due.
    private func missed(_ reason: String) -> [Reading] {
        let now = clock.now().uptime
        return measures.values.compactMap { measure in
            if let takenAt = measure.takenAt, now - takenAt < measure.interval { return nil }
            return Reading(measure.series, .missed(reason))
        }
    }
}
