import ArgumentParser
import Journal
import Launch
import Security
import Settings
import Wire

/// `guardia security`: whether the defences work, proved now; and the posture of every station.
struct SecurityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "security",
        abstract: "Prove that the edges' defences work: attacks refused, customers served, limits met, bans in force.",
        discussion: """
            Sends each edge that the config names a few attacks that must get 403 and honest requests that must get 200, \
            bursts that must meet 429, and compares what its nginx runs with what is rendered; asks fail2ban for its jails \
            and nftables for their bans. The requests bear the name guardia-canary and come from a trusted address: they \
            count neither as attacks nor in anybody else's limit. No other host is ever asked.

            Also tells how many requests the edges refused, by reason, country and rule, from the last ten minutes of their \
            logs or as much of them as can be read at once: it says how much, and calls less than a minute unknown. \
            And the last hour of that by minutes as the engine recorded it (defence.blocked, defence.bans).

            Exits 0 where no trial and no ban is critical or unknown, else 1. With --posture it sends nothing, and tells what the \
            journal knows of every station, with its age.
            """)

    @OptionGroup var options: SecurityOptions

    @Flag(help: "Only tell what the journal knows of every station; send nothing.")
    var posture = false

    @Flag(
        help: "Print the lines of sudoers by which fail2ban and nftables may be asked, and nothing more; send nothing.")
    var sudoers = false

    func validate() throws {
        if sudoers, posture || options.record || options.json {
            throw ValidationError("--sudoers prints a file: it goes with no other option")
        }
        if posture, options.record { throw ValidationError("--posture looks at nothing: there is nothing to --record") }
    }

    func run() async throws {
        let launch = try options.load()
        if posture { return try showPosture(launch) }
        guard let plan = launch.security?.defences, let deployment = launch.deployment else {
            throw Failure.usage(NotConfigured(section: "security.defences"))
        }
        if sudoers {
            guard let text = BanSudoers.text(plan.bans) else {
                throw Failure.usage(NotConfigured(section: "security.defences.bans that asks by sudo"))
            }
            return Output.text(text)
        }
        let clock = SystemClock()
        let reactor = try Reactor()
        var checks: [SecurityCheck] = []
        // Before the trials, which the logs hold too. What stands in the logs of edges elsewhere only the engine counts.
        let refused = await refused(plan, of: deployment, on: reactor, clock: clock, launch.figures)
        if let survey = DefenceSurvey(plan, of: deployment, on: reactor, clock: clock) {
            checks.append(await survey.take())
        }
        if !plan.bans.isEmpty { checks.append(await BanSurvey(plan).take()) }
        let series = RefusedSeries.read(
            options.journalPath(launch), plan: plan, of: deployment, now: clock.now())
        if options.json {
            try SecurityOptions.json(checks.map { Shown($0) } + [Shown(refused, series)])
        } else {
            let figures = AmountText(launch.figures)
            (checks + [refused]).forEach { show($0, figures) }
            series.prefix(plan.countsBans ? 3 : 2).forEach { show($0, figures) }
        }
        try options.tell(checks, launch)
        let worst = Verdict.worst(checks.flatMap { $0.items.map(\.verdict) })
        let isUnknown = checks.contains { $0.items.contains { $0.verdict == .unknown } }
        if worst == .critical || isUnknown { throw ExitCode(1) }
    }

    private func show(_ check: SecurityCheck, _ figures: AmountText) {
        Output.line("\(check.verdict.label)  \(check.station)  \(visible(check.summary))")
        for item in check.items {
            let text = item.text.isEmpty ? item.number.map { figures.amount($0, .perMinute) } ?? "" : item.text
            let mark = item.mark.map { item.text.isEmpty ? "\($0) " : "" } ?? ""
            Output.line("      \(item.verdict.label)  \(visible(mark + item.name))  \(visible(text))")
        }
    }

    /// What an engine has recorded.
    private func show(_ series: RefusedSeries, _ figures: AmountText) {
        let now = series.minutes.last { $0.value != nil }?.value
        let most = series.minutes.compactMap(\.value).max()
        func figure(_ value: Double?) -> String { value.map { figures.amount($0, .perMinute) } ?? "?" }
        Output.line(
            "      series  \(series.id)  \(figure(now)), \(figure(most)) at most in the last hour, "
                + (series.ageSeconds.map { "\($0) s old" } ?? "never read")
                + (series.missed.map { "; \(visible($0))" } ?? ""))
    }

    /// What the logs hold of the last ten minutes. Bans, and edges elsewhere, are counted from a first look on: a second one
    /// follows at once.
    private func refused(
        _ plan: DefencePlan, of deployment: Deployment, on reactor: Reactor, clock: any Clock, _ style: FigureStyle
    ) async -> SecurityCheck {
        let desk = RefusalDesk(plan, of: deployment, on: reactor, clock: clock)
        var report = await desk.report()
        if report.refusedPerMinute() == nil, report.requestTroubles.isEmpty {
            try? await Task.sleep(for: .seconds(1))
            report = await desk.report()
        }
        await desk.close()
        return report.check(every: .minutes(1), atLeast: .minutes(1), style)
    }

    private func showPosture(_ launch: LaunchConfiguration) throws {
        let board: Board
        do {
            board = try JournalReader(path: options.journalPath(launch)).currentBoard(span: .minutes(1))
        } catch {
            throw Failure.failed(error)
        }
        let now = SystemClock().now()
        let gate = board.security.gate(at: now, expecting: launch.security?.stations ?? [])
        if options.json {
            try SecurityOptions.json(
                Gate(
                    verdict: gate.verdict.name, ageSeconds: gate.age.map { $0.count / 1000 }, reasons: gate.reasons,
                    stations: board.security.stations.map { station in
                        Gate.Station(
                            station: station.check.station, verdict: station.verdict(at: now).name,
                            ageSeconds: station.at.age(at: now).count / 1000, summary: station.check.summary)
                    }))
        } else {
            for station in board.security.stations {
                Output.line(
                    "\(station.verdict(at: now).label)  \(station.check.station)  \(station.at.age(at: now).count / 1000) s old  \(visible(station.check.summary))"
                )
            }
            for reason in gate.reasons { Output.line("      \(visible(reason))") }
        }
        if gate.verdict == .critical || gate.verdict == .unknown { throw ExitCode(1) }
    }

    /// What others say is text from outside: no control character of it reaches the terminal (contract C5).
    private func visible(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.value < 32 || $0.value == 127 || (0x80..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
                }))
    }

    private struct Gate: Encodable {
        struct Station: Encodable {
            var station: String
            var verdict: String
            var ageSeconds: Int64
            var summary: String
        }
        var verdict: String
        var ageSeconds: Int64?
        var reasons: [String]
        var stations: [Station]
    }

    private struct Shown: Encodable {
        struct Item: Encodable {
            var name: String
            var verdict: String
            var text: String
            /// Of what was refused: how many a minute.
            var number: Double?
            /// Of what was refused: `reason`, `country`, `rule` or `ban`.
            var mark: String?
        }
        var station: String
        var verdict: String
        var summary: String
        var items: [Item]
        var series: [RefusedSeries]?

        init(_ check: SecurityCheck, _ series: [RefusedSeries]? = nil) {
            self.series = series
            station = check.station
            verdict = check.verdict.name
            summary = check.summary
            items = check.items.map {
                Item(name: $0.name, verdict: $0.verdict.name, text: $0.text, number: $0.number, mark: $0.mark)
            }
        }
    }
}
