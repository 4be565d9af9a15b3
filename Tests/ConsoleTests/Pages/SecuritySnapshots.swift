import Console
import Launch
import Testing

/// Pictures of the security page: well, in trouble, and without any evidence.
@Suite struct SecuritySnapshots {
    private static func checks(troubled: Bool) -> [(SecurityCheck, ago: Milliseconds)] {
        [
            (
                SecurityCheck(
                    station: "defence",
                    summary: troubled
                        ? "22 of 24 trials are well; edge-2 sql injection: let through: answered 200, not 403"
                        : "24 trials: attacks refused, customers served, limits met",
                    items: troubled
                        ? [
                            .init("edge-2 sql injection", .critical, "let through: answered 200, not 403"),
                            .init(
                                "edge-2 limit auth", .critical, "7 requests in 31 ms, none refused: there is no limit"),
                        ] : [.init("edge-1 clean", .ok, "answered 200")], every: .minutes(5)), .minutes(2)
            ),
            (
                SecurityCheck(
                    station: "refused", summary: "41.2/min refused of 812/min in 5 min, 0.3/min banned",
                    items: [
                        .init("waf", .ok, "", number: 30.1, mark: "reason"),
                        .init("limit", .ok, "", number: 11.1, mark: "reason"),
                        .init("RU", .ok, "", number: 20, mark: "country"),
                        .init("AR", .ok, "", number: 4.5, mark: "country"),
                        .init(
                            "942100 SQL Injection Attack Detected via libinjection", .ok, "", number: 21.4, mark: "rule"
                        ),
                        .init("guardia-waf", .ok, "", number: 0.3, mark: "ban"),
                    ], every: .minutes(1)), .seconds(20)
            ),
            (
                SecurityCheck(
                    station: "tls",
                    summary: troubled
                        ? "2 of 4 endpoints are well, the first certificate expires in 3 d"
                        : "4 of 4 endpoints are well, the first certificate expires in 61 d",
                    items: [
                        .init(
                            "api.barberpro.ar at 10.0.0.5", troubled ? .critical : .ok,
                            troubled ? "the certificate expires in 3 d" : "nothing to object to",
                            number: troubled ? 3.4 : 61.2, mark: "A+"),
                        .init(
                            "api.barberpro.ar at 10.0.0.6", troubled ? .critical : .ok,
                            troubled
                                ? "a newer certificate is on disk, but the server shows the old one: it was not reloaded"
                                : "nothing to object to",
                            number: troubled ? 3.4 : 61.2, mark: "A+"),
                        .init("turnos.barberpro.ar", .ok, "nothing to object to", number: 84, mark: "A"),
                        .init("pagos.barberpro.ar", .ok, "nothing to object to", number: 1084, mark: "A-"),
                    ], every: .hours(1)), .minutes(12)
            ),
            (
                SecurityCheck(
                    station: "renewal", summary: "renewed in 31 d, 61 d left",
                    items: [.init("api.barberpro.ar", .ok, "renewed in 31 d, 61 d left", number: 61)], every: .hours(1)),
                .minutes(12)
            ),
            (
                SecurityCheck(
                    station: "compliance",
                    summary: troubled ? "1 met, 1 not met, 22 needs a person" : "2 met, 22 needs a person",
                    items: [
                        .init(
                            "PCI DSS 4.0.1 3.5.1", troubled ? .critical : .ok,
                            troubled ? "not met: 3 card numbers in /var/log/barberpro/api.log" : "needs a person: keys")
                    ], every: .hours(24)), .hours(9)
            ),
            (
                SecurityCheck(
                    station: "scan",
                    summary: troubled ? "1 of 2 reports are current; 1 critical, 2 high" : "2 of 2 reports are current",
                    items: troubled
                        ? [
                            .init("images", .critical, "1 critical, 2 high, 1 new", number: 3),
                            .init(
                                "CVE-2024-3094", .critical, "xz-utils 5.6.0: backdoor, mended in 5.6.2",
                                mark: "critical"),
                            .init("ports", .unknown, "the report is 60 h old, more than 48 h: nothing found then"),
                        ] : [.init("images", .ok, "nothing found"), .init("ports", .ok, "nothing found")],
                    every: .hours(6)),
                troubled ? .hours(40) : .hours(2)
            ),
            (
                SecurityCheck(
                    station: "audit",
                    summary: troubled
                        ? "event 412 is not what was written, or the one before it was replaced"
                        : "18204 events, the chain holds",
                    items: [
                        .init(
                            "hash chain", troubled ? .critical : .ok,
                            troubled ? "event 412 is not what was written" : "holds")
                    ],
                    every: .hours(1)), .minutes(3)
            ),
        ]
    }

    /// Half an hour of what the edges turn away; in trouble, their log cannot be read since four minutes.
    private static func tell(_ launch: inout BarberPro, troubled: Bool) {
        var manifest = Deployed.manifest
        let edgeless = Deployment(colours: [], edges: [], release: ReleasePlan(command: CommandPlan(words: [])))
        manifest.series += DefencePlan(bans: [BanWatch(name: "edge-1", log: "/var/log/fail2ban.log")]).series(
            of: edgeless)
        launch.board.apply(manifest)
        for ago in stride(from: Int64(1790), through: 0, by: -10) {
            let isLost = troubled && ago < 240
            let blocked = ago < 600 ? 41.2 + Double(ago % 70) : 6 + Double(ago % 30) / 10
            let trouble = Launch.Measurement.missed("/var/log/nginx/guardia-edge.log cannot be read: Permission denied")
            launch.board.apply(
                Tick(
                    at: launch.now.advanced(by: .seconds(-ago)),
                    readings: [
                        Reading("defence.up", .number(isLost ? 0 : 1)),
                        Reading("defence.blocked", isLost ? trouble : .number(blocked)),
                        Reading("defence.bans", .number(ago % 300 == 0 ? 1 : 0)),
                    ]))
        }
    }

    private func model(_ width: Int, _ height: Int, troubled: Bool) -> Model {
        var deployed = Deployed()
        Self.tell(&deployed.launch, troubled: troubled)
        for (check, ago) in Self.checks(troubled: troubled) {
            deployed.launch.board.apply(
                Event(
                    origin: "bastion-1", at: deployed.launch.now.advanced(by: ago * -1),
                    body: .security(.checked(check))))
        }
        return deployed.model(width, height)
    }

    @Test("well, and in trouble", arguments: [(40, 12), (80, 24), (120, 40), (200, 60)])
    func page(width: Int, height: Int) {
        for (name, troubled) in [("calm", false), ("troubled", true)] {
            expectSnapshot(
                model(width, height, troubled: troubled).pressing("S").frame, "security-\(name)-\(width)x\(height)")
        }
    }

    @Test func withoutEvidenceItSaysSo() {
        expectSnapshot(Deployed().model(80, 24).pressing("S").frame, "security-nothing-80x24")
    }

    @Test func itScrollsAndEscGoesBack() {
        var model = model(80, 12, troubled: true).pressing("S")
        #expect(model.overlays == [.security(top: 0)])
        model.press("end")
        guard case .security(let top)? = model.overlays.last else {
            Issue.record("the page is gone")
            return
        }
        #expect(top > 0)
        model.press("home")
        #expect(model.overlays == [.security(top: 0)])
        model.press("esc")
        #expect(model.overlays.isEmpty)
    }
}
