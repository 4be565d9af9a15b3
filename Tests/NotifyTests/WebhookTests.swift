import Foundation
import Launch
import Testing
import Wire

@testable import Notify

@Suite struct WebhookTests {
    let reactor: Reactor
    init() throws { reactor = try Reactor() }

    private func channel(_ server: ProviderServer) -> WebhookChannel {
        WebhookChannel(
            WebhookPlan(
                url: "\(server.url)/hook",
                headers: [Header(name: "Authorization", value: .secret(prefix: "Bearer ", .environment("H00K-TOKEN")))],
                deadline: .seconds(5)), name: "ops", limit: RateLimit(1, per: .seconds(1), burst: 1),
            in: .test(reactor))
    }

    private static func alert(_ host: String) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: "Disk", labels: ["alertname": "Disk", "severity": "critical", "host": host], severity: .critical,
            summary: "disk of \(host)", runbook: "https://runbook.example/disk", since: ManualClock().now())
    }

    @Test func itGetsWhatAnAlertmanagerWouldSend() async throws {
        let server = try ProviderServer(.answer(200))
        defer { server.close() }
        let page = Launch.Notification.sample(alerts: [Self.alert("a"), Self.alert("b")], link: nil, step: nil)
        #expect(await channel(server).send(page) == .taken(reference: ""))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/hook")
        #expect(request.headers["authorization"] == "Bearer h00k-token")
        #expect(request.headers["idempotency-key"] == "p-1")
        #expect(request.headers["content-type"] == "application/json")
        let alert = { (host: String) in
            #"{"annotations":{"runbook_url":"https://runbook.example/disk","summary":"disk of \#(host)"},"endsAt":"0001-01-01T00:00:00Z","#
                + #""fingerprint":"\#(Self.alert(host).fingerprint)","generatorURL":"","labels":{"alertname":"Disk","host":"\#(host)","#
                + #""severity":"critical"},"startsAt":"2026-02-25T06:13:20.000Z","status":"firing"}"#
        }
        #expect(
            request.body == #"{"alerts":[\#(alert("a")),\#(alert("b"))],"commonAnnotations":{"purpose":"page","#
                + #""summary":"Payment success 91.2 % is below 95 %"},"commonLabels":{"alertname":"Disk","severity":"critical"},"#
                + #""externalURL":"","groupKey":"payments","groupLabels":{},"receiver":"ops","status":"firing","truncatedAlerts":0,"version":"4"}"#
        )
    }

    @Test(arguments: [
        ("https://wiki.example/runbook#disk", "runbook_url"), ("runbook.md, section disk", "runbook"),
    ])
    func theRunbookIsAnAddressOrSaysWhereItIs(runbook: String, key: String) async throws {
        let server = try ProviderServer(.answer(200))
        defer { server.close() }
        var alert = Self.alert("a")
        alert.runbook = runbook
        _ = await channel(server).send(.sample(alerts: [alert], runbook: runbook))
        let payload = try #require(server.requests.first?.json)
        let common = try #require(payload["commonAnnotations"] as? [String: String])
        let own = try #require((payload["alerts"] as? [[String: Any]])?.first?["annotations"] as? [String: String])
        for annotations in [common, own] {
            #expect(annotations.filter { $0.key.hasPrefix("runbook") } == [key: runbook])
        }
    }

    @Test func theEndIsAResolvedAlertAndATestAnAlertOfItsOwn() async throws {
        let server = try ProviderServer(.answer(204))
        defer { server.close() }
        let channel = channel(server)
        _ = await channel.send(.sample(purpose: .resolved, alerts: [Self.alert("a")]))
        _ = await channel.send(.sample(purpose: .test))
        #expect(server.requests[0].json["status"] as? String == "resolved")
        let ended = try #require((server.requests[0].json["alerts"] as? [[String: Any]])?.first)
        #expect(ended["status"] as? String == "resolved")
        #expect(ended["endsAt"] as? String == "2026-02-25T06:13:20.000Z")
        let test = try #require((server.requests[1].json["alerts"] as? [[String: Any]])?.first)
        #expect((test["labels"] as? [String: String])?["alertname"] == "GuardiaTest")
    }

    @Test func aFloodIsCutAndSaidToBe() {
        let channel = try? channel(ProviderServer(.answer(200)))
        let payload = channel?.payload(.sample(alerts: (0..<250).map { Self.alert("h\($0)") }))
        #expect(payload?.alerts.count == 100)
        #expect(payload?.truncatedAlerts == 150)
    }

    @Test(arguments: [
        (400, ChannelAnswer.refused("the webhook answered 400: no [secret]")),
        (401, .refused("the webhook answered 401: no [secret]; check the channel's credentials")),
        (301, .refused("the webhook answered 301: no [secret], a redirect, which is not followed")),
        (429, .later("the webhook answered 429: no [secret]", after: .seconds(30))),
        (500, .later("the webhook answered 500: no [secret]")),
        (502, .ambiguous("the webhook answered 502: no [secret]")),
    ])
    func errorsAreOfTheirClass(status: Int, expected: ChannelAnswer) async throws {
        let server = try ProviderServer(.answer(status, headers: ["Location": "/elsewhere"], "no h00k-token"))
        defer { server.close() }
        #expect(await channel(server).send(.sample()) == expected)
        #expect(server.requests.count == 1)
    }

    @Test func aDateSaysWhenToComeBackAsWellAsSeconds() async throws {
        let server = try ProviderServer(.answer(503, headers: ["Retry-After": "Wed, 25 Feb 2026 06:14:20 GMT"], ""))
        defer { server.close() }
        #expect(await channel(server).send(.sample()) == .later("the webhook answered 503", after: .seconds(60)))
    }
}

