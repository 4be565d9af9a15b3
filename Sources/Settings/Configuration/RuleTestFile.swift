package import Launch

/// A file of tests of alert rules, in the form of promtool's, with the series of the launch config.
package struct RuleTestFile: Sendable {
    package var tests: [RuleTest]
    /// How often the rules are looked at.
    package var step: Milliseconds

    /// - Parameter configuration: the launch whose rules are tested; what it does not know is an error.
    package static func load(
        path: String, for configuration: LaunchConfiguration
    ) throws(ConfigErrors) -> RuleTestFile {
        let findings = Findings(file: path)
        guard let bytes = SettingsFile.read(path, findings: findings) else { throw ConfigErrors(findings.errors) }
        return try load(bytes: bytes, findings: findings, for: configuration)
    }

    /// Reads a file that is already in memory; `name` stands for it in messages.
    package static func load(
        bytes: [UInt8], name: String, for configuration: LaunchConfiguration
    ) throws(ConfigErrors) -> RuleTestFile {
        try load(bytes: bytes, findings: Findings(file: name), for: configuration)
    }

    private static func load(
        bytes: [UInt8], findings: Findings, for configuration: LaunchConfiguration
    ) throws(ConfigErrors) -> RuleTestFile {
        let reader = Reader(
            units: Dictionary(
                configuration.series.map { ($0.id, $0.unit) }, uniquingKeysWith: { first, _ in first }),
            rules: Set(configuration.alertPlan(zone: .utc).rules.map(\.name)))
        let file = Source(findings: findings).root(of: bytes).flatMap { $0.mapping(reader.file) }
        guard let file, !findings.hasErrors else { throw ConfigErrors(findings.errors) }
        return file
    }

    /// A Monday, nine in the morning in Argentina.
    static let usualStart = Timestamp(seconds: 1_773_057_600)
}

private struct Reader {
    var units: [SeriesID: Unit]
    var rules: Set<String>

    func file(_ fields: Fields) -> RuleTestFile {
        let step = fields.optional("evaluation_interval")?.duration(.seconds(1) ... .hours(1)) ?? .seconds(1)
        let tests = (fields.required("tests")?.items() ?? []).enumerated().compactMap { number, item in
            item.mapping { test($0, number + 1) }
        }
        if tests.isEmpty, !fields.source.findings.hasErrors { fields.error("there is no test") }
        return RuleTestFile(tests: tests, step: step)
    }

    private func test(_ fields: Fields, _ number: Int) -> RuleTest {
        var series: [SeriesID: [Double?]] = [:]
        for item in fields.required("input_series")?.items() ?? [] {
            _ = item.mapping { fields in
                let name = fields.required("series")?.text()
                let values = fields.required("values")?.parse { text throws(Misfit) in
                    do throws(SeriesNotation.Malformed) { return try SeriesNotation.values(text) } catch {
                        throw Misfit(error.reason)
                    }
                }
                guard let name else { return }
                let id = SeriesID(name)
                if units[id] == nil {
                    fields.error(
                        "the config has no series \(name.quoted)",
                        hint: Nearest.hint(for: name, among: units.keys.map(\.name).sorted()))
                }
                if series[id] != nil { fields.error("a second 'input_series' of \(name)") }
                series[id] = values ?? []
            }
        }
        return RuleTest(
            name: fields.optional("name")?.words() ?? "test \(number)",
            interval: fields.optional("interval")?.duration(.seconds(1) ... .days(1)) ?? .minutes(1),
            start: fields.optional("start")?.parse(CalendarText.timestamp) ?? RuleTestFile.usualStart, series: series,
            expectations: (fields.required("alert_rule_test")?.items() ?? []).compactMap { item in
                item.mapping(expectation) ?? nil
            })
    }

    private func expectation(_ fields: Fields) -> RuleTest.Expectation? {
        let at = fields.required("eval_time")?.duration(Milliseconds(0)...Milliseconds.days(60))
        let name = fields.required("alertname")
        let alerts = fields.optional("exp_alerts")?.items().compactMap { $0.mapping(expected) } ?? []
        guard let at, let name, let rule = name.text() else { return nil }
        if !rules.contains(rule) {
            name.error("the config has no rule \(rule.quoted)", hint: Nearest.hint(for: rule, among: rules.sorted()))
        }
        return RuleTest.Expectation(at: at, rule: rule, alerts: alerts)
    }

    private func expected(_ fields: Fields) -> RuleTest.Expected {
        var labels: [String: String] = [:]
        var severity: Severity?
        for pair in fields.optional("exp_labels")?.pairs() ?? [] {
            if pair.key == "severity" {
                severity = pair.value.severity()
            } else if pair.key != "alertname" {
                labels[pair.key] = pair.value.text()
            }
        }
        let summary = fields.optional("exp_annotations")?.mapping { $0.required("summary")?.text() } ?? nil
        return RuleTest.Expected(labels: Labels(labels), severity: severity, summary: summary)
    }
}
