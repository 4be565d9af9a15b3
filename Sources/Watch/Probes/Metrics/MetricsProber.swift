package import Launch
package import Wire

/// Endpoints of the Prometheus text format or OpenMetrics, and the figures extracted from them.
///
/// Several endpoints are read side by side and added up: counters by their growth, histograms by their buckets, so that a
/// percentile is that of all requests, never an average of percentiles. What does not answer is left out of the sum, and
/// `answering` says how many did; where none does, the look fails.
package actor MetricsProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let clock: any Clock
    private let client: HTTPClient
    private var templates: [RequestTemplate]
    private var readers: [ExtractReader]

    package init(_ target: MetricsTarget, interval: Milliseconds, in context: ProbeContext) {
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: max(1, target.urls.count))
        templates = target.urls.map {
            RequestTemplate(.exposition($0, tls: target.tls), headers: target.headers, secret: context.secret)
        }
        readers = target.extracts.map { ExtractReader($0, interval: interval) }
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let outcomes = await withTaskGroup { group in
            for index in templates.indices {
                group.addTask { (index, await self.scrape(index, deadline: deadline)) }
            }
            var outcomes = [Result<HTTPResponse, any Error>?](repeating: nil, count: templates.count)
            for await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes
        }
        let answers = outcomes.enumerated().compactMap { index, outcome in
            (try? outcome?.get()).map { Scrape.Answer(source: index, response: $0) }
        }
        if answers.isEmpty, case .failure(let error) = outcomes.compactMap(\.self).first { throw error }
        let (readers, findings) = try await Scrape.read(answers, with: readers, at: clock.now().uptime)
        self.readers = readers
        return templates.count > 1 ? findings + [Finding("answering", Double(answers.count))] : findings
    }

    package func close() async { for index in templates.indices { templates[index].forget() } }

    private func scrape(_ index: Int, deadline: Duration) async -> Result<HTTPResponse, any Error> {
        do {
            let request = try templates[index].request()
            let response = try await client.send(request, deadline: deadline)
            try response.requireOK(from: request)
            return .success(response)
        } catch {
            templates[index].forget()
            return .failure(error)
        }
    }
}

/// One look at the expositions of all endpoints that answered.
enum Scrape {
    /// One endpoint's answer.
    struct Answer: Sendable {
        /// Which endpoint it is from.
        var source: Int
        var response: HTTPResponse
    }

    /// The size above which expositions are read on the cooperative pool, so that they do not hold up the Reactor: there is
    /// nothing in it that blocks, only work.
    private static let inlineLimit = 64 << 10

    static func read(
        _ answers: [Answer], with readers: [ExtractReader], at uptime: Milliseconds
    ) async throws -> ([ExtractReader], [Finding]) {
        answers.reduce(0) { $0 + $1.response.body.count } > inlineLimit
            ? try await readElsewhere(answers, with: readers, at: uptime)
            : try read(answers, readers, at: uptime)
    }

    @concurrent
    private static func readElsewhere(
        _ answers: [Answer], with readers: [ExtractReader], at uptime: Milliseconds
    ) async throws -> ([ExtractReader], [Finding]) {
        try read(answers, readers, at: uptime)
    }

    private static func read(
        _ answers: [Answer], _ readers: [ExtractReader], at uptime: Milliseconds
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
        var damaged = Set<Int>()
        for answer in answers {
            let parser = try parse(answer.response, metrics) { sample in
                for index in wanting[sample.metric] { readers[index].take(sample, from: answer.source) }
            }
            for metric in parser.damaged { damaged.formUnion(wanting[metric]) }
        }
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
