package import Launch
package import Wire

/// Works with one Alertmanager: asks for its alerts and silences, writes back what is said of them here, and posts guardia's
/// own alerts to it. One that does not answer resolves nothing: that it does not is an alert.
package actor AlertmanagerLink {
    private static let bodyLimit = 32 << 20
    /// After how many failures in a row it is an alert.
    private static let patience = 3

    private let plan: AlertmanagerPlan
    private let origin: String
    private let clock: any Clock
    private let http: HTTPClient
    private let secret: @Sendable (Secret) throws -> String
    private let alerting: AlertEvaluator
    private let runbook: Runbook
    private nonisolated let reactor: Reactor
    private var failures = 0
    private var failingSince: Moment?
    /// Alerts that ended here, and that it has not been told of.
    private var ended: [Fingerprint: AlertEvent.Facts] = [:]
    private var firing: [Fingerprint: AlertEvent.Facts] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    package init(
        _ plan: AlertmanagerPlan, origin: String, runbook: Runbook? = nil, alerting: AlertEvaluator,
        on reactor: Reactor, clock: any Clock,
        secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.plan = plan
        self.origin = origin
        self.runbook = runbook ?? Runbook()
        self.alerting = alerting
        self.reactor = reactor
        self.clock = clock
        self.secret = secret
        http = HTTPClient(on: reactor, maximumOfIdle: 4)
    }

    /// Works until the task is cancelled: at each interval, and at once when something was said.
    package func run(hearing news: AsyncStream<Void>) async {
        let (triggers, trigger) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let interval = plan.interval.duration
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    trigger.yield()
                    try? await Task.sleep(for: interval)
                }
                trigger.finish()
            }
            group.addTask { for await _ in news { trigger.yield() } }
            for await _ in triggers { await look() }
            group.cancelAll()
        }
    }

    /// One round: what `run` does at each trigger.
    package func look() async {
        do {
            if plan.sends { try await post() }
            if plan.receives { try await receive() }
            failures = 0
            failingSince = nil
            alerting.inbox.yield(.outside(OutsideAlerts(source: plan.linkName, alerts: [], silences: [])))
        } catch {
            failures += 1
            let since = failingSince ?? clock.now()
            failingSince = since
            guard failures >= AlertmanagerLink.patience else { return }
            let facts = AlertEvent.Facts(
                rule: EngineAlerts.alertmanagerUnreachable,
                labels: ["alertname": EngineAlerts.alertmanagerUnreachable, "alertmanager": plan.name],
                severity: .warning,
                summary: "The Alertmanager \(plan.name) does not answer: its alerts are as they were",
                runbook: EngineAlerts.runbook(of: EngineAlerts.alertmanagerUnreachable), since: since,
                policy: plan.policy, source: plan.linkName)
            alerting.inbox.yield(
                .outside(OutsideAlerts(source: plan.linkName, alerts: [OutsideAlert(facts: facts)], silences: [])))
        }
    }

    // MARK: In

    private func receive() async throws {
        let log = await alerting.log
        let standing = try AlertmanagerCodec.silences(try await get("silences"), of: plan)
        let writing = WriteBack(log, source: plan.name, standing: standing, now: clock.now())
        // Asked before anything is written: an alert that is quiet by our own word is not quiet by theirs.
        let query = plan.filter.map { "&filter=" + AlertmanagerLink.escaped($0.description) }.joined()
        let body = try await get("alerts?active=true&silenced=true&inhibited=true&unprocessed=true" + query)
        var alerts = try AlertmanagerCodec.alerts(body, of: plan, origin: origin, now: clock.now())
        for index in alerts.indices { alerts[index].silences.removeAll { writing.own.contains($0) } }
        alerting.inbox.yield(
            .outside(OutsideAlerts(source: plan.name, alerts: alerts, silences: writing.others)))
        for id in writing.end { _ = try await send("DELETE", "silence/\(AlertmanagerLink.escaped(id))", nil) }
        for (silence, replaced) in writing.set {
            _ = try await send("POST", "silences", try AlertmanagerCodec.body(silence, replacing: replaced))
        }
    }

    // MARK: Out

    private func post() async throws {
        let now = clock.now().utc
        let current = Dictionary(
            await alerting.log.firing.filter { !$0.facts.isForeign }.map { ($0.id, $0.facts) },
            uniquingKeysWith: { first, _ in first })
        for (id, facts) in firing where current[id]?.matchable != facts.matchable { ended[id] = facts }
        firing = current
        // Alertmanager resolves what it is not told of again: long enough for several rounds to fail.
        let until = now + max(plan.interval * 4, .minutes(5))
        let told = current.values.map { (facts: $0, endsAt: until) } + ended.values.map { (facts: $0, endsAt: now) }
        guard !told.isEmpty else { return }
        for start in stride(from: 0, to: told.count, by: 1000) {
            let part = told[start..<min(start + 1000, told.count)].sorted {
                $0.facts.fingerprint < $1.facts.fingerprint
            }
            _ = try await send("POST", "alerts", try AlertmanagerCodec.body(part, runbook: runbook, origin: origin))
        }
        ended = [:]
    }

    // MARK: HTTP

    private func get(_ path: String) async throws -> [UInt8] { try await send("GET", path, nil).body }

    private func send(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> HTTPResponse {
        var template = RequestTemplate(
            HTTPRequest(
                "\(plan.url)/api/v2/\(path)", method: method,
                headers: body == nil ? [] : [HTTPRequest.Header("Content-Type", "application/json")], body: body,
                tls: TLSSettings(plan.tls), maxBodyBytes: AlertmanagerLink.bodyLimit), headers: plan.headers,
            secret: secret)
        let request = try template.request()
        let response = try await http.send(request, deadline: plan.deadline.duration)
        try response.requireOK(from: request)
        return response
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-._~".utf8.contains(byte)
            return isPlain
                ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
