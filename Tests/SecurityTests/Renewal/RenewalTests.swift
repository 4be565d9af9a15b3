import Foundation
import Glibc
import Journal
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// How certbot's renewals are watched: by its files, and once against certbot itself and a real ACME server.
@Suite struct RenewalTests {
    private let lab: CertificateLab

    init() throws { lab = try CertificateLab() }

    private func lineage(days: Int, hook: Bool = true) async throws {
        try await lab.make(.init(name: "leaf", subject: "/CN=shop.test", to: days))
        try FileManager.default.createDirectory(atPath: lab.path("renewal"), withIntermediateDirectories: true)
        _ = try lab.write(
            "renewal/shop.test.conf",
            """
            # renew_before_expiry = 30 days
            version = 2.1.0
            cert = \(lab.path("leaf.pem"))
            [renewalparams]
            server = https://acme-v02.api.letsencrypt.org/directory
            \(hook ? "renew_hook = nginx -s reload" : "")
            """)
    }

    private func log(_ suffix: String, hoursAgo: Int, _ words: String, dryRun: Bool = false) throws {
        var seconds = time(nil) - hoursAgo * 3600
        var parts = tm()
        localtime_r(&seconds, &parts)
        let stamp = String(
            format: "%04d-%02d-%02d %02d:%02d:%02d,123", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
            parts.tm_hour, parts.tm_min, parts.tm_sec)
        _ = try lab.write(
            "letsencrypt.log\(suffix)",
            """
            \(stamp):DEBUG:certbot._internal.main:certbot version: 2.1.0
            \(stamp):DEBUG:certbot._internal.main:Arguments: ['-q'\(dryRun ? ", '--dry-run'" : "")]
            \(stamp):DEBUG:certbot._internal.display.obj:Notifying user: \(words)

            """)
    }

    private func check() async -> SecurityCheck {
        let plan = RenewalPlan(folder: lab.folder, log: lab.path("letsencrypt.log"), timer: nil)
        return await RenewalSurvey.take(plan, now: SystemClock().now().utc).check(every: 1000)
    }

    private func verdict(_ check: SecurityCheck, _ name: String) -> Verdict? {
        check.items.first { $0.name == name }?.verdict
    }

    @Test func aRenewalThatGoesWellIsOk() async throws {
        try await lineage(days: 60)
        try log("", hoursAgo: 5, "No renewals were attempted.")
        try log(".1", hoursAgo: 100, "Congratulations, all simulated renewals succeeded", dryRun: true)
        let check = await check()
        #expect(check.verdict == .ok, "\(check.items)")
        #expect(check.items.first { $0.name == "shop.test" }?.text.hasPrefix("renewed in ") == true)
        #expect(verdict(check, "dry run") == .ok)
    }

    @Test func anOverdueRenewalIsAWarning() async throws {
        try await lineage(days: 20)
        try log("", hoursAgo: 5, "No renewals were attempted.")
        let check = await check()
        #expect(verdict(check, "shop.test") == .warning, "\(check.items)")
    }

    @Test func aFailedRunIsCritical() async throws {
        try await lineage(days: 60)
        try log("", hoursAgo: 5, "All renewals failed. The following certificates could not be renewed:")
        #expect(verdict(await check(), "last run") == .critical)
    }

    @Test func aRunThatIsTooOldIsAWarning() async throws {
        try await lineage(days: 60)
        try log("", hoursAgo: 50, "No renewals were attempted.")
        #expect(verdict(await check(), "last run") == .warning)
    }

    @Test func aFailedDryRunIsCritical() async throws {
        try await lineage(days: 60)
        try log("", hoursAgo: 5, "All simulated renewals failed. x", dryRun: true)
        try log(".1", hoursAgo: 6, "No renewals were attempted.")
        #expect(verdict(await check(), "dry run") == .critical)
    }

