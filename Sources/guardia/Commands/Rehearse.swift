import Actions
import ArgumentParser
import Console
import Foundation
import Journal
import Launch
import Notify
import Rehearsal
import Screen
import Settings
import UnixSignals

/// `guardia rehearse`: a whole launch on this machine, and the war room on it.
struct Rehearse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Rehearse a launch on this machine: real servers, two colours, traffic, and the war room on it.",
        discussion: """
            Starts PostgreSQL, Redis and nginx in a private folder, BarberPro in miniature in two colours behind the \
            door, its customers, and an engine that watches it all; then opens the dashboard. Whatever way it ends, \
            its servers end and its folder goes.

            Every other command works on it from another terminal, once that is told which launch is meant:
              eval "$(guardia rehearse --env)"
            sets GUARDIA_CONFIG and GUARDIA_JOURNAL there, and there alone, and PROVIDERS_URL, by which its telephones answer. \
            An action that goes by them says so. Where several run, --folder chooses one.

            Scenarios:
            \(Scenario.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

            Releases: a version that ends in -bad fails one request in five, in -slow it takes 900 ms longer, in -dead it \
            never answers, in -wrong it tells another version, in -late it is well for 45 seconds, then fails one request \
            in five, and in -lost its search answers 404 to customers: no error, and nothing is sold. Any other version is well.
            """)

    @Option(help: ArgumentHelp("What happens to the launch: one of the scenarios above.", valueName: "name"))
    var scenario = "calm"

    @Option(
        help: ArgumentHelp(
            "How many times as fast the scenario goes. Probes and rules keep their own time: what lasts too short fires nothing.",
            valueName: "factor"))
    var pace = 1

    @Option(help: "Bookings of the past weeks in the database.")
    var bookings = Rehearsal.Options().bookings

    @Option(help: "Requests a second, as an average of the week.")
    var rate = Rehearsal.Options().rate

    @Flag(help: "As many customers at night as by day, instead of the shape of a week.")
    var steady = false

    @Flag(help: "Open no dashboard: run until interrupted, and print how to look at it from elsewhere.")
    var headless = false

    @Flag(help: "Start nothing: print the lines by which a shell finds the rehearsal that runs.")
    var env = false

    @Option(help: ArgumentHelp("With --env, where several run: the one in this folder.", valueName: "folder"))
    var folder: String?

    @OptionGroup var screen: ScreenOptions

    func validate() throws {
        if folder != nil, !env { throw ValidationError("--folder chooses one that runs: it goes with --env") }
        guard Scenario.named(scenario) != nil else {
            throw ValidationError(
                "there is no scenario '\(scenario)'; the scenarios are \(Scenario.all.map(\.name).joined(separator: ", "))"
            )
        }
        guard (1...20).contains(pace) else { throw ValidationError("--pace is from 1 to 20") }
        guard (1...50_000_000).contains(bookings) else { throw ValidationError("--bookings is from 1 to 50000000") }
        guard (0.1...10_000).contains(rate) else { throw ValidationError("--rate is from 0.1 to 10000") }
    }

    func run() async throws {
        if env { return try printEnvironment() }
        guard let scenario = Scenario.named(scenario) else { return }
        // What cannot be drawn on is found out before anything is started.
        if !headless, isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0 {
            Output.error(
                "no terminal: standard input and output must be one. Over ssh, use `ssh -t`; without one, --headless")
            throw ExitCode(2)
        }
        Output.error("starting PostgreSQL, Redis, nginx and BarberPro in a private folder …")
        do {
            let rehearsal = try await Rehearsal.start(
                Rehearsal.Options(
                    scenario: scenario.paced(by: pace), bookings: bookings, rate: rate, isSteady: steady,
                    strangers: .seconds(7)))
            do {
                let journal = try await startEngine(of: rehearsal)
                let standing = standing(of: rehearsal, journal: journal)
                standing.keep()
                defer { standing.forget() }
                Output.error("every other command works on it from another terminal, after:")
                Output.error("    eval \"$(guardia rehearse --env)\"")
                let code = headless ? await wait(journal: journal, rehearsal) : try show(journal: journal, rehearsal)
                Output.error("ending what was started: some seconds …")
                await rehearsal.stop()
                throw ExitCode(code)
            } catch {
                await rehearsal.stop()
                throw error
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            throw Failure.failed(error)
        }
    }

    /// Only a rehearsal starts its engine as a child: `guardia watch`, as an operator would start it, on a config that is
    /// the shipped one with the addresses of this rehearsal filled in.
    private func startEngine(of rehearsal: Rehearsal) async throws -> String {
        let folder = rehearsal.variables["REHEARSAL_FOLDER"] ?? "/tmp"
        let config = configPath(of: rehearsal)
        let token = "\(folder)/gateway-token"
        let journal = rehearsal.variables["JOURNAL"] ?? "\(folder)/journal.sqlite"
        try rehearsal.fill(String(decoding: RehearsalSettings.yaml, as: UTF8.self))
            .write(toFile: config, atomically: true, encoding: .utf8)
        try Data(RehearsalSettings.runbook).write(to: URL(fileURLWithPath: "\(folder)/runbook.md"))
        let secret = Data((rehearsal.variables["GATEWAY_TOKEN"] ?? "").utf8)
        guard FileManager.default.createFile(atPath: token, contents: secret, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: token]) }
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let leftovers = [Spool(of: journal).memoryFolder, Outbox.memoryFolder(of: journal)].compactMap(\.self)
        let command = [program, "watch", "--config", config, "--journal", journal]
        try await rehearsal.startEngine(command, leftovers: leftovers) {
            let beat = (try? JournalReader(path: journal))?.heartbeat()
            return !Heartbeat.isSilent(beat, at: SystemClock().now())
        }
        return journal
    }

    private func printEnvironment() throws {
        let running = RunningRehearsal.all
        guard !running.isEmpty else {
            throw Failure.failed(Told("no rehearsal of yours runs on this machine: guardia rehearse starts one"))
        }
        let wanted = folder.map { ($0 as NSString).standardizingPath }
        let chosen = running.filter { wanted == nil || $0.folder == wanted }
        // Never one of several by itself: the commands that follow would go to a launch that nobody meant.
        guard let standing = chosen.first, chosen.count == 1 else {
            let folders = running.map(\.folder).joined(separator: ", ")
            throw Failure.usage(
                Told(
                    wanted.map { "no rehearsal of yours runs in \($0); there is one in \(folders)" }
                        ?? "\(running.count) rehearsals of yours run: choose one with --folder, of \(folders)"))
        }
        for line in standing.lines { Output.line(line) }
    }

    private func standing(of rehearsal: Rehearsal, journal: String) -> RunningRehearsal {
        RunningRehearsal(
            config: configPath(of: rehearsal), journal: journal, providers: rehearsal.variables["PROVIDERS_URL"])
    }

    private func configPath(of rehearsal: Rehearsal) -> String {
        "\(rehearsal.variables["REHEARSAL_FOLDER"] ?? "/tmp")/launch.yaml"
    }

    private func show(journal: String, _ rehearsal: Rehearsal) throws -> Int32 {
        try screen.run(
            journal: journal, mode: .operator(name: OperatorIdentity.screenName),
            engineCommand: "guardia rehearse (its engine died)",
            launcher: ActionStart.setup(journal: journal, config: configPath(of: rehearsal))
        ).exitCode
    }

    private func wait(journal: String, _ rehearsal: Rehearsal) async -> Int32 {
        let config = configPath(of: rehearsal)
        Output.line("ready. Look at it from another terminal:")
        Output.line("  guardia --journal \(journal) --config \(config)")
        Output.line("  guardia-kiosk --journal \(journal)")
        Output.line("Every other command works on it after these lines:")
        for line in standing(of: rehearsal, journal: journal).lines { Output.line("  \(line)") }
        Output.line("What its config calls them, for guardia check --set NAME=VALUE and scripts:")
        for (name, value) in rehearsal.variables.sorted(by: { $0.key < $1.key }) { Output.line("  \(name)=\(value)") }
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { break }
        return 0
    }
}
