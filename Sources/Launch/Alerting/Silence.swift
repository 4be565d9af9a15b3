/// Keeps alerts quiet for a while: those whose labels all its matchers match. It hides nothing; it only stops the paging.
package struct Silence: Hashable, Sendable, Codable, Identifiable {
    /// Unique; the id that Alertmanager gave, where it is one of its.
    package var id: String
    package var matchers: [LabelMatcher]
    package var from: Timestamp
    package var until: Timestamp
    package var by: String
    package var comment: String
    /// The Alertmanager that holds it too; nil: guardia alone.
    package var source: String?

    package init(
        id: String, matchers: [LabelMatcher], from: Timestamp, until: Timestamp, by: String, comment: String,
        source: String? = nil
    ) {
        self.id = id
        self.matchers = matchers
        self.from = from
        self.until = until
        self.by = by
        self.comment = comment
        self.source = source
    }

    /// How long a silence may be before it is grave.
    package static let routineSpan: Milliseconds = .hours(1)

    /// How much a silence of a span may hide: over an hour it is grave.
    package static func risk(for span: Milliseconds) -> Risk { span > routineSpan ? .grave : .routine }

    package func isActive(at now: Timestamp) -> Bool { from <= now && now < until }

    /// What must be typed to confirm a grave one: the name of the alert that it is about, else what its first matcher compares with.
    package var target: String {
        (matchers.first { $0.name == "alertname" && $0.isEqual } ?? matchers.first)?.value ?? ""
    }

    /// A silence without matchers would match everything: it matches nothing.
    package func matches(_ labels: Labels) -> Bool {
        !matchers.isEmpty && matchers.allSatisfy { $0.matches(labels) }
    }
}

/// Compares one label with a value or a pattern: `=`, `!=`, `=~`, `!~` as Alertmanager writes them.
package struct LabelMatcher: Hashable, Sendable, Codable {
    package var name: String
    package var value: String
    package var isRegex: Bool
    package var isEqual: Bool

    package init(name: String, value: String, isRegex: Bool = false, isEqual: Bool = true) {
        self.name = name
        self.value = value
        self.isRegex = isRegex
        self.isEqual = isEqual
    }

    /// A pattern matches the whole value; one that is no regular expression matches nothing.
    package func matches(_ labels: Labels) -> Bool {
        let subject = labels[name]
        guard isRegex else { return (subject == value) == isEqual }
        guard let pattern = try? Regex(value) else { return false }
        return (subject.wholeMatch(of: pattern) != nil) == isEqual
    }
}

extension LabelMatcher {
    /// The conjunction of several, with each pattern compiled once: for many alerts at a time. Without any it matches nothing.
    static func all(_ matchers: [LabelMatcher]) -> (Labels) -> Bool {
        let tests: [(Labels) -> Bool] = matchers.map { matcher in
            guard matcher.isRegex else { return { matcher.matches($0) } }
            // Not before there is something to compare: mostly there is nothing.
            var compiled: Regex<AnyRegexOutput>??
            return { labels in
                if compiled == nil { compiled = .some(try? Regex(matcher.value)) }
                guard let pattern = compiled ?? nil else { return false }
                return (labels[matcher.name].wholeMatch(of: pattern) != nil) == matcher.isEqual
            }
        }
        return { labels in !tests.isEmpty && tests.allSatisfy { $0(labels) } }
    }
}

extension LabelMatcher: CustomStringConvertible {
    /// `severity=~"warning|critical"`
    package var description: String {
        let sign =
            switch (isEqual, isRegex) {
            case (true, false): "="
            case (false, false): "!="
            case (true, true): "=~"
            case (false, true): "!~"
            }
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\(name)\(sign)\"\(escaped)\""
    }
}
