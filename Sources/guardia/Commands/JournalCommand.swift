import ArgumentParser
import Journal
import Launch

/// `guardia journal …`: look after the file in which everything that happens is kept.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Verify, read, prune or export the journal.",
        subcommands: [Verify.self, Tail.self, Prune.self, Export.self])

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract:
                "Recompute the hash chain of all events; exits 1 where an event was changed, removed or inserted.",
            discussion:
                "Write the head that it prints down elsewhere: compared later, it proves that no end was cut off.")

        @OptionGroup var journal: JournalSource

        func run() throws {
            let path = try journal.path()
            let verification: Verification
            do { verification = try JournalReader(path: path).verify() } catch { throw Failure.failed(error) }
            guard verification.holds else {
                Output.error("\(path): \(verification)")
                throw ExitCode(1)
            }
            Output.line("\(path): \(verification)")
        }
    }

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tail", abstract: "Print the newest events, oldest first.")

        @OptionGroup var journal: JournalSource

        @Option(name: [.customShort("n"), .customLong("lines")], help: "How many events.")
        var count = 20

        @Flag(name: [.short, .long], help: "Go on printing what comes, until interrupted.")
        var follow = false

        @Flag(help: "One JSON object a line, times in UTC.")
        var json = false

        func validate() throws {
            guard count >= 0 else { throw ValidationError("--lines takes a number from 0 on") }
        }

        func run() async throws {
            let path = try journal.path()
            do {
                let reader = try JournalReader(path: path)
                let board = try reader.currentBoard(span: .minutes(1))
                let (zone, figures) = (board.manifest?.zone ?? .utc, board.manifest?.figures ?? .argentine)
                var names = board.alerts.alerts.mapValues(\.facts.rule)
                var next = max(1, try reader.lastSequence() - Int64(count) + 1)
                repeat {
                    while true {
                        let events = try reader.events(from: next, limit: 500)
                        for event in events {
                            if case .alert(let alert) = event.body, let facts = alert.facts {
                                names[facts.fingerprint] = facts.rule
                            }
                            try print(event, zone: zone, names, figures)
                        }
                        guard let last = events.last else { break }
                        next = last.sequence + 1
                    }
                    if follow { try await Task.sleep(for: .milliseconds(100)) }
                } while follow
            } catch let error as CancellationError {
                throw error
            } catch {
                throw Failure.failed(error)
            }
        }

        private func print(
            _ event: Event, zone: Zone, _ names: [Fingerprint: String], _ figures: FigureStyle
        ) throws {
            if json {
                Output.json(try EventText.json(event))
            } else {
                Output.line(EventText.line(event, zone: zone, names: names, figures: figures))
            }
        }
    }

    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Downsample and remove old readings now. Events are never removed.",
            discussion:
                "A running engine does it by itself, and holds the journal: this is for one that is not watched.")

        @OptionGroup var journal: JournalSource

        @Option(help: ArgumentHelp("Keep full resolution this long, as 48h.", valueName: "time"))
        var full = SpanArgument<Hours>(.hours(48))

        @Option(help: ArgumentHelp("Keep downsampled readings this long, as 90d.", valueName: "time"))
        var downsampled = SpanArgument<Days>(.days(90))

        func validate() throws {
            guard (Milliseconds.hours(1) ... .days(36_500)).contains(full.span),
                (Milliseconds.days(1) ... .days(36_500)).contains(downsampled.span)
            else {
                throw ValidationError("--full starts at 1h, --downsampled at 1d")
            }
        }

        func run() throws {
            let path = try journal.path()
            do {
                // Only what is a journal already: nothing is made where there is none.
                _ = try JournalReader(path: path)
                let writer = try JournalWriter(path: path, origin: Origin.name)
                let retention = Retention(full: full.span, downsampled: downsampled.span)
                while try writer.prune(now: SystemClock().now().utc, retention: retention) {}
                writer.checkpoint()
            } catch {
                throw Failure.failed(error)
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write a compact copy of the whole journal to a new file, to be looked at elsewhere.")

        @OptionGroup var journal: JournalSource

        @Argument(help: "The new file.")
        var target: String

        func run() throws {
            let path = try journal.path()
            do { try JournalReader(path: path).export(to: target) } catch { throw Failure.failed(error) }
            Output.line("\(target): a copy of \(path)")
        }
    }
}
