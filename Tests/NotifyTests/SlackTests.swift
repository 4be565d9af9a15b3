import Foundation
import Launch
import Synchronization
import Testing
import Wire

@testable import Notify

@Suite struct SlackTests {
    let reactor: Reactor
    init() throws { reactor = try Reactor() }

    private static let posted = ProviderServer.Reply.answer(
        200, #"{"ok":true,"channel":"C024","ts":"1772000000.000100"}"#)
    private let limit = RateLimit(1, per: .seconds(1), burst: 1)

    private func bot(_ server: ProviderServer) -> SlackChannel {
        SlackChannel(
            SlackPlan(url: server.url, token: .environment("XOXB-SECRET")), to: "#launch", limit: limit,
            in: .test(reactor))
    }

    private func webhook(_ server: ProviderServer, folder: TemporaryFolder) throws -> SlackWebhookChannel {
        let file = "\(folder.path)/hook"
        try "\(server.url)/services/T000/B000/XXXXXXXX".write(toFile: file, atomically: true, encoding: .utf8)
        return SlackWebhookChannel(url: .file(file), limit: limit, in: .test(reactor))
    }

    // MARK: The bot

    @Test func theFirstOfAGroupIsAMessageToTheChannel() async throws {
        let server = try ProviderServer(Self.posted)
        defer { server.close() }
        #expect(await bot(server).send(.sample(address: "")) == .taken(reference: "C024/1772000000.000100"))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/api/chat.postMessage")
        #expect(request.headers["authorization"] == "Bearer xoxb-secret")
        #expect(request.headers["content-type"] == "application/json; charset=utf-8")
        #expect(
            request.body
                == #"{"blocks":[{"text":{"text":":rotating_light: *CRITICAL* BarberPro production\nPayment success 91.2 % is below 95 %","#
                + #""type":"mrkdwn"},"type":"section"},{"elements":[{"text":"since 2026-02-25 03:13:20 ART · step 1 of 4 · "#
                + #"answer *ACK 4821* in this thread","type":"mrkdwn"}],"type":"context"},{"elements":[{"style":"primary","#
                + #""text":{"text":"Acknowledge or escalate","type":"plain_text"},"type":"button","#
                + ##""url":"https://guardia.example/p/7Kq2"}],"type":"actions"}],"channel":"#launch","##
                + #""text":"CRITICAL BarberPro production: Payment success 91.2 % is below 95 %","unfurl_links":false}"#
        )
    }

    @Test(arguments: [
        ("https://wiki.example/runbook#payment-success", "<https://wiki.example/runbook#payment-success|runbook>"),
        ("/etc/guardia/runbook.md, section a&b", "runbook /etc/guardia/runbook.md, section a&amp;b"),
    ])
    func theRunbookIsALinkOrSaysWhereItIs(runbook: String, shown: String) {
        let message = SlackMessage(.sample(runbook: runbook), Wording(zone: .utc))
        let context = message.blocks.first { $0.type == "context" }?.elements?.first?.text?.text
        #expect(context?.components(separatedBy: " · ").contains(shown) == true, "\(context ?? "")")
    }

    @Test func aStepFurtherOnAnswersInTheThreadAndIsSeenInTheChannel() async throws {
        let server = try ProviderServer(Self.posted)
        defer { server.close() }
        _ = await bot(server).send(.sample(step: "step 2 of 4"), thread: "C024/1772000000.000100")
        let json = try #require(server.requests.first?.json)
        #expect(json["channel"] as? String == "C024")
        #expect(json["thread_ts"] as? String == "1772000000.000100")
        #expect(json["reply_broadcast"] as? Bool == true)
    }

    @Test(arguments: [PagePurpose.acknowledged, .resolved])
    func acknowledgementAndEndChangeTheMessageAndAnswerInItsThread(purpose: PagePurpose) async throws {
        let server = try ProviderServer(Self.posted)
        defer { server.close() }
        let answer = await bot(server).send(
            .sample(purpose: purpose, summary: "ana has it"), thread: "C024/1772000000.000100")
        #expect(answer == .taken(reference: "C024/1772000000.000100"))
        #expect(server.requests.map(\.path) == ["/api/chat.update", "/api/chat.postMessage"])
        #expect(server.requests[0].json["ts"] as? String == "1772000000.000100")
        #expect((server.requests[0].json["text"] as? String)?.hasPrefix(purpose.rawValue.uppercased()) == true)
        #expect(server.requests[1].json["thread_ts"] as? String == "1772000000.000100")
        #expect(server.requests[1].json["reply_broadcast"] == nil)
    }

