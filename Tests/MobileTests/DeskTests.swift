import Launch
import Mobile
import Testing

struct DeskTests {
    @Test func aLinkShowsWhatFiresSinceWhenAndWhoIsOnCall() async {
        let browser = Browser()
        let page = await browser.get("/m/\(browser.token())")
        #expect(page.status == 200)
        for text in [
            "CRITICAL", "Payment success 91.2 % is below 95 %", "since 03:09 ART, 3 min ago", "Step 1 of 4",
            "If nobody answers, in 2 min: Beto Díaz by sms", "Disk 91 % full", "Beto Díaz has it",
            "devops: <b>Ana Pereyra</b>",
            "As of 03:12:45 ART", "lang=\"en\"", "https://runbook.example.com/#payment-success",
        ] { #expect(page.body.contains(text), "\(text)") }
        #expect(browser.house.acts.isEmpty)
    }

    @Test func nothingIsFetchedAndNoScriptRuns() async throws {
        let browser = Browser()
        let page = await browser.get("/m/\(browser.token())")
        let policy = try #require(page.headers["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(
            !policy.contains("unsafe") && policy.contains("frame-ancestors 'none'")
                && policy.contains("form-action 'self'"))
        for absent in ["<script", "onclick", "javascript:", "src=", "url(", "@import", "style=\""] {
            #expect(!page.body.contains(absent), "\(absent)")
        }
        #expect(page.headers["Cache-Control"] == "no-store")
        #expect(page.headers["Referrer-Policy"] == "same-origin", "no-referrer would take the Origin from our own form")
        #expect(page.headers["Strict-Transport-Security"] != nil)
        let cookie = try #require(page.headers["Set-Cookie"])
        #expect(cookie.contains("SameSite=Strict") && cookie.contains("HttpOnly") && cookie.contains("Secure"))
    }

    @Test func whatAlertsSayCannotBecomeMarkup() async {
        let browser = Browser(summary: "<img src=x onerror=alert(1)>\u{202E}\u{1B}[2J\"'&")
        let page = await browser.get("/m/\(browser.token())")
        #expect(page.body.contains("&lt;img src=x onerror=alert(1)&gt;\u{FFFD}\u{FFFD}[2J&quot;&#39;&amp;"))
        #expect(!page.body.contains("<img"))
    }

    /// Previews, scanners, a second tap on the back key: none of them takes an alert.
    @Test(arguments: ["GET", "HEAD"], ["", "/ack", "/escalate"])
    func lookingNeverActs(method: String, path: String) async {
        let browser = Browser()
        _ = await browser.get("/m/\(browser.token())")
        let answer = await browser.get("/m/\(browser.token())\(path)", method: method)
        #expect([200, 303].contains(answer.status))
        #expect(method == "GET" || answer.body.isEmpty)
        #expect(browser.house.acts.isEmpty)
    }

    @Test(arguments: [("30", 30), ("60", 60), ("240", 240)] as [(String, Int64)])
    func whoeverPressesTheButtonHasIt(minutes: String, span: Int64) async throws {
        let browser = Browser()
        let token = browser.token()
        let form = try #require(Browser.form(await browser.get("/m/\(token)")))
        let answer = await browser.post("/m/\(token)/ack", ["form": form, "for": minutes])
        #expect(answer.status == 303 && answer.headers["Location"] == "/m/\(token)")
        #expect(browser.house.acts == [.acknowledged("ana", Browser.chain, .minutes(span))])
        let page = await browser.get("/m/\(token)")
        #expect(page.body.contains("✓ Ana Pereyra has it until"))
        #expect(!page.body.contains("<button"))
    }

