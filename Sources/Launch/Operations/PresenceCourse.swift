/// When a dashboard's companion says what: a value without a clock.
package struct PresenceCourse: Hashable, Sendable {
    /// When a key was last pressed.
    package private(set) var keyAt: Moment
    private var toldAt: Moment
    /// The key time that was told last.
    private var toldKeyAt: Moment

    package init(opened now: Moment) { (keyAt, toldAt, toldKeyAt) = (now, now, now) }

    /// How long nothing is due, if no key is pressed.
    package func wait(at now: Moment) -> Milliseconds { max(PresenceLog.beat - toldAt.age(at: now), 1) }

    /// Takes in that time has passed, and perhaps a key.
    ///
    /// - Returns: whether it is to be told now: its time has come, or somebody is back after a pause.
    package mutating func look(at now: Moment, hasKey: Bool) -> Bool {
        if hasKey { keyAt = now }
        let isBack = hasKey && toldKeyAt.age(at: now) > PresenceLog.beat
        guard isBack || toldAt.age(at: now) >= PresenceLog.beat else { return false }
        (toldAt, toldKeyAt) = (now, keyAt)
        return true
    }
}
