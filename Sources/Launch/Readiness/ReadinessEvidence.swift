/// What one check of a station found, on what, and how old that is.
package struct ReadinessEvidence: Hashable, Sendable {
    /// What is checked: `Postgres query < 100 ms`.
    package var title: String
    package var verdict: ReadinessVerdict
    /// What was found, in a few words: `6 ms`.
    package var text: String
    /// How old the oldest fact of it is; nil: it stands on nothing that ages, or on nothing at all.
    package var age: Milliseconds?

    package init(_ title: String, _ verdict: ReadinessVerdict, _ text: String, age: Milliseconds? = nil) {
        self.title = title
        self.verdict = verdict
        self.text = text
        self.age = age
    }
}

/// Asks a board what the checks of stations want to know. Of a board whose engine is silent nothing is known.
package struct ReadinessExaminer: Sendable {
    let board: Board
    let plan: ReadinessPlan
    let now: Moment
    let silent: Bool

    package init(_ board: Board, _ plan: ReadinessPlan, at now: Moment, engineSilent: Bool) {
        self.board = board
        self.plan = plan
        self.now = now
        silent = engineSilent
    }

    private var roster: Roster { board.manifest?.roster ?? Roster() }
    private var zone: Zone { board.manifest?.zone ?? .utc }
    private var amounts: AmountText { AmountText(board.manifest?.figures ?? .argentine) }

    package func evidence(of check: ReadinessCheck, for station: String) -> ReadinessEvidence {
        var found = examine(check, station)
        if silent {
            found.verdict = max(found.verdict, .unknown)
            found.text = "the engine is silent; last: " + found.text
        }
        return found
    }

    private func examine(_ check: ReadinessCheck, _ station: String) -> ReadinessEvidence {
        switch check {
        case .series(let condition): return series(condition)
        case .alerts(let matchers): return alerts(matchers)
        case .target(let probe): return target(probe)
        case .deadMan: return deadMan
        case .contacts(let span): return contacts(within: span)
        case .channels(let span): return channels(within: span)
        case .rules: return rules
        case .probes: return probes
        case .escalation: return escalation
        case .security(let name, let grade): return security(name, grade)
        case .backup(let proved): return backup(proved: proved)
        case .attested(let what): return attested(what, station)
        case .rollCall: return rollCall
        }
    }

    // MARK: Figures

    private func series(_ condition: SeriesCondition) -> ReadinessEvidence {
        guard let track = board.track(condition.series) else {
            return ReadinessEvidence(condition.series.name, .unknown, "nothing produces it")
        }
        let series = track.series
        var title = series.title
        if let must = condition.must { title += " \(amounts.bound(must, series.unit))" }
        guard let value = track.value, let age = track.age(at: now) else {
            return ReadinessEvidence(title, .unknown, track.miss.map { "no value: \($0)" } ?? "no value yet")
        }
        let limit = condition.maximumAge ?? series.interval * 5
        let missed = track.miss.map { ": \($0)" } ?? ""
        guard age <= limit else {
            return ReadinessEvidence(title, .unknown, "last known \(text(value, series))\(missed)", age: age)
        }
        switch value {
        case .number(let number) where condition.must != nil && series.unit != .verdict:
            guard number.isFinite else { return ReadinessEvidence(title, .unknown, "no number", age: age) }
            let isMet = condition.must?.isCrossed(by: number) ?? false
            return ReadinessEvidence(title, isMet ? .go : .noGo, text(value, series), age: age)
        case .number:
            let judged = Assessment(of: series, value: value, age: min(age, series.interval), engineSilent: false)
            return ReadinessEvidence(title, ReadinessVerdict(judged.verdict), text(value, series), age: age)
        case .text(let word) where series.unit == .text && condition.must == nil:
            return ReadinessEvidence(title, word.isEmpty ? .unknown : .go, word, age: age)
        // `too few (7)`: nobody judged it.
        case .text(let word): return ReadinessEvidence(title, .unknown, word, age: age)
        case .missed(let why): return ReadinessEvidence(title, .unknown, why, age: age)
        }
    }

    private func text(_ value: Measurement, _ series: Series) -> String {
        switch value {
        case .number(let number): amounts.amount(number, series.unit)
        case .text(let text): text
        case .missed(let why): why
        }
    }

    private func target(_ probe: String) -> ReadinessEvidence {
        let id = SeriesID("\(probe).up")
        guard let track = board.track(id) else { return ReadinessEvidence(probe, .unknown, "there is no such probe") }
        var found = series(SeriesCondition(series: id, must: .above(0.5)))
        found.title = "\(probe) answers"
        switch found.verdict {
        case .go: found.text = "it answers"
        case .noGo:
            let miss = board.tracks.lazy.filter { $0.series.id.name.hasPrefix("\(probe).") }.compactMap(\.miss).first
            found.text = "it does not answer" + (miss.map { ": \($0)" } ?? "")
        default: if track.value == nil { found.text = track.miss ?? "not looked at yet" }
        }
        return found
    }

    private var probes: ReadinessEvidence {
        let title = "every probe has looked"
        guard !plan.probes.isEmpty else { return ReadinessEvidence(title, .noGo, "there is no probe") }
        var unknown: [String] = []
        var oldest: Milliseconds = 0
        for id in plan.probes {
            let assessment = board.assessment(of: id, at: now, engineSilent: false)
            if [.lastKnown, .never].contains(assessment.freshness) { unknown.append(id.name.dropLast(3).description) }
            if let age = board.track(id)?.age(at: now) { oldest = max(oldest, age) }
        }
        guard unknown.isEmpty else {
            let more = unknown.count == 1 ? " \(unknown[0])" : ""
            return ReadinessEvidence(
                title, .unknown, "unknown: \(ReadinessExaminer.list(unknown)): guardia health\(more)", age: oldest)
        }
        return ReadinessEvidence(title, .go, "\(plan.probes.count) of \(plan.probes.count)", age: oldest)
    }

    // MARK: Alerts

    private func alerts(_ matchers: [LabelMatcher]) -> ReadinessEvidence {
        let title = "no alert " + matchers.map(\.description).joined(separator: ", ")
        let matches = LabelMatcher.all(matchers)
        let firing = board.alerts.alerts.values.filter { $0.state == .firing && matches($0.facts.matchable) }
        if let worst = firing.max(by: { ($0.facts.severity, $1.id) < ($1.facts.severity, $0.id) }) {
            let more = firing.count > 1 ? " (+\(firing.count - 1) more)" : ""
            return ReadinessEvidence(
                title, .noGo, "\(worst.facts.rule) fires: \(worst.facts.summary)\(more)",
                age: worst.firedAt?.age(at: now))
        }
        // In a flood not every alert is read: the one that counts may be among those.
        let beyond = board.alerts.beyond.values.reduce(0, +)
        if beyond > 0 { return ReadinessEvidence(title, .unknown, "\(beyond) alerts more fire than were read") }
        return ReadinessEvidence(title, .go, "none fires", age: beat)
    }

    /// How old the newest proof is that rules are looked at.
    private var beat: Milliseconds? { board.heartbeat?.at.age(at: now) }

    private var rules: ReadinessEvidence {
        let title = "every alert rule is active"
        let telling = plan.rules.filter(\.tells)
        guard !telling.isEmpty else {
            let why = plan.rules.isEmpty ? "there is no alert rule" : "no rule tells anybody: `notify` is nowhere"
            return ReadinessEvidence(title, .noGo, why)
        }
        var blind: [String] = []
        /// Rules that are looked at, and have had no value to judge so far.
        var waiting: [String] = []
        for rule in plan.rules {
            if let why = rule.series.lazy.compactMap(blindness).first {
                blind.append("\(rule.name) (\(why))")
            } else if rule.series.allSatisfy({ board.track($0)?.value == nil }) {
                waiting.append(rule.name)
            }
        }
        guard blind.isEmpty else {
            return ReadinessEvidence(title, .unknown, "nothing to look at: " + ReadinessExaminer.list(blind))
        }
        let text = "\(plan.rules.count) rules, \(telling.count) tell somebody"
        let rest = waiting.isEmpty ? "" : "; no value yet: " + ReadinessExaminer.list(waiting)
        return ReadinessEvidence(title, .go, text + rest, age: beat)
    }

    /// Why a rule cannot see a series; nil: it does.
    private func blindness(_ id: SeriesID) -> String? {
        guard let track = board.track(id) else { return "nothing produces \(id)" }
        // What has no value by its nature (a percentile over no requests) is looked at all the same.
        if track.isAbsentByNature { return track.lookedAt == nil ? "\(id) was not looked at yet" : nil }
        switch track.assessment(at: now, engineSilent: false).freshness {
        case .never: return "\(id): \(track.miss ?? "no value yet")"
        case .lastKnown:
            return "\(id): \(track.miss ?? "no reading for \(amounts.span((track.age(at: now) ?? 0).seconds))")"
        case .fresh, .stale: return nil
        }
    }

    // MARK: People

    private func contacts(within span: Milliseconds) -> ReadinessEvidence {
        let title = "every contact was reached within \(amounts.span(span.seconds))"
        guard !roster.contacts.isEmpty else { return ReadinessEvidence(title, .noGo, "there is no contact") }
        var missing: [String] = []
        var oldest: Milliseconds = 0
        for contact in roster.contacts {
            let ages = contact.channels.compactMap { channel in
                board.escalations.verified[.init(contact: contact.name, channel: channel)]?.at.age(at: now)
            }
            if let newest = ages.min(), newest <= span {
                oldest = max(oldest, newest)
            } else {
                missing.append(contact.name)
            }
        }
        guard missing.isEmpty else {
            return ReadinessEvidence(
                title, .noGo,
                "not verified: \(ReadinessExaminer.list(missing)): guardia notify test --contact \(missing[0])")
        }
        return ReadinessEvidence(title, .go, "\(roster.contacts.count) of \(roster.contacts.count)", age: oldest)
    }

    private func channels(within span: Milliseconds) -> ReadinessEvidence {
        let title = "every channel is proved within \(amounts.span(span.seconds))"
        let names = roster.usedChannels
        guard !names.isEmpty else { return ReadinessEvidence(title, .noGo, "nobody is told by any channel") }
        var newest: [String: Milliseconds] = [:]
        func prove(_ channel: String, _ moment: Moment) {
            newest[channel] = min(newest[channel] ?? .days(36_500), moment.age(at: now))
        }
        for (way, proof) in board.escalations.verified { prove(way.channel, proof.at) }
        for page in board.escalations.pages {
            switch page.outcome {
            case .sent?, .delivered?: prove(page.queued.channel, page.outcomeAt ?? page.at)
            default: break
            }
        }
        let missing = names.filter { newest[$0].map { $0 > span } ?? true }
        guard missing.isEmpty else {
            return ReadinessEvidence(
                title, .noGo, "not proved: \(ReadinessExaminer.list(missing)): guardia notify test")
        }
        return ReadinessEvidence(
            title, .go, "\(names.count) of \(names.count)", age: names.compactMap { newest[$0] }.max())
    }

    private var escalation: ReadinessEvidence {
        let title = "every escalation step reaches somebody"
        guard !roster.policies.isEmpty else { return ReadinessEvidence(title, .noGo, "there is no escalation policy") }
        let empty = roster.policies.flatMap { policy in
            policy.steps.enumerated().filter { roster.ways(of: $0.element, at: now.utc, in: zone).isEmpty }
                .map { "\(policy.name) step \($0.offset + 1)" }
        }
        guard empty.isEmpty else {
            return ReadinessEvidence(title, .noGo, "reaches nobody now: " + ReadinessExaminer.list(empty))
        }
        let steps = roster.policies.reduce(0) { $0 + $1.steps.count }
        return ReadinessEvidence(title, .go, "\(roster.policies.count) policies, \(steps) steps", age: beat)
    }

    private var deadMan: ReadinessEvidence {
        let title = "dead man's switch"
        guard !plan.deadMen.isEmpty else {
            return ReadinessEvidence(
                title, .noGo, "none is configured: if this machine dies, nobody is called (`dead_man` in the config)")
        }
        let found = plan.deadMen.map { name in
            (name, series(SeriesCondition(series: SeriesID("guardia.dead_man.\(name)"))))
        }
        let worst = found.max { $0.1.verdict < $1.1.verdict } ?? found[0]
        return ReadinessEvidence(
            title, worst.1.verdict,
            worst.1.verdict == .go
                ? "\(worst.0) took a sign of life \(worst.1.text) ago" : "\(worst.0): \(worst.1.text)", age: worst.1.age
        )
    }

    private var rollCall: ReadinessEvidence {
        let title = "roll-call"
        guard let rollCall = plan.rollCall else { return ReadinessEvidence(title, .noGo, "nobody is on it") }
        let log = board.readiness.rollCall
        guard let askedAt = log.askedAt else {
            return ReadinessEvidence(title, .hold, "it was not called: guardia rollcall start")
        }
        var (no, waiting, silent): ([String], [String], [String]) = ([], [], [])
        var oldest = askedAt.age(at: now)
        for name in rollCall.people {
            switch log.standing(of: name, lasts: rollCall.lasts, at: now) {
            case .go(let answer): oldest = max(oldest, answer.at.age(at: now))
            case .noGo: no.append(name)
            case .waiting: waiting.append(name)
            case .silent, .lapsed, .notAsked: silent.append(name)
            }
        }
        if !no.isEmpty {
            return ReadinessEvidence(title, .noGo, "not standing by: \(no.joined(separator: ", "))", age: oldest)
        }
        if !silent.isEmpty {
            let who = ReadinessExaminer.list(silent)
            return ReadinessEvidence(
                title, .hold, "no answer that holds: \(who): call them, then guardia rollcall start", age: oldest)
        }
        if !waiting.isEmpty {
            let who = ReadinessExaminer.list(waiting)
            return ReadinessEvidence(title, .hold, "waits for \(who) to answer GO with their code", age: oldest)
        }
        return ReadinessEvidence(
            title, .go, "\(rollCall.people.count) of \(rollCall.people.count) stand by", age: oldest)
    }

    private func attested(_ what: String, _ station: String) -> ReadinessEvidence {
        guard let said = board.readiness.attestations[station] else {
            return ReadinessEvidence(what, .hold, "nobody has said so: guardia readiness attest \(station)")
        }
        let age = said.at.age(at: now)
        let words = "\(said.body.by): \(said.body.reason)"
        // A no does not lapse into a yes, nor into silence.
        guard said.body.isGo else { return ReadinessEvidence(what, .noGo, words, age: age) }
        guard ReadinessLog.holds(until: said.body.until, said: said.at, at: now) else {
            return ReadinessEvidence(what, .hold, "what \(said.body.by) said has EXPIRED", age: age)
        }
        return ReadinessEvidence(what, .go, words, age: age)
    }

    // MARK: Security

    private func security(_ name: String, _ grade: TLSGrade.Letter?) -> ReadinessEvidence {
        let title = "security: \(name)" + (grade.map { ", grade \($0.rawValue) or better" } ?? "")
        guard let station = board.security[name] else {
            return ReadinessEvidence(title, .unknown, "it was not looked at: is it in `security` of the config?")
        }
        let age = station.at.age(at: now)
        let check = station.check
        guard station.freshness(at: now) != .lastKnown else {
            return ReadinessEvidence(title, .unknown, "last known: \(check.summary)", age: age)
        }
        var verdict = ReadinessVerdict(check.verdict)
        var text = check.summary
        if let grade {
            let marks = check.items.compactMap { item in
                item.mark.flatMap { TLSGrade.Letter(rawValue: $0) }.map { (item.name, $0) }
            }
            if marks.isEmpty {
                verdict = max(verdict, .unknown)
                text = "no grade is known; " + text
            } else if let worst = marks.max(by: { $0.1 < $1.1 }), worst.1 > grade {
                verdict = max(verdict, worst.1 == .ungraded ? .unknown : .noGo)
                text = "\(worst.0) has grade \(worst.1.rawValue); " + text
            }
        }
        return ReadinessEvidence(title, verdict, text, age: age)
    }

    // MARK: Backups

    private func backup(proved: Bool) -> ReadinessEvidence {
        let title = proved ? "the newest backup is good, and a restore proved one" : "the newest backup is good"
        guard let standing = board.backupStanding(at: now) else {
            return ReadinessEvidence(title, .noGo, "no backup is configured (`backup` in the config)")
        }
        let subjects: Set<BackupStanding.Check.Subject> =
            proved ? [.age, .attempt, .proof, .restoreTime] : [.age, .attempt]
        let checks = standing.checks.filter { subjects.contains($0.subject) }
        let worst = ReadinessVerdict(Verdict.worst(checks.map(\.verdict)))
        let age = [standing.lastGood?.age(at: now), proved ? standing.proof?.endedAt?.age(at: now) : nil]
            .compactMap(\.self).max()
        guard worst == .go else {
            let bad = checks.filter { ReadinessVerdict($0.verdict) == worst }
            // A backup comes before the proof that it restores.
            let isLate = bad.contains { [.age, .attempt].contains($0.subject) }
            let why = bad.map(\.words).joined(separator: "; ")
            return ReadinessEvidence(
                title, worst, "\(why): \(isLate ? "guardia backup run" : "guardia drill restore")", age: age)
        }
        return ReadinessEvidence(title, .go, standing.lastGood?.name ?? "good", age: age)
    }

    /// The first few of a list of names.
    static func list(_ names: [String]) -> String {
        names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " (+\(names.count - 4) more)" : "")
    }
}

extension Roster {
    /// Every channel by which somebody can be told.
    package var usedChannels: [String] {
        var names: [String] = []
        let all =
            policies.flatMap { $0.steps.flatMap { step in step.notify.flatMap(\.by) } }
            + contacts.flatMap(\.channels)
        for name in all where !names.contains(name) { names.append(name) }
        return names
    }
}