    @Test func anActWithoutThePagesOwnProofIsRefused() async throws {
        let browser = Browser()
        let token = browser.token()
        let form = try #require(Browser.form(await browser.get("/m/\(token)")))
        let good = ["form": form, "for": "60"]
        let cookie = browser.cookie
        for (what, headers) in [
            ("another page's Origin", ["origin": "https://evil.example"]), ("no Origin", ["origin": ""]),
            ("a hidden Origin", ["origin": "null"]), ("another site", ["sec-fetch-site": "cross-site"]),
            ("another kind of body", ["content-type": "text/plain"]), ("no cookie", ["cookie": ""]),
            ("another browser's cookie", ["cookie": "guardia=AAAAAAAAAAAAAAAAAAAAAA"]),
        ] {
            let answer = await browser.post("/m/\(token)/ack", good, headers)
            #expect([403, 429].contains(answer.status), "\(what)")
            browser.clock.advance(.minutes(1))
        }
        #expect(await browser.post("/m/\(token)/ack", ["for": "60"]).status == 403)
        #expect(await browser.post("/m/\(token)/ack", ["form": form, "for": "9999"]).status == 400)
        // The form of one link is none of another's.
        #expect(await browser.post("/m/\(browser.token("beto"))/ack", good).status == 403)
        #expect(browser.house.acts.isEmpty)
        browser.cookie = cookie
        #expect(await browser.post("/m/\(token)/ack", good).status == 303)
    }

