import ArgumentParser
import Settings

/// Where the launch config is: shared by the commands that read it.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The file that describes the launch.", valueName: "file"))
    var path = "/etc/guardia/launch.yaml"

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

    var pairs: [String: String] {
        Dictionary(
            variables.map { variable in
                let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }, uniquingKeysWith: { $1 })
    }
}
