import Actions
import ArgumentParser
import Journal
import Launch

/// `guardia status`: who serves, as the edges themselves say it, whether a rollback would work, and what waits for a person.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask every edge who serves, which versions answer, and whether a rollback would work.",
        discussion: """
            It also says which actions run, which wait for a person, which hang (their lock has lapsed), and which died and were \
            not finished or undone, and what the last change of traffic did to the figures.

            Exits 0 where a rollback would work and nothing waits for a person; else 4: it would not, or would bring back a release \
            that was left or a colour that fails its own health check, or it cannot be told; a person is needed; an action hangs or died.
            """)

    @OptionGroup var options: LookOptions

    func run() async throws {
        let session = try ActionSession(options, isRescue: true)
        let journal = session.journal
        async let asked = JournalBoard(journal, span: .hours(1)).board(within: .seconds(2))
        let survey = await EdgeSurvey.take(session.edges, session.deployment)
        let board = await asked
        let now = session.clock.now()
        var traffic = survey.traffic
        // What the edges do not see: the health checks of the colours themselves.
        if let board { traffic.ailments = Traffic.ailments(of: board, now: now) }
        let light = StatusCommand.light(traffic, board?.actions, journal: journal)
        let unsettled = board.map { board in
            UnsettledAction.all(in: board.actions, traffic: survey.traffic) { ActionLock.lives($0, journal: journal) }
        }
        let needsPerson = unsettled?.contains { $0.needsPerson } ?? false
        if options.json {
            Output.json(
                Report(
                    survey, light, unsettled, board.flatMap { LastMove($0, at: now) },
                    journal: board == nil ? "\(journal) cannot be read" : nil, now))
        } else {
            for line in survey.lines { Output.line(line) }
            Output.line(StatusCommand.words(light, at: now))
            for action in unsettled ?? [] { Output.line(action.words(at: now)) }
            for line in board.flatMap({ LastMove($0, at: now) })?.lines ?? [] { Output.line(line) }
            if board == nil { Output.line("? what runs or waits is not known either") }
        }
        _ = await session.close()
        throw ExitCode(light.isReady && !needsPerson ? 0 : 4)
    }

    /// Without the journal nobody knows whether what answers was left for good reason: that is no green light.
    static func light(_ traffic: Traffic, _ actions: ActionLog?, journal: String) -> RollbackLight {
        let light = RollbackLight(traffic, actions)
        guard actions == nil, case .ready(let colour, let version, _, let edges) = light else { return light }
        return .unknown(
            "\(colour) \(version) answers, through \(edges) edge\(edges == 1 ? "" : "s"), and whether it was left is not known: \(journal) cannot be read"
        )
    }

    static func words(_ light: RollbackLight, at now: Moment) -> String {
        switch light {
        case .ready(let colour, let version, _, let edges):
            "✓ ROLLBACK READY \(colour) \(version), through \(edges)/\(edges) edge\(edges == 1 ? "" : "s")"
        case .unwell(let colour, let version, let why):
            "! STANDBY UNWELL \(colour) \(version) answers, and fails its own health check: \(why)"
        case .rejected(let rejection, let version): "! STANDBY \(rejection.words(at: now, version: version))"
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
        /// Why the journal could not be read, and nothing is known of actions; left out where it was.
        var journalTrouble: String?
        var running: [String]?
        var waiting: [String]?
        /// Of those that run.
        var hanging: [String]?
        var died: [String]?
        var words: [String]?
        var last: LastMove.Report?

        init(
            _ survey: EdgeSurvey, _ light: RollbackLight, _ actions: [UnsettledAction]?, _ last: LastMove?,
            journal trouble: String?, _ now: Moment
        ) {
            self.last = last?.report
            journalTrouble = trouble
            edges = survey.traffic.edges.map { edge in
                Edge(
                    name: edge.name, split: edge.split?.value.name, up: edge.isUp, trouble: edge.trouble,
                    lock: edge.lock,
                    frozen: edge.notice, versions: edge.versions.mapValues(\.value))
            }
            switch light {
            case .ready: self.light = "ready"
            case .unwell: self.light = "unwell"
            case .rejected: self.light = "rejected"
            case .blocked: self.light = "blocked"
            case .unknown: self.light = "unknown"
            }
            lightWords = StatusCommand.words(light, at: now)
            running = actions?.filter { $0.state != .died }.map(\.record.id.text)
            waiting = actions?.filter { if case .waits = $0.state { true } else { false } }.map(\.record.id.text)
            hanging = actions?.filter { $0.state == .hangs }.map(\.record.id.text)
            died = actions?.filter { $0.state == .died }.map(\.record.id.text)
            words = actions?.map { $0.words(at: now) }
        }
    }
}
