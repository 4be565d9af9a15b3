import Glibc

/// The command that starts the engine of a journal: what the screen, its picture and the kiosk name where none gives a sign of life.
package enum EngineStart {
    /// The launch that the unit of docs/operations.md runs.
    private static let unit = (
        name: "guardia.service", config: "/etc/guardia/launch.yaml", journal: "/var/lib/guardia/guardia.journal"
    )
    /// Where systemd looks for units of the machine (systemd.unit(5)).
    private static let unitFolders = ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"]
    /// A longer command would be cut on a narrow screen, and half a command is none.
    private static let longest = 44

    /// The unit where it is there and runs this launch; else the engine itself, on the config that was named.
    package static func command(journal: String, config: String? = nil) -> String {
        command(
            journal: journal, config: config,
            hasUnit: unitFolders.contains { access("\($0)/\(unit.name)", F_OK) == 0 })
    }

    static func command(journal: String, config: String?, hasUnit: Bool) -> String {
        if hasUnit, config == unit.config || config == nil && journal == unit.journal {
            return "systemctl restart guardia"
        }
        guard let config, config != unit.config else { return "guardia watch" }
        let whole = "guardia watch --config \(config)"
        return whole.count <= longest && !config.contains(" ") ? whole : "guardia watch"
    }
}
