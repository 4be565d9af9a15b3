import Foundation
import Launch
import Testing
import Wire

@testable import Notify

@Suite struct TwilioTests {
    let reactor: Reactor
    init() throws { reactor = try Reactor() }

    private static let account = "AC0123456789abcdef0123456789abcdef"
    private static let created = ProviderServer.Reply.answer(
        201, headers: ["Content-Type": "application/json"], #"{"sid":"SM1f","status":"queued","error_code":null}"#)

    private func plan(_ server: ProviderServer, from: String = "+15005550006") -> TwilioPlan {
        TwilioPlan(
            url: server.url, account: Self.account, user: Self.account, password: .environment("TWILIO-TOKEN"),
            from: from)
    }

    private func sms(_ server: ProviderServer, segments: Int = 3, from: String = "+15005550006") -> SMSChannel {
        SMSChannel(
            plan(server, from: from), segments: segments, limit: RateLimit(1, per: .seconds(1), burst: 1),
            in: .test(reactor))
    }

    private func voice(_ server: ProviderServer, callback: String? = nil) -> VoiceChannel {
        VoiceChannel(
            plan(server), VoicePlan(callback: callback, language: "en-US", ring: .seconds(40)),
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
    }

    // MARK: Requests

    @Test func anSMSIsPostedAsTwilioWantsIt() async throws {
        let server = try ProviderServer(Self.created)
        defer { server.close() }
        #expect(await sms(server).send(.sample()) == .taken(reference: "SM1f"))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/2010-04-01/Accounts/\(Self.account)/Messages.json")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(request.headers["authorization"] == "Basic \("\(Self.account):twilio-token".base64)")
        #expect(
            request.form == [
                "To": "+5491155554821", "From": "+15005550006",
                "Body": "CRITICAL BarberPro production: Payment success 91.2 % is below 95 %. Since 03:13:20 ART. "
                    + "Reply ACK 4821 https://guardia.example/p/7Kq2",
            ])
        // A plus in a form is a blank: it must be escaped.
        #expect(request.body.contains("To=%2B5491155554821"))
    }

    @Test func withoutAPageOfItsOwnAnSMSLeadsToTheRunbook() async throws {
        let server = try ProviderServer(Self.created)
        defer { server.close() }
        let runbook = "https://wiki.example/runbook#payment-success"
        _ = await sms(server).send(.sample(link: nil, runbook: runbook))
        _ = await sms(server).send(.sample(runbook: runbook))
        _ = await sms(server).send(.sample(link: nil, runbook: "runbook.md, section payment-success"))
        #expect(server.requests.first?.form["Body"]?.hasSuffix("Reply ACK 4821 \(runbook)") == true)
        #expect(server.requests[1].form["Body"]?.hasSuffix("ACK 4821 https://guardia.example/p/7Kq2") == true)
        #expect(server.requests.last?.form["Body"]?.hasSuffix("Reply ACK 4821") == true)
    }

    @Test func aMessagingServiceStandsInForTheNumber() async throws {
        let server = try ProviderServer(Self.created)
        defer { server.close() }
        _ = await sms(server, from: "MG0123456789abcdef0123456789abcdef").send(.sample())
        #expect(server.requests.first?.form["MessagingServiceSid"] == "MG0123456789abcdef0123456789abcdef")
        #expect(server.requests.first?.form["From"] == nil)
    }

    @Test func aLongSummaryGivesWayToWhatAcknowledges() async throws {
        let server = try ProviderServer(Self.created)
        defer { server.close() }
        let summary = String(repeating: "La tasa de pago cayó · ", count: 40)
        _ = await sms(server, segments: 2).send(.sample(summary: summary))
        let body = try #require(server.requests.first?.form["Body"])
        #expect(SMSText(body).segments == 2)
        #expect(SMSText(body).alphabet == .gsm7)
        #expect(body.hasSuffix("Since 03:13:20 ART. Reply ACK 4821 https://guardia.example/p/7Kq2"))
    }

    @Test func aTestIsMarkedAsOne() async throws {
        let server = try ProviderServer(Self.created)
        defer { server.close() }
        _ = await sms(server).send(.sample(purpose: .test, summary: "a test by ana", code: nil, link: nil))
        #expect(server.requests.first?.form["Body"] == "TEST BarberPro production: a test by ana")
    }

    @Test func aCallSpeaksAndTakesADigitWhereSomebodyListensForIt() async throws {
        let server = try ProviderServer(.answer(201, #"{"sid":"CA1f","status":"queued"}"#))
        defer { server.close() }
        let channel = voice(server, callback: "https://guardia.example/voice")
        #expect(await channel.send(.sample(summary: "<Hangup/> & \"more\"")) == .taken(reference: "CA1f"))
        let request = try #require(server.requests.first)
        #expect(request.path == "/2010-04-01/Accounts/\(Self.account)/Calls.json")
        #expect(Set(request.form.keys) == ["To", "From", "Timeout", "Twiml"])
        #expect(request.form["Timeout"] == "40")
        #expect(
            request.form["Twiml"]
                == "<Response><Gather numDigits=\"1\" timeout=\"10\" method=\"POST\" "
                + "action=\"https://guardia.example/voice/7Kq2\"><Say language=\"en-US\" loop=\"2\">"
                + "This is guardia, for BarberPro production. Critical alert. &lt;Hangup/&gt; &amp; &quot;more&quot;. "
                + "Press 1 to acknowledge.</Say></Gather><Say language=\"en-US\">Nothing was acknowledged. Goodbye.</Say>"
                + "</Response>")
    }

    @Test func aCallToWhichNoDigitCouldBeAnsweredPromisesNone() async throws {
        let server = try ProviderServer(.answer(201, #"{"sid":"CA1f","status":"queued"}"#))
        defer { server.close() }
        let channel = voice(server, callback: "https://guardia.example/voice")
        _ = await channel.send(.sample(link: nil))
        _ = await channel.send(.sample(purpose: .resolved))
        for request in server.requests {
            #expect(request.form["Twiml"]?.contains("Gather") == false)
            #expect(request.form["Twiml"]?.contains("Press 1") == false)
        }
        #expect(server.requests.count == 2)
    }

    @Test func aCallWithoutACallbackOnlySpeaks() async throws {
        let server = try ProviderServer(.answer(201, #"{"sid":"CA1f","status":"queued"}"#))
        defer { server.close() }
        _ = await voice(server).send(.sample())
        let twiml = try #require(server.requests.first?.form["Twiml"])
        #expect(twiml.hasPrefix("<Response><Say"))
        #expect(!twiml.contains("Press 1"))
        #expect(voice(server).twiml(.sample(summary: String(repeating: "&", count: 5000))).count <= 4000)
    }

    // MARK: What became of it

    @Test(arguments: [
        ("queued", Delivery.underway), ("sent", .underway), ("delivered", .delivered),
        ("undelivered", .failed("the SMS was not delivered (Twilio's error 30003)")),
        ("failed", .failed("the SMS was not delivered (Twilio's error 30003)")),
    ])
    func aMessageIsAskedAboutByItsSid(status: String, delivery: Delivery) async throws {
        let server = try ProviderServer(.answer(200, #"{"sid":"SM1f","status":"\#(status)","error_code":30003}"#))
        defer { server.close() }
        #expect(await sms(server).progress(of: "SM1f") == delivery)
        #expect(server.requests.first?.method == "GET")
        #expect(server.requests.first?.path == "/2010-04-01/Accounts/\(Self.account)/Messages/SM1f.json")
    }

    @Test(arguments: [
        ("ringing", Delivery.underway), ("in-progress", .underway), ("completed", .delivered),
        ("no-answer", .failed("nobody took the call")), ("busy", .failed("the line was busy")),
    ])
    func aCallIsAskedAboutToo(status: String, delivery: Delivery) async throws {
        let server = try ProviderServer(.answer(200, #"{"sid":"CA1f","status":"\#(status)"}"#))
        defer { server.close() }
        #expect(await voice(server).progress(of: "CA1f") == delivery)
    }

    @Test func whatCannotBeAskedIsUnknown() async throws {
        let server = try ProviderServer(.answer(500))
        defer { server.close() }
        #expect(await sms(server).progress(of: "SM1f") == .unknown)
        #expect(await sms(server).progress(of: "../../x") == .unknown)
        #expect(server.requests.count == 1)
    }

    // MARK: Errors

    @Test(arguments: [
        (400, 21211, "The 'To' number +5491155554821 is not a valid phone number."), (400, 21610, "blocked"),
        (400, 21408, "no permission"), (401, 20003, "Authenticate"), (404, 20404, "not found"), (302, 0, "moved"),
    ])
    func whatWillNeverGetThroughIsRefusedWithoutTheNumber(status: Int, code: Int, message: String) async throws {
        let server = try ProviderServer(
            .answer(
                status, headers: ["Location": "http://127.0.0.1:1/"],
                #"{"code":\#(code),"message":"\#(message)","status":\#(status)}"#))
        defer { server.close() }
        guard case .refused(let reason) = await sms(server).send(.sample()) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("\(status)"))
        #expect(!reason.contains("5491155554821"))
        #expect(reason.contains("…4821") == message.contains("+54"))
        #expect(server.requests.count == 1)
    }

    @Test func whatTwilioWillTakeLaterIsTriedLater() async throws {
        let server = try ProviderServer(
            .answer(429, headers: ["Retry-After": "7"], #"{"code":20429,"message":"Too Many Requests"}"#),
            .answer(429, #"{"code":20429,"message":"Too Many Requests"}"#),
            .answer(429, #"{"code":21611,"message":"queue"}"#), .answer(500, "<html>"),
            .answer(503, headers: ["Retry-After": "120"]))
        defer { server.close() }
        let channel = sms(server)
        for after in [Milliseconds.seconds(7), .seconds(5), .minutes(5), nil, .seconds(120)] {
            guard case .later(_, let span) = await channel.send(.sample()) else {
                Issue.record("not later")
                continue
            }
            #expect(span == after)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"sid\":", "HTTP/1.1 201 Created\r\nContent-Le",
        "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello", "",
    ])
    func halfAnAnswerMeansThatItMayHaveArrived(text: String) async throws {
        let server = try ProviderServer(.raw(text))
        defer { server.close() }
        guard case .ambiguous = await sms(server).send(.sample()) else {
            Issue.record("not ambiguous: \(await sms(server).send(.sample()))")
            return
        }
    }

    @Test func nobodyThereMeansThatNothingWasSent() async throws {
        let server = try ProviderServer(Self.created)
        let channel = sms(server)
        server.close()
        #expect(
            await eventually {
                if case .unreachable = await channel.send(.sample()) { true } else { false }
            })
    }

    @Test func aSecretThatIsNotThereIsSaidByItsName() async throws {
        let server = try ProviderServer(Self.created)
        defer { server.close() }
        var plan = plan(server)
        plan.password = .file("/nowhere/token")
        let channel = SMSChannel(
            plan, segments: 1, limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
        guard case .refused(let reason) = await channel.send(.sample()) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("nowhere") || reason.contains("token"))
        #expect(server.requests.isEmpty)
    }
}

@Suite struct TimeoutTests {
    @Test(.timeLimit(.minutes(1))) func aProviderThatSaysNothingCostsTenSecondsAndMayHaveTheMessage() async throws {
        let server = try ProviderServer(.silence)
        defer { server.close() }
        let channel = WebhookChannel(
            WebhookPlan(url: server.url, deadline: .seconds(1)), name: "hook",
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(try Reactor()))
        let answer = await channel.send(.sample())
        #expect(answer == .ambiguous("the webhook: connected, but no answer within the deadline"))
        #expect(Provider.deadline == .seconds(10) && Provider.connectTimeout == .seconds(5))
    }
}
