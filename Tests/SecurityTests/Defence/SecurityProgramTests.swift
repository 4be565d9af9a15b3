import Edge
import Foundation
import Glibc
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// `guardia security` as an operator runs it, on an edge whose nginx runs what `guardia edge render` printed and whose bans are
/// fail2ban's and nftables'. Each defence is broken in turn, behind the config's back, and the program says which.
@Suite(
    .serialized, .timeLimit(.minutes(4)),
    .enabled(if: AttackedEdge.refusal == nil, "\(AttackedEdge.refusal ?? "")"))
struct SecurityProgramTests {
    @Test func everyDefenceThatIsBrokenIsNamedAndNobodyElseIsAsked() async throws {
        let bans = try await BanLab()
        let folder = try await PrivateFolder()
        do {
            try await proveAndBreak(try await ProvenEdge(in: folder, bans))
        } catch {
            await folder.close()
            await bans.close()
            throw error
        }
        await folder.close()
        await bans.close()
    }

    private func proveAndBreak(_ edge: ProvenEdge) async throws {
        let well = try edge.prove(["--record"])
        #expect(well.status == 0, "\(well.errors)")
        #expect(well.bad.isEmpty, "\(well.bad)")
        for name in [
            "edge-1 configuration", "edge-1 clean", "edge-1 clean text", "edge-1 sql injection",
            "edge-1 cross-site scripting", "edge-1 path traversal", "edge-1 command injection", "edge-1 method",
            "edge-1 identity number in a URL", "edge-1 security headers", "edge-1 limit api", "edge-1 limit auth",
            "edge-1 limit payment", "edge-1 limit booking", "edge-1 limit uri", "edge-1 limit agent", "edge-1 logs",
            "rule set", "edge-1 guardia-auth", "edge-1 guardia-payment", "edge-1 guardia-scan", "edge-1 guardia-waf",
            "edge-1 bans",
        ] { #expect(well.items[name] != nil, "\(name) was not tried: \(well.items.keys.sorted())") }
        #expect(well.items["rule set"]?.text.firstMatch(of: /^OWASP CRS 3\.\d.* d old/) != nil, "\(well.items)")
        let posture = try edge.guardia(["security", "--posture", "--json"])
        #expect(
            posture.output.contains("\"station\" : \"defence\"") && posture.output.contains("\"station\" : \"bans\""))

        // What is broken, and what is then said: each by itself, all else still well.
        for (file, text, other, names) in [
            (
                "modsecurity.conf", "SecRuleEngine On", "SecRuleEngine DetectionOnly",
                [
                    "edge-1 command injection", "edge-1 cross-site scripting", "edge-1 path traversal",
                    "edge-1 sql injection",
                ]
            ),
            ("server.conf", "limit_req zone=guardia_auth ", "#", ["edge-1 limit auth"]),
            ("server.conf", "limit_req zone=guardia_agent ", "#", ["edge-1 limit agent"]),
            ("server.conf", "if ($guardia_method_refused) { return 405; }", "", ["edge-1 method"]),
            ("server.conf", "if ($guardia_identity) { return 400; }", "", ["edge-1 identity number in a URL"]),
            ("server.conf", "add_header X-Frame-Options \"DENY\" always;", "", ["edge-1 security headers"]),
            ("server.conf", "config=\(edge.digest)", "config=000000000000", ["edge-1 configuration"]),
        ] {
            try await edge.breaking(file, text, other) {
                let found = try edge.prove()
                #expect(
                    found.bad == names, "\(file) without ‘\(text)’: \(found.items.filter { names.contains($0.key) })")
                // A header is no defence that lets somebody in: a warning, by which no script stops.
                #expect(found.status == (names == ["edge-1 security headers"] ? 0 : 1))
            }
        }
        #expect(try edge.prove().bad.isEmpty, "mended, it is well again")

