import Edge
package import Launch
package import Wire

/// Whether the defences of every edge work: attacks that must be refused, honest requests that must not be, bursts that must
/// meet a limit, the running configuration, headers, logs, the age of the rules.
///
/// Only what the launch config names as one's own is asked: the edges' front doors and `security.defences.public`.
package struct DefenceSurvey: Sendable {
    private let plan: DefencePlan
    private let deployment: Deployment
    private let hardening: HardeningPlan
    private let reactor: Reactor
    private let clock: any Clock

    /// Nil where the config hardens nothing.
    package init?(_ plan: DefencePlan, of deployment: Deployment, on reactor: Reactor, clock: any Clock) {
        guard let hardening = deployment.hardening else { return nil }
        self.plan = plan
        self.deployment = deployment
        self.hardening = hardening
        self.reactor = reactor
        self.clock = clock
    }

    /// One look at every edge, one after the other: bursts side by side would measure each other.
    package func take() async -> SecurityCheck {
        var items: [SecurityCheck.Item] = []
        for edge in deployment.edges { items += await look(at: edge) }
        for url in plan.publicURLs { items += await look(at: url) }
        // One item for this machine, whose edges share its rules.
        if deployment.edges.contains(where: { $0.ssh == nil }) { items.append(rules()) }
        let bad = items.filter { $0.verdict > .ok }.count
        return SecurityCheck(
            station: "defence",
            summary: bad == 0
                ? "\(items.count) trials: attacks refused, customers served, limits met"
                : "\(items.count - bad) of \(items.count) trials are well; \(worst(items))", items: items,
            every: plan.every)
    }

    private func worst(_ items: [SecurityCheck.Item]) -> String {
        guard let item = items.max(by: { $0.verdict < $1.verdict }) else { return "" }
        return "\(item.name): \(item.text)"
    }

    private var cleanPath: String { plan.cleanPath ?? deployment.answers.versionPath }

    /// Tells one look's requests apart in the logs.
    private func mark() -> String { "canary-\(String(UInt64.random(in: 1 << 40...(1 << 60)), radix: 36))" }

    // MARK: An edge, by its front door

    private func look(at edge: EdgePlan) async -> [SecurityCheck.Item] {
        let client = EdgeClient(edge, of: deployment, on: reactor)
        let end = ContinuousClock.now + plan.deadline.duration
        let mark = mark()
        let logs = plan.logs(of: deployment).first { $0.edge == edge.name }
        var tails = logs.map { LogWitness($0) }
        tails?.begin()
        var items = [await configuration(of: edge, by: client, until: end)]
        for trial in DefenceTrial.all(hardening, clean: cleanPath, mark: mark) {
            items += await run(trial, on: edge.name, until: end) { method, path, headers, body, limit in
                try await client.send(method, path, headers: headers, body: body, within: limit)
            }
        }
        for trial in LimitTrial.all(hardening) { items.append(await burst(trial, by: client, until: end)) }
        // Where no trial was answered, none can stand in a log.
        if tails != nil, !items.contains(where: { $0.number != nil }) {
            items.append(.init("\(edge.name) logs", .unknown, "no trial was answered"))
        } else if tails != nil {
            items += await tails!.items(edge: edge.name, mark: mark, blocks: hardening.waf?.onlyDetects == false)
        }
        if let logs, let item = SourceWitness.item(edge: edge.name, SourceWitness.addresses(logs.access)) {
            items.append(item)
        }
        if edge.ssh != nil { items.append(await rules(of: edge, by: client, until: end)) }
        await client.close()
        return items
    }

    private func configuration(
        of edge: EdgePlan, by client: EdgeClient, until end: ContinuousClock.Instant
    ) async -> SecurityCheck.Item {
        let name = "\(edge.name) configuration"
        do throws(EdgeError) {
            let answer = try await client.front(within: end - .now)
            guard answer.digest == client.digest else {
                return .init(
                    name, .critical,
                    "nginx runs \(answer.digest.isEmpty ? "a configuration without a digest" : answer.digest), the launch config's is \(client.digest): guardia edge install \(edge.name)"
                )
            }
            return .init(name, .ok, "what runs is what is rendered (\(client.digest))")
        } catch {
            return .init(name, .unknown, error.reason)
        }
    }

    private typealias Send = (String, String, [HTTPRequest.Header], [UInt8]?, Duration) async throws -> HTTPResponse

    private func run(
        _ trial: DefenceTrial, on place: String, until end: ContinuousClock.Instant, _ send: Send
    ) async -> [SecurityCheck.Item] {
        let name = "\(place) \(trial.name)"
        let left = end - .now
        guard left > .zero else { return [.init(name, .unknown, "there was no time left for it")] }
        var headers = [HTTPRequest.Header("User-Agent", trial.agent), HTTPRequest.Header("Accept", "*/*")]
        if let type = trial.contentType { headers.append(.init("Content-Type", type)) }
        do {
            let response = try await send(
                trial.method, trial.path, headers, trial.body.map { Array($0.utf8) }, min(left, .seconds(5)))
            let judged = trial.judge(response.status, isDetecting: hardening.waf?.onlyDetects == true)
            let item = SecurityCheck.Item(name, judged.verdict, judged.text, number: Double(response.status))
            return trial.name == "clean" && judged.verdict == .ok ? [item, headersItem(place, response)] : [item]
        } catch let error as EdgeError {
            return [.init(name, .unknown, error.reason)]
        } catch {
            return [.init(name, .unknown, "\(error)")]
        }
    }

    private func headersItem(_ place: String, _ response: HTTPResponse) -> SecurityCheck.Item {
        let missing = EdgeHardening(hardening).headers.filter { response.headers[$0.name] != $0.value }.map(\.name)
        return SecurityCheck.Item(
            "\(place) security headers", missing.isEmpty ? .ok : .warning,
            missing.isEmpty ? "all are sent" : "not as the config says: \(missing.joined(separator: ", "))")
    }

    /// Requests one after the other, on one connection, until one is refused: no more than the limit lets through, and a few.
    private func burst(
        _ trial: LimitTrial, by client: EdgeClient, until end: ContinuousClock.Instant
    ) async -> SecurityCheck.Item {
        let name = "\(client.plan.name) limit \(trial.name)"
        let headers = [HTTPRequest.Header("User-Agent", trial.agent), HTTPRequest.Header("Accept", "*/*")]
        let began = ContinuousClock.now
        var sent = 0
        var refused = false
        while !refused, sent < trial.limit.burst + 2000 {
            let seconds = (ContinuousClock.now - began).inSeconds
            if sent >= trial.needed(in: seconds) || seconds > 4 || end < .now { break }
            do throws(EdgeError) {
                let response = try await client.send(
                    "GET", trial.path(sent), headers: headers, body: nil, within: .seconds(3))
                sent += 1
                refused = response.status == 429
            } catch {
                return .init(name, .unknown, error.reason)
            }
        }
        let judged = trial.judge(
            sent: sent, refused: refused, seconds: (ContinuousClock.now - began).inSeconds)
        return .init(name, judged.verdict, judged.text, number: Double(sent))
    }

    // MARK: The same, as the world reaches it

    private func look(at url: String) async -> [SecurityCheck.Item] {
        let http = HTTPClient(on: reactor, maximumOfIdle: 1)
        let end = ContinuousClock.now + plan.deadline.duration
        var items: [SecurityCheck.Item] = []
        for trial in DefenceTrial.all(hardening, clean: cleanPath, mark: mark()) {
            items += await run(trial, on: url, until: end) { method, path, headers, body, limit in
                try await http.send(
                    HTTPRequest(url + path, method: method, headers: headers, body: body, maxBodyBytes: 4096),
                    deadline: limit)
            }
        }
        return items
    }

    // MARK: The rules

    private func rules() -> SecurityCheck.Item {
        guard let waf = hardening.waf else { return .init("rule set", .unknown, "the config has no firewall") }
        guard let rules = RuleSet.read(waf.rules) else {
            return .init("rule set", .unknown, "no rules are to be read in \(waf.rules)")
        }
        return item("rule set", rules)
    }

    /// Of an edge elsewhere its helper tells.
    private func rules(
        of edge: EdgePlan, by client: EdgeClient, until end: ContinuousClock.Instant
    ) async -> SecurityCheck.Item {
        let name = "\(edge.name) rule set"
        guard let waf = hardening.waf else { return .init(name, .unknown, "the config has no firewall") }
        do throws(EdgeError) {
            return item(name, RuleSet(try await client.rules(in: waf.rules, within: max(end - .now, .milliseconds(1)))))
        } catch {
            return .init(name, .unknown, error.reason)
        }
    }

    private func item(_ name: String, _ rules: RuleSet) -> SecurityCheck.Item {
        let age = clock.now().utc - rules.newest
        let days = Int(age.count / 86_400_000)
        return .init(
            name, age > plan.maximumAgeOfRules ? .warning : .ok,
            "\(rules.version), \(rules.count) files, the newest \(days) d old", number: Double(days))
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
