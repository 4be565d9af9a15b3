/// What of the launch's security is looked at: the config's section `security`.
package struct SecurityPlan: Hashable, Sendable {
    package var tls: TLSPlan?
    package var renewal: RenewalPlan?
    package var audit: AuditPlan
    package var compliance: CompliancePlan?
    package var scans: ScanPlan?
    /// What proves the edges' hardening.
    package var defences: DefencePlan?

    package init(
        tls: TLSPlan? = nil, renewal: RenewalPlan? = nil, audit: AuditPlan = AuditPlan(),
        compliance: CompliancePlan? = nil, scans: ScanPlan? = nil, defences: DefencePlan? = nil
    ) {
        self.tls = tls
        self.renewal = renewal
        self.audit = audit
        self.compliance = compliance
        self.scans = scans
        self.defences = defences
    }
}

/// Which TLS endpoints are looked at, and what of them is bad.
package struct TLSPlan: Hashable, Sendable {
    package var endpoints: [TLSEndpoint]
    package var every: Milliseconds
    /// For the whole look at one endpoint.
    package var deadline: Milliseconds
    package var limits: TLSJudgement.Limits
    /// Who is asked for CAA records; nil: this machine's resolver, none: nobody.
    package var nameServers: [String]?

    package init(
        endpoints: [TLSEndpoint], every: Milliseconds = .hours(1), deadline: Milliseconds = .seconds(10),
        limits: TLSJudgement.Limits = .init(), nameServers: [String]? = nil
    ) {
        self.endpoints = endpoints
        self.every = every
        self.deadline = deadline
        self.limits = limits
        self.nameServers = nameServers
    }
}

/// How certbot's renewals on this machine are watched.
package struct RenewalPlan: Hashable, Sendable {
    /// certbot's configuration: `renewal/*.conf` and `live/`.
    package var folder: String
    package var log: String
    /// The systemd timer that runs it; nil: none is asked.
    package var timer: String?
    /// A run that is older than this did not happen.
    package var maximumAge: Milliseconds
    /// A dry run that is older than this shows nothing of today's authority, webroot and firewall.
    package var maximumDryRunAge: Milliseconds
    package var every: Milliseconds

    package init(
        folder: String = "/etc/letsencrypt", log: String = "/var/log/letsencrypt/letsencrypt.log",
        timer: String? = "certbot.timer", maximumAge: Milliseconds = .hours(36),
        maximumDryRunAge: Milliseconds = .days(35), every: Milliseconds = .hours(1)
    ) {
        self.folder = folder
        self.log = log
        self.timer = timer
        self.maximumAge = maximumAge
        self.maximumDryRunAge = maximumDryRunAge
        self.every = every
    }
}

/// How the audit is signed, shipped and collected.
package struct AuditPlan: Hashable, Sendable {
    /// The private key that signs checkpoints, PEM (ed25519).
    package var signingKey: Secret?
    /// Its public half, PEM: what `guardia audit verify` checks with.
    package var publicKey: String?
    package var every: Milliseconds
    package var syslog: SyslogDestination?
    package var postgres: PostgresTarget?
    package var sources: [AuditSource]
    /// How long each class of collected entries is kept.
    package var keep: [AuditClass: Milliseconds]

    package init(
        signingKey: Secret? = nil, publicKey: String? = nil, every: Milliseconds = .hours(1),
        syslog: SyslogDestination? = nil, postgres: PostgresTarget? = nil, sources: [AuditSource] = [],
        keep: [AuditClass: Milliseconds] = [:]
    ) {
        self.signingKey = signingKey
        self.publicKey = publicKey
        self.every = every
        self.syslog = syslog
        self.postgres = postgres
        self.sources = sources
        self.keep = keep
    }
}

/// Where events are sent as syslog messages.
package enum SyslogDestination: Hashable, Sendable {
    case udp(host: String, port: UInt16)
    case tcp(host: String, port: UInt16)
    /// A datagram socket such as /dev/log.
    case unix(path: String)
}

/// Something whose audit is collected.
package struct AuditSource: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// PostgreSQL's log, with pgaudit's lines in it.
        case jsonlog(path: String)
        case csvlog(path: String)
        /// Files whose digests are told when they change.
        case files([String])
    }

    package var name: String
    package var kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// What a collected entry is about; it decides how long it is kept.
package enum AuditClass: String, Hashable, Sendable, CaseIterable, Codable {
    /// Reads and writes of what is audited.
    case data
    /// Roles and grants.
    case role
    /// Changes of the schema.
    case schema
    /// Logins, their failures, disconnections.
    case authentication
    /// Changed configuration files.
    case configuration

    /// PCI DSS 4.0.1, 10.5.1 asks for twelve months.
    package var usualRetention: Milliseconds { .days(400) }
}
