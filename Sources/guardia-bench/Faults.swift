import ArgumentParser
import FlyingFox
import FlyingSocks
import Foundation
import Journal
import Launch
import Logging
import Settings
import Synchronization
import Watch

/// `guardia-bench faults`: how long after something broke the feed shows it, and the first page is handed to its channel.
///
/// The whole engine runs: probes over HTTP, rules, journal, chains, outbox, and a webhook as the channel. Twenty sites break at
/// random moments of their interval, in ten rounds. A reader follows the journal as a dashboard does.
struct Faults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Inject faults into a running engine, and wait for feed and page.")

    @Argument(help: "A folder that does not exist yet.") var folder: String
    @Option(help: "How many sites.") var sites = 20
    @Option(help: "How many times each breaks.") var rounds = 10

    func run() async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let stage = Stage(sites: sites)
        let port = UInt16.random(in: 21_000..<29_000)
        let server = HTTPServer(
            address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port), logger: .disabled,
            handler: ClosureHTTPHandler { await stage.answer($0) })
        let serving = Task { try await server.run() }
        try await server.waitUntilListening()
        let file = try LaunchConfigurationFile.load(bytes: Array(yaml(port).utf8), name: "faults.yaml")
        let journal = file.configuration.journal.path
        let recorder = try await JournalRecorder.open(path: journal, origin: "bench")
        let standing = try Standing.read(from: journal)
        var log = Logger(label: "bench")
        log.logLevel = .error
        let engine = Engine(
            file.configuration, zone: .utc, version: "bench", clock: SystemClock(), log: log, secret: { _ in "" })
        let watching = Task {
            try await engine.run(
                recorder: recorder, standing: standing,
                follower: EngineFollower(path: journal, after: standing.sequence))
        }
        let feed = Feed(journal, stage)
        feed.start()
        var random = SplitMix(state: 3)
        try await Task.sleep(for: .seconds(5))
        for _ in 0..<rounds {
            // Each at a moment of its own within the interval.
            let moments = (0..<sites).map { (site: $0, after: UInt64.random(in: 0..<1_000_000, using: &random)) }.sorted
            { $0.after < $1.after }
            var passed: UInt64 = 0
            for moment in moments {
                try await Task.sleep(nanoseconds: (moment.after - passed) * 1000)
                passed = moment.after
                stage.breaks(moment.site)
            }
            try await stage.wait(atMost: .seconds(20)) { $0.isTold }
            stage.mend()
            try await stage.wait(atMost: .seconds(20)) { $0.isWell }
        }
        watching.cancel()
        serving.cancel()
        feed.stop()
        try? await watching.value
        await recorder.close(at: SystemClock().now())
        let result = stage.result
        for (name, values) in [("feed", result.feed), ("page", result.page)] {
            for percent in [50, 95] { print("\(name)_ms_p\(percent) \(Meter.percentile(percent, of: values) * 1e3)") }
            print("\(name)_ms_max \((values.max() ?? .nan) * 1e3)")
        }
        print("faults \(sites * rounds)")
        print("faults_lost \(2 * sites * rounds - result.feed.count - result.page.count)")
    }

    private func yaml(_ port: UInt16) -> String {
        let probes = (0..<sites).map {
            "  - {name: site\($0), type: http, url: \"http://127.0.0.1:\(port)/site/\($0)\", every: 1s, retry: {attempts: 0}}"
        }
        return """
            product: {name: Bench}
            environment: bench
            timezone: {name: UTC, abbreviation: UTC}
            journal: {path: \(folder)/journal}
            probes:
            \(probes.joined(separator: "\n"))
            panes:
              health: [{title: Site, show: site0.up}]
            channels:
              - {name: hook, type: webhook, url: "http://127.0.0.1:\(port)/hook", limit: 1000/s, burst: 100}
            escalation:
              - {name: default, steps: [{notify: {channel: hook}, wait: 5m}]}
            alerts:
              rules:
                - {alert: broken, series: "*.up", by: site, below: 1, severity: critical, flapping: none}
                - {alert: down, series: "*.up", by: site, below: 1, for: 1s, severity: critical, flapping: none, group_by: [alertname, site], notify: default}

            """
    }
}