    @Test func wakingTheNextOnesTakesTheirNameAndThePlanThatWasShown() async throws {
        let browser = Browser()
        let token = browser.token()
        let page = await browser.get("/m/\(token)/escalate")
        #expect(page.body.contains("<b>Beto Díaz</b> by sms") && page.body.contains("type “beto”"))
        #expect(!page.body.contains("http-equiv=\"refresh\""), "what is being typed must not go")
        let form = try #require(Browser.form(page))
        let wrong = await browser.post("/m/\(token)/escalate", ["form": form, "step": "0.1", "who": "ana"])
        #expect(wrong.status == 422 && wrong.body.contains("nobody was woken"))
        #expect(await browser.post("/m/\(token)/escalate", ["form": form, "step": "0.2", "who": "beto"]).status == 409)
        #expect(browser.house.acts.isEmpty)
        #expect(
            await browser.post("/m/\(token)/escalate", ["form": form, "step": "0.1", "who": "Beto+"]).status == 303)
        #expect(browser.house.acts == [.escalated("ana", "0.1")])
    }

    @Test func alinkEndsAndSaysSo() async {
        let browser = Browser()
        let token = browser.token(life: .hours(1))
        browser.clock.advance(.minutes(59))
        #expect(await browser.get("/m/\(token)").status == 200)
        browser.clock.advance(.minutes(1))
        let page = await browser.get("/m/\(token)")
        #expect(page.status == 410 && page.body.contains("expired"))
        #expect(!page.body.contains("Payment"))
        #expect(await browser.post("/m/\(token)/ack", ["for": "60"]).status == 410)
    }

    @Test func whoIsNoContactAnyMoreSeesNothing() async {
        let browser = Browser()
        let token = browser.token()
        browser.house.dismiss("ana")
        let page = await browser.get("/m/\(token)")
        #expect(page.status == 404 && !page.body.contains("Payment"))
    }

    @Test func aLinkToLookTakesNothing() async throws {
        let browser = Browser()
        let token = browser.token(chain: nil)
        let page = await browser.get("/m/\(token)")
        #expect(page.body.contains("only shows") && !page.body.contains("<button"))
        #expect(Browser.form(page) == nil)
    }

    @Test func oldDataIsSaidBeforeAnythingElse() async throws {
        let browser = Browser()
        browser.house.change {
            $0.dataAge = .seconds(75)
            $0.trouble = "the alert rules has not come round for 75 s"
        }
        let page = await browser.get("/m/\(browser.token())").body
        let banner = try #require(page.firstRange(of: "OLD DATA: the engine&#39;s data is 1 min 15 s old"))
        let card = try #require(page.firstRange(of: "Payment success"))
        #expect(banner.lowerBound < card.lowerBound)
        browser.house.change { ($0.dataAge, $0.trouble) = (nil, nil) }
        #expect(await browser.get("/m/\(browser.token())").body.contains("OLD DATA"), "not known is not fresh")
    }

    @Test func whatHasEndedMeanwhileIsNotTaken() async throws {
        let browser = Browser()
        let token = browser.token()
        let form = try #require(Browser.form(await browser.get("/m/\(token)")))
        browser.house.change { $0.chain?.standing = .over }
        let answer = await browser.post("/m/\(token)/ack", ["form": form, "for": "60"])
        #expect(answer.status == 409 && answer.body.contains("has ended already"))
    }

    @Test func aLinkIsSlowedDownAndAnotherIsNot() async {
        let browser = Browser()
        let token = browser.token()
        var statuses: [Int] = []
        for _ in 0..<40 { statuses.append(await browser.get("/m/\(token)").status) }
        #expect(statuses.prefix(30).allSatisfy { $0 == 200 } && statuses.suffix(10).allSatisfy { $0 == 429 })
        #expect(await browser.get("/m/\(browser.token("beto"))").status == 200)
        browser.clock.advance(.seconds(2))
        #expect(await browser.get("/m/\(token)").status == 200)
    }

    /// Whoever guesses is slowed down, and slows down nobody who has a link.
    @Test func strangersAreSlowedDownAmongThemselves() async {
        let browser = Browser()
        var statuses: [Int] = []
        for number in 0..<30 { statuses.append(await browser.get("/m/guess\(number)").status) }
        #expect(statuses.prefix(20).allSatisfy { $0 == 404 } && statuses.suffix(10).allSatisfy { $0 == 429 })
        #expect(await browser.get("/m/\(browser.token())").status == 200)
    }

    @Test func anotherHostsNameLeadsNowhere() async {
        let browser = Browser()
        let token = browser.token()
        #expect(await browser.get("/m/\(token)", ["host": "evil.example"]).status == 421)
        #expect(await browser.get("/m/\(token)", ["host": "127.0.0.1:7480"]).status == 200, "as a proxy says it")
    }

    @Test(arguments: [
        ("es-AR,es;q=0.9,en;q=0.8", "es"), ("en-US", "en"), ("de, es;q=0.5", "es"), ("", "en"), ("en;q=0.1,es", "es"),
        ("es;q=0", "en"),
    ])
    func thePageSpeaksTheTelephonesLanguage(header: String, language: String) async {
        let browser = Browser(MobilePlan(listen: .port(7480), url: "https://guardia.example.com"))
        let page = await browser.get("/m/\(browser.token())", ["accept-language": header])
        #expect(page.body.contains("<html lang=\"\(language)\">"))
        #expect(page.body.contains(language == "es" ? "CRÍTICA" : "CRITICAL"))
    }

    @Test func underAPathOfTheProxyItsLinksAndCookieKeepToIt() async throws {
        let browser = Browser(
            MobilePlan(listen: .port(7480), url: "https://guardia.example.com/oncall", language: .english))
        let token = browser.token()
        for path in ["/oncall/m/\(token)", "/m/\(token)"] {
            let page = await browser.get(path)
            #expect(page.status == 200 && page.body.contains("action=\"/oncall/m/\(token)/ack\""))
        }
        let form = try #require(Browser.form(await browser.get("/oncall/m/\(token)")))
        #expect(
            await browser.post("/oncall/m/\(token)/ack", ["form": form, "for": "60"]).headers["Location"]
                == "/oncall/m/\(token)")
    }

    @Test(arguments: ["/", "/m", "/m/", "/m//ack", "/favicon.ico", "/m/x/y/z", "//m/x", "/m/../m"])
    func otherAddressesSayNothing(path: String) async {
        let browser = Browser()
        let page = await browser.get(path)
        #expect(page.status == 404 && page.headers["Set-Cookie"] == nil)
    }
}
