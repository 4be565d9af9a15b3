package import Launch

/// SMS by Twilio. That Twilio took it is not that it arrived: the message is asked about until its fate is known.
package struct SMSChannel: Channel {
    package let limit: RateLimit
    package let tellsProgress = true
    private let api: TwilioAPI
    private let segments: Int
    private let wording: Wording

    package init(_ plan: TwilioPlan, segments: Int, limit: RateLimit, in context: ChannelContext) {
        self.limit = limit
        self.segments = segments
        api = TwilioAPI(plan, in: context)
        wording = Wording(zone: context.zone)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        let text = text(notification).text
        let from = api.plan.from
        return await api.create(
            "Messages",
            ["To": notification.address, from.hasPrefix("MG") ? "MessagingServiceSid" : "From": from, "Body": text],
            address: notification.address)
    }

    package func progress(of reference: String) async -> Delivery {
        guard let message = await api.fetch("Messages", reference) else { return .unknown }
        return switch message.status {
        case "delivered", "read": .delivered
        case "undelivered", "failed":
            .failed("the SMS was not delivered" + (message.errorCode.map { " (Twilio's error \($0))" } ?? ""))
        case "canceled": .failed("the SMS was cancelled at Twilio")
        default: .underway
        }
    }

    /// The summary gives way where the segments do not hold it all; what acknowledges never does.
    func text(_ notification: Notification) -> SMSText {
        let mark = wording.mark(notification)
        let head = "\(mark) \(notification.launch.oneLine): "
        var tail = ""
        if notification.purpose == .page {
            tail += ". Since \(wording.time(notification.since))"
            if let code = notification.code { tail += ". Reply ACK \(code)" }
        }
        // The page that a link leads to has the runbook's; two addresses would cost the summary its room.
        let runbook = notification.purpose == .page ? notification.runbook.flatMap { SafeURL($0)?.text } : nil
        if let link = notification.link ?? runbook { tail += " \(link)" }
        let summary =
            notification.purpose == .digest ? notification.text ?? notification.summary : wording.summary(notification)
        return SMSText.fitting(summary, segments: segments) { head + $0 + tail }
    }
}
