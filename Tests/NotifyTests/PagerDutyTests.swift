import Foundation
import Launch
import Testing
import Wire

@testable import Notify

@Suite struct PagerDutyTests {
    let reactor: Reactor
    init() throws { reactor = try Reactor() }

    private static let accepted = ProviderServer.Reply.answer(
        202, #"{"status":"success","message":"Event processed","dedup_key":"payments"}"#)

    private func channel(_ server: ProviderServer) -> PagerDutyChannel {
        PagerDutyChannel(
            PagerDutyPlan(url: server.url, routingKey: .environment("R0UTINGKEY"), source: "bastion-1"),
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor))
    }

    private static let alert = AlertEvent.Facts(
        rule: "PaymentSuccess", labels: ["alertname": "PaymentSuccess", "gateway": "mercadopago"], severity: .critical,
        summary: "Payment success 91.2 %", runbook: "https://runbook.example/payments",
        series: SeriesID("kpi.payments_ok"),
        value: 91.2, since: ManualClock().now())

    @Test func aPageTriggersAnIncidentOfItsGroup() async throws {
        let server = try ProviderServer(Self.accepted)
        defer { server.close() }
        let page = Launch.Notification.sample(alerts: [Self.alert], runbook: "https://runbook.example/payments")
        #expect(await channel(server).send(page) == .taken(reference: "payments"))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/v2/enqueue")
        #expect(request.headers["content-type"] == "application/json")
        #expect(
            request.body
                == #"{"client":"guardia","client_url":"https://guardia.example/p/7Kq2","dedup_key":"payments","event_action":"trigger","#
                + #""links":[{"href":"https://runbook.example/payments","text":"Runbook"}],"payload":{"class":"PaymentSuccess","#
                + #""component":"kpi.payments_ok","custom_details":{"alertname":"PaymentSuccess","gateway":"mercadopago","#
                + #""launch":"BarberPro production","step":"step 1 of 4"},"group":"BarberPro production","severity":"critical","#
                + #""source":"bastion-1","summary":"BarberPro production: Payment success 91.2 % is below 95 %","#
                + #""timestamp":"2026-02-25T06:13:20.000Z"},"routing_key":"r0utingkey"}"#)
    }

    @Test func aRunbookWithoutAnAddressIsADetailAndNoLink() async throws {
        let server = try ProviderServer(Self.accepted)
        defer { server.close() }
        _ = await channel(server).send(.sample(runbook: "/etc/guardia/runbook.md, section payment-success"))
        let event = try #require(server.requests.first?.json)
        let details = (event["payload"] as? [String: Any])?["custom_details"] as? [String: String]
        #expect(details?["runbook"] == "/etc/guardia/runbook.md, section payment-success")
        #expect(event["links"] == nil)
    }

    @Test(arguments: [(PagePurpose.acknowledged, "acknowledge"), (.resolved, "resolve")])
    func acknowledgementAndEndAreToldOfTheSameIncident(purpose: PagePurpose, action: String) async throws {
        let server = try ProviderServer(Self.accepted)
        defer { server.close() }
        _ = await channel(server).send(.sample(purpose: purpose))
        #expect(
            server.requests.first?.body
                == #"{"dedup_key":"payments","event_action":"\#(action)","routing_key":"r0utingkey"}"#)
    }

    @Test func aChangeIsAChangeEventAndATestAnIncidentOfItsOwn() async throws {
        let server = try ProviderServer(Self.accepted)
        defer { server.close() }
        let channel = channel(server)
        _ = await channel.send(.sample(purpose: .change, summary: "v1.4.3 is live", text: "canary ok"))
        _ = await channel.send(.sample(page: "t-1", purpose: .test))
        #expect(server.requests[0].path == "/v2/change/enqueue")
        let change = server.requests[0].json
        #expect((change["payload"] as? [String: Any])?["summary"] as? String == "BarberPro production: v1.4.3 is live")
        #expect(server.requests[1].path == "/v2/enqueue")
        #expect(server.requests[1].json["dedup_key"] as? String == "guardia-test-t-1")
        let payload = try #require(server.requests[1].json["payload"] as? [String: Any])
        #expect(payload["severity"] as? String == "info")
        #expect((payload["summary"] as? String)?.hasPrefix("TEST: ") == true)
        guard case .refused = await channel.send(.sample(purpose: .digest)) else {
            Issue.record("a report was sent")
            return
        }
    }

    @Test func lengthsAreKept() {
        let key = PagerDutyChannel.dedupKey(String(repeating: "k", count: 300))
        #expect(key.count <= 255)
        #expect(key != PagerDutyChannel.dedupKey(String(repeating: "k", count: 301)))
        #expect(PagerDutyChannel.dedupKey("payments") == "payments")
    }

    @Test func errorsAreOfTheirClass() async throws {
        let server = try ProviderServer(
            .answer(
                400,
                #"{"status":"invalid event","message":"Event object is invalid","errors":["r0utingkey is no key"]}"#),
            .answer(429, ""), .answer(500, ""), .answer(202, "<html>captive portal</html>"),
            .raw("HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\n{"))
        defer { server.close() }
        let channel = channel(server)
        #expect(
            await channel.send(.sample())
                == .refused("PagerDuty answered 400: Event object is invalid; [secret] is no key"))
        #expect(await channel.send(.sample()) == .later("PagerDuty answered 429: ", after: .minutes(1)))
        #expect(await channel.send(.sample()) == .later("PagerDuty answered 500"))
        #expect(
            await channel.send(.sample()) == .ambiguous("PagerDuty answered 202, but not as PagerDuty does"))
        guard case .ambiguous = await channel.send(.sample()) else {
            Issue.record("half an answer counts as one")
            return
        }
    }
}
