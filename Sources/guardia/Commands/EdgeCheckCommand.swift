import ArgumentParser
import Edge
import Foundation
import Launch
import Wire

/// `guardia edge check`: what differs on an edge from what the launch config says.
struct EdgeCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say what differs on an edge from what the launch config says.",
        discussion: """
            Asks the helper and the nginx that runs: the helper's version, the door, the folders' modes, the digest of the \
            running configuration, the clock, and each colour through the edge. Changes nothing. Exits 0 when actions may \
            rely on every edge, 1 when not.
            """)

    @OptionGroup var selection: EdgeSelection

    @Option(help: ArgumentHelp("How long an edge may take, as 10s.", valueName: "time"))
    var deadline = SpanArgument<Seconds>(.seconds(10))

    @Flag(help: "Print it as JSON.")
    var json = false

    func validate() throws {
        guard (Milliseconds.seconds(1) ... .minutes(5)).contains(deadline.span) else {
            throw ValidationError("--deadline is from 1s to 5m")
        }
    }

    func run() async throws {
        let (deployment, edges) = try selection.load()
        let reactor = try Reactor()
        let limit = deadline.span.duration
        let checks = await withTaskGroup(of: (Int, EdgeCheck).self) { group in
            for (index, edge) in edges.enumerated() {
                group.addTask {
                    let client = EdgeClient(edge, of: deployment, on: reactor)
                    let facts = await client.facts(within: limit)
                    await client.close()
                    return (index, EdgeCheck(facts, of: deployment, edge, clock: Int64(Date().timeIntervalSince1970)))
                }
            }
            var checks: [(Int, EdgeCheck)] = []
            for await check in group { checks.append(check) }
            return checks.sorted { $0.0 < $1.0 }.map(\.1)
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Output.text(String(decoding: try encoder.encode(checks), as: UTF8.self))
        } else {
            checks.forEach(show)
        }
        if !checks.allSatisfy(\.isFit) { throw ExitCode.failure }
    }

    private func show(_ check: EdgeCheck) {
        Output.line("\(check.edge): \(check.isFit ? "fit" : "NOT FIT")")
        let width = check.items.map(\.name.count).max() ?? 0
        for item in check.items {
            let mark =
                switch item.state {
                case .fine: "ok   ";
                case .doubtful: "doubt";
                case .wrong: "WRONG"
                }
            let name = item.name.padding(toLength: width, withPad: " ", startingAt: 0)
            Output.line("  \(mark)  \(name)  \(visible(item.text))" + (item.advice.map { "; \($0)" } ?? ""))
        }
    }

    /// What an edge says is text from outside: no control character of it reaches the terminal (contract C5).
    private func visible(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.isVisible ? $0 : "\u{FFFD}" }))
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isVisible: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
