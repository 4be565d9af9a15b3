package import Launch
import Wire

/// E-mail by a mail server of one's own or a provider's (SMTP).
package struct EmailChannel: Channel {
    package let limit: RateLimit
    package let keepsThreads = true
    private let plan: EmailPlan
    private let to: String
    private let clock: any Clock
    private let credentials: Credentials
    private let wording: Wording

    /// A mail server takes its time: some let those wait who may be robots, all let those wait whose password was wrong.
    private static let deadline: Duration = .seconds(20)

    package init(_ plan: EmailPlan, to: String, limit: RateLimit, in context: ChannelContext) {
        self.plan = plan
        self.to = to
        self.limit = limit
        clock = context.clock
        credentials = Credentials(context.secret)
        wording = Wording(zone: context.zone)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        let address = notification.address.isEmpty ? to : notification.address
        var password: String?
        do throws(Provider.NoAnswer) {
            if let reference = plan.password { password = try await credentials.value(of: reference) }
        } catch {
            return error.answer
        }
        let redaction = Redaction(secrets: [password].compactMap { $0 })
        let message = message(notification, to: address, thread: thread)
        let encryption: MailRequest.Encryption =
            switch plan.encryption {
            case .starttls: .startTLS
            case .tls: .implicit
            case .none: .none
            }
        let request = MailRequest(
            host: plan.host, port: plan.port, encryption: encryption,
            tls: TLSSettings(
                caFile: plan.tls.caFile, clientCertificateFile: plan.tls.clientCertificate,
                clientKeyFile: plan.tls.clientKey), user: plan.user, password: password, from: plan.from,
            recipients: [address], message: message.bytes)
        do throws(WireError) {
            _ = try await Mail.send(request, deadline: EmailChannel.deadline)
            return .taken(reference: message.messageID)
        } catch {
            let reason = redaction("the mail server: \(error.reason)", address: address)
            switch error.kind {
            case .server(let code):
                // 421 and its like: not now. Also where it was the last word to the whole message.
                return code.hasPrefix("5") ? .refused(reason) : .later(reason)
            case .denied:
                await credentials.forget()
                // 454 is that it cannot check now (RFC 4954).
                return error.reason.hasPrefix("4") ? .later(reason) : .refused("\(reason); check user and password")
            case .invalid, .tooLarge: return .refused(reason)
            case .untrusted: return .refused("\(reason); check the server's certificate, and that it offers STARTTLS")
            default: return error.mayHaveArrived ? .ambiguous(reason) : .unreachable(reason)
            }
        }
    }

    func message(_ notification: Notification, to address: String, thread: String?) -> MailMessage {
        let domain = plan.from.split(separator: "@").last.map(String.init) ?? plan.host
        // A Message-ID takes letters, digits and a few signs; the same page has the same one, however often it is sent.
        let page = notification.page.text
        let isPlain = page.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 45 || $0 == 95 || $0 == 46
        }
        let id = isPlain && !page.isEmpty ? page : Fingerprint(of: ["page": page]).text
        return MailMessage(
            from: plan.from, to: address, subject: wording.headline(notification).limited(to: 200), date: clock.now().utc,
            messageID: "guardia.\(id)@\(domain)", inReplyTo: thread,
            isUrgent: notification.purpose == .page && notification.severity == .critical, text: text(notification),
            html: notification.html ?? html(notification))
    }

    private func facts(_ notification: Notification) -> [(String, String)] {
        var facts: [(String, String)] = []
        if [.page, .acknowledged, .resolved].contains(notification.purpose) {
            facts.append(("Since", wording.date(notification.since)))
        }
        if let step = notification.step { facts.append(("Escalation", step.oneLine)) }
        if let runbook = notification.runbook { facts.append(("Runbook", runbook.oneLine)) }
        if notification.purpose == .page, let link = notification.link {
            facts.append(("Acknowledge or escalate", link.oneLine))
        }
        return facts
    }

    private func text(_ notification: Notification) -> String {
        if notification.purpose == .digest, let text = notification.text { return text }
        var lines = [wording.headline(notification), ""]
        if notification.alerts.count > 1 { lines += notification.alerts.prefix(100).map { "- \($0.summary.oneLine)" } + [""] }
        if let text = notification.text { lines += [text, ""] }
        lines += facts(notification).map { "\($0.0): \($0.1)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func html(_ notification: Notification) -> String? {
        guard notification.purpose != .digest else { return nil }
        let colour =
            switch (notification.purpose, notification.severity) {
            case (.page, .critical): "#b00020"
            case (.page, .warning): "#9a6700"
            case (.resolved, _): "#1a7f37"
            default: "#24292f"
            }
        var body = "<h1 style=\"font-size:20px;color:\(colour)\">\(wording.headline(notification).xmlEscaped)</h1>"
        if notification.alerts.count > 1 {
            let items = notification.alerts.prefix(100).map { "<li>\($0.summary.oneLine.xmlEscaped)</li>" }
            body += "<ul>\(items.joined())</ul>"
        }
        if let text = notification.text { body += "<p style=\"white-space:pre-wrap\">\(text.xmlEscaped)</p>" }
        let rows = facts(notification).map { name, value in
            let shown = value.xmlEscaped
            let cell = value.hasPrefix("http") ? "<a href=\"\(shown)\">\(shown)</a>" : shown
            return "<tr><td style=\"padding-right:12px\">\(name)</td><td>\(cell)</td></tr>"
        }
        if !rows.isEmpty { body += "<table>\(rows.joined())</table>" }
        return "<!DOCTYPE html><html><body style=\"font-family:sans-serif\">\(body)</body></html>"
    }
}
