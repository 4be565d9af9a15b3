import Actions
import ArgumentParser
import Console
import Launch
import Screen
import Settings

/// `guardia`, `guardia monitor`: the dashboard.
struct Monitor: ParsableCommand {
    static let configuration = CommandConfiguration(
        // Said, because to work it out from the type's name takes milliseconds of the first frame.
        commandName: "monitor",
        abstract: "Open the dashboard on a journal (the default).",
        discussion: """
            It reads the journal and nothing else: no backend can freeze it. Without an engine it says so. \
            Press ? for the keys, q to leave. What is confirmed on it (D, R, P, X, W) is started as a command of its own, \
            which goes on when the dashboard does not.
            """)

    @OptionGroup var journal: JournalOption
    @OptionGroup var screen: ScreenOptions

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The launch config that actions started here are to use.", valueName: "file"))
    var config: String?

    func run() throws {
        let journal = journal.given ?? configured ?? journal.path
        let named =
            config
            ?? (self.journal.given == nil && JournalOption.ofEnvironment == nil ? ConfigOptions.ofEnvironment : nil)
        let ending = try screen.run(
            journal: journal, mode: .operator(name: OperatorIdentity.screenName),
            engineCommand: EngineStart.command(journal: journal, config: named),
            launcher: ActionStart.setup(journal: journal, config: config))
        throw ExitCode(ending.exitCode)
    }

    /// The journal of the config that was named, not that of another launch; nil where none was, or it names none: the
    /// dashboard opens all the same.
    private var configured: String? {
        guard let config else { return nil }
        return try? ConfigOptions.naming(config).journalPath()
    }
}
