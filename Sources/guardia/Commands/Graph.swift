import ArgumentParser
import Launch
import Settings

/// `guardia graph`: what is probed, and what is derived from what.
struct Graph: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Print the graph of series: what each probe reads, and what is derived from what.")

    @OptionGroup var config: ConfigOptions

    @Argument(help: "The file to read, instead of --config.")
    var file: String?

    @Flag(help: "Print it in the dot language, for Graphviz.")
    var dot = false

    func run() throws {
        let launch: LaunchConfiguration
        var config = config
        if let file { config.path = file }
        do { launch = try config.load().configuration } catch { throw Failure.usage(error) }
        let text = GraphText(launch)
        Output.text(dot ? text.dot : text.plain)
    }
}
