package import Launch
import Wire

/// PagerDuty by its Events API v2: an incident a group, told apart by `dedup_key`, so that what is sent twice is one.
package struct PagerDutyChannel: Channel {
    package let limit: RateLimit
    private let plan: PagerDutyPlan
    private let provider: Provider
    private let credentials: Credentials

    package init(_ plan: PagerDutyPlan, limit: RateLimit, in context: ChannelContext) {
        self.plan = plan
        self.limit = limit
        provider = Provider("PagerDuty", in: context)
        credentials = Credentials(context.secret)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        guard notification.purpose != .digest else { return .refused("PagerDuty takes no reports") }
        // An incident that nobody resolves is no question.
        guard notification.purpose != .rollCall else { return .refused("PagerDuty takes no roll-calls") }
        do throws(Provider.NoAnswer) {
            let key = try await credentials.value(of: plan.routingKey)
            let redaction = Redaction(secrets: [key])
            let isChange = notification.purpose == .change
            let body = isChange ? JSON.encode(change(notification, key)) : JSON.encode(event(notification, key))
            let request = HTTPRequest(
                plan.url + (isChange ? "/v2/change/enqueue" : "/v2/enqueue"), method: "POST",
                headers: [.init("Content-Type", "application/json")], body: body, maxBodyBytes: 64 << 10)
            let response = try await provider.ask(request) { redaction($0) }
            let said = JSON.decode(Answer.self, from: response.body)
            if response.status == 202 {
                guard let said, said.status == "success" else {
                    return .ambiguous("PagerDuty answered 202, but not as PagerDuty does")
                }
                return .taken(reference: said.dedupKey ?? "")
            }
            await credentials.forget()
            let detail = ([said?.message].compactMap { $0 } + (said?.errors ?? [])).joined(separator: "; ")
            // Its documentation asks for pauses of minutes.
            if response.status == 429, response.headers["Retry-After"] == nil {
                return .later("PagerDuty answered 429: \(redaction(detail))", after: .minutes(1))
            }
            return provider.answer(to: response, redaction(detail))
        } catch {
            return error.answer
        }
    }

    private struct Answer: Decodable {
        var status: String?
        var message: String?
        var errors: [String]?
        var dedupKey: String?

        enum CodingKeys: String, CodingKey {
            case status, message, errors
            case dedupKey = "dedup_key"
        }
    }

    // MARK: Events

    struct Link: Encodable, Hashable {
        var href: String
        var text: String
    }

    struct Event: Encodable, Hashable {
        struct Payload: Encodable, Hashable {
            var summary: String
            var source: String
            var severity: String
            var timestamp: String
            var component: String?
            var group: String?
            var `class`: String?
            var custom_details: [String: String]
        }

        var routing_key: String
        var event_action: String
        var dedup_key: String
        var payload: Payload?
        var links: [Link]?
        var client: String?
        var client_url: String?
    }

    func event(_ notification: Notification, _ key: String) -> Event {
        // A test is an incident of its own: it must not be resolved with what is real.
        let dedup = notification.purpose == .test ? "guardia-test-\(notification.page)" : notification.group
        var event = Event(routing_key: key, event_action: "trigger", dedup_key: PagerDutyChannel.dedupKey(dedup))
        switch notification.purpose {
        case .acknowledged: event.event_action = "acknowledge"
        case .resolved: event.event_action = "resolve"
        default:
            let alert = notification.alerts.first
            var details = alert?.labels.values ?? [:]
            details["launch"] = notification.launch
            details["step"] = notification.step
            if let runbook = notification.runbook, links(notification) == nil { details["runbook"] = runbook }
            if notification.alerts.count > 1 {
                details["alerts"] = notification.alerts.prefix(50).map(\.summary).joined(separator: "\n")
            }
            let mark = notification.purpose == .test ? "TEST: " : ""
            event.payload = Event.Payload(
                summary: (mark + "\(notification.launch.oneLine): \(notification.summary.oneLine)").limited(to: 1024),
                source: plan.source, severity: PagerDutyChannel.severity(notification),
                timestamp: Wording.rfc3339(notification.since), component: alert?.series?.name,
                group: notification.launch, class: notification.purpose == .test ? "test" : alert?.rule,
                custom_details: details.mapValues { $0.limited(toBytes: 2000) })
            event.links = links(notification)
            event.client = "guardia"
            event.client_url = notification.link
        }
        return event
    }

    struct Change: Encodable, Hashable {
        struct Payload: Encodable, Hashable {
            var summary: String
            var source: String
            var timestamp: String
            var custom_details: [String: String]
        }
        var routing_key: String
        var payload: Payload
        var links: [Link]?
    }

    func change(_ notification: Notification, _ key: String) -> Change {
        Change(
            routing_key: key,
            payload: Change.Payload(
                summary: "\(notification.launch.oneLine): \(notification.summary.oneLine)".limited(to: 1024),
                source: plan.source, timestamp: Wording.rfc3339(notification.since),
                custom_details: notification.text.map { ["text": $0.limited(toBytes: 8000)] } ?? [:]),
            links: links(notification))
    }

    /// PagerDuty takes addresses alone: what is none stands among the details.
    private func links(_ notification: Notification) -> [Link]? {
        guard let runbook = notification.runbook, runbook.hasPrefix("http") else { return nil }
        return [Link(href: runbook, text: "Runbook")]
    }

    private static func severity(_ notification: Notification) -> String {
        if notification.purpose == .test { return "info" }
        return switch notification.severity {
        case .critical: "critical"
        case .warning: "warning"
        case .info: "info"
        }
    }

    /// At most 255 characters; a longer one keeps its beginning and is told apart by its hash.
    static func dedupKey(_ group: String) -> String {
        guard group.count > 255 else { return group }
        return "\(group.prefix(230))-\(Fingerprint(of: ["group": group]))"
    }
}