    @Test func whereTheMessageIsGoneTheChannelStillHearsOfTheEnd() async throws {
        let server = try ProviderServer { request in
            if request.path.hasSuffix("update") { return .answer(200, #"{"ok":false,"error":"message_not_found"}"#) }
            return request.body.contains("thread_ts")
                ? .answer(200, #"{"ok":false,"error":"thread_not_found"}"#) : Self.posted
        }
        defer { server.close() }
        let answer = await bot(server).send(.sample(purpose: .resolved), thread: "C024/1.1")
        #expect(answer == .taken(reference: "C024/1772000000.000100"))
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [
        ("invalid_auth", ChannelAnswer.refused("Slack says invalid_auth: check the bot's token")),
        ("not_in_channel", .refused("Slack says not_in_channel: invite the bot to the channel")),
        ("something_new", .refused("Slack says something_new")),
        ("internal_error", .later("Slack says internal_error")),
        ("ratelimited", .later("Slack says ratelimited", after: .seconds(11))),
    ])
    func anErrorComesWithStatus200AndIsOfItsClass(code: String, expected: ChannelAnswer) async throws {
        let server = try ProviderServer(
            .answer(200, headers: ["Retry-After": "11"], #"{"ok":false,"error":"\#(code)"}"#))
        defer { server.close() }
        #expect(await bot(server).send(.sample()) == expected)
    }

    @Test func statusesAndGarbageAreOfTheirClass() async throws {
        let server = try ProviderServer(
            .answer(429, headers: ["Retry-After": "30"], ""), .answer(503, ""), .answer(403, "xoxb-secret is bad"),
            .answer(200, "<html>"))
        defer { server.close() }
        let bot = bot(server)
        #expect(await bot.send(.sample()) == .later("Slack answered 429", after: .seconds(30)))
        #expect(await bot.send(.sample()) == .later("Slack answered 503"))
        #expect(
            await bot.send(.sample())
                == .refused("Slack answered 403: [secret] is bad; check the channel's credentials"))
        #expect(await bot.send(.sample()) == .ambiguous("Slack answered 200, but not as its API does"))
    }

    @Test func textFromOutsideCallsNobody() {
        let message = SlackMessage(
            .sample(summary: "<!channel> <https://evil|click> & *bold*"), Wording(zone: .utc))
        let text = message.blocks[0].text?.text ?? ""
        #expect(text.contains("&lt;!channel&gt; &lt;https://evil|click&gt; &amp; *bold*"))
        #expect(!message.text.contains("<"))
    }

    @Test func aFloodOfAlertsStaysWithinWhatABlockHolds() {
        let alerts = (0..<500).map { number in
            AlertEvent.Facts(
                rule: "R", labels: ["alertname": "R", "n": "\(number)"], severity: .critical,
                summary: String(repeating: "x", count: 400), since: ManualClock().now())
        }
        let message = SlackMessage(
            .sample(summary: String(repeating: "y", count: 5000), alerts: alerts), Wording(zone: .utc))
        #expect((message.blocks[0].text?.text.count ?? 9999) <= 3000)
    }

    // MARK: The webhook

    @Test func aWebhookGetsTextAndBlocksAndAnswersOk() async throws {
        let folder = try TemporaryFolder()
        let server = try ProviderServer(.answer(200, "ok"))
        defer { server.close() }
        #expect(try await webhook(server, folder: folder).send(.sample()) == .taken(reference: ""))
        let request = try #require(server.requests.first)
        #expect(request.path == "/services/T000/B000/XXXXXXXX")
        #expect(
            request.json["text"] as? String == "CRITICAL BarberPro production: Payment success 91.2 % is below 95 %")
        #expect((request.json["blocks"] as? [Any])?.count == 3)
    }

    @Test(arguments: [
        (400, "invalid_payload"), (403, "action_prohibited"), (404, "channel_not_found"), (410, "channel_is_archived"),
        (302, "moved"),
    ])
    func itsErrorsAreRefusalsWithoutItsAddress(status: Int, word: String) async throws {
        let folder = try TemporaryFolder()
        let server = try ProviderServer(.answer(status, "\(word) XXXXXXXX"))
        defer { server.close() }
        guard case .refused(let reason) = try await webhook(server, folder: folder).send(.sample()) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.contains("Slack answered \(status): \(word) [secret]"))
        #expect(!reason.contains("XXXXXXXX"))
    }

    @Test func itsOtherErrorsAreTriedAgain() async throws {
        let folder = try TemporaryFolder()
        let server = try ProviderServer(
            .answer(500, "rollup_error"), .answer(429, headers: ["Retry-After": "2"], ""), .answer(200, "<html>"))
        defer { server.close() }
        let webhook = try webhook(server, folder: folder)
        #expect(await webhook.send(.sample()) == .later("Slack answered 500: rollup_error"))
        #expect(await webhook.send(.sample()) == .later("Slack answered 429", after: .seconds(2)))
        #expect(await webhook.send(.sample()) == .ambiguous("Slack answered 200, but not as a webhook does"))
    }

    @Test func aWebhookThatIsNotHTTPSGetsNothing() async throws {
        let folder = try TemporaryFolder()
        try "http://hooks.slack.example/x".write(toFile: "\(folder.path)/hook", atomically: true, encoding: .utf8)
        let channel = SlackWebhookChannel(url: .file("\(folder.path)/hook"), limit: limit, in: .test(reactor))
        #expect(await channel.send(.sample()) == .refused("the webhook's address is not https"))
    }
}
