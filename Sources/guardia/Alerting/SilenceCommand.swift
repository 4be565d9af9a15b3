import Actions
import ArgumentParser
import Journal
import Launch
import Settings

/// `guardia silence …`: keeps alerts quiet for a while.
struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Keep alerts quiet for a while: they are shown, and nobody is told.",
        discussion: """
            It begins now, or at --from: a maintenance window is silenced before it begins. Times are those of the launch's zone: \
            22:00 is the next time that its clocks show it, 2026-03-14T22:00 a day's, 2026-03-14T22:00:00-03:00 has its offset.

            Over one hour it is grave: what it is about must be typed (its alertname, else the first matcher's value), or given \
            as --expect.

            Exit codes: 0 told, 1 told nowhere, 2 wrong usage or configuration, 3 refused.
            """,
        subcommands: [Set.self, List.self, End.self], defaultSubcommand: Set.self)

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Silence alerts by fingerprint, or all that matchers match.")

        @OptionGroup var options: AlertOptions

        @Argument(help: "The fingerprint of an alert: those with exactly its labels.")
        var fingerprint: String?

        @Option(
            name: .customLong("match"),
            help: ArgumentHelp(
                "A matcher, as severity=\"critical\" or alertname=~\"payment.*\"; all given must match.",
                valueName: "matcher"))
        var match: [String] = []

        @Option(name: .customLong("for"), help: ArgumentHelp("How long: 30m, 2h.", valueName: "time"))
        var span: String?

        @Option(help: ArgumentHelp("When it begins: 22:00, 2026-03-14T22:00. Left out: now.", valueName: "time"))
        var from: String?

        @Option(
            help: ArgumentHelp("When it ends, in place of --for; 02:00 is the first after --from.", valueName: "time"))
        var until: String?

        @Option(
            help: ArgumentHelp("What it is about, typed as a confirmation of more than an hour.", valueName: "text"))
        var expect: String?

        func validate() throws {
            if (fingerprint == nil) == match.isEmpty { throw ValidationError("give a fingerprint, or --match") }
            if (span == nil) == (until == nil) { throw ValidationError("give --for or --until, one of them") }
            if let span { _ = try AlertDesk.span(span, "--for", .minutes(1)...SilenceTimes.limit) }
            _ = try matchers()
            if options.comment.isEmpty {
                throw ValidationError("--comment is missing: whoever comes next must know why")
            }
        }

        private func matchers() throws -> [LabelMatcher] {
            try match.map { text in
                do throws(LabelMatcher.Malformed) { return try LabelMatcher(text) } catch {
                    throw ValidationError("--match '\(text)': \(error.reason)")
                }
            }
        }

        func run() async throws {
            let desk = try AlertDesk(options, for: .silence)
            var matchers = try matchers()
            if let fingerprint {
                matchers = try desk.alerts([fingerprint]).flatMap { alert in
                    alert.facts.labels.pairs.map { LabelMatcher(name: $0.name, value: $0.value) }
                }
            }
            let now = desk.clock.now().utc
            let times: (from: Timestamp, until: Timestamp)
            do throws(SilenceTimes.Trouble) {
                times = try SilenceTimes.read(
                    from: from, until: until, span: span, zone: desk.zone, zoneName: desk.launch.zoneName, now: now)
            } catch {
                throw Failure.usage(Told(error.words))
            }
            let silence = Silence(
                id: ActionID(.silence, at: now, random: .random(in: 0 ... .max)).text, matchers: matchers,
                from: times.from, until: times.until, by: desk.identity.who.name, comment: options.comment)
            let quiet = desk.log.firing.filter { silence.matches($0.facts.matchable) }
            if Silence.risk(for: silence.until - silence.from) == .grave { try confirm(silence, quiet.count, desk) }
            try await desk.tell([.silenced(silence)])
            if options.json {
                Output.json(silence)
            } else if silence.from > now {
                Output.line(
                    "\(silence.id)  from \(desk.time(silence.from)) until \(desk.time(silence.until)), "
                        + (quiet.count == 1
                            ? "1 alert that it is about fires now" : "\(quiet.count) alerts that it is about fire now"))
            } else {
                Output.line(
                    "\(silence.id)  until \(desk.time(silence.until)), "
                        + (quiet.count == 1
                            ? "1 alert that fires is quiet" : "\(quiet.count) alerts that fire are quiet"))
            }
        }

        private func confirm(_ silence: Silence, _ count: Int, _ desk: AlertDesk) throws {
            let refusal = Told(
                "over an hour is grave: confirm it with --expect \(ShellWords.quoted(silence.target)), or silence for less"
            )
            if let expect {
                if expect == silence.target { return }
                throw Failure.refused(
                    Told("--expect says '\(expect)', and this silence is about '\(silence.target)'"))
            }
            if options.yes { throw Failure.refused(refusal) }
            if !options.json {
                let window =
                    from.map { _ in "from \(desk.time(silence.from)) until \(desk.time(silence.until))" }
                    ?? span.map { "for \($0)" } ?? "until \(desk.time(silence.until))"
                Output.line(
                    "{\(silence.matchers.map(\.description).joined(separator: ", "))} \(window): \(count == 1 ? "1 alert fires" : "\(count) alerts fire") now"
                )
            }
            switch Confirmation.typed(silence.target) {
            case true: return
            case false: throw Failure.refused(Told("that is not what it is about: nothing was silenced"))
            case nil: throw Failure.refused(refusal)
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the silences that count or will.")

        @OptionGroup var journal: JournalSource
        @Flag(help: "One JSON object a line.")
        var json = false

        func run() throws {
            // The service user reads what an operator may not.
            if journal.journal.given != nil || journal.config != nil,
                (try? OperatorIdentity.current(host: Origin.name))?.isDelegated ?? true
            {
                throw Failure.refused(Told("--journal and --config are not for operators behind sudo"))
            }
            let board: Board
            let path = try journal.path()
            do { board = try JournalReader(path: path).currentBoard(span: .minutes(1)) } catch {
                throw Failure.failed(error)
            }
            let (now, zone) = (SystemClock().now(), board.manifest?.zone ?? .utc)
            // Those that hold first, then those that are planned, in the order in which they begin.
            let silences = board.alerts.listedSilences(at: now)
            for silence in silences {
                if json {
                    Output.json(silence)
                    continue
                }
                let count = board.alerts.firing.count { silence.matches($0.facts.matchable) }
                let when =
                    board.alerts.isActive(silence, at: now)
                    ? "until \(AlertDesk.time(silence.until, zone: zone, now: now.utc))"
                    : "planned from \(AlertDesk.time(silence.from, zone: zone, now: now.utc)) "
                        + "until \(AlertDesk.time(silence.until, zone: zone, now: now.utc))"
                Output.line(
                    "\(silence.id)  \(when)  \(silence.by)  {\(silence.matchers.map(\.description).joined(separator: ", "))}  "
                        + "\(count) firing  \(silence.comment)" + (silence.source.map { "  (of \($0))" } ?? ""))
            }
            if silences.isEmpty, !json { Output.line("no silence") }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "end", abstract: "End silences now.")

        @OptionGroup var options: AlertOptions
        @Argument(help: "The ids of silences, or unique beginnings.")
        var ids: [String]

        func run() async throws {
            let desk = try AlertDesk(options, for: .silence)
            let silences = try ids.map { id in
                let found = desk.log.silences.values.filter { $0.id == id || $0.id.hasPrefix(id) }
                guard let silence = found.first(where: { $0.id == id }) ?? (found.count == 1 ? found.first : nil) else {
                    throw Failure.refused(
                        Told(
                            found.isEmpty
                                ? "there is no silence '\(id)': guardia silence list"
                                : "'\(id)' is the beginning of \(found.count) silences"))
                }
                return silence
            }
            let events = silences.map { AlertEvent.Unsilenced(silence: $0.id, by: desk.identity.who.name) }
            try await desk.tell(events.map(AlertEvent.unsilenced))
            for event in events {
                if options.json { Output.json(event) } else { Output.line("\(event.silence)  ended") }
            }
        }
    }
}
