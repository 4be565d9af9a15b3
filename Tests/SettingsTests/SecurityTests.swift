import Launch
import Settings
import Testing

@Suite("The section 'security'")
struct SecuritySectionTests {
    private func load(_ section: String) throws(ConfigErrors) -> SecurityPlan? {
        let text = """
            product: {name: Shop}
            environment: test
            timezone: {name: UTC, abbreviation: UTC}
            journal: {path: /tmp/j}
            probes: [{name: clock, type: clock}]
            panes: {health: [{title: Clock, show: clock.up}]}
            security:
            \(section.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            """
        return try LaunchConfigurationFile.load(bytes: Array(text.utf8), name: "t.yaml").configuration.security
    }

    private func errors(_ section: String) -> [String] {
        do throws(ConfigErrors) {
            _ = try load(section)
            return []
        } catch {
            return error.errors.map(\.message)
        }
    }

    @Test func eachAddressIsAnEndpoint() throws {
        let plan = try load(
            "tls: {warn: 20d, endpoints: [{host: 'a.test:8443', addresses: [10.0.0.5, '10.0.0.6:9443'], path: none}, {host: b.test}]}"
        )
        let endpoints = try #require(plan?.tls?.endpoints)
        #expect(endpoints.map(\.title) == ["a.test:8443 at 10.0.0.5", "a.test:9443 at 10.0.0.6", "b.test"])
        #expect(endpoints.map(\.path) == [nil, nil, "/"])
        #expect(plan?.tls?.limits.warnDays == 20 && plan?.tls?.limits.criticalDays == 7)
    }

    @Test func theAuditsDestinationsAndClassesAreRead() throws {
        let audit = try load(
            "audit: {syslog: {tcp: '[::1]:601'}, keep: {role: 5d}, collect: [{name: db, csvlog: /l}, {name: f, files: [/a, /b]}]}"
        )?.audit
        #expect(audit?.syslog == .tcp(host: "::1", port: 601))
        #expect(audit?.keep == [.role: .days(5)])
        #expect(audit?.sources.map(\.kind) == [.csvlog(path: "/l"), .files(["/a", "/b"])])
    }

    @Test func aScansCommandTakesVariablesSecretsAndAFolder() throws {
        let report = try load(
            "scans: {reports: [{name: a, format: npm, file: /a, run: [npm, audit], folder: /srv/a, env: {A: '1'}, secrets: {B: 'env:C'}}]}"
        )?.scans?.reports.first
        #expect(report?.environment == ["A": "1"] && report?.secrets == ["B": .environment("C")])
        #expect(report?.folder == "/srv/a")
        #expect(
            errors("scans: {reports: [{name: a, format: npm, file: /a, env: {PATH: /x}}]}").first?.contains(
                "is not the name of a variable") == true)
    }

    @Test func volumesAreHereOrElsewhere() throws {
        let plan = try load(
            "compliance: {volumes: [/var/lib/guardia, {path: /var/lib/postgresql, on: [ssh, db]}], audited_tables: [payments]}"
        )?.compliance
        #expect(
            plan?.volumes == [.init(path: "/var/lib/guardia"), .init(path: "/var/lib/postgresql", on: ["ssh", "db"])])
        #expect(plan?.auditedTables == ["payments"])
        #expect(errors("compliance: {volumes: [{path: '/a;b', on: [ssh, db]}]}").first?.contains("a shell") == true)
        #expect(try load("renewal: {dry_run: 10d}")?.renewal?.maximumDryRunAge == .days(10))
    }

    @Test func anAcceptanceEndsWithItsDay() throws {
        let scans = try load("scans: {accepted: [{id: CVE-1, until: 2026-06-30, reason: none}]}")?.scans
        #expect(scans?.accepted.first?.until == Timestamp(seconds: 1_782_863_999))
    }

    @Test(arguments: [
        ("tls: {endpoints: [{host: 'https://a.test/'}]}", "is not a host"),
        ("tls: {warn: 5d, critical: 7d, endpoints: [{host: a.test}]}", "'critical' is longer"),
        ("tls: {endpoints: [{address: 10.0.0.5}]}", "'host' is missing"),
        ("tls: {endpoints: [{host: a.test, path: healthz}]}", "is not a path"),
        ("audit: {syslog: {udp: 10.0.0.9}}", "has no port"), ("audit: {syslog: {}}", "needs 'udp', 'tcp' or 'unix'"),
        ("audit: {collect: [{name: db}]}", "needs 'jsonlog', 'csvlog' or 'files'"),
        ("audit: {keep: {gossip: 5d}}", "is no class of audit"),
        ("audit: {signing_key: 'secret'}", "a secret is a reference"),
        ("compliance: {encrypted_columns: [card]}", "is not such a name"),
        ("compliance: {tables: ['a\"; drop table b']}", "is not such a name"),
        ("scans: {reports: [{name: a, format: nessus, file: /f}]}", "is none of trivy"),
        (
            "scans: {reports: [{name: a, format: zap, file: /f}, {name: a, format: zap, file: /g}]}",
            "two reports are called"
        ),
        ("scans: {accepted: [{id: CVE-1, until: tomorrow, reason: x}]}", "is not a time"),
        ("scans: {accepted: [{id: CVE-1, until: 2026-06-30}]}", "'reason' is missing"), ("firewall: {}", "unknown key"),
    ])
    func aMistakeIsNamed(section: String, words: String) {
        let errors = errors(section)
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
    }
}
