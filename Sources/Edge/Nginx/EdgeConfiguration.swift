package import Launch

/// What an edge's nginx needs for the door, as two texts that are included in a configuration that is there already: one in
/// `http { }`, one in the `server { }` that takes the traffic, whose `proxy_pass` goes to `http://$guardia_colour`.
///
/// The texts bear their own digest, which `/__guardia` tells: so what runs is compared with what is rendered. `nginx -T` would
/// show what is on the disk.
package struct EdgeConfiguration: Hashable, Sendable {
    /// For `http { }`.
    package let http: String
    /// For `server { }`.
    package let server: String
    /// The rules of the firewall, in ``EdgeHardening/rulesFile``; nil where there is none.
    package let rules: String?
    /// Twelve hexadecimal digits, of all of it.
    package let digest: String

    /// Where nginx answers for itself and for each colour, to its own machine alone.
    package static let path = "/__guardia"

    package init(_ deployment: Deployment, _ edge: EdgePlan) {
        let text = EdgeConfigurationText(deployment: deployment, edge: edge)
        let hardening = deployment.hardening.map(EdgeHardening.init)
        rules = hardening?.rules
        let (inHTTP, inServer) = (text.http + (hardening?.http ?? ""), text.server + (hardening?.server ?? ""))
        let whole = "\(inHTTP)\u{0}\(inServer)" + (rules.map { "\u{0}\($0)" } ?? "")
        digest = String(SHA256Digest.hex(Array(whole.utf8)).prefix(12))
        http = inHTTP.replacing(EdgeConfigurationText.digest, with: digest)
        server = inServer.replacing(EdgeConfigurationText.digest, with: digest)
    }

    /// The path that sends a question to where it is meant for.
    static func path(of question: EdgeQuestion) -> String {
        switch question.target {
        case .traffic: question.path
        case .colour(let colour): "\(path)/\(colour)/all\(question.path)"
        case .host(let colour, let index): "\(path)/\(colour)/\(index)\(question.path)"
        }
    }
}

/// The texts, with a mark in place of the digest.
struct EdgeConfigurationText {
    static let digest = "@digest@"

    let deployment: Deployment
    let edge: EdgePlan

    // MARK: In http { }

    var http: String {
        """
        # guardia \(edge.name): in http { }. Rendered from the launch config; change that, then render anew.
        \(key)
        \(choice)
        # Asked on the edge's own loopback: nobody else learns anything of it.
        map "$server_addr:$server_port" $guardia_control { default 0; \(fronts) }
        \(upstreams)

        """
    }

    /// By what clients are told apart.
    private var key: String {
        let variable =
            switch deployment.sticky {
            case .cookie(let name): "$cookie_\(name)"
            case .header(let name): "$http_\(name.lowercased().replacing("-", with: "_"))"
            case .address: "$remote_addr"
            }
        return "map \(variable) $guardia_key { \"\" $remote_addr; default \(variable); }"
    }

    private var choice: String {
        guard edge.isDoor else { return "include \(edge.door)/current/traffic.conf;" }
        return """
            # The client's slot: 100 of equal size.
            split_clients $guardia_key $guardia_slot {
            \(slots)
            }
            # No colour for this slot: the link is gone, dangling, or not to be read.
            map $guardia_colour $guardia_door { any "DOOR BROKEN"; default open; }
            """
    }

    private var slots: String {
        let last = Split.slotCount - 1
        return stride(from: 0, through: last, by: 10).map { row in
            "    " + (row..<row + 10).map { $0 == last ? "* \($0);" : "1% \($0);" }.joined(separator: " ")
        }.joined(separator: "\n")
    }

    private var fronts: String {
        let port = edge.frontPort
        return ["127.0.0.1", "::1"].map { "\"\($0):\(port)\" 1;" }.joined(separator: " ")
    }

    /// An upstream a colour, and `any` with the hosts of both: it alone goes on to another colour's host, since a colour that
    /// crossed over by itself would hide its own failure. No host is ever taken out: a colour whose hosts all failed once
    /// would answer nothing at all for ten seconds.
    private var upstreams: String {
        let any = ("any", deployment.colours.flatMap(\.hosts))
        return (deployment.colours.map { ($0.name, $0.hosts) } + [any]).map { name, hosts in
            let servers = hosts.map { "server \($0) max_fails=0;" }.joined(separator: " ")
            return "upstream \(name) { \(servers) keepalive 32; }"
        }.joined(separator: "\n")
    }

    // MARK: In server { }

    var server: String {
        """
        # guardia \(edge.name): in the server { } that takes the traffic; its proxy_pass goes to http://$guardia_colour.
        \(edge.isDoor ? looks : "# The split's file says $guardia_colour.")
        location = \(EdgeConfiguration.path) {
            if ($guardia_control = 0) { return 404; }
            access_log off;\(deployment.hardening?.waf == nil ? "" : "\n    modsecurity off;")
            default_type text/plain;
        \(answer)
        }
        location ^~ \(EdgeConfiguration.path)/ { return 404; }
        \(deployment.colours.map(locations).joined(separator: "\n"))

        """
    }

    /// Two looks a request. `if` holds nothing but `set`: anything else in it makes nginx choose another configuration.
    private var looks: String {
        let lines = deployment.colours.map {
            "if (-f \(edge.door)/current/\($0.name)/$guardia_slot) { set $guardia_colour \($0.name); }"
        }
        // A cached stat() would answer for a split that is gone.
        return (["open_file_cache off;", "set $guardia_colour any;"] + lines).joined(separator: "\n")
    }

    private var answer: String {
        let config = "config=\(Self.digest)\\n"
        guard edge.isDoor else {
            return "    return 200 \"door=open split=$guardia_split slot=- colour=$guardia_colour \(config)\";"
        }
        // A link that leads nowhere has no real path: nginx would answer 500.
        return """
                root \(edge.door)/current;
                if ($guardia_colour = any) { return 200 "door=$guardia_door split= slot=$guardia_slot colour=any \(config)"; }
                return 200 "door=$guardia_door split=$realpath_root slot=$guardia_slot colour=$guardia_colour \(config)";
            """
    }

    /// A colour, and each of its hosts, through this edge: the standby is asked the way that customers would come.
    private func locations(_ colour: ColourPlan) -> String {
        let all = location("\(colour.name)/all", to: colour.name)
        let hosts = colour.hosts.enumerated().map { location("\(colour.name)/\($0.offset)", to: $0.element) }
        return ([all] + hosts).joined(separator: "\n")
    }

    private func location(_ name: String, to host: String) -> String {
        """
        location ^~ \(EdgeConfiguration.path)/\(name)/ {
            if ($guardia_control = 0) { return 404; }
            access_log off;\(deployment.hardening?.waf == nil ? "" : "\n    modsecurity off;")
            allow all;
            auth_basic off;
            proxy_pass http://\(host)/;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_next_upstream off;
            proxy_intercept_errors off;
            proxy_cache off;
            proxy_connect_timeout 5s;
            proxy_read_timeout 310s;
        }
        """
    }
}

extension EdgePlan {
    var isDoor: Bool { backend == .door }

    /// The port of the front door on the edge's own loopback.
    package var frontPort: Int { front.split(separator: ":").last.flatMap { Int($0) } ?? 80 }
}
