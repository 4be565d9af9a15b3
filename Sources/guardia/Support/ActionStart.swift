import Glibc
import Screen

/// How the dashboard calls the commands of actions: this very program, on the journal and the config that it was told.
enum ActionStart {
    static func setup(journal: String, config: String?) -> ActionLauncher.Setup {
        let config = config.map { ["--config", absolute($0)] } ?? []
        return ActionLauncher.Setup(options: ["--journal", absolute(journal)] + config, delegatedOptions: config)
    }

    /// A command's working folder is the root.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
