import ArgumentParser
import Console
import Launch
import Settings
import Watch

/// `guardia check`: says everything that is wrong with a launch config, at once.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a launch config: every error with its file, line and column.",
        discussion: """
            Exits 0 when the engine would start with it, 2 when not. Warnings do not change that. Config/rehearsal.yaml, or a \
            file made of it, is checked with example values for the variables that only a rehearsal knows.
            """)

    @OptionGroup var config: ConfigOptions

    @Argument(help: "The file to check, instead of --config.")
    var file: String?

    func run() throws {
        var config = config
        if let file { config.path = file }
        var note = ""
        if config.variables.isEmpty, let bytes = try? LaunchConfigurationFile.bytes(of: config.path),
            RehearsalSettings.isTemplate(bytes)
        {
            // Only a rehearsal knows its addresses: whoever changes the file wants to know of everything else.
            config.variables = RehearsalSettings.example.map { "\($0.key)=\($0.value)" }
            note = "; with example values for its variables, which guardia rehearse fills in"
        }
        let (errors, warnings) = LaunchConfigurationFile.check(path: config.path, variables: config.pairs)
        // Nothing is where the examples lead.
        for warning in warnings where note.isEmpty || !warning.message.contains(RehearsalSettings.exampleFolder) {
            Output.line("warning: \(warning)")
        }
        for error in errors { Output.line("error: \(error)") }
        guard errors.isEmpty else {
            Output.line("\(config.path) has \(errors.count == 1 ? "an error" : "\(errors.count) errors")")
            throw ExitCode(2)
        }
        let launch = try config.load().configuration
        // The engine adds what it measures of itself, and counts it.
        let own = EscalationService.series(launch).count
        Output.line(
            "\(config.path) is fit: \(launch.probes.count) probes, \(launch.series.count + own) series, "
                + "\(launch.derivations.count) of them derived, \(own) of the engine itself"
                + (launch.policies.isEmpty ? "; NOBODY IS TOLD of what fires: it has no section 'escalation'" : "")
                + note)
    }
}
