import Launch
import Testing

/// What is typed behind `/`: a severity is found by its name and by its short form.
@Suite struct FeedFilterTests {
    private func matches(_ typed: String, severity: String, state: String = "firing") -> Bool {
        FeedFilter(typed).matches(texts: { ["Payment p95"] }) { name in
            name == "severity" ? severity : name == "state" ? state : ""
        }
    }

    @Test("both forms of a severity find it", arguments: ["critical", "CRIT", "crit", "Critical"])
    func critical(typed: String) {
        #expect(matches(typed, severity: "critical"))
        #expect(!matches(typed, severity: "warning"))
        // What is over is neither.
        #expect(!matches(typed, severity: "critical", state: "resolved"))
    }

    @Test func aFewLettersAreTheBeginningOfAnything() {
        #expect(!matches("cri", severity: "critical") && !matches("in", severity: "warning"))
        #expect(matches("WARN payment", severity: "warning") && matches("payment", severity: "info"))
        #expect(!matches("WARN redis", severity: "warning"))
    }
}
