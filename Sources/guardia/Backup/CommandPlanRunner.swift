import Edge
import Launch
import Wire

/// Runs commands of the config: here, or over SSH.
struct CommandPlanRunner: Sendable {
    let reactor: Reactor

    /// - Returns: why it failed; nil where it did what it should.
    func run(_ plan: CommandPlan) async -> String? {
        do throws(WireError) {
            var words = plan.words
            var master: SSHMaster?
            if let ssh = plan.ssh {
                let made = SSHMaster(SSHSettings(ssh), on: reactor)
                words = try await made.words(running: SSHSettings.line(words), deadline: .seconds(10))
                master = made
            }
            let result = try await Command.run(
                words, environment: ["PATH": Command.defaultPath, "LANG": "C.UTF-8"], deadline: plan.deadline.duration)
            await master?.close()
            if result.isSuccess { return nil }
            let said = (result.standardError.text + result.standardOutput.text).split(separator: "\n").last.map(
                String.init)
            return "\(plan.words.first ?? ""): \(said ?? "it failed without a word")"
        } catch {
            return error.description
        }
    }
}
