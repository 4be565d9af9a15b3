import Foundation
import Glibc
import Journal
import Launch
import Report
import Testing

/// A launch that was written into a journal, and read back as a report.
final class ReportLab {
    let folder: String
    var journal: String { folder + "/launch.journal" }

    init() throws {
        ReportLab.adoptLocale()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Which character has a width is a matter of the locale, and a report has arrows.
    static func adoptLocale() { setlocale(LC_CTYPE, "C.UTF-8") }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func at(_ seconds: Double) -> Moment {
        let passed = Milliseconds(Int64(seconds * 1000))
        return Moment(
            utc: Timestamp(seconds: 1_795_489_200) + passed, uptime: .seconds(5000) + passed, boot: BootID(rawValue: 7))
    }

    static let ana = Operator(name: "ana", uid: 1000, host: "bastion-1")

    static func manifest(_ title: String = "API p95") -> Manifest {
        var manifest = Manifest(
            product: Product(name: "BarberPro"), zone: .utc, launchAt: at(0).utc, environment: "test",
            series: [
                Series(
                    id: "api.p95", title: title, unit: .milliseconds, interval: 1000,
                    thresholds: Thresholds(warning: .above(150), critical: .above(200)))
            ], panes: Panes(health: [.init(title: "API", main: "api.p95")]),
            kpis: [Kpi(name: "p95", title: title, series: "api.p95", target: .atMost(200))])
        manifest.checklist = [
            ChecklistItem(id: "payments", text: "Validate payments", group: "0-24 h", owner: "Ana", due: .minutes(1))
        ]
        return manifest
    }

    static func facts(_ summary: String) -> AlertEvent.Facts {
        .init(
            rule: "latency", labels: Labels(["alertname": "latency"]), severity: .critical, summary: summary,
            series: "api.p95", since: at(90))
    }

    static let chain = EscalationID("esc-1")

    /// Fault at 90 s, fired at 100 s, paged at 104 s, step 2 at 200 s, taken at 220 s, over at 400 s.
    static func story(_ summary: String = "API p95 is over 200 ms", reason: String = "because") -> [(
        Double, Event.Body
    )] {
        let facts = facts(summary)
        let id = ActionID("rollback-20261124T030000Z-0001")
        func step(_ number: Int, at seconds: Double) -> (Double, Event.Body) {
            (
                seconds,
                .escalation(
                    .stepped(
                        .init(escalation: chain, step: number, round: 0, due: at(seconds + 120), contacts: ["ana"])))
            )
        }
        return [
            (100, .alert(.fired(.init(alert: facts)))),
            (
                101,
                .escalation(
                    .started(
                        .init(
                            escalation: chain, policy: EscalationPolicy(name: "p", steps: []),
                            alerts: [facts.fingerprint],
                            group: Labels([:]), severity: .critical, summary: summary)))
            ),
            step(0, at: 102),
            (
                103,
                .escalation(
                    .queued(
                        .init(
                            page: PageID("pg"), escalation: chain, channel: "sms", contact: "ana", purpose: .page,
                            step: 0)))
            ),
            (104, .escalation(.attempted(.init(page: PageID("pg"), outcome: .sent(reference: "x"))))),
            step(1, at: 200),
            (220, .alert(.acknowledged(.init(alert: facts.fingerprint, by: "ana", way: .sms, until: nil)))),
            (
                300,
                .action(
                    .started(
                        .init(
                            id: id, kind: .rollback, by: ana, reason: reason, command: [],
                            from: .init(colour: "blue", version: "v1.4.0"),
                            to: .init(colour: "green", version: "v1.3.9"),
                            steps: [.init(name: "flip", title: "Flip")], pid: 1)))
            ),
            (301, .action(.stepStarted(.init(action: id, step: "flip")))),
            (302, .action(.stepEnded(.init(action: id, step: "flip", outcome: .done, detail: "", split: "green")))),
            (303, .action(.ended(.init(action: id, outcome: .done, summary: "green serves", split: "green")))),
            (400, .alert(.resolved(.init(alert: facts.fingerprint)))),
            (410, .checklist(.ticked(.init(item: "payments", by: ana, note: "real cards", revision: 0)))),
        ]
    }

    func write(
        _ manifest: Manifest = ReportLab.manifest(), seconds: Int = 600,
        _ story: [(Double, Event.Body)] = ReportLab.story()
    ) throws {
        let writer = try JournalWriter(path: journal, origin: "bastion-1")
        try writer.record(manifest, at: ReportLab.at(0))
        for second in 0..<seconds {
            let value = (90..<400).contains(second) ? 240.0 : 80
            try writer.record([Tick(at: ReportLab.at(Double(second)), readings: [Reading("api.p95", .number(value))])])
        }
        for (at, body) in story { try writer.append([body], at: ReportLab.at(at)) }
    }

    func report(from: Timestamp? = nil, to: Timestamp? = nil) throws -> LaunchReport {
        LaunchReport(
            try LaunchReport.Material.read(
                JournalReader(path: journal), from: from, to: to, now: ReportLab.at(1000).utc
            ) { event in
                switch event.body {
                case .alert(.fired(let fired)): fired.alert.summary
                case .action(.started(let started)): started.reason
                default: event.body.kind
                }
            })
    }
}

@Suite struct ReportTests {
    private let lab: ReportLab
    init() throws { lab = try ReportLab() }

