package import Launch
package import Wire

/// The commands that follow the traffic: workers, cron jobs, queues behind a colour. They come after the switch, and whatever
/// becomes of them changes nothing in it.
package struct Followers: Sendable {
    /// Runs a command of the config, on this machine or another.
    package typealias Run =
        @Sendable (
            _ command: CommandPlan, _ words: [String], _ output: @escaping @Sendable (String) -> Void
        ) async throws(WireError) -> CommandResult

    let deployment: Deployment
    let run: Run

    package init(_ deployment: Deployment, run: @escaping Run) {
        self.deployment = deployment
        self.run = run
    }

    package var isNeeded: Bool { deployment.onLive != nil || deployment.onIdle != nil }

    /// Tells the colour that is live now, then the one that is idle.
    package func follow(live: String, idle: String?, version: String, _ reporter: ActionReporter) async {
        guard isNeeded else { return }
        await reporter.begin("follow")
        var troubles: [String] = []
        let commands = [(deployment.onLive, live), (deployment.onIdle, idle ?? "")]
        for (command, colour) in commands {
            guard let command, !colour.isEmpty else { continue }
            do throws(WireError) {
                let result = try await run(command, command.filled(version: version, colour: colour)) { _ in }
                if !result.isSuccess { troubles.append("\(colour): \(result.complaint)") }
            } catch {
                troubles.append("\(colour): \(error.reason)")
            }
        }
        await reporter.end(
            "follow", troubles.isEmpty ? .done : .failed,
            troubles.isEmpty ? "told" : "the traffic moved all the same: \(troubles.joined(separator: "; "))")
    }
}

extension CommandResult {
    /// How it ended, and the last line that it wrote.
    package var complaint: String {
        let last = (standardError.text + "\n" + standardOutput.text).split(whereSeparator: \.isNewline).last {
            !$0.isEmpty
        }
        let end =
            switch ending {
            case .exited(let status): "it exited with \(status)"
            case .signalled(let signal): "it was ended by signal \(signal)"
            }
        return end + (last.map { ": \($0.prefix(200))" } ?? "")
    }
}
