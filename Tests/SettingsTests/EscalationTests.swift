import Foundation
import Launch
import Settings
import Testing

struct EscalationTests {
    private static let people = """
        channels:
          - {name: sms, type: sms, account: AC0123456789abcdef0123456789abcdef, token: env:PATH, from: "+15005550006"}
          - {name: chat, type: slack-webhook, url: env:PATH}
        contacts:
          - {name: ana, title: Ana Pereyra, role: DevOps lead, ways: {sms: "+5491155550101"}}
          - {name: beto, ways: {sms: "+5491155550102"}}
        schedules:
          - name: devops
            layers:
              - {rotation: weekly, handover: Mon 09:00, contacts: [ana, beto], from: 2026-01-05}
        escalation:
          - name: default
            repeats: 1
            steps:
              - {notify: [{schedule: devops, by: sms}, {channel: chat}], wait: 2m}
              - {notify: {contact: beto}, severity: critical}
          - name: business
            hours: Mon-Fri 09:00-18:00
            steps: [{notify: {channel: chat}}]
        dead_man:
          - {name: hc, url: env:PATH, every: 20s}
        responses:
          - {name: restart, when: {alertname: api}, run: [systemctl, restart, api], per_hour: 1, escalate: default}

        """

    private func findings(_ text: String, by other: String, and more: String = "") -> [String] {
        precondition(EscalationTests.people.contains(text), "the sample has no \(text)")
        return errors(in: Sample.yaml + EscalationTests.people.replacing(text, with: other) + more)
    }

    @Test func theSectionsAreRead() throws {
        let launch = try load(Sample.yaml + EscalationTests.people).configuration
        #expect(launch.contacts.map(\.name) == ["ana", "beto"])
        #expect(launch.policies.map(\.name) == ["default", "business"])
        #expect(launch.policies[0].steps[0].wait == .minutes(2))
        #expect(launch.policies[0].steps[1].severity == .critical)
        #expect(launch.policies[1].hours?.warning?.ranges.count == 1)
        #expect(launch.policies[1].hours?.critical == nil)
        #expect(launch.schedules[0].layers[0].firstDay == 20_458)
        #expect(launch.deadMan.first?.every == .seconds(20))
        #expect(launch.responses.first?.escalate == "default")
        // Readers of the journal are told no address.
        let manifest = launch.manifest(zone: .utc)
        #expect(manifest.roster?.contacts.first?.channels == ["sms"])
        #expect(!String(describing: manifest).contains("+549"))
    }

    @Test(arguments: [
        ("schedule: devops, by: sms", "schedule: devop, by: sms", "there is no schedule 'devop'"),
        ("schedule: devops, by: sms", "schedule: devops, by: smz", "there is no channel 'smz'"),
        ("{contact: beto}", "{contact: bety}", "there is no contact 'bety'"),
        ("{channel: chat}], wait", "{channel: chatt}], wait", "there is no channel 'chatt'"),
        ("{contact: beto}", "{contact: beto, by: chat}", "'beto' has no way 'chat'"),
        ("contacts: [ana, beto], from", "contacts: [ana, bob], from", "there is no contact 'bob'"),
        ("{sms: \"+5491155550102\"}", "{fax: \"+5491155550102\"}", "there is no channel 'fax'"),
        ("{name: beto,", "{name: ana,", "there is a contact 'ana' already"),
        ("Mon 09:00,", "09:00,", "is not when a weekly turn ends"),
        ("wait: 2m", "wait: 2", "is a duration without a unit"),
        ("escalate: default", "escalate: defaults", "there is no policy 'defaults'"),
        ("run: [systemctl, restart, api]", "run: [\"{rule}\"]", "a command's program is fixed"),
        ("hours: Mon-Fri 09:00-18:00", "hours: Mon-Fry 09:00-18:00", "is not a weekday"),
    ]) func whatIsWrongIsSaidWithItsPlace(_ text: String, _ other: String, _ message: String) {
        let found = findings(text, by: other)
        #expect(found.contains { $0.contains(message) && $0.hasPrefix("launch.yaml:") }, "\(found)")
    }

    private static let rules = """
        alerts:
          rules:
            - {alert: down, series: "*.up", below: 1, severity: critical, notify: default}
            - {alert: slow, series: api.p95, above: 200ms, severity: warning, notify: default}

        """

