import Actions
import ArgumentParser
import Foundation
import Settings

/// Where the launch config is: shared by the commands that read it.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The file that describes the launch.", valueName: "file"))
    var path = ConfigOptions.standard

    static let standard = "/etc/guardia/launch.yaml"

    /// Whether another file than the usual one was named.
    var isNamed: Bool { path != ConfigOptions.standard }

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("What ${NAME} stands for in the file; may be repeated.", valueName: "NAME=VALUE"))
    var variables: [String] = []

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
        KnownGood(of: path).keep(bytes)
        return file
    }

    /// The file, read once. Behind sudo whoever called must not be able to change it: a config says which commands are run.
    ///
    /// - Parameter isDelegated: whether the command acts for somebody who has fewer rights.
    private func bytes(isDelegated: Bool = false) throws(ConfigErrors) -> [UInt8] {
        guard isDelegated || ConfigOptions.isServiceUser else { return try LaunchConfigurationFile.bytes(of: path) }
        do throws(TrustedFile.Trouble) {
            return try TrustedFile.read(path, limit: LaunchConfigurationFile.byteLimit)
        } catch {
            throw ConfigErrors(file: path, error.description)
        }
    }

    /// Whether this is the service user, called by somebody else. Where it cannot be told who calls, they are somebody else.
    private static var isServiceUser: Bool {
        geteuid() != 0 && (try? OperatorIdentity.current(host: ""))?.isDelegated ?? true
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
            guard let kept = KnownGood(of: path).kept,
                let file = try? LaunchConfigurationFile.load(bytes: kept.bytes, name: path, variables: pairs)
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
