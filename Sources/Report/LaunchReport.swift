import Console
package import Launch

/// A launch between two times, ready to be written down: everything comes from its journal.
package struct LaunchReport: Sendable {
    /// What was read of the journal.
    package struct Material: Sendable {
        /// Nil: the journal holds none, as where no engine ever wrote it.
        package var manifest: Manifest?
        package var from: Timestamp
        package var to: Timestamp
        /// When it is made.
        package var now: Timestamp
        /// The board as it was at the end.
        package var board: Board
        /// From some time before ``from``, so that what began before is whole; oldest first.
        package var events: [Event]
        package var slots: [SeriesID: [SeriesSlot]]
        package var changes: [ManifestChange]
        /// What each change of traffic did to the figures, as it was known when its time was over; oldest first.
        package var moves: [Move]
        /// An event in a sentence.
        package var words: @Sendable (Event) -> String

        package init(
            manifest: Manifest?, from: Timestamp, to: Timestamp, now: Timestamp, board: Board, events: [Event],
            slots: [SeriesID: [SeriesSlot]], changes: [ManifestChange] = [], moves: [Move] = [],
            words: @escaping @Sendable (Event) -> String
        ) {
            self.manifest = manifest
            self.from = from
            self.to = to
            self.now = now
            self.board = board
            self.events = events
            self.slots = slots
            self.changes = changes
            self.moves = moves
            self.words = words
        }
    }

    /// A change of traffic with what it did to the figures.
    package struct Move: Sendable {
        var record: ActionRecord
        var figures: WatchFigures
        var summary: WatchSummary

        /// Nil for an action that moved no traffic.
        package init?(_ record: ActionRecord, on board: Board, at now: Moment) {
            guard let figures = WatchFigures(of: record, board: board, now: now) else { return nil }
            (self.record, self.figures) = (record, figures)
            summary = WatchSummary(figures, on: board)
        }
    }

    /// A line of the timeline.
    struct Entry {
        enum Weight { case quiet, good, warning, critical, deed }
        var at: Timestamp
        var kind: String
        var words: String
        var weight: Weight
    }

    /// What a chart bears beside its curve: who served changed, a flag changed.
    struct Mark {
        var at: Timestamp
        /// `D` a deploy, `R` a rollback, `F` a flag.
        var letter: String
        var words: String
    }

    /// How many lines a timeline has at most.
    static let timelineLimit = 1500

    let material: Material
    let times: ReportTimes
    let charts: [ReportChart]
    let marks: [Mark]
    let timeline: [Entry]
    /// How many events the timeline leaves out.
    let omitted: Int
    let episodes: [AlertEpisode]
    let actions: [ActionRecord]
    let checklist: Checklist
    /// Figures of the end: availability, the budget that is left.
    let standing: [(title: String, value: String, target: String?, isMet: Bool?)]

    package init(_ material: Material) {
        self.material = material
        let (from, to) = (material.from, material.to)
        times = ReportTimes(manifest: material.manifest, today: material.to)
        let inside = material.events.filter { $0.at.utc >= from && $0.at.utc <= to }
        episodes = AlertEpisodes(material.events).all.filter {
            $0.firedAt.utc <= to && ($0.endedAt?.utc ?? to) >= from
        }
        var log = ActionLog()
        for event in material.events { if case .action(let action) = event.body { log.take(action, at: event.at) } }
        actions = log.records.filter { $0.at.utc >= from && $0.at.utc <= to }
        marks = LaunchReport.marks(actions, inside)
        let told = inside.compactMap { event in
            LaunchReport.weight(event).map {
                Entry(at: event.at.utc, kind: event.body.kind, words: material.words(event), weight: $0)
            }
        }
        let changed = material.changes.map {
            Entry(at: $0.at, kind: "config.changed", words: $0.words, weight: Entry.Weight.deed)
        }
        let all = (told + changed).sorted { $0.at < $1.at }
        timeline =
            all.count <= LaunchReport.timelineLimit
            ? all
            // What is quiet gives way first; of what is left the newest stay.
            : Array(all.filter { $0.weight != .quiet }.suffix(LaunchReport.timelineLimit))
        omitted = all.count - timeline.count
        charts = ReportChart.charts(material, times: times)
        checklist = Checklist(
            material.manifest?.checklist ?? [], log: material.board.checklistLog,
            launchAt: material.launchTime, now: to)
        standing = LaunchReport.standing(material, figures: times.figures)
    }

    /// The end of it as a file's name has it: `20261127-1408`, in the zone of the launch.
    package var fileStamp: String {
        let civil = times.zone.civil(material.to)
        func padded(_ number: Int, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        return padded(civil.year, 4) + padded(civil.month, 2) + padded(civil.day, 2) + "-" + padded(civil.hour, 2)
            + padded(civil.minute, 2)
    }

    /// Which series the report draws: the business figures, and the latencies and error rates of all panes.
    package static func series(of manifest: Manifest) -> [SeriesID] { ReportChart.plans(manifest).map(\.series.id) }

    // MARK: What happened

    /// How an event stands out in the timeline; nil: it is no line of it.
    private static func weight(_ event: Event) -> Entry.Weight? {
        switch event.body {
        case .engineStarted, .engineStopped, .clockStepped, .recordingGap: .warning
        case .verdictChanged(let change):
            change.to == .critical ? .critical : change.from == .critical ? .good : nil
        case .presence(.seen): nil
        case .presence: .quiet
        case .action(.started): .deed
        case .action(.ended(let end)): end.outcome == .done ? .good : .critical
        case .action(.asked): .deed
        case .action: nil
        case .alert(.fired(let fired)): fired.alert.severity == .critical ? .critical : .warning
        case .alert(.resolved): .good
        case .alert(.acknowledged), .alert(.unacknowledged), .alert(.silenced), .alert(.unsilenced): .deed
        case .alert: nil
        case .escalation(.started), .escalation(.stepped), .escalation(.stopped): .warning
        case .escalation(.refused): .critical
        case .escalation: nil
        case .response: .deed
        case .security: .quiet
        case .checklist: .deed
        case .flag(.changed): .deed
        case .flag: nil
        default: .quiet
        }
    }

    private static func marks(_ actions: [ActionRecord], _ events: [Event]) -> [Mark] {
        let moves = actions.filter { $0.kind.movesTraffic && $0.firstMovedAt != nil }.map { record in
            Mark(
                at: record.firstMovedAt?.utc ?? record.at.utc, letter: record.kind == .rollback ? "R" : "D",
                words: record.kind.title + ReportText.move(record, prefix: " ") + " by " + record.started.by.name)
        }
        let flags = events.compactMap { event -> Mark? in
            guard case .flag(.changed(let change)) = event.body else { return nil }
            return Mark(at: event.at.utc, letter: "F", words: "flag \(change.flag) \(change.words) by \(change.by)")
        }
        return (moves + flags).sorted { $0.at < $1.at }
    }

    private static func standing(
        _ material: Material, figures: Figures
    ) -> [(title: String, value: String, target: String?, isMet: Bool?)] {
        guard let manifest = material.manifest else { return [] }
        var lines: [(title: String, value: String, target: String?, isMet: Bool?)] = []
        for kpi in manifest.kpis ?? [] {
            guard let track = material.board.track(kpi.series) else { continue }
            let unit = track.series.unit
            let decimals = kpi.name == "availability" ? 3 : nil
            let value = track.number.map { number in
                decimals.map { figures.percent(number, decimals: $0) } ?? figures.value(number, unit: unit)
            }
            let target = kpi.target.map { target in
                (target.isAtLeast ? "≥ " : "≤ ")
                    + (decimals == nil
                        ? figures.value(target.value, unit: unit)
                        : figures.percent(target.value, decimals: 3))
            }
            lines.append(
                (
                    kpi.title, value ?? track.text ?? "not known", target,
                    track.number.flatMap { number in kpi.target.map { $0.isMet(by: number) } }
                ))
        }
        // What is left of the failures that the objective allows: the config names such series so.
        for track in material.board.tracks where track.series.id.name.hasSuffix(".budget") {
            guard let number = track.number else { continue }
            lines.append((track.series.title, figures.percent(number), "≥ 0 %", number >= 0))
        }
        return lines
    }
}

extension Kpi.Target {
    var isAtLeast: Bool { if case .atLeast = self { true } else { false } }
}
