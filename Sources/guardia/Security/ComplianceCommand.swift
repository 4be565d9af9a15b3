import ArgumentParser
import Journal
import Launch
import Security
import Settings
import Wire

/// `guardia compliance`: what can be shown, and what cannot.
struct ComplianceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compliance",
        abstract: "Gather the evidence for PCI DSS 4.0.1, Ley 25.326 and ARCA: met, not met, or needs a person.",
        discussion: """
            Looks at the database, files, backups and MercadoPago as section security.compliance says, and at what the journal \
            knows of TLS, scans, packages and its own chain. Changes nothing, and prints counts, never a card number. Exits 1 \
            where a requirement is not met or its evidence could not be gathered.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, md, json }

    @OptionGroup var options: SecurityOptions

    @Option(help: "How it is printed.")
    var format = Format.text

    func run() async throws {
        let launch = try options.load()
        guard let security = launch.security, let plan = security.compliance else {
            throw Failure.usage(NotConfigured(section: "security.compliance"))
        }
        let clock = SystemClock()
        let survey = ComplianceSurvey(reactor: try Reactor(), clock: clock) { try SecretStore().resolve($0) }
        var facts = await survey.gather(plan)
        if let board = try? JournalReader(path: options.journalPath(launch)).currentBoard(span: .minutes(1)) {
            facts += ComplianceSurvey.facts(of: board.security, audit: security.audit)
        }
        facts += ComplianceSurvey.facts(of: security.audit, at: clock.now().utc)
        let report = ComplianceReport(facts, at: clock.now().utc, maximumAge: plan.maximumAge)
        switch options.json ? .json : format {
        case .text: report.lines.forEach { Output.line($0) }
        case .md: report.markdown(product: launch.product.name, cell: AuditReport.cell).forEach { Output.line($0) }
        case .json: try SecurityOptions.json(Shown(report))
        }
        try options.tell([report.check(every: plan.every)], launch)
        if report.items.contains(where: { $0.status == .notMet || $0.status == .unknown }) { throw ExitCode(1) }
    }

    private struct Shown: Encodable {
        struct Item: Encodable {
            var framework: String
            var requirement: String
            var title: String
            var status: String
            var text: String
            var facts: [String]
        }
        var madeAt: Int64
        var items: [Item]
        var facts: [ComplianceFact]

        init(_ report: ComplianceReport) {
            madeAt = report.madeAt.seconds
            items = report.items.map {
                Item(
                    framework: $0.requirement.framework.rawValue, requirement: $0.requirement.number,
                    title: $0.requirement.title, status: $0.status.rawValue, text: $0.text, facts: $0.facts.map(\.id))
            }
            facts = report.facts
        }
    }
}
