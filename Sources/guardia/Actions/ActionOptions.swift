import ArgumentParser
import Glibc
import Launch
import Settings

/// What every command line says of the launch that it is about.
protocol LaunchOptions {
    var config: ConfigOptions { get }
    var journal: String? { get }
}

/// Which launch a command line is about, and nothing else.
struct LaunchReference: ParsableArguments, LaunchOptions {
    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("The journal; otherwise as the config says.", valueName: "file"))
    var journal: String?
}

/// What a command line that only looks may say.
struct LookOptions: ParsableArguments, LaunchOptions {
    @OptionGroup var launch: LaunchReference

    @Flag(help: "Print the result as JSON.")
    var json = false

    var config: ConfigOptions { launch.config }
    var journal: String? { launch.journal }
}

/// What every action's command line may say.
struct ActionOptions: ParsableArguments, LaunchOptions {
    @OptionGroup var config: ConfigOptions

    @Option(
        name: [.customShort("j"), .customLong("journal")],
        help: ArgumentHelp("The journal to tell; otherwise as the config says.", valueName: "file"))
    var journal: String?

    @Option(help: ArgumentHelp("Why: kept in the journal and on the edges.", valueName: "text"))
    var reason = ""

    @Flag(name: [.short, .long], help: "Ask nothing: for scripts, and for the dashboard, which has asked already.")
    var yes = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("The action's id, where the caller wants to follow it.", visibility: .hidden))
    var id: String?

    func validate() throws {
        guard reason.utf8.count <= 1000 else { throw ValidationError("--reason takes at most 1000 bytes") }
        if let id,
            id.utf8.count > 80
                || !id.utf8.allSatisfy({ $0 == 45 || (48...57).contains($0) || (65...90).contains($0 & 0xDF) })
        {
            throw ValidationError("--id is letters, digits and -")
        }
    }

    /// The id that was given, or a new one.
    func actionID(_ kind: ActionKind, at now: Timestamp) -> ActionID {
        id.map { ActionID($0) } ?? ActionID(kind, at: now, random: .random(in: 0 ... .max))
    }
}

extension ConfigOptions {
    /// What an operator behind sudo may not bring along; nil where they bring nothing.
    var delegationTrouble: String? {
        if !variables.isEmpty {
            return "--set is not for operators behind sudo: the service user's config stands alone"
        }
        guard path.hasPrefix("/") else { return "--config needs its whole path behind sudo" }
        do throws(TrustedFile.Trouble) { try TrustedFile.check(path) } catch {
            // A config that is gone is no way in by itself: the last that was good is kept.
            return error.isMissing ? nil : error.description
        }
        return nil
    }
}

/// Asks a person at the terminal to type a word; whoever types another has said no.
enum Confirmation {
    /// - Returns: whether it was confirmed; nil where there is nobody to ask.
    static func typed(_ target: String) -> Bool? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        Output.prompt("Type \(target) to go ahead: ")
        return readLine(strippingNewline: true) == target
    }

    static func yes() -> Bool? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        Output.prompt("Go ahead? Type yes: ")
        return readLine(strippingNewline: true) == "yes"
    }
}
