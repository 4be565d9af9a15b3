/// An action that has not come to its end: it runs, waits for a person, or died and nobody has finished or undone it since.
package struct UnsettledAction: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case runs
        /// Nothing happens until somebody says so.
        case waits(for: String)
        case paused
        /// Its lock has lapsed: nothing drives it, though its process has not ended.
        case hangs
        case died
    }

    package var record: ActionRecord
    package var state: State

    /// - Parameters:
    ///   - traffic: what the edges say, their locks above all; nil: not known.
    ///   - lives: whether an action's process lives; nil: it left no sign that could tell.
    package static func all(
        in log: ActionLog, traffic: Traffic? = nil, lives: (ActionID) -> Bool?
    ) -> [UnsettledAction] {
        let dead = log.interrupted.map { [UnsettledAction(record: $0, state: .died)] } ?? []
        return dead
            // The engine may not have noticed yet that one died, or not run.
            + log.running.map { record in
                UnsettledAction(
                    record: record, lives: lives(record.id) != false,
                    hangs: traffic?.hasLapsed(lockOf: record.id) ?? false)
            }
    }

    package init(record: ActionRecord, lives: Bool, hangs: Bool = false) {
        self.record = record
        if !lives {
            state = .died
        } else if hangs {
            state = .hangs
        } else if let why = record.waitsFor {
            state = .waits(for: why)
        } else {
            state = record.isPaused ? .paused : .runs
        }
    }

    private init(record: ActionRecord, state: State) {
        self.record = record
        self.state = state
    }

    /// Whether nothing good comes of it by itself.
    package var needsPerson: Bool {
        switch state {
        case .waits, .hangs, .died: true
        case .runs, .paused: false
        }
    }

    /// What a lapsed lock means, and the way out.
    package static let hanging = "its lock has lapsed, nothing drives it: guardia rollback goes over it"

    /// For people, with the way out of it.
    package func words(at now: Moment) -> String {
        let name = "\(record.label) (\(record.id))"
        let step = record.current.map { " at “\($0.step.title)”" } ?? " before its first step"
        switch state {
        case .runs: return "… runs  \(name)\(step)"
        case .paused: return "… HELD  \(name)\(step): guardia promote goes on, guardia abort goes back"
        case .hangs: return "✗ HANGS  \(name)\(step): \(UnsettledAction.hanging)"
        case .died: return "✗ DIED  \(name)\(step): \(record.wayOut)"
        case .waits(let why):
            let next = record.next.map { "; next “\($0.title)”" } ?? ""
            let left = record.patience(at: now).map { "; goes back by itself in \(Rejection.age($0))" } ?? ""
            return "? A PERSON IS NEEDED  \(name)\(step): \(why)\(next)\(left): \(record.wayOn)"
        }
    }
}

extension ActionRecord {
    /// The step that comes after the one that it is at; nil after the last.
    package var next: ActionEvent.Step? {
        guard let current, let index = steps.lastIndex(where: { $0.step.name == current.step.name }) else {
            return steps.first?.step
        }
        return steps[(index + 1)...].first { $0.startedAt == nil }?.step
    }

    /// How long a person still has to decide before it goes back by itself; nil where none is waited for, or it is not known.
    package func patience(at now: Moment) -> Milliseconds? {
        guard waitsFor != nil, let since = current?.endedAt, let span = started.decision else { return nil }
        return max(span - since.age(at: now), 0)
    }

    /// What to type where its process has died.
    package var wayOut: String {
        switch kind {
        case .flagRamp: "guardia flag resume goes on with it, guardia flag abort takes it back"
        case .flagSet, .flagOff: "guardia flag get says what is so now"
        case .backup, .drill, .prune: "what it left behind is removed by the next one"
        case .rollback: "guardia promote finishes it, or guardia rollback anew"
        default: "guardia promote finishes it, guardia abort undoes it"
        }
    }

    /// What to type where it waits for a person.
    fileprivate var wayOn: String {
        kind == .flagRamp
            ? "guardia flag resume goes on, guardia flag abort takes it back"
            : "guardia promote goes on, guardia abort goes back"
    }
}
