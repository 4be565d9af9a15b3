package import Launch
package import Wire

/// Questions in PromQL to a Prometheus, Thanos, Mimir or VictoriaMetrics; asked side by side, so that a slow one does not
/// hold up the others.
package actor PrometheusProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let questions: [Question]
    private let clock: any Clock
    private let client: HTTPClient
    private var template: RequestTemplate
    private var weeks: [String: Weeks]

    package init(_ target: PrometheusTarget, in context: ProbeContext) {
        questions = target.questions
        weeks = Dictionary(
            target.questions.filter { $0.weeks > 0 }.map {
                ($0.name, Weeks($0, zone: context.zone, holidays: context.holidays))
            },
            uniquingKeysWith: { first, _ in first })
        reactor = context.reactor
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 1)
        let base = target.url.hasSuffix("/") ? String(target.url.dropLast()) : target.url
        // POST, because PromQL grows longer than some proxies let an address be.
        let request = HTTPRequest(
            base + "/api/v1/query", method: "POST",
            headers: [HTTPRequest.Header("Content-Type", "application/x-www-form-urlencoded")],
            tls: TLSSettings(target.tls))
        template = RequestTemplate(request, headers: target.headers, secret: context.secret)
    }

    /// - Throws: when no question was answered at all.
    package func look(deadline: Duration) async throws -> [Finding] {
        let request = try template.request()
        let uptime = clock.now().uptime
        let asked = questions.flatMap { question in
            ([0] + (weeks[question.name]?.due(at: uptime) ?? [])).map { Asked(question: question, weeksAgo: $0) }
        }
        let answers = await withTaskGroup(of: (Asked, Answer).self) { group in
            for asked in asked { group.addTask { (asked, await self.answer(to: asked, request, deadline)) } }
            var answers: [(Asked, Answer)] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
        if let failure = answers.lazy.compactMap({ $0.1.failure }).first, answers.allSatisfy({ $0.1.failure != nil }) {
            template.forget()
            throw failure
        }
        for (asked, answer) in answers where asked.weeksAgo > 0 {
            let measurement = answer.findings.first?.measurement ?? .missed("no answer")
            weeks[asked.question.name]?.take(measurement, weeksAgo: asked.weeksAgo, at: uptime)
        }
        let now = Moment(utc: clock.now().utc, uptime: uptime, boot: clock.now().boot)
        return answers.filter { $0.0.weeksAgo == 0 }.flatMap { asked, answer in
            let number = answer.findings.first { $0.measure == asked.question.name }?.measurement
            return answer.findings + (weeks[asked.question.name]?.findings(number, at: now) ?? [])
        }
    }

    package func close() async { template.forget() }

    /// A question, for now or for some weeks ago.
    private struct Asked: Sendable {
        var question: Question
        var weeksAgo: Int
    }

    /// The answer to a question and, where few events are too few, how many there were.
    private func answer(to asked: Asked, _ template: HTTPRequest, _ deadline: Duration) async -> Answer {
        let question = asked.question
        do {
            let samples = try await samples(of: question.text, asked, template, deadline)
            guard let count = question.count else { return Answer(question.findings(of: samples, events: nil)) }
            let events = try await self.samples(of: count, asked, template, deadline)
            return Answer(question.findings(of: samples, events: events))
        } catch {
            return Answer(question.misses(error.inWords), failure: error)
        }
    }

    private typealias Samples = Result<[(label: String, measurement: Measurement)], ProbeFailure>

    private func samples(
        of query: String, _ asked: Asked, _ template: HTTPRequest, _ deadline: Duration
    ) async throws -> Samples {
        var request = template
        let time = clock.now().utc + Milliseconds.days(-7 * Int64(asked.weeksAgo))
        request.body = Array(
            ("query=\(query.percentEncoded)" + (asked.weeksAgo > 0 ? "&time=\(time.seconds)" : "")).utf8)
        let response = try await client.send(request, deadline: deadline)
        do {
            // How old a sample is, the server's own clock tells: ours may be wrong.
            let date = response.headers["Date"].flatMap(HTTPDate.parse).map(Timestamp.init(seconds:))
            let now = asked.weeksAgo > 0 ? time : date ?? clock.now().utc
            return try InstantAnswer.samples(of: response.body, label: asked.question.by?.label ?? "", now: now)
        } catch  where response.status != 200 {
            throw ProbeFailure("status \(response.status) (\(request.target))")
        }
    }

    private struct Answer: Sendable {
        var findings: [Finding]
        /// Where there was no answer of the API.
        var failure: (any Error)?

        init(_ findings: [Finding], failure: (any Error)? = nil) {
            self.findings = findings
            self.failure = failure
        }
    }
}

extension Question {
    fileprivate typealias Samples = Result<[(label: String, measurement: Measurement)], ProbeFailure>

    /// What the samples say: one number, or one for each value of the label.
    fileprivate func findings(of samples: Samples, events: Samples?) -> [Finding] {
        let found: [(label: String, measurement: Measurement)]
        var counts: [(label: String, measurement: Measurement)] = []
        switch samples {
        case .success(let samples): found = samples
        case .failure(let failure): return misses(failure.description)
        }
        switch events {
        case .success(let samples): counts = samples
        case .failure(let failure): return misses(failure.description)
        case nil: break
        }
        func count(of label: String) -> Double? {
            guard case .number(let number)? = counts.first(where: { $0.label == label })?.measurement else {
                return nil
            }
            return number
        }
        guard let by else {
            guard found.count == 1 else {
                return misses(
                    found.isEmpty ? "the query brought no sample" : "the query brought \(found.count) samples")
            }
            return findings(name, found[0].measurement, events: counts.count == 1 ? count(of: counts[0].label) : nil)
        }
        var byValue: [String: [Finding]] = [:]
        var elsewhere: [(text: String, number: Measurement)] = []
        for (label, measurement) in found where !label.isEmpty {
            if let value = by.value(meantBy: label) {
                let own = findings("\(name).\(value)", measurement, events: count(of: label), of: value)
                // Two spellings of one province would be two halves of its requests.
                byValue[value] =
                    byValue[value] == nil ? own : misses("the query brought two samples for \(value)", of: value)
            } else {
                elsewhere.append((label.bounded(to: 24), measurement))
            }
        }
        var all = by.values.flatMap { byValue[$0] ?? misses("the query brought no sample for \($0)", of: $0) }
        if by.hasElsewhere {
            let names = elsewhere.map(\.text).sorted().joined(separator: ", ").bounded()
            all.append(Finding(FanOut.elsewhereNames(of: name), .text(names)))
            all.append(Finding("\(name).\(Province.elsewhere)", unit.together(elsewhere.map(\.number))))
        }
        return all
    }
}
