import ArgumentParser
import Glibc
import Terminal

/// `guardia reset-terminal`: for a terminal that a killed program left behind.
struct ResetTerminal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-terminal",
        abstract: "Put a terminal back in order that a killed program (kill -9) left behind.",
        discussion: "Type it blindly if you must, with Ctrl-J before and after.")

    func run() throws {
        do { try ResetSequence.apply(to: STDOUT_FILENO) } catch { throw Failure.usage(error) }
    }
}
