/// How a product is deployed: two colours behind one or several edges, and what a release must pass to take the traffic.
///
/// It is the `deployment:` section of the launch config. Nothing in it is a secret: an edge's key is a path.
package struct Deployment: Hashable, Sendable {
    /// The two colours, in the order of the config.
    package var colours: [ColourPlan]
    /// The edges that traffic comes in by, in the order in which their locks are taken.
    package var edges: [EdgePlan]
    /// What keeps a client with the colour that it has.
    package var sticky: StickyKey
    /// How the application tells its version, its liveness and its health.
    package var answers: AnswersPlan
    package var release: ReleasePlan
    package var gate: GatePlan
    package var canary: CanaryPlan
    package var watch: WatchPlan
    /// How many others must approve a deploy, as the config's ``ApprovalRules`` have it.
    package var approvals: Int
    /// How long an approval may take.
    package var approvalLimit: Milliseconds
    /// How long the colour that was left keeps running, so that going back is instant.
    package var standby: Milliseconds
    /// How long a lock holds without being renewed, by the edge's own clock.
    package var lease: Milliseconds
    /// Commands that follow the traffic (workers, cron jobs), run after the flip; they never block it.
    package var onLive: CommandPlan?
    package var onIdle: CommandPlan?
    package var schema: SchemaPlan?
    /// Series that must be well for a deploy to begin: headroom of disk and connections, health, gates.
    package var requires: [SeriesID]
    /// What stands before the traffic on each edge; nil: guardia leaves that alone.
    package var hardening: HardeningPlan?

    package init(
        colours: [ColourPlan], edges: [EdgePlan], sticky: StickyKey = .cookie("client"),
        answers: AnswersPlan = AnswersPlan(), release: ReleasePlan, gate: GatePlan = GatePlan(),
        canary: CanaryPlan = CanaryPlan(), watch: WatchPlan = WatchPlan(), approvals: Int = 0,
        approvalLimit: Milliseconds = .minutes(15), standby: Milliseconds = .hours(24),
        lease: Milliseconds = .seconds(30),
        onLive: CommandPlan? = nil, onIdle: CommandPlan? = nil, schema: SchemaPlan? = nil,
        requires: [SeriesID] = [], hardening: HardeningPlan? = nil
    ) {
        self.colours = colours
        self.edges = edges
        self.sticky = sticky
        self.answers = answers
        self.release = release
        self.gate = gate
        self.canary = canary
        self.watch = watch
        self.approvals = approvals
        self.approvalLimit = approvalLimit
        self.standby = standby
        self.lease = lease
        self.onLive = onLive
        self.onIdle = onIdle
        self.schema = schema
        self.requires = requires
        self.hardening = hardening
    }

    package func colour(_ name: String) -> ColourPlan? { colours.first { $0.name == name } }

    /// The colour beside `name`.
    package func other(than name: String) -> ColourPlan? { colours.first { $0.name != name } }
}

/// One of the two colours: where its hosts answer, as the edges reach them.
package struct ColourPlan: Hashable, Sendable, Codable {
    /// A lower-case word: `blue`. It is a folder's name on the edge and part of a split's name.
    package var name: String
    /// `host:port`, as they stand in nginx's upstream.
    package var hosts: [String]

    package init(name: String, hosts: [String]) {
        self.name = name
        self.hosts = hosts
    }
}

/// By what an edge tells clients apart, so that each keeps its slot; where it is missing, by the client's address.
package enum StickyKey: Hashable, Sendable, Codable {
    case cookie(String)
    case header(String)
    case address
}

/// One edge: an nginx, the door's folder on its machine, and how to get there.
package struct EdgePlan: Hashable, Sendable, Codable {
    package var name: String
    /// Nil: this machine.
    package var ssh: SSHPlan?
    /// The door's folder on the edge.
    package var door: String
    /// The edge's own nginx as it is reached from the edge itself, on loopback: `http://127.0.0.1:8081`.
    package var front: String
    /// The helper's path on the edge.
    package var helper: String
    package var backend: TrafficBackend

    package static let standardDoor = "/var/lib/guardia/door"
    package static let standardHelper = "/usr/local/lib/guardia/guardia-door"

    package init(
        name: String, ssh: SSHPlan? = nil, door: String = EdgePlan.standardDoor, front: String,
        helper: String = EdgePlan.standardHelper, backend: TrafficBackend = .door
    ) {
        self.name = name
        self.ssh = ssh
        self.door = door
        self.front = front
        self.helper = helper
        self.backend = backend
    }
}

