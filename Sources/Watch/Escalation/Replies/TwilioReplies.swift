import FoundationEssentials
package import Launch
import Wire

/// Reads the SMS that came to guardia's number: `ACK 4821`.
package struct TwilioReplies: ReplySource {
    package let name: String
    package let channels: Set<String>
    private let plan: TwilioPlan
    private let context: ReplyContext

    /// - Parameters:
    ///   - channel: the SMS channel whose number is answered.
    ///   - numbers: all channels whose addresses are telephone numbers.
    package init(_ plan: TwilioPlan, channel: String, numbers: Set<String>, in context: ReplyContext) {
        name = channel
        channels = numbers
        self.plan = plan
        self.context = context
    }

    private struct Page: Decodable {
        var messages: [Message]
    }

    private struct Message: Decodable {
        var sid: String
        var from: String?
        var body: String?
        var direction: String?
        /// RFC 2822.
        var date_sent: String?
    }

    package func replies(to chains: [EscalationChain]) async throws -> [Reply] {
        guard let oldest = chains.map(\.at.utc).min() else { return [] }
        let password = try context.secret(plan.password)
        let day = CivilTime(secondsSinceEpoch: oldest.seconds)
        let date = "\(day.year)-\(TwilioReplies.two(day.month))-\(TwilioReplies.two(day.day))"
        // What came to a messaging service is told apart by its direction alone.
        let to = plan.from.hasPrefix("MG") ? "" : "To=\(plan.from.replacing("+", with: "%2B"))&"
        let page = try await context.get(
            "\(plan.url)/2010-04-01/Accounts/\(plan.account)/Messages.json?\(to)DateSent%3E=\(date)&PageSize=200",
            [.init("Authorization", "Basic \(Data("\(plan.user):\(password)".utf8).base64EncodedString())")],
            as: Page.self)
        return page.messages.compactMap { message in
            guard message.direction == "inbound", let from = message.from, let body = message.body,
                let sent = message.date_sent.flatMap(HTTPDate.parse), sent >= oldest.seconds - 5
            else { return nil }
            return Reply(way: .sms, reference: message.sid, sender: from, text: String(body.prefix(500)))
        }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
