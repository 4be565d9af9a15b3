import FlyingFox
import FoundationEssentials
import Synchronization

/// The providers of a rehearsal's channels in miniature, by the paths and the words of the real ones. A lever makes them
/// misbehave: `error_rate`, `throttle_rate`, `delay_ms`.
final class Providers: Sendable {
    private let inbox: Inbox
    private let lever = Lever()
    private let twilio: FakeTwilio
    private let slack: FakeSlack
    private let pagerDuty: FakePagerDuty

    init(inbox path: String) {
        inbox = Inbox(path: path)
        twilio = FakeTwilio(inbox: inbox)
        slack = FakeSlack(inbox: inbox)
        pagerDuty = FakePagerDuty(inbox: inbox)
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/admin/fault": return await lever.answer(request)
        case "/admin/reply": return await reply(request)
        case "/admin/acknowledge": return await pagerDuty.acknowledge(request)
        default: break
        }
        let (delay, fails, throttles) = lever.decide { fault, random in
            (fault.delay, random.chance(fault.errorRate), random.chance(fault.throttleRate))
        }
        do { try await Task.sleep(for: delay) } catch { return .text(500, "shutting down") }
        if throttles {
            return HTTPResponse(statusCode: .init(429), headers: [HTTPHeader("Retry-After"): "2"], body: Data())
        }
        if fails { return .text(500, "internal error") }
        let path = request.path.split(separator: "/").map(String.init)
        switch path.first {
        case "2010-04-01": return await twilio.answer(request, path)
        case "api", "services": return await slack.answer(request, path)
        case "incidents", "oncalls": return await pagerDuty.answer(request, path)
        case "v2": return await pagerDuty.answer(request, path)
        case "token": return .json(200, FakeToken())
        case "v1": return await push(request, path)
        case "hook": return await hook(request)
        // A monitor that takes a sign of life.
        case "ping": return .text(200, "OK\n")
        default: return .text(404, "no such resource")
        }
    }

    private func reply(_ request: HTTPRequest) async -> HTTPResponse {
        guard let form = try? await request.form() else { return .text(400, "no form\n") }
        if let from = form["from"], let body = form["body"] {
            twilio.receive(from: from, body)
            return .text(200, "ok\n")
        }
        if let user = form["user"], let text = form["text"] {
            return slack.receive(from: user, text, thread: form["ts"])
                ? .text(200, "ok\n") : .text(404, "no such thread\n")
        }
        return .text(400, "from and body, or user and text\n")
    }

    // MARK: Firebase and a webhook

    private struct FakeToken: Encodable {
        var access_token = "rehearsal"
        var expires_in = 3599
        var token_type = "Bearer"
    }

    private struct Push: Decodable {
        struct Message: Decodable {
            struct Notice: Decodable {
                var title: String?
                var body: String?
            }
            var token: String?
            var notification: Notice?
        }
        var message: Message
    }

    private func push(_ request: HTTPRequest, _ path: [String]) async -> HTTPResponse {
        guard path.count == 4, path[1] == "projects", path[3] == "messages:send" else { return .text(404, "") }
        guard request.headers[.authorization] == "Bearer rehearsal" else {
            return .json(401, ["error": ["status": "UNAUTHENTICATED"]])
        }
        guard let push: Push = await request.json(), let token = push.message.token else {
            return .json(400, ["error": ["status": "INVALID_ARGUMENT"]])
        }
        let notice = push.message.notification
        inbox.add("push", to: token, "\(notice?.title ?? "") | \(notice?.body ?? "")")
        return .json(200, ["name": "projects/\(path[2])/messages/0:\(UInt32.random(in: 1 ... .max))"])
    }

    private struct Hook: Decodable {
        var status: String?
        var groupKey: String?
        var commonAnnotations: [String: String]?
    }

    private func hook(_ request: HTTPRequest) async -> HTTPResponse {
        guard let hook: Hook = await request.json() else { return .text(400, "not an Alertmanager's payload\n") }
        inbox.add(
            "webhook", to: hook.groupKey ?? "", "\(hook.status ?? "?") \(hook.commonAnnotations?["summary"] ?? "")")
        return .text(200, "")
    }
}

extension HTTPRequest {
    /// The body as JSON; nil where it is something else.
    func json<Value: Decodable>() async -> Value? {
        guard let body = try? await bodyData else { return nil }
        return try? JSONDecoder().decode(Value.self, from: body)
    }

    func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}
