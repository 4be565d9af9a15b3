/// A launch as its config file describes it: typed and validated, with secrets still as references.
package struct LaunchConfiguration: Hashable, Sendable {
    package var product: Product
    /// IANA name of the zone in which the team lives.
    package var zoneName: String
    /// What the screen calls that zone: `ART`.
    package var zoneAbbreviation: String
    package var figures: FigureStyle
    /// `production`, `staging`, `rehearsal`: shown in the header.
    package var environment: String
    package var launch: LaunchPlan
    package var journal: JournalPlan
    package var probes: [Probe]
    package var derivations: [Derivation]
    /// Every series, probed and derived, in the order of the file, with titles, units and thresholds.
    package var series: [Series]
    package var panes: Panes
    /// The business figures and what they are to keep to.
    package var kpis: [Kpi]
    /// Nil: guardia watches this launch and moves no traffic.
    package var deployment: Deployment?
    /// Nil: guardia takes no backup and drills nothing.
    package var backup: BackupPlan?
    package var drills: DrillsPlan
    /// Nil: guardia knows of no feature flag.
    package var flags: FlagsPlan?
    /// Who may act.
    package var operators: OperatorRules
    /// What others must approve.
    package var approvals = ApprovalRules()
    /// The words before `guardia` on the command line of an action that a dashboard starts.
    package var actAs: [String]
    // MARK: Channels
    /// How notifications leave the house.
    package var channels: [ChannelPlan]

    // MARK: Escalation
    /// Who can be reached, and how.
    package var contacts: [Contact] = []
    package var schedules: [OnCallSchedule] = []
    /// Who is told in which order.
    package var policies: [EscalationPolicy] = []
    package var replies = RepliesPlan()
    package var deadMan: [DeadManPlan] = []
    package var responses: [ResponsePlan] = []
    // MARK: Mobile and digest
    /// The page by which a telephone answers; nil: there is none.
    package var mobile: MobilePlan?
    package var digests: [DigestPlan] = []
    // MARK: Operations
    /// What is to be done around the launch, by whom and until when.
    package var checklist: [ChecklistItem] = []
    // MARK: Alerting
    package var alerts: AlertSettings
    package var alertmanagers: [AlertmanagerPlan]
    /// What to do about alerts; nil: nothing is written down.
    package var runbook: Runbook?
    /// What walls show and hide.
    package var kiosk = KioskPlan.standard
    /// What of its security is looked at; nil: nothing.
    package var security: SecurityPlan?
    // MARK: Readiness
    /// The go/no-go poll; nil: there is none.
    package var readiness: ReadinessPlan?

    package init(
        product: Product, zoneName: String, zoneAbbreviation: String, figures: FigureStyle, environment: String,
        launch: LaunchPlan, journal: JournalPlan, probes: [Probe], derivations: [Derivation], series: [Series],
        panes: Panes, kpis: [Kpi] = [], deployment: Deployment? = nil, flags: FlagsPlan? = nil,
        backup: BackupPlan? = nil, drills: DrillsPlan = DrillsPlan(),
        operators: OperatorRules = .standard, actAs: [String] = [],
        channels: [ChannelPlan] = [], alerts: AlertSettings = AlertSettings(), alertmanagers: [AlertmanagerPlan] = [],
        security: SecurityPlan? = nil
    ) {
        self.product = product
        self.zoneName = zoneName
        self.zoneAbbreviation = zoneAbbreviation
        self.figures = figures
        self.environment = environment
        self.launch = launch
        self.journal = journal
        self.probes = probes
        self.derivations = derivations
        self.series = series
        self.panes = panes
        self.kpis = kpis
        self.deployment = deployment
        self.backup = backup
        self.drills = drills
        self.flags = flags
        self.operators = operators
        self.actAs = actAs
        self.channels = channels
        self.alerts = alerts
        self.alertmanagers = alertmanagers
        self.security = security
    }

    /// Every alert that this launch can have.
    package func alertPlan(zone: Zone) -> AlertPlan {
        AlertPlan(
            alerts, series: series, zone: zone, holidays: launch.window?.holidays ?? [], figures: figures)
    }

    /// What the journal's readers are told.
    package func manifest(zone: Zone) -> Manifest {
        var manifest = Manifest(
            product: product, zone: zone, figures: figures, launchAt: launch.at, launchWindow: launch.window,
            environment: environment, series: series, panes: panes,
            deployment: deployment.map { DeploymentFacts($0, actAs: actAs) }, backup: backup.map { BackupFacts($0) },
            roster: roster, runbook: runbook, kpis: kpis, flags: flags.map { $0.facts(actAs: actAs) })
        manifest.kiosk = kiosk
        if !approvals.needed.isEmpty { manifest.approvals = approvals }
        if !checklist.isEmpty { manifest.checklist = checklist }
        // MARK: Readiness
        manifest.readiness = readiness
        manifest.closerWatch = launch.closerWatch
        manifest.clockWitnesses = probes.flatMap { probe in
            guard case .clock = probe.target else { return [SeriesID]() }
            return probe.series.filter { $0.id.name.hasSuffix(".offset") || $0.unit == .verdict }.map(\.id)
        }
        return manifest
    }

    /// What readers of the journal may know of people; nil where nobody is told of anything.
    package var roster: Roster? {
        if contacts.isEmpty, policies.isEmpty { return nil }
        return Roster(contacts: contacts.map { ContactFacts($0) }, schedules: schedules, policies: policies)
    }
}

/// When the launch is, and when it may be.
package struct LaunchPlan: Hashable, Sendable {
    /// T−0; nil: no launch clock.
    package var at: Timestamp?
    package var window: LaunchWindow?
    /// How the launch is watched after T−0; nil: as before.
    package var closerWatch: CloserWatch?

    package init(at: Timestamp? = nil, window: LaunchWindow? = nil) {
        self.at = at
        self.window = window
    }
}

/// Where the journal is and how long it keeps readings.
package struct JournalPlan: Hashable, Sendable {
    package var path: String
    /// Readings younger than this stay at full resolution.
    package var full: Milliseconds
    /// Readings older than this go.
    package var downsampled: Milliseconds

    package init(path: String, full: Milliseconds = .hours(48), downsampled: Milliseconds = .days(90)) {
        self.path = path
        self.full = full
        self.downsampled = downsampled
    }
}

/// A secret, never its value: resolved just before use, never printed, journaled or put on a command line.
package enum Secret: Hashable, Sendable {
    /// `env:NAME`
    case environment(String)
    /// `file:/path`, mode 0600
    case file(String)
}
