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

            Exits 0 where nothing is critical and nothing unknown, else 1. With --posture it sends nothing, and tells what the \
            journal knows of every station, with its age.
            """)

    @OptionGroup var options: SecurityOptions

    @Flag(help: "Only tell what the journal knows of every station; send nothing.")
    var posture = false

    func validate() throws {
        if posture, options.record { throw ValidationError("--posture looks at nothing: there is nothing to --record") }
    }

    func run() async throws {
        let launch = try options.load()
        if posture { return try showPosture(launch) }
        guard let plan = launch.security?.defences, let deployment = launch.deployment else {
            throw Failure.usage(NotConfigured(section: "security.defences"))
        }
        let clock = SystemClock()
        var checks: [SecurityCheck] = []
        if let survey = DefenceSurvey(plan, of: deployment, on: try Reactor(), clock: clock) {
            checks.append(await survey.take())
        }
        if !plan.bans.isEmpty { checks.append(await BanSurvey(plan).take()) }
        if options.json { try SecurityOptions.json(checks.map(Shown.init)) } else { checks.forEach(show) }
        try options.tell(checks, launch)
        let worst = Verdict.worst(checks.flatMap { $0.items.map(\.verdict) })
        let isUnknown = checks.contains { $0.items.contains { $0.verdict == .unknown } }
        if worst == .critical || isUnknown { throw ExitCode(1) }
    }

    private func show(_ check: SecurityCheck) {
        Output.line("\(check.verdict.label)  \(check.station)  \(visible(check.summary))")
        for item in check.items {
            Output.line("      \(item.verdict.label)  \(visible(item.name))  \(visible(item.text))")
        }
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
        }
        var station: String
        var verdict: String
        var summary: String
        var items: [Item]

        init(_ check: SecurityCheck) {
            station = check.station
            verdict = check.verdict.name
            summary = check.summary
            items = check.items.map { Item(name: $0.name, verdict: $0.verdict.name, text: $0.text) }
        }
    }
}
