import FlyingFox
import FoundationEssentials
import Synchronization

/// Slack in miniature: messages, threads and their changes, and an incoming webhook.
final class FakeSlack: Sendable {
    private struct Message: Encodable {
        var ts: String
        var thread_ts: String?
        var text: String
        var user: String?
        var bot_id: String?
    }

    private struct Post: Decodable {
        var channel: String?
        var ts: String?
        var thread_ts: String?
        var text: String?
    }

    private struct Answer: Encodable {
        var ok: Bool
        var error: String?
        var channel: String?
        var ts: String?
        var messages: [Message]?
    }

    private struct State {
        var next = 0
        /// By channel.
        var messages: [String: [Message]] = [:]
    }

    private static let memory = 2000

    private let inbox: Inbox
    private let state = Mutex(State())

    init(inbox: Inbox) { self.inbox = inbox }

    /// What somebody writes in a thread: of the message `ts`, else of the newest.
    func receive(from user: String, _ text: String, thread: String?) -> Bool {
        state.withLock { state in
            let roots = state.messages.flatMap { channel, list in
                list.filter { $0.thread_ts == nil && $0.bot_id != nil }.map { (channel, $0.ts) }
            }
            let root = thread.map { ts in roots.first { $0.1 == ts } } ?? roots.max { $0.1 < $1.1 }
            guard let (channel, ts) = root else { return false }
            let own = FakeSlack.ts(&state)
            state.messages[channel]?.append(Message(ts: own, thread_ts: ts, text: text, user: user))
            return true
        }
    }

    func answer(_ request: HTTPRequest, _ path: [String]) async -> HTTPResponse {
        if path.first == "services" {
            guard let post: Post = await request.json(), let text = post.text else { return .text(400, "invalid_payload") }
            inbox.add("slack-webhook", to: "", text)
            return .text(200, "ok")
        }
        guard request.headers[.authorization]?.hasPrefix("Bearer ") == true else { return failure("not_authed") }
        switch path.last {
        case "chat.postMessage":
            guard let post: Post = await request.json(), let channel = post.channel, let text = post.text, !channel.isEmpty
            else { return failure("channel_not_found") }
            inbox.add("slack", to: channel + (post.thread_ts.map { " (thread \($0))" } ?? ""), text)
            let ts = state.withLock { state in
                let ts = FakeSlack.ts(&state)
                var list = state.messages[channel] ?? []
                list.append(Message(ts: ts, thread_ts: post.thread_ts, text: text, bot_id: "B0"))
                if list.count > FakeSlack.memory { list.removeFirst(list.count - FakeSlack.memory) }
                state.messages[channel] = list
                return ts
            }
            return .json(200, Answer(ok: true, channel: channel, ts: ts))
        case "chat.update":
            guard let post: Post = await request.json(), let channel = post.channel, let ts = post.ts, let text = post.text
            else { return failure("invalid_arguments") }
            let isThere = state.withLock { state in
                guard let index = state.messages[channel]?.firstIndex(where: { $0.ts == ts }) else { return false }
                state.messages[channel]?[index].text = text
                return true
            }
            guard isThere else { return failure("message_not_found") }
            inbox.add("slack-update", to: "\(channel) \(ts)", text)
            return .json(200, Answer(ok: true, channel: channel, ts: ts))
        case "conversations.replies":
            let (channel, ts) = (request.query("channel") ?? "", request.query("ts") ?? "")
            let thread = state.withLock { state in
                (state.messages[channel] ?? []).filter { $0.ts == ts || $0.thread_ts == ts }
            }
            return thread.isEmpty ? failure("thread_not_found") : .json(200, Answer(ok: true, messages: thread))
        default: return failure("unknown_method")
        }
    }

    /// Slack's errors come with status 200.
    private func failure(_ error: String) -> HTTPResponse { .json(200, Answer(ok: false, error: error)) }

    private static func ts(_ state: inout State) -> String {
        state.next += 1
        let digits = String(state.next)
        let seconds = Int64(Date.now.timeIntervalSince1970)
        return "\(seconds)." + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
