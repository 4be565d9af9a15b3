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
        if let rewindNotice { notices.append(rewindNotice) }
        if isSilent {
            let start = rewind == nil ? " · " + words(.startEngine, engineCommand) : ""
            let text =
                if let beat = board.heartbeat {
                    silence(since: clock(beat.at.utc), start: start)
                } else if let end = board.tracks.compactMap(\.lookedAt?.utc).max() {
                    // A journal without a heartbeat was taken away from its engine: a copy, an export.
                    words(.journalEnds, "\(figures.date(zone.civil(end))) \(clock(end))")
                } else if rewind != nil {
                    words(.nothingRecordedYet)
                } else {
                    words(.engineNeverSeen) + start
                }
            notices.append(Notice(role: .alarm, text: text))
        } else if let reason = board.heartbeat?.notRecording {
            notices.append(Notice(role: .alarm, text: words(.notRecording, reason)))
        }
        notices += deploymentNotices
        notices += flagNotices
        notices += readinessNotices
        if let frozen {
            let age = figures.age(frozen.now.age(at: asOf))
            notices.append(
                Notice(
                    role: .modePaused, text: words(.pausedSince, clock(frozen.now.utc), age, keymap.label(of: .pause))))
        }
        if let readerNote { notices.append(Notice(role: .notice, text: readerNote)) }
        return notices
    }

    /// The command is what the reader can do about it: it stays whole, and on a narrow screen what follows from the silence
    /// is left out.
    private func silence(since time: String, start: String) -> String {
        let whole = words(.engineSilentSince, time) + start
        return Text.width(of: whole) + 2 <= size.width ? whole : words(.engineSilentShort, time) + start
    }

    /// A time of day in the team's zone: `14:42:17`.
    func clock(_ time: Timestamp) -> String { figures.clock(zone.civil(time)) }
    /// `14:42`
    func shortClock(_ time: Timestamp) -> String { figures.shortClock(zone.civil(time)) }
}
