/// How the hardening of the edges is proved, again and again: the section `security.defences`. What it should be like stands in
/// `deployment.hardening`.
package struct DefencePlan: Hashable, Sendable {
    package var every: Milliseconds
    /// For all trials of one edge.
    package var deadline: Milliseconds
    /// A path that answers 200 to everybody; nil: the application's version.
    package var cleanPath: String?
    /// The same edges as the world reaches them: one's own addresses, and no one else's.
    package var publicURLs: [String]
    /// A rule set that is older is a warning.
    package var maximumAgeOfRules: Milliseconds
    package var bans: [BanWatch]
    /// Where the logs of edges can be read on this machine; an edge that is on it needs none.
    package var logs: [EdgeLogs]

    package init(
        every: Milliseconds = .minutes(5), deadline: Milliseconds = .seconds(20), cleanPath: String? = nil,
        publicURLs: [String] = [], maximumAgeOfRules: Milliseconds = .days(365), bans: [BanWatch] = [],
        logs: [EdgeLogs] = []
    ) {
        self.every = every
        self.deadline = deadline
        self.cleanPath = cleanPath
        self.publicURLs = publicURLs
        self.maximumAgeOfRules = maximumAgeOfRules
        self.bans = bans
        self.logs = logs
    }
}

/// How fail2ban and nftables of one machine are asked.
package struct BanWatch: Hashable, Sendable {
    package var name: String
    /// The words before `status`: `[sudo, -n, fail2ban-client]`, `[ssh, edge-1, fail2ban-client]`.
    package var client: [String]
    /// The words before `-j list table inet guardia`.
    package var nft: [String]
    package var jails: [String]
    /// fail2ban's log: bans a minute are counted in it.
    package var log: String?
    /// The edge on whose machine that log lies, where its helper counts; nil: it can be read here.
    package var logEdge: String?

    package var logHere: String? { logEdge == nil ? log : nil }

    package init(
        name: String, client: [String] = ["sudo", "-n", "fail2ban-client"], nft: [String] = ["sudo", "-n", "nft"],
        jails: [String] = BanPlan.jails, log: String? = nil, logEdge: String? = nil
    ) {
        self.name = name
        self.client = client
        self.nft = nft
        self.jails = jails
        self.log = log
        self.logEdge = logEdge
    }
}

/// Where the logs of an edge can be read.
package struct EdgeLogs: Hashable, Sendable {
    package var edge: String
    package var access: String
    package var audit: String?

    package init(edge: String, access: String, audit: String? = nil) {
        self.edge = edge
        self.access = access
        self.audit = audit
    }
}

extension DefencePlan {
    /// Whose logs are read here: those that are named, or those of the edges on this machine.
    package func logs(of deployment: Deployment) -> [EdgeLogs] {
        guard let hardening = deployment.hardening else { return logs }
        let named = Set(logs.map(\.edge))
        return logs
            + deployment.edges.filter { $0.ssh == nil && !named.contains($0.name) }.map {
                EdgeLogs(edge: $0.name, access: hardening.log, audit: hardening.waf?.auditLog)
            }
    }

    /// The logs of edges elsewhere that cannot be read here: those edges' helpers count in them.
    package func logsElsewhere(of deployment: Deployment) -> [LogElsewhere] {
        let named = Set(logs.map(\.edge))
        let remote = deployment.edges.filter { $0.ssh != nil }.map(\.name)
        var found: [LogElsewhere] = []
        if let hardening = deployment.hardening {
            for edge in remote where !named.contains(edge) {
                found.append(LogElsewhere(owner: edge, edge: edge, kind: .access, path: hardening.log))
                if let audit = hardening.waf?.auditLog {
                    found.append(LogElsewhere(owner: edge, edge: edge, kind: .audit, path: audit))
                }
            }
        }
        for watch in bans {
            if let edge = watch.logEdge, let path = watch.log, remote.contains(edge) {
                found.append(LogElsewhere(owner: watch.name, edge: edge, kind: .bans, path: path))
            }
        }
        return found
    }
}

/// A log on the machine of an edge.
package struct LogElsewhere: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case access, audit, bans }

    /// What its counts go under.
    package var owner: String
    package var edge: String
    package var kind: Kind
    package var path: String

    package init(owner: String, edge: String, kind: Kind, path: String) {
        self.owner = owner
        self.edge = edge
        self.kind = kind
        self.path = path
    }
}
