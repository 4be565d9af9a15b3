/// One poller: what it looks at, how often, and how long it may take.
package struct Probe: Hashable, Sendable {
    package var name: String
    package var interval: Milliseconds
    /// The whole look must be over by then, retries included.
    package var deadline: Milliseconds
    package var retry: Retry
    package var target: Target

    package init(
        name: String, interval: Milliseconds, deadline: Milliseconds, retry: Retry = Retry(), target: Target
    ) {
        self.name = name
        self.interval = interval
        self.deadline = deadline
        self.retry = retry
        self.target = target
    }

    /// What to do after a failed look. The next regular look comes anyway; while looks fail, they come at `backoff`,
    /// doubled up to `backoffLimit`, so that a broken target is not hammered.
    package struct Retry: Hashable, Sendable {
        /// Further attempts within one look, as long as its deadline allows.
        package var attempts: Int
        package var backoff: Milliseconds
        package var backoffLimit: Milliseconds

        package init(attempts: Int = 1, backoff: Milliseconds = 200, backoffLimit: Milliseconds = .seconds(30)) {
            self.attempts = attempts
            self.backoff = backoff
            self.backoffLimit = backoffLimit
        }
    }

    /// What is looked at.
    package enum Target: Hashable, Sendable {
        case postgres(PostgresTarget)
        case redis(RedisTarget)
        case http(HTTPTarget)
        case nginx(NginxTarget)
        case metrics(MetricsTarget)
        case prometheus(PrometheusTarget)
        case host(HostTarget)
        case clock(ClockTarget)
        case tls(TLSTarget)
        case command(CommandTarget)
        case door(DoorTarget)
        indirect case edge(EdgeTarget)
        /// What the journal knows of backups and drills.
        indirect case backup(BackupTarget)
        // MARK: the business, as customers and the country see it
        indirect case journey(JourneyTarget)
        indirect case vantage(VantageTarget)
        // MARK: Flags
        case flags(FlagsTarget)
        // MARK: Security
        indirect case defence(DefenceTarget)
    }
}

package struct PostgresTarget: Hashable, Sendable {
    /// A host name, an address, or the folder of a Unix socket.
    package var host: String
    package var port: Int
    package var database: String
    package var user: String
    package var password: Secret?
    /// libpq's `sslmode`.
    package var sslMode: String
    package var sslRootCertificate: String?
    package var questions: [Question]
    /// Whether the server's own figures (connections, locks, replication …) are read; else only the questions are asked.
    package var vitals: Bool

    package init(
        host: String, port: Int = 5432, database: String, user: String, password: Secret? = nil,
        sslMode: String = "prefer", sslRootCertificate: String? = nil, questions: [Question] = [], vitals: Bool = true
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.sslMode = sslMode
        self.sslRootCertificate = sslRootCertificate
        self.questions = questions
        self.vitals = vitals
    }
}

package struct RedisTarget: Hashable, Sendable {
    /// A Unix socket's path; else `host` and `port`.
    package var socket: String?
    package var host: String
    package var port: Int
    package var username: String?
    package var password: Secret?
    package var database: Int
    /// Nil speaks to it in clear.
    package var tls: TLSPolicy?
    /// Each text is a command, its words separated by spaces: `LLEN queue:mail`.
    package var questions: [Question]

    package init(
        socket: String? = nil, host: String = "127.0.0.1", port: Int = 6379, username: String? = nil,
        password: Secret? = nil, database: Int = 0, tls: TLSPolicy? = nil, questions: [Question] = []
    ) {
        self.socket = socket
        self.host = host
        self.port = port
        self.username = username
        self.password = password
        self.database = database
        self.tls = tls
        self.questions = questions
    }
}

/// How certificates are checked.
package struct TLSPolicy: Hashable, Sendable {
    package var verify: Bool
    package var caFile: String?
    package var clientCertificate: String?
    package var clientKey: String?

    package init(
        verify: Bool = true, caFile: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil
    ) {
        self.verify = verify
        self.caFile = caFile
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
    }
}

