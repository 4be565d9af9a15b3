import Launch

extension ActionOutcome {
    var word: Word {
        switch self {
        case .done: .outcomeDone
        case .wentBack: .outcomeWentBack
        case .refused: .outcomeRefused
        case .preempted: .outcomePreempted
        case .undecided: .outcomeUndecided
        case .died: .outcomeDied
        }
    }

    var glyph: Unicode.Scalar {
        switch self {
        case .done: "✓"
        case .wentBack, .refused, .preempted: "!"
        case .undecided: "?"
        case .died: "✗"
        }
    }

    var role: Role {
        switch self {
        case .done: .ok
        case .wentBack, .refused, .preempted: .warning
        case .undecided: .unknown
        case .died: .critical
        }
    }
}

extension Model {
    /// How an action ended: `done`, `pre-empted by rollback by root`.
    func outcomeText(of record: ActionRecord) -> Span? {
        guard let outcome = record.ended?.body.outcome else { return nil }
        let by = shown.actions.preempter(of: record).map {
            " " + words(.preemptedBy, Text.sanitised($0.label, limit: 60))
        }
        return Span("\(outcome.glyph) \(outcomeWord(of: record))" + (by ?? ""), outcome.role)
    }

    /// `done`, `failed`, `went back`; empty while it runs.
    func outcomeWord(of record: ActionRecord) -> String {
        switch record.setback {
        case .wentBack: words(.outcomeWentBack)
        case .failed: words(.outcomeFailed)
        case .calledOff: words(.outcomeCalledOff)
        case nil: (record.ended?.body.outcome.word).map { words($0) } ?? ""
        }
    }

    /// Who has the edges, where the journal knows the action that took them; else what the edges themselves say.
    func lockText(_ lock: String) -> [Span] {
        guard let record = shown.actions.records.last(where: { lock.contains($0.id.text) }) else {
            return [Span("! " + words(.lockedBy, Text.sanitised(lock, limit: 120)), .warning, .bold)]
        }
        let spans = [Span("▸ \(Text.sanitised(record.label, limit: 80))", .accent, .bold), Span("  ", .text)]
        if let outcome = outcomeText(of: record), let end = record.ended {
            let time = "\(shortClock(end.at.utc)) \(zone.abbreviation)"
            let age = figures.age(end.at.age(at: shownNow))
            return spans + [outcome, Span("  " + words(.timeAgo, time, age), .dim)]
        }
        return spans + [Span((stepText(of: record) ?? words(.isRunning)) + " " + stepAge(of: record), .text)]
    }

    /// Who serves, as the board that is shown has it; nil where nothing is deployed by guardia.
    var traffic: Traffic? {
        guard frozen != nil else { return liveTraffic }
        return Traffic(board: shown, now: shownNow, engineSilent: isSilent || shown.isSilent(at: shownNow))
    }

    /// `step 5/9 “Canary 25 %” 3 min`
    func stepText(of record: ActionRecord) -> String? {
        guard let step = record.current, let index = record.steps.firstIndex(where: { $0.step.name == step.step.name })
        else {
            return nil
        }
        let title = Text.sanitised(step.step.title, limit: 60)
        return words(.stepOf, "\(index + 1)", "\(record.steps.count)", title)
    }

    /// How long the current step has been going on; where none runs, how long the action has.
    func stepAge(of record: ActionRecord) -> String {
        let since = record.current.flatMap { $0.isRunning ? $0.startedAt : nil } ?? record.at
        return figures.age(since.age(at: shownNow))
    }

    /// The rollback light in words; a light that is not known is never green.
    func light(of traffic: Traffic) -> Span {
        if traffic.isChecking { return Span(words(.lightChecking), .unknown, .bold) }
        switch RollbackLight(traffic, shown.actions) {
        case .ready(_, let version, let age, let edges):
            let through = words(edges == 1 ? .edgeCount : .edgesCount, "\(edges)/\(traffic.edges.count)")
            return Span(words(.lightReady, Text.sanitised(version, limit: 40), figures.age(age), through), .ok, .bold)
        case .unwell(let colour, let version, let why):
            let name = "\(colour.uppercased()) \(Text.sanitised(version, limit: 40))"
            return Span(words(.lightUnwell, name, Text.sanitised(why, limit: 200)), .warning, .bold)
        case .rejected(let rejection, let version):
            return Span(words(.lightLeft, left(rejection, version: version)), .warning, .bold)
        case .blocked(let reason):
            return Span(words(.lightBlocked, Text.sanitised(reason, limit: 200)), .warning, .bold)
        case .unknown(let reason):
            return Span(words(.lightUnknown, Text.sanitised(reason, limit: 200)), .unknown, .bold)
        }
    }

