import Foundation
import Journal
import Launch
import Testing

/// The whole of it on a whole launch: MercadoPago fails in the rehearsal, a rule fires, people are woken step by step, somebody
/// takes it on the dashboard, the payments are well again, and those who were woken hear so.
@Suite(.serialized)
struct PaymentOutageTests {
    private struct Outage {
        let rehearsal: LiveRehearsal
        /// The rehearsal's settings, with spans in seconds where they have minutes.
        var config: String { "\(rehearsal.folder)/outage.yaml" }

        /// Puts an engine with the short spans in the place of the rehearsal's own.
        func hasten() throws -> RunningProgram {
            var yaml = try String(contentsOfFile: "\(rehearsal.folder)/launch.yaml", encoding: .utf8)
            for (long, short) in [
                ("interval '5 minutes'", "interval '15 seconds'"), ("interval '20 seconds'", "interval '2 seconds'"),
                ("few: 20", "few: 3"), ("wait: 30s", "wait: 12s"), ("keep_firing_for: 10s", "keep_firing_for: 1s"),
                ("for: 10s", "for: 2s"),
            ] {
                #expect(yaml.contains(long), "\(long)")
                yaml = yaml.replacing(long, with: short)
            }
            try yaml.write(toFile: config, atomically: true, encoding: .utf8)
            for pid in rehearsal.processes("watch --config") { kill(pid, SIGKILL) }
            return try engine("first")
        }

        func engine(_ name: String) throws -> RunningProgram {
            try RunningProgram(
                Program.path("guardia"),
                [
                    "watch", "--config", config, "--journal", rehearsal.journal, "--log",
                    "\(rehearsal.folder)/\(name).log",
                ])
        }