/// A header of a request: its value is written out or is a secret.
package struct Header: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case plain(String)
        /// The secret's value, after `prefix` (`Bearer `).
        case secret(prefix: String, Secret)
    }
    package var name: String
    package var value: Value

    package init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

package struct HTTPTarget: Hashable, Sendable {
    package var url: String
    package var method: String
    package var headers: [Header]
    package var body: String?
    package var tls: TLSPolicy
    /// The statuses that count as an answer.
    package var expectedStatuses: ClosedRange<Int>
    package var assertions: [BodyAssertion]
    /// The header or the JSON pointer that tells the version of what answered.
    package var version: VersionSource?
    /// The header of a CDN or proxy cache that says HIT or MISS.
    package var cacheHeader: String?
    /// The window of the percentiles and of the error and hit rates.
    package var window: Milliseconds
    /// How many bytes of the body are read, where something is looked for in it.
    package var bodyLimit: Int
    package static let usualBodyLimit = 1 << 20

    package init(
        url: String, method: String = "GET", headers: [Header] = [], body: String? = nil,
        tls: TLSPolicy = TLSPolicy(), expectedStatuses: ClosedRange<Int> = 200...299,
        assertions: [BodyAssertion] = [], version: VersionSource? = nil, cacheHeader: String? = nil,
        window: Milliseconds = .minutes(5), bodyLimit: Int = HTTPTarget.usualBodyLimit
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.bodyLimit = bodyLimit
        self.tls = tls
        self.expectedStatuses = expectedStatuses
        self.assertions = assertions
        self.version = version
        self.cacheHeader = cacheHeader
        self.window = window
    }

    package enum BodyAssertion: Hashable, Sendable {
        /// The body holds this text.
        case contains(String)
        /// The value at a JSON pointer (RFC 6901) equals this text.
        case json(pointer: String, equals: String)
    }

    package enum VersionSource: Hashable, Sendable {
        case header(String)
        case json(pointer: String)
    }
}

package struct NginxTarget: Hashable, Sendable {
    /// The address of `stub_status`.
    package var statusURL: String
    package var tls: TLSPolicy
    /// The command that tests the config on disk, as `[nginx, -t]`; empty: not tested.
    package var testCommand: [String]
    package var testInterval: Milliseconds

    package init(
        statusURL: String, tls: TLSPolicy = TLSPolicy(), testCommand: [String] = [],
        testInterval: Milliseconds = .minutes(5)
    ) {
        self.statusURL = statusURL
        self.tls = tls
        self.testCommand = testCommand
        self.testInterval = testInterval
    }
}