/// How an edge makes nginx follow the split in force.
package enum TrafficBackend: Hashable, Sendable, Codable {
    /// nginx looks at the door with each request: one rename moves all traffic, nothing reloads.
    case door
    /// An nginx without a door: it includes the split's file, and is tested and reloaded.
    case reload(test: [String], reload: [String])
}

/// How another machine is reached: OpenSSH with a connection of our own that is kept and shared.
package struct SSHPlan: Hashable, Sendable, Codable {
    package var host: String
    package var port: Int
    package var user: String?
    /// The private key's path; nothing of the operator's session (agent, environment) is used.
    package var key: String?
    /// The known hosts that are trusted; an unknown or changed host key is refused.
    package var knownHosts: String?

    package init(host: String, port: Int = 22, user: String? = nil, key: String? = nil, knownHosts: String? = nil) {
        self.host = host
        self.port = port
        self.user = user
        self.key = key
        self.knownHosts = knownHosts
    }
}

/// What is asked of the application itself, through each edge.
package struct AnswersPlan: Hashable, Sendable, Codable {
    /// The path that answers without any dependency, with the version.
    package var versionPath: String
    /// Where the version stands: a header's name, or a JSON pointer into the body.
    package var version: VersionPlace
    /// The path that tells whether the application can serve, dependencies included.
    package var healthPath: String
    /// Sent with each request: an application that serves several names needs its `Host`.
    package var headers: [String: String]

    package init(
        versionPath: String = "/version", version: VersionPlace = .header("X-Version"), healthPath: String = "/healthz",
        headers: [String: String] = [:]
    ) {
        self.versionPath = versionPath
        self.version = version
        self.healthPath = healthPath
        self.headers = headers
    }

    package enum VersionPlace: Hashable, Sendable, Codable {
        case header(String)
        case json(String)
    }
}

/// A command as a list of words; there is no shell. `{version}`, `{colour}` and `{host}` are filled in, each as part of one
/// word.
package struct CommandPlan: Hashable, Sendable, Codable {
    package var words: [String]
    package var deadline: Milliseconds
    /// Where it runs; nil: on this machine.
    package var ssh: SSHPlan?

    package init(words: [String], deadline: Milliseconds = .minutes(5), ssh: SSHPlan? = nil) {
        self.words = words
        self.deadline = deadline
        self.ssh = ssh
    }

    /// Where it runs for one host: by SSH on that host itself where the config says so.
    package func reaching(_ host: String) -> CommandPlan {
        var plan = self
        if plan.ssh?.host == CommandPlan.host { plan.ssh?.host = host }
        return plan
    }

    /// What stands for the host's name.
    package static let host = "{host}"

    /// What a person would type for one run: `on app-1: sudo release green v1.5.0`.
    package func line(version: String, colour: String, host: String = "") -> String {
        let place = reaching(host).ssh.map { "on \($0.host): " } ?? ""
        return place + ShellWords.line(filled(version: version, colour: colour, host: host))
    }

    /// The words with the values of one run in them.
    package func filled(version: String, colour: String, host: String = "") -> [String] {
        words.map { word in
            word.replacing("{version}", with: version).replacing("{colour}", with: colour)
                .replacing(CommandPlan.host, with: host)
        }
    }
}

/// How a colour gets a version.
package struct ReleasePlan: Hashable, Sendable, Codable {
    package var command: CommandPlan
    /// Whether it runs once a host of the colour, or once.
    package var eachHost: Bool

    package init(command: CommandPlan, eachHost: Bool = false) {
        self.command = command
        self.eachHost = eachHost
    }

    /// For which hosts of a colour it runs, by their names without a port; one empty name where it runs once.
    package func hosts(of colour: ColourPlan?) -> [String] {
        guard eachHost else { return [""] }
        return (colour?.hosts ?? []).map { host in host.lastIndex(of: ":").map { String(host[..<$0]) } ?? host }
    }
}

