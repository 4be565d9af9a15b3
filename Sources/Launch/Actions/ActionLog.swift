/// The actions of a launch as its journal tells them: those that run, and the newest that ended.
package struct ActionLog: Hashable, Sendable {
    /// How many ended actions are kept.
    package static let limit = 200

    /// Oldest first.
    package private(set) var records: [ActionRecord] = []
    /// Outlives the records: what was left last month is left still.
    private var ledger = RejectionLedger()
    /// The split that the newest step left in force, and when: what was read before that is over.
    package private(set) var move: Move?

    /// A change of traffic, as the action that made it tells it.
    package struct Move: Hashable, Sendable {
        package var split: Split
        package var at: Moment
    }

    package init() {}

    /// Why a colour is no good way back; nil where nothing speaks against it, or nothing is known.
    ///
    /// - Parameters:
    ///   - version: what it answers with now; nil: not known.
    ///   - split: what all edges serve now; nil: not known.
    package func rejection(of colour: String, version: String?, serving split: Split?) -> Rejection? {
        ledger.rejection(of: colour, version: version, serving: split, isMoving: mover != nil)
    }

    /// Those that have not ended, oldest first.
    package var running: [ActionRecord] { records.filter { $0.ended == nil } }
    /// The newest that ended, newest first.
    package var history: [ActionRecord] { records.filter { $0.ended != nil }.reversed() }

    package subscript(id: ActionID) -> ActionRecord? { records.last { $0.id == id } }

    /// The first of a row of deploys that each went on with the one before; itself where it goes on with none that is known.
    package func origin(of record: ActionRecord) -> ActionRecord {
        var (origin, seen) = (record, Set([record.id]))
        while let id = origin.started.continues, let earlier = self[id], seen.insert(id).inserted { origin = earlier }
        return origin
    }

    /// The deploy or rollback that moves the traffic now.
    package var mover: ActionRecord? { running.last { [.deploy, .rollback].contains($0.kind) && !$0.isOvertaken } }

    /// The newest action that moved traffic, running or ended.
    package var lastMove: ActionRecord? {
        records.last { [.deploy, .rollback].contains($0.kind) && $0.split != nil }
    }

    /// The newest interrupted deploy or rollback that nobody has finished or undone since.
    package var interrupted: ActionRecord? {
        let died = records.lastIndex {
            $0.ended?.body.outcome == .died && !$0.kind.clearsUpItself && !$0.kind.isAboutAlerts && !$0.kind.isAboutFlag
        }
        guard let died else { return nil }
        let later = records[(died + 1)...]
        guard !later.contains(where: { [.deploy, .rollback].contains($0.kind) && $0.ended?.body.outcome != .refused })
        else { return nil }
        return records[died]
    }

    /// What promote, abort and pause are about: the deploy that runs or waits, else what was interrupted.
    package var unfinished: ActionRecord? { running.last { $0.kind == .deploy && !$0.isOvertaken } ?? interrupted }

    /// Edges that the newest move did not reach, and the split that they should serve; nil where all is as it should be, and
    /// while something moves traffic.
    package var unmended: (split: Split, edges: [String], by: ActionID)? {
        guard mover == nil, let index = records.lastIndex(where: { $0.kind.movesTraffic && $0.split != nil }),
            let end = records[index].ended?.body, let split = end.split.flatMap({ Split(name: $0) })
        else { return nil }
        let mended = records[(index + 1)...].filter { $0.kind == .mend && $0.ended?.body.outcome == .done }
        let edges = end.missing.filter { edge in !mended.contains { $0.started.edges.contains(edge) } }
        return edges.isEmpty ? nil : (split, edges, records[index].id)
    }

    /// What took the traffic from an action that was pre-empted: the newest of the others that moved it in the meantime.
    package func preempter(of record: ActionRecord) -> ActionRecord? {
        guard let end = record.ended, end.body.outcome == .preempted,
            let index = records.lastIndex(where: { $0.id == record.id })
        else { return nil }
        return records[(index + 1)...].last { $0.kind.movesTraffic && $0.split != nil && $0.at.utc <= end.at.utc }
    }

    package mutating func take(_ event: ActionEvent, at moment: Moment) {
        if case .started(let started) = event {
            guard self[started.id] == nil else { return }
            records.append(ActionRecord(started, at: moment))
            trim()
            return
        }
        guard let index = records.lastIndex(where: { $0.id == event.action }) else { return }
        records[index].take(event, at: moment)
        if records[index].kind.movesTraffic, case .stepEnded(let step) = event, step.split != nil { overtake(index) }
        ledger.take(event, of: records[index], at: moment)
        // Told again at its end, it was moved no later.
        if let split = event.split.flatMap({ Split(name: $0) }), split != move?.split {
            move = Move(split: split, at: moment)
        }
    }

    /// Whether traffic was moved away from what an edge was read to serve, since it was read.
    package func isOver(_ read: Traffic.Fact<Split>, at now: Moment) -> Bool {
        move.map { $0.split != read.value && read.age >= $0.at.age(at: now) } ?? false
    }

    /// Whoever moved the traffic has the locks: what ran before it can do nothing any more, and will find that out.
    private mutating func overtake(_ index: Int) {
        for earlier in records.indices[..<index]
        where records[earlier].ended == nil && [.deploy, .rollback].contains(records[earlier].kind) {
            records[earlier].isOvertaken = true
        }
    }

    private mutating func trim() {
        while records.count > ActionLog.limit {
            guard let index = records.firstIndex(where: { $0.ended != nil }) else { return }
            records.remove(at: index)
        }
    }
}

