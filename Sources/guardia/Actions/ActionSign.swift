import Journal
import Launch

/// The sign that this process's action lives, held until ``end()``; where none can be given the action runs without.
final class ActionSign {
    private var lock: ActionLock?

    init(_ id: ActionID, journal: String) { lock = try? ActionLock(id, journal: journal) }

    func end() { lock = nil }
}
