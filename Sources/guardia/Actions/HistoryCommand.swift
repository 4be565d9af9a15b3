import ArgumentParser
import Journal
import Launch

/// `guardia history`: what moved the traffic, and how; the page `H` of the screen for whoever has none.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List what was done to the launch, or tell one action whole: its steps, their output, what it did.",
        discussion: """
            Deploys and rollbacks, the newest first; with --all also flags, backups, drills and what was done about alerts. With an \
            action's id (or a beginning of it that no other has) that one is told step by step, with the newest lines of its \
            output and, where it moved traffic, the figures after it against those before. On the dashboard: H.

            Exits 0; 1 where no action has that id; 2 where there is no journal.
            """)

    @OptionGroup var journal: JournalSource

    @Argument(help: "The action's id, as the list and the feed have it.")
    var action: String?

    @Option(name: [.customShort("n"), .customLong("count")], help: "How many are listed.")
    var count = 20

    @Flag(help: "List all kinds of actions.")
    var all = false

    @Flag(help: "One JSON object an action, times in UTC.")
    var json = false

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count: a number from 1 on") }
    }

    func run() throws {
        let path = try journal.path()
        let board: Board
        do { board = try JournalReader(path: path).currentBoard() } catch { throw Failure.failed(error) }
        let teller = HistoryText(board, now: SystemClock().now())
        guard let action else {
            let records = board.actions.records.reversed().filter { all || $0.kind.movesTraffic }.prefix(count)
            if records.isEmpty, !json { Output.line("no action in this journal\(all ? "" : " has moved traffic")") }
            for record in records { json ? Output.json(HistoryReport(record)) : Output.line(teller.line(record)) }
            return
        }
        let found = board.actions.records.filter { $0.id.text.hasPrefix(action) }
        guard let record = found.first(where: { $0.id.text == action }) ?? (found.count == 1 ? found.first : nil) else {
            throw Failure.failed(
                Told(
                    found.isEmpty
                        ? "no action of this journal is called \(action): guardia history --all lists the newest"
                        : "\(found.count) actions begin with \(action): \(found.suffix(5).map(\.id.text).joined(separator: ", "))"
                ))
        }
        json ? Output.json(HistoryReport(record)) : teller.lines(record).forEach { Output.line($0) }
    }
}

/// Actions as lines for people.
struct HistoryText {
    private let board: Board
    private let now: Moment
    private let zone: Zone

    init(_ board: Board, now: Moment) {
        self.board = board
        self.now = now
        zone = board.manifest?.zone ?? .utc
    }

    /// `Fri 2026-11-27 19:27 ART  done  rollback blue v1.4.0 → green v1.3.9  root@vm  rollback-2026…`
    func line(_ record: ActionRecord) -> String {
        [
            PeopleText.time(record.at.utc, zone), padded(HistoryText.outcome(record)),
            [record.kind.title, record.move].filter { !$0.isEmpty }.joined(separator: " "),
            record.started.by.signature, record.id.text,
        ].joined(separator: "  ")
    }

    /// As wide as the longest end: `pre-empted`.
    private func padded(_ word: String) -> String { word + String(repeating: " ", count: max(0, 10 - word.count)) }

    func lines(_ record: ActionRecord) -> [String] {
        let started = record.started
        var lines = [line(record)]
        func fact(_ name: String, _ text: String) {
            if !text.isEmpty { lines.append("  \(name)  \(text)") }
        }
        fact("why", started.reason)
        fact("edges", started.edges.joined(separator: ", "))
        fact("ran", started.command.joined(separator: " "))
        fact("goes on with", started.continues?.text ?? "")
        if started.breaksGlass == true { fact("BREAK GLASS", "without the approval that the config asks for") }
        for step in record.steps {
            lines.append(
                "  \(HistoryText.mark(step)) \(HistoryText.title(step))\(span(step))"
                    + (step.detail.isEmpty ? "" : "  \(step.detail)"))
            let output = step.notes.flatMap { $0.split(separator: "\n") }
            lines += output.suffix(20).map { "      \($0)" }
        }
        for request in record.requests {
            let reason = request.body.reason.isEmpty ? "" : ": \(request.body.reason)"
            fact("asked", "\(request.body.request.rawValue) by \(request.body.by.signature)\(reason)")
        }
        if let end = record.ended {
            fact("end", "\(end.body.summary), after \(PeopleText.span(record.at.age(at: end.at)))")
            fact("missing", end.body.missing.joined(separator: ", "))
        }
        if record.kind.movesTraffic, record.split != nil, let figures = WatchFigures(of: record, board: board, now: now)
        {
            let summary = WatchSummary(figures, on: board)
            if !summary.verdicts.isEmpty { lines += ([summary.times] + summary.verdicts).map { "  figures  \($0)" } }
        }
        return lines
    }

    private func span(_ step: ActionRecord.StepRecord) -> String {
        guard let begun = step.startedAt else { return "" }
        return "  \(PeopleText.span(begun.age(at: step.endedAt ?? now)))" + (step.endedAt == nil ? " so far" : "")
    }

    private static func title(_ step: ActionRecord.StepRecord) -> String {
        step.step.name == ActionRecord.wayBack ? "Traffic back to where it came from" : step.step.title
    }

    private static func mark(_ step: ActionRecord.StepRecord) -> String {
        switch step.outcome {
        case .done: "✓"
        case .failed: "✗"
        case .undecided: "?"
        case .skipped: "·"
        case nil: step.startedAt == nil ? "·" : "▸"
        }
    }

    /// How it ended, or that it runs.
    static func outcome(_ record: ActionRecord) -> String {
        guard let end = record.ended?.body else { return record.waitsFor == nil ? "runs" : "WAITS FOR A PERSON" }
        return record.outcomeTitle ?? end.outcome.title
    }
}

/// One action for scripts.
struct HistoryReport: Encodable {
    struct Step: Encodable {
        var name: String
        var title: String
        var began: String?
        var ended: String?
        var outcome: String?
        var detail: String?
        var output: [String]
    }

    var id: String
    var kind: String
    var by: String
    var at: String
    var ended: String?
    /// Nil while it runs.
    var outcome: String?
    var summary: String?
    var reason: String?
    var from: ActionEvent.Side?
    var to: ActionEvent.Side?
    var subject: String?
    var edges: [String]
    var missing: [String]
    var split: String?
    var breaksGlass: Bool
    var continues: String?
    var command: [String]
    var steps: [Step]

    init(_ record: ActionRecord) {
        let (started, end) = (record.started, record.ended)
        func text(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        id = record.id.text
        kind = record.kind.rawValue
        by = started.by.signature
        at = PeopleText.utc(record.at.utc)
        ended = end.map { PeopleText.utc($0.at.utc) }
        outcome = end?.body.outcome.rawValue
        summary = text(end?.body.summary)
        reason = text(started.reason)
        (from, to) = (started.from, started.to)
        subject = started.subject
        edges = started.edges
        missing = end?.body.missing ?? []
        split = record.split
        breaksGlass = started.breaksGlass ?? false
        continues = started.continues?.text
        command = started.command
        steps = record.steps.map { step in
            Step(
                name: step.step.name, title: step.step.title, began: step.startedAt.map { PeopleText.utc($0.utc) },
                ended: step.endedAt.map { PeopleText.utc($0.utc) }, outcome: step.outcome?.rawValue,
                detail: text(step.detail), output: step.notes)
        }
    }
}