    @Test func aDryRunThatWasNeverDoneOrIsOldIsAWarning() async throws {
        try await lineage(days: 60)
        try log("", hoursAgo: 5, "No renewals were attempted.")
        #expect(verdict(await check(), "dry run") == .warning)
        try log(".1", hoursAgo: 36 * 24, "Congratulations, all simulated renewals succeeded", dryRun: true)
        #expect(verdict(await check(), "dry run") == .warning)
        try log(".1", hoursAgo: 34 * 24, "Congratulations, all simulated renewals succeeded", dryRun: true)
        #expect(verdict(await check(), "dry run") == .ok)
    }

    /// Config/certbot: the units are taken by systemd, and the timer leaves no gap that `max_age` would warn of.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func theShippedTimersAreTaken() async throws {
        let folder = Self.config.appending(path: "certbot")
        for name in ["certbot-dry-run.timer", "certbot-dry-run.service"] {
            let said = try await Command.run(
                ["systemd-analyze", "verify", "--man=no", folder.appending(path: name).path], deadline: .seconds(30))
            #expect(said.isSuccess && said.standardError.text.isEmpty, "\(name): \(said.standardError.text)")
        }
        let drop = try String(contentsOf: folder.appending(path: "certbot.timer.d/guardia.conf"), encoding: .utf8)
        let times = drop.split(separator: "\n").filter { $0.hasPrefix("OnCalendar=") }.map { $0.dropFirst(11) }
        #expect(times.count == 2 && times[0].isEmpty, "the first takes away Debian's own: \(times)")
        let said = try await Command.run(
            ["systemd-analyze", "calendar", "--iterations=4", String(times[1])], deadline: .seconds(30))
        #expect(said.isSuccess, "\(said.standardError.text)")
    }

    private static let config = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config")

    @Test func aMissingHookIsAWarning() async throws {
        try await lineage(days: 60, hook: false)
        #expect(verdict(await check(), "shop.test hook") == .warning)
    }

    @Test func aMissingLogAndFolderAreUnknown() async {
        let check = await check()
        #expect(check.verdict == .unknown)
        #expect(verdict(check, "last run") == .unknown && verdict(check, "certbot") == .unknown)
    }

    /// certbot against pebble (Let's Encrypt's own test server): issued, renewed by force, tried dry; the survey says so.
    @Test func certbotsOwnRenewalsAreUnderstood() async throws {
        try #require(
            FileManager.default.fileExists(atPath: "/usr/bin/certbot"), "certbot is not installed: scripts/deps")
        try #require(FileManager.default.fileExists(atPath: "/usr/bin/pebble"), "pebble is not installed: scripts/deps")
        try await lab.make(.init(name: "api", subject: "/CN=localhost", names: "DNS:localhost,IP:127.0.0.1"))
        let (acme, management, web, dns) = (
            try LoopbackPort.free(), try LoopbackPort.free(), try LoopbackPort.free(), try LoopbackPort.free()
        )
        let configuration = try lab.write(
            "pebble.json",
            """
            {"pebble": {"listenAddress": "127.0.0.1:\(acme)", "managementListenAddress": "127.0.0.1:\(management)",
             "certificate": "\(lab.path("api.pem"))", "privateKey": "\(lab.path("api.key"))", "httpPort": \(web),
             "tlsPort": 5001, "ocspResponderURL": "", "externalAccountBindingRequired": false,
             "certificateValidityPeriod": 7776000}}
            """)
        try FileManager.default.createDirectory(atPath: lab.path("web"), withIntermediateDirectories: true)
        let environment = ["PATH": Command.defaultPath, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"]
        let servers = [
            [
                "pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", "127.0.0.1:\(dns)",
                "-http01", "",
                "-https01", "", "-tlsalpn01", "", "-management", "127.0.0.1:\(try LoopbackPort.free())",
            ],
            ["pebble", "-config", configuration, "-dnsserver", "127.0.0.1:\(dns)"],
            ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", lab.path("web"), "\(web)"],
        ].map { words in Task { try? await Command.run(words, environment: environment, deadline: .seconds(150)) } }
        defer { servers.forEach { $0.cancel() } }
        let reactor = try Reactor()
        let client = HTTPClient(on: reactor)
        for port in [acme, web] {
            for _ in 0..<400 {
                let scheme = port == acme ? "https" : "http"
                let answer = try? await client.send(
                    HTTPRequest("\(scheme)://localhost:\(port)/dir", tls: TLSSettings(caFile: lab.path("api.pem"))),
                    deadline: .seconds(2))
                if answer != nil { break }
                try await Task.sleep(for: .milliseconds(25))
            }
        }
        // The hook that is shipped, before an nginx that writes down what it is told, and whose configuration can be broken.
        let hooks = lab.path("renewal-hooks/deploy")
        try FileManager.default.createDirectory(atPath: hooks, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: Self.config.appending(path: "certbot/renewal-hooks/deploy/reload-nginx").path,
            toPath: "\(hooks)/reload-nginx")
        let nginx = try lab.write(
            "nginx",
            """
            #!/bin/sh
            echo "$*" >>"\(lab.path("nginx-was-told"))"
            [ "$1" != -t ] || [ ! -e "\(lab.path("broken"))" ] || { echo "unknown directive" >&2; exit 1; }
            """)
        chmod(nginx, 0o755)
        func told() -> String { (try? String(contentsOfFile: lab.path("nginx-was-told"), encoding: .utf8)) ?? "" }
        func certbot(_ words: [String]) async throws -> CommandResult {
            try await Command.run(
                [
                    "certbot", "--config-dir", lab.folder, "--work-dir", lab.path("work"), "--logs-dir", lab.folder,
                    "--server",
                    "https://localhost:\(acme)/dir", "--no-random-sleep-on-renew", "-n",
                ] + words,
                environment: [
                    "PATH": Command.defaultPath, "REQUESTS_CA_BUNDLE": lab.path("api.pem"), "HOME": lab.folder,
                    "LC_ALL": "C.UTF-8", "NGINX": nginx, "NGINX_OPTIONS": "-c \(lab.path("nginx.conf"))",
                ], deadline: .seconds(120))
        }
        let issued = try await certbot([
            "certonly", "--webroot", "-w", lab.path("web"), "-d", "shop.test", "--agree-tos",
            "--register-unsafely-without-email", "--key-type", "ecdsa",
        ])
        try #require(issued.isSuccess, "\(issued.standardOutput.text) \(issued.standardError.text)")
        let renewed = try await certbot(["renew", "--force-renewal"])
        #expect(renewed.isSuccess, "\(renewed.standardError.text)")
        let options = "-c \(lab.path("nginx.conf"))"
        #expect(told() == "-t \(options)\n-s reload \(options)\n", "the deploy hook ran, and tested first")
        // Renewed while nginx's configuration is broken: the running one is let alone, and certbot says why.
        _ = try lab.write("broken", "")
        let unloaded = try await certbot(["renew", "--force-renewal"])
        #expect(told().hasSuffix("-s reload \(options)\n-t \(options)\n"), "\(told())")
        #expect((unloaded.standardOutput.text + unloaded.standardError.text).contains("is not reloaded"))
        try FileManager.default.removeItem(atPath: lab.path("broken"))
        let dry = try await certbot(["renew", "--dry-run"])
        #expect(dry.isSuccess, "\(dry.standardError.text)")
        let check = await check()
        #expect(verdict(check, "shop.test") == .ok, "\(check.items)")
        #expect(verdict(check, "last run") == .ok, "\(check.items)")
        #expect(verdict(check, "dry run") == .ok, "\(check.items)")
        #expect(!check.items.contains { $0.name == "shop.test hook" })
        // The authority is gone: the next run fails, and is told.
        servers[1].cancel()
        _ = await servers[1].value
        let failed = try await certbot(["renew", "--force-renewal"])
        #expect(!failed.isSuccess)
        #expect(verdict(await self.check(), "last run") == .critical)
    }
}
