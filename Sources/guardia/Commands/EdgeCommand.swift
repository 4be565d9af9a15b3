import ArgumentParser
import Edge
import Launch
import Settings

/// `guardia edge …`: what an edge needs, and what differs on one.
struct EdgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge", abstract: "Put the door into an edge's nginx, and say what differs on an edge.",
        discussion: "docs/edge-setup.md is the way through.",
        subcommands: [EdgeRender.self, EdgeInstallCommand.self, EdgeCheckCommand.self])
}

/// The edges of a launch config that a command is about.
struct EdgeSelection: ParsableArguments {
    @OptionGroup var config: ConfigOptions

    @Argument(help: "The edge's name; left out: all of them.")
    var edge: String?

    /// - Throws: an exit code; what is wrong has been told.
    func load() throws -> (deployment: Deployment, edges: [EdgePlan]) {
        let launch: LaunchConfiguration
        do { launch = try config.load().configuration } catch { throw Failure.usage(error) }
        guard let deployment = launch.deployment else {
            throw Failure.usage(EdgeMistake("\(config.path) has no 'deployment': there is no edge"))
        }
        guard let edge else { return (deployment, deployment.edges) }
        let edges = deployment.edges.filter { $0.name == edge }
        guard !edges.isEmpty else {
            let names = deployment.edges.map(\.name)
            throw Failure.usage(
                EdgeMistake(
                    "there is no edge '\(edge)'; \(Nearest.hint(for: edge, among: names) ?? "there are \(names.joined(separator: ", "))")"
                ))
        }
        return (deployment, edges)
    }
}

/// What is wrong with the words of the command.
struct EdgeMistake: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// `guardia edge render`: the texts that nginx includes.
struct EdgeRender: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Print what nginx includes on an edge: the door, and the hardening before it.",
        discussion: """
            `http` and `server` are the door with the limits, filters and headers of deployment.hardening; `rules` are the \
            firewall's; `bans` is what fail2ban and nftables need, each file after its path.
            """)

    enum Part: String, CaseIterable, ExpressibleByArgument {
        case http, server, rules, bans
    }

    @OptionGroup var selection: EdgeSelection

    @Option(help: "Only one part: http, server, rules or bans.")
    var part: Part?

    func run() throws {
        let (deployment, edges) = try selection.load()
        for edge in edges {
            let configuration = EdgeConfiguration(deployment, edge)
            if part == nil || part == .http { Output.text(configuration.http) }
            if part == nil || part == .server { Output.text(configuration.server) }
            if part == nil || part == .rules, let rules = configuration.rules { Output.text(rules) }
            guard part == .bans, let plan = deployment.hardening else { continue }
            for file in EdgeHardening(plan).banFiles { Output.text("# \(file.path)\n\(file.text)") }
        }
    }
}
