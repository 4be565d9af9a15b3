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

    package init(_ target: PrometheusTarget, in context: ProbeContext) {
        questions = target.questions
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
        let answers = await withTaskGroup(of: (String, Answer).self) { group in
            for question in questions {
                group.addTask { (question.name, await self.answer(to: question, request, deadline)) }
            }
            var answers: [(String, Answer)] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
        if let failure = answers.lazy.compactMap({ $0.1.failure }).first, answers.allSatisfy({ $0.1.failure != nil }) {
            template.forget()
            throw failure
        }
        return answers.map { Finding($0.0, $0.1.measurement) }
    }

    package func close() async { template.forget() }

    private func answer(to question: Question, _ template: HTTPRequest, _ deadline: Duration) async -> Answer {
        var request = template
        request.body = Array("query=\(question.text.percentEncoded)".utf8)
        do {
            let response = try await client.send(request, deadline: deadline)
            do {
                // How old a sample is, the server's own clock tells: ours may be wrong.
                let date = response.headers["Date"].flatMap(HTTPDate.parse).map(Timestamp.init(seconds:))
                return Answer(try InstantAnswer.measurement(of: response.body, now: date ?? clock.now().utc))
            } catch  where response.status != 200 {
                throw ProbeFailure("status \(response.status) (\(request.target))")
            }
        } catch {
            return Answer(.missed(error.inWords), failure: error)
        }
    }

    private struct Answer: Sendable {
        var measurement: Measurement
        /// Where there was no answer of the API.
        var failure: (any Error)?

        init(_ measurement: Measurement, failure: (any Error)? = nil) {
            self.measurement = measurement
            self.failure = failure
        }
    }
}

extension String {
    /// Percent-encoded for a form: all but the unreserved characters of RFC 3986.
    fileprivate var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += (digits.count == 1 ? "%0" : "%") + digits
            }
        }
        return encoded
    }
}