/// The sites that break, and when what was seen of it.
private final class Stage: Sendable {
    struct Site {
        var brokenAt: Double?
        var seenAt: Double?
        var toldAt: Double?
        /// The rules by which it fires now.
        var firing: Set<String> = []
        var isTold: Bool { brokenAt == nil || seenAt != nil && toldAt != nil }
        var isWell: Bool { firing.isEmpty }
    }

    private let sites: Mutex<[Site]>
    private let done = Mutex<(feed: [Double], page: [Double])>(([], []))

    init(sites count: Int) { sites = Mutex(Array(repeating: Site(), count: count)) }

    var result: (feed: [Double], page: [Double]) { done.withLock { $0 } }

    func breaks(_ site: Int) {
        sites.withLock { sites in
            sites[site].brokenAt = Meter.now
            (sites[site].seenAt, sites[site].toldAt) = (nil, nil)
        }
    }

    func mend() {
        let ended = sites.withLock { sites in
            defer { for index in sites.indices { sites[index].brokenAt = nil } }
            return sites
        }
        done.withLock { done in
            for site in ended {
                guard let broken = site.brokenAt else { continue }
                if let seen = site.seenAt { done.feed.append(seen - broken) }
                if let told = site.toldAt { done.page.append(told - broken) }
            }
        }
    }

    /// What the feed was told.
    func hear(_ event: AlertEvent, of sitesByAlert: inout [Fingerprint: (rule: String, site: Int)]) {
        let now = Meter.now
        switch event {
        case .fired(let body):
            guard let site = Int(body.alert.labels["site"].dropFirst(4)) else { return }
            sitesByAlert[body.alert.fingerprint] = (body.alert.rule, site)
            sites.withLock { sites in
                sites[site].firing.insert(body.alert.rule)
                if body.alert.rule == "broken", sites[site].seenAt == nil { sites[site].seenAt = now }
            }
        case .resolved(let body):
            guard let (rule, site) = sitesByAlert[body.alert] else { return }
            sites.withLock { _ = $0[site].firing.remove(rule) }
        default: break
        }
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let parts = request.path.split(separator: "/")
        if parts.first == "site", parts.count == 2, let site = Int(parts[1]) {
            let isBroken = sites.withLock { $0.indices.contains(site) && $0[site].brokenAt != nil }
            return HTTPResponse(statusCode: isBroken ? .internalServerError : .ok)
        }
        let now = Meter.now
        let body = String(decoding: (try? await request.bodyData) ?? Data(), as: UTF8.self)
        if body.contains("\"firing\""), let match = body.firstMatch(of: /"site"\s*:\s*"site([0-9]+)"/),
            let site = Int(match.1)
        {
            sites.withLock { if $0[site].brokenAt != nil, $0[site].toldAt == nil { $0[site].toldAt = now } }
        }
        return HTTPResponse(statusCode: .ok)
    }

    /// Waits until it is so of every site. What is not in time is counted as lost.
    func wait(atMost limit: Duration, _ condition: @Sendable (Site) -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end, !sites.withLock({ $0.allSatisfy(condition) }) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Follows the journal as a dashboard does, on a thread of its own.
private final class Feed: Sendable {
    private let path: String
    private let stage: Stage
    private let isStopped = Mutex(false)

    init(_ path: String, _ stage: Stage) {
        self.path = path
        self.stage = stage
    }

    func start() { Thread { self.follow() }.start() }
    func stop() { isStopped.withLock { $0 = true } }

    private func follow() {
        let watch = JournalWatch(path: path)
        var alerts: [Fingerprint: (rule: String, site: Int)] = [:]
        guard let reader = try? JournalReader(path: path), (try? reader.currentBoard(span: .minutes(1))) != nil else {
            return
        }
        while !isStopped.withLock({ $0 }) {
            let isNews = (try? reader.change()) == .news
            if isNews {
                for entry in (try? reader.news()) ?? [] {
                    if case .event(let event) = entry, case .alert(let alert) = event.body {
                        stage.hear(alert, of: &alerts)
                    }
                }
            }
            watch.wait()
        }
    }
}
