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
            "The journal to read (default: $GUARDIA_JOURNAL, else that of the config in $GUARDIA_CONFIG or "
                + "\(ConfigOptions.standard), else \(JournalOption.standard)).", valueName: "file"))
    var given: String?

    /// The journal that is meant, where nobody named a config; a config that cannot be read names none.
    var path: String { (try? resolved()) ?? JournalOption.standard }

    /// The same.
    ///
    /// - Throws: `ConfigErrors` where the config that the environment names does not say which.
    func resolved() throws(ConfigErrors) -> String {
        if let named = given ?? JournalOption.ofEnvironment { return named }
        if let config = ConfigOptions.ofEnvironment {
            return try ConfigOptions.naming(config).journalPath()
        }
        // Nobody named anything: a config that is not there, not for this user to read or not in order is none.
        guard access(ConfigOptions.standard, R_OK) == 0 else { return JournalOption.standard }
        return (try? ConfigOptions.naming(ConfigOptions.standard).journalPath()) ?? JournalOption.standard
    }

    /// The journal that words name, or the environment, before they are parsed; nil where it takes more to know.
    static func named(in words: [String]) -> String? {
        guard !words.contains(where: { ["--help", "-h", "--version"].contains($0) }) else { return nil }
        for (index, word) in words.enumerated().reversed() {
            if let path = word.split(separator: "=", maxSplits: 1).last, word.hasPrefix("--journal=") {
                return String(path)
            }
            if word == "--journal" || word == "-j" { return words.dropFirst(index + 1).first }
        }
        return words.contains { $0.hasPrefix("-c") || $0.hasPrefix("--config") } ? nil : ofEnvironment
    }

    /// What the environment names; nil where it names nothing.
    static var ofEnvironment: String? {
        getenv("GUARDIA_JOURNAL").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Which journal an action tells: the one given, else the launch's. What only looks goes by the environment: where that
    /// names another, and neither config nor journal was given by name, nobody could say which launch is meant.
    ///
    /// - Parameter isRescue: what only looks at the edges, or brings back what served, is not refused for a variable: it goes by
    ///   the config, and says so.
    /// - Throws: 2 where they disagree.
    static func told(
        _ given: String?, _ config: ConfigOptions, _ launch: LaunchConfiguration, isRescue: Bool = false
    ) throws -> String {
        if let given { return given }
        if config.given == nil, let named = ofEnvironment, named != launch.journal.path {
            let trouble = "$GUARDIA_JOURNAL is \(named), and the journal of \(config.path) is \(launch.journal.path)"
            guard isRescue else {
                throw Failure.usage(
                    Told("\(trouble): which launch is meant? Give --config or --journal, or unset GUARDIA_JOURNAL"))
            }
            Output.error("\(trouble): going by the config")
        }
        return launch.journal.path
    }

    /// Where a config was named: that launch's journal, unless another was given by name.
    func path(of launch: LaunchConfiguration) -> String { given ?? launch.journal.path }
}

/// The same, or the journal of a launch config: how every command that only reads finds it. What was typed goes before what the
/// environment says, and there the journal before the config.
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

    /// The config that the environment names, where it is what names the journal.
    var configOfEnvironment: String? {
        journal.given == nil && JournalOption.ofEnvironment == nil ? ConfigOptions.ofEnvironment : nil
    }

    /// - Throws: an exit code, when it has been said what is wrong with the config.
    func path() throws -> String {
        do {
            guard journal.given == nil, let config else { return try journal.resolved() }
            return try ConfigOptions.naming(config, variables: variables).journalPath()
        } catch {
            throw Failure.usage(error)
        }
    }
}
