import Actions
import ArgumentParser
import Console
import Glibc
import Journal
import Launch
import Report

/// `guardia handover`: what whoever takes over must know.
struct HandoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover",
        abstract: "Say in Markdown what changed since you last looked, and how things stand.",
        discussion: """
            Alerts, actions, flags, changes of the config and turns of the go/no-go poll; what is on hold, which waivers and \
            attestations lapse within a shift; who is on call now and next, who watches, what runs, what is \
            silenced and until when, what lapses soon, what is open of the checklist. Where the engine is silent it begins with that. \
            It goes from when you last had a \
            dashboard open, else over the last 8 hours. On the dashboard: O.
            """)

    @OptionGroup var journal: JournalSource

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("From then on: 06:00, -8h, 2026-11-26T06:00:00-03:00.", valueName: "time"))
    var since: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write it; otherwise to the terminal.", valueName: "file"))
    var out: String?

    func run() throws {
        let clock = SystemClock()
        let isForTerminal = (out ?? "-") == "-" && isatty(STDOUT_FILENO) == 1
        let path = try journal.path()
        let text: String
        do {
            let reader = try JournalReader(path: path)
            let now = clock.now()
            var board = try reader.currentBoard()
            board.note(try reader.configChanges(to: now.utc, limit: Board.configChangeLimit))
            let start = try since.map {
                try OperationsText.time($0, "--since", now: now.utc, zone: board.manifest?.zone ?? .utc)
            }
            // Whoever cannot be told is nobody in particular.
            let name = try? OperatorIdentity.current(host: Origin.name).who.name
            let handover = Handover(board, for: name, since: start, at: now)
            text = HandoverMarkdown(handover, manifest: board.manifest, isForTerminal: isForTerminal).text
        } catch let error as JournalError {
            throw Failure.failed(error)
        }
        try OperationsText.write(text, to: out)
    }
}
