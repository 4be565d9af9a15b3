/// The whole launch at one instant: a fold of the journal. Live view, second screen, kiosk and rewind all draw this value.
package struct Board: Sendable {
    /// What is shown and how; nil until the journal's manifest was read.
    package private(set) var manifest: Manifest?
    /// The state of each series, in the manifest's order.
    package private(set) var tracks: [Track] = []
    /// Changes of verdicts, newest last, bounded.
    package private(set) var feed = Feed()
    /// The engine's last sign of life.
    package var heartbeat: Heartbeat?
    /// Who has a dashboard open.
    package private(set) var presence = PresenceLog()
    /// The actions that run, and the newest that ended.
    package private(set) var actions = ActionLog()
    /// The backups there are, and what drills found.
    package private(set) var backups = BackupLog()
    /// The alerts and the silences.
    package private(set) var alerts = AlertLog()
    /// Who was told of them, and who comes next.
    package private(set) var escalations = EscalationLog()
    /// What the engine did about them by itself.
    package private(set) var responses = ResponseLog()

    /// The newest look at each station of the launch's security.
    package private(set) var security = SecurityPosture()
    /// What was told of feature flags.
    package private(set) var flags = FlagBoard()
    // MARK: Readiness
    /// What was said of the launch's readiness, of who stands by, and of its clock.
    package private(set) var readiness = ReadinessLog()

    // MARK: Operations
    /// What was changed of the config lately, oldest first.
    package private(set) var configChanges: [ManifestChange] = []
    package static let configChangeLimit = 20
    /// What was ticked of the checklist.
    package private(set) var checklistLog = ChecklistLog()

    private var indices: [SeriesID: Int] = [:]
    private let span: Milliseconds

    /// - Parameter span: how much history each series keeps for sparklines and charts.
    package init(span: Milliseconds = .hours(1)) { self.span = span }

    /// Takes over a manifest; series that were known before keep their values and history.
    package mutating func apply(_ manifest: Manifest) {
        let old = Dictionary(uniqueKeysWithValues: zip(tracks.map(\.series.id), tracks))
        tracks = manifest.series.map { series in
            var track = Track(series: series, span: span)
            if let previous = old[series.id] { track.inherit(from: previous) }
            return track
        }
        indices = Dictionary(
            manifest.series.indices.map { (manifest.series[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        self.manifest = manifest
    }

    /// Takes in that the config was changed, each after those that are known.
    package mutating func note(_ changes: [ManifestChange]) {
        configChanges = Array((configChanges + changes).suffix(Self.configChangeLimit))
    }

    /// Takes in the readings of a tick; a reading of a series that the manifest does not name is passed over.
    ///
    /// - Returns: whether any series says something else than before. Where none does, a screen is as it was, but for ages.
    @discardableResult
    package mutating func apply(_ tick: Tick) -> Bool {
        var isNews = false
        for reading in tick.readings {
            guard let index = indices[reading.series] else { continue }
            if tracks[index].take(reading.measurement, at: tick.at) { isNews = true }
        }
        return isNews
    }

    /// Takes over the history of a series from a recording; it changes no value.
    package mutating func adopt(_ history: History, of id: SeriesID) {
        guard let index = indices[id] else { return }
        tracks[index].adopt(history)
    }

    /// Takes over the last known state of a series from a recording, unless the board knows a later look.
    package mutating func restore(_ recollection: Track.Recollection, at index: Int) {
        tracks[index].restore(recollection)
    }

    /// Takes in one event.
    package mutating func apply(_ event: Event) {
        switch event.body {
        case .verdictChanged(let change): feed.take(change, at: event.at)
        case .presence(let presence): self.presence.take(presence, at: event.at)
        case .action(let action):
            actions.take(action, at: event.at)
            if case .ended(let end) = action { backups.take(end, at: event.at) }
        case .backup(let backup): backups.take(backup, at: event.at)
        case .alert(let alert): alerts.take(alert, at: event.at)
        case .escalation(let escalation): escalations.take(escalation, at: event.at)
        case .response(let response): responses.take(response, at: event.at)
        case .security(let security): self.security.take(security, at: event.at)
        case .checklist(let change): checklistLog.take(change, at: event.at)
        case .flag(let flag): flags.take(flag, at: event.at)
        case .readiness(let said): readiness.take(said, at: event.at)
        case .engineStarted, .engineStopped, .clockStepped, .recordingGap, .digest, .unknown: break
        }
    }

    /// How the backups stand; nil where the launch has none configured.
    package func backupStanding(at now: Moment) -> BackupStanding? {
        guard let manifest, let facts = manifest.backup else { return nil }
        return BackupStanding(backups, facts, in: manifest.zone, at: now)
    }

    /// Notes how many open alerts were not loaded, by severity.
    package mutating func note(alertsBeyond counts: [Severity: Int]) { alerts.beyond = counts }

    package func track(_ id: SeriesID) -> Track? { indices[id].map { tracks[$0] } }

    package func index(of id: SeriesID) -> Int? { indices[id] }

    /// Whether the engine has stopped giving signs of life.
    package func isSilent(at now: Moment) -> Bool { Heartbeat.isSilent(heartbeat, at: now) }

    /// The judgement of one series now; unknown for a series that the manifest does not name.
    package func assessment(of id: SeriesID, at now: Moment) -> Assessment {
        assessment(of: id, at: now, engineSilent: isSilent(at: now))
    }

    /// How many judged series stand at which verdict.
    ///
    /// What is missing by its nature (a percentile over no requests, the lag of a replica that there is not) is not known, and
    /// nothing to look into: it is left out.
    package func tally(at now: Moment, engineSilent: Bool) -> [Verdict: Int] {
        var counts = Verdict.allCases.map { _ in 0 }
        // In place: a copy of a track retains all that it holds.
        for index in tracks.indices where tracks[index].series.isJudged {
            let assessment = tracks[index].assessment(at: now, engineSilent: engineSilent)
            if assessment.isUnjudged { continue }
            let verdict = assessment.verdict
            if verdict == .unknown, tracks[index].isAbsentByNature, !engineSilent { continue }
            counts[Int(verdict.rawValue)] += 1
        }
        return Dictionary(uniqueKeysWithValues: zip(Verdict.allCases, counts).filter { $0.1 > 0 })
    }

    /// The same where it is known whether the engine is silent.
    package func assessment(of id: SeriesID, at now: Moment, engineSilent: Bool) -> Assessment {
        guard let index = indices[id] else { return Assessment(verdict: .unknown, freshness: .never) }
        // In place: a frame asks for hundreds, and a copy of a track retains all that it holds.
        return tracks[index].assessment(at: now, engineSilent: engineSilent)
    }
}

/// One series as the board knows it.
package struct Track: Sendable {
    package let series: Series
    /// The last measurement that was not a miss.
    package private(set) var value: Measurement?
    /// When ``value`` was taken.
    package private(set) var valueAt: Moment?
    /// Why the last look brought nothing; nil when it brought a value.
    package private(set) var miss: String?
    /// When the last look was, whatever it brought.
    package private(set) var lookedAt: Moment?
    package private(set) var history: History

    package init(series: Series, span: Milliseconds) {
        self.series = series
        history = History(interval: series.interval, span: span)
    }

    /// - Returns: whether it says something else than before: another value, another miss, or a value where the last was stale.
    mutating func take(_ measurement: Measurement, at moment: Moment) -> Bool {
        lookedAt = moment
        let (oldValue, oldMiss) = (value, miss)
        let isOld = (valueAt?.age(at: moment)).map { $0 > series.interval * 2 } ?? true
        switch measurement {
        case .missed(let reason):
            miss = reason
            history.record(.nan, at: moment.utc)
        case .number(let number):
            (value, valueAt, miss) = (measurement, moment, nil)
            history.record(number, at: moment.utc)
        case .text:
            (value, valueAt, miss) = (measurement, moment, nil)
        }
        return value != oldValue || miss != oldMiss || miss == nil && isOld
    }

    /// The last that a recording knows of a series; the fields are those of ``Track``.
    package struct Recollection: Hashable, Sendable {
        package var value: Measurement?
        package var valueAt: Moment?
        package var miss: String?
        package var lookedAt: Moment

        package init(value: Measurement?, valueAt: Moment?, miss: String?, lookedAt: Moment) {
            self.value = value
            self.valueAt = valueAt
            self.miss = miss
            self.lookedAt = lookedAt
        }
    }

    mutating func adopt(_ history: History) {
        if history.interval == self.history.interval { self.history = history }
    }

    mutating func restore(_ recollection: Recollection) {
        if let lookedAt, lookedAt.utc > recollection.lookedAt.utc { return }
        if recollection.value != nil { (value, valueAt) = (recollection.value, recollection.valueAt) }
        (miss, lookedAt) = (recollection.miss, recollection.lookedAt)
    }

    mutating func inherit(from track: Track) {
        (value, valueAt, miss, lookedAt) = (track.value, track.valueAt, track.miss, track.lookedAt)
        if track.history.interval == history.interval { history = track.history }
    }

    /// Whether it is nothing to look into that the series has no value now.
    package var isAbsentByNature: Bool {
        switch series.absence {
        case .alarming: false
        case .alarmingOnceSeen: value == nil
        case .normal: true
        }
    }

    package var number: Double? {
        if case .number(let number) = value { number } else { nil }
    }

    package var text: String? {
        if case .text(let text) = value { text } else { nil }
    }

    package func age(at now: Moment) -> Milliseconds? { valueAt?.age(at: now) }

    package func assessment(at now: Moment, engineSilent: Bool) -> Assessment {
        Assessment(of: series, value: value, age: age(at: now) ?? 0, engineSilent: engineSilent)
    }
}
