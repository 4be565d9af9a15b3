import ArgumentParser
import Launch
import Settings

/// `guardia rules …`: the alert rules of a launch config.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "List the alert rules of a config, or test them against written series.",
        subcommands: [List.self, Test.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the rules, and the series that are alerts without one.")

        @OptionGroup var config: ConfigOptions
        @Flag(help: "Also the rules that guardia makes of series that have bounds and no rule.")
        var all = false
        @Flag(help: "One JSON object a line.")
        var json = false

        private struct Row: Encodable {
            var alert: String
            var condition: String
            var series: [String]
            var severity: String?
            var forSeconds: Double
            var keepFiringForSeconds: Double
            var notify: String?
            var runbook: String?
            var alerts: Int
            var isImplied: Bool
        }

        func run() throws {
            let launch: LaunchConfiguration
            do { launch = try config.load().configuration } catch { throw Failure.usage(error) }
            let plan = launch.alertPlan(zone: .utc)
            let own = launch.alerts.rules.count
            let text = AmountText(launch.figures)
            for (index, rule) in plan.rules.enumerated() where all || index < own {
                let targets = plan.targets.filter { $0.rule == index }
                let unit = targets.first?.unit ?? .count
                let row = Row(
                    alert: rule.name, condition: rule.condition.text(text, unit),
                    series: rule.condition.inputs.map(\.name), severity: rule.severity?.rawValue,
                    forSeconds: rule.hold.seconds, keepFiringForSeconds: rule.keepFiring.seconds, notify: rule.policy,
                    runbook: rule.runbook, alerts: targets.count, isImplied: index >= own)
                if json {
                    Output.json(row)
                } else {
                    var line = "\(rule.name)  \(row.condition)"
                    if rule.hold.count > 0 { line += "  for \(text.span(rule.hold.seconds))" }
                    line +=
                        "  \(row.severity ?? "by its condition")  "
                        + (rule.policy.map { "→ \($0)" } ?? "nobody is told")
                    if targets.count != 1 { line += "  (\(targets.count) alerts)" }
                    Output.line(line)
                }
            }
            for (name, rule) in launch.alerts.engine.rules {
                if json {
                    Output.json(
                        Row(
                            alert: name, condition: "the engine finds it", series: [], severity: rule.severity.rawValue,
                            forSeconds: 0, keepFiringForSeconds: 0, notify: rule.policy,
                            runbook: EngineAlerts.runbook(of: name), alerts: 0, isImplied: false))
                } else {
                    Output.line(
                        "\(name)  the engine finds it  \(rule.severity.rawValue)  "
                            + (rule.policy.map { "→ \($0)" } ?? "nobody is told"))
                }
            }
            if !all, !json {
                Output.line("\(plan.rules.count - own) more of series that have no rule of their own: --all lists them")
            }
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Test the rules of a config against written series, as promtool does.",
            discussion: """
                The file's form is in docs/alerting.md. Exit codes: 0 all is as expected, 1 not all is, 2 a file cannot be read.
                """)

        @OptionGroup var config: ConfigOptions
        @Argument(help: "Files of tests.")
        var files: [String]

        func run() throws {
            var failures = 0
            do {
                let launch = try config.load().configuration
                let zone = try ZoneTable.make(
                    name: launch.zoneName, abbreviation: launch.zoneAbbreviation,
                    around: Timestamp(seconds: 1_773_057_600))
                let plan = launch.alertPlan(zone: zone)
                for path in files {
                    let file = try RuleTestFile.load(path: path, for: launch)
                    let found = file.tests.flatMap { $0.run(plan, step: file.step) }
                    for failure in found { Output.line("\(path): FAILED \(failure)") }
                    let checks = file.tests.map(\.expectations.count).reduce(0, +)
                    if found.isEmpty {
                        Output.line("\(path): \(file.tests.count) tests, \(checks) checks, all as expected")
                    }
                    failures += found.count
                }
            } catch {
                throw Failure.usage(error)
            }
            if failures > 0 { throw ExitCode(1) }
        }
    }
}

extension AlertCondition {
    /// As a line of a list says it.
    fileprivate func text(_ text: AmountText, _ unit: Unit) -> String {
        switch self {
        case .bound(let id, let bound, let clear):
            "\(id) \(text.bound(bound, unit))" + (clear.map { ", well at \(text.amount($0, unit))" } ?? "")
        case .absence(let id, let span): "\(id) brings nothing" + (span.map { " for \(text.span($0.seconds))" } ?? "")
        case .verdict(let id, let verdict): "\(id) is \(verdict)" + (verdict == .warning ? " or worse" : "")
        case .change(let id, let span, _, let bound):
            "\(id) changed by \(text.bound(bound, unit)) in \(text.span(span.seconds))"
        case .ratio(let part, let whole, _, let bound, _): "\(part) / \(whole) \(text.bound(bound, unit))"
        case .burn(let rate):
            "\(rate.inputs[0]) against \(text.amount(rate.objective, .percent)), "
                + rate.windows.map { "\(text.amount($0.factor, .count))× in \(text.span($0.long.seconds))" }
                .joined(separator: ", ")
        case .anomaly(let id, let anomaly):
            "\(id) is \(anomaly.direction.rawValue) the usual of the hour by \(text.amount(anomaly.share, .percent))"
        }
    }
}