        // Bans: a set that was emptied under fail2ban, no rule that looks at it, a jail that does not run.
        let lab = edge.bans
        try await lab.run(lab.client + ["set", "guardia-auth", "banip", "198.51.100.1"])
        try await lab.waitForBan(of: "198.51.100.1", by: "guardia-auth")
        let isKept = try await eventually { try await lab.table().banned.contains("198.51.100.1") }
        #expect(isKept)
        try await lab.run(lab.nft + ["flush", "set", "inet", "guardia", "banned4"])
        let lost = try edge.prove()
        #expect(lost.bad == ["edge-1 bans"] && lost.items["edge-1 bans"]?.text.contains("198.51.100.1") == true)
        try await lab.run(lab.nft + ["flush", "chain", "inet", "guardia", "input"])
        #expect(try edge.prove().items["edge-1 bans"]?.text.contains("no rule drops") == true)
        try await lab.run(lab.client + ["stop", "guardia-payment"])
        #expect(try edge.prove().bad == ["edge-1 bans", "edge-1 guardia-payment"])

        // An edge that is gone is unknown, never well.
        await edge.nginx.stop()
        let gone = try edge.prove()
        #expect(gone.status == 1 && gone.items["edge-1 sql injection"]?.verdict == "unknown", "\(gone.items)")

        // A host that the config knows, but not as an edge, was never asked; nor can one be named.
        #expect(try edge.guardia(["security", edge.neighbour]).status != 0)
        #expect(try edge.wordsOfNeighbour().isEmpty)
        let answer = try await edge.http.send(HTTPRequest("\(edge.neighbour)/own"), deadline: .seconds(10))
        #expect(answer.status == 200)
        let isNoted = try await eventually { try edge.wordsOfNeighbour().count == 1 }
        #expect(isNoted, "the log in which nothing stood is none")
    }
}

/// What stands in a folder: an edge as docs/edge-setup.md has it made, and the program that proves it.
private struct ProvenEdge {
    let folder: String
    let bans: BanLab
    let nginx: NginxServer
    let http: HTTPClient
    /// Somebody else's site, which the config names as a probe.
    let neighbour: String
    let digest: String

    private var config: String { "\(folder)/launch.yaml" }

    struct Ending {
        var status: Int
        var output: String
        var errors: String
        var items: [String: (verdict: String, text: String)] = [:]

        /// What is not well, of what was tried.
        var bad: [String] { items.filter { $0.value.verdict != "ok" }.keys.sorted() }
    }

