import Console
import Glibc
import Launch
import Screen
import Settings

/// How the dashboard calls the commands of actions: this very program, on the journal and the config that it was told.
enum ActionStart {
    static func setup(journal: String, config: String?) -> ActionLauncher.Setup {
        let path = (config ?? ConfigOptions.ofEnvironment).map(absolute)
        let told = path.map { ["--config", $0] } ?? []
        let options = ["--journal", absolute(journal)] + told
        let program = ActionLauncher.Setup.ownPath
        return ActionLauncher.Setup(
            program: program, options: options, delegatedOptions: told,
            shown: CommandSetup(
                program: name(of: program), options: options, delegatedOptions: told,
                trouble: trouble(config: path ?? ConfigOptions.standard, isTold: path != nil)))
    }

    /// Why no action could go by this config; nil where one can.
    private static func trouble(config path: String, isTold: Bool) -> String? {
        guard access(path, R_OK) != 0 else { return nil }
        let isMissing = errno == ENOENT
        // A rollback goes by the last good one; so the keys stay.
        guard KnownGood(of: path).kept == nil else { return nil }
        // What can be done comes first, and whole: a narrow screen cuts the end.
        if !isTold, isMissing { return "open it with guardia --config FILE to act: no config was named" }
        return "an action needs the launch config: \(path) \(isMissing ? "is not there" : "cannot be read")"
    }

    /// The program as a shell here finds it: its name, where the search path leads to it.
    private static func name(of program: String) -> String {
        let folders = getenv("PATH").map { String(cString: $0) }?.split(separator: ":") ?? []
        for folder in folders where access("\(folder)/guardia", X_OK) == 0 {
            guard let real = realpath("\(folder)/guardia", nil) else { continue }
            defer { free(real) }
            return String(cString: real) == program ? "guardia" : program
        }
        return program
    }

    /// A command's working folder is the root.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
