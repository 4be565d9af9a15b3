import Launch
import Wire

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
    /// How much is read between two looks at the time that is left.
    private static let slice = 64 << 10

    static func read(
        _ answers: [Answer], with readers: [ExtractReader], at uptime: Milliseconds, within budget: Budget
    ) async throws -> ([ExtractReader], [Finding]) {
        try await apart(from: answers.map(\.response)) { try read(answers, readers, at: uptime, within: budget) }
    }

    /// Does `work` on these answers where it holds up nobody.
    static func apart<Value: Sendable>(
        from responses: [HTTPResponse], _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        responses.reduce(0) { $0 + $1.body.count } > inlineLimit ? try await elsewhere(work) : try work()
    }

    @concurrent
    private static func elsewhere<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try work()
    }

    private static func read(
        _ answers: [Answer], _ readers: [ExtractReader], at uptime: Milliseconds, within budget: Budget
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
            let parser = try parse(answer.response, metrics, within: budget) { sample in
                for index in wanting[sample.metric] { readers[index].take(sample, from: answer.source) }
            }
            for metric in parser.damaged { damaged.formUnion(wanting[metric]) }
        }
        var findings: [Finding] = []
        for index in readers.indices { findings += readers[index].end(isDamaged: damaged.contains(index)) }
        return (readers, findings)
    }

    /// - Throws: ``ProbeFailure`` where the body is no exposition, or not a whole one, or takes longer to read than there
    ///   is time: a figure that comes after its deadline is one that came too late.
    @discardableResult
    static func parse(
        _ response: HTTPResponse, _ metrics: [String], within budget: Budget, visit: (ExpositionSample) -> Void
    ) throws -> ExpositionParser {
        var parser = ExpositionParser(metrics: metrics)
        var rest = response.body[...]
        while !rest.isEmpty {
            parser.consume(rest.prefix(slice), visit: visit)
            rest = rest.dropFirst(slice)
            if !rest.isEmpty, budget.isSpent {
                let size = "\((response.body.count + (1 << 19)) >> 20) MiB"
                throw ProbeFailure("the exposition (\(size)) could not be read within \(budget.whole.inWords)")
            }
        }
        parser.finish(visit: visit)
        if parser.sampleLines == 0, parser.strangeLines > 0 { throw ProbeFailure("the answer is not Prometheus text") }
        let isOpenMetrics = response.headers["Content-Type"]?.hasPrefix("application/openmetrics-text") == true
        if isOpenMetrics, !parser.sawEnd { throw ProbeFailure("the exposition ends before its # EOF") }
        return parser
    }
}

extension HTTPRequest {
    /// A scrape, preferring OpenMetrics, whose end can be told from a break-off.
    static func exposition(
        _ url: String, tls: TLSPolicy, bodyLimit: Int = MetricsTarget.usualBodyLimit
    ) -> HTTPRequest {
        let accepted = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        return HTTPRequest(
            url, headers: [Header("Accept", accepted)], tls: TLSSettings(tls), maxBodyBytes: bodyLimit)
    }
}
