import Launch

/// A notification as Slack shows it: blocks, and the text that stands in for them in notifications and old clients.
struct SlackMessage: Encodable, Hashable {
    struct Text: Encodable, Hashable {
        var type: String
        var text: String
        static func markdown(_ text: String) -> Text { Text(type: "mrkdwn", text: text) }
    }

    struct Block: Encodable, Hashable {
        var type: String
        var text: Text?
        var fields: [Text]?
        var elements: [Element]?
    }

    struct Element: Encodable, Hashable {
        var type: String
        var text: Text?
        /// A link of a button.
        var url: String?
        var style: String?

        enum CodingKeys: String, CodingKey { case type, text, url, style }

        /// A context block's element is a text itself; a button has one.
        func encode(to encoder: any Encoder) throws {
            if type == "mrkdwn" { return try (text ?? .markdown("")).encode(to: encoder) }
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(type, forKey: .type)
            try container.encodeIfPresent(text, forKey: .text)
            try container.encodeIfPresent(url, forKey: .url)
            try container.encodeIfPresent(style, forKey: .style)
        }
    }

    /// Slack takes 3,000 characters in a section, 40,000 in `text`, and asks for less.
    private static let limit = 2900
    /// How many alerts of a group are listed.
    private static let listed = 10

    var text: String
    var blocks: [Block]

    init(_ notification: Notification, _ wording: Wording) {
        let headline =
            "\(SlackMessage.emoji(notification)) *\(wording.mark(notification))* \(notification.launch.oneLine.slackEscaped)"
        let summary = wording.summary(notification).limited(to: 1500).slackEscaped
        text = "\(wording.mark(notification)) \(notification.launch.oneLine.slackEscaped): \(summary)"
        var body = "\(headline)\n\(summary)"
        if notification.alerts.count > 1 {
            let lines = notification.alerts.prefix(SlackMessage.listed).map {
                "• \($0.summary.oneLine.limited(to: 150).slackEscaped)"
            }
            body += "\n" + lines.joined(separator: "\n")
            if notification.alerts.count > SlackMessage.listed {
                body += "\n… and \(notification.alerts.count - SlackMessage.listed) more"
            }
        }
        if notification.purpose == .digest || notification.purpose == .change, let more = notification.text {
            body += "\n" + more.slackEscaped
        }
        blocks = [Block(type: "section", text: .markdown(body.limited(to: SlackMessage.limit)))]
        var facts: [String] = []
        if [.page, .acknowledged, .resolved].contains(notification.purpose) {
            facts.append("since \(wording.date(notification.since))")
        }
        if notification.purpose == .change { facts.append("at \(wording.date(notification.since))") }
        if let step = notification.step { facts.append(step.oneLine.slackEscaped) }
        if let runbook = notification.runbook {
            facts.append(
                runbook.hasPrefix("http") ? "<\(runbook.slackEscaped)|runbook>" : "runbook \(runbook.slackEscaped)")
        }
        if notification.purpose == .page, let code = notification.code {
            facts.append("answer *ACK \(code)* in this thread")
        }
        if !facts.isEmpty {
            blocks.append(
                Block(
                    type: "context",
                    elements: [Element(type: "mrkdwn", text: .markdown(facts.joined(separator: " · ")))]))
        }
        if notification.purpose == .page, let link = notification.link {
            blocks.append(
                Block(
                    type: "actions",
                    elements: [
                        Element(
                            type: "button", text: Text(type: "plain_text", text: "Acknowledge or escalate"), url: link,
                            style: "primary")
                    ]))
        }
    }

    private static func emoji(_ notification: Notification) -> String {
        switch notification.purpose {
        case .page:
            switch notification.severity {
            case .critical: ":rotating_light:"
            case .warning: ":warning:"
            case .info: ":information_source:"
            }
        case .acknowledged: ":eyes:"
        case .resolved: ":white_check_mark:"
        case .test: ":test_tube:"
        case .change: ":package:"
        case .digest: ":bar_chart:"
        case .rollCall: ":raising_hand:"
        }
    }
}

extension String {
    /// The three characters that mean something to Slack: text from outside must not call everybody with `<!channel>`.
    var slackEscaped: String {
        var result = ""
        for character in unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
