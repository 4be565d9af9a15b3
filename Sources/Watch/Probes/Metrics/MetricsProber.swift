package import Launch
package import Wire

/// One endpoint of the Prometheus text format or OpenMetrics, and the figures extracted from it.
package actor MetricsProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let clock: any Clock
    private let client: HTTPClient
    private var template: RequestTemplate
    private var readers: [ExtractReader]

    package init(_ target: MetricsTarget, interval: Milliseconds, in context: ProbeContext) {
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 1)
        template = RequestTemplate(
            .exposition(target.url, tls: target.tls), headers: target.headers, secret: context.secret)
        readers = target.extracts.map { ExtractReader($0, interval: interval) }
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        do {
            let request = try template.request()
            let response = try await client.send(request, deadline: deadline)
            try response.requireOK(from: request)
            let (readers, findings) = try await Scrape.read(response, with: readers, at: clock.now().uptime)
            self.readers = readers
            return findings
        } catch {
            template.forget()
            throw error
        }
    }

    package func close() async { template.forget() }
}

/// One scrape: the exposition of one answer.
enum Scrape {
    /// The size above which an exposition is read on the cooperative pool, so that it does not hold up the Reactor: there is
    /// nothing in it that blocks, only work.
    private static let inlineLimit = 64 << 10

    static func read(
        _ response: HTTPResponse, with readers: [ExtractReader], at uptime: Milliseconds
    ) async throws -> ([ExtractReader], [Finding]) {
        response.body.count > inlineLimit
            ? try await readElsewhere(response, with: readers, at: uptime)
            : try read(response, readers, at: uptime)
    }

    @concurrent
    private static func readElsewhere(
        _ response: HTTPResponse, with readers: [ExtractReader], at uptime: Milliseconds
    ) async throws -> ([ExtractReader], [Finding]) {
        try read(response, readers, at: uptime)
    }

    private static func read(
        _ response: HTTPResponse, _ readers: [ExtractReader], at uptime: Milliseconds
    ) throws -> ([ExtractReader], [Finding]) {
        var readers = readers
        var metrics: [String] = []
        /// For each metric, the readers that want it.
        var wanting: [[Int]] = []
        for (index, reader) in readers.enumerated() {
            for name in reader.sampleNames {
                if let metric = metrics.firstIndex(of: name) {
                    wanting[metric].append(index)
                } else {
                    metrics.append(name)
                    wanting.append([index])
                }
            }
        }
        for index in readers.indices { readers[index].begin(at: uptime) }
        let parser = try parse(response, metrics) { sample in
            for index in wanting[sample.metric] { readers[index].take(sample) }
        }
        var damaged = Set<Int>()
        for metric in parser.damaged { damaged.formUnion(wanting[metric]) }
        var findings: [Finding] = []
        for index in readers.indices { findings += readers[index].end(isDamaged: damaged.contains(index)) }
        return (readers, findings)
    }

    /// - Throws: ``ProbeFailure`` where the body is no exposition, or not a whole one.
    @discardableResult
    static func parse(
        _ response: HTTPResponse, _ metrics: [String], visit: (ExpositionSample) -> Void
    ) throws -> ExpositionParser {
        var parser = ExpositionParser(metrics: metrics)
        parser.consume(response.body, visit: visit)
        parser.finish(visit: visit)
        if parser.sampleLines == 0, parser.strangeLines > 0 { throw ProbeFailure("the answer is not Prometheus text") }
        let isOpenMetrics = response.headers["Content-Type"]?.hasPrefix("application/openmetrics-text") == true
        if isOpenMetrics, !parser.sawEnd { throw ProbeFailure("the exposition ends before its # EOF") }
        return parser
    }
}

extension HTTPRequest {
    /// A scrape, preferring OpenMetrics, whose end can be told from a break-off.
    static func exposition(_ url: String, tls: TLSPolicy) -> HTTPRequest {
        let accepted = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        return HTTPRequest(
            url, headers: [Header("Accept", accepted)], tls: TLSSettings(tls), maxBodyBytes: 64 << 20)
    }
}
