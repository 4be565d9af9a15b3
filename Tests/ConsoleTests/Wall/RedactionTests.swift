import Console
import Launch
import Testing

/// What is planted on a board whose wall hides it must not be in any cell of any frame, whole or in part.
@Suite struct RedactionTests {
    // MARK: Shapes

    @Test(
        "what has the shape of something hidden is hidden",
        arguments: [
            ("down: 10.20.30.40:5432 refused", "10.20"), ("no route to 2001:db8::17", "db8"),
            ("fe80::1%eth0 gone", "fe80"), ("call +54 9 341 555-0199 now", "555"), ("call (0341) 455-0199", "455"),
            ("mail ana@barberpro.ar", "barberpro"), ("see https://intranet/runbook", "intranet"),
            ("api.barberpro.ar is down", "barberpro"), ("/var/lib/guardia/guardia.journal is gone", "lib"),
            ("paid $ 412.300/h", "412"), ("US$ 99,50 lost", "99"), ("lost ARS 1.234", "1.234"),
            ("1.234 pesos", "1.234"),
            ("now $ 4,1 M/h", "4,1"), ("cut at 10.20.3…", "10.20"), ("cut at api.barber…", "barber"),
            ("cut at +54 9 34…", "34"), ("aa:bb:cc:dd:ee:ff", "bb"),
        ])
    func shapes(text: String, secret: String) {
        let redacted = Redaction(.standard, names: [], hosts: [])(text)
        #expect(!redacted.contains(secret), "\(redacted)")
        #expect(redacted.contains(Redaction.mark))
    }

    @Test(
        "what only looks alike is not",
        arguments: [
            "T+00:42:17", "14:42:17 ART", "27/11/2026 14:42:17", "ends 27/11/2026 05:17:42: no engine",
            "2026-11-27 14:42", "v1.4.0", "3,4 s > 3,0 s",
            "1.234.567 requests", "step 2 of 4, next in 03:12",
            "ROLLBACK READY v1.3.9, verified 2 s ago through 2/2 edges",
            "Payment p95", "BLUE v1.4.0 100 %", "1.014/s", "wk+8%", "61 d", "p95 AR ≤ 200 ms", "T+12 d 03:14", "+8 %",
            "✗ 3 critical", "ENGINE SILENT since 14:42:16, nobody is paged",
        ])
    func harmless(text: String) {
        #expect(Redaction(.standard, names: ["ana"], hosts: ["edge-1"])(text) == text)
    }

    @Test func knownNamesGoAsWordsAndHiddenWordsAnywhere() {
        let redaction = Redaction(
            KioskPlan(words: ["Barbería Pérez"]), names: ["ana", "Néstor Gil"], hosts: ["edge-1"])
        #expect(redaction("by ana: mañana, banana") == "by ***: mañana, banana")
        #expect(redaction("nestor called") == "*** called")
        #expect(redaction("edge-1 and edge-12") == "*** and edge-12")
        #expect(redaction("xBARBERIA PEREZx owes") == "x***x owes")
        #expect(redaction("owed by barbería pé…") == "owed by ***…")
    }

    @Test func whatTheConfigDoesNotHideIsShown() {
        let open = Redaction(KioskPlan(hide: []), names: ["ana"], hosts: ["edge-1"])
        let text = "ana at 10.0.0.7 (api.example.ar) owes $ 12"
        #expect(open(text) == text)
        let money = Redaction(KioskPlan(hide: [.money]), names: ["ana"], hosts: ["edge-1"])
        #expect(money(text) == "ana at 10.0.0.7 (api.example.ar) owes ***")
    }

    @Test func idempotent() {
        let redaction = Redaction(.standard, names: ["ana"], hosts: [])
        for text in ["ana $ 12 at 10.0.0.7", "***", "mail a@b.c, +54 9 341 555 0199"] {
            #expect(redaction(redaction(text)) == redaction(text))
        }
    }

    // MARK: Frames

    /// Planted in every text that a journal has; and the smallest part that would already be too much.
    private static let planted = ["10.99.88.77", "+54 9 341 777-8899", "zulma@secreta.example", "db-7.secreta.example"]
    private static let parts = [
        "99.88", "777-8", "zulma", "Zulma", "ZULMA", "secreta", "Peluquín", "987.654", "Quiroga", "berenice",
        "BERENICE",
    ]

