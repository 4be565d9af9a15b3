import ArgumentParser
import Foundation
import Journal
import Launch
import Security
import Settings
import Wire

/// `guardia audit …`: what was done, that nobody has changed the record of it, and what an auditor wants to see.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Verify, sign, search and report the record of what was done.",
        subcommands: [Verify.self, Sign.self, Search.self, Report.self, Collect.self, Ship.self])

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract:
                "Recompute the journal's hash chain and check every signed checkpoint; exits 1 where something is wrong.",
            discussion: """
                Says which event was changed, removed, inserted or moved. The chain alone cannot show that the end was cut off \
                or that all of it was written anew; signed checkpoints can, for what came before them.
                """)

        @OptionGroup var journal: JournalOption

        @Option(help: ArgumentHelp("The public key of the checkpoints' signatures, PEM.", valueName: "file"))
        var publicKey: String?

        @Flag(help: "Print it as JSON.")
        var json = false

        func run() throws {
            let result: AuditVerification
            do {
                let pem = try publicKey.map { String(decoding: try FileBytes.read($0, limit: 64 << 10), as: UTF8.self) }
                result = try AuditVerification.run(journal.path, publicPEM: pem)
            } catch {
                throw Failure.failed(error)
            }
            if json {
                try SecurityOptions.json(Shown(result))
            } else if result.holds {
                result.lines.forEach { Output.line($0) }
            } else {
                result.lines.forEach { Output.error("\(journal.path): \($0)") }
            }
            if !result.holds { throw ExitCode(1) }
        }

        private struct Shown: Encodable {
            var holds: Bool
            var events: Int64
            var head: Int64
            var hash: String
            var broken: String?
            var checkpoints: Int
            var signedUpTo: Int64?
            var troubles: [String]

            init(_ result: AuditVerification) {
                holds = result.holds
                events = result.chain.checked
                head = result.chain.sequence
                hash = result.chain.hash
                broken = result.chain.holds ? nil : "\(result.chain)"
                checkpoints = result.checkpoints
                signedUpTo = result.signedUpTo
                troubles = result.troubles.map(\.text)
            }
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign",
            abstract: "Sign the journal's head with an ed25519 key: a checkpoint that nobody without the key can move.",
            discussion: """
                For a timer of a user of its own, whose key the operators' accounts cannot read \
                (Config/systemd/guardia-audit-sign.*). The engine does it by itself where security.audit.signing_key is set, \
                with a key that the engine can read.
                """)

        @OptionGroup var journal: JournalOption

        @Option(help: ArgumentHelp("The private key, PEM, mode 0600 or 0400.", valueName: "file"))
        var key: String

        func run() throws {
            do {
                let pem = try SecretStore().resolve(.file(key))
                let checkpoint = try Checkpoints(of: journal.path).sign(
                    journal.path, pem: pem, at: SystemClock().now().utc)
                Output.line(
                    checkpoint.map { "signed event \($0.sequence) \($0.hash)" }
                        ?? "nothing has happened since the last checkpoint")
            } catch {
                throw Failure.failed(error)
            }
        }
    }

    struct Search: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "search",
            abstract: "Find events of the journal and collected audit entries, oldest first.")

        @OptionGroup var journal: JournalOption
        @OptionGroup var span: SpanOptions

        @Argument(help: "A text that they hold, in any case; none: all of them.")
        var text = ""

        @Option(help: "Only collected entries of this class: data, role, schema, authentication, configuration.")
        var kind: String?

        @Option(help: "Only collected entries of this user.")
        var user: String?

        @Option(name: [.customShort("n"), .long], help: "How many of each at most, from the oldest on.")
        var limit = 200

        @Flag(help: "One JSON object a line.")
        var json = false

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit is from 1 on") }
            if let kind, AuditClass(rawValue: kind) == nil {
                throw ValidationError("--kind is one of \(AuditClass.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }

        func run() throws {
            do {
                let (from, to) = try span.bounds()
                let reader = try JournalReader(path: journal.path)
                let manifest = try reader.currentBoard(span: .minutes(1)).manifest
                let (zone, figures) = (manifest?.zone ?? .utc, manifest?.figures ?? .argentine)
                if kind == nil, user == nil {
                    for event in try reader.search(text, from: from, to: to, limit: limit) {
                        if json {
                            Output.json(try EventText.json(event))
                        } else {
                            Output.line(EventText.line(event, zone: zone, figures: figures))
                        }
                    }
                }
                let store = AuditStore.path(of: journal.path)
                guard FileBytes.status(store) != nil else { return }
                let entries = try AuditStore(path: store, readonly: true).search(
                    .init(
                        text: text, kind: kind.flatMap(AuditClass.init), user: user, from: from, to: to, limit: limit))
                for entry in entries {
                    if json { Output.json(entry) } else { Output.line(AuditCommand.line(entry)) }
                }
            } catch let error as ValidationError {
                throw error
            } catch {
                throw Failure.failed(error)
            }
        }
    }

    static func line(_ entry: AuditEntry) -> String {
        [
            SyslogMessage.time(entry.at), entry.kind.rawValue, entry.source,
            entry.user + (entry.database.isEmpty ? "" : "@\(entry.database)")
                + (entry.origin.isEmpty ? "" : " from \(entry.origin)"),
            (entry.succeeded ? "" : "FAILED ") + entry.action, entry.object, entry.text,
        ].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "report",
            abstract: "What was done between two days, for an auditor, as Markdown.")

        @OptionGroup var journal: JournalOption
        @OptionGroup var span: SpanOptions

        @Option(help: ArgumentHelp("The public key of the checkpoints' signatures, PEM.", valueName: "file"))
        var publicKey: String?

        func run() throws {
            do {
                let (from, to) = try span.bounds()
                let pem = try publicKey.map { String(decoding: try FileBytes.read($0, limit: 64 << 10), as: UTF8.self) }
                let report = try AuditReport.make(
                    journal.path, from: from, to: to, publicPEM: pem, now: SystemClock().now().utc)
                report.forEach { Output.line($0) }
            } catch {
                throw Failure.failed(error)
            }
        }
    }

    struct Collect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "collect",
            abstract: "Collect the audit of the config's sources now. The engine does it by itself.")

        @OptionGroup var options: SecurityOptions

        func run() throws {
            let launch = try options.load()
            guard let plan = launch.security?.audit, !plan.sources.isEmpty else {
                throw Failure.usage(NotConfigured(section: "security.audit.collect"))
            }
            do {
                let store = try AuditStore(path: AuditStore.path(of: options.journalPath(launch)))
                let collector = AuditCollector(into: store, clock: SystemClock())
                for source in plan.sources {
                    var total = 0
                    var unreadable = 0
                    var outcome = AuditCollector.Outcome()
                    repeat {
                        outcome = try collector.collect(source)
                        total += outcome.entries
                        unreadable += outcome.unreadable
                    } while outcome.hasMore
                    Output.line(
                        "\(source.name): \(total) entries" + (unreadable > 0 ? ", \(unreadable) lines unreadable" : ""))
                }
                let removed = try store.prune(keep: plan.keep, now: SystemClock().now().utc)
                if removed > 0 { Output.line("\(removed) entries were older than their class is kept, and went") }
            } catch {
                throw Failure.failed(error)
            }
        }
    }

    struct Ship: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ship",
            abstract: "Send what was not sent yet to syslog and PostgreSQL now. The engine does it by itself.")

        @OptionGroup var options: SecurityOptions

        func run() async throws {
            let launch = try options.load()
            guard let plan = launch.security?.audit, plan.syslog != nil || plan.postgres != nil else {
                throw Failure.usage(NotConfigured(section: "security.audit.syslog or postgres"))
            }
            do {
                let reactor = try Reactor()
                let path = options.journalPath(launch)
                if let destination = plan.syslog {
                    let sender = SyslogSender(to: destination, on: reactor)
                    try await ship("syslog", path) { try await sender.send($0.events, deadline: .seconds(10)) }
                }
                if let target = plan.postgres {
                    let sender = PostgresSender(to: try target.settings { try SecretStore().resolve($0) }, on: reactor)
                    try await ship("postgres", path) { try await sender.send($0, deadline: .seconds(30)) }
                    await sender.close()
                }
            } catch {
                throw Failure.failed(error)
            }
        }

        private func ship(_ name: String, _ journal: String, _ send: (Outbox.Batch) async throws -> Void) async throws {
            let outbox = Outbox(of: journal, destination: name)
            var count = 0
            while let batch = try outbox.next() {
                try await send(batch)
                try outbox.acknowledge(batch)
                count += batch.events.count
            }
            Output.line("\(name): \(count) events")
        }
    }
}

/// Between which times.
struct SpanOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From when: 2026-03-09, or 2026-03-09T09:00:00-03:00.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Until when, that day included.", valueName: "time"))
    var to: String?

    func validate() throws { _ = try bounds() }

    func bounds() throws -> (Timestamp, Timestamp) {
        func time(_ text: String?, _ ofDay: String, _ usual: Timestamp) throws -> Timestamp {
            guard let text else { return usual }
            do throws(Misfit) {
                return try CalendarText.timestamp(text.contains("T") ? text : "\(text)T\(ofDay)Z")
            } catch {
                // The day's time was put there here: only what was typed is quoted.
                throw ValidationError(
                    text.contains("T")
                        ? "\(error.message)" + (error.hint.map { "; \($0)" } ?? "")
                        : "'\(text)' is no day: write it as 2026-03-09, or with a time as 2026-03-09T09:00:00-03:00")
            }
        }
        return (
            try time(from, "00:00:00", Timestamp(seconds: 0)),
            try time(to, "23:59:59.999", Timestamp(milliseconds: .max / 2))
        )
    }
}
