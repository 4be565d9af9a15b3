import ArgumentParser
import Console
import Foundation
import Journal
import Launch
import Settings

/// `guardia clock`: T− and T+, holds, the launch window.
struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock",
        abstract: "Print the launch clock and window; hold the clock, let it go on, or give it another T−0.",
        subcommands: [Show.self, Hold.self, Resume.self, Set.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print the clock, its hold, the window and the closer watch.",
            discussion:
                "Exits 0 while the clock runs and the window is open, 3 while it is held, 4 while the window is closed."
        )

        @OptionGroup var journal: JournalSource
        @Flag(help: "Print it as one JSON object, times in UTC.") var json = false

        private struct Report: Encodable {
            var clock: String?
            var zero: String?
            var sinceSeconds: Double?
            var held: ReadinessText.Word?
            var window: String
            var windowOpen: Bool
            var opens: String?
            var closerWatchSecondsLeft: Double?
            var faster: Int?
        }

        func run() throws {
            let path = try journal.path()
            let board: Board
            do { board = try JournalReader(path: path).currentBoard(span: .minutes(1)) } catch {
                throw Failure.failed(error)
            }
            guard let manifest = board.manifest else {
                throw Failure.usage(Told("\(path) knows of no launch yet"))
            }
            let now = SystemClock().now()
            let zone = manifest.zone
            let clock = LaunchClock(base: manifest.launchAt, board.readiness.clock, at: now)
            let state = WindowState(manifest.launchWindow, in: zone, board: board, at: now)
            let opens = state == .open ? nil : manifest.launchWindow?.nextOpening(after: now.utc, in: zone)
            let left = clock?.closerWatchLeft(manifest.closerWatch)
            let text = clock.map { Figures(.argentine).launchClock($0.since) }
            if json {
                Output.json(
                    Report(
                        clock: text, zero: clock.map { PeopleText.utc($0.zero) }, sinceSeconds: clock?.since.seconds,
                        held: clock?.held.map {
                            .init(by: $0.body.by, reason: $0.body.reason, at: PeopleText.utc($0.at.utc))
                        }, window: state.objection ?? "open", windowOpen: state == .open,
                        opens: opens.map { PeopleText.utc($0) }, closerWatchSecondsLeft: left?.seconds,
                        faster: left == nil ? nil : manifest.closerWatch?.faster))
            } else {
                if let clock, let text {
                    var line = "\(text)  T−0 is \(PeopleText.time(clock.zero, zone))"
                    if let hold = clock.held {
                        line =
                            "\(text) HOLD for \(PeopleText.span(clock.heldFor ?? 0)) by \(hold.body.by): \(hold.body.reason)"
                    }
                    Output.line(line)
                } else {
                    Output.line("there is no launch clock: 'launch: at' in the config")
                }
                var window =
                    manifest.launchWindow == nil
                    ? "no launch window is set" : state.objection ?? "the launch window is open"
                if let opens { window += "; it opens \(PeopleText.time(opens, zone))" }
                Output.line(window)
                if let left {
                    Output.line(
                        "closer watch for \(PeopleText.span(left)) more: probes look \(manifest.closerWatch?.faster ?? 1) times as often, pages keep no hours"
                    )
                }
            }
            throw ExitCode(clock?.held != nil ? 3 : state == .open ? 0 : 4)
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hold", abstract: "Stop the launch clock, with a reason; T−0 moves with it.")

        @OptionGroup var options: ActionOptions

        func validate() throws { try ReadinessDesk.reason(options) }

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .clock)
            let (base, clock) = try desk.launchClock()
            if let hold = clock.held {
                throw Failure.refused(Told("\(hold.body.by) holds it already: \(hold.body.reason)"))
            }
            guard clock.isBefore else { throw Failure.refused(Told("T−0 is over: there is nothing to hold")) }
            try desk.confirm(
                options, "Hold the launch clock at \(Figures(.argentine).launchClock(clock.since)): \(options.reason)")
            try await desk.tell(.clockHeld(.init(by: desk.who, reason: options.reason, base: base)))
            Output.line("\(Figures(.argentine).launchClock(clock.since)) HOLD by \(desk.who)")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let a held launch clock go on.")

        @OptionGroup var options: ActionOptions

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .clock)
            let (base, clock) = try desk.launchClock()
            guard let hold = clock.held else { throw Failure.refused(Told("it is not held")) }
            try desk.confirm(options, "Resume the launch clock, which \(hold.body.by) holds: \(hold.body.reason)")
            try await desk.tell(.clockResumed(.init(by: desk.who, reason: options.reason, base: base)))
            Output.line("it goes on; T−0 is \(PeopleText.time(clock.zero, desk.zone))")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Give the launch another T−0, in the future; holds that were are forgotten.",
            discussion: "The config's 'launch: at' stays as it is; another value there makes this void.")

        @OptionGroup var options: ActionOptions
        @Argument(help: "18:00, 2026-03-09T18:00 by the launch's clocks, or with an offset.") var time: String

        func validate() throws { try ReadinessDesk.reason(options) }

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .clock)
            let (base, clock) = try desk.launchClock()
            let now = desk.clock.now().utc
            let zero: Timestamp
            do throws(Misfit) {
                zero = try LaunchTimeText.next(
                    time, after: now, zone: desk.zone, zoneName: desk.launch.zoneName)
            } catch {
                throw Failure.usage(Told("\(error.message)\(error.hint.map { " (\($0))" } ?? "")"))
            }
            guard zero > now else {
                throw Failure.usage(Told("\(PeopleText.time(zero, desk.zone)) is over: a launch is in the future"))
            }
            guard clock.isBefore else { throw Failure.refused(Told("T−0 is over: the launch has been")) }
            let window = WindowState(
                desk.launch.launch.window, in: desk.zone, board: nil,
                at: desk.clock.now().advanced(by: zero - now))
            if let objection = window.objection {
                Output.error("\(objection) at that time: a deploy will need a reason")
            }
            try desk.confirm(options, "T−0 is to be \(PeopleText.time(zero, desk.zone)): \(options.reason)")
            try await desk.tell(.clockSet(.init(by: desk.who, reason: options.reason, to: zero, base: base)))
            Output.line("T−0 is \(PeopleText.time(zero, desk.zone))")
        }
    }
}

extension ReadinessDesk {
    /// T−0 of the config, and the clock now.
    fileprivate func launchClock() throws -> (base: Timestamp, clock: LaunchClock) {
        guard let base = launch.launch.at,
            let clock = LaunchClock(base: base, board.readiness.clock, at: self.clock.now())
        else { throw Failure.usage(Told("the launch config has no 'launch: at': there is no clock")) }
        return (base, clock)
    }
}
