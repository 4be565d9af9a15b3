package import Launch
package import Wire

/// One HTTP address: whether it answers as it should, how fast, and how that was over a window.
///
/// An unexpected status or a failed assertion is an answer: the look succeeds, with `up` missed, the `status`, and misses that say
/// what was wrong in place of the latencies; it counts in `errors`, not in the percentiles. Phases that a kept connection
/// spares take 0 ms.
package actor HTTPProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    static let quantiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]

    private let target: HTTPTarget
    private let clock: any Clock
    private let client: HTTPClient
    private var template: RequestTemplate
    private var latencies: LatencyWindow
    private var errors: ShareWindow
    private var cache: ShareWindow

    package init(_ target: HTTPTarget, interval: Milliseconds, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 1)
        var needsBody = !target.assertions.isEmpty
        if case .json = target.version { needsBody = true }
        let request = HTTPRequest(
            target.url, method: target.method, body: target.body.map { Array($0.utf8) }, tls: TLSSettings(target.tls),
            maxBodyBytes: needsBody ? target.bodyLimit : 0)
        template = RequestTemplate(request, headers: target.headers, secret: context.secret)
        latencies = LatencyWindow(length: target.window, interval: interval)
        errors = ShareWindow(length: target.window)
        cache = ShareWindow(length: target.window)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let response: HTTPResponse
        do {
            response = try await client.send(template.request(), deadline: deadline)
        } catch {
            template.forget()
            errors.record(true, at: clock.now().uptime)
            throw error
        }
        let uptime = clock.now().uptime
        let complaint = BodyCheck.complaint(
            about: JourneyWalk.Answer(response), expecting: target.expectedStatuses, target.assertions
        )?.description.bounded()
        if [401, 403].contains(response.status) { template.forget() }
        errors.record(complaint != nil, at: uptime)
        if complaint == nil { latencies.record(milliseconds: response.phases.total.inMilliseconds, at: uptime) }
        return phases(of: response, complaint) + window(response, at: uptime)
    }

    package func close() async { template.forget() }

    private func phases(of response: HTTPResponse, _ complaint: String?) -> [Finding] {
        var findings = [Finding("status", Double(response.status)), Finding("size", Double(response.size))]
        if let complaint { findings.append(Finding("up", .missed(complaint))) }
        let phases = response.phases
        let named = [
            ("total", phases.total), ("dns", phases.dns), ("connect", phases.connect), ("tls", phases.tls),
            ("first_byte", phases.firstByte),
        ]
        for (measure, span) in named {
            if let complaint {
                findings.append(Finding(measure, .missed(complaint)))
            } else if measure == "tls", !target.url.lowercased().hasPrefix("https:") {
                findings.append(Finding(measure, .missed("the address is not https")))
            } else {
                findings.append(Finding(measure, span.inMilliseconds))
            }
        }
        if let source = target.version {
            let version = complaint.map(Measurement.missed) ?? BodyCheck.version(source, of: response)
            findings.append(Finding("version", version))
        }
        return findings
    }

    private func window(_ response: HTTPResponse, at uptime: Milliseconds) -> [Finding] {
        var findings = errors.percent(at: uptime).map { [Finding("errors", $0)] } ?? []
        let values = latencies.quantiles(Self.quantiles.map(\.1), at: uptime)
        for (index, (measure, _)) in Self.quantiles.enumerated() {
            let value = values.map { Measurement.number($0[index]) } ?? .missed("no good answer in the window")
            findings.append(Finding(measure, value))
        }
        if let header = target.cacheHeader {
            if let status = response.headers[header].flatMap(CacheStatus.init) {
                cache.record(status == .hit, at: uptime)
            }
            let share = cache.percent(at: uptime)
            findings.append(
                Finding("hit_rate", share.map(Measurement.number) ?? .missed("\(header) says neither hit nor miss")))
        }
        return findings
    }
}
