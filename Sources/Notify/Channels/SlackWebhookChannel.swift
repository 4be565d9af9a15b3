package import Launch
import Wire

/// A Slack incoming webhook: it posts to the one channel that it was made for, and can neither thread nor change.
package struct SlackWebhookChannel: Channel {
    package let limit: RateLimit
    private let url: Secret
    private let provider: Provider
    private let credentials: Credentials
    private let wording: Wording

    package init(url: Secret, limit: RateLimit, in context: ChannelContext) {
        self.url = url
        self.limit = limit
        provider = Provider("Slack", in: context)
        credentials = Credentials(context.secret)
        wording = Wording(zone: context.zone)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        do throws(Provider.NoAnswer) {
            let address = try await credentials.value(of: url)
            // It goes nowhere but to an encrypted place; a rehearsal's is on this machine.
            guard address.hasPrefix("https://") || address.isLoopbackAddress else {
                return .refused("the webhook's address is not https")
            }
            let redaction = Redaction(secrets: [address] + address.split(separator: "/").suffix(3).map(String.init))
            let request = HTTPRequest(
                address, method: "POST", headers: [.init("Content-Type", "application/json; charset=utf-8")],
                body: JSON.encode(SlackMessage(notification, wording)), maxBodyBytes: 4096)
            let response = try await provider.ask(request) { redaction($0) }
            if response.status == 200 {
                return response.text == "ok"
                    ? .taken(reference: "") : .ambiguous("Slack answered 200, but not as a webhook does")
            }
            // A webhook that was revoked answers so, and whoever makes a new one changes the secret.
            if [403, 404, 410].contains(response.status) { await credentials.forget() }
            return provider.answer(to: response, redaction(response.text))
        } catch {
            return error.answer
        }
    }
}

extension String {
    /// Whether it is an http address on this machine.
    var isLoopbackAddress: Bool {
        ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains { prefix in
            hasPrefix(prefix) && (count == prefix.count || ":/".contains(self[index(startIndex, offsetBy: prefix.count)]))
        }
    }
}
