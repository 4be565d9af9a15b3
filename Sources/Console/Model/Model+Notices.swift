import Launch

/// What an operator must know before believing anything else on the screen.
package struct Notice: Hashable, Sendable {
    package var role: Role
    package var text: String
}

extension Model {
    package var isSilent: Bool { board.isSilent(at: now) }

    /// The notices that hold now, the gravest first. The engine is judged by the present, also while paused.
    package var notices: [Notice] {
        var notices: [Notice] = []
        if isSilent {
            // The command first: it is what the reader can do about it, and the end of a line may be cut.
            let text =
                if let beat = board.heartbeat {
                    words(.engineSilentSince, clock(beat.at.utc))
                } else {
                    words(.engineNeverSeen)
                }
            notices.append(Notice(role: .alarm, text: text + " · " + words(.startEngine, engineCommand)))
        } else if let reason = board.heartbeat?.notRecording {
            notices.append(Notice(role: .alarm, text: words(.notRecording, reason)))
        }
        if let frozen {
            let age = figures.age(frozen.now.age(at: now))
            notices.append(
                Notice(role: .modePaused, text: words(.pausedSince, clock(frozen.now.utc), age, keymap.label(of: .pause))))
        }
        if let readerNote { notices.append(Notice(role: .notice, text: readerNote)) }
        return notices
    }

    /// A time of day in the team's zone: `14:42:17`.
    func clock(_ time: Timestamp) -> String { figures.clock(zone.civil(time)) }
    /// `14:42`
    func shortClock(_ time: Timestamp) -> String { figures.shortClock(zone.civil(time)) }
}
