package import Launch
import Wire

/// A Slack app's bot: the first page of a group is a message, what follows answers to it in its thread, and an
/// acknowledgement or the end also changes the message itself, so that the channel shows how things stand.
package struct SlackChannel: Channel {
    package let limit: RateLimit
    package let keepsThreads = true
    private let plan: SlackPlan
    private let to: String
    private let provider: Provider
    private let credentials: Credentials
    private let wording: Wording

    package init(_ plan: SlackPlan, to: String, limit: RateLimit, in context: ChannelContext) {
        self.plan = plan
        self.to = to
        self.limit = limit
        provider = Provider("Slack", in: context)
        credentials = Credentials(context.secret)
        wording = Wording(zone: context.zone)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        let message = SlackMessage(notification, wording)
        guard let thread, let root = Place(thread) else {
            let channel = notification.address.isEmpty ? to : notification.address
            return await post(message, to: channel, thread: nil, broadcast: false)
        }
        if [.acknowledged, .resolved].contains(notification.purpose) {
            switch await call("chat.update", Update(channel: root.channel, ts: root.ts, message: message)) {
            case .done: break
            // Somebody deleted it, or it is too old to be changed: the thread or the channel still hears of it.
            case .error(let code, _) where ["message_not_found", "cant_update_message", "edit_window_closed"].contains(code):
                break
            case .error(_, let answer), .noAnswer(let answer): return answer
            }
        }
        // A step further on must be seen by who does not follow the thread.
        return await post(message, to: root.channel, thread: root.ts, broadcast: notification.purpose == .page)
    }

    private func post(_ message: SlackMessage, to channel: String, thread: String?, broadcast: Bool) async -> ChannelAnswer {
        let body = Post(
            channel: channel, message: message, thread_ts: thread, reply_broadcast: thread != nil && broadcast ? true : nil)
        switch await call("chat.postMessage", body) {
        case .done(let place):
            guard let place else { return .ambiguous("Slack took the message and did not say where it is") }
            return .taken(reference: place.text)
        case .error("thread_not_found", _) where thread != nil:
            return await post(message, to: channel, thread: nil, broadcast: false)
        case .error(_, let answer), .noAnswer(let answer): return answer
        }
    }

    // MARK: The Web API

    /// Where a message is.
    struct Place: Hashable, Sendable {
        var channel: String
        var ts: String
        var text: String { "\(channel)/\(ts)" }

        init(channel: String, ts: String) {
            self.channel = channel
            self.ts = ts
        }

        init?(_ text: String) {
            let parts = text.split(separator: "/")
            guard parts.count == 2 else { return nil }
            self.init(channel: String(parts[0]), ts: String(parts[1]))
        }
    }

    struct Post: Encodable {
        var channel: String
        var message: SlackMessage
        var thread_ts: String?
        var reply_broadcast: Bool?

        enum CodingKeys: String, CodingKey { case channel, text, blocks, thread_ts, reply_broadcast, unfurl_links }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(channel, forKey: .channel)
            try container.encode(message.text, forKey: .text)
            try container.encode(message.blocks, forKey: .blocks)
            try container.encodeIfPresent(thread_ts, forKey: .thread_ts)
            try container.encodeIfPresent(reply_broadcast, forKey: .reply_broadcast)
            try container.encode(false, forKey: .unfurl_links)
        }
    }

    struct Update: Encodable {
        var channel: String
        var ts: String
        var message: SlackMessage

        enum CodingKeys: String, CodingKey { case channel, ts, text, blocks }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(channel, forKey: .channel)
            try container.encode(ts, forKey: .ts)
            try container.encode(message.text, forKey: .text)
            try container.encode(message.blocks, forKey: .blocks)
        }
    }

    private enum Outcome {
        case done(Place?)
        /// Slack's own word, and what it means for the sending.
        case error(String, ChannelAnswer)
        case noAnswer(ChannelAnswer)
    }

    private struct Answer: Decodable {
        var ok: Bool
        var error: String?
        var channel: String?
        var ts: String?
    }

    private func call(_ method: String, _ body: some Encodable) async -> Outcome {
        do throws(Provider.NoAnswer) {
            let token = try await credentials.value(of: plan.token)
            let redaction = Redaction(secrets: [token])
            let request = HTTPRequest(
                "\(plan.url)/api/\(method)", method: "POST",
                headers: [
                    .init("Authorization", "Bearer \(token)"),
                    .init("Content-Type", "application/json; charset=utf-8"),
                ], body: JSON.encode(body), maxBodyBytes: 256 << 10)
            let response = try await provider.ask(request) { redaction($0) }
            guard response.status == 200 else { return .noAnswer(provider.answer(to: response, redaction(response.text))) }
            guard let answer = JSON.decode(Answer.self, from: response.body) else {
                return .noAnswer(.ambiguous("Slack answered 200, but not as its API does"))
            }
            if answer.ok { return .done(answer.channel.flatMap { channel in answer.ts.map { Place(channel: channel, ts: $0) } }) }
            let code = answer.error ?? "an error without a name"
            let said = "Slack says \(redaction(code))"
            switch code {
            case "ratelimited", "rate_limited", "message_limit_exceeded":
                return .error(code, .later(said, after: provider.retryAfter(response) ?? .seconds(30)))
            case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
                return .error(code, .later(said))
            default:
                await credentials.forget()
                return .error(code, .refused(said + SlackChannel.advice(code)))
            }
        } catch {
            return .noAnswer(error.answer)
        }
    }

    private static func advice(_ code: String) -> String {
        switch code {
        case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive": ": check the bot's token"
        case "not_in_channel": ": invite the bot to the channel"
        case "channel_not_found": ": check the channel, and whether the bot may see it"
        case "is_archived": ": the channel is archived"
        case "missing_scope": ": the app needs chat:write"
        default: ""
        }
    }
}
