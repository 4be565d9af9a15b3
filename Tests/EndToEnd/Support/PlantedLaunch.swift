import Foundation
import Glibc
import Journal
import Launch
import Synchronization
import Testing

/// A launch that takes a secret wherever a config may take one, each of its own, and an engine on it.
final class PlantedLaunch {
    let folder: String
    /// The secrets by name, none like another.
    private(set) var secrets: [String: String] = [:]
    let providers: EchoProviders
    /// No secret: what is found wherever alerts are told.
    let open = "open-\(UInt64.random(in: 0 ... .max))"
    /// Those that go over the wire as they are, or in base 64.
    let spoken = [
        "postgres", "redis", "probe", "metrics", "twilio", "slack", "slack-hook", "pagerduty", "smtp",
        "webhook", "access", "dead-man", "audit-postgres", "compliance-postgres", "environment",
    ]

    private var engine: RunningProgram?
    private let watcher: ProcessWatcher
    private var outputs: [String: Data] = [:]
    /// What the config names: there a secret may stand.
    private var secretFolder: String { "\(folder)-secrets" }

    var journal: String { "\(folder)/journal" }
    var config: String { "\(folder)/launch.yaml" }
    var board: Board? { try? JournalReader(path: journal).currentBoard(span: .minutes(1)) }

