import Foundation
import Journal
import Launch
import Testing

/// From a fault to somebody who has it, with the real engine, over the providers' own protocols.
@Suite(.serialized)
struct PagingTests {
    /// The code in the newest SMS to a number.
    private func code(_ launch: PagingLaunch, _ number: String) throws -> String {
        let line = try #require(launch.messages("sms", number, "ACK").last)
        let found = try #require(line.firstMatch(of: /ACK ([0-9]{4})/))
        return String(found.1)
    }

    @Test func aFaultIsToldStepByStepUntilSomebodyHasItAndItsEndToThoseWhoWereWoken() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("step 1 by SMS") { !launch.messages("sms", "+5491155550101", "CRITICAL").isEmpty }
        try await launch.expect("step 1 in Slack and at PagerDuty") {
            !launch.messages("slack", "C0LAUNCH").isEmpty && !launch.messages("pagerduty", "trigger").isEmpty
        }
        try await launch.expect("step 2 by SMS") { !launch.messages("sms", "+5491155550102", "CRITICAL").isEmpty }
        #expect(try launch.run("escalate", "--stop", "nothing").status == 3)

        let alert = try #require(launch.board?.alerts.firing.first { $0.facts.rule == "site_down" })
        #expect(try launch.run("ack", alert.id.text).status == 0)
        try await launch.expect("those who were woken hear of it") {
            !launch.messages("+5491155550101", "ACKNOWLEDGED").isEmpty
                && !launch.messages("+5491155550102", "ACKNOWLEDGED").isEmpty
        }
        #expect(launch.board?.escalations.running.isEmpty == true)
        launch.mendSite()
        try await launch.expect("those who were woken hear of the end") {
            !launch.messages("+5491155550101", "RESOLVED").isEmpty
                && !launch.messages("+5491155550102", "RESOLVED").isEmpty
        }
        // Each was told once of each.
        for number in ["+5491155550101", "+5491155550102"] {
            for word in ["CRITICAL", "ACKNOWLEDGED", "RESOLVED"] {
                #expect(launch.messages("sms", number, word).count == 1, "\(word) to \(number)")
            }
        }
        let contacts = try launch.run("contacts", "--json")
        #expect(contacts.status == 0 && contacts.output.contains("+5491155550101"))
    }

    @Test func killedInTheMiddleTheNextEngineGoesOnWhereItWasAndTellsNothingTwice() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("step 1 is taken") { !launch.messages("sms", "+5491155550101", "CRITICAL").isEmpty }
        launch.kill()
        try launch.start()
        try await launch.expect("step 2", within: 60) { !launch.messages("sms", "+5491155550102", "CRITICAL").isEmpty }
        try launch.post("/admin/reply", "from=%2B5491155550102&body=ACK \(try code(launch, "+5491155550102"))")
        try await launch.expect("the SMS is read") { launch.board?.escalations.running.isEmpty == true }
        launch.kill()
        launch.mendSite()
        try launch.start()
        try await launch.expect("the end is told", within: 60) {
            !launch.messages("+5491155550101", "RESOLVED").isEmpty
                && !launch.messages("+5491155550102", "RESOLVED").isEmpty
        }
        #expect(launch.messages("sms", "+5491155550102", "CRITICAL").count == 1)
        #expect(launch.messages("sms", "RESOLVED").count == 2)
        // A page that was being sent when the engine was killed may come twice; there is no more than that.
        #expect(launch.messages("sms", "+5491155550101", "CRITICAL").count <= 2)
        let alert = try #require(launch.board?.alerts.alerts.values.first { $0.facts.rule == "site_down" })
        #expect(
            alert.story.contains {
                if case .acknowledged(let body) = $0.event { body.by == "beto" && body.way == .sms } else { false }
            })
    }

    @Test func whoAnswersInSlackHasItAndAStrangerDoesNot() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("the pages are taken") {
            !launch.messages("slack", "C0LAUNCH").isEmpty && !launch.messages("pagerduty", "trigger").isEmpty
                && !launch.messages("sms", "+5491155550101", "CRITICAL").isEmpty
        }
        try launch.post("/admin/reply", "from=%2B15550000000&body=ACK \(try code(launch, "+5491155550101"))")
        try launch.post("/admin/reply", "user=USTRANGER&text=ack")
        try await launch.expect("strangers are refused, and it is journaled") {
            Set(launch.board?.escalations.refusals.map(\.body.way) ?? []).isSuperset(of: [.sms, .slack])
        }
        #expect(launch.board?.escalations.running.isEmpty == false)
        try launch.post("/admin/reply", "user=UANA&text=ack")
        try await launch.expect("Slack's word stops it") { launch.board?.escalations.running.isEmpty == true }

        // Given back, it goes on.
        let alert = try #require(launch.board?.alerts.firing.first { $0.facts.rule == "site_down" })
        #expect(try launch.run("unack", alert.id.text).status == 0)
        try await launch.expect("it goes on") { launch.board?.escalations.running.isEmpty == false }
    }

    @Test func whoAcknowledgesAtPagerDutyHasIt() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("PagerDuty is told") { !launch.messages("pagerduty", "trigger").isEmpty }
        // Its times are whole seconds: one of the second in which the chain began would count too.
        try launch.post("/admin/acknowledge", "user=PANA")
        try await launch.expect("PagerDuty's word stops it") { launch.board?.escalations.running.isEmpty == true }
        let alert = try #require(launch.board?.alerts.firing.first { $0.facts.rule == "site_down" })
        #expect(alert.acknowledged?.body.by == "ana")
        #expect(alert.acknowledged?.body.way == .pagerduty)
    }

    @Test func somebodysOwnWordsAreToldByHand() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        let refused = try launch.run("escalate", "--text", "the office burns")
        #expect(refused.status == 2 && refused.output.contains("ana by sms"), "it shows who would be called, and asks")
        #expect(try launch.run("escalate", "--text", "the office burns", "--to-step", "2", "--yes").status == 0)
        try await launch.expect("step 2 is told") {
            !launch.messages("sms", "+5491155550102", "the office burns").isEmpty
        }
        #expect(launch.messages("sms", "+5491155550101").isEmpty)
        #expect(try launch.run("escalate", "--stop", "all").status == 0)
        try await launch.expect("it is stopped") { launch.board?.escalations.running.isEmpty == true }
    }

    /// Nobody would be woken: whoever asks must know it at once, and not believe that somebody is called.
    @Test func whoeverEscalatesWithASilentEngineIsToldToTelephone() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.kill()
        try await launch.expect("the engine is silent") {
            launch.board?.isSilent(at: SystemClock().now()) == true
        }
        let told = try launch.run("escalate", "--text", "the office burns", "--yes")
        #expect(told.status == 4 && told.errors.contains("NOBODY IS BEING CALLED"), "\(told.errors)")
        #expect(!told.output.contains("the engine is told"), "\(told.output)")
        // It is kept for later all the same.
        #expect(launch.board?.escalations.running.count == 1)
    }

    @Test func whoeverTakesAnAlertWithASilentEngineIsWarnedThatTheChainCannotHearIt() async throws {
        let launch = try await PagingLaunch()
        defer { launch.close() }
        try launch.start()
        try await launch.expect("the engine watches") { launch.board?.heartbeat != nil }
        launch.breakSite()
        try await launch.expect("it fires") { launch.board?.alerts.firing.isEmpty == false }
        launch.kill()
        try await launch.expect("the engine is silent") {
            launch.board?.isSilent(at: SystemClock().now()) == true
        }
        // What is listed is what was last known, and a script knows it by the exit code.
        let listed = try launch.run("alerts")
        #expect(
            listed.status == 4 && listed.output.hasPrefix("ENGINE SILENT: the engine is silent since"),
            "\(listed.output)")
        let json = try launch.run("alerts", "--json")
        #expect(json.status == 4 && json.output.hasPrefix("{\"engineSilent\":true"), "\(json.output)")
        let handover = try launch.run("handover")
        #expect(handover.output.contains("**The engine is silent since"), "\(handover.output)")
        let taken = try launch.run("ack", "--all")
        #expect(taken.status == 0 && taken.errors.contains("the engine is silent since"), "\(taken.errors)")
        let rest = try launch.run("alerts")
        #expect(rest.status == 4 && !rest.output.contains("nothing fires"), "\(rest.output)")
    }

    /// A stopped engine gives no sign: neither to systemd nor to the monitor.
    @Test func aStoppedEngineIsSilentToSystemdAndTheMonitor() async throws {
        let socket = "/tmp/guardia-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let systemd = try DatagramEar(path: socket)
        let launch = try await PagingLaunch(
            environment: ["NOTIFY_SOCKET": socket],
            more: "dead_man: [{name: hook, url: \"http://127.0.0.1:PORT/hook\", every: 1s, method: POST}]\n")
        defer { launch.close() }
        try launch.start()
        var said: [String] = []
        try await launch.expect("systemd hears that it is ready and alive") {
            said += systemd.received()
            return said.contains { $0.hasPrefix("READY=1") } && said.contains { $0.hasPrefix("WATCHDOG=1") }
        }
        let series = SeriesID("guardia.dead_man.hook")
        try await launch.expect("the monitor's standing is on the board") {
            launch.board?.track(series)?.lookedAt != nil
        }
        launch.signal(SIGSTOP)
        _ = systemd.received()
        try await Task.sleep(for: .seconds(5))
        #expect(systemd.received().isEmpty)
        launch.signal(SIGCONT)
        try await launch.expect("it goes on") { systemd.received().contains { $0.hasPrefix("WATCHDOG=1") } }
    }
}

/// systemd's end of the notification socket.
final class DatagramEar {
    private let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    func received() -> [String] {
        var all: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return all }
            all.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}
