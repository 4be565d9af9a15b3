/// What the journal's readers are told of the deployment: names and series, no address and no secret.
package struct DeploymentFacts: Hashable, Sendable, Codable {
    /// The two colours, in the order of the config.
    package var colours: [String]
    /// How many hosts each colour has, in the same order; nil in journals that do not tell.
    package var hosts: [Int]?
    /// The edges, in the order in which their locks are taken.
    package var edges: [EdgeSeries]
    /// What a deploy does where its command line does not say otherwise.
    package var canarySteps: [Int]
    package var bake: Milliseconds
    /// The business figures that a canary is compared by, beside errors and latency; nil in journals that do not tell.
    package var kpis: [String]?
    package var confirmWithin: Milliseconds?
    /// How long a deploy looks at what it promoted; nil in journals that do not tell.
    package var watch: Milliseconds?
    /// How long the colour that was left keeps running; nil: not known.
    package var standby: Milliseconds?
    /// How many others must approve a deploy.
    package var approvals: Int
    /// The words before `guardia` on the command line of an action: `sudo -n -u guardia`.
    package var actAs: [String]
    /// Why nobody may act from a screen; nil where operators may.
    package var locked: String?

    package init(
        colours: [String], hosts: [Int]? = nil, edges: [EdgeSeries], canarySteps: [Int], bake: Milliseconds,
        kpis: [String]? = nil, confirmWithin: Milliseconds? = nil, watch: Milliseconds? = nil,
        standby: Milliseconds? = nil,
        approvals: Int = 0,
        actAs: [String] = [], locked: String? = nil
    ) {
        self.colours = colours
        self.hosts = hosts
        self.edges = edges
        self.canarySteps = canarySteps
        self.bake = bake
        self.kpis = kpis
        self.confirmWithin = confirmWithin
        self.watch = watch
        self.standby = standby
        self.approvals = approvals
        self.actAs = actAs
        self.locked = locked
    }
}

extension DeploymentFacts {
    package init(_ deployment: Deployment, actAs: [String] = []) {
        self.init(
            colours: deployment.colours.map(\.name), hosts: deployment.colours.map(\.hosts.count),
            edges: deployment.edges.map { EdgeSeries(name: $0.name) },
            canarySteps: deployment.canary.steps, bake: deployment.canary.bake,
            kpis: deployment.canary.analysis.kpis.map(\.title),
            confirmWithin: deployment.watch.confirmWithin, watch: deployment.watch.span, standby: deployment.standby,
            approvals: deployment.approvals, actAs: actAs)
    }
}

/// The series in which an edge's state is recorded, by its name.
package struct EdgeSeries: Hashable, Sendable, Codable {
    package var name: String

    package init(name: String) { self.name = name }

    private static let prefix = "edge."

    /// Whether a series is one of an edge's.
    package static func isOne(_ id: SeriesID) -> Bool { id.name.hasPrefix(prefix) }

    private func series(_ measure: String) -> SeriesID { SeriesID("\(EdgeSeries.prefix)\(name).\(measure)") }

    /// 1 where the front door answers, runs what was rendered and serves the split that the folder shows.
    package var up: SeriesID { series("up") }
    /// Text: the split in force.
    package var split: SeriesID { series("split") }
    /// The fence of the edge's lock.
    package var fence: SeriesID { series("fence") }
    /// Text: who holds the lock and what for; empty while it is free.
    package var lock: SeriesID { series("lock") }
    /// Text: what the edge says besides (`frozen by ana: …`, `goes back to blue in 240 s`); empty in general.
    package var notice: SeriesID { series("notice") }
    /// 1 where the helper answers.
    package var helper: SeriesID { series("helper") }
    /// Per cent of the slots that a colour has.
    package func share(_ colour: String) -> SeriesID { series("share.\(colour)") }
    /// Text: the version that a colour answers with, asked through this edge.
    package func version(_ colour: String) -> SeriesID { series("version.\(colour)") }
    /// How long a colour takes to tell its version, asked through this edge (ms).
    package func live(_ colour: String) -> SeriesID { series("live.\(colour)") }
}
