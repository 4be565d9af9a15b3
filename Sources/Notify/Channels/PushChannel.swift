package import Launch
import Wire

/// Push to a phone by Firebase Cloud Messaging (HTTP v1).
package struct PushChannel: Channel {
    package let limit: RateLimit
    private let plan: FirebasePlan
    private let provider: Provider
    private let token: GoogleToken
    private let wording: Wording

    package init(_ plan: FirebasePlan, limit: RateLimit, in context: ChannelContext) {
        self.plan = plan
        self.limit = limit
        provider = Provider("Firebase", in: context)
        token = GoogleToken(plan.serviceAccount, in: context)
        wording = Wording(zone: context.zone)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        do throws(Provider.NoAnswer) {
            var access = try await token.current()
            var response = try await post(notification, access)
            if response.status == 401 {
                // It was revoked before its time: once, with a new one.
                await token.forget(access)
                access = try await token.current()
                response = try await post(notification, access)
            }
            return answer(to: response, Redaction(secrets: [access]), notification)
        } catch {
            return error.answer
        }
    }

    private func post(_ notification: Notification, _ access: String) async throws(Provider.NoAnswer) -> HTTPResponse {
        let redaction = Redaction(secrets: [access])
        let request = HTTPRequest(
            "\(plan.url)/v1/projects/\(plan.project)/messages:send", method: "POST",
            headers: [.init("Authorization", "Bearer \(access)"), .init("Content-Type", "application/json")],
            body: JSON.encode(Envelope(message: message(notification))), maxBodyBytes: 64 << 10)
        return try await provider.ask(request) { redaction($0, address: notification.address) }
    }

    private struct Answer: Decodable {
        struct Failure: Decodable {
            struct Detail: Decodable {
                var errorCode: String?
            }
            var message: String?
            var status: String?
            var details: [Detail]?
        }
        var name: String?
        var error: Failure?
    }

    private func answer(to response: HTTPResponse, _ redaction: Redaction, _ notification: Notification)
        -> ChannelAnswer
    {
        let answer = JSON.decode(Answer.self, from: response.body)
        if response.status == 200 {
            guard let name = answer?.name, !name.isEmpty else {
                return .ambiguous("Firebase answered 200, but not as Firebase does")
            }
            return .taken(reference: name)
        }
        let code = answer?.error?.details?.compactMap(\.errorCode).first ?? answer?.error?.status ?? ""
        let detail = redaction(
            [code, answer?.error?.message ?? ""].filter { !$0.isEmpty }.joined(separator: ": "),
            address: notification.address)
        switch code {
        case "UNREGISTERED":
            return .refused("the phone's token is no longer valid: it must register again (UNREGISTERED)")
        case "SENDER_ID_MISMATCH": return .refused("the phone's token belongs to another Firebase project")
        // Its documentation: begin with a minute.
        case "QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED":
            return .later(
                "Firebase answered \(response.status): \(detail)",
                after: max(provider.retryAfter(response) ?? 0, .minutes(1)))
        default: return provider.answer(to: response, detail)
        }
    }

    // MARK: The message

    struct Envelope: Encodable { var message: Message }

    struct Message: Encodable, Hashable {
        struct Notice: Encodable, Hashable {
            var title: String
            var body: String
        }
        struct Android: Encodable, Hashable {
            struct Notice: Encodable, Hashable {
                var tag: String
            }
            var priority: String
            var ttl: String
            var notification: Notice
        }
        struct Apns: Encodable, Hashable {
            var headers: [String: String]
            var payload: [String: [String: String]]
        }
        var token: String
        var notification: Notice
        var data: [String: String]
        var android: Android
        var apns: Apns
    }

    /// At most 4,096 bytes: the texts are cut, what acknowledges is not.
    func message(_ notification: Notification) -> Message {
        let isPage = notification.purpose == .page
        let now = provider.clock.now().utc
        // Firebase keeps it for a phone that is off until it is worth nothing any more, at most four weeks.
        let life = min(max((notification.expires - now).count / 1000, 60), 2_419_200)
        // What follows replaces, on the phone, what was said of the same thing.
        let tag = Fingerprint(of: ["group": notification.group]).text
        var data = ["page": notification.page.text, "purpose": notification.purpose.rawValue, "group": tag]
        data["severity"] = notification.severity.rawValue
        data["link"] = notification.link
        if isPage { (data["code"], data["runbook"]) = (notification.code, notification.runbook) }
        return Message(
            token: notification.address,
            notification: .init(
                title: "\(wording.mark(notification)) \(notification.launch.oneLine)".limited(toBytes: 150),
                body: wording.summary(notification).limited(toBytes: 1200)),
            data: data.mapValues { $0.limited(toBytes: 600) },
            android: .init(priority: isPage ? "HIGH" : "NORMAL", ttl: "\(life)s", notification: .init(tag: tag)),
            apns: .init(
                headers: [
                    "apns-priority": isPage ? "10" : "5", "apns-collapse-id": tag,
                    "apns-expiration": "\(now.seconds + life)",
                ],
                payload: ["aps": ["sound": "default", "interruption-level": isPage ? "time-sensitive" : "active"]]))
    }
}
