package import Launch

extension Model {
    /// Begins with the past: what a recording is opened at.
    package mutating func begin(at time: Timestamp) -> [Command] {
        awaited = time
        return [.rewind(time)]
    }

    /// Goes to a time of the past; the loop reads it.
    mutating func rewind(to time: Timestamp) -> [Command] {
        if rewind == nil {
            guard time < present.utc else {
                hint = words(.rewindFuture)
                return []
            }
            frozen = nil
        }
        awaited = time
        sought = time
        return [.rewind(time)]
    }

    /// A step back or forward; a step past the present ends the looking back.
    mutating func step(by span: Milliseconds) -> [Command] {
        // Several steps may be asked for before the first is there.
        let time = (awaited ?? rewind?.target ?? present.utc) + span
        if rewind != nil, time >= end { return returnToEnd() }
        return rewind(to: time)
    }

    /// To the event before what is shown, or to the one after.
    mutating func jump(forward: Bool) -> [Command] {
        let from = rewind?.target ?? present.utc
        awaited = from
        sought = nil
        return [.rewindToEvent(from: from, forward: forward)]
    }

    /// The end of what can be looked at: the present, or where a recording ends.
    private var end: Timestamp { mode.recordingEnd ?? present.utc }

    private mutating func returnToEnd() -> [Command] {
        if let end = mode.recordingEnd {
            hint = words(.recordingEnds)
            rewind?.isPlaying = false
            return rewind?.target == end ? [] : rewind(to: end)
        }
        leaveRewind()
        return []
    }

    /// Back to the present.
    mutating func leaveRewind() {
        rewind = nil
        awaited = nil
        renew()
    }

    /// What was read of the past.
    mutating func take(past board: Board, at moment: Moment, target: Timestamp) {
        if let sought, target > sought { hint = words(.recordingBegins, clock(target)) }
        sought = nil
        var board = board
        board.note(live.configChanges.filter { $0.at <= moment.utc })
        rewind = Rewind(target: target, board: board, moment: moment, isPlaying: rewind?.isPlaying ?? false)
        renew()
    }

    /// The past goes on by a second where it is played.
    mutating func play() -> [Command] {
        guard let past = rewind, past.isPlaying else { return [] }
        return step(by: .seconds(1))
    }

    /// Takes the time that was typed.
    mutating func go(to text: String) -> [Command] {
        guard let time = PastTime.parse(text, now: rewind == nil ? present.utc : end, zone: zone) else {
            hint = words(.rewindNoTime, Text.sanitised(text, limit: 40))
            return []
        }
        return rewind(to: time)
    }

    /// The line that nobody can miss: this is the past, and which.
    var rewindNotice: Notice? {
        guard let rewind else { return nil }
        let time = rewind.moment.utc
        let age = figures.age(end - time)
        let date = figures.date(zone.civil(time))
        let keys =
            "\(keymap.label(of: .stepBack)) \(keymap.label(of: .stepForward)) 1 min  "
            + "\(keymap.label(of: .eventBefore)) \(keymap.label(of: .eventAfter)) \(words(.rewindEvent))  "
            + "\(keymap.label(of: .goToTime)) \(words(.rewindTime))  \(keymap.label(of: .pause)) \(words(.rewindPlay))"
            + (mode.recordingEnd == nil ? "  \(keymap.label(of: .back)) \(words(.rewindNow))" : "")
        let what = words(
            mode.recordingEnd == nil ? .rewindBanner : .replayBanner, date, clock(time), zone.abbreviation, age)
        let playing = rewind.isPlaying ? " ▸" : ""
        // Who looks at the past must still hear of the present.
        let open = live.alerts.alerts.isEmpty ? live.feed.count(.critical) : live.alerts.openCount(.critical)
        let loud = mode.recordingEnd == nil && open > 0 ? "  " + words(.rewindCritical, String(open)) : ""
        let whole = what + playing + loud + "  " + keys
        return Notice(role: .alarm, text: Text.width(of: whole) + 2 <= size.width ? whole : what + playing + loud)
    }
}

/// The one line in which a time of the past is typed.
struct TimePrompt {
    let model: Model
    let field: TextField

    func render(into frame: inout Frame, area: Rect) {
        frame.fill(area, .footer)
        let width = frame.put(" " + model.words(.rewindPrompt), in: area, .key)
        let keys = model.words(.rewindExamples) + " "
        let keysWidth = Text.width(of: keys)
        field.render(
            into: &frame,
            area: Rect(
                x: area.x + width, y: area.y, width: max(8, area.width - width - keysWidth - 1), height: area.height),
            isFocused: true)
        frame.put(keys, in: area, .footer, align: .trailing)
    }
}
