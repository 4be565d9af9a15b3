import Foundation
import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

/// A real prometheus-alertmanager in a private folder, on a port of its own.
private final class Alertmanager {
    let url: String
    private let folder: URL
    private let process = Process()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("alertmanager-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let config = folder.appendingPathComponent("config.yml")
        try "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".write(
            to: config, atomically: true, encoding: .utf8)
        let port = try #require(Alertmanager.freePort())
        url = "http://127.0.0.1:\(port)"
        process.executableURL = URL(fileURLWithPath: "/usr/bin/prometheus-alertmanager")
        process.arguments = [
            "--config.file=\(config.path)", "--storage.path=\(folder.path)/data", "--cluster.listen-address=",
            "--web.listen-address=127.0.0.1:\(port)",
        ]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    func stop() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func freePort() -> UInt16? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        return isBound ? UInt16(bigEndian: address.sin_port) : nil
    }
}

@Suite("A real Alertmanager", .serialized, .timeLimit(.minutes(2)))
struct AlertmanagerTests {
    /// An evaluator that runs, a link to an Alertmanager, and a way to ask that for what it knows.
    private struct Lab {
        let server: Alertmanager
        let reactor: Reactor
        let evaluator: AlertEvaluator
        let link: AlertmanagerLink
        let recorder = MemoryRecorder()
        let clock = SystemMoments()
        let http: HTTPClient
        let task: Task<Void, Never>

        init(sends: Bool = false, rules: [AlertRule] = [], series: [Series] = []) async throws {
            server = try Alertmanager()
            let reactor = try Reactor()
            self.reactor = reactor
            let plan = AlertPlan(AlertSettings(rules: rules), series: series, zone: .utc)
            let evaluator = AlertEvaluator(
                AlertMachine(plan, sources: ["am-1", "am-1 itself"], now: clock.now()), recorder: recorder, clock: clock
            )
            self.evaluator = evaluator
            link = AlertmanagerLink(
                AlertmanagerPlan(name: "am-1", url: server.url, sends: sends, policy: "default"), origin: "bastion-1",
                runbook: Runbook(url: "https://wiki.example/runbook"),
                alerting: evaluator, on: reactor, clock: clock, secret: { _ in "" })
            http = HTTPClient(on: reactor)
            task = Task { await evaluator.run() }
            let ready = HTTPRequest(server.url + "/-/ready")
            try await until("it is ready") { [http] in try? await http.send(ready, deadline: .seconds(1)).status }
        }

        func close() async {
            evaluator.inbox.finish()
            await task.value
            server.stop()
            reactor.shutdown()
        }

        func ask(_ path: String, method: String = "GET", _ body: String? = nil) async throws -> String {
            let request = HTTPRequest(
                "\(server.url)/api/v2/\(path)", method: method,
                headers: [HTTPRequest.Header("Content-Type", "application/json")], body: body.map { Array($0.utf8) })
            let response = try await http.send(request, deadline: .seconds(5))
            #expect(response.status == 200, "\(response.text)")
            return response.text
        }

        func say(_ event: AlertEvent) {
            evaluator.inbox.yield(.events([Event(origin: "bastion-1", at: clock.now(), body: .alert(event))]))
        }

        /// Looks again and again until `condition` holds.
        @discardableResult
        func until<Value>(_ what: String, _ condition: () async throws -> Value?) async throws -> Value {
            let end = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < end {
                if let value = try await condition() { return value }
                try await Task.sleep(for: .milliseconds(20))
            }
            throw Never_(what: what)
        }

        @discardableResult
        func lookUntil<Value>(_ what: String, _ condition: (AlertLog) -> Value?) async throws -> Value {
            try await until(what) {
                await link.look()
                return condition(await evaluator.log)
            }
        }
    }

    private struct Never_: Error { var what: String }

    private struct SystemMoments: Launch.Clock {
        func now() -> Moment {
            let utc = Int64((Date().timeIntervalSince1970 * 1000).rounded())
            return Moment(
                utc: Timestamp(milliseconds: utc), uptime: Milliseconds(utc), boot: BootID(rawValue: 1))
        }
    }

    private static let disk = """
        [{"labels": {"alertname": "DiskFull", "severity": "critical", "host": "db-1"},
          "annotations": {"summary": "\\u001b[31mdisk\\u202e full", "runbook_url": "javascript:alert(1)"}}]
        """

    @Test func itsAlertsAreOursAndWhatIsSaidOfThemIsWrittenBack() async throws {
        let lab = try await Lab()
        _ = try await lab.ask("alerts", method: "POST", Self.disk)
        let alert = try await lab.lookUntil("the alert is here") { $0.firing.first }
        #expect(alert.facts.source == "am-1" && alert.facts.severity == .critical && alert.facts.policy == "default")
        #expect(alert.facts.runbook == nil)
        // The fingerprint is the one that it gives itself.
        #expect(try await lab.ask("alerts").contains("\"fingerprint\":\"\(alert.id)\""))

        lab.say(.acknowledged(.init(alert: alert.id, by: "ana", way: .command, until: nil, comment: "on it")))
        try await lab.until("the ack is a silence there") {
            await lab.link.look()
            let text = try await lab.ask("silences")
            return text.contains("ACK! on it") && text.contains("\"createdBy\":\"ana\"") ? true : nil
        }
        try await lab.until("it is quiet there") {
            try await lab.ask("alerts?active=false").contains("DiskFull") ? true : nil
        }
        await lab.link.look()
        await lab.link.look()
        // Our own word is no silence of theirs, and is not said twice.
        #expect(await lab.evaluator.log[alert.id]?.isSuppressed == false)
        #expect(await lab.evaluator.log.silences.isEmpty)
        #expect(try await lab.ask("silences").components(separatedBy: "ACK!").count == 2)

        lab.say(.unacknowledged(.init(alert: alert.id, by: "ana")))
        try await lab.until("the ack is over there") {
            await lab.link.look()
            return try await lab.ask("alerts?silenced=false").contains("DiskFull") ? true : nil
        }
        await lab.close()
    }

