package import Launch
import Wire

/// Somebody's own endpoint. It gets what an Alertmanager's webhook receiver gets (payload version 4), so that whatever
/// already takes those takes ours.
package struct WebhookChannel: Channel {
    package let limit: RateLimit
    private let plan: WebhookPlan
    private let name: String
    private let provider: Provider
    private let credentials: Credentials

    package init(_ plan: WebhookPlan, name: String, limit: RateLimit, in context: ChannelContext) {
        self.plan = plan
        self.name = name
        self.limit = limit
        provider = Provider("the webhook", in: context)
        credentials = Credentials(context.secret)
    }

    package func send(_ notification: Notification, thread: String?) async -> ChannelAnswer {
        do throws(Provider.NoAnswer) {
            var secrets: [String] = []
            // What was sent twice can be told by it (draft-ietf-httpapi-idempotency-key-header).
            var headers: [HTTPRequest.Header] = [
                .init("Content-Type", "application/json"),
                .init("Idempotency-Key", notification.page.text.oneLine),
            ]
            for header in plan.headers {
                switch header.value {
                case .plain(let text): headers.append(.init(header.name, text))
                case .secret(let prefix, let reference):
                    let value = try await credentials.value(of: reference)
                    secrets.append(value)
                    headers.append(.init(header.name, prefix + value))
                }
            }
            let redaction = Redaction(secrets: secrets)
            let request = HTTPRequest(
                plan.url, method: "POST", headers: headers, body: JSON.encode(payload(notification)),
                tls: TLSSettings(
                    caFile: plan.tls.caFile, clientCertificateFile: plan.tls.clientCertificate,
                    clientKeyFile: plan.tls.clientKey), maxBodyBytes: 4096)
            let response = try await provider.ask(request, deadline: plan.deadline.duration) {
                redaction($0, address: notification.address)
            }
            if (200...299).contains(response.status) { return .taken(reference: "") }
            if [401, 403].contains(response.status) { await credentials.forget() }
            return provider.answer(to: response, redaction(response.text, address: notification.address))
        } catch {
            return error.answer
        }
    }

    // MARK: The payload

    struct Alert: Encodable, Hashable {
        var status: String
        var labels: [String: String]
        var annotations: [String: String]
        var startsAt: String
        var endsAt: String
        var generatorURL: String
        var fingerprint: String
    }

    struct Payload: Encodable, Hashable {
        var version = "4"
        var groupKey: String
        var truncatedAlerts: Int
        var status: String
        var receiver: String
        var groupLabels: [String: String]
        var commonLabels: [String: String]
        var commonAnnotations: [String: String]
        var externalURL: String
        var alerts: [Alert]
    }

    /// Alertmanager has no limit of its own; what takes its payload may.
    private static let most = 100
    /// What Alertmanager writes for an alert that has not ended: Go's zero time.
    private static let never = "0001-01-01T00:00:00Z"

    /// Receivers make a link of `runbook_url`: what is no address is called otherwise.
    private static func key(of runbook: String) -> String { runbook.hasPrefix("http") ? "runbook_url" : "runbook" }

    func payload(_ notification: Notification) -> Payload {
        let isOver = notification.purpose == .resolved
        let status = isOver ? "resolved" : "firing"
        var common = ["summary": notification.summary, "purpose": notification.purpose.rawValue]
        if let step = notification.step { common["step"] = step }
        if let text = notification.text { common["description"] = text }
        if let link = notification.link { common["link"] = link }
        if let runbook = notification.runbook { common[WebhookChannel.key(of: runbook)] = runbook }
        var alerts = notification.alerts.prefix(WebhookChannel.most).map { facts in
            var annotations = ["summary": facts.summary]
            if let runbook = facts.runbook { annotations[WebhookChannel.key(of: runbook)] = runbook }
            return Alert(
                status: status, labels: facts.labels.values, annotations: annotations,
                startsAt: Wording.rfc3339(facts.since.utc),
                endsAt: isOver ? Wording.rfc3339(provider.clock.now().utc) : WebhookChannel.never, generatorURL: "",
                fingerprint: facts.fingerprint.text)
        }
        if alerts.isEmpty {
            // A test, a change, a report: receivers expect one alert at least.
            let labels: Labels = [
                "alertname":
                    "Guardia\(notification.purpose.rawValue.prefix(1).uppercased())\(notification.purpose.rawValue.dropFirst())",
                "severity": notification.purpose == .page ? notification.severity.rawValue : Severity.info.rawValue,
                "launch": notification.launch,
            ]
            alerts = [
                Alert(
                    status: status, labels: labels.values, annotations: common,
                    startsAt: Wording.rfc3339(notification.since),
                    endsAt: isOver ? Wording.rfc3339(provider.clock.now().utc) : WebhookChannel.never, generatorURL: "",
                    fingerprint: Fingerprint(of: labels).text)
            ]
        }
        let shared = alerts.dropFirst().reduce(alerts.first?.labels ?? [:]) { shared, alert in
            shared.filter { alert.labels[$0.key] == $0.value }
        }
        return Payload(
            groupKey: notification.group, truncatedAlerts: max(0, notification.alerts.count - WebhookChannel.most),
            status: status, receiver: name, groupLabels: [:], commonLabels: shared, commonAnnotations: common,
            externalURL: notification.link ?? "", alerts: alerts)
    }
}
