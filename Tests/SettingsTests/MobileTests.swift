import Launch
import Settings
import Testing

struct MobileTests {
    private static func yaml(_ more: String) -> String {
        """
        product: {name: BarberPro}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        launch: {at: 2026-03-12T09:00:00-03:00}
        journal: {path: /tmp/j}
        probes:
          - {name: site, type: command, run: [/bin/true], every: 1s}
        panes:
          health: [{title: Site, show: site.verdict, judge: [site.up]}]
        channels:
          - {name: mail, type: email, host: localhost, encryption: none, from: g@b.ar, to: ops@b.ar}
          - {name: sms, type: sms, account: AC00000000000000000000000000000001, token: "env:T", from: "+15005550006"}
        contacts:
          - {name: ana, title: Ana, ways: {sms: "+5491155550101"}}
        escalation:
          - {name: default, steps: [{notify: {contact: ana}, wait: 5m}]}
        \(more)
        """
    }

    @Test func aPageHasItsPlaceAndItsAddress() throws {
        let plan = try load(
            MobileTests.yaml(
                "mobile: {listen: \"127.0.0.1:7480\", url: \"https://g.b.ar/oncall/\", links_hold: 2h, language: es}")
        ).configuration.mobile
        #expect(
            plan == MobilePlan(listen: .port(7480), url: "https://g.b.ar/oncall", life: .hours(2), language: .spanish))
        #expect(plan?.origin == "https://g.b.ar" && plan?.prefix == "/oncall" && plan?.isEncrypted == true)
        let socket = try load(
            MobileTests.yaml("mobile: {listen: \"unix:/run/guardia/m.sock\", url: \"https://g.b.ar\"}"))
        #expect(socket.configuration.mobile?.listen == .socket(path: "/run/guardia/m.sock"))
        #expect(socket.configuration.mobile?.life == .hours(12))
    }

    @Test(arguments: [
        ("{listen: \"0.0.0.0:7480\", url: \"https://g.b.ar\"}", "not on this machine alone"),
        ("{listen: \"127.0.0.1:0\", url: \"https://g.b.ar\"}", "not where a page can be served"),
        ("{listen: \"unix:run/x\", url: \"https://g.b.ar\"}", "no path of a socket"),
        ("{listen: \"127.0.0.1:7480\", url: \"http://g.b.ar\"}", "it must be https"),
        ("{listen: \"127.0.0.1:7480\", url: \"https://g.b.ar/?x=1\"}", "no query"),
        ("{listen: \"127.0.0.1:7480\"}", "url"),
        ("{listen: \"127.0.0.1:7480\", url: \"https://g.b.ar\", links_hold: 1m}", "links_hold"),
    ])
    func aPageThatOthersCouldReachOrReadIsRefused(section: String, words: String) {
        let found = errors(in: MobileTests.yaml("mobile: \(section)"))
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test func aDigestHasHoursAndMailboxes() throws {
        let launch = try load(
            MobileTests.yaml(
                "digest: {to: [a@b.ar, c@b.ar], at: [\"18:00\", \"09:00\"], days: Mon-Fri, after_launch: 24h, language: es}"
            )
        ).configuration
        let plan = try #require(launch.digests.first)
        #expect(plan.minutes == [540, 1080] && plan.days == [1, 2, 3, 4, 5] && plan.to == ["a@b.ar", "c@b.ar"])
        #expect(plan.channel == "mail" && plan.afterLaunch == .hours(24) && plan.language == .spanish)
        let usual = try load(MobileTests.yaml("digest: {at: \"09:00\"}")).configuration.digests
        #expect(usual.first?.to == ["ops@b.ar"])
    }

    @Test(arguments: [
        ("{to: a@b.ar}", "it never goes"), ("{to: nobody, at: \"09:00\"}", "is not a mailbox"),
        ("{channel: sms, at: \"09:00\"}", "there is no e-mail channel"),
        ("{to: [a@b.ar, a@b.ar], at: \"09:00\"}", "twice"),
        ("{at: \"9\"}", "not a time of day"), ("{at: \"09:00\", days: Lun-Vie}", "not a weekday"),
    ])
    func aDigestThatNeverGoesIsRefused(section: String, words: String) {
        let found = errors(in: MobileTests.yaml("digest: \(section)"))
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }
}