    @Test func theTimesOfAnAlertAreThoseOfItsPeople() throws {
        let events = ReportLab.story().map { Event(origin: "b", at: ReportLab.at($0.0), body: $0.1) }
        let episode = try #require(AlertEpisodes(events).all.first)
        #expect(episode.faultToPage == .seconds(14))
        #expect(episode.alertToAck == .seconds(120))
        #expect(episode.acknowledged?.by == "ana")
        #expect(episode.acknowledged?.step == 1)
        #expect(episode.lasted == .seconds(300))
        let people = ResponseTimes.byPerson([episode])
        #expect(people.map(\.name) == ["ana"])
        #expect(people.first?.worst == .seconds(120))
        #expect(ResponseTimes.byStep([episode]).map(\.name) == ["step 2"])
    }

    @Test func aPageThatFailedIsNoPage() throws {
        let events = ReportLab.story().map { at, body -> Event in
            guard case .escalation(.attempted(let page)) = body else {
                return Event(origin: "b", at: ReportLab.at(at), body: body)
            }
            return Event(
                origin: "b", at: ReportLab.at(at),
                body: .escalation(.attempted(.init(page: page.page, outcome: .failed(reason: "no such number")))))
        }
        #expect(AlertEpisodes(events).all.first?.faultToPage == nil)
    }

