import ArgumentParser
import CLinux
import Console
import Glibc
import Screen

/// The wall screen: reads the journal, writes nothing, takes no orders.
///
/// An executable of its own, so that what it cannot do can be seen from outside: `ldd guardia-kiosk` names no client of
/// any backend.
@main
struct Kiosk: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guardia-kiosk",
        abstract: "The launch on a wall screen: read-only.",
        discussion: """
            It shows who serves, the launch clock and what is wrong, with the age of it all, and says so when the \
            engine falls silent. Keys: ? for help, n for the next page; q leaves where --allow-quit is given.
            """,
        version: "guardia-kiosk 0.1.0")

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp(
            "The journal to show (default: $GUARDIA_JOURNAL, else /var/lib/guardia/guardia.journal).", valueName: "file"
        ))
    var journal: String?

    @Flag(help: "Let q close the screen.")
    var allowQuit = false

    @OptionGroup var screen: ScreenOptions

    /// Parses and runs. Wrong usage ends with 2, as it does with guardia.
    static func main() {
        guardia_keep_no_core()
        do {
            var kiosk = try parseAsRoot()
            try kiosk.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardStream.error.lines(fullMessage(for: error))
            Glibc.exit(2)
        }
    }

    func run() throws {
        let variable = getenv("GUARDIA_JOURNAL").map { String(cString: $0) }
        let journal = journal ?? variable ?? "/var/lib/guardia/guardia.journal"
        let ending = try screen.run(
            journal: journal, mode: .kiosk(mayQuit: allowQuit), engineCommand: EngineStart.command(journal: journal))
        throw ExitCode(ending.exitCode)
    }
}
