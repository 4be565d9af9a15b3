import Launch

/// What an operator must know before believing anything else on the screen.
package struct Notice: Hashable, Sendable {
    package var role: Role
    package var text: String
    /// The end of ``text`` that says what can be done, or what comes: where there is no room for all it stays, and what is before
    /// it gives way. Empty: the end gives way.
    package var remedy: String

    package init(role: Role, text: String, remedy: String = "") {
        self.role = role
        self.text = text
        self.remedy = text.hasSuffix(remedy) ? remedy : ""
    }

    /// The text in so many cells. The path of what it happened to is the first to give way: which journal it is, whoever
    /// opened it knows.
    func fitted(to width: Int) -> String {
        guard Text.width(of: text, atMost: width) > width else { return text }
        let happened = Notice.withoutPath(text.dropLast(remedy.count))
        let rest = Text.width(of: remedy, atMost: width)
        guard !remedy.isEmpty, rest + 6 <= width else { return Text.truncated(happened + remedy, to: width) }
        return Text.truncated(happened, to: width - rest) + remedy
    }

    private static func withoutPath(_ text: Substring) -> String {
        let start =
            text.hasPrefix("/")
            ? text.startIndex : text.firstRange(of: ": /").map { text.index($0.lowerBound, offsetBy: 2) }
        guard let start, let end = text[start...].firstRange(of: ": ") else { return String(text) }
        return String(text[..<start] + text[end.upperBound...])
    }
}

extension Model {
    /// Of a journal that nobody has read yet nothing is known, not even that it is silent.
    package var isSilent: Bool { reading == nil && board.isSilent(at: now) }

    /// `reading the journal /var/lib/guardia/guardia.journal …`
    var readingText: String? {
        guard let reading else { return nil }
        let path = Text.sanitised(reading, limit: 200)
        return isReadingLate ? words(.readingHangs, path, figures.age(readingFor)) : words(.readingJournal, path)
    }

    /// For how long the journal has been read for the first time.
    private var readingFor: Milliseconds { openedAt.age(at: present) }
    /// A large journal beside other work takes a second or two; a disk that hangs takes for ever, and nobody is to wait in peace.
    private var isReadingLate: Bool { readingFor >= .seconds(5) }

    /// The notices that hold now, the gravest first. The engine is judged by the present, also while paused.
    package var notices: [Notice] {
        var notices: [Notice] = []
        if let rewindNotice { notices.append(rewindNotice) }
        if let readingText { notices.append(Notice(role: isReadingLate ? .alarm : .text, text: readingText)) }
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
                    // Beside why the journal cannot be read there is room for both only where this is short.
                    words(readerNote == nil || size.width >= 120 ? .engineNeverSeen : .engineNeverSeenShort) + start
                }
            notices.append(Notice(role: .alarm, text: text, remedy: start))
        } else if let reason = board.heartbeat?.notRecording {
            notices.append(Notice(role: .alarm, text: words(.notRecording, reason), remedy: remedy(in: reason)))
        }
        notices += deploymentNotices
        notices += approvalNotices + flagNotices
        notices += readinessNotices
        if let frozen {
            let age = figures.age(frozen.now.age(at: asOf))
            notices.append(
                Notice(
                    role: .modePaused, text: words(.pausedSince, clock(frozen.now.utc), age, keymap.label(of: .pause))))
        }
        if let readerNote {
            notices.append(Notice(role: .notice, text: readerNote, remedy: remedy(in: readerNote)))
        }
        return notices
    }

    /// What an error says is to be done, behind what failed: `; free some: recording goes on by itself`.
    private func remedy(in reason: String) -> String {
        reason.firstRange(of: "; ").map { String(reason[$0.lowerBound...]) } ?? ""
    }

    /// The key of an action that can be done now, and here; nil where it would be refused: nobody is told to press what does nothing.
    func offer(_ action: Action) -> String? {
        disabledReason(of: action) == nil ? keymap.label(of: action) : nil
    }

    /// Behind what happened, what can be done about it, if anything can.
    func notice(_ text: String, _ separator: String, _ remedy: String?) -> Notice {
        let end = remedy.map { separator + $0 } ?? ""
        return Notice(role: .alarm, text: text + end, remedy: end)
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
