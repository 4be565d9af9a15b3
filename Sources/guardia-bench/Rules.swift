import ArgumentParser
import Journal
import Launch

/// `guardia-bench rules`: what 2,000 rules over 10,000 series cost, all of them read and judged every second.
struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Evaluate 2,000 rules over 10,000 series.")

    @Option(help: "How many seconds of the rules' time.") var seconds = 300

    func run() throws {
        let series = (0..<10_000).map { number in
            Series(
                id: SeriesID("app\(number % 2000).latency.\(number / 2000)"), title: "App \(number)",
                unit: .milliseconds,
                interval: 1000)
        }
        let rules = (0..<2000).map { number -> AlertRule in
            let id = SeriesID("app\(number).latency.*")
            let condition: AlertCondition =
                switch number % 20 {
                case 0: .change(id, over: .minutes(10), isRelative: true, .above(400))
                case 1: .burn(BurnRate(bad: .beyond(id, .above(900)), objective: 99))
                default: .bound(id, .above(900), clear: 800)
                }
            return AlertRule(
                name: "slow_\(number)", condition: condition, severity: .warning, hold: .seconds(10), fanLabel: "host")
        }
        let plan = AlertPlan(AlertSettings(rules: rules), series: series, zone: .utc)
        var now = Moment(utc: Timestamp(seconds: 1_773_057_600), uptime: .days(1), boot: BootID(rawValue: 1))
        let before = Meter.privateMemory
        var machine = AlertMachine(plan, now: now)
        var random = SplitMix(state: 1)
        var events = 0
        /// Readings come in batches of a probe's size, not all at once.
        func second() {
            now = now.advanced(by: 1000)
            for start in stride(from: 0, to: series.count, by: 20) {
                let readings = series[start..<start + 20].map { series in
                    Reading(
                        series.id,
                        .number(
                            Double.random(
                                in: 50...(Int.random(in: 0..<500, using: &random) == 0 ? 1200 : 700), using: &random)))
                }
                events += machine.take(readings, at: now, now: now).count
            }
            events += machine.advance(to: now).count
            for _ in 0..<4 { events += machine.advance(to: now, all: false).count }
        }
        for _ in 0..<30 { second() }
        let start = Meter.cpu
        for _ in 0..<seconds { second() }
        let cost = Meter.cpu - start
        print("targets \(plan.targets.count)")
        print("rules_cpu_percent \(cost / Double(seconds) * 100)")
        print("rules_memory_bytes \(Meter.privateMemory - before)")
        print("rules_events \(events)")
    }
}

/// `guardia-bench alerts`: how long a journal with 100,000 alerts takes to open.
struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a journal with 100,000 alerts at this path, then open it many times.")

    @Argument(help: "Where to write it.") var journal: String
    @Option(help: "How many of them still fire.") var open = 1000
    @Option(help: "How many alerts.") var count = 100_000

    func run() throws {
        let writer = try JournalWriter(path: journal, origin: "bench", role: .action)
        let start = SystemClock().now()
        for first in stride(from: 0, to: count, by: 1000) {
            let at = start.advanced(by: Milliseconds(Int64(first)))
            let bodies = (first..<min(first + 1000, count)).flatMap { number -> [Event.Body] in
                let facts = AlertEvent.Facts(
                    rule: "slow_requests",
                    labels: ["alertname": "slow_requests", "instance": "10.0.0.\(number)", "team": "web"],
                    severity: number % 50 == 0 ? .critical : .warning, summary: "Requests take 1200 ms (p95, > 900 ms)",
                    runbook: "#slow-requests", series: SeriesID("app.latency.\(number)"), value: 1200,
                    bound: .above(900),
                    since: at, policy: "default")
                let fired = Event.Body.alert(.fired(.init(alert: facts)))
                return number % max(count / max(open, 1), 1) == 0
                    ? [fired] : [fired, .alert(.resolved(.init(alert: facts.fingerprint, value: 100)))]
            }
            try writer.append(bodies, at: at)
        }
        var board = Board()
        let times = try (0..<20).map { _ in
            let start = Meter.now
            board = try JournalReader(path: journal).currentBoard(span: .hours(1))
            return Meter.now - start
        }
        print("alerts_firing \(board.alerts.openCount(.critical) + board.alerts.openCount(.warning))")
        print("alerts_open_ms \(Meter.median(times) * 1e3)")
        let began = Meter.now
        let whole = try JournalReader(path: journal).currentBoard(span: .minutes(1), isWhole: true)
        print("alerts_engine_ms \((Meter.now - began) * 1e3)")
        print("alerts_engine_firing \(whole.alerts.firing.count)")
    }
}