package struct MetricsTarget: Hashable, Sendable {
    /// The endpoints, whose counters and histograms are added: all hosts of a service, both colours of a pair.
    package var urls: [String]
    package var headers: [Header]
    package var tls: TLSPolicy
    package var extracts: [Extract]
    /// The largest exposition that is read, in bytes.
    package var bodyLimit: Int

    /// Four times what the largest exporters of a usual fleet bring.
    package static let usualBodyLimit = 16 << 20

    package init(
        urls: [String], headers: [Header] = [], tls: TLSPolicy = TLSPolicy(), extracts: [Extract],
        bodyLimit: Int = MetricsTarget.usualBodyLimit
    ) {
        self.urls = urls
        self.headers = headers
        self.tls = tls
        self.extracts = extracts
        self.bodyLimit = bodyLimit
    }

    /// One figure taken from the exposition.
    package struct Extract: Hashable, Sendable {
        package enum Take: Hashable, Sendable {
            /// The gauge's or counter's value as it stands, summed over matching label sets.
            case value
            /// A counter's growth a second × `per`, resets handled.
            case rate(per: Double)
            /// A quantile (0 … 1) of a histogram's growth over the window.
            case quantile(Double)
            /// Per cent of a counter's growth over the window that also matches `also`.
            case share(also: [String: String])
            /// How much a counter grew over the window: a number of events.
            case increase
        }

        package var name: String
        /// The metric family: `http_request_duration_seconds`.
        package var metric: String
        package var take: Take
        /// Labels that must be equal; a value that ends in `*` matches by its beginning.
        package var labels: [String: String]
        /// The window of quantiles and shares, and over which a rate is taken.
        package var window: Milliseconds
        package var unit: Unit
        /// What the metric's number is multiplied by to get `unit` (seconds → ms: 1000).
        package var scale: Double
        /// One series for each of `values` of this label, named `probe.name.value`.
        package var by: FanOut?
        /// A quantile or share over fewer events than this says nothing; nil: over however few.
        package var few: Double?

        package init(
            name: String, metric: String, take: Take, labels: [String: String] = [:],
            window: Milliseconds = .minutes(1), unit: Unit, scale: Double = 1, by: FanOut? = nil, few: Double? = nil
        ) {
            self.few = few
            self.name = name
            self.metric = metric
            self.take = take
            self.labels = labels
            self.window = window
            self.unit = unit
            self.scale = scale
            self.by = by
        }
    }

    package typealias FanOut = Launch.FanOut
}

package struct PrometheusTarget: Hashable, Sendable {
    /// The base of the HTTP API: `http://prometheus:9090`.
    package var url: String
    package var headers: [Header]
    package var tls: TLSPolicy
    /// Each text is PromQL that yields one sample.
    package var questions: [Question]

    package init(url: String, headers: [Header] = [], tls: TLSPolicy = TLSPolicy(), questions: [Question]) {
        self.url = url
        self.headers = headers
        self.tls = tls
        self.questions = questions
    }
}

package struct HostTarget: Hashable, Sendable {
    /// A node_exporter's address; nil: this machine, from /proc.
    package var exporterURL: String?
    package var tls: TLSPolicy
    /// The mount point whose space and inodes are read.
    package var mount: String

    package init(exporterURL: String? = nil, tls: TLSPolicy = TLSPolicy(), mount: String = "/") {
        self.exporterURL = exporterURL
        self.tls = tls
        self.mount = mount
    }
}

package struct ClockTarget: Hashable, Sendable {
    /// Compared with the `Date` header of each answer.
    package var urls: [String]
    package var tls: TLSPolicy
    /// Compared with SQL `clock_timestamp()`.
    package var postgres: PostgresTarget?
    /// Whether the kernel's own word (adjtimex) that the clock is synchronised is asked for.
    package var kernel: Bool

    package init(
        urls: [String] = [], tls: TLSPolicy = TLSPolicy(), postgres: PostgresTarget? = nil, kernel: Bool = true
    ) {
        self.urls = urls
        self.tls = tls
        self.postgres = postgres
        self.kernel = kernel
    }
}

package struct TLSTarget: Hashable, Sendable {
    /// `host:port` or an https address.
    package var url: String

    package init(url: String) { self.url = url }
}

package struct CommandTarget: Hashable, Sendable {
    /// Program and arguments; no shell.
    package var argv: [String]
    /// Performance data of the plugin that become series of their own, by label.
    package var perfdata: [Question]

    package init(argv: [String], perfdata: [Question] = []) {
        self.argv = argv
        self.perfdata = perfdata
    }
}

/// The traffic door of an edge, asked through its own nginx.
package struct DoorTarget: Hashable, Sendable {
    /// The address of `/__guardia` on the edge.
    package var url: String
    package var tls: TLSPolicy
    /// The folder with `current` and the splits, read for the share of each colour.
    package var folder: String
    package var colours: [String]

    package init(url: String, tls: TLSPolicy = TLSPolicy(), folder: String, colours: [String]) {
        self.url = url
        self.tls = tls
        self.folder = folder
        self.colours = colours
    }
}
