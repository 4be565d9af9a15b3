import Foundation
import Launch
import Testing

/// Somebody is woken, follows the link in the SMS with a telephone, and has it: with the real engine, the real page and a
/// real browser.
@Suite(.serialized)
struct MobileTests {
    private static func launch(_ port: UInt16) async throws -> PagingLaunch {
        let address = "127.0.0.1:\(port)"
        return try await PagingLaunch(
            more: "mobile: {listen: \"\(address)\", url: \"http://\(address)\"}\n")
    }

    /// The link in the newest SMS to a number.
    private static func link(_ launch: PagingLaunch, _ number: String) throws -> String {
        let line = try #require(launch.messages("sms", number, "/m/").last)
        return String(try #require(line.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\/m\/[A-Za-z0-9_-]+/)).0)
    }

    private static func alert(_ launch: PagingLaunch) -> Alert? {
        launch.board?.alerts.alerts.values.first { $0.facts.rule == "site_down" }
    }

    @Test(
        .enabled(
            if: WebDriver.isInstalled, "chromium and chromedriver are not installed: scripts/deps tests installs them"))
    func aTelephoneTakesAnAlertByTheLinkInTheSMS() async throws {
        let launch = try await MobileTests.launch(try PagingLaunch.freePort())
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("the SMS brings a link") { !launch.messages("sms", "+5491155550101", "/m/").isEmpty }
        let link = try MobileTests.link(launch, "+5491155550101")
        // Only links of persons act: a channel that many read gets none.
        #expect(!launch.messages("slack", "/m/").contains { $0.contains("C0LAUNCH") })

        let browser = try await WebDriver(language: "es-AR")
        defer { browser.close() }
        try browser.open(link)
        let shown = browser.body
        for text in ["CRÍTICA", "the site is down", "desde las", "Me ocupo", "Nadie respondió todavía"] {
            #expect(shown.contains(text), "\(text) in \(shown)")
        }
        #expect(MobileTests.alert(launch)?.acknowledged == nil, "looking takes nothing")
        let pictures = ProcessInfo.processInfo.environment["GUARDIA_PICTURES"]
        if let pictures { try browser.screenshot(to: "\(pictures)/mobile-open.png") }
        // Nothing wider than the telephone, and nothing to press that is smaller than a thumb.
        let width = try browser.run("return document.documentElement.scrollWidth") as? NSNumber
        #expect(width?.intValue ?? 999 <= 390)
        let height =
            try browser.run(
                "return Math.min(...[...document.querySelectorAll('button, a.button')].map(e => e.getBoundingClientRect().height))"
            ) as? NSNumber
        #expect(height?.doubleValue ?? 0 >= 48)
        let fetched = try browser.run("return performance.getEntriesByType('resource').length") as? NSNumber
        #expect(fetched?.intValue == 0)

        try browser.click("button.main")
        #expect(try await browser.shows("Ana Pereyra se ocupa hasta las"))
        #expect(try browser.url == link)
        if let pictures { try browser.screenshot(to: "\(pictures)/mobile-taken.png") }
        try await launch.expect("the journal says who has it, and how") {
            MobileTests.alert(launch)?.acknowledged?.body.by == "ana"
        }
        #expect(MobileTests.alert(launch)?.acknowledged?.body.way == .mobile)
        try await launch.expect("the chain stops") { launch.board?.escalations.running.isEmpty == true }
        let proof = launch.board?.escalations.verified[.init(contact: "ana", channel: "sms")]
        #expect(proof?.how == "acknowledged a page", "whoever answers a page has proved its way")
        #expect(try browser.complaints.isEmpty)
    }

    @Test(
        .enabled(
            if: WebDriver.isInstalled, "chromium and chromedriver are not installed: scripts/deps tests installs them"))
    func aTelephoneWakesTheNextOnesByTheirName() async throws {
        let launch = try await MobileTests.launch(try PagingLaunch.freePort())
        defer { launch.close() }
        // Time to type a name.
        let slower = try String(contentsOfFile: launch.config, encoding: .utf8).replacing("wait: 3s", with: "wait: 10m")
        try slower.write(toFile: launch.config, atomically: true, encoding: .utf8)
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("the SMS brings a link") { !launch.messages("sms", "+5491155550101", "/m/").isEmpty }
        let browser = try await WebDriver(language: "en")
        defer { browser.close() }
        try browser.open(try MobileTests.link(launch, "+5491155550101"))
        try browser.click("a.button")
        #expect(try await browser.shows("Wake the next ones?"))
        #expect(browser.body.contains("Beto Díaz"))
        if let pictures = ProcessInfo.processInfo.environment["GUARDIA_PICTURES"] {
            try browser.screenshot(to: "\(pictures)/mobile-escalate.png")
        }
        try browser.type("#who", "ana")
        try browser.click("button.grave")
        #expect(try await browser.shows("nobody was woken"))
        #expect(launch.messages("sms", "+5491155550102").isEmpty)
        try browser.type("#who", "beto")
        try browser.click("button.grave")
        try await launch.expect("step 2 is told") { !launch.messages("sms", "+5491155550102", "CRITICAL").isEmpty }
        #expect(try await browser.shows("Step 2 of 2"), "\(browser.body)")
        let tail = try Program.run(Program.path("guardia"), ["journal", "tail", "--journal", launch.journal, "--json"])
            .output
        #expect(tail.split(separator: "\n").contains { $0.contains("escalation.asked") && $0.contains("\"mobile\"") })
    }

    /// By curl alone, so that it runs where there is no browser.
    @Test func linksHoldAfterTheEngineWasKilledAndAPreviewTakesNothing() async throws {
        let launch = try await MobileTests.launch(try PagingLaunch.freePort())
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("the SMS brings a link") { !launch.messages("sms", "+5491155550101", "/m/").isEmpty }
        let link = try MobileTests.link(launch, "+5491155550101")
        launch.kill()
        try launch.start()
        let jar = "\(launch.folder)/cookies"
        func curl(_ arguments: String...) throws -> String {
            try Program.run("/usr/bin/curl", ["-s", "-i", "-m", "10", "-b", jar, "-c", jar] + arguments).output
        }
        var page = ""
        try await launch.expect("the page is served again") {
            page = (try? curl(link)) ?? ""
            return page.contains("the site is down") && !page.contains("OLD DATA")
        }
        for method in ["HEAD", "GET", "OPTIONS", "PUT"] { _ = try curl("-X", method, "-m", "2", link) }
        #expect(try curl("-X", "POST", "-d", "for=60", "\(link)/ack").hasPrefix("HTTP/1.1 403"))
        #expect(MobileTests.alert(launch)?.acknowledged == nil)
        let form = try #require(page.firstMatch(of: /name="form" value="([^"]+)"/)).1
        let origin = link.split(separator: "/").prefix(2).joined(separator: "//")
        #expect(
            try curl("-H", "Origin: https://evil.example", "-d", "form=\(form)&for=60", "\(link)/ack").hasPrefix(
                "HTTP/1.1 403"))
        let answer = try curl("-H", "Origin: \(origin)", "-d", "form=\(form)&for=60", "\(link)/ack")
        #expect(answer.hasPrefix("HTTP/1.1 303"), "\(answer)")
        try await launch.expect("the journal says who has it") {
            MobileTests.alert(launch)?.acknowledged?.body.way == .mobile
        }

        // The journal of the config that was named, not that of this machine.
        let contacts = try Program.run(Program.path("guardia"), ["contacts", "--config", launch.config])
        #expect(
            contacts.status == 0 && contacts.output.contains("acknowledged a page"),
            "\(contacts.output)\(contacts.errors)")

        let state = try launch.run("mobile")
        #expect(state.status == 0 && state.output.contains("answers"), "\(state.output)\(state.errors)")
        let own = try launch.run("mobile", "link", "ana")
        let look = try #require(own.output.split(separator: "\n").first.map(String.init))
        let overview = try curl(look)
        #expect(
            overview.contains("only shows") && overview.contains("the site is down") && !overview.contains("<button"))
        #expect(try launch.run("mobile", "link", "nobody").status == 2)
    }
}
