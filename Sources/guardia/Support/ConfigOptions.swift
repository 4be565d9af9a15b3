import Actions
import ArgumentParser
import Foundation
import Launch
import Settings

/// Where the launch config is: shared by the commands that read it.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp(
            "The file that describes the launch (default: $GUARDIA_CONFIG, else \(ConfigOptions.standard)).",
            valueName: "file"))
    var given: String?

    static let standard = "/etc/guardia/launch.yaml"

    /// What the environment names; nil where it names nothing.
    static var ofEnvironment: String? {
        getenv("GUARDIA_CONFIG").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    var path: String {
        get { given ?? ConfigOptions.ofEnvironment ?? ConfigOptions.standard }
        set { given = newValue }
    }

    /// Whether another file than the usual one was named.
    var isNamed: Bool { path != ConfigOptions.standard }

    /// Where the environment alone says which launch is acted on, that is said: it may be a rehearsal of this morning.
    var notice: String? {
        given == nil ? ConfigOptions.ofEnvironment.map { "going by $GUARDIA_CONFIG: \($0)" } : nil
    }

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("What ${NAME} stands for in the file; may be repeated.", valueName: "NAME=VALUE"))
    var variables: [String] = []

    /// A file that another command's words name. What a parser did not fill in may not be read: so all of it is set.
    static func naming(_ path: String, variables: [String] = []) -> ConfigOptions {
        var options = ConfigOptions()
        options.given = path
        options.variables = variables
        return options
    }

    func validate() throws {
        for variable in variables where !variable.contains("=") {
            throw ValidationError("--set takes NAME=VALUE, not '\(variable)'")
        }
    }

    /// Reads the file; all its errors at once, or the configuration.
    func load() throws(ConfigErrors) -> LaunchConfigurationFile {
        try LaunchConfigurationFile.load(bytes: try bytes(), name: path, variables: pairs)
    }

    /// The same, and keeps it as the last that was good.
    func loadAndKeep(isDelegated: Bool = false) throws(ConfigErrors) -> LaunchConfigurationFile {
        let bytes = try bytes(isDelegated: isDelegated)
        let file = try LaunchConfigurationFile.load(bytes: bytes, name: path, variables: pairs)
        KnownGood(of: path).keep(bytes, journal: file.configuration.journal.path)
        return file
    }

    /// The path of the journal that the file names; an error elsewhere in the file is no reason not to look.
    func journalPath() throws(ConfigErrors) -> String {
        let bytes = try bytes()
        if let journal = LaunchConfigurationFile.journalPath(in: bytes, name: path, variables: pairs) { return journal }
        return try LaunchConfigurationFile.load(bytes: bytes, name: path, variables: pairs).configuration.journal.path
    }

    /// The file, read once. Behind sudo whoever called must not be able to change it: a config says which commands are run.
    ///
    /// - Parameter isDelegated: whether the command acts for somebody who has fewer rights.
    private func bytes(isDelegated: Bool = false) throws(ConfigErrors) -> [UInt8] {
        // Who named none is to read how one is named.
        if !isNamed, access(path, F_OK) != 0, errno == ENOENT {
            throw ConfigErrors(
                file: path,
                "there is no such file: name the launch's config with --config FILE or $GUARDIA_CONFIG "
                    + "(docs/configuration.md); guardia rehearse needs none")
        }
        guard isDelegated || isServiceUser else { return try LaunchConfigurationFile.bytes(of: path) }
        do throws(TrustedFile.Trouble) {
            return try TrustedFile.read(path, limit: LaunchConfigurationFile.byteLimit)
        } catch {
            throw ConfigErrors(file: path, error.description)
        }
    }

    /// Whether this is the service user, called by somebody else. Where it cannot be told who calls, they are somebody else.
    private var isServiceUser: Bool {
        geteuid() != 0 && (try? OperatorIdentity.of(self))?.isDelegated ?? true
    }

    /// The config, or where it has errors the last that had none: a rollback must not need one that parses today.
    ///
    /// - Returns: also the warning that says so.
    ///
    /// - Parameter isDelegated: whether the command acts for somebody who has fewer rights.
    func loadForRescue(
        isDelegated: Bool
    ) throws(ConfigErrors) -> (file: LaunchConfigurationFile, warning: String?) {
        do throws(ConfigErrors) {
            return (try loadAndKeep(isDelegated: isDelegated), nil)
        } catch {
            let good = KnownGood(of: path)
            guard let kept = good.kept,
                let file = try? LaunchConfigurationFile.load(bytes: kept.bytes, name: path, variables: pairs),
                good.serves(journal: file.configuration.journal.path)
            else { throw error }
            let time = Date(timeIntervalSince1970: TimeInterval(kept.seconds)).formatted(.iso8601)
            return (
                file,
                "\(path) does not pass (\(error.errors.first.map { "\($0)" } ?? "")); going by the last that did, of \(time)"
            )
        }
    }

    var pairs: [String: String] {
        Dictionary(
            variables.map { variable in
                let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }, uniquingKeysWith: { $1 })
    }
}
