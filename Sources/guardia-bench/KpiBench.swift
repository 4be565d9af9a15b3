import ArgumentParser
import Glibc
import Launch
import Settings
import Watch
import Wire

/// `guardia-bench kpi`: what the business figures cost their database.
struct KpiBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kpi",
        abstract:
            "Ask BarberPro's database for fifty business figures every five seconds, as the engine does, and measure its CPU."
    )

    @Argument(help: "The folder of the database's socket.") var socket: String
    @Option(help: "How many figures.") var count = 50
    @Option(help: "How many rounds are measured.") var rounds = 12
    @Option(help: "Seconds between rounds.") var every = 5.0

    func run() async throws {
        let questions = try questions()
        let target = PostgresTarget(
            host: socket, database: "barberpro", user: "guardia", sslMode: "disable", questions: questions,
            vitals: false)
        let reactor = try Reactor()
        defer { reactor.shutdown() }
        let context = ProbeContext(reactor: reactor, clock: UptimeClock()) { _ in "" }
        let prober = PostgresProber(target, in: context)
        let watcher = PostgresClient(try PostgresSettings(target) { _ in "" }, on: reactor)
        // Connections, plans and the weeks of the comparison.
        for _ in 0..<7 { _ = try await prober.look(deadline: .seconds(20)) }
        let pids = try await watcher.query(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'guardia' AND pid <> pg_backend_pid()",
            deadline: .seconds(5))
        let backends = (0..<pids.count).compactMap { pids[$0, 0].flatMap { Int32($0) } }
        var answered = 0
        var used = 0.0
        let start = ContinuousClock.now
        for round in 0..<rounds {
            let before = backends.reduce(0) { $0 + Self.cpu(of: $1) }
            let findings = try await prober.look(deadline: .seconds(5))
            used += backends.reduce(0) { $0 + Self.cpu(of: $1) } - before
            answered += findings.count { if case .missed = $0.measurement { false } else { true } }
            try await Task.sleep(until: start + .seconds(every * Double(round + 1)), clock: .continuous)
        }
        print("figures \(questions.count)")
        print("answered_per_round \(Double(answered) / Double(rounds))")
        print("database_ms_per_round \(used * 1000 / Double(rounds))")
        print("database_percent_of_a_core \(used / (Double(rounds) * every) * 100)")
        await prober.close()
        await watcher.close()
    }

    /// The questions of the rehearsal's config, again and again until there are enough: none of the same text, or it would be
    /// asked once.
    private func questions() throws -> [Question] {
        let launch = try RehearsalSettings.load(variables: RehearsalSettings.example).configuration
        let own = launch.probes.compactMap { probe -> [Question]? in
            if case .postgres(let target) = probe.target, probe.name == "kpi" { target.questions } else { nil }
        }.joined()
        let all = Array(own)
        return (0..<count).map { index in
            var question = all[index % all.count]
            question.name += "_\(index)"
            question.text += " -- \(index)"
            return question
        }
    }

    /// Seconds of CPU that a process has used.
    private static func cpu(of pid: Int32) -> Double {
        guard let file = fopen("/proc/\(pid)/schedstat", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        return Double(strtoull(line, nil, 10)) / 1e9
    }
}

/// The machine's clocks.
private struct UptimeClock: Launch.Clock {
    func now() -> Moment {
        Moment(
            utc: Timestamp(milliseconds: Int64(time(nil)) * 1000), uptime: Milliseconds(Int64(Meter.now * 1000)),
            boot: BootID(rawValue: 1))
    }
}
