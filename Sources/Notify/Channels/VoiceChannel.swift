package import Launch

/// A telephone call by Twilio, which says what is wrong and, where somebody listens for it, takes a digit to acknowledge.
package struct VoiceChannel: Channel {
    package let limit: RateLimit
    package let tellsProgress = true
    private let api: TwilioAPI
    private let plan: VoicePlan
    private let wording: Wording

    package init(_ twilio: TwilioPlan, _ plan: VoicePlan, limit: RateLimit, in context: ChannelContext) {
        self.limit = limit
        self.plan = plan
        api = TwilioAPI(twilio, in: context)
        wording = Wording(zone: context.zone)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        await api.create(
            "Calls",
            [
                "To": notification.address, "From": api.plan.from, "Timeout": "\(plan.ring.count / 1000)",
                "Twiml": twiml(notification),
            ], address: notification.address)
    }

    package func progress(of reference: String) async -> Delivery {
        guard let call = await api.fetch("Calls", reference) else { return .unknown }
        return switch call.status {
        case "completed": .delivered
        case "no-answer": .failed("nobody took the call")
        case "busy": .failed("the line was busy")
        case "canceled": .failed("the call was cancelled at Twilio")
        case "failed": .failed("the call failed" + (call.errorCode.map { " (Twilio's error \($0))" } ?? ""))
        default: .underway
        }
    }

    /// Twilio takes 4,000 characters of it.
    func twiml(_ notification: Notification) -> String {
        let spoken = speech(notification)
        let say = "<Say language=\"\(plan.language.xmlEscaped)\" loop=\"2\">"
        // The last part of a personal link: who was called, about what, until when; it is signed.
        guard notification.purpose == .page, let callback = plan.callback, notification.code != nil,
            let token = notification.link?.split(separator: "/").last
        else {
            return "<Response>\(say)\(spoken.xmlEscaped)</Say></Response>"
        }
        let address = "\(callback)/\(token)"
        return "<Response><Gather numDigits=\"1\" timeout=\"10\" method=\"POST\" action=\"\(address.xmlEscaped)\">"
            + "\(say)\((spoken + " Press 1 to acknowledge.").xmlEscaped)</Say></Gather>"
            + "<Say language=\"\(plan.language.xmlEscaped)\">Nothing was acknowledged. Goodbye.</Say></Response>"
    }

    private func speech(_ notification: Notification) -> String {
        let summary = wording.summary(notification).limited(to: 600)
        let opening = "This is guardia, for \(notification.launch.oneLine)."
        switch notification.purpose {
        case .page: return "\(opening) \(notification.severity.rawValue.capitalisedWord) alert. \(summary)."
        case .acknowledged: return "\(opening) Acknowledged: \(summary)."
        case .resolved: return "\(opening) Resolved: \(summary)."
        case .test: return "\(opening) This is a test. \(summary)."
        case .change, .digest, .rollCall: return "\(opening) \(summary)."
        }
    }
}

extension String {
    var xmlEscaped: String {
        var result = ""
        for character in unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&apos;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    fileprivate var capitalisedWord: String { prefix(1).uppercased() + dropFirst() }
}
