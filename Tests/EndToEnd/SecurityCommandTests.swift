import Foundation
import Glibc
import Rehearsal
import Testing

/// The commands of security as people and scripts run them, on small real things: what they print, that `--json` is JSON, and
/// how they exit.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SecurityCommandTests {
    private let guardia = Program.path("guardia")
    private let folder: String
    private var journal: String { "\(folder)/journal.sqlite" }
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    init() throws {
        var template = Array("/tmp/guardia-sec-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try #require(chmod(folder, 0o755) == 0)
        try FileManager.default.copyItem(
            atPath: Self.root.appending(path: "Config/recordings/bad-deploy.journal").path, toPath: journal)
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    @discardableResult
    private func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        return "\(folder)/\(name)"
    }

    /// A launch of nothing but a section `security`.
    private func config(_ section: String) throws -> String {
        try write(
            "launch.yaml",
            """
            product: {name: Shop}
            environment: test
            timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
            journal: {path: \(journal)}
            probes: [{name: api, type: http, url: "http://127.0.0.1:1/"}]
            panes: {health: [{title: API, show: api.p95, judge: [api.up]}]}
            security:
            \(section.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

            """)
    }

    private func run(_ words: String...) throws -> Program.Result { try Program.run(guardia, words) }

    private func json(_ result: Program.Result) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(result.output.utf8), options: .fragmentsAllowed)
    }

    private func openssl(_ words: String...) throws {
        let result = try Program.run("/usr/bin/openssl", words)
        try #require(result.status == 0, "\(words): \(result.errors)")
    }

    /// An authority and a certificate of it for localhost.
    private func makeCertificate(days: Int) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try #require(
            try Program.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-subj", "/CN=Test Root", "-days", "365", "-out", "\(folder)/ca.pem", "-keyout",
                    "\(folder)/ca.key",
                ]
                    + key
            ).status == 0)
        try #require(
            try Program.run(
                "/usr/bin/openssl",
                ["req", "-new", "-subj", "/CN=localhost", "-out", "\(folder)/a.csr", "-keyout", "\(folder)/a.key"] + key
            ).status == 0)
        let extensions = try write("a.ext", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        try openssl(
            "x509", "-req", "-in", "\(folder)/a.csr", "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key",
            "-CAcreateserial", "-days", "\(days)", "-sha256", "-extfile", extensions, "-out", "\(folder)/a.pem")
    }

    @Test func tlsGradesAnEndpointAndTellsTheJournal() async throws {
        defer { remove() }
        try makeCertificate(days: 90)
        let port = try LoopbackPort.free()
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        server.arguments = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "\(folder)/a.pem", "-key", "\(folder)/a.key", "-www",
            "-quiet",
        ]
        server.standardInput = FileHandle.nullDevice
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            // A test's thread blocks most signals, and so does what it starts.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let path = try config(
            """
            tls:
              caa: false
              endpoints: [{host: "localhost:\(port)", addresses: ["127.0.0.1:\(port)"], ca: "\(folder)/ca.pem", path: none}]
            """)
        var result = try run("tls", "--json", "-c", path)
        let isServing = try await eventually(within: 30) {
            result = try run("tls", "--json", "-c", path)
            return result.status == 0
        }
        #expect(isServing, "\(result.output)\(result.errors)")
        _ = try json(result)
        let text = try run("tls", "--record", "-c", path)
        #expect(text.status == 0 && text.output.contains("localhost"), "\(text)")
        // What was recorded is the posture's; the stations that nobody looked at are not there.
        let posture = try run("security", "--posture", "--json", "-c", path)
        _ = try json(posture)
        #expect(posture.output.contains("\"tls\""), "\(posture.output)")
        // Nobody there, and a name that the certificate does not have.
        #expect(try run("tls", "--json", "127.0.0.1:1").status == 1)
        #expect(try run("tls", "localhost:\(port)").status == 1, "of no authority that this machine knows")
        #expect(try run("tls", "--record", "localhost:\(port)").status == 2)
    }

    @Test func scanRunsItsCommandsAndExitsByWhatTheyFound() throws {
        defer { remove() }
        let finding =
            #"{"VulnerabilityID":"CVE-2026-1","PkgName":"zlib","InstalledVersion":"1","Severity":"CRITICAL","Title":"t"}"#
        let made = ISO8601DateFormatter().string(from: Date())
        let report =
            #"{"SchemaVersion":2,"CreatedAt":"\#(made)","Results":[{"Target":"a","Vulnerabilities":[\#(finding)]}]}"#
        let script = try write("scanner", "#!/bin/sh\necho x >>\"$HOME/cache\" || exit 9\ncat <<'E'\n\(report)\nE\n")
        try #require(chmod(script, 0o755) == 0)
        func path(_ accepted: String) throws -> String {
            try config(
                """
                scans:
                  packages: false
                  reports: [{name: images, format: trivy, file: "\(folder)/trivy.json", run: ["\(script)"]}]
                  accepted: [\(accepted)]
                """)
        }
        #expect(try run("scan", "-c", path("")).status == 1, "there is no report yet")
        let found = try run("scan", "--run", "--json", "--record", "-c", try path(""))
        #expect(found.status == 1, "\(found)")
        let reports = try #require(try json(found) as? [[String: Any]])
        #expect(reports.first?["verdict"] as? String == "critical")
        #expect(FileManager.default.fileExists(atPath: "\(journal).scans/home/cache"))
        let accepted = try run(
            "scan", "-c", try path("{id: CVE-2026-1, until: 2099-01-01, reason: \"not reachable\"}"))
        #expect(accepted.status == 0 && accepted.output.contains("images"), "\(accepted)")
        #expect(try run("scan", "-c", config("audit: {every: 1h}")).status == 2)
    }

    @Test func renewalExitsByWhatCertbotLeft() throws {
        defer { remove() }
        try makeCertificate(days: 60)
        try FileManager.default.createDirectory(atPath: "\(folder)/le/renewal", withIntermediateDirectories: true)
        let path = try config(
            "renewal: {folder: \"\(folder)/le\", log: \"\(folder)/letsencrypt.log\", timer: none}")
        let empty = try run("renewal", "--json", "-c", path)
        #expect(empty.status == 1)
        _ = try json(empty)
        try write(
            "le/renewal/localhost.conf", "cert = \(folder)/a.pem\n[renewalparams]\nrenew_hook = nginx -s reload\n")
        let time = DateFormatter()
        time.locale = Locale(identifier: "en_US_POSIX")
        time.dateFormat = "yyyy-MM-dd HH:mm:ss,SSS"
        func log(_ minutes: Double, _ words: String, _ arguments: String) -> String {
            let stamp = time.string(from: Date(timeIntervalSinceNow: -minutes * 60))
            return """
                \(stamp):DEBUG:certbot._internal.main:certbot version: 2.1.0
                \(stamp):DEBUG:certbot._internal.main:Arguments: [\(arguments)]
                \(stamp):DEBUG:certbot._internal.display.obj:Notifying user: \(words)

                """
        }
        let dry = log(600, "Congratulations, all simulated renewals succeeded", "'--dry-run'")
        try write("letsencrypt.log", dry + log(5, "No renewals were attempted.", ""))
        let good = try run("renewal", "--json", "--record", "-c", path)
        #expect(good.status == 0, "\(good)")
        #expect((try json(good) as? [String: Any])?["station"] as? String == "renewal")
        try write(
            "letsencrypt.log", dry + log(5, "All renewals failed. The following certificates could not be renewed:", "")
        )
        let bad = try run("renewal", "-c", path)
        #expect(bad.status == 1 && bad.output.contains("CRIT  last run"), "\(bad)")
    }

    @Test func theAuditIsCollectedSearchedSignedVerifiedAndShipped() throws {
        defer { remove() }
        let lines = [
            "AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.payments,select * from payments,<not logged>",
            "connection authorized: user=app database=shop",
        ].enumerated().map { index, message in
            #"{"timestamp":"2026-03-09 12:00:0\#(index).123 UTC","user":"app","dbname":"shop","session_id":"a.1","remote_host":"10.0.0.5","message":"\#(message)"}"#
        }
        try write("postgresql.json", lines.joined(separator: "\n") + "\n")
        let receiver = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(receiver, $0, length) == 0 && getsockname(receiver, $0, &length) == 0
            }
        }
        try #require(isBound)
        let path = try config(
            """
            audit:
              syslog: {udp: "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"}
              collect: [{name: db, jsonlog: "\(folder)/postgresql.json"}]
              keep: {data: 3650d, authentication: 3650d}
            """)
        let collected = try run("audit", "collect", "-c", path)
        #expect(collected.status == 0 && collected.output == "db: 2 entries\n", "\(collected)")
        #expect(try run("audit", "collect", "-c", path).output == "db: 0 entries\n")

        let search = try run("audit", "search", "payments", "--kind", "data", "--json", "-j", journal)
        #expect(search.status == 0)
        let entry = try #require(try json(search) as? [String: Any], "one object: \(search.output)")
        #expect(entry["object"] as? String == "public.payments" && entry["user"] as? String == "app")
        let events = try run("audit", "search", "--json", "-n", "3", "-j", journal)
        #expect(events.status == 0)
        for line in events.output.split(separator: "\n") {
            _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
        #expect(try run("audit", "search", "nobody did this", "-j", journal).output.isEmpty)
        #expect(try run("audit", "search", "--kind", "gossip", "-j", journal).status == 2)

        try openssl("genpkey", "-algorithm", "ed25519", "-out", "\(folder)/audit.key")
        try openssl("pkey", "-in", "\(folder)/audit.key", "-pubout", "-out", "\(folder)/audit.pub")
        try #require(chmod("\(folder)/audit.key", 0o644) == 0)
        #expect(
            try run("audit", "sign", "--key", "\(folder)/audit.key", "-j", journal).status == 1, "everybody reads it")
        try #require(chmod("\(folder)/audit.key", 0o600) == 0)
        let signed = try run("audit", "sign", "--key", "\(folder)/audit.key", "-j", journal)
        #expect(signed.status == 0 && signed.output.hasPrefix("signed event "), "\(signed)")
        #expect(
            try run("audit", "sign", "--key", "\(folder)/audit.key", "-j", journal).output
                == "nothing has happened since the last checkpoint\n")
        let verified = try run("audit", "verify", "--json", "--public-key", "\(folder)/audit.pub", "-j", journal)
        #expect(verified.status == 0)
        let facts = try #require(try json(verified) as? [String: Any])
        #expect(facts["holds"] as? Bool == true && facts["checkpoints"] as? Int == 1)

        let shipped = try run("audit", "ship", "-c", path)
        #expect(shipped.status == 0 && shipped.output.hasPrefix("syslog: "), "\(shipped)")
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = recv(receiver, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(count > 0 && String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).hasPrefix("<"))
        #expect(try run("audit", "ship", "-c", path).output == "syslog: 0 events\n", "each once")
        #expect(try run("audit", "ship", "-c", config("audit: {every: 1h}")).status == 2)
    }

    /// Root may enter every folder: the search is made by somebody who may not.
    @Test(.enabled(if: geteuid() == 0, "only root can become another"))
    func complianceOfWhatMayNotBeReadIsUnknown() throws {
        defer { remove() }
        let copy = "\(folder)/guardia"
        try FileManager.default.copyItem(atPath: guardia, toPath: copy)
        for name in ["logs", "logs/open", "logs/closed", "packed", "empty"] {
            mkdir("\(folder)/\(name)", 0o755)
        }
        try write("logs/open/a.log", "nothing\n")
        try write("logs/closed/b.log", "4111 1111 1111 1111\n")
        try write("packed/c.log", "4111 1111 1111 1111\n")
        try #require(try Program.run("/usr/bin/gzip", ["\(folder)/packed/c.log"]).status == 0)
        func fact(_ files: String) throws -> (state: String, text: String) {
            let path = try config("compliance: {files: [\(files)]}")
            let result = try Program.run(
                "/usr/bin/setpriv",
                [
                    "--reuid=65534", "--regid=65534", "--clear-groups", "--", copy, "compliance", "--format", "json",
                    "-c", path,
                ])
            #expect(result.status == 1, "much is unknown here: \(result.errors)")
            let facts = (try json(result) as? [String: Any])?["facts"] as? [[String: Any]] ?? []
            let found = try #require(facts.first { $0["id"] as? String == "pan.files" }, "\(result)")
            return (found["state"] as? String ?? "", found["text"] as? String ?? "")
        }
        #expect(try fact("\(folder)/logs/open").state == "holds")
        #expect(try fact("\(folder)/logs").state == "fails")
        try #require(chmod("\(folder)/logs/closed", 0o700) == 0)
        let closed = try fact("\(folder)/logs")
        #expect(closed.state == "unknown" && closed.text.contains("closed: Permission denied"), "\(closed)")
        try #require(chmod("\(folder)/logs", 0o700) == 0)
        #expect(
            try fact("\(folder)/logs").text
                == "no card number in 0 files, 0 MiB; not read: \(folder)/logs: Permission denied")
        #expect(try fact("\(folder)/empty").state == "unknown")
        let packed = try fact("\(folder)/packed")
        #expect(packed.state == "fails" && packed.text.hasPrefix("1 card numbers"), "\(packed)")
    }
}
