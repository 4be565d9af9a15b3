import Actions
import Launch
import Testing

/// A deploy whose canary is compared by a figure of the business.
extension DeployTests {
    private func board(paid: (green: Double?, blue: Double?)) -> Board {
        var board = board()
        guard var manifest = board.manifest else { return board }
        for colour in ["green", "blue"] {
            manifest.series.append(
                Series(id: SeriesID("\(colour).paid"), title: colour, unit: .percent, interval: 1000))
        }
        board.apply(manifest)
        let readings = [("green", paid.green), ("blue", paid.blue)].compactMap { colour, value in
            value.map { Reading(SeriesID("\(colour).paid"), .number($0)) }
        }
        board.apply(Tick(at: clock.now(), readings: readings))
        return board
    }

    private var compared: Deployment {
        deployment(edges: ["edge-1"]) {
            $0.canary.analysis.kpis = [
                CanaryKpi(
                    title: "Payments approved",
                    sides: ["blue": .init(figure: "blue.paid"), "green": .init(figure: "green.paid")], unit: .percent,
                    better: .higher, tolerance: .relative(10))
            ]
        }
    }

    @Test func aReleaseThatSellsLessGoesBackByItselfWithBothFigures() async {
        let edge = FakeEdge("edge-1")
        // Its figures fall once it has customers: before that they are nobody's.
        let run = await deploy(
            [edge], compared, board: { self.board(paid: (edge.now.split.canary == nil ? nil : 60, 95)) })
        #expect(run.result.outcome == .wentBack)
        #expect(
            run.result.summary.contains("Payments approved 60 % against 95 %, worse in"), "\(run.result.summary)")
        #expect(edge.now.split == Split(all: "blue"))
    }

    @Test func theLastEventsOfTheReleaseBeforeAreWaitedForThoughTheyAreTooFewToTell() async {
        let start = clock.now()
        let moved = ActionID("rollback-1")
        let strict = deployment(edges: ["edge-1"]) {
            $0.canary.analysis.kpis = compared.canary.analysis.kpis
            $0.canary.analysis.kpis[0].sides["green"] = .init(figure: "green.paid", events: "green.paid.events")
        }
        let run = await deploy(
            [FakeEdge("edge-1")], strict,
            board: { [clock] in
                let age = start.age(at: clock.now()).seconds
                // For half a minute the window holds a few of its failures; then only what the new one sells.
                var board = self.board(paid: (age < 30 ? nil : 94, 95))
                if var manifest = board.manifest {
                    manifest.series.append(
                        Series(id: "green.paid.events", title: "events", unit: .count, interval: 1000))
                    board.apply(manifest)
                }
                board.apply(
                    Tick(at: clock.now(), readings: [Reading("green.paid.events", .number(age < 30 ? 7 : 50))]))
                let events: [ActionEvent] = [
                    .started(.init(id: moved, kind: .rollback, by: ana, reason: "", command: [], steps: [], pid: 1)),
                    .stepEnded(.init(action: moved, step: "flip", outcome: .done, detail: "", split: "blue")),
                ]
                for event in events { board.apply(Event(origin: "test", at: start, body: .action(event))) }
                return board
            })
        #expect(run.result.outcome == .done, "\(run.result.summary)")
        #expect(journal.notes.contains { $0.contains("still those of the release before") }, "\(journal.notes)")
    }

    @Test func aReleaseThatSellsAsMuchIsPromotedAndItsStepsSayTheFigures() async {
        let run = await deploy([FakeEdge("edge-1")], compared, board: { self.board(paid: (94, 95)) })
        #expect(run.result.outcome == .done, "\(run.result.summary)")
        let analysis = journal.record?.steps.first { $0.step.name == "analyse-5" }
        #expect(analysis?.detail.contains("Payments approved 94 % against 95 %") == true)
    }

    @Test func whereTheFigureIsNotKnownAPersonIsAsked() async {
        let run = await deploy(
            [FakeEdge("edge-1")], compared, board: { self.board(paid: (nil, 95)) },
            script: { event in
                if case .stepEnded(let end) = event, end.step == "analyse-5", end.outcome == .undecided {
                    return [.abort]
                }
                return []
            })
        #expect(run.result.outcome == .wentBack)
        #expect(
            journal.notes.contains {
                $0.contains("a person is needed (Payments approved was known of both in 0 looks")
            },
            "\(journal.notes)")
    }
}
