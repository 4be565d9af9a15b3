import Launch

extension ReadinessVerdict {
    /// A sign, a role and a word, told apart without colour.
    package var look: (glyph: Unicode.Scalar, word: Word, role: Role) {
        switch self {
        case .go: (Verdict.ok.glyph, .pollGo, .ok)
        case .hold: (Verdict.warning.glyph, .pollHold, .warning)
        case .unknown: (Verdict.unknown.glyph, .pollUnknown, .unknown)
        case .noGo: (Verdict.critical.glyph, .pollNoGo, .critical)
        }
    }
}

extension Model {
    /// The poll of the board that is shown.
    var shownPoll: ReadinessPoll? {
        guard let frozen else { return poll }
        return ReadinessPoll(
            frozen.board, at: frozen.now, engineSilent: isSilent || frozen.board.isSilent(at: frozen.now))
    }

    /// The stations of the launch config, in its order.
    var stationNames: [String] { (shownManifest?.readiness?.stations ?? []).map(\.name) }

    /// The station that the cursor is on, or whose page is open.
    var selectedStation: String? {
        for overlay in overlays.reversed() {
            switch overlay {
            case .station(let name, _): return name
            case .readiness(let selected): return selected ?? stationNames.first
            default: break
            }
        }
        return nil
    }

    /// The launch clock now; nil: the launch has none.
    var clockNow: LaunchClock? {
        LaunchClock(base: board.manifest?.launchAt, board.readiness.clock, at: now)
    }

    var reasonNotToSay: Word? {
        guard let plan = board.manifest?.readiness else { return .noReadiness }
        if deployment?.locked != nil || flagFacts?.locked != nil { return .actionsLocked }
        if rewind != nil || mode.recordingEnd != nil { return .screenRewound }
        if frozen != nil { return .screenPaused }
        if isTooSmall { return .tooSmall }
        return plan.stations.isEmpty ? .noReadiness : nil
    }

    /// Waivers that are over and missed, and a clock that stands: nobody must find out by chance.
    var readinessNotices: [Notice] {
        var notices: [Notice] = []
        if let clock = clockNow, let hold = clock.held, let span = clock.heldFor {
            let reason = Text.sanitised(hold.body.reason, limit: 100)
            let by = Text.sanitised(hold.body.by, limit: 40)
            notices.append(
                Notice(role: .notice, text: words(.clockHoldNotice, figures.age(span), by, reason)))
        }
        for station in poll?.stations ?? [] where station.hasWaiverLapsed {
            notices.append(
                notice(
                    words(
                        .waiverNotice, Text.sanitised(station.title, limit: 40), words(station.verdict.look.word)),
                    ": ", offer(.readiness).map { words(.showsIt, $0) }))
        }
        return notices
    }

    // MARK: Saying something

    /// What can be said of a station, and of the whole.
    func words(for station: String?) -> [(text: String, note: Word, order: ReadinessOrder)] {
        var all: [(text: String, note: Word, order: ReadinessOrder)] = []
        if let name = station, let found = poll?[name] {
            let checks = board.manifest?.readiness?[name]?.checks ?? []
            if checks.contains(where: { if case .attested = $0 { true } else { false } }) {
                all.append(("go", .noteSayGo, .attest(name, isGo: true, for: .hours(12))))
                all.append(("no-go", .noteSayNoGo, .attest(name, isGo: false, for: .hours(12))))
            }
            if found.found != .go { all.append(("waive", .noteWaive, .waive(name, for: .hours(4)))) }
            if found.waiver != nil { all.append(("end waiver", .noteEndWaiver, .endWaiver(name))) }
            all.append(
                found.hold == nil ? ("hold", .noteHold, .hold(name)) : ("release", .noteRelease, .release(name)))
        }
        all.append(
            poll?.hold == nil
                ? ("hold poll", .noteHoldPoll, .hold(nil)) : ("release poll", .noteReleasePoll, .release(nil)))
        if board.manifest?.readiness?.rollCall != nil { all.append(("roll-call", .noteRollCall, .rollCall)) }
        if let clock = clockNow {
            if clock.held != nil {
                all.append(("resume clock", .noteResumeClock, .resumeClock))
            } else if clock.isBefore {
                all.append(("hold clock", .noteHoldClock, .holdClock))
            }
        }
        return all
    }

    mutating func chooseWord() {
        let station = selectedStation
        let options = words(for: station).map { Choice.Option(text: $0.text, note: words($0.note)) }
        var choice = Choice(.word(of: station), options: options)
        choice.move(to: 0)
        overlays.append(.choice(choice))
    }

    /// `WAIVE Payment gateway`
    func title(of card: ReadinessCard) -> String {
        let name = Text.sanitised(card.station?.title ?? card.order.station ?? "", limit: 60)
        let word: Word =
            switch card.order {
            case .attest(_, let isGo, _): isGo ? .sayGoTitle : .sayNoGoTitle
            case .waive: .waiveTitle
            case .endWaiver: .endWaiverTitle
            case .hold(let station): station == nil ? .holdPollTitle : .holdStationTitle
            case .release(let station): station == nil ? .releasePollTitle : .releaseTitle
            case .rollCall: .rollCallTitle
            case .holdClock: .holdClockTitle
            case .resumeClock: .resumeClockTitle
            }
        return words(word, name)
    }

    /// How somebody of the roll-call stands, as a sign, a word and a role.
    func look(_ standing: RollCallLog.Standing) -> (glyph: Unicode.Scalar, word: Word, role: Role) {
        switch standing {
        case .go: (Verdict.ok.glyph, .standsBy, .ok)
        case .noGo: (Verdict.critical.glyph, .standsNot, .critical)
        case .waiting: ("…", .standsWaiting, .dim)
        case .silent: (Verdict.unknown.glyph, .standsSilent, .unknown)
        case .lapsed: (Verdict.unknown.glyph, .standsLapsed, .unknown)
        case .notAsked: (Verdict.unknown.glyph, .standsNotAsked, .unknown)
        }
    }
}

extension ReadinessOrder {
    /// What the yes button says.
    var yes: Word {
        switch self {
        case .attest: .yesSay
        case .waive: .yesWaive
        case .endWaiver: .yesEndSilence
        case .hold, .holdClock: .yesHoldStation
        case .release: .yesRelease
        case .rollCall: .yesRollCall
        case .resumeClock: .yesResume
        }
    }
}
