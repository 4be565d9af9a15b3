package import Launch
package import Wire

/// One address from several places: the blackbox exporter at each is asked side by side with the others.
///
/// A place that does not answer is a miss of its own measures; the look fails only where none answers.
///
/// Each place is asked once a look. Where hits are counted, that is by the module that fails without one: a request before it
/// would have put into the cache what it then finds there. Such a module fails by its regexp, and still tells the status and
/// the phases of the answer.
package actor VantageProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private static let bodyLimit = 1 << 20
    private let target: VantageTarget
    private let clock: any Clock
    private let client: HTTPClient
    private var templates: [String: RequestTemplate] = [:]
    private var hits: [String: ShareWindow] = [:]

    package init(_ target: VantageTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: target.points.count)
        for point in target.points {
            let module = target.hitModule ?? target.module
            let request = HTTPRequest.exposition(
                "\(point.url)/probe?target=\(target.url.percentEncoded)&module=\(module.percentEncoded)",
                tls: target.tls, bodyLimit: Self.bodyLimit)
            templates[point.name] = RequestTemplate(request, headers: target.headers, secret: context.secret)
            hits[point.name] = ShareWindow(length: target.window)
        }
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
        let seen = await withTaskGroup(of: (String, Result<Sight, any Error>).self) { group in
            for point in target.points {
                group.addTask { (point.name, await self.sight(from: point, budget)) }
            }
            var seen: [(String, Result<Sight, any Error>)] = []
            for await one in group { seen.append(one) }
            return seen
        }
        if let failure = seen.lazy.compactMap({ $0.1.failure }).first, seen.allSatisfy({ $0.1.failure != nil }) {
            throw failure
        }
        return findings(of: seen)
    }

    package func close() async { for name in templates.keys { templates[name]?.forget() } }

    private func findings(of seen: [(String, Result<Sight, any Error>)]) -> [Finding] {
        let uptime = clock.now().uptime
        var findings: [Finding] = []
        var slowest: Double?
        var answering = 0
        for (point, result) in seen {
            var isHit: Bool?
            switch result {
            case .success(let sight) where sight.isAnswer(isHitAsked: target.hitModule != nil):
                answering += 1
                isHit = sight.isSuccess
                slowest = max(slowest ?? 0, sight.firstByte)
                findings.append(Finding("first_byte.\(point)", sight.firstByte))
                findings.append(Finding("total.\(point)", sight.total))
            case .success(let sight):
                let isBroken = sight.status == 0 || 200..<300 ~= sight.status
                let reason = isBroken ? "no answer from \(point)" : "status \(Int(sight.status)) from \(point)"
                findings += ["first_byte", "total"].map { Finding("\($0).\(point)", .missed(reason)) }
            case .failure(let error):
                findings += ["first_byte", "total"].map { Finding("\($0).\(point)", .missed(error.inWords)) }
            }
            guard target.hitModule != nil else { continue }
            // What got no answer was neither a hit nor a miss.
            if let isHit { hits[point]?.record(isHit, at: uptime) }
            let share = hits[point]?.percent(at: uptime)
            findings.append(
                Finding(
                    "hit_rate.\(point)", share.map(Measurement.number) ?? .missed("nothing was asked in the window")))
        }
        findings.append(Finding("answering", Double(answering)))
        findings.append(Finding("slowest", slowest.map(Measurement.number) ?? .missed("no place got an answer")))
        return findings
    }

    /// What an exporter saw.
    private struct Sight: Sendable {
        var isSuccess = false
        /// In milliseconds: name, connection, TLS and the server's own time; without the body's transfer.
        var firstByte = 0.0
        var total = 0.0
        var status = 0.0
        /// It failed by what the module demands of a header or a body, not by the answer itself.
        var isRegexpFailure = false

        /// Whether the customer got what was asked for. A module that demands a hit fails an answer that is a good one.
        func isAnswer(isHitAsked: Bool) -> Bool {
            isSuccess || isHitAsked && isRegexpFailure && 200..<300 ~= status
        }
    }

    private func sight(from point: VantageTarget.Point, _ budget: Budget) async -> Result<Sight, any Error> {
        let key = point.name
        do {
            guard let request = try templates[key]?.request() else { throw ProbeFailure("no such place") }
            let response = try await client.send(request, deadline: budget.remaining)
            try response.requireOK(from: request)
            return .success(try Self.sight(in: response, within: budget))
        } catch {
            templates[key]?.forget()
            return .failure(error)
        }
    }

    private static let metrics = [
        "probe_success", "probe_duration_seconds", "probe_http_duration_seconds", "probe_http_status_code",
        "probe_failed_due_to_regex",
    ]

    /// - Throws: ``ProbeFailure`` where the answer is not that of a blackbox exporter.
    private static func sight(in response: HTTPResponse, within budget: Budget) throws -> Sight {
        var sight = Sight()
        var isExporter = false
        try Scrape.parse(response, metrics, within: budget) { sample in
            switch metrics[sample.metric] {
            case "probe_success":
                isExporter = true
                sight.isSuccess = sample.value == 1
            case "probe_duration_seconds": sight.total = sample.value * 1000
            case "probe_http_duration_seconds":
                if sample["phase"] != "transfer" { sight.firstByte += sample.value * 1000 }
            case "probe_failed_due_to_regex": sight.isRegexpFailure = sample.value == 1
            default: sight.status = sample.value
            }
        }
        guard isExporter else { throw ProbeFailure("the answer is not that of a blackbox exporter") }
        return sight
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
