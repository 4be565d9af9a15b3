package import Launch

/// How far somebody is on a journey: what is known by now, the cookies as a browser keeps them, and what each step asks and
/// must bring. A value: whoever walks sends the requests.
package struct JourneyWalk: Sendable {
    /// One request, with everything filled in.
    package struct Request: Hashable, Sendable {
        package var method: String
        package var path: String
        package var headers: [HTTPRequest.Header]
        package var body: [UInt8]?
    }

    /// What came back.
    package struct Answer: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: [UInt8]
        package var isBodyTruncated: Bool

        package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], isBodyTruncated: Bool = false) {
            self.status = status
            self.headers = headers
            self.body = body
            self.isBodyTruncated = isBodyTruncated
        }

        package init(_ response: HTTPResponse) {
            self.init(
                status: response.status, headers: response.headers, body: response.body,
                isBodyTruncated: response.isBodyTruncated)
        }

        var text: String { String(decoding: body, as: UTF8.self) }

        func value(at pointer: String) throws -> String {
            guard let pointer = JSONPointer(pointer) else {
                throw JSONPointer.Failure("\(pointer) is no JSON pointer")
            }
            guard !isBodyTruncated else { throw JSONPointer.Failure("the JSON is too large") }
            return try pointer.text(in: body)
        }
    }

    /// Why a journey does not go on: what a step should have brought, and what came.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// In few words, for whoever knows what was expected: `status 502`.
        package var description: String
        /// `status 201`; nil where it failed before anything was asked.
        package var expected: String?
        /// The answer, cut and without what must not be shown.
        package var came: String?

        init(_ words: String, expected: String? = nil, came: String? = nil) {
            description = words
            self.expected = expected
            self.came = came
        }
    }

    /// Sent with each request.
    private let common: [Header]
    package private(set) var values: [String: String]
    private var cookies: [String: String] = [:]
    /// Never shown, whoever sends them back to us.
    private var hidden: Set<String> = []
    private let secret: @Sendable (Secret) throws -> String

    /// - Parameters:
    ///   - run: what tells this run from any other.
    ///   - secret: resolves a reference; called with each run, so that a secret is not kept.
    /// - Throws: ``Failure`` where a secret cannot be had.
    package init(
        _ plan: JourneyPlan, run: String, secret: @escaping @Sendable (Secret) throws -> String
    ) throws(Failure) {
        self.secret = secret
        values = [JourneyPlan.run: run]
        for (name, text) in plan.variables {
            switch text {
            case .plain(let text): values[name] = text
            case .secret(let reference):
                let value = try Self.resolve(reference, secret)
                values[name] = value
                hidden.insert(value)
            }
        }
        common = plan.headers
    }

    private static func resolve(_ reference: Secret, _ secret: (Secret) throws -> String) throws(Failure) -> String {
        do { return try secret(reference) } catch { throw Failure("\(error)") }
    }

    /// The steps whose names are all known: what a step that failed did not tell cannot be cleaned, and mostly is not there.
    package func known(_ steps: [JourneyStep]) -> [JourneyStep] {
        steps.filter { $0.names.isSubset(of: values.keys) }
    }

    // MARK: Asking

    package mutating func request(for step: JourneyStep) throws(Failure) -> Request {
        var headers: [HTTPRequest.Header] = []
        for header in common + step.headers {
            switch header.value {
            case .plain(let text): headers.append(HTTPRequest.Header(header.name, try filled(text)))
            case .secret(let prefix, let reference):
                let value = try Self.resolve(reference, secret)
                hidden.insert(value)
                headers.append(HTTPRequest.Header(header.name, prefix + value))
            }
        }
        if !cookies.isEmpty {
            let pairs = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            headers.append(HTTPRequest.Header("Cookie", pairs.joined(separator: "; ")))
        }
        var body: [UInt8]?
        var type: String?
        switch step.body {
        case .form(let fields):
            type = "application/x-www-form-urlencoded"
            var pairs: [String] = []
            for field in fields {
                pairs.append("\(field.name.percentEncoded)=\(try filled(field.value).percentEncoded)")
            }
            body = Array(pairs.joined(separator: "&").utf8)
        case .json(let text):
            type = "application/json"
            body = Array(try filled(text) { $0.escapedForJSON }.utf8)
        case .text(let text): body = Array(try filled(text).utf8)
        case nil: break
        }
        if let type, !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            headers.append(HTTPRequest.Header("Content-Type", type))
        }
        // What was extracted came from outside: a line feed in it would begin a header of its own.
        guard !headers.contains(where: { $0.value.contains { $0.isNewline } }) else {
            throw Failure("the value of a header has a line feed")
        }
        return Request(
            method: step.method, path: try filled(step.path, \.percentEncoded), headers: headers, body: body)
    }

    private func filled(_ text: String, _ encode: (String) -> String = { $0 }) throws(Failure) -> String {
        let text = JourneyText(text)
        guard let filled = text.filled(values, encode: encode) else {
            let missing = text.names.first { values[$0] == nil } ?? ""
            throw Failure("nothing has brought {\(missing)} yet")
        }
        return filled
    }

    // MARK: Hearing

    /// Takes an answer in: its cookies, and what later steps need of it.
    ///
    /// - Throws: ``Failure`` where the answer is not what the step must bring.
    package mutating func take(_ answer: Answer, of step: JourneyStep) throws(Failure) {
        keepCookies(of: answer)
        var assertions: [HTTPTarget.BodyAssertion] = []
        for assertion in step.assertions {
            switch assertion {
            case .contains(let text): assertions.append(.contains(try filled(text)))
            case .json(let pointer, let text): assertions.append(.json(pointer: pointer, equals: try filled(text)))
            }
        }
        if let complaint = BodyCheck.complaint(about: answer, expecting: step.expectedStatuses, assertions) {
            throw hiding(complaint)
        }
        for (name, take) in step.takes.sorted(by: { $0.key < $1.key }) {
            do { values[name] = try Self.text(take, of: answer) } catch {
                throw hiding(Failure("\(error)", expected: "something for {\(name)}", came: "\(error)"))
            }
        }
    }

    private static func text(_ take: JourneyStep.Take, of answer: Answer) throws -> String {
        switch take {
        case .json(let pointer): return try answer.value(at: pointer)
        case .header(let name):
            guard let value = answer.headers[name] else { throw Failure("the answer has no header \(name)") }
            return value
        case .pattern(let pattern):
            let regex = try Regex(pattern)
            guard let match = try regex.firstMatch(in: answer.text) else {
                throw Failure("nothing in the body matches \(pattern.excerpt(to: 40))")
            }
            let group = match.output.count > 1 ? match.output[1] : match.output[0]
            return group.substring.map(String.init) ?? ""
        }
    }

    private mutating func keepCookies(of answer: Answer) {
        for (name, value) in answer.headers.all where name.lowercased() == "set-cookie" {
            let parts = value.split(separator: ";", omittingEmptySubsequences: false)
            guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { continue }
            let cookie = pair[..<equals].trimmed
            let isGone = parts.dropFirst().contains { part in
                let attribute = part.trimmed.lowercased()
                return attribute == "max-age=0" || attribute.hasPrefix("max-age=-")
            }
            let text = pair[pair.index(after: equals)...].trimmed
            cookies[cookie] = isGone ? nil : text
            // Who has a session's cookie has the session.
            hidden.insert(text)
        }
    }

    private func hiding(_ failure: Failure) -> Failure {
        Failure(
            hiding(failure.description), expected: failure.expected.map(hiding), came: failure.came.map(hiding))
    }

    private func hiding(_ text: String) -> String {
        var text = text
        // The longest first: one may be a part of another.
        for value in hidden.sorted(by: { $0.count > $1.count }) where !value.isEmpty {
            for form in Set([value, value.percentEncoded, value.escapedForJSON]) {
                text = text.replacing(form, with: "•••")
            }
        }
        return text
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
