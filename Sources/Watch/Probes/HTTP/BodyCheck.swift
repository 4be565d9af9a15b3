import Launch
import Wire

/// What a body must hold.
enum BodyCheck {
    /// Why the response is not what was expected; nil where it is.
    static func complaint(about response: HTTPResponse, target: HTTPTarget) -> String? {
        complaint(about: response, expecting: target.expectedStatuses, target.assertions)
    }

    static func complaint(
        about response: HTTPResponse, expecting statuses: ClosedRange<Int>, _ assertions: [HTTPTarget.BodyAssertion]
    ) -> String? {
        guard statuses.contains(response.status) else { return "status \(response.status)" }
        for assertion in assertions {
            if let complaint = complaint(assertion, response) { return complaint.bounded() }
        }
        return nil
    }

    private static func complaint(_ assertion: HTTPTarget.BodyAssertion, _ response: HTTPResponse) -> String? {
        switch assertion {
        case .contains(let text):
            if response.body.firstRange(of: Array(text.utf8)) != nil { return nil }
            let place = response.isBodyTruncated ? "the first \(response.body.count) bytes of the body" : "the body"
            return "\(place) lacks \"\(text.bounded(to: 60))\""
        case .json(let pointer, let expected):
            do {
                let found = try value(at: pointer, in: response)
                return found == expected
                    ? nil : "\(pointer) is \"\(found.bounded(to: 60))\", not \"\(expected.bounded(to: 60))\""
            } catch {
                return "\(error)"
            }
        }
    }

    static func value(at pointer: String, in response: HTTPResponse) throws -> String {
        guard let pointer = JSONPointer(pointer) else { throw ProbeFailure("\(pointer) is no JSON pointer") }
        guard !response.isBodyTruncated else { throw ProbeFailure("the JSON is too large") }
        return try pointer.text(in: response.body)
    }

    /// The version of what answered.
    static func version(_ source: HTTPTarget.VersionSource, of response: HTTPResponse) -> Measurement {
        switch source {
        case .header(let name):
            return response.headers[name].map { .text($0.bounded()) } ?? .missed("the answer has no header \(name)")
        case .json(let pointer):
            do {
                return .text(try value(at: pointer, in: response).bounded())
            } catch {
                return .missed("\(error)".bounded())
            }
        }
    }
}
