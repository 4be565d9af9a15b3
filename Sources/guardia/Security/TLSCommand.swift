import ArgumentParser
import Journal
import Launch
import Security
import Settings
import Wire

/// `guardia tls`: every TLS endpoint of the launch, as a client sees it.
struct TLSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls",
        abstract: "Look at every TLS endpoint: certificates, protocols, ciphers, HSTS; with a grade.",
        discussion: """
            Looks at the endpoints of the config's section security.tls, each name at each of its addresses, side by side; \
            or at the hosts given here. Only looks: it completes no handshake that a browser would not. The grade follows \
            SSL Labs' rating guide as docs/security.md says. Exits 0 where nothing is critical and nothing unknown, else 1.
            """)

    @OptionGroup var options: SecurityOptions

    @Argument(help: "Hosts to look at instead of the config's: api.example.com, example.com:8443.")
    var hosts: [String] = []

    @Option(help: "How long a look at one endpoint may take, in seconds; otherwise as the config says.")
    var deadline: Int?

    func validate() throws {
        if let deadline, !(1...120).contains(deadline) { throw ValidationError("--deadline is from 1 to 120") }
        if !hosts.isEmpty, options.record { throw ValidationError("--record is for the config's endpoints") }
    }

    func run() async throws {
        var plan = TLSPlan(endpoints: [])
        var launch: LaunchConfiguration?
        if hosts.isEmpty {
            let loaded = try options.load()
            launch = loaded
            guard let configured = loaded.security?.tls else {
                throw Failure.usage(NotConfigured(section: "security.tls"))
            }
            plan = configured
        } else {
            plan.endpoints = hosts.map { text in
                let parts = text.split(separator: ":", maxSplits: 1)
                let port = parts.count == 2 ? UInt16(parts[1]) : nil
                return port.map { TLSEndpoint(host: String(parts[0]), port: $0) } ?? TLSEndpoint(host: text)
            }
        }
        if let deadline { plan.deadline = .seconds(Int64(deadline)) }
        let clock = SystemClock()
        let board = launch.flatMap { try? JournalReader(path: options.journalPath($0)).currentBoard(span: .minutes(1)) }
        let objection = board.flatMap {
            ClockGuard.objection(by: launch?.clockWitnesses ?? [], on: $0, at: clock.now())
        }
        if let objection { Output.error("\(objection): no date is judged") }
        let survey = await TLSSurvey.take(plan, on: try Reactor(), clock: clock, clockIsRight: objection == nil)
        if options.json { try SecurityOptions.json(survey.report) } else { survey.lines.forEach { Output.line($0) } }
        if let launch { try options.tell([survey.check(every: plan.every)], launch) }
        if survey.verdict > .warning || survey.judged.contains(where: { $0.judgement.verdict == .unknown }) {
            throw ExitCode(1)
        }
    }
}
