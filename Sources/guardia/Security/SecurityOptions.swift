import ArgumentParser
import Foundation
import Journal
import Launch
import Security
import Settings
import Wire

/// What the commands of security share: the config, how it is printed, and whether the journal is told.
struct SecurityOptions: ParsableArguments {
    @OptionGroup var config: ConfigOptions

    @Flag(help: "Print it as JSON.")
    var json = false

    @Flag(help: "Also tell the journal, so that every screen shows it. The engine does it by itself.")
    var record = false

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("Where the journal is; otherwise as the config says.", valueName: "file"))
    var journal: String?

    func load() throws -> LaunchConfiguration {
        do { return try config.load().configuration } catch { throw Failure.usage(error) }
    }

    func journalPath(_ launch: LaunchConfiguration) -> String { journal ?? launch.journal.path }

    /// Tells the journal what was found.
    func tell(_ checks: [SecurityCheck], _ launch: LaunchConfiguration) throws {
        guard record else { return }
        do {
            try JournalWriter(path: journalPath(launch), origin: Origin.name, role: .action)
                .append(checks.map { .security(.checked($0)) }, at: SystemClock().now())
        } catch {
            throw Failure.failed(error)
        }
    }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Output.text(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

extension Verdict {
    /// In a column of four.
    var label: String {
        switch self {
        case .ok: "ok  "
        case .unknown: "?   "
        case .warning: "WARN"
        case .critical: "CRIT"
        }
    }

    /// As JSON spells it.
    var name: String { "\(self)" }
}

/// A section that the config does not have.
struct NotConfigured: Error, CustomStringConvertible {
    var section: String
    var description: String { "the config has no section '\(section)'; docs/security.md shows one" }
}
