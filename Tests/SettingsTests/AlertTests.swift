import Foundation
import Launch
import Settings
import Testing

@Suite("Alert rules in a launch's file")
struct AlertTests {
    private func rules(_ yaml: String) -> String { Sample.yaml + "alerts:\n  rules:\n" + yaml }

    @Test func aRuleIsReadWithItsUnits() throws {
        let file = try load(
            rules(
                """
                    - alert: slow
                      series: api.p95
                      above: 0.2s
                      clear_at: 150ms
                      for: 2m
                      keep_firing_for: 1m
                      severity: critical
                      summary: "{{title}} {{value}} {{labels.team}}"
                      runbook: "#slow"
                      labels: {team: web}
                      notify: default
                      group_by: [team]

                """))
        let rule = try #require(file.configuration.alerts.rules.first)
        #expect(rule.condition == .bound("api.p95", .above(200), clear: 150))
        #expect(rule.hold == .minutes(2) && rule.keepFiring == .minutes(1))
        #expect(rule.severity == .critical && rule.policy == "default" && rule.groupBy == ["team"])
        #expect(rule.labels == ["team": "web"] && rule.damping == .standard)
    }

    @Test func whatTheEngineFindsIsToldToWhomTheConfigSays() throws {
        func plan(_ yaml: String) throws -> EngineAlertPlan { try load(Sample.yaml + yaml).configuration.alerts.engine }
        let bare = try plan("")
        #expect(bare.actionStuck == .init(severity: .critical) && bare.checklistOverdue == .init(severity: .warning))
        #expect(bare.breakGlass == .init(severity: .critical))
        let usual = try plan("alerts: {notify: default}\n")
        #expect(usual.actionStuck?.policy == "default" && usual.checklistOverdue?.policy == "default")
        #expect(usual.breakGlass?.policy == "default")
        let own = try plan(
            "alerts:\n  engine:\n    action_stuck: {notify: night, severity: warning}\n    break_glass: off\n"
                + "    checklist_overdue: off\n")
        #expect(
            own
                == EngineAlertPlan(
                    actionStuck: .init(severity: .warning, policy: "night"), breakGlass: nil, checklistOverdue: nil))
        #expect(!errors(in: Sample.yaml + "alerts:\n  engine: {action_stuck: never}\n").isEmpty)
        #expect(!errors(in: Sample.yaml + "alerts:\n  engine: {actions: off}\n").isEmpty)
    }

    @Test func aCriticalRuleThatTellsNobodyIsADoubt() throws {
        func doubts(_ more: String) throws -> [String] {
            try load(
                rules("    - {alert: web_down, series: api.up, below: 1, severity: critical\(more)}\n")
            ).warnings.map(\.message).filter { $0.contains("critical rules") }
        }
        #expect(try doubts("") == ["nobody is told when these critical rules fire: web_down"])
        #expect(try doubts(", notify: default").isEmpty)
        #expect(
            try load(rules("    - {alert: slow, series: api.p95, above: 1s, severity: warning}\n")).warnings.isEmpty)
    }

    @Test func whatASecondProbeOfThatNameWouldBringIsNotSaidToBeMissing() {
        let twice = Sample.replacing("    type: postgres", by: "    type: redis\n    host: 127.0.0.1")
            .replacing("name: db\n", with: "name: api\n")
            .replacing("judge: [api.up]", with: "judge: [api.up, api.memory_used]")
        #expect(!errors(in: twice).contains { $0.contains("'api.memory_used'") || $0.contains("no measure") })
    }

    @Test func anAddressWithoutAValueIsNotAlsoAnEmptyList() {
        let probe = """
              - name: shop
                type: metrics
                urls: ["${SHOP}"]
                extract: [{name: up, metric: up}]
            derived:
            """
        let found = errors(in: Sample.replacing("derived:", by: probe))
        #expect(found.contains { $0.contains("'SHOP' has no value") })
        #expect(!found.contains { $0.contains("'urls' is empty") })
    }

    @Test func everyKindOfConditionIsRead() throws {
        let file = try load(
            rules(
                """
                    - {alert: a, series: "*.up", below: 1, severity: critical, flapping: none}
                    - {alert: b, series: db.query, absent: 2m, severity: warning}
                    - {alert: c, series: api.p95, verdict: critical}
                    - {alert: d, series: db.connections, change: {over: 10m, above: 50%}, severity: warning}
                    - {alert: e, ratio: [db.blocked, db.connections], above: 10%, severity: warning}
                    - {alert: f, burn_rate: {objective: 99.9%, errors: api.errors}}
                    - {alert: g, burn_rate: {objective: 99%, bad: {series: api.p95, above: 200ms}}}
                    - {alert: h, series: db.connections, anomaly: {share: 40%, hours: Mon-Sat 09:00-20:00}, severity: info}

                """))
        let rules = file.configuration.alerts.rules
        #expect(rules.map(\.name) == ["a", "b", "c", "d", "e", "f", "g", "h"])
        #expect(rules[0].fanLabel == "probe" && rules[0].damping == nil)
        #expect(rules[3].condition == .change("db.connections", over: .minutes(10), isRelative: true, .above(50)))
        #expect(rules[4].condition == .ratio("db.blocked", "db.connections", scale: 100, .above(10), clear: nil))
        #expect(rules[6].condition == .burn(BurnRate(bad: .beyond("api.p95", .above(200)), objective: 99)))
        let plan = file.configuration.alertPlan(zone: .utc)
        #expect(plan.targets.filter { $0.rule == 0 }.map { $0.labels["probe"] } == ["api", "db"])
    }

    @Test(arguments: [
        ("{alert: a, series: api.p96, above: 1ms, severity: info}", "nothing produces the series 'api.p96'"),
        ("{alert: a, series: api.p95, above: 90%, severity: info}", "is no unit of time"),
        ("{alert: a, series: api.p95, above: 1s}", "'severity' is missing"),
        ("{alert: a, series: api.p95, above: 1s, clear_at: 2s, severity: info}", "'clear_at' is beyond"),
        ("{alert: a, series: api.p95, above: 1s, below: 2s, severity: info}", "only one of"),
        ("{alert: a, series: api.p95, severity: info}", "a rule needs one of"),
        ("{alert: a, series: 'x.*', above: 1, severity: info}", "no series fits"),
        ("{alert: a, series: api.p95, above: 1s, severity: info, summary: '{{valeu}}'}", "there is no field {{valeu}}"),
        ("{alert: a, series: api.p95, above: 1s, severity: info, summary: '{{labels.x}}'}", "no field {{labels.x}}"),
        ("{alert: a, series: api.p95, above: 1s, severity: info, summary: '{{value'}", "'{{' without its '}}'"),
        ("{alert: a, series: api.p95, above: 1s, severity: info, labels: {severity: x}}", "guardia gives itself"),
        ("{alert: a, series: api.p95, above: 1s, severity: info, fro: 2m}", "unknown key 'fro'"),
        ("{alert: a, series: api.version, above: 1, severity: info}", "is a text"),
        ("{alert: a, burn_rate: {objective: 100%, errors: api.errors}}", "leaves no budget"),
        ("{alert: a, burn_rate: {objective: 99%, errors: api.p95}}", "needs a series in per cent"),
        ("{alert: a, ratio: [db.blocked], above: 1, severity: info}", "needs two series"),
    ])
    func whatIsWrongIsSaidWithItsPlace(rule: String, message: String) {
        let found = errors(in: rules("    - \(rule)\n"))
        #expect(found.contains { $0.contains(message) && $0.hasPrefix("launch.yaml:26:") }, "\(found)")
    }

    @Test func twoRulesThatWouldBeOneAlertAreRefused() {
        let rule = "    - {alert: a, series: api.p95, above: 1s, severity: info}\n"
        #expect(errors(in: rules(rule + rule)).contains { $0.contains("both would be one alert") })
    }

    @Test func inhibitionsAreReadAndTheirPatternsChecked() throws {
        let good = """
            inhibitions:
              - {source: ["alertname=down"], target: ['severity=~"warn.*"'], equal: [region]}

            """
        let inhibitions = try load(Sample.yaml + good).configuration.alerts.inhibitions
        #expect(inhibitions.last?.target == [LabelMatcher(name: "severity", value: "warn.*", isRegex: true)])
        #expect(inhibitions.count == Inhibition.standard.count + 1)
        let bad = good.replacing("warn.*", with: "warn(")
        #expect(errors(in: Sample.yaml + bad).contains { $0.contains("is no regular expression") })
    }

    // MARK: What ships

    @Test(arguments: ["barberpro", "rehearsal"])
    func everyRuleThatShipsHasItsSectionInTheRunbook(name: String) throws {
        let root = ShippedConfigurationTests.root
        let file = try LaunchConfigurationFile.load(
            path: root.appending(path: "Config/\(name).yaml").path,
            variables: RehearsalSettings.example)
        let text = try String(contentsOf: root.appending(path: "docs/runbook.md"), encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ").dropFirst()
        let anchors = Dictionary(
            uniqueKeysWithValues: sections.map { section in
                ("#" + section.prefix { $0 != "\n" }.lowercased().replacing(" ", with: "-"), section)
            })
        #expect(file.configuration.alerts.rules.count >= 11)
        for rule in file.configuration.alerts.rules {
            let section = try #require(anchors[rule.runbook ?? ""], "\(rule.name) has no section")
            #expect(section.contains("`\(rule.name)`"))
            for part in ["First look", "First action"] { #expect(section.contains(part), "\(rule.name)") }
            #expect(rule.policy != nil)
        }
        // What the engine finds without a rule ships too.
        let own = EngineAlerts.labels.keys.map { ($0, EngineAlerts.runbook(of: $0)) }
        let implied = file.configuration.alertPlan(zone: .utc).rules.dropFirst(file.configuration.alerts.rules.count)
        #expect(own.count >= 5 && implied.contains { $0.name == AlertPlan.absenceName })
        #expect(Set(own.map(\.1)).count == own.count)
        for (name, runbook) in own + [(AlertPlan.absenceName, AlertPlan.absenceRunbook)] {
            let section = try #require(anchors[runbook], "\(name) has no section")
            #expect(section.contains("`\(name)`"))
        }
        for rule in implied {
            let section = try #require(anchors[rule.runbook ?? ""], "\(rule.name) has no section")
            for part in ["First look", "First action"] { #expect(section.contains(part), "\(rule.name)") }
        }
    }

    @Test func theRulesThatShipDoWhatTheirTestsSay() throws {
        let root = ShippedConfigurationTests.root
        let file = try LaunchConfigurationFile.load(path: root.appending(path: "Config/barberpro.yaml").path)
        let plan = file.configuration.alertPlan(
            zone: Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800))
        for (name, count) in [("rules-test", 5), ("rules-test-weeks", 2)] {
            let tests = try RuleTestFile.load(
                path: root.appending(path: "Config/examples/\(name).yaml").path, for: file.configuration)
            #expect(tests.tests.count >= count)
            for test in tests.tests { #expect(test.run(plan, step: tests.step) == []) }
        }
    }

    @Test func aTestThatIsWrongSaysHow() throws {
        let launch = try load(rules("    - {alert: slow, series: api.p95, above: 1s, severity: info}\n")).configuration
        let yaml = """
            tests:
              - interval: 10s
                input_series: [{series: api.p95, values: "2000x10"}]
                alert_rule_test: [{eval_time: 30s, alertname: slow}]
            """
        let tests = try RuleTestFile.load(bytes: Array(yaml.utf8), name: "t.yaml", for: launch)
        let failures = tests.tests[0].run(launch.alertPlan(zone: .utc))
        #expect(failures.count == 1)
        #expect(failures.first?.contains("slow at 30 s: found {} info") == true)
        #expect(throws: ConfigErrors.self) {
            try RuleTestFile.load(
                bytes: Array(yaml.replacing("alertname: slow", with: "alertname: fast").utf8), name: "t.yaml",
                for: launch)
        }
    }
}
