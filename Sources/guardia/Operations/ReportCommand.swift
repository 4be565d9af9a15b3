import ArgumentParser
import Console
import Foundation
import Glibc
import Journal
import Launch
import Report
import Screen
import Settings

/// `guardia report`: the launch written down.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the launch down from its journal: one HTML page, or Markdown.",
        discussion: """
            Timeline, figures and latencies with their targets, alerts with how fast people came, actions with who did them, \
            gates, availability and its budget, the checklist. The page asks nobody for anything: it opens without a network, \
            and prints. It needs a journal and nothing else, so a recording will do: --journal \
            Config/recordings/bad-deploy.journal.

            Without --from it tells of the last 48 hours that were recorded.
            """)

    @OptionGroup var journal: JournalSource

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("From then on: 2026-11-26T09:00:00-03:00, 14:05, -24h.", valueName: "time"))
    var from: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Until then; otherwise until the last that was recorded.", valueName: "time"))
    var to: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Where to write it, - for standard output. Otherwise Markdown goes to the terminal, HTML to a file of this folder whose name is told; both into a pipe.",
            valueName: "file"))
    var out: String?

    @Flag(help: "Markdown instead of HTML.")
    var md = false

    func run() throws {
        let clock = SystemClock()
        let path = try journal.path()
        let report: LaunchReport
        do {
            let reader = try JournalReader(path: path)
            let manifest = try reader.currentBoard(span: .minutes(1)).manifest
            let (zone, figures) = (manifest?.zone ?? .utc, manifest?.figures ?? .argentine)
            let start = try from.map { try OperationsText.time($0, "--from", now: clock.now().utc, zone: zone) }
            let end = try to.map { try OperationsText.time($0, "--to", now: clock.now().utc, zone: zone) }
            if let start, let end, start >= end { throw Failure.usage(Told("--from is not before --to")) }
            report = LaunchReport(
                try LaunchReport.Material.read(reader, from: start, to: end, now: clock.now().utc) {
                    EventText.words($0.body, [:], figures)
                })
        } catch let error as JournalError {
            throw Failure.failed(error)
        }
        let text = md ? ReportMarkdown(report).text : ReportPage(report).text
        try OperationsText.write(text, to: out, instead: md ? nil : name(of: report))
    }

    /// A file in this folder for a page that nobody wants to read on a terminal; none that is there is written over.
    private func name(of report: LaunchReport) -> String {
        let stem = "guardia-report-\(report.fileStamp)"
        return ([stem] + (2...99).map { "\(stem)-\($0)" }).map { $0 + ".html" }.first { access($0, F_OK) != 0 }
            ?? "\(stem)-\(getpid()).html"
    }
}

/// What the commands of a launch day share.
enum OperationsText {
    /// A time as it is typed: whole, as a time of day, or as a span before now.
    static func time(_ text: String, _ option: String, now: Timestamp, zone: Zone) throws -> Timestamp {
        guard let time = (try? CalendarText.timestamp(text)) ?? PastTime.parse(text, now: now, zone: zone) else {
            throw Failure.usage(Told("\(option) \(text): write it as 14:05, -24h or 2026-11-26T14:05:00-03:00"))
        }
        return time
    }

    /// Writes a text to a file, whole or not at all, and says where; nil: to the terminal.
    ///
    /// - Parameter instead: the file that takes what is no text for a terminal: nil where it is one.
    static func write(_ text: String, to path: String?, instead: String? = nil) throws {
        let path = path ?? (isatty(STDOUT_FILENO) == 1 ? instead : nil)
        guard let path, path != "-" else {
            // On a terminal what comes from outside is marked; into a file or a pipe it goes as it is.
            isatty(STDOUT_FILENO) == 1 ? StandardStream.output.lines(text) : StandardStream.output.exactly(text)
            return
        }
        do { try WrittenFile.write(text, to: path) } catch { throw Failure.failed(error) }
        Output.line(path)
    }
}