@Suite struct CommandChannelTests {
    let reactor: Reactor
    let folder: TemporaryFolder

    init() throws {
        reactor = try Reactor()
        folder = try TemporaryFolder()
    }

    private func channel(_ script: String, deadline: Milliseconds = .seconds(10)) -> CommandChannel {
        CommandChannel(
            CommandChannelPlan(
                run: ["sh", "-c", script], deadline: deadline, secrets: ["TOKEN": .environment("S3CRET-TOKEN")]),
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
    }

    @Test func itReadsTheNotificationAsJSONAndItsFirstLineIsTheReference() async throws {
        let file = "\(folder.path)/input"
        let answer = await channel("cat > '\(file)'; echo id-7; echo more; test \"$TOKEN\" = s3cret-token").send(
            .sample(summary: "it's \"bad\""))
        #expect(answer == .taken(reference: "id-7"))
        let data = try Data(contentsOf: URL(filePath: file))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["summary"] as? String == "it's \"bad\"")
        #expect(json["address"] as? String == "+5491155554821")
        #expect(json["since"] as? String == "2026-02-25T06:13:20.000Z")
        #expect(json["code"] as? String == "4821")
        #expect(json["purpose"] as? String == "page")
    }

    @Test func oneThatDoesNotReadHoldsUpNobody() async {
        #expect(
            await channel("exec 0<&-; echo ok").send(.sample(text: String(repeating: "x", count: 30_000)))
                == .taken(reference: "ok"))
    }

    @Test func aFloodOfAlertsStillFits() {
        let alerts = (0..<5000).map { number in
            AlertEvent.Facts(
                rule: "R", labels: ["n": "\(number)", "long": String(repeating: "l", count: 3000)], severity: .critical,
                summary: "s", since: ManualClock().now())
        }
        let input = CommandInput(.sample(alerts: alerts))
        #expect(input.bytes.count < 64 << 10)
        #expect(input.alert_count == 5000)
    }

    @Test(arguments: [
        (
            "echo 'no such user s3cret-token' >&2; exit 67",
            ChannelAnswer.refused("sh ended with 67: no such user [secret]")
        ),
        ("exit 75", .later("sh ended with 75")), ("echo oops; exit 1", .later("sh ended with 1: oops")),
        ("kill -9 $$", .ambiguous("sh was ended by signal 9")),
    ])
    func howItEndsSaysWhatCameOfIt(script: String, expected: ChannelAnswer) async {
        #expect(await channel(script).send(.sample()) == expected)
    }

    @Test func oneThatHangsIsEndedAndMayHaveSentIt() async {
        guard case .ambiguous(let reason) = await channel("sleep 60", deadline: .milliseconds(300)).send(.sample())
        else {
            Issue.record("not ambiguous")
            return
        }
        #expect(reason == "sh: it did not end within the deadline")
    }

    @Test func oneThatIsNotThereIsRefused() async {
        let channel = CommandChannel(
            CommandChannelPlan(run: ["/nowhere/pager"], deadline: .seconds(1)),
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
        #expect(await channel.send(.sample()) == .refused("pager: No such file or directory"))
    }
}

extension Milliseconds {
    fileprivate static func milliseconds(_ count: Int64) -> Milliseconds { Milliseconds(count) }
}
