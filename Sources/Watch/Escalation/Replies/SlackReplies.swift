package import Launch
import Wire

/// Reads the threads of a chain's messages in Slack: a reply `ACK 4821` or `ack`, or a reaction to the message. A roll-call is a
/// chain to it: what a reply or a reaction says to that is judged where roll-calls are.
package struct SlackReplies: ReplySource {
    /// Reactions that say: I have it.
    private static let reactions: Set<String> = [
        "eyes", "ok_hand", "ok", "white_check_mark", "heavy_check_mark", "+1", "thumbsup", "raising_hand",
        "raised_hand",
        "hand", "fire_engine",
    ]

    package let name: String
    package let channels: Set<String>
    private let plan: SlackPlan
    private let context: ReplyContext

    /// - Parameter users: the channels whose addresses are Slack's user ids.
    package init(_ plan: SlackPlan, channel: String, users: Set<String>, in context: ReplyContext) {
        name = channel
        channels = users
        self.plan = plan
        self.context = context
    }

    private struct Thread: Decodable {
        var ok: Bool
        var error: String?
        var messages: [Message]?
    }

    private struct Message: Decodable {
        var ts: String
        var user: String?
        var text: String?
        var bot_id: String?
        var reactions: [Reaction]?
    }

    private struct Reaction: Decodable {
        var name: String
        var users: [String]
    }

    package func replies(to chains: [EscalationChain]) async throws -> [Reply] {
        let headers = [HTTPRequest.Header("Authorization", "Bearer \(try context.secret(plan.token))")]
        var replies: [Reply] = []
        for chain in chains {
            let own = chain.references(onChannels: [name])
            // The pages of a chain are in one thread a Slack channel.
            var places: [Substring: Substring] = [:]
            for reference in own {
                let parts = reference.split(separator: "/")
                if parts.count == 2, places[parts[0]] == nil { places[parts[0]] = parts[1] }
            }
            for (channel, ts) in places.sorted(by: { $0.key < $1.key }) {
                let thread = try await context.get(
                    "\(plan.url)/api/conversations.replies?channel=\(channel)&ts=\(ts)&limit=200", headers,
                    as: Thread.self)
                guard thread.ok else { throw ProbeFailure("Slack says \((thread.error ?? "no").prefix(60))") }
                for message in thread.messages ?? [] { replies += read(message, chain, in: channel, own: Set(own)) }
            }
        }
        return replies
    }

    private func read(
        _ message: Message, _ chain: EscalationChain, in channel: Substring, own: Set<String>
    ) -> [Reply] {
        let place = "\(channel)/\(message.ts)"
        var replies: [Reply] = []
        // A reaction bears no time: only one to a message of this very chain is to this chain.
        if own.contains(place) {
            for reaction in message.reactions ?? [] {
                let kind = reaction.name.split(separator: ":").first.map(String.init) ?? ""
                let isAnswer =
                    chain.isRollCall ? RollCallReply(reaction: kind) != nil : SlackReplies.reactions.contains(kind)
                guard isAnswer else { continue }
                replies += reaction.users.map { user in
                    Reply(
                        way: .slack, reference: "\(place)/\(reaction.name)/\(user)", sender: user,
                        text: ":\(reaction.name):",
                        escalation: chain.id, isAcknowledgement: true)
                }
            }
        }
        let seconds = message.ts.split(separator: ".").first.flatMap { Int64($0) } ?? 0
        if message.bot_id == nil, !own.contains(place), let user = message.user, let text = message.text,
            seconds >= chain.at.utc.seconds
        {
            replies.append(
                Reply(
                    way: .slack, reference: place, sender: user, text: String(text.prefix(500)), escalation: chain.id))
        }
        return replies
    }
}
