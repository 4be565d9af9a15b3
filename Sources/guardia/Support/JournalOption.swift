import ArgumentParser
import Glibc
import Launch
import Settings

/// Which journal is meant: shared by the commands that read one.
struct JournalOption: ParsableArguments {
    static let standard = "/var/lib/guardia/guardia.journal"

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp(
            "The journal to read (default: $GUARDIA_JOURNAL, else \(JournalOption.standard)).", valueName: "file"))
    var given: String?

    var path: String {
        given ?? getenv("GUARDIA_JOURNAL").map { String(cString: $0) } ?? JournalOption.standard
    }

    /// Where a config was named: that launch's journal, unless another was given by name.
    func path(of launch: LaunchConfiguration) -> String { given ?? launch.journal.path }
}

/// The same, or the journal of a launch config.
struct JournalSource: ParsableArguments {
    @OptionGroup var journal: JournalOption

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("Read the journal that this launch config names.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("What ${NAME} stands for in the config; may be repeated.", valueName: "NAME=VALUE"))
    var variables: [String] = []

    /// - Throws: an exit code, when it has been said what is wrong with the config.
    func path() throws -> String {
        guard journal.given == nil, let config else { return journal.path }
        let options = ConfigOptions.naming(config, variables: variables)
        do { return try options.load().configuration.journal.path } catch { throw Failure.usage(error) }
    }
}
