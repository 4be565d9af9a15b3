import FoundationEssentials
import Glibc
package import Launch

/// What stands before the traffic of the rehearsal's edge: as much of a real edge's as this machine has installed.
package struct Hardening: Sendable {
    package let plan: HardeningPlan
    /// What nginx loads for it.
    package let modules: [String]

    private static let folder = "/usr/lib/nginx/modules"
    private static let firewall = "\(folder)/ngx_http_modsecurity_module.so"
    private static let countries = "\(folder)/ngx_http_geoip2_module.so"

    /// The modules that an edge with everything needs; nil where the packages are not installed.
    package static var everything: [String]? {
        let needed = [
            firewall, countries, FirewallPlan().setup, FirewallPlan().unicodeMap,
            "\(FirewallPlan().rules)/REQUEST-901-INITIALIZATION.conf",
        ]
        return needed.allSatisfy { FileManager.default.fileExists(atPath: $0) } ? [firewall, countries] : nil
    }

    /// - Parameter folder: nginx's own, for logs, rules and the database of countries.
    package init(folder: String) {
        modules = Hardening.everything ?? []
        let isWhole = !modules.isEmpty
        plan = HardeningPlan(
            folder: folder, log: "\(folder)/edge.log",
            waf: isWhole ? FirewallPlan(auditLog: "\(folder)/waf.log") : nil,
            countries: isWhole
                ? CountryPlan(database: "\(folder)/countries.mmdb", allow: ["AR", "UY"], everywhere: ["/webhooks"])
                : nil,
            bans: nil)
    }

    /// With a plan of the caller's own, in the same folder.
    package init(folder: String, plan: HardeningPlan) {
        modules = Hardening.everything ?? []
        self.plan = plan
    }

    /// The addresses of strangers here, each of a country: the loopback has 16 million addresses.
    package static let addresses: [(network: String, bits: Int, country: String)] = [
        ("127.0.0.16", 28, "AR"), ("127.0.0.32", 28, "UY"), ("127.0.0.64", 28, "US"), ("127.0.0.80", 28, "RU"),
        ("127.0.0.96", 28, "CN"),
    ]

    /// Writes what nginx reads besides its configuration.
    package func write(rules: String?) throws {
        if let waf = plan.waf, let rules {
            try writeConfiguration("\(plan.folder)/modsecurity.conf", rules)
            // There from the first request on: whoever reads it need not wait for an attack.
            try writeConfiguration(waf.auditLog, "")
        }
        guard let countries = plan.countries else { return }
        try CountryDatabase(Hardening.addresses).write(countries.database)
        if let user = ServerUser.current {
            try check(chown(countries.database, user.uid, user.gid), "chown", countries.database)
        }
    }
}
