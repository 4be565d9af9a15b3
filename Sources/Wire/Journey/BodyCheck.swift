package import Launch

/// What an answer must hold.
package enum BodyCheck {
    /// Why the answer is not what was expected; nil where it is.
    package static func complaint(
        about answer: JourneyWalk.Answer, expecting statuses: ClosedRange<Int>,
        _ assertions: [HTTPTarget.BodyAssertion]
    ) -> JourneyWalk.Failure? {
        guard statuses.contains(answer.status) else {
            let expected =
                statuses.count == 1
                ? "status \(statuses.lowerBound)" : "a status of \(statuses.lowerBound) to \(statuses.upperBound)"
            return .init("status \(answer.status)", expected: expected, came: words(answer))
        }
        for assertion in assertions {
            if let complaint = complaint(assertion, answer) { return complaint }
        }
        return nil
    }

    private static func complaint(
        _ assertion: HTTPTarget.BodyAssertion, _ answer: JourneyWalk.Answer
    ) -> JourneyWalk.Failure? {
        switch assertion {
        case .contains(let text):
            if answer.body.firstRange(of: Array(text.utf8)) != nil { return nil }
            let place = answer.isBodyTruncated ? "the first \(answer.body.count) bytes of the body" : "the body"
            let wanted = text.excerpt(to: 60)
            return .init("\(place) lacks \"\(wanted)\"", expected: "\"\(wanted)\" in the body", came: words(answer))
        case .json(let pointer, let expected):
            let wanted = "\"\(expected.excerpt(to: 60))\""
            do {
                let found = try value(at: pointer, in: answer)
                guard found != expected else { return nil }
                let came = "\"\(found.excerpt(to: 60))\""
                return .init(
                    "\(pointer) is \(came), not \(wanted)", expected: "\(wanted) at \(pointer)", came: came)
            } catch {
                return .init("\(error)", expected: "\(wanted) at \(pointer)", came: "\(error); \(words(answer))")
            }
        }
    }

    /// The scalar at a place of the body's JSON, as text.
    package static func value(at pointer: String, in answer: JourneyWalk.Answer) throws -> String {
        try answer.value(at: pointer)
    }

    /// `500 "{"error": "no such slot"}"`
    private static func words(_ answer: JourneyWalk.Answer) -> String {
        let head = String(decoding: answer.body.prefix(2000), as: UTF8.self).excerpt(to: 120)
        return head.isEmpty ? "\(answer.status) with an empty body" : "\(answer.status) “\(head)”"
    }
}