/// What a colour must show before it takes any traffic.
package struct GatePlan: Hashable, Sendable {
    /// How many healthy answers in a row from every host, as seen from every edge.
    package var healthy: Int
    package var every: Milliseconds
    package var deadline: Milliseconds
    /// Paths that are asked before traffic comes, so that caches and pools are warm.
    package var warmUp: [String]
    package var warmUpTimes: Int
    package var smoke: [SmokeTest]

    package init(
        healthy: Int = 3, every: Milliseconds = .seconds(1), deadline: Milliseconds = .minutes(2),
        warmUp: [String] = [],
        warmUpTimes: Int = 10, smoke: [SmokeTest] = []
    ) {
        self.healthy = healthy
        self.every = every
        self.deadline = deadline
        self.warmUp = warmUp
        self.warmUpTimes = warmUpTimes
        self.smoke = smoke
    }
}

/// A journey that a release must let a customer walk to its end; a single request is a journey of one step.
package struct SmokeTest: Hashable, Sendable {
    package var name: String
    package var journey: JourneyPlan
    /// For all of its steps; the cleanup has a time of its own.
    package var deadline: Milliseconds

    package init(name: String, journey: JourneyPlan, deadline: Milliseconds = .seconds(30)) {
        self.name = name
        self.journey = journey
        self.deadline = deadline
    }
}

/// How a release grows into the traffic, and by what it is compared with the colour that serves.
package struct CanaryPlan: Hashable, Sendable, Codable {
    /// Shares in per cent, growing; 100 is the promotion and always comes last.
    package var steps: [Int]
    package var bake: Milliseconds
    package var analysis: AnalysisPlan

    package init(steps: [Int] = [5, 25, 50], bake: Milliseconds = .minutes(5), analysis: AnalysisPlan = AnalysisPlan())
    {
        self.steps = steps
        self.bake = bake
        self.analysis = analysis
    }
}

/// How much worse than the serving colour a canary may be.
package struct AnalysisPlan: Hashable, Sendable, Codable {
    /// Requests that the canary must have answered; with fewer the analysis is inconclusive.
    package var samples: Int
    /// In percentage points above the serving colour's errors.
    package var errorsWorseBy: Double
    /// In per cent above the serving colour's p95.
    package var latencyWorseBy: Double
    /// Series that must not become critical meanwhile: the figures of the whole launch.
    package var guards: [SeriesID]
    /// Figures that each colour has of its own.
    package var kpis: [CanaryKpi]

    package init(
        samples: Int = 200, errorsWorseBy: Double = 1, latencyWorseBy: Double = 50, guards: [SeriesID] = [],
        kpis: [CanaryKpi] = []
    ) {
        self.samples = samples
        self.errorsWorseBy = errorsWorseBy
        self.latencyWorseBy = latencyWorseBy
        self.guards = guards
        self.kpis = kpis
    }
}

/// How long a promotion is looked at, and whether anyone must confirm it.
package struct WatchPlan: Hashable, Sendable, Codable {
    package var span: Milliseconds
    /// With whose past the time after is compared.
    package var before: Milliseconds
    /// If nobody confirms within this, traffic goes back by itself; nil: nobody has to.
    package var confirmWithin: Milliseconds?

    package init(
        span: Milliseconds = .minutes(15), before: Milliseconds = .minutes(15), confirmWithin: Milliseconds? = nil
    ) {
        self.span = span
        self.before = before
        self.confirmWithin = confirmWithin
    }
}

/// Where the schema's version is read, and which releases can live with which.
package struct SchemaPlan: Hashable, Sendable, Codable {
    /// The `postgres` probe whose server is asked.
    package var probe: String
    /// SQL that returns one whole number.
    package var query: String
    /// The command that prints a release's range as `min max`; `{version}` is filled in.
    package var range: CommandPlan

    package init(probe: String, query: String, range: CommandPlan) {
        self.probe = probe
        self.query = query
        self.range = range
    }
}
