import Actions
import ArgumentParser
import Console
import Foundation
import Glibc
import Journal
import Launch
import Settings
import Wire

/// `guardia backup …`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Take, list, verify and prune backups of the database.",
        discussion: """
            A backup counts when it has been restored and compared: guardia drill restore does that. The section 'backup' of \
            the launch config says what is backed up and where to. docs/backup.md has the restore procedure by hand, for the \
            day guardia itself is gone.
            """,
        subcommands: [Run.self, Upload.self, List.self, Verify.self, Prune.self, Startup.self])

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Take a backup now: dump, compress, encrypt, check, upload, describe.",
            discussion: """
                All tables are read in one snapshot; each is fingerprinted as it passes, and its rows are counted by the \
                database itself. What is written is read back. Nothing that is not whole stays.

                Exit codes: 0 done, 1 no backup came of it and nothing is left, 2 wrong usage, 3 refused (another one runs, the \
                disk is full), 4 it is whole in the folder and did not reach the bucket.
                """)
        @OptionGroup var options: ActionOptions

        func run() async throws {
            let session = try BackupSession(options, for: .backup)
            let plan = try session.plan(options.config.path)
            let id = options.actionID(.backup, at: session.clock.now().utc)
            let world = session.world(options, plan, id)
            let reason = options.reason
            throw await session.perform(id, json: options.json) { await BackupRun(world, reason: reason).run() }
        }
    }

    struct Upload: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "upload",
            abstract: "Copy to the bucket what is not there yet, read it back and compare.",
            discussion: """
                What was broken off goes on behind the parts that arrived. No new backup is taken.

                Exit codes: 0 everything is there, 2 wrong usage, 3 refused, 4 something could not be copied.
                """)
        @OptionGroup var options: ActionOptions

        func run() async throws {
            let session = try BackupSession(options, for: .backup)
            let plan = try session.plan(options.config.path)
            let id = options.actionID(.backup, at: session.clock.now().utc)
            let world = session.world(options, plan, id)
            throw await session.perform(id, json: options.json) { await BackupUpload(world).run() }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Say which backups there are, how they stand, and when one was last proved to restore.",
            discussion: "Exits 0 where all is as it should be, 4 where not, or where it is not known.")
        @OptionGroup var options: ActionOptions
        @Flag(help: "Also ask the bucket what lies there.") var remote = false

        func run() async throws {
            let session = try BackupSession(options, for: nil)
            let plan = try session.plan(options.config.path)
            let world = session.world(options, plan, ActionID("none"))
            do {
                let listing = try await BackupListing(session, world, remote: remote)
                session.close()
                if options.json { Output.json(listing) } else { for line in listing.lines { Output.line(line) } }
                throw ExitCode(listing.verdict == "ok" ? 0 : 4)
            } catch let error as BackupError {
                session.close()
                throw Failure.failed(error)
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract:
                "Read backups whole and hold them against their manifests; where the key is here, table by table.",
            discussion: """
                Never by a list of what is in it: that succeeds on a dump that is cut off. A damaged backup is named with the \
                table where it shows, and no longer counts as good.

                Exit codes: 0 all are whole, 1 one is damaged, 2 wrong usage, 4 one could not be read, and why.
                """)
        @OptionGroup var options: ActionOptions
        @Option(help: ArgumentHelp("The private key: age's file, gpg's home.", valueName: "path")) var identity: String?
        @Argument(help: "Names of backups; otherwise all.") var names: [String] = []

        private struct Row: Encodable {
            var name: String
            var place: String
            var trouble: String?
            var table: String?
            var words: String
        }

        func run() async throws {
            // What it finds is told to the journal, and takes a backup out of the good ones.
            let session = try BackupSession(options, for: .backup, key: identity)
            let plan = try session.plan(options.config.path)
            let world = session.world(options, plan, ActionID("none"))
            let outcomes: [BackupVerify.Outcome]
            do {
                outcomes = try await BackupVerify(world, identity: identity).run(names.isEmpty ? nil : names)
            } catch {
                session.close()
                throw Failure.refused(error)
            }
            await session.teller.settle(within: .seconds(5))
            if let trouble = session.teller.trouble { Output.error(trouble) }
            session.close()
            for outcome in outcomes {
                if options.json {
                    Output.json(
                        Row(
                            name: outcome.name, place: outcome.place, trouble: outcome.trouble, table: outcome.table,
                            words: outcome.words))
                } else {
                    Output.line(
                        "\(outcome.trouble == nil ? "✓" : outcome.isDamaged ? "✗" : "?") \(outcome.name)  \(outcome.words)"
                    )
                }
            }
            if outcomes.isEmpty { Output.line("there is no backup in \(plan.folder)") }
            throw ExitCode(
                outcomes.contains { $0.isDamaged } ? 1 : outcomes.contains { $0.trouble != nil } ? 4 : 0)
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Remove the backups that the retention policy no longer keeps.",
            discussion: """
                The newest good backup and the newest that was proved by a restore are never removed. Without --yes it shows \
                what would go and asks.
                """)
        @OptionGroup var options: ActionOptions
        @Flag(name: .customLong("dry-run"), help: "Only say what would go, and why the others stay.") var isDryRun =
            false

        private struct Row: Encodable {
            var name: String
            var goes: Bool
            var reasons: [String]
        }

        func run() async throws {
            let session = try BackupSession(options, for: isDryRun ? nil : .prune)
            let plan = try session.plan(options.config.path)
            let id = options.actionID(.prune, at: session.clock.now().utc)
            let prune = BackupPrune(session.world(options, plan, id), log: session.log, zone: session.zone)
            let outcome = prune.decide()
            if isDryRun || !options.yes {
                for decision in outcome.decisions {
                    if options.json {
                        Output.json(Row(name: decision.name, goes: decision.goes, reasons: decision.reasons))
                    } else {
                        Output.line(
                            decision.goes
                                ? "- \(decision.name)  goes"
                                : "  \(decision.name)  stays: \(decision.reasons.joined(separator: ", "))")
                    }
                }
            }
            if isDryRun { return session.close() }
            if !options.yes {
                let count = outcome.decisions.filter(\.goes).count
                Output.line("\(count) would go, \(outcome.bytes >> 20) MiB.")
                switch Confirmation.yes() {
                case true?: break
                case false?: throw Failure.refused(Told("not confirmed: nothing was removed"))
                case nil: throw Failure.usage(Told("nobody can confirm it here: give --yes, or --dry-run"))
                }
            }
            throw await session.perform(id, json: options.json) { await prune.run() }
        }
    }

    struct Startup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "startup",
            abstract: "Say whether PostgreSQL would serve again soon after a crash, by its settings and its log.",
            discussion: """
                Asks the server for what decides it: fsync, checkpoints, memory, slots that hold back the log, lines that it could \
                not start with. Config/postgres/postgresql.conf is one that passes. Exits 0 where all is well, 1 on a critical \
                finding, 4 otherwise.
                """)
        @OptionGroup var options: ActionOptions

        private struct Row: Encodable {
            var setting: String
            var value: String
            var verdict: String
            var words: String
        }

        func run() async throws {
            let session = try BackupSession(options, for: nil)
            let plan = try session.plan(options.config.path)
            let secrets = SecretStore()
            let client: PostgresClient
            let rules: StartupRules
            do {
                let settings = try BackupTools.reach(plan.source) { try secrets.resolve($0) }
                client = PostgresClient(settings, on: session.reactor)
                let isHere =
                    plan.source.host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(plan.source.host)
                rules = StartupRules(
                    try await StartupCheck.facts(client, memory: isHere ? Startup.memory : nil))
            } catch {
                session.close()
                throw Failure.undecided(error)
            }
            session.close()
            if rules.lastStart == nil, !options.json {
                Output.line(
                    "  last start  not known: the server logs to no file that \(plan.source.user) may read (pg_monitor, and pg_read_server_files)"
                )
            }
            for finding in rules.findings {
                if options.json {
                    Output.json(
                        Row(
                            setting: finding.setting, value: finding.value, verdict: "\(finding.verdict)",
                            words: finding.words))
                } else {
                    let mark =
                        switch finding.verdict {
                        case .ok: "✓"
                        case .warning: "!"
                        case .critical: "✗"
                        case .unknown: "?"
                        }
                    Output.line("\(mark) \(finding.setting)  \(finding.value)  \(finding.words)")
                }
            }
            throw ExitCode(rules.verdict == .ok ? 0 : rules.verdict == .critical ? 1 : 4)
        }

        private static var memory: Int64? {
            let pages = sysconf(Int32(_SC_PHYS_PAGES))
            let size = sysconf(Int32(_SC_PAGESIZE))
            return pages > 0 && size > 0 ? Int64(pages) * Int64(size) : nil
        }
    }
}
