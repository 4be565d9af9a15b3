/// What stands before the traffic on each edge: the section `deployment.hardening`. The files in Config/nginx are filled
/// with it.
package struct HardeningPlan: Hashable, Sendable, Codable {
    /// The folder on the edge that holds the rules of the firewall, beside the door's includes.
    package var folder: String
    /// One JSON line a request, with the reason where it was refused. Read by fail2ban and by the engine.
    package var log: String
    package var waf: FirewallPlan?
    /// Networks that are one's own, besides the edge's loopback: neither limited nor filtered by country.
    package var trusted: [String]
    /// Where a load balancer or a CDN stands before the edge: whose word counts for whom a request comes from.
    package var realAddress: RealAddressPlan?
    /// Endpoints with limits of their own.
    package var classes: [EndpointClass]
    /// For every endpoint that is in no class.
    package var rest: RequestLimit
    /// What one address may ask of one URI.
    package var uri: RequestLimit?
    /// What all clients together that name the same program as user agent may ask for: robots, not browsers.
    package var agent: RequestLimit?
    /// Connections an address may have with a request in work.
    package var connections: Int
    package var methods: [String]
    /// The largest body, in bytes.
    package var body: Int
    package var countries: CountryPlan?
    /// Strict-Transport-Security, in seconds; nil: none is sent.
    package var hstsSeconds: Int64?
    /// Content-Security-Policy; nil: none is sent.
    package var contentPolicy: String?
    /// Who is banned; nil: nobody is.
    package var bans: BanPlan?

    package init(
        folder: String = "/etc/nginx/guardia", log: String = "/var/log/nginx/guardia-edge.log",
        waf: FirewallPlan? = FirewallPlan(), trusted: [String] = [],
        realAddress: RealAddressPlan? = nil, classes: [EndpointClass] = EndpointClass.usual,
        rest: RequestLimit = .init(10, .second, burst: 20),
        uri: RequestLimit? = .init(5, .second, burst: 20), agent: RequestLimit? = .init(20, .second, burst: 40),
        connections: Int = 20, methods: [String] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        body: Int = 1 << 20, countries: CountryPlan? = nil, hstsSeconds: Int64? = 31_536_000,
        contentPolicy: String? = nil, bans: BanPlan? = BanPlan()
    ) {
        self.folder = folder
        self.log = log
        self.waf = waf
        self.trusted = trusted
        self.realAddress = realAddress
        self.classes = classes
        self.rest = rest
        self.uri = uri
        self.agent = agent
        self.connections = connections
        self.methods = methods
        self.body = body
        self.countries = countries
        self.hstsSeconds = hstsSeconds
        self.contentPolicy = contentPolicy
        self.bans = bans
    }

    /// The name of what is in no class.
    package static let restName = "api"

    /// Every class with its limit, the rest included.
    package var limits: [(name: String, limit: RequestLimit)] {
        classes.map { ($0.name, $0.limit) } + [(HardeningPlan.restName, rest)]
    }
}

/// Who stands before an edge and says where a request came from. Of anybody else the header means nothing.
package struct RealAddressPlan: Hashable, Sendable, Codable {
    /// Networks of the load balancer or the CDN.
    package var from: [String]
    package var header: String

    package init(from: [String], header: String = "X-Forwarded-For") {
        self.from = from
        self.header = header
    }
}

/// How many requests are let through, as nginx counts them: a rate, and how many may come at once.
package struct RequestLimit: Hashable, Sendable, Codable {
    package enum Span: String, Hashable, Sendable, Codable {
        case second = "s"
        case minute = "m"
    }

    package var count: Int
    package var span: Span
    package var burst: Int

    package init(_ count: Int, _ span: Span, burst: Int) {
        self.count = count
        self.span = span
        self.burst = burst
    }

    /// As nginx writes it: `5r/m`.
    package var rate: String { "\(count)r/\(span.rawValue)" }
    /// Requests that leave the bucket in a second.
    package var perSecond: Double { Double(count) / (span == .second ? 1 : 60) }
}

