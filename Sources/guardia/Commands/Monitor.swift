import Actions
import ArgumentParser
import Console
import Screen

/// `guardia`, `guardia monitor`: the dashboard.
struct Monitor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open the dashboard on a journal (the default).",
        discussion: """
            It reads the journal and nothing else: no backend can freeze it. Without an engine it says so. \
            Press ? for the keys, q to leave.
            """)

    @OptionGroup var journal: JournalOption
    @OptionGroup var screen: ScreenOptions

    func run() throws {
        let ending = try screen.run(
            journal: journal.path, mode: .operator(name: OperatorIdentity.screenName), engineCommand: "systemctl start guardia")
        throw ExitCode(ending.exitCode)
    }
}
