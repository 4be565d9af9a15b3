import ArgumentParser
import CLinux
import Console
import Glibc
import Screen
import Settings
import Wire

/// The command line. Without a subcommand it opens the dashboard.
@main
struct Guardia: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guardia",
        abstract: "The war room of a launch, in a terminal.",
        discussion: """
            Without a subcommand it opens the dashboard on the journal of this machine. To see it live without setting \
            anything up: guardia rehearse. On the screen, ? lists every key.

            Exit codes: 0 done, 1 failed (of an action: and taken back), 2 wrong usage or configuration, or no terminal, \
            3 refused, 4 a person is needed.
            """,
        version: Version.text,
        subcommands: [
            Monitor.self, Replay.self, ShotCommand.self, Watch.self, Rehearse.self, StatusCommand.self,
            HistoryCommand.self,
            DeployCommand.self, RollbackCommand.self,
            PromoteCommand.self, PauseCommand.self, AbortCommand.self, ApproveCommand.self, LockCommand.self,
            FreezeCommand.self, FlagCommand.self, SetupCommand.self, EdgeCommand.self, Check.self, Graph.self,
            KpiCommand.self,
            JournalCommand.self,
            Keys.self,
            // MARK: Channels
            NotifyCommand.self,
            // MARK: Security
            SecurityCommand.self, TLSCommand.self, RenewalCommand.self, AuditCommand.self, ComplianceCommand.self,
            ScanCommand.self,
            ResetTerminal.self,
            // MARK: Readiness
            ReadinessCommand.self, RollCallCommand.self, ClockCommand.self,
            // MARK: Backups and drills
            BackupCommand.self, DrillCommand.self,
            // MARK: Escalation
            EscalateCommand.self, OnCallCommand.self, ContactsCommand.self,
            // MARK: Mobile and digest
            MobileCommand.self, DigestCommand.self,
            // MARK: Operations
            HealthCommand.self, ChecklistCommand.self, HandoverCommand.self, ReportCommand.self, PresenceCommand.self,
            // MARK: Alerting
            AlertsCommand.self, AckCommand.self, UnackCommand.self, SilenceCommand.self, RulesCommand.self,
        ],
        defaultSubcommand: Monitor.self)

    /// Parses and runs. Wrong usage ends with 2, as every other mistake of the caller's does.
    static func main() async {
        guardia_keep_no_core()
        if OwnSecurity.isElevated {
            Output.error(
                "this program must not be setuid or setgid: it acts for another user by sudo alone (docs/operators.md)")
            Glibc.exit(2)
        }
        // Before anything is printed and any thread starts: how wide a character is depends on the locale.
        _ = Charset.adopt()
        // Before any thread has an arena of its own.
        Heap.shareOneArena()
        var parsed: (any ParsableCommand)?
        do {
            // Whoever reads nothing of it is to know why, however it ends.
            defer { complainOfOutput() }
            var command = try command()
            parsed = command
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            if StandardStream.couldNotWrite != nil, !command.acts { throw ExitCode(1) }
        } catch let unknown as UnknownCommand {
            Output.error(unknown.description)
            Glibc.exit(2)
        } catch {
            // A look that found all well, and nobody could read that.
            if (error as? ExitCode)?.isSuccess == true, StandardStream.couldNotWrite != nil, parsed?.acts != true {
                Glibc.exit(1)
            }
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardStream.error.lines(corrected(fullMessage(for: error)))
            if let unknown = unknownPart() { Output.error(unknown) }
            Glibc.exit(2)
        }
    }

    private static func command() throws -> sending any ParsableCommand {
        if let alone = alone() { return alone }
        if let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), !commands.contains(word) {
            throw UnknownCommand(word: word, known: commands)
        }
        return try parseAsRoot()
    }

    /// The command that is named, parsed by itself; the dashboard where none is: the tree of all commands takes milliseconds to
    /// build, before the first frame and before a rollback. Nil where it has parts, or where something is wrong, which the whole
    /// tree then says.
    private static func alone() -> (any ParsableCommand)? {
        let words = Array(CommandLine.arguments.dropFirst())
        guard let first = words.first, !first.hasPrefix("-") else {
            if let journal = JournalOption.named(in: words) { ScreenOptions.readAhead(journal) }
            return try? Monitor.parse(words)
        }
        guard let named = configuration.subcommands.first(where: { name(of: $0) == first }),
            named.configuration.subcommands.isEmpty
        else { return nil }
        // Of all that acts, this is what somebody waits for: what it will need is got while its line is read.
        if named == RollbackCommand.self { ClientLibrary.prepareReactor() }
        return try? named.parse(Array(words.dropFirst()))
    }

    /// What only looks has done nothing where nobody could read it: a script must not take an empty file for an answer, and it
    /// fails. An action has done what it did, and its exit code says that.
    private static func complainOfOutput() {
        guard let why = StandardStream.couldNotWrite else { return }
        Output.error("what was to be printed could not be written: \(why)")
    }

    /// The second word, where it is none of the command's parts: it was taken for an argument of the one that stands for all.
    private static func unknownPart() -> String? {
        let words = Array(CommandLine.arguments.dropFirst().prefix(2))
        guard words.count == 2, !words[1].hasPrefix("-"),
            let group = configuration.subcommands.first(where: { name(of: $0) == words[0] }),
            !group.configuration.subcommands.isEmpty
        else { return nil }
        let parts = group.configuration.subcommands.map(name)
        guard !parts.contains(words[1]) else { return nil }
        let hint = Nearest.hint(for: words[1], among: parts)
        // Where a word may stand there, one that is like no part is that word: an alert to silence, a station of the poll.
        if hint == nil, let usual = group.configuration.defaultSubcommand, takesWord(usual) { return nil }
        return "there is no 'guardia \(words[0]) \(words[1])'; \(hint ?? "there is \(parts.joined(separator: ", "))")"
    }

    private static func takesWord(_ command: any ParsableCommand.Type) -> Bool {
        Mirror(reflecting: command.init()).children.contains {
            String(describing: type(of: $0.value)).hasPrefix("Argument<")
        }
    }

    /// What ArgumentParser says, where it has not thought of the two options that every command has.
    private static func corrected(_ message: String) -> String {
        let start = "Unknown option '"
        guard let found = message.firstRange(of: start),
            let end = message[found.upperBound...].firstIndex(of: "'"),
            let near = Nearest.name(to: String(message[found.upperBound..<end]), among: ["--version", "--help"]),
            let line = message[end...].firstIndex(of: "\n") ?? Optional(message.endIndex)
        else { return message }
        return message[...end] + ". Did you mean '\(near)'?" + message[line...]
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? String(describing: command).lowercased()
    }

    private static var commands: [String] {
        configuration.subcommands.map(name) + ["help"]
    }
}

extension ParsableCommand {
    /// Whether it does something to the launch, which its exit code tells: it has the options of those that do.
    fileprivate var acts: Bool {
        let looking: [any ParsableCommand.Type] = [
            LockCommand.Show.self, FlagList.self, FlagGet.self, FlagWho.self, FlagCheck.self, BackupCommand.List.self,
            BackupCommand.Verify.self,
        ]
        guard !looking.contains(where: { $0 == type(of: self) }) else { return false }
        return Mirror(reflecting: self).children.contains {
            $0.value is OptionGroup<ActionOptions> || $0.value is OptionGroup<AlertOptions>
                || $0.value is OptionGroup<ChecklistChange>
        }
    }
}

/// The first word is no command.
private struct UnknownCommand: Error, CustomStringConvertible {
    var word: String
    var known: [String]

    var description: String {
        let hint = Nearest.hint(for: word, among: known) ?? "guardia help lists the commands"
        return "there is no command '\(word)'; \(hint)"
    }
}

/// The version of this guardia.
enum Version {
    static let number = "0.1.0"
    static let text = "guardia \(number)"
}
