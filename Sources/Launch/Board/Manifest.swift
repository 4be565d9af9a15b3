/// All that a reader needs to draw a journal: what is launched, the series, the panes. It holds no secret and no address
/// that a wall screen may not show; a journal copied to a laptop replays there without any config.
package struct Manifest: Hashable, Sendable, Codable {
    /// Raised when a reader of the old shape could no longer draw the new one.
    package static let currentFormat = 1

    package var format = Manifest.currentFormat
    package var product: Product
    package var zone: Zone
    /// How figures are written on the screen.
    package var figures: FigureStyle
    /// When the launch is; nil: no launch clock.
    package var launchAt: Timestamp?
    /// When a launch is wanted; nil: at any time.
    package var launchWindow: LaunchWindow?
    /// Where the series are read: `production`, `staging`, `rehearsal`.
    package var environment: String
    package var series: [Series]
    package var panes: Panes
    /// What a dashboard must know to plan an action; nil where nothing is deployed by guardia.
    package var deployment: DeploymentFacts?
    /// How backups are to be; nil where guardia takes none.
    package var backup: BackupFacts?
    /// Who is told of alerts; nil where nobody is.
    package var roster: Roster?
    /// What to do about alerts; nil where the config names no runbook.
    package var runbook: Runbook?
    /// The business figures and what they are to keep to; nil in journals of older engines.
    package var kpis: [Kpi]?
    // MARK: Operations
    /// What is to be done around the launch; nil in journals of older engines.
    package var checklist: [ChecklistItem]?
    /// What a dashboard must know of the feature flags; nil where there are none.
    package var flags: FlagFacts?
    /// Which actions another operator must approve; nil where none, and in journals of older engines.
    package var approvals: ApprovalRules?
    // MARK: Readiness
    /// The go/no-go poll; nil where the launch has none.
    package var readiness: ReadinessPlan?
    /// How the launch is watched after T−0; nil: as before.
    package var closerWatch: CloserWatch?
    /// The series that tell whether this machine's clock is right; nil in journals of older engines.
    package var clockWitnesses: [SeriesID]?

    /// What walls show and hide; nil: the standard.
    package var kiosk: KioskPlan?

    package init(
        product: Product, zone: Zone, figures: FigureStyle = .argentine, launchAt: Timestamp? = nil,
        launchWindow: LaunchWindow? = nil, environment: String, series: [Series], panes: Panes,
        deployment: DeploymentFacts? = nil, backup: BackupFacts? = nil, roster: Roster? = nil, runbook: Runbook? = nil,
        kpis: [Kpi]? = nil, flags: FlagFacts? = nil
    ) {
        self.product = product
        self.zone = zone
        self.figures = figures
        self.launchAt = launchAt
        self.launchWindow = launchWindow
        self.environment = environment
        self.series = series
        self.panes = panes
        self.deployment = deployment
        self.backup = backup
        self.roster = roster
        self.runbook = runbook
        self.kpis = kpis
        self.flags = flags
    }
}

extension Manifest {
    /// The series that tell of a part of the launch alone: of one province, one colour, one value of a label.
    package var parts: Set<SeriesID> {
        // `app.p95.AR-C`: behind probe and measure stands the value that it was fanned out by.
        var parts = Set(series.lazy.map(\.id).filter { $0.name.utf8.count { $0 == UInt8(ascii: ".") } > 1 })
        for region in (panes.geo?.regions ?? []) + [panes.geo?.elsewhere].compactMap(\.self) {
            parts.formUnion(region.all)
        }
        for colour in panes.colours { parts.formUnion(colour.all) }
        return parts
    }
}

/// What is launched.
package struct Product: Hashable, Sendable, Codable {
    package var name: String
    /// The text series that tells the version that serves; nil where none does.
    package var version: SeriesID?

    package init(name: String, version: SeriesID? = nil) {
        self.name = name
        self.version = version
    }
}

/// Decimal and grouping marks.
package enum FigureStyle: String, Hashable, Sendable, Codable, CaseIterable {
    /// `1.234,5`
    case argentine = "es_AR"
    /// `1,234.5`
    case english = "en"
}