    private static var poisoned: [BarberPro] {
        let poison = planted.joined(separator: " ")
        var manifest = BarberPro.manifest
        manifest.roster = Roster(
            contacts: [ContactFacts(name: "zulma", title: "Zulma Quiroga", role: "ops", channels: ["sms"])])
        manifest.kiosk = KioskPlan(words: ["Peluquín"], series: ["biz.new_users"])
        manifest.product.name = "Barber \(poison)"
        for index in manifest.series.indices { manifest.series[index].title += " \(poison) of Peluquín" }
        for index in manifest.panes.health.indices { manifest.panes.health[index].title += " \(poison) for Zulma" }
        for index in manifest.panes.business.indices { manifest.panes.business[index].title += " $ 987.654" }
        if let geo = manifest.panes.geo {
            manifest.panes.geo?.title = poison
            for index in geo.regions.indices { manifest.panes.geo?.regions[index].name = "\(poison) Peluquín" }
        }
        manifest.readiness = Polled.manifest.readiness
        for index in manifest.readiness?.stations.indices ?? 0..<0 where index.isMultiple(of: 2) {
            manifest.readiness?.stations[index].title += " \(poison)"
        }
        return [BarberPro.calm, .trouble].map { launch in
            var launch = launch
            launch.board.apply(manifest)
            // Somebody who is no contact and has never acted, and speaks in the poll.
            let until = BarberPro.now.utc + .hours(1)
            let reason = "asked \(poison), says berenice of Peluquín"
            launch.say(.readiness(.held(.init(station: "application", by: "berenice", reason: reason))), ago: 60)
            launch.say(
                .readiness(.waived(.init(station: "monitoring", by: "berenice", reason: reason, until: until))), ago: 50
            )
            launch.say(
                .readiness(
                    .attested(.init(station: "procedures", by: "berenice", isGo: false, reason: reason, until: until))),
                ago: 40)
            for (index, series) in ["api.p95", "pay.p95", "biz.revenue", nil].enumerated() {
                let facts = Firing.facts(
                    "rule\(index)", series.map { SeriesID($0) }, index == 0 ? .critical : .warning,
                    "Peluquín lost $ 987.654 at \(poison), says Zulma", value: 5, .above(1),
                    labels: ["customer": "Peluquín"], ago: 90)
                launch.say(.alert(.fired(.init(alert: facts))), ago: 90)
            }
            return launch
        }
    }

    @Test("nothing that is planted is in any frame", arguments: [(40, 12), (57, 19), (80, 24), (120, 40), (200, 60)])
    func frames(width: Int, height: Int) {
        for launch in Self.poisoned {
            for silent in [false, true] {
                let now = silent ? BarberPro.now.advanced(by: 60_000) : BarberPro.now
                var model = launch.model(width, height, mode: .kiosk(mayQuit: false), now: now)
                _ = model.update(
                    .readerNote("/srv/secreta/zulma.journal is gone: \(Self.planted.joined(separator: " "))"))
                for turn in 0..<24 {
                    let rows = model.frame.rows
                    for part in Self.parts {
                        for row in rows where row.contains(part) {
                            Issue.record("“\(part)” on turn \(turn) at \(width)×\(height): \(row)")
                        }
                    }
                    model.press("n")
                }
            }
        }
    }

    @Test func anOperatorSeesWhatAWallDoesNot() {
        let rows = Self.poisoned[1].model(200, 60).frame.rows.joined(separator: "\n")
        #expect(rows.contains("Peluquín"))
    }

    @Test func amountsAreNotInBigLettersEither() {
        // In big letters there is no text to look for: the page with the amount and the page without must not be told apart.
        var frames: [[String]] = []
        for amount in [412_300.0, 987_654] {
            var launch = BarberPro.calm
            launch.board.apply(Tick(at: BarberPro.now, readings: [Reading("biz.revenue", .number(amount))]))
            var model = launch.model(200, 60, mode: .kiosk(mayQuit: false))
            for _ in 0..<10 {
                if case .rows(.business, _) = model.wallScreen { break }
                model.press("n")
            }
            frames.append(model.frame.rows)
        }
        #expect(frames[0] == frames[1])
        #expect(frames[0].contains { $0.contains("not for a wall") })
    }
}
