import ArgumentParser
import Journal
import Launch
import Security
import Settings
import Wire

/// `guardia scan`: what the scanners found, and what is new.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Read the reports of Trivy, ZAP, npm audit and nmap, and look at this machine's packages.",
        discussion: """
            Section security.scans names the reports, the commands that write them, the ports that may be open and the findings \
            that are accepted until a day. A report that is missing, broken or older than its limit is unknown, never good. \
            Exits 1 where something critical or unknown is found.
            """)

    @OptionGroup var options: SecurityOptions

    @Flag(name: .customLong("run"), help: "Run the configured commands first, whether due or not.")
    var runsCommands = false

    @Flag(help: "List every finding, not only the critical and high ones.")
    var all = false

    func run() async throws {
        let launch = try options.load()
        guard let plan = launch.security?.scans else { throw Failure.usage(NotConfigured(section: "security.scans")) }
        let clock = SystemClock()
        let survey = ScanSurvey(plan: plan, journal: options.journalPath(launch), clock: clock) {
            try SecretStore().resolve($0)
        }
        let failures = runsCommands ? await survey.runDueCommands(force: true) : [:]
        let result = survey.take(failures: failures)
        var checks = [result.check(every: plan.every)]
        if plan.packages { checks.append(await PackageSurvey.take(clock: clock).check(every: plan.every)) }
        if options.json {
            try SecurityOptions.json(result.reports.map(Shown.init))
        } else {
            for report in result.reports { show(report) }
            for check in checks.dropFirst() {
                for item in check.items { Output.line("\(item.verdict.label)  \(item.name)  \(item.text)") }
            }
        }
        try options.tell(checks, launch)
        let verdicts = checks.map(\.verdict) + result.reports.map(\.verdict)
        if verdicts.contains(.critical) || verdicts.contains(.unknown) { throw ExitCode(1) }
    }

    private func show(_ report: ScanSurvey.Judged) {
        Output.line("\(report.verdict.label)  \(report.source.name) (\(report.source.format.rawValue))  \(report.text)")
        guard let judgement = report.judgement else { return }
        let new = Set(judgement.new.map(\.key))
        let lapsed = Set(judgement.lapsed.map(\.key))
        for finding in judgement.open where all || finding.severity <= .high {
            let mark = new.contains(finding.key) ? "NEW  " : lapsed.contains(finding.key) ? "LAPSED" : "     "
            Output.line(
                "      \(mark) \(finding.severity.rawValue)  \(finding.id)  \(finding.subject)  \(finding.title)"
                    + (finding.fix.isEmpty ? "" : "  (mended in \(finding.fix))"))
        }
    }

    private struct Shown: Encodable {
        var name: String
        var format: String
        var verdict: String
        var text: String
        var ageSeconds: Int64?
        var counts: [String: Int]
        var new: [ScanFinding]
        var fixed: [String]
        var accepted: [ScanFinding]
        var open: [ScanFinding]

        init(_ report: ScanSurvey.Judged) {
            name = report.source.name
            format = report.source.format.rawValue
            verdict = report.verdict.name
            text = report.text
            ageSeconds = report.judgement?.age.map { $0.count / 1000 }
            counts = Dictionary(uniqueKeysWithValues: (report.judgement?.counts ?? [:]).map { ($0.rawValue, $1) })
            new = report.judgement?.new ?? []
            fixed = report.judgement?.fixed ?? []
            accepted = report.judgement?.accepted ?? []
            open = report.judgement?.open ?? []
        }
    }
}