/// One run of an action: its plan, and what came of each step.
package struct ActionRecord: Hashable, Sendable, Identifiable {
    package let started: ActionEvent.Started
    package let at: Moment
    /// The steps of the plan, in order; further ones that happened (going back) after them.
    package private(set) var steps: [StepRecord]
    package private(set) var requests: [Request] = []
    package private(set) var ended: End?
    /// Whether another action took the traffic from it: it waits for nobody any more.
    package fileprivate(set) var isOvertaken = false
    /// The traffic split that it last left in force.
    package private(set) var split: String?

    package var id: ActionID { started.id }
    package var kind: ActionKind { started.kind }

    /// What somebody asked of it while it ran, and when.
    package struct Request: Hashable, Sendable {
        package var body: ActionEvent.Asked
        package var at: Moment
    }

    /// How it ended, and when.
    package struct End: Hashable, Sendable {
        package var body: ActionEvent.Ended
        package var at: Moment
    }

    /// One step as it went.
    package struct StepRecord: Hashable, Sendable {
        package var step: ActionEvent.Step
        package var startedAt: Moment?
        package var endedAt: Moment?
        package var outcome: ActionEvent.StepEnded.Outcome?
        package var detail = ""
        /// The traffic split that it left in force; nil where it moved nothing.
        package var split: String?
        /// The newest lines of its output.
        package var notes: [String] = []

        /// How many lines are kept.
        package static let noteLimit = 100

        package var isRunning: Bool { startedAt != nil && endedAt == nil }
    }

    init(_ started: ActionEvent.Started, at moment: Moment) {
        self.started = started
        at = moment
        steps = started.steps.map { StepRecord(step: $0) }
    }

    /// The step that runs now, or the one that it stopped in.
    package var current: StepRecord? { steps.last { $0.isRunning } ?? steps.last { $0.endedAt != nil } }

    /// How far it is: changes with each step that begins or ends, each note, and the end.
    package var progress: Int {
        steps.reduce(ended == nil ? 0 : 1_000_000) { sum, step in
            sum + (step.startedAt == nil ? 0 : 1) + (step.endedAt == nil ? 0 : 1000) + step.notes.count
        }
    }

    /// Why it waits for a person; nil while it goes on by itself.
    package var waitsFor: String? {
        guard ended == nil, !isOvertaken, let current, !current.isRunning else { return nil }
        return current.outcome == .undecided ? current.detail : nil
    }

    /// Whether its promotion was begun.
    package var hasPromoted: Bool { steps.contains { $0.step.name == DeployStep.promote.name && $0.startedAt != nil } }

    /// Whether somebody has paused it and nobody let it go on.
    package var isPaused: Bool {
        requests.last { $0.body.request == .pause || $0.body.request == .promote }?.body.request == .pause
            && ended == nil
    }

    mutating func take(_ event: ActionEvent, at moment: Moment) {
        switch event {
        case .started: break
        case .stepStarted(let event):
            change(event.step) { step in
                if let title = event.title { step.step.title = title }
                step.startedAt = moment
                step.endedAt = nil
                step.outcome = nil
            }
        case .noted(let event):
            change(event.step) { step in
                step.notes.append(event.text)
                if step.notes.count > StepRecord.noteLimit { step.notes.removeFirst() }
            }
        case .stepEnded(let event):
            change(event.step) { step in
                step.endedAt = moment
                step.outcome = event.outcome
                step.detail = event.detail
                step.split = event.split
            }
            if let split = event.split { self.split = split }
        case .asked(let event): requests.append(Request(body: event, at: moment))
        case .ended(let event):
            // Whoever buries it may be late: it has told its end itself.
            if ended != nil, event.outcome == .died { return }
            ended = End(body: event, at: moment)
            if let split = event.split { self.split = split }
        }
    }

    private mutating func change(_ name: String, _ body: (inout StepRecord) -> Void) {
        if let index = steps.lastIndex(where: { $0.step.name == name }) {
            body(&steps[index])
        } else {
            var step = StepRecord(step: ActionEvent.Step(name: name, title: name))
            body(&step)
            steps.append(step)
        }
    }
}

extension ActionEvent.Ended {
    /// The end that is told in place of an action whose process died.
    package static func died(_ record: ActionRecord) -> ActionEvent.Ended {
        let step = record.current.map { "at \($0.step.name)" } ?? "before its first step"
        return ActionEvent.Ended(
            action: record.id, outcome: .died, summary: "its process died \(step): \(record.wayOut)")
    }
}

extension ActionEvent {
    /// The traffic split that it tells to be in force now.
    fileprivate var split: String? {
        switch self {
        case .stepEnded(let event): event.split
        case .ended(let event): event.split
        case .started, .stepStarted, .noted, .asked: nil
        }
    }
}
