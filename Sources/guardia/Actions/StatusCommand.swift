import Actions
import ArgumentParser
import Journal
import Launch

/// `guardia status`: who serves, as the edges themselves say it, and whether a rollback would work.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask every edge who serves, which versions answer, and whether a rollback would work.",
        discussion: "Exits 0 where a rollback would work, 4 where not, or where it cannot be told.")

    @OptionGroup var options: ActionOptions

    func run() async throws {
        let session = try ActionSession(options, for: nil, isRescue: true)
        let survey = await EdgeSurvey.take(session.edges, session.deployment)
        let light = RollbackLight(survey.traffic)
        let actions = await JournalBoard(session.journal).board()?.actions
        let code: Int32 = light.isReady ? 0 : 4
        if options.json {
            Output.json(Report(survey, light, actions))
        } else {
            for line in survey.lines { Output.line(line) }
            Output.line(StatusCommand.words(light))
            for record in actions?.running ?? [] {
                let lives = ActionLock.lives(record.id, journal: session.journal)
                Output.line(
                    "\(lives == false ? "✗ DIED" : "… runs")  \(record.id) by \(record.started.by.signature), step "
                        + "\(record.current?.step.name ?? "none")\(lives == false ? ": guardia promote finishes it, guardia abort undoes it" : "")"
                )
            }
        }
        _ = await session.close()
        throw ExitCode(code)
    }

    static func words(_ light: RollbackLight) -> String {
        switch light {
        case .ready(let colour, let version, _, let edges):
            "✓ ROLLBACK READY \(colour) \(version), through \(edges)/\(edges) edges"
        case .blocked(let why): "✗ NO WAY BACK: \(why)"
        case .unknown(let why): "? WAY BACK UNKNOWN: \(why)"
        }
    }

    private struct Report: Encodable {
        struct Edge: Encodable {
            var name: String
            var split: String?
            var up: Bool?
            var trouble: String?
            var lock: String?
            var frozen: String?
            var versions: [String: String]
        }
        var edges: [Edge]
        var light: String
        var lightWords: String
        var running: [String]

        init(_ survey: EdgeSurvey, _ light: RollbackLight, _ actions: ActionLog?) {
            edges = survey.traffic.edges.map { edge in
                Edge(
                    name: edge.name, split: edge.split?.value.name, up: edge.isUp, trouble: edge.trouble,
                    lock: edge.lock,
                    frozen: edge.notice, versions: edge.versions.mapValues(\.value))
            }
            switch light {
            case .ready: self.light = "ready"
            case .blocked: self.light = "blocked"
            case .unknown: self.light = "unknown"
            }
            lightWords = StatusCommand.words(light)
            running = actions?.running.map(\.id.text) ?? []
        }
    }
}
