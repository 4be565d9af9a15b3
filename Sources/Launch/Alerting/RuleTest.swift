/// A test of alert rules against written series, as promtool's `test rules` has it: pure, in a time of its own.
package struct RuleTest: Sendable {
    package var name: String
    /// How far apart the written values are.
    package var interval: Milliseconds
    /// When the first value is read.
    package var start: Timestamp
    package var series: [SeriesID: [Double?]]
    package var expectations: [Expectation]

    /// What fires of one rule at a time, all of it.
    package struct Expectation: Sendable {
        package var at: Milliseconds
        package var rule: String
        package var alerts: [Expected]

        package init(at: Milliseconds, rule: String, alerts: [Expected]) {
            self.at = at
            self.rule = rule
            self.alerts = alerts
        }
    }

    package struct Expected: Hashable, Sendable {
        /// Its labels but `alertname` and `severity`.
        package var labels: Labels
        /// Nil: any.
        package var severity: Severity?
        package var summary: String?

        package init(labels: Labels, severity: Severity? = nil, summary: String? = nil) {
            self.labels = labels
            self.severity = severity
            self.summary = summary
        }
    }

    package init(
        name: String, interval: Milliseconds, start: Timestamp, series: [SeriesID: [Double?]],
        expectations: [Expectation]
    ) {
        self.name = name
        self.interval = interval
        self.start = start
        self.series = series
        self.expectations = expectations
    }

    /// What is not as expected, a sentence each; empty where all is.
    ///
    /// - Parameter step: how often the rules are looked at; a value counts until the next one is written.
    package func run(_ plan: AlertPlan, step: Milliseconds = .seconds(1)) -> [String] {
        var now = Moment(utc: start, uptime: .days(100), boot: BootID(rawValue: 1))
        let began = now
        var machine = AlertMachine(plan, now: now)
        var failures: [String] = []
        let ordered = expectations.sorted { $0.at < $1.at }
        var next = 0
        while next < ordered.count {
            let passed = began.age(at: now)
            // What is asked of a time between two looks is answered by the one before.
            while next < ordered.count, ordered[next].at < passed {
                if let failure = check(ordered[next], machine.log) { failures.append(failure) }
                next += 1
            }
            let slot = Int(passed.count / interval.count)
            let readings = series.sorted { $0.key < $1.key }.compactMap { id, values -> Reading? in
                slot < values.count ? values[slot].map { Reading(id, .number($0)) } : nil
            }
            _ = machine.take(readings, at: now, now: now)
            _ = machine.advance(to: now)
            while next < ordered.count, ordered[next].at == passed {
                if let failure = check(ordered[next], machine.log) { failures.append(failure) }
                next += 1
            }
            now = now.advanced(by: step)
        }
        return failures
    }

    private func check(_ expectation: Expectation, _ log: AlertLog) -> String? {
        let firing = log.firing.filter { $0.facts.rule == expectation.rule }.sorted { $0.id < $1.id }
        var unexpected = firing
        var missing: [Expected] = []
        for expected in expectation.alerts {
            let place = unexpected.firstIndex { alert in
                var labels = alert.facts.labels
                labels["alertname"] = ""
                return labels == expected.labels && (expected.severity ?? alert.facts.severity) == alert.facts.severity
                    && (expected.summary ?? alert.facts.summary) == alert.facts.summary
            }
            if let place { unexpected.remove(at: place) } else { missing.append(expected) }
        }
        guard !missing.isEmpty || !unexpected.isEmpty else { return nil }
        let at = AmountText(.english).span(expectation.at.seconds)
        let wanted = missing.map { "expected \($0.text), which does not fire" }
        let found = unexpected.map { alert in
            var labels = alert.facts.labels
            labels["alertname"] = ""
            return
                "found \(Expected(labels: labels, severity: alert.facts.severity, summary: alert.facts.summary).text)"
        }
        return "\(name): \(expectation.rule) at \(at): " + (wanted + found).joined(separator: "; ")
    }
}

extension RuleTest.Expected {
    fileprivate var text: String {
        let labels = labels.pairs.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ", ")
        return "{\(labels)}" + (severity.map { " \($0.rawValue)" } ?? "") + (summary.map { " “\($0)”" } ?? "")
    }
}

/// Values as promtool writes them: `1 2x5 _ _x3 0+10x4 100-5x2`.
package enum SeriesNotation {
    package struct Malformed: Error, Hashable {
        package var reason: String
    }

    private static let limit = 1_000_000

    /// `ax5` is six times a; `a+bx5` is a, and five more, each b greater; `_` is no reading.
    package static func values(_ text: String) throws(Malformed) -> [Double?] {
        var values: [Double?] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }) {
            let parts = word.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false)
            var times = 0
            if parts.count == 2 {
                guard let count = Int(parts[1]), count >= 0, count < limit else {
                    throw Malformed(reason: "'\(word)': after x comes how often")
                }
                times = count
            }
            guard values.count + times < limit else { throw Malformed(reason: "more than a million values") }
            if parts[0] == "_" {
                // As promtool: `_x3` is three times nothing, where `ax3` is four times a.
                values += Array(repeating: nil, count: parts.count == 2 ? times : 1)
                continue
            }
            let (first, step) = try SeriesNotation.progression(parts[0], of: word)
            values += (0...times).map { first + Double($0) * step }
        }
        return values
    }

    private static func progression(_ text: Substring, of word: Substring) throws(Malformed) -> (Double, Double) {
        let body = text.dropFirst()
        if let sign = body.lastIndex(where: { $0 == "+" || $0 == "-" }), body[..<sign].last != "e" {
            if let first = Double(text[..<sign]), let step = Double(text[text.index(after: sign)...]) {
                return (first, text[sign] == "-" ? -step : step)
            }
        } else if let value = Double(text) {
            return (value, 0)
        }
        throw Malformed(reason: "'\(word)' is no value: write 1, 2x5, 0+10x4, _ or _x3")
    }
}
