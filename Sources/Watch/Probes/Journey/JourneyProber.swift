import FoundationEssentials
package import Launch
package import Wire

/// Walks a journey once a look: step by step, with cookies as a browser keeps them, each timed; and cleans up after itself.
///
/// A step that fails ends the journey: what follows cannot succeed. The cleanup runs all the same, in time that is kept
/// for it.
package actor JourneyProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// The largest body that is looked into.
    private static let bodyLimit = 1 << 20
    /// How much of the look's time is kept for the cleanup.
    private static let cleanupShare = 0.25

    private let target: JourneyTarget
    private let client: HTTPClient
    private let secret: @Sendable (Secret) throws -> String
    private let clock: any Clock
    private var runs = 0

    package init(_ target: JourneyTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        secret = context.secret
        client = HTTPClient(on: context.reactor, maximumOfIdle: 8)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        runs += 1
        var walk = Walk(values: target.variables, cookies: [:])
        let random = String(UInt32.random(in: 0 ... .max), radix: 36)
        walk.values[JourneyTarget.run] = "\(clock.now().utc.seconds)-\(runs)-\(random)"
        let share = target.cleanup.isEmpty ? 1 : 1 - Self.cleanupShare
        let failure = await perform(target.steps, &walk, Budget(deadline * share))
        let total = walk.times.reduce(0) { $0 + $1.milliseconds }
        var findings = walk.times.map { Finding("step.\($0.step)", $0.milliseconds) }
        findings.append(Finding("passed", Double(walk.times.count)))
        if let failure {
            findings.append(Finding("up", .missed(failure)))
            findings.append(Finding("total", .missed(failure)))
            for step in target.steps.dropFirst(walk.times.count) {
                findings.append(Finding("step.\(step.name)", .missed(failure)))
            }
        } else {
            findings.append(Finding("total", total))
        }
        if !target.cleanup.isEmpty {
            // What a step that failed did not tell cannot be cleaned, and mostly is not there.
            let known = target.cleanup.filter { $0.names.isSubset(of: walk.values.keys) }
            let left = await perform(known, &walk, Budget(deadline * Self.cleanupShare))
            let verdict: Verdict = left == nil ? .ok : .warning
            findings.append(Finding("cleanup", Double(verdict.nagiosCode)))
        }
        return findings
    }

    package func close() async {}

    /// How far a journey is.
    private struct Walk {
        var values: [String: String]
        var cookies: [String: String]
        var times: [(step: String, milliseconds: Double)] = []
    }

    /// Takes steps until one fails, and says why that did; nil where all are done.
    private func perform(_ steps: [JourneyStep], _ walk: inout Walk, _ budget: Budget) async -> String? {
        for step in steps {
            guard !budget.isSpent else { return "\(step.name): no time was left for it" }
            do {
                let request = try request(for: step, walk)
                let response = try await client.send(request, deadline: budget.remaining)
                keep(cookiesOf: response, &walk)
                if let complaint = BodyCheck.complaint(
                    about: response, expecting: step.expectedStatuses, step.assertions)
                {
                    return "\(step.name): \(complaint)".bounded()
                }
                for (name, take) in step.takes { walk.values[name] = try JourneyAnswer.text(take, of: response) }
                walk.times.append((step.name, response.phases.total.inMilliseconds))
            } catch {
                return "\(step.name): \(error.inWords)".bounded()
            }
        }
        return nil
    }

    // MARK: One request

    private func request(for step: JourneyStep, _ walk: Walk) throws -> HTTPRequest {
        func filled(_ text: String, _ encode: (String) -> String = { $0 }) throws -> String {
            let text = JourneyText(text)
            guard let filled = text.filled(walk.values, encode: encode) else {
                let missing = text.names.first { walk.values[$0] == nil } ?? ""
                throw ProbeFailure("nothing has brought {\(missing)} yet")
            }
            return filled
        }
        var headers: [HTTPRequest.Header] = []
        for header in target.headers + step.headers {
            switch header.value {
            case .plain(let text): headers.append(HTTPRequest.Header(header.name, try filled(text)))
            case .secret(let prefix, let reference):
                headers.append(HTTPRequest.Header(header.name, prefix + (try secret(reference))))
            }
        }
        if !walk.cookies.isEmpty {
            let cookies = walk.cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            headers.append(HTTPRequest.Header("Cookie", cookies.joined(separator: "; ")))
        }
        var body: [UInt8]?
        switch step.body {
        case .form(let fields):
            headers.append(HTTPRequest.Header("Content-Type", "application/x-www-form-urlencoded"))
            let pairs = try fields.map { "\($0.name.percentEncoded)=\(try filled($0.value).percentEncoded)" }
            body = Array(pairs.joined(separator: "&").utf8)
        case .text(let text): body = Array(try filled(text).utf8)
        case nil: break
        }
        // What was extracted came from outside: a line feed in it would begin a header of its own.
        guard !headers.contains(where: { $0.value.contains { $0.isNewline } }) else {
            throw ProbeFailure("the value of a header has a line feed")
        }
        let base = target.base.hasSuffix("/") ? String(target.base.dropLast()) : target.base
        return HTTPRequest(
            base + (try filled(step.path, \.percentEncoded)), method: step.method, headers: headers, body: body,
            tls: TLSSettings(target.tls), maxBodyBytes: Self.bodyLimit)
    }

    private func keep(cookiesOf response: HTTPResponse, _ walk: inout Walk) {
        for (name, value) in response.headers.all where name.lowercased() == "set-cookie" {
            let parts = value.split(separator: ";", omittingEmptySubsequences: false)
            guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { continue }
            let cookie = pair[..<equals].trimmed
            let isGone = parts.dropFirst().contains { part in
                let attribute = part.trimmed.lowercased()
                return attribute == "max-age=0" || attribute.hasPrefix("max-age=-")
            }
            walk.cookies[cookie] = isGone ? nil : pair[pair.index(after: equals)...].trimmed
        }
    }
}

/// What a journey takes from an answer.
enum JourneyAnswer {
    static func text(_ take: JourneyStep.Take, of response: HTTPResponse) throws -> String {
        switch take {
        case .json(let pointer): return try BodyCheck.value(at: pointer, in: response)
        case .header(let name):
            guard let value = response.headers[name] else { throw ProbeFailure("the answer has no header \(name)") }
            return value
        case .pattern(let pattern):
            let regex = try Regex(pattern)
            guard let match = try regex.firstMatch(in: response.text) else {
                throw ProbeFailure("nothing in the body matches \(pattern.bounded(to: 40))")
            }
            let group = match.output.count > 1 ? match.output[1] : match.output[0]
            return group.substring.map(String.init) ?? ""
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