    /// What happened to a release that was left: `v1.5.0 WENT BACK 4 min ago: 20.9 % errors`.
    func left(_ rejection: Rejection, version: String?) -> String {
        let name = Text.sanitised(version ?? rejection.colour.uppercased(), limit: 40)
        let deed = words(rejection.how.word)
        let what =
            rejection.at.map { words(.leftAgo, name, deed, figures.age($0.age(at: shownNow))) } ?? "\(name) \(deed)"
        let cause = Text.sanitised(rejection.cause, limit: 200)
        return cause.isEmpty ? what : "\(what): \(cause)"
    }

    /// How long one key still brings the previous version back.
    var runwayText: Span? {
        guard let key = offer(.rollback) else { return nil }
        if liveTraffic?.isChecking == true { return Span(words(.lightChecking), .unknown) }
        switch Runway(board: board, now: asOf) {
        case .open(let version, let left)?:
            let name = Text.sanitised(version, limit: 40)
            let text =
                left.map { words(.runwayOpen, key, name, figures.span($0)) } ?? words(.runwayUnlimited, key, name)
            return Span(text, .ok)
        case .over(let version, let since)?:
            return Span(words(.runwayOver, key, Text.sanitised(version, limit: 40), figures.span(since)), .warning)
        case .left(let rejection, let version)?:
            let name = Text.sanitised(version, limit: 40)
            return Span(words(.runwayLeft, key, name, words(rejection.how.word)), .warning)
        case .closed(let reason)?: return Span(words(.runwayClosed, Text.sanitised(reason, limit: 200)), .warning)
        case nil: return nil
        }
    }

    /// `goes back to BLUE by itself in 04:12 unless confirmed: P`
    func comingRevert(_ traffic: Traffic) -> Span? {
        guard let revert = traffic.comingRevert else { return nil }
        let left = figures.countdown(revert.left)
        let text = words(.goesBack, revert.colour.uppercased(), left)
        return Span(text + (offer(.promote).map { ": " + $0 } ?? ""), .warning, .bold)
    }

    /// What moves the traffic now, in one line; nil where nothing does.
    func running(in traffic: Traffic) -> [Span]? {
        guard let mover = shown.actions.mover else { return nil }
        var spans = [Span("▸ \(Text.sanitised(mover.label, limit: 80))", .accent, .bold)]
        if traffic.hasLapsed(lockOf: mover.id) { spans.append(Span("  " + words(.hangs), .critical, .bold)) }
        if mover.isPaused { spans.append(Span("  " + words(.held), .warning, .bold)) }
        if let why = mover.waitsFor {
            spans.append(Span("  " + personNeeded(Text.sanitised(why, limit: 120)), .warning, .bold))
        }
        // In the canary it is for the day when nobody drives it any more: nobody is asked to confirm anything.
        if mover.hasPromoted, let revert = comingRevert(traffic) { spans += [Span("  ", .text), revert] }
        if let step = stepText(of: mover) { spans.append(Span("  " + step + " " + stepAge(of: mover), .text)) }
        return spans
    }

    /// `! BLUE v1.5.0 has 25 % of the traffic: 18,8 % err against 0,0 %`: a part of the customers does worse than the rest.
    var colourGap: [Span]? {
        guard let traffic = liveTraffic,
            let gap = ColourGap(board: board, now: asOf, traffic: traffic)
        else { return nil }
        let share = figures.percent(Double(traffic.split?.share(of: gap.colour) ?? 0), decimals: 0)
        let version = traffic.version(of: gap.colour).map { " " + Text.sanitised($0.value, limit: 30) } ?? ""
        func text(_ value: Double) -> String {
            figures.value(value, unit: gap.measure == .errors ? .percent : .milliseconds)
        }
        let worse = text(gap.value) + " " + words(gap.measure == .errors ? .errors : .latencyShort)
        return [
            Span("\(Verdict.warning.glyph) ", .warning, .bold),
            Span(words(.partOfTraffic, gap.colour.uppercased() + version, share) + "  ", .strong),
            Span(words(.figureAgainst, worse, text(gap.other)), .warning, .bold),
        ]
    }

