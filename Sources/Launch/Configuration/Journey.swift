/// A customer's way through the product, walked by guardia itself: several requests, each with what it must bring, and a
/// cleanup that runs whatever came of them.
package struct JourneyPlan: Hashable, Sendable {
    /// Sent with every request of the journey. One of them marks it, so that nobody takes it for a customer's.
    package var headers: [Header]
    /// Names that may stand in steps as `{name}`, and what they stand for; `{run}` is another text each time.
    package var variables: [String: SecretText]
    package var steps: [JourneyStep]
    /// Walked after the steps, also after one of them failed, as far as they know what there is to clean.
    package var cleanup: [JourneyStep]

    package init(
        headers: [Header] = [], variables: [String: SecretText] = [:], steps: [JourneyStep],
        cleanup: [JourneyStep] = []
    ) {
        self.headers = headers
        self.variables = variables
        self.steps = steps
        self.cleanup = cleanup
    }

    /// The header by which a journey's requests can be told from customers'.
    package static let mark = "X-Synthetic"
    /// What stands for the run in a step.
    package static let run = "run"
}

/// A journey that is walked once a look, by the address that customers use.
package struct JourneyTarget: Hashable, Sendable {
    /// What the steps' paths are appended to: `https://www.barberpro.ar`.
    package var base: String
    package var tls: TLSPolicy
    package var plan: JourneyPlan

    package init(base: String, tls: TLSPolicy = TLSPolicy(), plan: JourneyPlan) {
        self.base = base
        self.tls = tls
        self.plan = plan
    }

    var measures: [Measure] {
        [
            Measure("total", "total", .milliseconds), Measure("passed", "steps passed", .count),
        ] + plan.steps.map { Measure("step.\($0.name)", $0.name, .milliseconds) }
            + (plan.cleanup.isEmpty ? [] : [Measure("cleanup", "cleanup", .verdict)])
    }
}

/// One request of a journey.
package struct JourneyStep: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        /// A form's fields, in order.
        case form([Field])
        case text(String)
        /// JSON, in which what is filled in stands as a string's text.
        case json(String)
    }

    /// A field of a form.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is taken from an answer, for later steps.
    package enum Take: Hashable, Sendable {
        /// The text at a JSON pointer.
        case json(String)
        case header(String)
        /// What a regular expression's first group matches in the body.
        case pattern(String)
    }

    package var name: String
    package var method: String
    /// May hold names in braces, whose values are percent-encoded.
    package var path: String
    package var headers: [Header]
    package var body: Body?
    package var expectedStatuses: ClosedRange<Int>
    package var assertions: [HTTPTarget.BodyAssertion]
    package var takes: [String: Take]
    /// Its own part of the journey's time; nil: whatever is left of it.
    package var deadline: Milliseconds?

    package init(
        name: String, method: String = "GET", path: String, headers: [Header] = [], body: Body? = nil,
        expectedStatuses: ClosedRange<Int> = 200...299, assertions: [HTTPTarget.BodyAssertion] = [],
        takes: [String: Take] = [:], deadline: Milliseconds? = nil
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.expectedStatuses = expectedStatuses
        self.assertions = assertions
        self.takes = takes
        self.deadline = deadline
    }

    /// The names in braces that the step needs.
    package var names: Set<String> {
        var texts = [path]
        switch body {
        case .form(let fields): texts += fields.map(\.value)
        case .text(let text), .json(let text): texts.append(text)
        case nil: break
        }
        for case .plain(let text) in headers.map(\.value) { texts.append(text) }
        for assertion in assertions {
            switch assertion {
            case .contains(let text): texts.append(text)
            case .json(_, let text): texts.append(text)
            }
        }
        return Set(texts.flatMap { JourneyText($0).names })
    }
}

/// A text with names in braces: `/bookings/{booking}/cancel`. Braces around anything but a name (JSON's own) stand for
/// themselves.
package struct JourneyText: Hashable, Sendable {
    private enum Part: Hashable {
        case plain(Substring)
        case name(String)
    }

    private let parts: [Part]

    package init(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let match = rest.firstMatch(of: /\{([a-z][a-z0-9_]*)\}/) {
            parts.append(.plain(rest[..<match.range.lowerBound]))
            parts.append(.name(String(match.1)))
            rest = rest[match.range.upperBound...]
        }
        self.parts = parts + [.plain(rest)]
    }

    package var names: [String] {
        parts.compactMap { part in
            if case .name(let name) = part { name } else { nil }
        }
    }

    /// The text with each name replaced; nil where one has no value.
    package func filled(_ values: [String: String], encode: (String) -> String = { $0 }) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .plain(let plain): text += plain
            case .name(let name):
                guard let value = values[name] else { return nil }
                text += encode(value)
            }
        }
        return text
    }
}
