import Foundation
import Launch
import Settings
import Testing

@Suite("The section readiness, and the launch")
struct ReadinessSectionTests {
    private func load(_ more: String) throws(ConfigErrors) -> LaunchConfigurationFile {
        try LaunchConfigurationFile.load(bytes: Array((Sample.yaml + more).utf8), name: "launch.yaml")
    }

    private func trouble(_ more: String) -> [String] {
        do throws(ConfigErrors) {
            _ = try load(more)
            return []
        } catch { return error.errors.map(\.message) }
    }

    private func station(_ check: String) -> String {
        "readiness:\n  stations:\n    - {name: one, checks: [\(check)]}\n"
    }

    @Test func everyKindOfCheckIsRead() throws {
        let file = try load(
            "readiness:\n  deploy: refuse\n  stations:\n    - name: one\n      title: One\n      checks:\n"
                + [
                    "{series: db.query, must: below 100ms, max_age: 1m}", "{series: api.p95}", "{target: api}",
                    "{no_alert: ['severity=critical']}", "{dead_man: fresh}", "{contacts: 30d}", "{channels: 7d}",
                    "{rules: active}", "{probes: known}", "{escalation: complete}", "{security: tls, grade: A-}",
                    "{backup: proved}", "{attested: walked through}",
                ].map { "        - \($0)\n" }.joined())
        let plan = try #require(file.configuration.readiness)
        #expect(plan.deploy == .refuse && plan.deadMen.isEmpty && plan.probes == ["api.up", "db.up"])
        #expect(plan.stations.map(\.title) == ["One"])
        #expect(
            plan.stations[0].checks == [
                .series(SeriesCondition(series: "db.query", must: .below(100), maximumAge: .minutes(1))),
                .series(SeriesCondition(series: "api.p95")), .target("api"),
                .alerts([LabelMatcher(name: "severity", value: "critical")]), .deadMan, .contacts(within: .days(30)),
                .channels(within: .days(7)), .rules, .probes, .escalation, .security("tls", grade: .aMinus),
                .backup(proved: true), .attested("walked through"),
            ])
    }

    @Test(arguments: [
        "{series: db.qury, must: below 100ms}", "{series: db.query, must: 100ms}", "{target: apii}", "{no_alert: []}",
        "{dead_man: yes}", "{contacts: soon}", "{security: tls, grade: Z}", "{backup: maybe}", "{roll_call: complete}",
        "{}", "{series: api.p95, target: api}", "{series: db.query, must: below 100ms, max_age: 1ms}",
    ])
    func aCheckThatCannotBeTakenIsRefused(check: String) { #expect(!trouble(station(check)).isEmpty) }

    @Test func aRuleOverManySeriesIsAboutThoseThatItMakesAlertsOf() throws {
        let file = try LaunchConfigurationFile.load(
            path: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
                .appending(path: "Config/barberpro.yaml").path)
        let rules = try #require(file.configuration.readiness?.rules)
        let plan = file.configuration.alertPlan(zone: .utc)
        for (index, rule) in file.configuration.alerts.rules.enumerated() {
            let judged = Set(plan.targets.filter { $0.rule == index }.flatMap(\.condition.inputs))
            #expect(Set(rules[index].series) == judged, "\(rule.name)")
        }
    }

    @Test func aStationWithoutAChecksIsRefused() {
        #expect(
            trouble("readiness:\n  stations:\n    - {name: one, checks: []}\n") == [
                "a station without a check is go whatever happens"
            ])
        #expect(trouble("readiness:\n  stations: []\n") == ["there is no station"])
    }

    // MARK: The launch

    private func launch(_ text: String) -> String { "launch: {\(text)}\n" }

    @Test func aTimeWithoutAnOffsetIsTheZones() throws {
        let file = try load(launch("at: 2026-03-09T09:00"))
        #expect(file.configuration.launch.at == Timestamp(seconds: 1_773_057_600))
    }

    @Test(arguments: [
        // A leap day, and none.
        ("2028-02-29T10:00", "America/Argentina/Buenos_Aires", true),
        ("2027-02-29T10:00", "America/Argentina/Buenos_Aires", false),
        // The clocks of New York go forward at 02:00 on 8 March 2026, and back at 02:00 on 1 November.
        ("2026-03-08T02:30", "America/New_York", false), ("2026-03-08T03:00", "America/New_York", true),
        ("2026-11-01T01:30", "America/New_York", false), ("2026-11-01T01:30:00-05:00", "America/New_York", true),
        ("tomorrow", "America/New_York", false),
    ])
    func timesThatComeOnceAreTaken(text: String, zone: String, isFit: Bool) {
        var taken = true
        do throws(Misfit) { _ = try LaunchTimeText.timestamp(text, zoneName: zone) } catch { taken = false }
        #expect(taken == isFit)
    }

    @Test func holidaysStandInTheFileOrBesideIt() throws {
        let file = try load(
            launch(
                "window: 'Mon-Fri 09:00-18:00', holidays: [{date: 2026-12-25, name: Navidad}, {date: 2026-12-07, name: Puente, open: true}]"
            ))
        #expect(
            file.configuration.launch.window?.holidays
                == [LaunchHoliday(year: 2026, month: 12, day: 25, name: "Navidad")])
        #expect(
            !trouble(launch("window: 'Mon-Fri 09:00-18:00', holidays: [{date: 2026-02-30, name: Nunca}]")).isEmpty)
        #expect(!trouble(launch("holidays: [{date: 2026-12-25, name: Navidad}]")).isEmpty)
    }

    @Test func holidaysThatCannotBeReadKeepTheWindowClosed() throws {
        let file = try load(launch("window: 'Mon-Fri 09:00-18:00', holidays: missing.yaml"))
        #expect(file.configuration.launch.window?.holidays == [])
        #expect(file.warnings.contains { $0.message.contains("missing.yaml") })
    }
}
