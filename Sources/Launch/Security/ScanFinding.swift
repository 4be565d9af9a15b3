/// How bad a finding is, in the words that the scanners share.
package enum ScanSeverity: String, Hashable, Sendable, Comparable, CaseIterable, Codable {
    case critical, high, medium, low, info

    /// The worse one is the smaller.
    package static func < (left: ScanSeverity, right: ScanSeverity) -> Bool {
        let all = ScanSeverity.allCases
        return all.firstIndex(of: left)! < all.firstIndex(of: right)!
    }

    /// From a scanner's own word; what nobody knows is taken for high: it must be looked at.
    package init(word: String) {
        switch word.lowercased() {
        case "critical": self = .critical
        case "high", "important": self = .high
        case "medium", "moderate": self = .medium
        case "low", "minor": self = .low
        case "info", "informational", "negligible", "none": self = .info
        case "unknown": self = .medium
        default: self = .high
        }
    }

    package var verdict: Verdict {
        switch self {
        case .critical: .critical
        case .high, .medium: .warning
        case .low, .info: .ok
        }
    }
}

/// One thing that a scanner found.
package struct ScanFinding: Hashable, Sendable, Codable {
    /// The scanner's or the world's name for it: `CVE-2024-3094`, `10020`, `22/tcp`.
    package var id: String
    package var severity: ScanSeverity
    /// What it is in: a package, an address, a port.
    package var subject: String
    package var title: String
    /// The version that mends it; empty where there is none.
    package var fix: String

    package init(id: String, severity: ScanSeverity, subject: String, title: String, fix: String = "") {
        self.id = id
        self.severity = severity
        self.subject = subject
        self.title = title
        self.fix = fix
    }

    /// What makes it the same finding in the next report.
    package var key: String { "\(id) \(subject)" }
}

/// A report of a scanner, read.
package struct ScanReport: Hashable, Sendable {
    package var scanner: String
    package var version: String
    /// When it was made, as it says itself.
    package var madeAt: Timestamp?
    package var findings: [ScanFinding]
    /// How many there are of each severity, those left out of ``findings`` included.
    package var counts: [ScanSeverity: Int]
    /// Open ports, for nmap: `10.0.0.5:443/tcp`.
    package var openPorts: [String]

    /// No more findings of one report are kept.
    package static let limit = 20_000

    package init(scanner: String, version: String = "", madeAt: Timestamp? = nil) {
        self.scanner = scanner
        self.version = version
        self.madeAt = madeAt
        findings = []
        counts = [:]
        openPorts = []
    }

    package var isComplete: Bool { counts.values.reduce(0, +) == findings.count }

    package mutating func add(_ finding: ScanFinding) {
        counts[finding.severity, default: 0] += 1
        if findings.count < ScanReport.limit { findings.append(finding) }
    }
}

/// What a report means now, against the one before and what is accepted: pure.
package struct ScanJudgement: Hashable, Sendable {
    package var verdict: Verdict
    package var open: [ScanFinding]
    package var accepted: [ScanFinding]
    /// Findings whose acceptance has ended.
    package var lapsed: [ScanFinding]
    package var new: [ScanFinding]
    package var fixed: [String]
    package var counts: [ScanSeverity: Int]
    package var age: Milliseconds?
    package var text: String

    /// - Parameters:
    ///   - previous: the keys of the report before; nil: there is none, so nothing can be called new.
    ///   - written: when the file was written, for reports that do not say when they were made.
    package init(
        _ report: ScanReport, previous: Set<String>?, written: Timestamp, source: ScanSource,
        accepted: [AcceptedFinding], now: Timestamp
    ) {
        var findings = report.findings
        for port in report.openPorts where !source.expects(port) {
            findings.append(
                ScanFinding(
                    id: port, severity: .high, subject: "open port", title: "the port \(port) is open and not expected")
            )
        }
        var (open, tolerated, lapsed): ([ScanFinding], [ScanFinding], [ScanFinding]) = ([], [], [])
        for finding in findings {
            let rules = accepted.filter { $0.id == finding.id && ($0.report == nil || $0.report == source.name) }
            if rules.contains(where: { $0.until >= now }) {
                tolerated.append(finding)
            } else {
                open.append(finding)
                if !rules.isEmpty { lapsed.append(finding) }
            }
        }
        open.sort { ($0.severity, $0.key) < ($1.severity, $1.key) }
        (self.open, self.accepted, self.lapsed) = (open, tolerated, lapsed)
        let keys = Set(findings.map(\.key))
        new = previous.map { previous in open.filter { !previous.contains($0.key) } } ?? []
        fixed = previous.map { $0.subtracting(keys).sorted() } ?? []
        var counts: [ScanSeverity: Int] = [:]
        for finding in open { counts[finding.severity, default: 0] += 1 }
        // Those that were only counted cannot have been accepted.
        for (severity, count) in report.counts {
            let listed = report.findings.count { $0.severity == severity }
            counts[severity, default: 0] += count - listed
        }
        let found = counts.filter { $0.value > 0 }
        self.counts = found
        let made = report.madeAt ?? written
        let age = now - made
        self.age = age
        let words = ScanSeverity.allCases.compactMap { severity in found[severity].map { "\($0) \(severity.rawValue)" }
        }
        let summary = words.isEmpty ? "nothing found" : words.joined(separator: ", ")
        if age > source.maximumAge {
            verdict = .unknown
            text =
                "the report is \(age.count / 3_600_000) h old, more than \(source.maximumAge.count / 3_600_000) h: \(summary) then"
        } else if age < Milliseconds.hours(-1) {
            verdict = .unknown
            text = "the report is from the future: its clock or ours is wrong; \(summary)"
        } else {
            verdict = found.keys.map(\.verdict).max() ?? .ok
            text =
                summary + (new.isEmpty ? "" : ", \(new.count) new") + (fixed.isEmpty ? "" : ", \(fixed.count) fixed")
                + (tolerated.isEmpty ? "" : ", \(tolerated.count) accepted")
                + (lapsed.isEmpty ? "" : ", \(lapsed.count) no longer accepted")
        }
    }
}

extension ScanSource {
    /// Whether a port may be open: `10.0.0.5:443/tcp` is expected as it is, or as `443/tcp` of any host.
    package func expects(_ port: String) -> Bool {
        expectedPorts.contains { expected in
            let expected = expected.contains("/") ? expected : "\(expected)/tcp"
            return port == expected || (!expected.contains(":") && port.hasSuffix(":\(expected)"))
        }
    }
}
