import ArgumentParser
import Foundation
import Journal
import Launch

/// `guardia readiness`: the go/no-go poll.
struct ReadinessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readiness",
        abstract: "Take the go/no-go poll, or say something in it: attest, waive, hold, release.",
        subcommands: [Show.self, Attest.self, Waive.self, Hold.self, Release.self], defaultSubcommand: Show.self)

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print the poll by station: verdict, by whom, why, and the evidence with its age.",
            discussion: """
                The evidence is what the engine has journaled; where the engine is silent, or what it last wrote is too old, \
                nothing is go.

                Exit codes: 0 GO; 1 NO-GO; 3 HOLD, a person holds it or has still to say something; 4 UNKNOWN, evidence is \
                missing or stale, or the engine is silent; 2 there is no journal to read, or no poll in it.
                """)

        @OptionGroup var journal: JournalSource

        @Argument(help: "One station alone, with all its evidence.")
        var station: String?

        @Flag(help: "Print it as one JSON object, times in UTC.")
        var json = false

        func run() throws {
            let path = try journal.path()
            let board: Board
            do { board = try JournalReader(path: path).currentBoard(span: .minutes(1)) } catch {
                throw Failure.usage(error)
            }
            let now = SystemClock().now()
            guard let poll = ReadinessPoll(board, at: now) else {
                throw Failure.usage(
                    Told(
                        "\(path) has no poll: give the launch config a section 'readiness' and start the engine anew"
                    ))
            }
            let text = ReadinessText(poll: poll, board: board, now: now)
            guard let station else {
                if json { Output.json(text.report) } else { text.lines.forEach { Output.line($0) } }
                throw ExitCode(poll.verdict.exitCode)
            }
            guard let found = poll[station] else {
                throw Failure.usage(
                    Told(
                        "there is no station '\(station)'; they are \(poll.stations.map(\.name).joined(separator: ", "))"
                    ))
            }
            if json {
                Output.json(text.report(of: found))
            } else {
                text.lines(of: found, isWhole: true).forEach { Output.line($0) }
            }
            throw ExitCode(found.verdict.exitCode)
        }
    }

    struct Attest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attest",
            abstract:
                "Say, under your own name and until a time, that a station is go; or with --no-go, that it is not.",
            discussion: "For stations with a check 'attested' only: the others are decided by their checks.")

        @OptionGroup var options: ActionOptions
        @Argument(help: "The station.") var station: String
        @OptionGroup var end: EndOptions
        @Flag(help: "Say that it is not go.") var noGo = false

        func validate() throws { try ReadinessDesk.reason(options) }

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .readiness)
            let known = try desk.station(station)
            guard known.checks.contains(where: { if case .attested = $0 { true } else { false } }) else {
                throw Failure.refused(
                    Told("\(station) is decided by its checks: nobody can say that it is go; waive it or hold it"))
            }
            let until = try desk.end(until: end.until, for: end.for, atMost: ReadinessOrder.longestAttestation)
            let word = noGo ? "NO-GO" : "GO"
            try desk.confirm(
                options,
                "\(desk.who) says \(word) for \(known.title) until \(PeopleText.time(until, desk.zone)): \(options.reason)"
            )
            try await desk.tell(
                .attested(.init(station: station, by: desk.who, isGo: !noGo, reason: options.reason, until: until)))
            Output.line("\(known.title): \(word) by \(desk.who) until \(PeopleText.time(until, desk.zone))")
        }
    }

    struct Waive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "waive",
            abstract: "Let a station pass that is not go, until a time; or with --end, no longer.",
            discussion:
                "It is shown as waived, by whom and why, and its end is told loudly. A silent engine cannot be waived.")

        @OptionGroup var options: ActionOptions
        @Argument(help: "The station.") var station: String
        @OptionGroup var span: EndOptions
        @Flag(help: "Take a waiver back.") var end = false

        func validate() throws {
            guard !end else { return }
            try ReadinessDesk.reason(options)
        }

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .waive)
            let known = try desk.station(station)
            if end {
                guard desk.board.readiness.waivers[station] != nil else {
                    throw Failure.refused(Told("nobody waives \(station)"))
                }
                try desk.confirm(options, "End the waiver of \(known.title).")
                try await desk.tell(.unwaived(.init(station: station, by: desk.who, reason: options.reason)))
                return Output.line("\(known.title) is waived no longer")
            }
            let until = try desk.end(until: span.until, for: span.for, atMost: ReadinessOrder.longestWaiver)
            let found = ReadinessPoll(desk.board, at: desk.clock.now())?[station]
            if found?.found == .go { throw Failure.refused(Told("\(known.title) is GO: there is nothing to waive")) }
            try desk.confirm(
                options,
                "Waive \(known.title) until \(PeopleText.time(until, desk.zone)); it is \(found?.found.word ?? "UNKNOWN"): \(found?.why ?? "")",
                typing: station)
            try await desk.tell(.waived(.init(station: station, by: desk.who, reason: options.reason, until: until)))
            Output.line("\(known.title) is waived by \(desk.who) until \(PeopleText.time(until, desk.zone))")
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hold",
            abstract: "Hold a station, or without one the whole poll, until a person releases it.")

        @OptionGroup var options: ActionOptions
        @Argument(help: "The station; without it, the whole poll.") var station: String?

        func validate() throws { try ReadinessDesk.reason(options) }

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .readiness)
            let title = try station.map { try desk.station($0).title } ?? "the poll"
            if station == nil { _ = try desk.plan() }
            try desk.confirm(options, "Hold \(title): \(options.reason)")
            try await desk.tell(.held(.init(station: station, by: desk.who, reason: options.reason)))
            Output.line("\(title): HOLD by \(desk.who)")
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release", abstract: "End the hold of a station, or of the whole poll.")

        @OptionGroup var options: ActionOptions
        @Argument(help: "The station; without it, the whole poll.") var station: String?

        func run() async throws {
            let desk = try ReadinessDesk(options, for: .readiness)
            let title = try station.map { try desk.station($0).title } ?? "the poll"
            let log = desk.board.readiness
            guard let hold = station.map({ log.holds[$0] }) ?? log.hold else {
                throw Failure.refused(Told("nobody holds \(title)"))
            }
            try desk.confirm(options, "Release \(title), which \(hold.body.by) holds: \(hold.body.reason)")
            try await desk.tell(.released(.init(station: station, by: desk.who, reason: options.reason)))
            Output.line("\(title) is released by \(desk.who)")
        }
    }
}

/// Until when a word holds.
struct EndOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Until this time: 18:00, 2026-03-09T18:00 by the launch's clocks, or with an offset.", valueName: "time"))
    var until: String?

    @Option(name: .customLong("for"), help: ArgumentHelp("For so long: 90m, 12h.", valueName: "span"))
    var `for`: String?

    func validate() throws {
        if until != nil, `for` != nil { throw ValidationError("--until and --for: one of them") }
    }
}
