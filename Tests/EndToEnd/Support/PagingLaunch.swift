import Foundation
import Journal
import Launch
import Testing

/// A small launch with one thing that can break, an engine of its own, and providers that speak Twilio, Slack and PagerDuty.
final class PagingLaunch {
    let folder: String
    let port: UInt16
    private var engine: RunningProgram?
    private let providers: RunningProgram
    private let environment: [String: String]

    var journal: String { "\(folder)/journal" }
    var config: String { "\(folder)/launch.yaml" }
    var inbox: String { (try? String(contentsOfFile: "\(folder)/inbox", encoding: .utf8)) ?? "" }

    init(environment: [String: String] = [:], more: String = "") async throws {
        folder = "/tmp/guardia-paging-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        self.environment = environment
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try PagingLaunch.freePort()
        _ = FileManager.default.createFile(
            atPath: "\(folder)/token", contents: Data("secret".utf8), attributes: [.posixPermissions: 0o600])
        _ = FileManager.default.createFile(atPath: "\(folder)/well", contents: nil)
        providers = try RunningProgram(
            Program.path("barberpro"), ["providers", "--port", "\(port)", "--inbox", "\(folder)/inbox"])
        try (PagingLaunch.yaml(folder, "http://127.0.0.1:\(port)") + more.replacing("PORT", with: "\(port)"))
            .write(toFile: config, atomically: true, encoding: .utf8)
        let port = port
        try #require(await eventually { PagingLaunch.answers(port) }, "the providers do not answer")
    }

    func close() {
        engine?.killHard()
        providers.killHard()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func yaml(_ folder: String, _ providers: String) -> String {
        """
        product: {name: BarberPro}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: \(folder)/journal}
        operators: [{anyone: true}]
        probes:
          - {name: site, type: command, run: [/bin/sh, -c, "test -e \(folder)/well || exit 2"], every: 1s}
        panes:
          health: [{title: Site, show: site.verdict, judge: [site.up]}]
        channels:
          - name: sms
            type: sms
            url: \(providers)
            account: AC00000000000000000000000000000001
            token: file:\(folder)/token
            from: "+15005550006"
            limit: 20/s
          - {name: slack, type: slack, url: "\(providers)", token: "file:\(folder)/token", to: C0LAUNCH}
          - {name: pagerduty, type: pagerduty, url: "\(providers)", routing_key: "file:\(folder)/token"}
        contacts:
          - {name: ana, title: Ana Pereyra, ways: {sms: "+5491155550101", slack: UANA}}
          - {name: beto, title: Beto Díaz, ways: {sms: "+5491155550102"}}
        escalation:
          - name: default
            steps:
              - {notify: [{contact: ana, by: sms}, {channel: slack}, {channel: pagerduty}], wait: 3s}
              - {notify: {contact: beto}, wait: 1h}
        replies:
          every: 1s
          channels: [sms, slack]
          pagerduty: {url: "\(providers)", token: "file:\(folder)/token", users: {PANA: ana}}
        alerts:
          rules:
            - {alert: site_down, series: site.verdict, verdict: critical, summary: "the site is down", notify: default}

        """
    }

    // MARK: The engine

    func start() throws {
        engine = try RunningProgram(
            "/usr/bin/env",
            environment.map { "\($0.key)=\($0.value)" }
                + [Program.path("guardia"), "watch", "--config", config, "--log", "\(folder)/log"])
    }

    /// As `kill -9` does.
    func kill() {
        engine?.killHard()
        engine = nil
    }

    func signal(_ number: Int32) { engine?.send(number) }

    func run(_ command: String...) throws -> Program.Result {
        try Program.run(Program.path("guardia"), command + ["--config", config, "--journal", journal])
    }

    func breakSite() { try? FileManager.default.removeItem(atPath: "\(folder)/well") }
    func mendSite() { _ = FileManager.default.createFile(atPath: "\(folder)/well", contents: nil) }

    // MARK: What came of it

    var board: Board? { try? JournalReader(path: journal).currentBoard(span: .minutes(1)) }

    /// Lines of the inbox that contain all of some words.
    func messages(_ words: String...) -> [String] {
        inbox.split(separator: "\n").map(String.init).filter { line in words.allSatisfy { line.contains($0) } }
    }

    func expect(
        _ what: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () -> Bool
    ) async throws {
        if try await eventually(within: seconds, condition) { return }
        let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
        Issue.record("not seen: \(what)\ninbox:\n\(inbox)\nlog:\n\(log)", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// Somebody acts at a provider.
    func post(_ path: String, _ form: String) throws {
        let result = try Program.run(
            "/usr/bin/curl", ["-sf", "-d", form, "http://127.0.0.1:\(port)\(path)"])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    private static func answers(_ port: UInt16) -> Bool {
        (try? Program.run("/usr/bin/curl", ["-s", "-o", "/dev/null", "http://127.0.0.1:\(port)/"]).status) == 0
    }

    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Foundation.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
