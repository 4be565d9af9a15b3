/// One thing that is to be done around a launch: what, by whom, and until when.
package struct ChecklistItem: Hashable, Sendable, Codable, Identifiable {
    /// What `guardia checklist tick` calls it.
    package var id: String
    package var text: String
    /// The stretch of time that it belongs to: `Immediate (0-24 hours)`.
    package var group: String
    /// Who is to see to it: a name or a team.
    package var owner: String
    /// When it is due, counted from the launch; negative: before it.
    package var due: Milliseconds

    package init(id: String, text: String, group: String, owner: String, due: Milliseconds) {
        self.id = id
        self.text = text
        self.group = group
        self.owner = owner
        self.due = due
    }

    /// `T+24h`, `T−2h`, `T+2w`: the largest units that say it whole.
    package var dueText: String {
        var rest = due.count.magnitude
        var text = ""
        for (unit, size) in ChecklistItem.units where rest >= size {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
        return "T" + (due.count < 0 ? "−" : "+") + (text.isEmpty ? "0" : text)
    }

    private static let units: KeyValuePairs<String, UInt64> = [
        "w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000,
    ]
}

/// The checklist at one instant: every item with how it stands.
package struct Checklist: Hashable, Sendable {
    package enum Standing: Hashable, Sendable {
        case done
        /// It is not done, and its time is over: by how much.
        case overdue(Milliseconds)
        /// It is not done, and this is left.
        case due(in: Milliseconds)
        /// It is not done, and no launch time says until when.
        case open
    }

    /// One item as it stands.
    package struct Row: Hashable, Sendable, Identifiable {
        package var id: String { item.id }
        package var item: ChecklistItem
        package var standing: Standing
        /// When it is due; nil where the launch has no time.
        package var dueAt: Timestamp?
        /// What was done to it last; nil: nothing.
        package var last: ChecklistLog.Entry?

        package var isDone: Bool { standing == .done }
        package var isOverdue: Bool { if case .overdue = standing { true } else { false } }
    }

    /// In the order of the config.
    package var rows: [Row]

    /// - Parameter launchAt: T−0; nil where the launch has no time.
    package init(_ items: [ChecklistItem], log: ChecklistLog, launchAt: Timestamp?, now: Timestamp) {
        rows = items.map { item in
            let last = log[item.id]
            let dueAt = launchAt.map { $0 + item.due }
            let standing: Standing =
                if last?.isDone ?? false {
                    .done
                } else if let dueAt {
                    dueAt < now ? .overdue(now - dueAt) : .due(in: dueAt - now)
                } else {
                    .open
                }
            return Row(item: item, standing: standing, dueAt: dueAt, last: last)
        }
    }

    package subscript(id: String) -> Row? { rows.first { $0.id == id } }

    /// The names of the groups, in the order of the config.
    package var groups: [String] {
        rows.reduce(into: []) { names, row in if !names.contains(row.item.group) { names.append(row.item.group) } }
    }

    package func rows(of group: String) -> [Row] { rows.filter { $0.item.group == group } }

    package var doneCount: Int { rows.count(where: \.isDone) }
    package var overdueCount: Int { rows.count(where: \.isOverdue) }
}

extension Board {
    /// The launch's checklist as it stands at `now`; empty where the config has none.
    package func checklist(at now: Moment) -> Checklist {
        Checklist(manifest?.checklist ?? [], log: checklistLog, launchAt: launchTime(at: now), now: now.utc)
    }

    /// T−0, as the checklist and the report count from it: with the holds of the launch clock and the times that it was given.
    package func launchTime(at now: Moment) -> Timestamp? {
        LaunchClock(base: manifest?.launchAt, readiness.clock, at: now)?.zero
    }
}
