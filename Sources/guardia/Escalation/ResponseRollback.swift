import Journal
import Launch
import Screen

/// Starts `guardia rollback --yes` for an automatic response, as a dashboard starts one: a session of its own, which the end
/// of the engine does not stop.
struct ResponseRollback: Sendable {
    let journal: String
    let config: ConfigOptions

    /// How long its end is waited for. It goes on beyond that, and tells the journal itself.
    private static let patience: Duration = .seconds(120)

    init(journal: String, config: ConfigOptions) {
        self.journal = journal
        self.config = config
    }

    /// - Returns: why it failed; nil where it ended well, or still runs.
    func callAsFunction(_ reason: String) async -> String? {
        var setup = ActionStart.setup(journal: journal, config: config.path)
        setup.options += config.variables.flatMap { ["--set", $0] }
        let launcher = ActionLauncher(setup, wake: {})
        let id = ActionID(.rollback, at: SystemClock().now().utc, random: .random(in: 0 ... .max))
        launcher.launch(
            ActionRequest(
                id: id, kind: .rollback, arguments: ["rollback", "--yes", "--reason", String(reason.prefix(300))]))
        let end = ContinuousClock.now + ResponseRollback.patience
        while ContinuousClock.now < end {
            if let ended = launcher.take().first(where: { $0.id == id }) {
                return ended.hasFailed ? "\(id): \(ended.reason)" : nil
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
        return nil
    }
}
