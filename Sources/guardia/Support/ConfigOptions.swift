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
        try LaunchConfigurationFile.load(path: path, variables: pairs)
    }

    /// The same, and keeps it as the last that was good.
    func loadAndKeep() throws(ConfigErrors) -> LaunchConfigurationFile {
        let file = try load()
        if let bytes = FileManager.default.contents(atPath: path) { KnownGood(of: path).keep(Array(bytes)) }
        return file
    }

    /// The config, or where it has errors the last that had none: a rollback must not need one that parses today.
    ///
    /// - Returns: also the warning that says so.
    func loadForRescue() throws(ConfigErrors) -> (file: LaunchConfigurationFile, warning: String?) {
        do throws(ConfigErrors) {
            return (try loadAndKeep(), nil)
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
