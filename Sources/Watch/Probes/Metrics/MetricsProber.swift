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
            RequestTemplate(
                .exposition($0, tls: target.tls, bodyLimit: target.bodyLimit), headers: target.headers,
                secret: context.secret)
        }
        readers = target.extracts.map { ExtractReader($0, interval: interval) }
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
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
        let (readers, findings) = try await Scrape.read(answers, with: readers, at: clock.now().uptime, within: budget)
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