    /// - Parameter leaking: the secret that the launch config gives away, for a search that must find it.
    init(leaking leak: String? = nil) async throws {
        folder = "/tmp/guardia-planted-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let secretFolder = folder + "-secrets"
        for path in [folder, secretFolder, "\(folder)/home", "\(folder)/tmp"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        func make(_ name: String, _ value: String) {
            _ = FileManager.default.createFile(
                atPath: "\(secretFolder)/\(name)", contents: Data("\(value)\n".utf8),
                attributes: [.posixPermissions: 0o600])
        }
        var secrets: [String: String] = [:]
        for name in spoken + [
            "command", "pagerduty-api", "mercadopago", "mercadopago-hook", "s3-key", "s3-secret", "s3-token", "refused",
        ] {
            secrets[name] = "plant-\(name)-\(String(UInt64.random(in: 1 << 60 ... .max), radix: 36))"
            make(name, secrets[name]!)
        }
        providers = try await EchoProviders(in: secretFolder, accessToken: secrets["access"]!) { path in
            try Self.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", "\(path)/mail.key", "-out", "\(path)/mail.pem",
                ])
        }
        let url = "http://127.0.0.1:\(providers.port)"
        make("slack-hook", "\(url)/services/\(secrets["slack-hook"]!)")
        make("dead-man", "\(url)/always/\(secrets["dead-man"]!)")
        // Keys: of each, a line from its middle is looked for.
        func key(_ name: String, _ words: [String]) throws -> String {
            let path = "\(secretFolder)/\(name)"
            try Self.run("/usr/bin/openssl", words + ["-out", path])
            chmod(path, 0o600)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }
            secrets[name] = String(lines[lines.count / 2])
            return text
        }
        let rsa = try key("firebase-key", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        let account = [
            "type": "service_account", "client_email": "guardia@planted.example", "private_key": rsa,
            "token_uri": "\(url)/token",
        ]
        make("firebase", String(decoding: try JSONSerialization.data(withJSONObject: account), as: UTF8.self))
        _ = try key("audit-key", ["genpkey", "-algorithm", "ed25519"])
        try Self.run(
            "/usr/bin/openssl", ["pkey", "-in", "\(secretFolder)/audit-key", "-pubout", "-out", "\(folder)/audit.pub"])
        try Self.run("/usr/bin/age-keygen", ["-o", "\(secretFolder)/age"])
        chmod("\(secretFolder)/age", 0o600)
        let age = try String(contentsOfFile: "\(secretFolder)/age", encoding: .utf8)
        secrets["age"] = String(age.split(separator: "\n").last ?? "")
        let recipient =
            age.split(separator: "\n").first { $0.contains("public key: ") }?.split(separator: " ").last ?? ""
        self.secrets = secrets
        watcher = ProcessWatcher(folder: folder)
        _ = FileManager.default.createFile(atPath: "\(folder)/well", contents: nil)
        let pager = "\(folder)/pager"
        try "#!/bin/sh\nsleep 0.3\n: >\(folder)/command-ran\necho \"it does not like $PAGER_TOKEN\" >&2\nexit 1\n"
            .write(toFile: pager, atomically: true, encoding: .utf8)
        chmod(pager, 0o755)
        let summary = leak.map { "\(open) \(secrets[$0]!)" } ?? open
        try Self.yaml(
            folder, secretFolder, url, port: providers.port, recipient: String(recipient), summary: summary, open: open
        )
        .write(toFile: config, atomically: true, encoding: .utf8)
    }

    func close() {
        stop()
        providers.close()
        watcher.stop()
        for path in [folder, secretFolder] { try? FileManager.default.removeItem(atPath: path) }
    }

    private static func yaml(
        _ folder: String, _ secrets: String, _ url: String, port: UInt16, recipient: String, summary: String,
        open: String
    ) -> String {
        """
        product: {name: BarberPro}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: \(folder)/journal}
        operators: [{anyone: true}]
        probes:
          - {name: site, type: command, run: [/bin/sh, -c, "test -e \(folder)/well || exit 2"], every: 1s}
          - {name: api, type: http, url: "\(url)/always/api", every: 1s, headers: {X-Key: {secret: "file:\(secrets)/probe", prefix: "Key "}}}
          - {name: own, type: http, url: "\(url)/always/own", every: 1s, headers: {Authorization: {bearer: "env:PLANTED_TOKEN"}}}
          - {name: gone, type: http, url: "http://127.0.0.1:1/", every: 1s, headers: {Authorization: {bearer: "file:\(secrets)/refused"}}}
          - name: app
            type: metrics
            url: \(url)/always/metrics
            every: 1s
            headers: {Authorization: {bearer: "file:\(secrets)/metrics"}}
            extract: [{name: requests, metric: http_requests_total, take: rate}]
          - {name: db, type: postgres, host: 127.0.0.1, port: \(port), database: barberpro, user: guardia, password: "file:\(secrets)/postgres", sslmode: prefer, every: 2s}
          - {name: cache, type: redis, host: 127.0.0.1, port: \(port), username: guardia, password: "file:\(secrets)/redis", every: 2s}
        panes:
          health:
            - {title: Site, show: site.verdict, judge: [site.up]}
            - {title: API, show: api.p95, judge: [api.up]}
            - {title: Own, show: own.p95, judge: [own.up]}
            - {title: Gone, show: gone.p95, judge: [gone.up]}
            - {title: App, show: app.requests, judge: [app.up]}
            - {title: DB, show: db.query, judge: [db.up]}
            - {title: Cache, show: cache.up}
        channels:
          - {name: sms, type: sms, url: "\(url)", account: AC00000000000000000000000000000001, token: "file:\(secrets)/twilio", from: "+15005550006", limit: 20/s}
          - {name: voice, type: voice, url: "\(url)", account: AC00000000000000000000000000000001, token: "file:\(secrets)/twilio", from: "+15005550006"}
          - {name: push, type: push, url: "\(url)", project: planted, service_account: "file:\(secrets)/firebase"}
          - {name: slack, type: slack, url: "\(url)", token: "file:\(secrets)/slack", to: C0LAUNCH}
          - {name: slack-ops, type: slack-webhook, url: "file:\(secrets)/slack-hook"}
          - {name: pagerduty, type: pagerduty, url: "\(url)", routing_key: "file:\(secrets)/pagerduty"}
          - {name: email, type: email, host: 127.0.0.1, port: \(port), user: guardia, password: "file:\(secrets)/smtp", from: guardia@planted.example, to: ops@planted.example, tls: {ca: "\(secrets)/mail.pem"}}
          - {name: hook, type: webhook, url: "\(url)/always/hook", headers: {Authorization: {bearer: "file:\(secrets)/webhook"}}}
          - {name: nobody, type: webhook, url: "http://127.0.0.1:1/", headers: {Authorization: {bearer: "file:\(secrets)/refused"}}}
          - {name: second, type: webhook, url: "\(url)/always/second-step", headers: {Authorization: {bearer: "file:\(secrets)/webhook"}}}
          - {name: pager, type: command, run: ["\(folder)/pager", "\(open)"], secrets: {PAGER_TOKEN: "file:\(secrets)/command"}}
        contacts:
          - {name: ana, title: Ana Pereyra, ways: {sms: "+5491155550101", voice: "+5491155550101", slack: UANA, push: tokenana, email: ana@planted.example}}
          - {name: beto, title: Beto Díaz, ways: {sms: "+5491155550102"}}
        schedules: [{name: devops, layers: [{rotation: weekly, handover: Mon 09:00, contacts: [ana, beto], from: 2026-01-05}]}]
        escalation:
          - name: default
            steps:
              - {notify: [{contact: ana, by: [sms, voice, push, slack, email]}, {channel: slack}, {channel: slack-ops}, {channel: pagerduty}, {channel: email}, {channel: hook}, {channel: nobody}, {channel: pager}], wait: 4s}
              - {notify: [{contact: beto, by: [sms]}, {channel: second}], wait: 1h}
        replies: {every: 1s, channels: [sms, slack], pagerduty: {url: "\(url)", token: "file:\(secrets)/pagerduty-api", users: {PANA: ana}}}
        mobile: {listen: "unix:\(folder)/mobile.sock", url: "http://127.0.0.1:9"}
        digest: {channel: email, to: [direccion@planted.example], at: ["09:00"]}
        dead_man: [{name: monitor, url: "file:\(secrets)/dead-man", every: 1s}]
        readiness:
          stations:
            - {name: application, checks: [{target: api}, {target: db}, {series: site.verdict}]}
            - {name: people, checks: [{contacts: 30d}, {channels: 30d}]}
        backup:
          database: db
          folder: \(folder)/backups
          encrypt: {age: \(recipient)}
          identity: \(secrets)/age
          s3: {endpoint: "\(url)", region: sa-east-1, bucket: planted, key: "file:\(secrets)/s3-key", secret: "file:\(secrets)/s3-secret", token: "file:\(secrets)/s3-token"}
        security:
          audit:
            every: 1m
            signing_key: file:\(secrets)/audit-key
            public_key: \(folder)/audit.pub
            postgres: {host: 127.0.0.1, port: \(port), database: audit, user: guardia, password: "file:\(secrets)/audit-postgres", sslmode: prefer}
          compliance:
            postgres: {host: 127.0.0.1, port: \(port), database: barberpro, user: guardia, password: "file:\(secrets)/compliance-postgres", sslmode: prefer}
            mercadopago: {token: "file:\(secrets)/mercadopago", webhook_secret: "file:\(secrets)/mercadopago-hook", webhook: "\(url)/webhooks/mercadopago", host: 127.0.0.1, port: \(port), files: ["\(folder)/launch.yaml"]}
        alerts:
          rules:
            - {alert: site_down, series: site.verdict, verdict: critical, summary: "\(summary)", notify: default}
            - {alert: others_down, series: db.up, below: 1, severity: warning, summary: "the database is down", notify: default}
        """
    }

    // MARK: What is run

    private var environment: [String] {
        [
            "HOME=\(folder)/home", "TMPDIR=\(folder)/tmp", "XDG_STATE_HOME=\(folder)/home/state",
            "XDG_CACHE_HOME=\(folder)/home/cache", "XDG_RUNTIME_DIR=\(folder)/tmp",
            "PLANTED_TOKEN=\(secrets["environment"]!)",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
            "TERM=xterm-256color",
        ]
    }

    func start() throws {
        watcher.start()
        // A file for what it prints, beside its log.
        engine = try RunningProgram(
            "/usr/bin/env",
            ["-i"] + environment + [
                "/bin/sh", "-c", "exec \"$@\" >\"$0\" 2>&1", "\(folder)/engine-output", Program.path("guardia"),
                "watch",
                "--config", config, "--log", "\(folder)/log", "--log-level", "debug",
            ])
    }

    func stop() {
        engine?.send(SIGTERM)
        usleep(300_000)
        engine?.killHard()
        engine = nil
    }

    func breakSite() { try? FileManager.default.removeItem(atPath: "\(folder)/well") }

    /// Every command that tells of the launch, or acts on it, with what it printed kept.
    func runCommands() async throws {
        for words in [["check"], ["graph"], ["health"], ["health", "--json"], ["rules"]] {
            try run(words, ["--config", config])
        }
        for words in [
            ["status"], ["status", "--json"], ["contacts"], ["contacts", "--json"], ["alerts"], ["alerts", "--json"],
            ["oncall"], ["kpi"], ["mobile"], ["notify", "outbox"], ["notify", "test", "sms", "--to", "+5491155550101"],
            ["notify", "test", "hook"], ["notify", "test", "email", "--to", "ana@planted.example"],
            ["notify", "test", "pager"], ["notify", "test", "slack-ops"], ["notify", "test", "pagerduty"],
            ["digest", "--preview"], ["compliance"], ["compliance", "--format", "md"], ["backup", "list"],
            ["backup", "run"], ["drill", "restore"],
            ["security", "--posture"], ["escalate", "--text", "by hand"],
        ] { try run(words, ["--config", config, "--journal", journal]) }
        for words in [
            ["readiness"], ["readiness", "--json"], ["handover"], ["audit", "verify"], ["audit", "report"],
            ["report", "--out", "\(folder)/report.html"], ["report", "--md"], ["shot", "\(folder)/shot.txt"],
            ["journal", "tail"], ["journal", "export", "\(folder)/exported"],
        ] { try run(words, ["--journal", journal]) }
        for (name, program) in [("dashboard", "guardia"), ("kiosk", "guardia-kiosk")] {
            let screen = try TerminalScreen(
                "\(Program.path(program)) --journal \(journal)" + (program == "guardia" ? " --config \(config)" : ""),
                columns: 200, rows: 60)
            _ = try await screen.expect(text: "BarberPro", within: 30)
            outputs["screen of \(name)"] = Data(try screen.text().utf8)
        }
    }

    func run(_ words: [String], _ place: [String]) throws {
        let result = try Program.run("/usr/bin/env", ["-i"] + environment + [Program.path("guardia")] + words + place)
        outputs["output of " + words.joined(separator: " "), default: Data()] += Data(
            (result.output + result.errors).utf8)
        let isUnderstood = !result.errors.contains("Usage: guardia")
        #expect(isUnderstood, "\(words): \(result.errors)")
    }

    func expect(
        _ what: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () -> Bool
    ) async throws {
        if try await eventually(within: seconds, condition) { return }
        let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
        let printed = (try? String(contentsOfFile: "\(folder)/engine-output", encoding: .utf8)) ?? ""
        Issue.record("not seen: \(what)\n\(printed)\n\(log.suffix(4000))", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    @discardableResult
    private static func run(_ program: String, _ words: [String]) throws -> Program.Result {
        let result = try Program.run(program, words)
        try #require(result.status == 0, "\(program): \(result.errors)")
        return result
    }

    // MARK: What is searched

    /// All that was written, printed, or put into a process.
    func haul() -> Haul {
        var haul = Haul()
        func take(_ path: String, _ name: String) {
            if let data = FileManager.default.contents(atPath: path) { haul.add("file \(name)", data) }
        }
        for name in FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [] {
            take("\(folder)/\(name)", name)
        }
        for name in (try? FileManager.default.subpathsOfDirectory(atPath: "/dev/shm")) ?? [] {
            take("/dev/shm/\(name)", "/dev/shm/\(name)")
        }
        for (name, data) in outputs { haul.add(name, data) }
        for (name, data) in watcher.seen { haul.add(name, data) }
        return haul
    }
}

/// Bytes by the place where they were found.
struct Haul {
    private var all: [(name: String, data: Data)] = []

    var names: [String] { all.map(\.name) }

    mutating func add(_ name: String, _ data: Data) { all.append((name, data)) }

    func places(of word: String) -> [String] { Set(forms(of: word).flatMap { places(of: $0) }).sorted() }

    func places(of bytes: Data) -> [String] { all.filter { $0.data.firstRange(of: bytes) != nil }.map(\.name) }

    /// As it is, in base 64 wherever it may begin in it, and in hexadecimal.
    private func forms(of word: String) -> [Data] {
        let bytes = Data(word.utf8)
        var forms = [bytes, Data(bytes.map { String(format: "%02x", $0) }.joined().utf8)]
        for shift in 0..<3 {
            // What is before and after it changes the letters at the ends: those in the middle are its own.
            let text = (Data(repeating: 0, count: shift) + bytes).base64EncodedString()
            forms.append(Data(text.dropFirst(shift == 0 ? 0 : 4).dropLast(4).utf8))
        }
        return forms
    }
}

/// Looks again and again at the command line and the environment of every process of a launch, from its begin to its end.
final class ProcessWatcher: @unchecked Sendable {
    private let folder: String
    private let state = Mutex<(isRunning: Bool, seen: [String: Data])>((false, [:]))

    init(folder: String) { self.folder = folder }

    var seen: [String: Data] { state.withLock { $0.seen } }

    func start() {
        let wasRunning = state.withLock { state in
            defer { state.isRunning = true }
            return state.isRunning
        }
        if wasRunning { return }
        Thread.detachNewThread { [self] in
            while state.withLock(\.isRunning) {
                look()
                usleep(20_000)
            }
        }
    }

    func stop() { state.withLock { $0.isRunning = false } }

    private func look() {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(entry), let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                environment.firstRange(of: Data(folder.utf8)) != nil || line.firstRange(of: Data(folder.utf8)) != nil,
                // The providers know the secrets, and who starts them names them.
                line.firstRange(of: Data("providers.py".utf8)) == nil
            else { continue }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let name = words.prefix(2).joined(separator: " ")
            // The engine and the commands were given a secret by their environment, as the config says.
            let isGiven =
                words.first?.hasSuffix("/guardia") == true || words.first == "/usr/bin/env"
                || words.first == "/bin/sh" && words.contains("watch")
            state.withLock { state in
                state.seen["arguments of \(pid) \(name)"] = words.first == "/usr/bin/env" ? Data() : line
                if !isGiven { state.seen["environment of \(pid) \(name)"] = environment }
            }
        }
    }
}