    @Test func thePageHasEverythingThatHappened() throws {
        try lab.write()
        let page = ReportPage(try lab.report()).text
        for part in [
            "BarberPro launch report", "API p95 is over 200 ms", "14 s by sms", "2 min", "ana, step 2",
            "rollback blue v1.4.0 → green v1.3.9",
            "Validate payments", "real cards", "☑", "target 200 ms", "✓ met", "<svg",
        ] { #expect(page.contains(part), "\(part)") }
        // The rollback stands in the chart by its letter.
        #expect(page.contains("class=\"mark\""))
        #expect(page.contains(">R</text>"))
    }

    @Test func textFromOutsideStaysText() throws {
        let hostile = "</td><script>alert(1)</script><img src=x onerror=alert(2)> \"'`&amp; \u{1b}[31m \u{202e}olleh"
        var manifest = ReportLab.manifest(hostile)
        manifest.product.name = hostile
        manifest.checklist = [ChecklistItem(id: "x", text: hostile, group: hostile, owner: hostile, due: 0)]
        try lab.write(manifest, ReportLab.story(hostile, reason: hostile))
        let page = ReportPage(try lab.report()).text
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(!page.contains("\u{1b}"))
        #expect(!page.contains("\u{202e}"))
        #expect(page.contains("&lt;script&gt;alert(1)"))
        #expect(page.contains("&amp;amp;"))
        let markdown = ReportMarkdown(try lab.report()).text
        #expect(!markdown.contains("<script"))
        #expect(!markdown.contains("\u{1b}"))
    }

    @Test func thePageAsksNobodyForAnything() throws {
        try lab.write()
        let page = ReportPage(try lab.report()).text
        for part in ["http://", "https://", "src=", "href=", "url(", "@import", "<link", "<script", "<iframe"] {
            #expect(!page.contains(part), "\(part)")
        }
        #expect(page.contains("default-src 'none'"))
        #expect(page.contains("@media print"))
    }

    @Test func anEmptyJournalIsAReportThatSaysSo() throws {
        _ = try JournalWriter(path: lab.journal, origin: "b")
        let report = try lab.report()
        let page = ReportPage(report).text
        for part in ["Launch report", "Nothing fired.", "Nothing was done.", "Nothing was read", "tells of nothing"] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(ReportMarkdown(report).text.contains("Nothing fired."))
    }

    @Test func onlyWhatIsBetweenTheTimesIsTold() throws {
        try lab.write()
        let early = ReportPage(try lab.report(to: ReportLab.at(95).utc)).text
        #expect(!early.contains("rollback v1.4.0"))
        #expect(early.contains("Nothing fired."))
        #expect(early.contains("☐"))
        // What began before is whole all the same.
        let late = ReportPage(try lab.report(from: ReportLab.at(350).utc)).text
        #expect(late.contains("14 s by sms"))
        #expect(!late.contains("rollback blue v1.4.0 → green v1.3.9"))
    }

    @Test func thePeakOfASlotIsNotAveragedAway() throws {
        let writer = try JournalWriter(path: lab.journal, origin: "b")
        try writer.record(ReportLab.manifest(), at: ReportLab.at(0))
        for second in 0..<3600 {
            let value = second == 1801 ? 4000.0 : 80
            try writer.record([Tick(at: ReportLab.at(Double(second)), readings: [Reading("api.p95", .number(value))])])
        }
        #expect(ReportPage(try lab.report()).text.contains("most 4,0 s"))
    }

    /// A poll of two stations: one that its series decides, one that people do; T−0 is 200 s after the beginning.
    private func polled() -> (Manifest, [(Double, Event.Body)]) {
        var manifest = ReportLab.manifest()
        manifest.launchAt = ReportLab.at(200).utc
        manifest.readiness = ReadinessPlan(
            stations: [
                .init(
                    name: "api", title: "API <b>health</b>",
                    checks: [.series(SeriesCondition(series: "api.p95", must: .below(200)))]),
                .init(name: "monitoring", title: "Monitoring", checks: [.deadMan]),
                .init(name: "procedures", title: "Procedures", checks: [.attested("the runbook was walked through")]),
            ], deploy: .refuse)
        func say(_ event: ReadinessEvent) -> Event.Body { .readiness(event) }
        let later = ReportLab.at(7200).utc
        return (
            manifest,
            ReportLab.story()
                + [
                    (10, say(.turned(.init(station: "api", from: nil, to: .go, why: "")))),
                    (
                        20,
                        say(
                            .waived(
                                .init(
                                    station: "monitoring", by: "leo", reason: "the monitor comes tomorrow", until: later
                                )))
                    ),
                    (
                        30,
                        say(
                            .attested(
                                .init(
                                    station: "procedures", by: "ana", isGo: true, reason: "walked through", until: later
                                )))
                    ),
                    (40, say(.turned(.init(station: nil, from: .noGo, to: .go, why: "3 of 3 stations")))),
                    (
                        95,
                        say(.turned(.init(station: "api", from: .go, to: .noGo, why: "API p95 below 200 ms: 240 ms")))
                    ),
                    (96, say(.held(.init(station: nil, by: "carla", reason: "latency is looked at")))),
                    (402, say(.released(.init(station: nil, by: "carla", reason: "")))),
                    (405, say(.turned(.init(station: "api", from: .noGo, to: .go, why: "")))),
                ].map { ($0.0, $0.1) }
        )
    }

    @Test func thePollStandsInItAsItStoodByWhomAndOnWhat() throws {
        let (manifest, story) = polled()
        try lab.write(manifest, story.sorted { $0.0 < $1.0 })
        let page = ReportPage(try lab.report()).text
        let markdown = ReportMarkdown(try lab.report()).text
        for part in [
            "Go or no-go", "leo", "the monitor comes tomorrow", "walked through", "latency is looked at", "carla",
            "API p95 below 200 ms: 240 ms", "none is configured", "GO, waived",
        ] {
            #expect(page.contains(part), "\(part)")
            #expect(markdown.contains(part), "\(part)")
        }
        #expect(page.contains("API &lt;b&gt;health&lt;/b&gt;") && !page.contains("<b>health"))
        // At T−0 it was not go, at the end it was: both are told.
        let station = try #require(page.components(separatedBy: "<tr>").first { $0.contains("API &lt;b&gt;") })
        #expect(station.contains("<td>NO-GO</td><td>GO</td>"), "\(station)")
    }

    @Test func aWaiverThatIsOverIsNoGoAtTheEnd() throws {
        var (manifest, story) = polled()
        manifest.readiness?.stations.removeAll { $0.name != "monitoring" }
        story = story.map { at, body in
            guard case .readiness(.waived(var waived)) = body else { return (at, body) }
            waived.until = ReportLab.at(300).utc
            return (at, .readiness(.waived(waived)))
        }
        try lab.write(manifest, story.sorted { $0.0 < $1.0 })
        let markdown = ReportMarkdown(try lab.report()).text
        let line = try #require(markdown.split(separator: "\n").first { $0.hasPrefix("| Monitoring") })
        #expect(line.contains("NO-GO") && line.contains("EXPIRED"), "\(line)")
    }

    @Test func aLaunchWithoutAPollHasNoSuchSection() throws {
        try lab.write()
        #expect(!ReportPage(try lab.report()).text.contains("Go or no-go"))
    }

    @Test func whatWasOnlyTriedIsNotCountedAsDone() throws {
        let id = ActionID("deploy-20261124T040000Z-0002")
        var story = ReportLab.story()
        story.append(
            (
                500,
                .action(
                    .started(
                        .init(
                            id: id, kind: .deploy, by: ReportLab.ana, reason: "", command: [],
                            from: .init(colour: "green", version: "v1.3.9"),
                            to: .init(colour: "blue", version: "v1.6.0"), steps: [], pid: 1)))
            ))
        story.append((501, .action(.ended(.init(action: id, outcome: .refused, summary: "frozen")))))
        try lab.write(ReportLab.manifest(), story)
        let text = ReportMarkdown(try lab.report()).text
        #expect(text.contains("- Deploys: **1 refused**") && text.contains("- Rollbacks: **1 done**"), "\(text)")
        #expect(text.contains("rollback blue v1.4.0 → green v1.3.9"), "\(text)")
        #expect(text.contains("deploy green v1.3.9 → blue v1.6.0"), "\(text)")
    }

    @Test func anAlertThatGotWorseIsToldWithTheValueAndTheBoundOfThen() throws {
        func fired(_ severity: Severity, _ summary: String, value: Double, since: Double) -> Event {
            let facts = AlertEvent.Facts(
                rule: "latency", labels: Labels(["alertname": "latency"]), severity: severity, summary: summary,
                value: value, since: ReportLab.at(since))
            return Event(origin: "b", at: ReportLab.at(since + 10), body: .alert(.fired(.init(alert: facts))))
        }
        let episodes = AlertEpisodes([
            fired(.warning, "p95 160 ms > 150 ms", value: 160, since: 90),
            fired(.critical, "p95 240 ms > 200 ms", value: 240, since: 120),
        ]).all
        let episode = try #require(episodes.first)
        #expect(episodes.count == 1 && episode.facts.severity == .critical)
        #expect(episode.facts.summary == "p95 240 ms > 200 ms" && episode.facts.value == 240)
        // The fault began when it began.
        #expect(episode.facts.since == ReportLab.at(90) && episode.firedAt == ReportLab.at(100))
    }

    @Test func aChangedConfigIsInTheTimeline() throws {
        try lab.write()
        let writer = try JournalWriter(path: lab.journal, origin: "b")
        var manifest = ReportLab.manifest()
        manifest.series.append(Series(id: "db.up", title: "DB", unit: .count, interval: 1000))
        try writer.record(manifest, at: ReportLab.at(500))
        #expect(ReportPage(try lab.report()).text.contains("now reads db.up"))
    }
}

@Suite struct HandoverMarkdownTests {
    @Test func itSaysWhatStandsWhatChangedAndWhoIsThere() throws {
        ReportLab.adoptLocale()
        var board = Board()
        board.apply(ReportLab.manifest())
        for (at, body) in ReportLab.story("p95 <b>high</b>") where at < 400 {
            board.apply(Event(origin: "b", at: ReportLab.at(at), body: body))
        }
        board.apply(
            Event(
                origin: "b", at: ReportLab.at(390),
                body: .presence(.opened(.init(session: "s", by: ReportLab.ana, terminal: "pts/3")))))
        let handover = Handover(board, for: "ana", since: ReportLab.at(0).utc, at: ReportLab.at(395))
        let text = HandoverMarkdown(handover, manifest: board.manifest).text
        #expect(text.contains("**critical** p95 &lt;b&gt;high&lt;/b&gt;"))
        #expect(text.contains("taken by ana"))
        #expect(text.contains("**rollback** blue v1.4.0 → green v1.3.9 by ana"))
        // No engine was heard: whatever follows is not of now, and that comes first.
        #expect(text.split(separator: "\n")[1].hasPrefix("**The engine is silent"), "\(text)")
        board.heartbeat = Heartbeat(at: ReportLab.at(395))
        let alive = HandoverMarkdown(
            Handover(board, for: "ana", since: ReportLab.at(0).utc, at: ReportLab.at(395)), manifest: board.manifest)
        #expect(!alive.text.contains("silent"))
        #expect(text.contains("watches: ana@bastion-1 on pts/3"))
        #expect(text.contains("- [ ] Validate payments"))
        #expect(text.contains("**OVERDUE**"))
        #expect(text.contains("nothing is silenced"))
        // On a terminal nobody reads it as Markdown.
        let shown = HandoverMarkdown(handover, manifest: board.manifest, isForTerminal: true).text
        #expect(shown.contains("p95 <b>high</b>") && !shown.contains("&lt;"))
    }

