import ArgumentParser

/// The command line. Without a subcommand it opens the dashboard.
@main
struct Guardia: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guardia",
        abstract: "The war room of a launch, in a terminal.",
        discussion: """
            Without a subcommand it opens the dashboard on the journal of this machine. To see it live without setting \
            anything up: guardia rehearse. On the screen, ? lists every key.

            Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, or no terminal.
            """,
        version: Version.text,
        subcommands: [
            Monitor.self, Watch.self, Rehearse.self, Check.self, Graph.self, JournalCommand.self, Keys.self,
            ResetTerminal.self,
        ],
        defaultSubcommand: Monitor.self)
}

/// The version of this guardia.
enum Version {
    static let number = "0.1.0"
    static let text = "guardia \(number)"
}
