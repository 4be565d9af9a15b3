package import Launch

/// What stands before the traffic of an edge: Config/nginx, filled with a launch config.
package struct EdgeHardening: Hashable, Sendable {
    package let plan: HardeningPlan

    package init(_ plan: HardeningPlan) { self.plan = plan }

    /// The firewall's rules, where the server's text includes them.
    package var rulesFile: String { "\(plan.folder)/modsecurity.conf" }

    // MARK: In http { }

    package var http: String {
        EdgeHardening.fill(
            PackageResources.hardening_http_conf,
            [
                "real_address": realAddress, "trusted": plan.trusted.map { " \($0) 1;" }.joined(),
                "classes": plan.classes.flatMap { one in
                    one.paths.map { "    \"\(EdgeHardening.pattern($0))\" \(one.name);" }
                }.joined(separator: "\n"),
                "limits": limitZones, "methods": methods, "countries": countries,
            ])
    }

    /// Recursive: of several addresses in the header the last that is not one of `from` counts. What stands before it was written
    /// by the client.
    private var realAddress: String {
        guard let real = plan.realAddress else { return "" }
        let lines =
            ["# Behind a load balancer: limits, countries, bans and logs go by the client's address, not by its."]
            + real.from.map { "set_real_ip_from \($0);" } + [
                "real_ip_header \(real.header);", "real_ip_recursive on;", "",
            ]
        return lines.map { $0 + "\n" }.joined()
    }

    private var limitZones: String {
        var lines = plan.limits.flatMap { name, limit in
            [
                "map \"$guardia_test:$guardia_class\" $guardia_key_\(name) { \"all:\(name)\" $guardia_who; "
                    + "\"\(name):\(name)\" $guardia_who; default \"\"; }",
                "limit_req_zone $guardia_key_\(name) zone=guardia_\(name):10m rate=\(limit.rate);",
            ]
        }
        if let uri = plan.uri {
            lines += [
                "map $guardia_test $guardia_key_uri { all \"$guardia_who $uri\"; uri \"$guardia_who $uri\"; default \"\"; }",
                "limit_req_zone $guardia_key_uri zone=guardia_uri:10m rate=\(uri.rate);",
            ]
        }
        if let agent = plan.agent {
            lines += [
                """
                # Programs by their name, all their addresses together; a browser's name is everybody's. Payments report back by one.
                map $http_user_agent $guardia_robot {
                    default 0;
                    "" 1;
                    "~^MercadoPago" 0;
                    "~^guardia-canary/agent" 1;
                    "~*(?:curl|wget|python|java/|okhttp|libwww|scrapy|go-http|node-fetch|axios|headless|bot|spider|crawl)" 1;
                }
                map "$guardia_test:$guardia_robot:$guardia_class" $guardia_key_agent {
                    default "";
                    "~:none$" "";
                    "~^all:1:" "agent $http_user_agent";
                    "~^agent:1:" canary;
                }
                """,
                "limit_req_zone $guardia_key_agent zone=guardia_agent:10m rate=\(agent.rate);",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private var methods: String {
        let classes = plan.classes.filter { !$0.methods.isEmpty }
        var lines = classes.map { "    \"~^\($0.name):(?:\($0.methods.joined(separator: "|")))$\" 0;" }
        // A class with methods of its own takes no others.
        lines += classes.map { "    \"~^\($0.name):\" 1;" }
        lines.append("    \"~:(?:\(plan.methods.joined(separator: "|")))$\" 0;")
        return lines.joined(separator: "\n")
    }

    private var countries: String {
        guard let countries = plan.countries else {
            return """
                map $guardia_test $guardia_country { default "-"; }
                map $guardia_test $guardia_foreign { default 0; }
                """
        }
        let everywhere = countries.everywhere.map { "    \"\(EdgeHardening.pattern($0))\" 1;" }
        return """
            geoip2 \(countries.database) {
                auto_reload 5m;
                $guardia_country default=ZZ source=$remote_addr country iso_code;
            }
            map $guardia_country $guardia_abroad { default 1; ZZ \(countries.allowsUnknown ? 0 : 1);\(countries.allow.map { " \($0) 0;" }.joined()) }
            geo $remote_addr $guardia_let_in { default 0;\(countries.addresses.map { " \($0) 1;" }.joined()) }
            map $uri $guardia_everywhere {
                default 0;
            \(everywhere.joined(separator: "\n"))
            }
            map "$guardia_trusted$guardia_let_in$guardia_everywhere$guardia_abroad" $guardia_foreign { default 0; "0001" 1; }
            """
    }

    // MARK: In server { }

    package var server: String {
        var limits = plan.limits.map { "limit_req zone=guardia_\($0.name) burst=\($0.limit.burst) nodelay;" }
        if let uri = plan.uri { limits.append("limit_req zone=guardia_uri burst=\(uri.burst) nodelay;") }
        if let agent = plan.agent { limits.append("limit_req zone=guardia_agent burst=\(agent.burst) nodelay;") }
        let firewall = plan.waf == nil ? "" : "modsecurity on;\nmodsecurity_rules_file \(rulesFile);"
        return EdgeHardening.fill(
            PackageResources.hardening_server_conf,
            [
                "log": plan.log, "body": "\(plan.body)", "limits": limits.joined(separator: "\n"),
                "connections": "\(plan.connections)", "firewall": firewall,
                "headers": headers.map { "add_header \($0.name) \"\($0.value)\" always;" }.joined(separator: "\n"),
            ])
    }

    /// The headers that every answer bears.
    package var headers: [(name: String, value: String)] {
        var headers = [
            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("Permissions-Policy", "camera=(), microphone=(), geolocation=(self), payment=(self)"),
        ]
        if let seconds = plan.hstsSeconds {
            headers.append(("Strict-Transport-Security", "max-age=\(seconds); includeSubDomains"))
        }
        if let policy = plan.contentPolicy { headers.append(("Content-Security-Policy", policy)) }
        return headers
    }

    // MARK: The firewall

    /// The rules of ModSecurity; nil where there is none.
    package var rules: String? {
        guard let waf = plan.waf else { return nil }
        return EdgeHardening.fill(
            PackageResources.modsecurity_conf,
            [
                "engine": waf.onlyDetects ? "DetectionOnly" : "On", "body": "\(plan.body)", "unicode": waf.unicodeMap,
                "auditlog": waf.auditLog, "paranoia": "\(waf.paranoia)",
                "methods": plan.methods.joined(separator: " "), "setup": waf.setup, "rules": waf.rules,
                "without": without(waf), "classes": stricter,
            ])
    }

    /// As actions of phase 1: it stands before the rules that it leaves out.
    private func without(_ waf: FirewallPlan) -> String {
        waf.without.enumerated().map { index, rule in
            "SecAction \"id:\(9_990_020 + index),phase:1,nolog,pass,t:none,ctl:ruleRemoveById=\(rule)\""
        }.joined(separator: "\n")
    }

    private var stricter: String {
        var number = 9_990_100
        func next() -> Int {
            number += 1
            return number
        }
        return plan.classes.flatMap { one -> [String] in
            let paths = one.paths.map { EdgeHardening.pattern($0).dropFirst() }.joined(separator: "|")
            var rules: [String] = []
            func rule(_ phase: Int, _ status: Int, _ message: String, _ condition: String) {
                rules.append(
                    """
                    SecRule REQUEST_FILENAME "@rx \(paths)" \\
                        "id:\(next()),phase:\(phase),t:none,log,deny,status:\(status),msg:'\(one.name): \(message)',tag:'guardia-\(one.name)',chain"
                        \(condition)
                    """)
            }
            if let body = one.body {
                rule(
                    1, 413, "the body is too large", "SecRule REQUEST_HEADERS:Content-Length \"@gt \(body)\" \"t:none\""
                )
                rule(2, 413, "the body is too large", "SecRule REQUEST_BODY_LENGTH \"@gt \(body)\" \"t:none\"")
            }
            if !one.types.isEmpty {
                let types = one.types.map { $0.replacing("+", with: "\\+").replacing(".", with: "\\.") }
                rule(
                    1, 415, "the content type is not taken",
                    "SecRule REQUEST_HEADERS:Content-Type \"!@rx ^(?:\(types.joined(separator: "|")))(?:\\s*;|$)\" \"t:none,t:lowercase\""
                )
            }
            return rules
        }.joined(separator: "\n")
    }

    // MARK: Bans

    /// What fail2ban and nftables need on the edge, by path; nothing where nobody is banned.
    package var banFiles: [(path: String, text: String)] {
        guard let bans = plan.bans else { return [] }
        let filters: [(String, [UInt8])] = [
            ("auth", PackageResources.guardia_auth_conf), ("payment", PackageResources.guardia_payment_conf),
            ("scan", PackageResources.guardia_scan_conf), ("waf", PackageResources.guardia_waf_conf),
        ]
        let jail = EdgeHardening.fill(
            PackageResources.guardia_local,
            [
                "log": plan.log, "trusted": plan.trusted.map { " \($0)" }.joined(),
                "window": "\(bans.window.count / 1000)",
                "retries": "\(bans.retries)", "time": "\(bans.time.count / 1000)",
                "longest": "\(bans.longest.count / 1000)",
            ])
        let nft = EdgeHardening.fill(
            PackageResources.bans_nft,
            [
                "ports": bans.ports.map { "\($0)" }.joined(separator: ", "), "connections": "\(bans.connections)",
            ])
        return filters.map { ("/etc/fail2ban/filter.d/guardia-\($0).conf", String(decoding: $1, as: UTF8.self)) } + [
            (
                "/etc/fail2ban/action.d/guardia-nft.conf",
                String(decoding: PackageResources.guardia_nft_conf, as: UTF8.self)
            ),
            ("/etc/fail2ban/jail.d/guardia.local", jail), ("/etc/nftables.d/guardia.nft", nft),
        ]
    }

    // MARK: Texts

    /// A regular expression for what begins with a path: `/auth` is also `/auth/login`, not `/authors`.
    static func pattern(_ path: String) -> String {
        let escaped = path.replacing(".", with: "\\.").replacing("+", with: "\\+")
        return path.hasSuffix("/") ? "~^\(escaped)" : "~^\(escaped)(?:/|$)"
    }

    private static func fill(_ template: [UInt8], _ values: [String: String]) -> String {
        var text = String(decoding: template, as: UTF8.self)
        for (name, value) in values { text = text.replacing("@\(name)@", with: value) }
        return text
    }
}
