import FoundationEssentials
package import Launch

/// The answer of `/api/v1/query` of Prometheus, Thanos, Mimir or VictoriaMetrics.
package enum InstantAnswer {
    /// How old a sample may be. An instant query itself looks back five minutes for one, and says when it was taken only
    /// for expressions that are a plain selector, as long as the server keeps that time.
    package static let staleness: Milliseconds = .minutes(5)

    /// The one number of the answer, or the miss that says why there is none.
    ///
    /// - Throws: ``ProbeFailure`` where the answer is not one of this API.
    package static func measurement(of body: [UInt8], now: Timestamp) throws -> Measurement {
        switch try samples(of: body, now: now) {
        case .failure(let reason): return .missed(reason.description)
        case .success(let samples):
            guard samples.count == 1 else {
                return .missed(
                    samples.isEmpty ? "the query brought no sample" : "the query brought \(samples.count) samples")
            }
            return samples[0].measurement
        }
    }

    /// The samples of the answer with the value of a label each, or why there are none.
    ///
    /// - Throws: ``ProbeFailure`` where the answer is not one of this API.
    package static func samples(
        of body: [UInt8], label: String = "", now: Timestamp
    ) throws -> Result<[(label: String, measurement: Measurement)], ProbeFailure> {
        let answer: Answer
        do {
            answer = try JSONDecoder().decode(Answer.self, from: Data(body))
        } catch {
            throw ProbeFailure("the answer is not that of a Prometheus API")
        }
        guard answer.status == "success", let data = answer.data else {
            return .failure(
                ProbeFailure("\(answer.errorType ?? "error"): \(answer.error ?? "no reason given")".bounded()))
        }
        switch data.result {
        case .scalar(let sample): return .success([("", measurement(of: sample, now: now))])
        case .vector(let elements):
            // A partial answer (Thanos with a store down) says so in a warning; its number would be a part of the truth.
            if !elements.isEmpty, let warning = answer.warnings?.first {
                return .failure(ProbeFailure("partial: \(warning)".bounded()))
            }
            return .success(
                elements.map { element in
                    (
                        element.metric?[label] ?? "",
                        element.value.map { measurement(of: $0, now: now) } ?? .missed("no sample")
                    )
                })
        case .other(let type):
            return .failure(ProbeFailure("the query brought a \(type.bounded(to: 20)), not one sample"))
        }
    }

    private static func measurement(of sample: Sample, now: Timestamp) -> Measurement {
        let age = Double(now.milliseconds) / 1000 - sample.time
        guard age <= staleness.seconds else { return .missed("the sample is \(Int(min(age, 1e9))) s old") }
        // A clock that is a little ahead is no reason; a sample of another year is no reading of now.
        guard age >= -staleness.seconds else {
            return .missed("the sample is dated \(Int(min(-age, 1e9))) s ahead of this machine's clock")
        }
        guard let value = sample.value else { return .missed("the sample is no number") }
        return value.isFinite ? .number(value) : .missed("the sample is \(value.isNaN ? "NaN" : "infinite")")
    }

    private struct Answer: Decodable {
        var status: String
        var data: Content?
        var errorType: String?
        var error: String?
        var warnings: [String]?
    }

    private struct Element: Decodable {
        var metric: [String: String]?
        var value: Sample?
    }

    private struct Content: Decodable {
        enum Result {
            case scalar(Sample)
            case vector([Element])
            case other(String)
        }
        enum CodingKeys: CodingKey { case resultType, result }

        var result: Result

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let type = try container.decode(String.self, forKey: .resultType)
            switch type {
            case "scalar": result = .scalar(try container.decode(Sample.self, forKey: .result))
            case "vector":
                let elements = try container.decode([Element].self, forKey: .result)
                result = elements.allSatisfy { $0.value != nil } ? .vector(elements) : .other("native histogram")
            default: result = .other(type)
            }
        }
    }

    /// `[1435781451.781, "1.5"]`
    private struct Sample: Decodable {
        var time: Double
        var value: Double?

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            time = try pair.decode(Double.self)
            value = Double(exposition: try pair.decode(String.self))
        }
    }
}