/// Endpoints that are treated alike.
package struct EndpointClass: Hashable, Sendable, Codable {
    package var name: String
    /// What their paths begin with.
    package var paths: [String]
    package var limit: RequestLimit
    /// Methods they take; empty: those of the whole edge.
    package var methods: [String]
    /// Their largest body, in bytes; nil: that of the whole edge.
    package var body: Int?
    /// Content types that a body may have; empty: any.
    package var types: [String]

    package init(
        _ name: String, paths: [String], limit: RequestLimit, methods: [String] = [], body: Int? = nil,
        types: [String] = []
    ) {
        self.name = name
        self.paths = paths
        self.limit = limit
        self.methods = methods
        self.body = body
        self.types = types
    }

    package static let usual = [
        EndpointClass("auth", paths: ["/auth", "/login", "/register"], limit: .init(5, .minute, burst: 3)),
        EndpointClass(
            "payment", paths: ["/payments", "/webhooks"], limit: .init(2, .second, burst: 5),
            methods: ["GET", "HEAD", "POST", "OPTIONS"], body: 64 << 10,
            types: ["application/json", "application/x-www-form-urlencoded"]),
        EndpointClass("booking", paths: ["/bookings"], limit: .init(3, .second, burst: 5)),
    ]
}

/// ModSecurity with the OWASP Core Rule Set, as Debian packages them.
package struct FirewallPlan: Hashable, Sendable, Codable {
    /// Only notes what it would refuse: for the first days of a rule set.
    package var onlyDetects: Bool
    /// The folder of the rule set's `*.conf`.
    package var rules: String
    package var setup: String
    package var unicodeMap: String
    package var auditLog: String
    package var paranoia: Int
    /// Rules that are left out.
    package var without: [Int]

    package init(
        onlyDetects: Bool = false, rules: String = "/usr/share/modsecurity-crs/rules",
        setup: String = "/etc/modsecurity/crs/crs-setup.conf", unicodeMap: String = "/etc/nginx/unicode.mapping",
        auditLog: String = "/var/log/nginx/guardia-waf.log", paranoia: Int = 1, without: [Int] = []
    ) {
        self.onlyDetects = onlyDetects
        self.rules = rules
        self.setup = setup
        self.unicodeMap = unicodeMap
        self.auditLog = auditLog
        self.paranoia = paranoia
        self.without = without
    }
}

/// From which countries requests are taken.
package struct CountryPlan: Hashable, Sendable, Codable {
    /// A GeoIP database in MaxMind's format, on the edge.
    package var database: String
    /// ISO 3166 codes.
    package var allow: [String]
    /// Whether an address that the database does not know is let in.
    package var allowsUnknown: Bool
    /// Networks that are let in wherever they are.
    package var addresses: [String]
    /// What paths begin with that are open to the whole world: webhooks.
    package var everywhere: [String]

    package init(
        database: String = "/var/lib/GeoIP/GeoLite2-Country.mmdb", allow: [String], allowsUnknown: Bool = true,
        addresses: [String] = [], everywhere: [String] = []
    ) {
        self.database = database
        self.allow = allow
        self.allowsUnknown = allowsUnknown
        self.addresses = addresses
        self.everywhere = everywhere
    }
}

/// Who is banned from an edge: fail2ban reads the edge's log and puts addresses into a set of nftables.
package struct BanPlan: Hashable, Sendable, Codable {
    /// How long the first ban lasts; each further one of the same address lasts longer, up to ``longest``.
    package var time: Milliseconds
    package var longest: Milliseconds
    /// What is counted together.
    package var window: Milliseconds
    /// So many offences within the window are one too many.
    package var retries: Int
    /// Connections that an address may have open, on the ports below.
    package var connections: Int
    package var ports: [Int]

    package init(
        time: Milliseconds = .hours(1), longest: Milliseconds = .days(7), window: Milliseconds = .minutes(10),
        retries: Int = 5, connections: Int = 60, ports: [Int] = [80, 443]
    ) {
        self.time = time
        self.longest = longest
        self.window = window
        self.retries = retries
        self.connections = connections
        self.ports = ports
    }

    /// The jails that Config/fail2ban has.
    package static let jails = ["guardia-auth", "guardia-payment", "guardia-scan", "guardia-waf"]
}
