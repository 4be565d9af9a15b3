import ArgumentParser
import Console
import Journal
import Launch
import Screen
import Settings

/// `guardia replay`: a recorded launch, on any machine.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Look at a recorded launch: a journal from anywhere, without its config and its servers.",
        discussion: """
            Space plays, [ and ] go a minute back and forward, { and } from event to event, g to a time. Nothing can be done \
            there. A recording is made with guardia journal export; one ships as Config/recordings/bad-deploy.journal: two bad releases, one that \
            goes back by itself, and a rollback.
            """)

    @Argument(help: "The journal.")
    var file: String

    @Option(
        parsing: .unconditional,
        help:
            "Where to begin: 14:05 (of its last day), -15m (before its end), 2026-11-26T14:05:00-03:00; otherwise near its start."
    )
    var from: String?

    @OptionGroup var screen: ScreenOptions

    func run() throws {
        let extent: ClosedRange<Timestamp>
        do {
            guard let found = try JournalReader(path: file).extent() else {
                throw Told("\(file) holds no readings and no events: there is nothing to replay")
            }
            extent = found
        } catch JournalError.notThere(let path) {
            throw Failure.usage(Told("\(path): there is no such file"))
        } catch {
            throw Failure.usage(error)
        }
        var start = min(extent.lowerBound + .minutes(1), extent.upperBound)
        if let from {
            let zone = (try? JournalReader(path: file).currentBoard(span: .minutes(1)).manifest?.zone) ?? .utc
            // Of a recording the present is its end.
            let time = try OperationsText.time(from, "--from", now: extent.upperBound, zone: zone)
            start = min(max(time, extent.lowerBound), extent.upperBound)
        }
        let ending = try screen.run(
            journal: file, mode: .replay(end: extent.upperBound), engineCommand: "", startAt: start)
        throw ExitCode(ending.exitCode)
    }
}