/// What the five panes of the war room show.
package struct Panes: Hashable, Sendable, Codable {
    package var health: [Row]
    package var business: [Row]
    package var geo: Geo?
    package var colours: [Colour]
    /// How the traffic is split now; nil where no door is read.
    package var door: Door?

    package init(
        health: [Row] = [], business: [Row] = [], geo: Geo? = nil, colours: [Colour] = [], door: Door? = nil
    ) {
        self.health = health
        self.business = business
        self.geo = geo
        self.colours = colours
        self.door = door
    }

    /// One line of the health or business pane.
    package struct Row: Hashable, Sendable, Codable {
        package var title: String
        /// The figure that the line is about; its history is the sparkline.
        package var main: SeriesID
        /// Further series that decide the line's verdict, the worst counts (`up`, `errors`).
        package var judges: [SeriesID]
        /// Further figures to show after the sparkline, each with a word: `0,1 % err`.
        package var facts: [Fact]

        package init(title: String, main: SeriesID, judges: [SeriesID] = [], facts: [Fact] = []) {
            self.title = title
            self.main = main
            self.judges = judges
            self.facts = facts
        }

        /// Every series that decides the line's verdict.
        package var judged: [SeriesID] { [main] + judges + facts.map(\.series) }
    }

    /// A secondary figure with the word that names it.
    package struct Fact: Hashable, Sendable, Codable {
        package var series: SeriesID
        package var word: String

        package init(series: SeriesID, word: String) {
            self.series = series
            self.word = word
        }
    }

    /// The geographic pane: one latency series a region.
    package struct Geo: Hashable, Sendable, Codable {
        package var title: String
        /// The agreed bound in the unit of the series, drawn in the pane's title.
        package var limit: Double?
        package var regions: [Region]
        /// What comes from places that are none of ``regions``, added up; nil where that is not measured.
        package var elsewhere: Region?
        /// Text: what those places call themselves.
        package var elsewhereNames: SeriesID?

        package init(
            title: String, limit: Double?, regions: [Region], elsewhere: Region? = nil,
            elsewhereNames: SeriesID? = nil
        ) {
            self.title = title
            self.limit = limit
            self.regions = regions
            self.elsewhere = elsewhere
            self.elsewhereNames = elsewhereNames
        }
    }

    /// One region of the geographic pane.
    package struct Region: Hashable, Sendable, Codable {
        /// ISO 3166-2, as `AR-C`.
        package var code: String
        package var name: String
        /// Three or four letters: `CABA`.
        package var label: String
        package var latency: SeriesID
        /// Requests a second from there; a region with few is said to be so.
        package var traffic: SeriesID?
        /// The median and the 99th percentile, to the 95th that ``latency`` is.
        package var p50: SeriesID?
        package var p99: SeriesID?
        /// Per cent of the requests from there that failed.
        package var errors: SeriesID?
        /// How many users live there.
        package var users: SeriesID?
        /// How many requests ``latency`` stands on.
        package var events: SeriesID?
        /// The first byte of the CDN as it is seen from there, and how much of it comes from its cache.
        package var cdn: SeriesID?
        package var cdnHits: SeriesID?

        /// Every series that tells of it.
        package var all: [SeriesID] {
            [latency] + [traffic, p50, p99, errors, users, events, cdn, cdnHits].compactMap(\.self)
        }

        package init(
            code: String, name: String, label: String, latency: SeriesID, traffic: SeriesID? = nil,
            p50: SeriesID? = nil, p99: SeriesID? = nil, errors: SeriesID? = nil, users: SeriesID? = nil,
            events: SeriesID? = nil, cdn: SeriesID? = nil, cdnHits: SeriesID? = nil
        ) {
            self.cdn = cdn
            self.cdnHits = cdnHits
            self.code = code
            self.name = name
            self.label = label
            self.latency = latency
            self.traffic = traffic
            self.p50 = p50
            self.p99 = p99
            self.errors = errors
            self.users = users
            self.events = events
        }
    }

    /// One colour of the blue/green pair; each series is optional because a site may not measure it.
    package struct Colour: Hashable, Sendable, Codable {
        /// `blue` or `green`.
        package var name: String
        package var version: SeriesID?
        /// 1 when the colour answers its health check.
        package var up: SeriesID?
        /// Per cent of the traffic that the door sends it.
        package var share: SeriesID?
        /// Latency of what it serves (milliseconds): the percentile that is judged.
        package var latency: SeriesID?
        /// The median of the same.
        package var median: SeriesID?
        /// Per cent of its answers that are errors.
        package var errors: SeriesID?
        /// Requests a second.
        package var requests: SeriesID?

        package init(
            name: String, version: SeriesID? = nil, up: SeriesID? = nil, share: SeriesID? = nil,
            latency: SeriesID? = nil, median: SeriesID? = nil, errors: SeriesID? = nil, requests: SeriesID? = nil
        ) {
            self.name = name
            self.version = version
            self.up = up
            self.share = share
            self.latency = latency
            self.median = median
            self.errors = errors
            self.requests = requests
        }

        package var all: [SeriesID] { [version, up, share, latency, median, errors, requests].compactMap(\.self) }
    }

    /// The door, as the front door itself answers for it.
    package struct Door: Hashable, Sendable, Codable {
        /// Text: the name of the split in force.
        package var split: SeriesID?
        /// 1 when the front door answers and its split is whole; 0: `DOOR BROKEN`.
        package var up: SeriesID?

        package init(split: SeriesID? = nil, up: SeriesID? = nil) {
            self.split = split
            self.up = up
        }
    }
}