    @Test(arguments: [
        ("alertname: down", "{label:edge}", "has no label 'edge'"),
        ("alertname: slow", "{label:probe}", "has no label 'probe'"),
        ("severity: warning", "{label:prob}", "has no label 'prob'"),
        ("alertname: down", "{address}", "{address} is known only with"),
        ("alertname: ActionStuck", "{label:probe}", "has no label 'probe'"),
    ]) func aPlaceholderThatCanStandForNothingIsRefused(when: String, word: String, message: String) {
        let found = findings(
            "{name: restart, when: {alertname: api}, run: [systemctl, restart, api]",
            by: "{name: restart, when: {\(when)}, run: [systemctl, restart, \"\(word)\"]", and: Self.rules)
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test(arguments: [
        ("alertname: down", "{label:probe}"), ("severity: critical", "{label:severity}"),
        ("alertname: ActionStuck", "{label:action}"), ("alertname: db.up", "{label:measure}"),
    ]) func aPlaceholderThatStandsForALabelIsTaken(when: String, word: String) throws {
        let rules = when.contains("db.up") ? "" : Self.rules
        let text = EscalationTests.people.replacing(
            "when: {alertname: api}, run: [systemctl, restart, api]",
            with: "when: {\(when)}, run: [systemctl, restart, \"\(word)\"]")
        let file = try load(Sample.yaml + text + rules)
        #expect(!file.warnings.contains { $0.message.contains("answers no alert") }, "\(file.warnings)")
    }

    @Test func aResponseThatAnswersNothingIsDoubted() throws {
        let file = try load(
            Sample.yaml + EscalationTests.people.replacing("{alertname: api}", with: "{alertname: dwn}") + Self.rules)
        let warning = try #require(file.warnings.first { $0.message.contains("'restart' answers no alert") })
        #expect(warning.hint?.contains("down") == true)
    }

    @Test func aFailedWatchIsNoAlert() {
        let found = findings(
            "when: {alertname: api}, run: [systemctl, restart, api]",
            by: "on: watch-failed, run: [systemctl, restart, \"{rule}\"]")
        #expect(found.contains { $0.contains("a failed watch is no alert") }, "\(found)")
    }

    @Test func aScheduleWithAGapIsRefusedWithItsFirstMinute() {
        let found = findings(
            "from: 2026-01-05}", by: "from: 2026-01-05, hours: [Mon-Fri 00:00-24:00, Sat 00:00-13:00]}")
        #expect(found.count == 1)
        #expect(found.first?.contains("nobody is on call by 'devops' at Sat 2026-01-10 13:00") == true, "\(found)")
    }

    @Test func anAlertMustNameAPolicyThatIsThere() {
        let alerts = """
            alerts:
              rules:
                - {alert: slow, series: api.p95, above: 200ms, severity: critical, notify: defaults, summary: "slow"}

            """
        let found = errors(in: Sample.yaml + EscalationTests.people + alerts)
        #expect(
            found.contains { $0.contains("'slow' notifies 'defaults'") && $0.contains("did you mean 'default'?") },
            "\(found)")
    }

    @Test("the commented example in Config/barberpro.yaml loads: the four steps of the launch plan")
    func example() throws {
        let path = ShippedConfigurationTests.root.appending(path: "Config/barberpro.yaml").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: "\n# channels:\n")).lowerBound
        let end = try #require(text.firstRange(of: "\n# Alertmanagers")).lowerBound
        let lines = text[start..<end].split(separator: "\n").compactMap { line -> String? in
            // What explains begins with a capital or a backquote; what is an example is YAML behind its mark.
            guard line.hasPrefix("# ") else { return nil }
            let rest = line.dropFirst(2)
            return rest.hasPrefix(" ") || rest.hasSuffix(":") ? String(rest) : nil
        }
        let file = try load(
            Sample.yaml + "launch: {at: 2026-03-09T09:00:00-03:00}\n" + lines.joined(separator: "\n") + "\n")
        let launch = file.configuration
        let policy = try #require(launch.policies.first { $0.name == "default" })
        #expect(policy.steps.count == 4)
        #expect(launch.contacts.map(\.role) == ["DevOps lead", "Backend lead", "CTO", "CEO"])
        #expect(launch.policies.map(\.name) == ["default", "business"])
        #expect(launch.deadMan.count == 1)
    }
}