    @Test func silencesGoBothWays() async throws {
        let lab = try await Lab()
        _ = try await lab.ask("alerts", method: "POST", Self.disk)
        let alert = try await lab.lookUntil("the alert is here") { $0.firing.first }
        let now = lab.clock.now().utc
        let silence = Silence(
            id: "silence-1", matchers: [LabelMatcher(name: "host", value: "db.*", isRegex: true)], from: now,
            until: now + .minutes(20), by: "ana", comment: "maintenance")
        lab.say(.silenced(silence))
        try await lab.until("it is there") {
            await lab.link.look()
            return try await lab.ask("silences").contains("maintenance [guardia silence-1]") ? true : nil
        }
        #expect(await lab.evaluator.log[alert.id]?.silences == ["silence-1"])
        lab.say(.unsilenced(.init(silence: "silence-1", by: "ana")))
        try await lab.until("it is over there") {
            await lab.link.look()
            return try await lab.ask("alerts?silenced=false").contains("DiskFull") ? true : nil
        }

        let theirs = """
            {"matchers": [{"name": "host", "value": "db-1", "isRegex": false, "isEqual": true}], "createdBy": "bruno",
             "startsAt": "\(AlertmanagerCodec.text(now))", "endsAt": "\(AlertmanagerCodec.text(now + .hours(1)))",
             "comment": "known"}
            """
        _ = try await lab.ask("silences", method: "POST", theirs)
        let quiet = try await lab.lookUntil("it is quiet here") { log in
            log[alert.id].flatMap { $0.silences.isEmpty ? nil : $0 }
        }
        let known = await lab.evaluator.log.silences[quiet.silences[0]]
        #expect(known?.by == "bruno" && known?.source == "am-1")
        await lab.close()
    }

    @Test func ourAlertsAreItsAndComeBackAsNoOthers() async throws {
        let series = Series(id: "api.p95", title: "API p95", unit: .milliseconds, interval: .hours(1))
        let rule = AlertRule(
            name: "slow", condition: .bound("api.p95", .above(200), clear: nil), severity: .critical, runbook: "#slow")
        let lab = try await Lab(sends: true, rules: [rule], series: [series])
        lab.evaluator.inbox.yield(.readings([Reading("api.p95", .number(250))], at: lab.clock.now()))
        try await lab.until("it is there") {
            await lab.link.look()
            let text = try await lab.ask("alerts")
            return text.contains("API p95 250 ms") && text.contains("\"severity\":\"critical\"") ? true : nil
        }
        #expect(try await lab.ask("alerts").contains("\"runbook_url\":\"https://wiki.example/runbook#slow\""))
        await lab.link.look()
        #expect(await lab.evaluator.log.firing.count == 1)
        lab.evaluator.inbox.yield(.readings([Reading("api.p95", .number(100))], at: lab.clock.now()))
        try await lab.until("it is over there") {
            await lab.link.look()
            return try await lab.ask("alerts") == "[]\n" ? true : nil
        }
        await lab.close()
    }

    @Test func oneThatFallsSilentResolvesNothing() async throws {
        let lab = try await Lab()
        _ = try await lab.ask("alerts", method: "POST", Self.disk)
        let alert = try await lab.lookUntil("the alert is here") { $0.firing.first }
        lab.server.stop()
        let link = try await lab.lookUntil("its silence is an alert") { log in
            log.firing.first { $0.facts.rule == "AlertmanagerUnreachable" }
        }
        #expect(link.facts.labels["alertmanager"] == "am-1")
        #expect(await lab.evaluator.log[alert.id]?.state == .firing)
        await lab.close()
    }

    @Test func anAnswerThatIsNoneIsRefused() throws {
        let plan = AlertmanagerPlan(name: "am-1", url: "http://127.0.0.1:1")
        let now = SystemMoments().now()
        for text in ["", "{}", "[{\"labels\": 1}]", "<html>"] {
            #expect(throws: AlertmanagerCodec.Refused.self) {
                try AlertmanagerCodec.alerts(Array(text.utf8), of: plan, origin: "a", now: now)
            }
        }
        let one = """
            {"labels":{"alertname":"\(String(repeating: "é", count: 4000))"},"startsAt":"2026-11-27T05:00:00Z","status":{}}
            """
        let long = try AlertmanagerCodec.alerts(Array("[\(one)]".utf8), of: plan, origin: "a", now: now)
        #expect(long[0].facts.rule.utf8.count <= 1024)
        let flood = "[" + Array(repeating: one, count: AlertmanagerCodec.alertLimit + 1).joined(separator: ",") + "]"
        #expect(throws: AlertmanagerCodec.Refused.self) {
            try AlertmanagerCodec.alerts(Array(flood.utf8), of: plan, origin: "a", now: now)
        }
    }
}
