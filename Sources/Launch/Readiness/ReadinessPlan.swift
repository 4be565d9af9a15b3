/// The stations of the go/no-go poll and what each stands on: the `readiness:` section of the launch config, with what its
/// checks must know of the rest of that config. The journal's manifest bears it, so that every screen polls alike.
package struct ReadinessPlan: Hashable, Sendable, Codable {
    /// What a poll that is not GO means to a deploy. To a rollback it means nothing, ever.
    package enum DeployRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Refused, unless it is forced with a reason.
        case refuse
        /// Told, and not refused.
        case caution
        case ignore
    }

    package struct Station: Hashable, Sendable, Codable, Identifiable {
        package var id: String { name }
        package var name: String
        package var title: String
        package var checks: [ReadinessCheck]

        package init(name: String, title: String, checks: [ReadinessCheck]) {
            self.name = name
            self.title = title
            self.checks = checks
        }
    }

    /// An alert rule as the poll must know it.
    package struct Rule: Hashable, Sendable, Codable {
        package var name: String
        /// The series without which it can never fire.
        package var series: [SeriesID]
        /// Whether somebody is told of it.
        package var tells: Bool

        package init(name: String, series: [SeriesID], tells: Bool) {
            self.name = name
            self.series = series
            self.tells = tells
        }
    }

    package var stations: [Station]
    package var deploy: DeployRule
    package var rollCall: RollCallPlan?
    // MARK: The rest of the config
    package var rules: [Rule]
    /// The `up` series of every probe.
    package var probes: [SeriesID]
    /// The names of the monitors of the dead man's switch.
    package var deadMen: [String]
    /// The words before `guardia` on the command line of an action.
    package var actAs: [String]

    package init(
        stations: [Station], deploy: DeployRule, rollCall: RollCallPlan? = nil, rules: [Rule] = [],
        probes: [SeriesID] = [], deadMen: [String] = [], actAs: [String] = []
    ) {
        self.stations = stations
        self.deploy = deploy
        self.rollCall = rollCall
        self.rules = rules
        self.probes = probes
        self.deadMen = deadMen
        self.actAs = actAs
    }

    package subscript(name: String) -> Station? { stations.first { $0.name == name } }
}

/// One thing that must be so for a station to be go.
package enum ReadinessCheck: Hashable, Sendable, Codable {
    case series(SeriesCondition)
    /// No alert fires that all of these match.
    case alerts([LabelMatcher])
    /// The target of the probe of that name answers.
    case target(String)
    /// A dead man's switch is configured, and somebody else's machine took a sign of life lately.
    case deadMan
    /// Every contact has proved lately that one way to them works.
    case contacts(within: Milliseconds)
    /// Every channel that pages go by has taken one lately.
    case channels(within: Milliseconds)
    /// There are alert rules that tell somebody, and each has what it looks at.
    case rules
    /// Every probe has looked lately: none is unknown.
    case probes
    /// There are escalation policies, and every step of each reaches somebody now.
    case escalation
    /// A station of the security page is well; of certificates, with a grade no worse than this.
    case security(String, grade: TLSGrade.Letter?)
    // MARK: Backups
    /// The newest good backup is younger than the recovery point objective; where asked, a restore has proved one lately, and
    /// took no longer than the recovery time objective.
    case backup(proved: Bool)
    /// A named person says so, until a time of theirs.
    case attested(String)
    /// Everybody of the roll-call stands by.
    case rollCall
}

/// A bound that a series must keep to.
package struct SeriesCondition: Hashable, Sendable, Codable {
    package var series: SeriesID
    /// What its value must be: above or below this; nil: what its own thresholds leave.
    package var must: Thresholds.Bound?
    /// Older than this it says nothing; nil: five times its interval, as everywhere.
    package var maximumAge: Milliseconds?

    package init(series: SeriesID, must: Thresholds.Bound? = nil, maximumAge: Milliseconds? = nil) {
        self.series = series
        self.must = must
        self.maximumAge = maximumAge
    }
}
