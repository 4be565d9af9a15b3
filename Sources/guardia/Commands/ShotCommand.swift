import Actions
import ArgumentParser
import Console
import Foundation
import Journal
import Launch
import Screen
import Settings

/// `guardia shot`: the screen as a file.
struct ShotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shot",
        abstract: "Write the war room as a picture, for the incident channel: .svg, .txt or .ansi.",
        discussion: """
            As it is now, or as it was at a time: -15m is before the end of what is recorded, 14:05 the last one before it. On the \
            screen = does the same with what is shown.
            """)

    @Argument(help: "The file to write; - writes to the terminal (text, or ANSI with --ansi).")
    var file: String

    @OptionGroup var journal: JournalSource

    // `-15m` is a value here, not an option.
    @Option(parsing: .unconditional, help: "As it was then: 2026-11-26T14:05:00-03:00, 14:05, -15m.")
    var at: String?

    @Option(help: ArgumentHelp("How large.", valueName: "columns×rows"))
    var size = "160x50"

    @Option(
        help: ArgumentHelp(
            "Colours: \(ThemeFile.shipped.joined(separator: ", ")), or a theme's file.", valueName: "name|file"))
    var theme = "dark"

    @Flag(help: "ANSI colours where the file's name does not say.")
    var ansi = false

    func run() throws {
        let parts = size.lowercased().split(whereSeparator: { $0 == "x" || $0 == "×" }).compactMap { Int($0) }
        guard parts.count == 2, (40...400).contains(parts[0]), (12...200).contains(parts[1]) else {
            throw Failure.usage(Told("--size \(size): write it as 160x50, from 40x12 to 400x200"))
        }
        let shape = try shape()
        let theme: Theme
        do { theme = try ThemeFile.load(self.theme) } catch { throw Failure.usage(error) }
        do {
            let frame = try frame(Size(width: parts[0], height: parts[1]))
            let text = shape.render(frame, theme: theme)
            guard file != "-" else {
                StandardStream.output.exactly(text)
                return
            }
            try OperationsText.write(text, to: file)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Failure.failed(error)
        }
    }

    private func shape() throws -> Shot {
        if file == "-" { return ansi ? .ansi : .text }
        let end = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if let shape = Shot(rawValue: end) { return shape }
        if ansi { return .ansi }
        throw Failure.usage(Told("\(file): its end says what to write: .svg, .txt or .ansi"))
    }

    private func frame(_ size: Size) throws -> Frame {
        let path = try journal.path()
        let reader = try JournalReader(path: path)
        let clock = SystemClock()
        var model: Model
        if let at {
            let zone = try reader.currentBoard(span: .minutes(1)).manifest?.zone ?? .utc
            guard let extent = try reader.extent() else {
                throw Failure.usage(Told("--at \(at): nothing is recorded yet in \(path)"))
            }
            let (begin, end) = (extent.lowerBound, extent.upperBound)
            guard let time = (try? CalendarText.timestamp(at)) ?? PastTime.parse(at, now: end, zone: zone) else {
                throw Failure.usage(Told("--at \(at): write it as 14:05, -15m or 2026-11-26T14:05:00-03:00"))
            }
            // The newest tick may be some seconds old, and is what is meant by now.
            guard begin <= time, time.milliseconds <= end.milliseconds + Milliseconds.seconds(5).count else {
                let bound = zone.civil(time < begin ? begin : end)
                let text = String(
                    format: "%04d-%02d-%02d %02d:%02d:%02d", bound.year, bound.month, bound.day, bound.hour,
                    bound.minute,
                    bound.second)
                let verb = time < begin ? "begins" : "ends"
                throw Failure.usage(
                    Told("--at \(at): the journal of \(path) \(verb) at \(text) \(zone.abbreviation)"))
            }
            let past = try reader.past(at: time)
            model = Model(board: past.board, now: past.moment, size: size, mode: .replay(end: end))
            _ = model.begin(at: time)
            _ = model.update(.past(past.board, at: past.moment, target: time, asked: time))
        } else {
            model = Model(
                board: try reader.currentBoard(), now: clock.now(), size: size,
                mode: .operator(name: OperatorIdentity.screenName),
                engineCommand: EngineStart.command(journal: path, config: journal.config ?? journal.configOfEnvironment)
            )
        }
        var frame = Frame(size: size)
        view(model, into: &frame)
        return frame
    }
}
