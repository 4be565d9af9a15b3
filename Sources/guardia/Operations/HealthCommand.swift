import ArgumentParser
import Console
import Glibc
import Journal
import Launch
import Settings
import Watch
import Wire

/// `guardia health`: every check once, now.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Look at everything once, now, and print a table. It needs the config, and no engine.",
        discussion: """
            Every probe of the config looks side by side, each within its own deadline; figures that are growth get a second \
            look a second later. Nothing is written and nobody is told.

            Exit codes: 0 all healthy, 1 something is critical, does not answer or is not known, 2 wrong usage or \
            configuration, 4 there are warnings: a person should look.
            """)

    @OptionGroup var config: ConfigOptions

    @Argument(help: "Only these probes.")
    var probes: [String] = []

    @Flag(name: .shortAndLong, help: "Also the figures that no limit judges.")
    var all = false

    @Flag(help: "One JSON object a figure and line.")
    var json = false

    func run() async throws {
        var launch: LaunchConfiguration
        let zone: Zone
        let clock = SystemClock()
        do {
            launch = try config.load().configuration
            zone = try ZoneTable.make(
                name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: clock.now().utc)
        } catch {
            throw Failure.usage(error)
        }
        let known = launch.probes.map(\.name)
        for name in probes where !known.contains(name) {
            throw Failure.usage(
                Told(
                    "there is no probe '\(name)'; \(Nearest.hint(for: name, among: known) ?? known.joined(separator: ", "))"
                ))
        }
        if !probes.isEmpty {
            launch.probes.removeAll { !probes.contains($0.name) }
            launch.derivations = []
        }
        let looks: [HealthCheck.Look]
        do {
            let reactor = try Reactor()
            defer { reactor.shutdown() }
            let secrets = SecretStore()
            let path = launch.journal.path
            looks = try await HealthCheck(
                launch, zone: zone, clock: clock, journal: access(path, R_OK) == 0 ? path : nil,
                past: { wanted in Watch.past(wanted, journal: path, now: clock.now().utc) },
                secret: { try secrets.resolve($0) }
            ).run(on: reactor)
        } catch {
            throw Failure.failed(error)
        }
        let table = HealthTable(looks, style: launch.figures, isWhole: all)
        if json { table.lines.forEach { Output.json($0) } } else { table.text.forEach { Output.line($0) } }
        switch table.verdict {
        case .ok: return
        case .warning: throw ExitCode(4)
        case .critical, .unknown: throw ExitCode(1)
        }
    }
}

/// What a health check found, for people and for scripts.
struct HealthTable {
    /// One figure.
    struct Line: Encodable {
        var probe: String
        var figure: String
        var verdict: String
        var value: String?
        var number: Double?
        var limit: String?
        var reason: String?
        var tookMs: Int64
        var deadlineMs: Int64
    }

    let looks: [HealthCheck.Look]
    private let amounts: AmountText
    private let isWhole: Bool

    init(_ looks: [HealthCheck.Look], style: FigureStyle, isWhole: Bool) {
        self.looks = looks
        self.isWhole = isWhole
        amounts = AmountText(style)
    }

    var verdict: Verdict { looks.map(\.verdict).max() ?? .unknown }

    var lines: [Line] {
        looks.flatMap { look -> [Line] in
            shown(look).map { finding in
                Line(
                    probe: look.name, figure: finding.series.id.name, verdict: word(look, finding),
                    value: value(finding), number: number(finding), limit: limit(finding.series),
                    reason: look.failure ?? miss(finding), tookMs: look.took.count, deadlineMs: look.deadline.count)
            }
        }
    }

    var text: [String] {
        var rows: [String] = []
        for look in looks {
            let sign = HealthTable.sign(look.verdict)
            let took = look.deadline.count == 0 ? "" : "took \(look.took.count) ms of \(look.deadline.count)"
            rows.append(
                "\(sign) \(Text.padded(look.name, to: 22)) \(look.failure.map { "DOWN  \($0)  " } ?? "")\(took)")
            guard look.failure == nil else { continue }
            for finding in shown(look) {
                rows.append(
                    "    \(Text.padded(word(look, finding), to: 5)) \(Text.padded(finding.series.title, to: 34)) "
                        + "\(Text.padded(value(finding) ?? "–", to: 16)) \(limit(finding.series) ?? "")"
                        + (miss(finding).map { "  \($0)" } ?? ""))
            }
        }
        let counts = looks.reduce(into: [Verdict: Int]()) { $0[$1.verdict, default: 0] += 1 }
        let words = [
            (Verdict.ok, "healthy"), (.warning, "with warnings"), (.critical, "critical"), (.unknown, "not known"),
        ]
        rows.append(
            words.compactMap { verdict, word in counts[verdict].map { "\($0) \(word)" } }.joined(separator: ", "))
        return rows
    }

    /// Of a probe that is down its figures say nothing more.
    private func shown(_ look: HealthCheck.Look) -> [HealthCheck.Finding] {
        look.findings.filter {
            isWhole || $0.series.isJudged || look.name != "derived" && $0.series.id.name.hasSuffix(".up")
        }
    }

    private func word(_ look: HealthCheck.Look, _ finding: HealthCheck.Finding) -> String {
        if look.failure != nil { return "down" }
        switch finding.measurement {
        case nil, .missed?: return finding.verdict == .ok ? "–" : "unkn"
        case .text? where finding.series.unit != .text: return "–"
        default: break
        }
        switch finding.verdict {
        case .ok: return "ok"
        case .warning: return "warn"
        case .critical: return "crit"
        case .unknown: return "unkn"
        }
    }

    private static func sign(_ verdict: Verdict) -> String {
        switch verdict {
        case .ok: "✓"
        case .warning: "!"
        case .critical: "✗"
        case .unknown: "?"
        }
    }

    private func number(_ finding: HealthCheck.Finding) -> Double? {
        if case .number(let number)? = finding.measurement, number.isFinite { number } else { nil }
    }

    private func value(_ finding: HealthCheck.Finding) -> String? {
        switch finding.measurement {
        case .number(let number)?: amounts.amount(number, finding.series.unit)
        case .text(let text)?: text
        case .missed?, nil: nil
        }
    }

    private func miss(_ finding: HealthCheck.Finding) -> String? {
        switch finding.measurement {
        case .missed(let reason)?: reason
        case nil: "no answer to that in two looks"
        default: nil
        }
    }

    /// `warn > 150 ms, crit > 200 ms`
    private func limit(_ series: Series) -> String? {
        guard let thresholds = series.thresholds else { return nil }
        let parts = [("warn", thresholds.warning), ("crit", thresholds.critical)].compactMap { word, bound in
            bound.map { "\(word) \(amounts.bound($0, series.unit))" }
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