    init(in privateFolder: PrivateFolder, _ bans: BanLab) async throws {
        let folder = privateFolder.path
        self.folder = folder
        self.bans = bans
        let helper = "\(folder)/guardia-door"
        try Data(EdgeHelper.script).write(to: URL(filePath: helper))
        try #require(chmod(helper, 0o755) == 0)
        try await bans.run([helper, "--door", "\(folder)/door", "init", "blue"])
        let other = try LoopbackPort.free()
        let application = try await NginxServer.start(in: privateFolder, name: "application") { port, folder in
            """
            server {
                listen 127.0.0.1:\(port);
                location / { add_header X-Version v1; return 200 "ok\\n"; }
            }
            server {
                listen 127.0.0.1:\(other);
                access_log \(folder)/neighbour.log;
                location / { return 200 "not yours\\n"; }
            }
            """
        }
        neighbour = "http://127.0.0.1:\(other)"
        http = HTTPClient(on: try Reactor())
        let own = "\(folder)/nginx"
        let hardening = Hardening(folder: own)
        func list(_ words: [String]) -> String { "[" + words.map { "'\($0)'" }.joined(separator: ", ") + "]" }
        let neighbour = neighbour
        nginx = try await NginxServer.start(in: privateFolder, modules: hardening.modules) { port, _ in
            try """
            product: {name: Shop}
            environment: test
            timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
            journal: {path: \(folder)/journal.sqlite}
            probes: [{name: api, type: http, url: "\(neighbour)/"}]
            panes: {health: [{title: API, show: api.p95, judge: [api.up]}]}
            deployment:
              colours:
                - {name: blue, hosts: ["127.0.0.1:\(application.port)"]}
                - {name: green, hosts: ["127.0.0.1:1"]}
              edges:
                - {name: edge-1, door: \(folder)/door, front: "http://127.0.0.1:\(port)", helper: \(helper)}
              answers: {version: {path: /version, header: X-Version}, health: /healthz}
              release: {run: [release, "{colour}", "{version}"]}
              hardening:
                folder: \(own)
                log: \(own)/edge.log
                waf: {mode: block, audit_log: \(own)/waf.log}
                api: {rate: 2/s, burst: 8}
                countries: {database: \(own)/countries.mmdb, allow: [AR, UY], everywhere: [/webhooks]}
                bans: {retries: 3}
            security:
              defences:
                rules_max_age: 3650d
                bans:
                  - name: edge-1
                    fail2ban: \(list(bans.client))
                    nft: \(list(bans.nft))
                    log: \(bans.watch.log ?? "")

            """.write(toFile: "\(folder)/launch.yaml", atomically: true, encoding: .utf8)
            for part in ["http", "server", "rules"] {
                let printed = try Self.run(folder, ["edge", "render", "edge-1", "--part", part])
                try #require(printed.status == 0, "\(printed.output)\(printed.errors)")
                if part == "rules" {
                    try hardening.write(rules: printed.output)
                } else {
                    try printed.output.write(toFile: "\(own)/\(part).conf", atomically: true, encoding: .utf8)
                    try #require(chmod("\(own)/\(part).conf", 0o644) == 0)
                }
            }
            return """
                include \(own)/http.conf;
                server {
                    listen 127.0.0.1:\(port);
                    include \(own)/server.conf;
                    location / { proxy_pass http://$guardia_colour; }
                }
                """
        }
        let text = try String(contentsOfFile: "\(own)/server.conf", encoding: .utf8)
        digest = String(try #require(text.firstMatch(of: /config=([0-9a-f]{12})/)).1)
    }

    /// Runs it with the defence missing: a text of a file is another one, and nginx runs that.
    func breaking(_ file: String, _ text: String, _ other: String, _ body: () throws -> Void) async throws {
        let path = "\(folder)/nginx/\(file)"
        let whole = try String(contentsOfFile: path, encoding: .utf8)
        try #require(whole.contains(text), "\(file) has no ‘\(text)’")
        try whole.replacing(text, with: other).write(toFile: path, atomically: false, encoding: .utf8)
        try await nginx.restart()
        try body()
        try whole.write(toFile: path, atomically: false, encoding: .utf8)
        try await nginx.restart()
    }

    func guardia(_ words: [String]) throws -> Ending { try Self.run(folder, words) }

    /// `guardia security --json`, and each thing that was tried.
    func prove(_ words: [String] = []) throws -> Ending {
        struct Check: Decodable {
            struct Item: Decodable {
                var name: String
                var verdict: String
                var text: String
            }
            var station: String
            var items: [Item]
        }
        var ending = try guardia(["security", "--json"] + words)
        let checks = try JSONDecoder().decode([Check].self, from: Data(ending.output.utf8))
        for item in checks.filter({ $0.station != "refused" }).flatMap(\.items) {
            ending.items[item.name] = (item.verdict, item.text)
        }
        return ending
    }

    func wordsOfNeighbour() throws -> [Substring] {
        try String(contentsOfFile: "\(folder)/application/neighbour.log", encoding: .utf8).split(separator: "\n")
    }

    /// The program that was built with these tests, to its end.
    private static func run(_ folder: String, _ words: [String]) throws -> Ending {
        let tests = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? "/proc/self/exe"
        let program = Process()
        program.executableURL = URL(filePath: tests).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "guardia")
        program.arguments = words + ["--config", "\(folder)/launch.yaml"]
        program.standardInput = FileHandle.nullDevice
        // Through files: no pipe can fill.
        let files = ["out", "err"].map { "\(folder)/program.\($0)" }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        program.standardOutput = FileHandle(forWritingAtPath: files[0])
        program.standardError = FileHandle(forWritingAtPath: files[1])
        try program.run()
        program.waitUntilExit()
        let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
        return Ending(status: Int(program.terminationStatus), output: texts[0], errors: texts[1])
    }
}