    @Test func itSaysWhatIsOnHoldWhatLapsesAndHowThePollTurned() throws {
        ReportLab.adoptLocale()
        var board = Board()
        var manifest = ReportLab.manifest()
        manifest.readiness = ReadinessPlan(
            stations: [.init(name: "payments", title: "Payment *gateway*", checks: [])], deploy: .ignore)
        board.apply(manifest)
        let until = ReportLab.at(4000).utc
        let base = try #require(manifest.launchAt)
        for (at, event) in [
            (10, .turned(.init(station: "payments", from: .go, to: .noGo, why: "MercadoPago is down"))),
            (20, .waived(.init(station: "payments", by: "ana", reason: "sandbox", until: until))),
            (30, .attested(.init(station: "payments", by: "beto", isGo: true, reason: "", until: until))),
            (40, .clockHeld(.init(by: "carla", reason: "weather", base: base))),
        ] as [(Double, ReadinessEvent)] {
            board.apply(Event(origin: "b", at: ReportLab.at(at), body: .readiness(event)))
        }
        let handover = Handover(board, for: nil, since: ReportLab.at(0).utc, at: ReportLab.at(395))
        let text = HandoverMarkdown(handover, manifest: board.manifest).text
        #expect(text.contains("**readiness** Payment \\*gateway\\* GO → NO-GO: MercadoPago is down"), "\(text)")
        #expect(text.contains("the waiver of Payment \\*gateway\\* by ana, “sandbox”"))
        #expect(text.contains("the attestation of Payment \\*gateway\\* by beto\n"))
        #expect(text.contains("**on hold**: the launch clock, by carla since ") && text.contains(", “weather”"))
    }
}
