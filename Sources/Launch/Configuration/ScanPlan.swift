/// Which reports of vulnerabilities are read, and which findings are accepted.
package struct ScanPlan: Hashable, Sendable {
    package var reports: [ScanSource]
    package var accepted: [AcceptedFinding]
    /// Whether this machine's packages are looked at (Debian).
    package var packages: Bool
    package var every: Milliseconds

    package init(
        reports: [ScanSource] = [], accepted: [AcceptedFinding] = [], packages: Bool = false,
        every: Milliseconds = .hours(6)
    ) {
        self.reports = reports
        self.accepted = accepted
        self.packages = packages
        self.every = every
    }
}

/// One report, who writes it and when it is too old.
package struct ScanSource: Hashable, Sendable {
    package enum Format: String, Hashable, Sendable, CaseIterable {
        case trivy, zap, npm, nmap
    }

    package var name: String
    package var format: Format
    package var file: String
    /// The command that writes the file; none: somebody else does.
    package var run: [String]
    /// Variables of the command, beside PATH and a HOME of its own.
    package var environment: [String: String]
    /// The same, whose values are secrets: credentials of a registry.
    package var secrets: [String: Secret]
    /// Where the command runs; nil: in its HOME.
    package var folder: String?
    package var every: Milliseconds
    package var deadline: Milliseconds
    package var maximumAge: Milliseconds
    /// For nmap: the ports that may be open, as `10.0.0.5:443/tcp` or `443/tcp` for any host.
    package var expectedPorts: [String]

    package init(
        name: String, format: Format, file: String, run: [String] = [],
        environment: [String: String] = [:], secrets: [String: Secret] = [:], folder: String? = nil,
        every: Milliseconds = .hours(24),
        deadline: Milliseconds = .minutes(30), maximumAge: Milliseconds = .hours(48), expectedPorts: [String] = []
    ) {
        self.name = name
        self.format = format
        self.file = file
        self.run = run
        self.environment = environment
        self.secrets = secrets
        self.folder = folder
        self.every = every
        self.deadline = deadline
        self.maximumAge = maximumAge
        self.expectedPorts = expectedPorts
    }
}

/// A finding that somebody has decided to live with, until a day.
package struct AcceptedFinding: Hashable, Sendable {
    package var id: String
    /// Only of this report; nil: of any.
    package var report: String?
    package var until: Timestamp
    package var reason: String

    package init(id: String, report: String? = nil, until: Timestamp, reason: String) {
        self.id = id
        self.report = report
        self.until = until
        self.reason = reason
    }
}