        var board: Board? { try? JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)) }
        var inbox: [String] {
            ((try? String(contentsOfFile: rehearsal.variables["INBOX"] ?? "", encoding: .utf8)) ?? "").split(
                separator: "\n"
            )
            .map(String.init)
        }

        /// The chain about the payments.
        var chain: Escalation? {
            board?.escalations.escalations.last { chain in
                chain.alerts.contains { board?.alerts[$0]?.facts.rule.hasPrefix("payment") == true }
            }
        }

        func expect(
            _ what: String, within seconds: Double, sourceLocation: SourceLocation = #_sourceLocation,
            _ condition: () -> Bool
        ) async throws {
            if try await eventually(within: seconds, condition) { return }
            Issue.record("not seen: \(what)\ninbox:\n\(inbox.joined(separator: "\n"))", sourceLocation: sourceLocation)
            throw CancellationError()
        }

        func told(_ provider: String, _ number: String, _ word: String) -> Int {
            inbox.count { line in
                [provider, number, word].allSatisfy { line.contains($0) } && line.lowercased().contains("payment")
            }
        }

        /// Lets MercadoPago fail, or be well, by its own lever: the scenario's worst, without its three minutes of prelude.
        func fault(_ form: String) throws {
            let gateway = rehearsal.variables["GATEWAY_URL"] ?? ""
            let result = try Program.run("/usr/bin/curl", ["-sf", "-d", form, "\(gateway)/admin/fault"])
            #expect(result.status == 0, "\(result.output)\(result.errors)")
        }
    }

    /// The scenario itself, as `guardia rehearse --scenario payment-outage` runs it, at a pace that leaves the rules time. Nobody acts:
    /// it breaks, people are woken, it mends, they hear so.
    @Test(.timeLimit(.minutes(8))) func theScenarioWakesPeopleAndItsEndIsTold() async throws {
        let rehearsal = try await LiveRehearsal.headless(
            "--bookings 2000 --rate 150 --steady --scenario payment-outage --pace 4")
        defer { try? rehearsal.terminal.press("C-c") }
        let outage = Outage(rehearsal: rehearsal)
        let engine = try outage.hasten()
        defer { engine.killHard() }
        // It begins anew each minute: whichever round is seen will do.
        try await outage.expect("people are woken by SMS and in Slack", within: 180) {
            outage.told("sms", "+54911555501", "CRITICAL") >= 1 && outage.told("slack", "C0LAUNCH", "CRITICAL") >= 1
        }
        #expect(outage.chain?.started.policy.name == "default")
        try await outage.expect("those who were woken hear of the end", within: 180) {
            outage.told("sms", "+54911555501", "RESOLVED") >= 1 && outage.told("slack", "C0LAUNCH", "RESOLVED") >= 1
        }
    }

    private static let ana = "+5491155550101", beto = "+5491155550102"

    @Test(arguments: [false, true])
    func paymentsFailPeopleAreWokenSomebodyTakesItAndTheEndIsTold(isKilled: Bool) async throws {
        let rehearsal = try await LiveRehearsal.headless("--bookings 2000 --rate 150 --steady")
        defer { try? rehearsal.terminal.press("C-c") }
        let outage = Outage(rehearsal: rehearsal)
        var engine = try outage.hasten()
        defer { engine.killHard() }
        try outage.fault("error_rate=0.9&reject_rate=0.9")
        // Whoever is on call by the week is Ana or Beto.
        try await outage.expect("the first step by SMS and in Slack", within: 60) {
            outage.told("sms", "+54911555501", "CRITICAL") >= 1 && outage.told("slack", "C0LAUNCH", "CRITICAL") >= 1
        }
        let first = try #require(outage.chain)
        #expect(first.started.policy.name == "default" && first.started.severity == .critical)
        let sms = try #require(
            outage.inbox.first { $0.contains("sms") && $0.contains("CRITICAL") && $0.lowercased().contains("payment") })
        // What a telephone gets: what is wrong, since when, how to answer, and the link.
        #expect(
            sms.contains("CRITICAL BarberPro rehearsal: ") && sms.contains(" ART. Reply ACK ") && sms.contains("/m/"),
            "\(sms)")
        if isKilled {
            engine.killHard()
            _ = try await engine.status()
            engine = try outage.engine("second")
        }
        try await outage.expect("nobody answers: the second step", within: 60) { (outage.chain?.step?.step ?? 0) >= 1 }
        try await outage.expect("Beto by SMS", within: 20) {
            outage.told("sms", PaymentOutageTests.beto, "CRITICAL") >= 1
        }

        let dashboard = try TerminalScreen(
            "\(Program.path("guardia")) --journal \(rehearsal.journal) --config \(outage.config)", columns: 200,
            rows: 60)
        try await dashboard.expect("the alert in the feed", within: 20) { $0.contains("Payment success") }
        try dashboard.press("3", "a")
        try await dashboard.expect("a dialog that asks", within: 10) { $0.contains("guardia ack") }
        // At first it ignores keys that were meant for something else: the button is chosen, then pressed, until it is done.
        var looks = 0
        try await dashboard.expect("that it is taken", within: 20) { screen in
            if screen.contains("acked by") { return true }
            looks += 1
            // A key's effect is on the screen before the next is chosen by what the screen shows.
            guard looks.isMultiple(of: 5) else { return false }
            if screen.contains("▸Acknowledge") {
                try? dashboard.press("Enter")
            } else if screen.contains("▸No") {
                try? dashboard.press("Right")
            }
            return false
        }
        // The worst of what the outage brought: the payments, or the bookings that they pay.
        try await outage.expect("somebody has it", within: 20) {
            outage.board?.alerts.firing.contains { $0.acknowledged?.body.way == .dashboard } == true
        }
        try dashboard.press("q")
        if outage.chain?.isRunning == true {
            // The dialog took the worst that fired; where that was another of the outage's alerts, the rest is taken by hand.
            _ = try Program.run(
                Program.path("guardia"),
                ["ack", "--all", "--config", outage.config, "--journal", rehearsal.journal])
        }
        try await outage.expect("the chain stops", within: 20) { outage.chain?.isRunning == false }
        try outage.fault("")
        try await outage.expect("those who were woken hear of the end", within: 60) {
            outage.told("sms", PaymentOutageTests.beto, "RESOLVED") >= 1
        }
        #expect(outage.told("sms", PaymentOutageTests.beto, "CRITICAL") <= (isKilled ? 2 : 1) * 2)
        // What else the outage brought (bookings, budgets) may be well a little later than the payments.
        try await outage.expect("no chain is left", within: 60) { outage.board?.escalations.running.isEmpty == true }
    }
}