    /// What of the deployment must be known before anything else is believed, the gravest first.
    var deploymentNotices: [Notice] {
        guard deployment != nil, let traffic = liveTraffic else { return [] }
        var notices: [Notice] = []
        if let mover = board.actions.mover, traffic.hasLapsed(lockOf: mover.id) {
            let step = stepText(of: mover) ?? words(.beforeAnyStep)
            let key = offer(.rollback)
            var hanging = notice(
                words(.hangsAt, Text.sanitised(mover.label, limit: 80), step), ": ", key.map { words(.rollsOver, $0) })
            if Text.width(of: hanging.text) + 2 > size.width {
                let name = Text.sanitised(mover.started.to?.version ?? mover.kind.rawValue, limit: 24)
                hanging = notice(words(.hangsShort, name), ": ", key.map { words(.rollsBack, $0) })
            }
            notices.append(hanging)
        }
        if board.actions.mover == nil, let died = board.actions.interrupted {
            let step = stepText(of: died) ?? words(.beforeAnyStep)
            let label = Text.sanitised(died.label, limit: 80)
            let isRollback = died.kind == .rollback
            let remedy = offer(.promote).map { promote in
                isRollback ? words(.finishes, promote) : words(.finishesOrUndoes, promote, keymap.label(of: .abort))
            }
            var dead = notice(words(.diedAt, label, step), ": ", remedy)
            // What can be done about it is never what is cut: the step gives way, then who it was.
            if Text.width(of: dead.text) + 2 > size.width { dead = notice(words(.diedShort, label), ": ", remedy) }
            if Text.width(of: dead.text) + 2 > size.width {
                let name = Text.sanitised(died.started.to?.version ?? died.kind.rawValue, limit: 24)
                dead = notice(words(isRollback ? .diedRollbackShort : .diedShort, name), ": ", remedy)
            }
            notices.append(dead)
        }
        if let waiting = personNotice { notices.append(waiting) }
        // While traffic is moved the edges differ for the blink of an eye.
        if traffic.isSplitBrain, board.actions.mover == nil {
            let sides = traffic.edges.compactMap { edge in edge.split.map { "\(edge.name) \($0.value)" } }
            let text = words(.splitBrain, Text.sanitised(sides.joined(separator: " · "), limit: 120))
            notices.append(notice(text, ": ", offer(.rollback).map { words(.sendsAll, $0) }))
        }
        if let last = board.actions.lastMove, let end = last.ended?.body {
            let missing = end.missing.filter { name in
                let edge = traffic.edges.first { $0.name == name }
                return end.split == nil || edge?.split?.value.name != end.split
            }
            if !missing.isEmpty {
                let names = Text.sanitised(missing.joined(separator: ", "), limit: 80)
                let text = words(.missingSince, names, Text.sanitised(last.label, limit: 80))
                notices.append(notice(text, ": ", words(.changedOnReturn)))
            }
        }
        if board.actions.mover == nil, let revert = comingRevert(traffic) {
            let end = offer(.promote).map { ": " + $0 } ?? ""
            notices.append(Notice(role: .notice, text: revert.text, remedy: words(.unlessConfirmed) + end))
        }
        return notices
    }
}

extension Model {
    /// A deploy that waits for a person, what for, and how long it does before it goes back.
    private var personNotice: Notice? {
        guard let record = board.actions.running.last(where: { $0.kind.movesTraffic && $0.waitsFor != nil }) else {
            return nil
        }
        let why = Text.sanitised(record.waitsFor ?? "", limit: 160)
        let left = record.patience(at: now).map { " " + figures.countdown($0) } ?? ""
        func remedy(_ word: Word) -> String? { offer(.promote).map { words(word, $0, keymap.label(of: .abort)) } }
        let label = Text.sanitised(record.label, limit: 80)
        let needed = words(.personBanner, left)
        let whole = notice(needed + " · " + label + ": " + why, " · ", remedy(.goesOnOrBack))
        // What can be done about it, and until when, is never what is cut.
        guard Text.width(of: whole.text) + 2 > size.width else { return whole }
        let name = Text.sanitised(record.started.to?.version ?? record.kind.rawValue, limit: 24)
        let short = notice(needed + " · " + name, " · ", remedy(.onOrBack))
        if Text.width(of: short.text) + 2 > size.width { return notice(needed, " · ", remedy(.onOrBack)) }
        let room = size.width - Text.width(of: short.text) - 4
        guard room > 12 else { return short }
        return Notice(role: .alarm, text: short.text + ": " + Text.truncated(why, to: room))
    }

    /// `A PERSON IS NEEDED · P goes on, X goes back: too few requests`; without keys where they are refused.
    func personNeeded(_ why: String) -> String {
        let keys = offer(.promote).map { " · " + words(.goesOnOrBack, $0, keymap.label(of: .abort)) } ?? ""
        return words(.personNeeded, keys, why)
    }
}

extension Rejection.How {
    var word: Word {
        switch self {
        case .wentBack: .deedWentBack
        case .aborted: .deedAborted
        case .rolledBack: .deedRolledBack
        case .returned: .deedReturned
        case .unproven: .deedUnproven
        }
    }
}

extension Figures {
    /// A span that runs out: `04:12`, from an hour on `1:04:12`, from two days on `3 d`.
    func countdown(_ span: Milliseconds) -> String {
        let seconds = max(0, span.count / 1000)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        switch seconds {
        case ..<3600: return two(seconds / 60) + ":" + two(seconds % 60)
        case ..<172_800: return "\(seconds / 3600):" + two(seconds / 60 % 60) + ":" + two(seconds % 60)
        default: return number(Int(seconds / 86_400)) + " d"
        }
    }

    /// How long something took: with decimals while it is short.
    func took(_ span: Milliseconds) -> String {
        span.count < 60_000 ? duration(milliseconds: Double(span.count)) : self.span(span)
    }

    /// A longer span in two units: `23 h 41 min`, `41 min`, `30 s`.
    func span(_ span: Milliseconds) -> String {
        let seconds = max(0, span.count / 1000)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }
}
