import Launch

/// The go/no-go poll as the journal tells it.
extension LaunchReport {
    /// A station as it stood at the end, with what it stood on.
    struct StationLine {
        var title: String
        /// What was told of it last before T−0; nil: T−0 is not between these times, or nothing was told.
        var atLaunch: String?
        var verdict: String
        var by: String
        var since: Timestamp?
        var why: String
        var evidence: String
    }

    /// What was found or said of the poll, of the roll-call or of the launch clock.
    struct ReadinessLine {
        var at: Timestamp
        var subject: String
        var what: String
        var by: String
        var why: String
    }

    /// How many lines of the poll's story are kept, the newest.
    private static let storyLimit = 300

    /// The poll as it stood at the end of the report; nil: the launch had none.
    private var pollAtEnd: ReadinessPoll? {
        // Ages are counted from the newest look: what was old then is old in the report.
        let newest = material.board.tracks.compactMap(\.lookedAt).max { $0.utc < $1.utc }
        let end =
            newest.map { $0.advanced(by: max(material.to - $0.utc, 0)) }
            ?? Moment(utc: material.to, uptime: 0, boot: BootID(rawValue: 0))
        return ReadinessPoll(material.board, at: end, engineSilent: false)
    }

    /// What was told of the poll and its stations before T−0, where that is between these times.
    private var toldAtLaunch: ReadinessLog? {
        guard let zero = material.launchTime, zero >= material.from, zero <= material.to else { return nil }
        var log = ReadinessLog()
        for event in material.events where event.at.utc <= zero {
            if case .readiness(let body) = event.body { log.take(body, at: event.at) }
        }
        return log
    }

    /// Each station as it stood; empty where the launch has no poll.
    var stations: [StationLine] {
        guard let poll = pollAtEnd else { return [] }
        let before = toldAtLaunch
        var whole = StationLine(
            title: "The poll", atLaunch: before?.pollTurned?.body.to.word, verdict: poll.verdict.word,
            by: poll.hold?.body.by ?? "guardia",
            since: material.board.readiness.pollTurned.flatMap { $0.body.to == poll.verdict ? $0.at.utc : nil },
            why: poll.hold.map { "HOLD by \($0.body.by): \($0.body.reason)" } ?? "",
            evidence: "\(poll.goCount) of \(poll.stations.count) stations")
        if let asked = material.board.readiness.rollCall.asked {
            whole.evidence += "; the roll was called by \(asked.by)"
        }
        return [whole]
            + poll.stations.map { station in
                let waiver = station.waiver.map { said in
                    "waiver by \(said.body.by) until \(times.full(said.body.until))\(station.hasWaiverLapsed ? ", EXPIRED" : "")"
                }
                return StationLine(
                    title: station.title, atLaunch: before?.turned[station.name]?.body.to.word,
                    verdict: station.verdict.word + (station.isWaived && station.verdict == .go ? ", waived" : ""),
                    by: station.by, since: station.since?.utc,
                    why: [station.why, waiver ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
                    evidence: station.evidence.map { found in
                        (found.verdict == .go ? "" : found.verdict.word + " ") + "\(found.title): \(found.text)"
                    }.joined(separator: "; "))
            }
    }

    /// What turned and what people said, oldest first.
    var readinessStory: [ReadinessLine] {
        let titles = Dictionary(
            (material.manifest?.readiness?.stations ?? []).map { ($0.name, $0.title) },
            uniquingKeysWith: { first, _ in first })
        func title(_ station: String?) -> String { station.map { titles[$0] ?? $0 } ?? "The poll" }
        let lines = material.events.compactMap { event -> ReadinessLine? in
            guard event.at.utc >= material.from, case .readiness(let body) = event.body else { return nil }
            func line(_ subject: String, _ what: String, _ by: String, _ why: String) -> ReadinessLine {
                ReadinessLine(at: event.at.utc, subject: subject, what: what, by: by, why: why)
            }
            switch body {
            case .turned(let body):
                return line(
                    title(body.station), (body.from.map { $0.word + " → " } ?? "") + body.to.word, "guardia", body.why)
            case .attested(let body):
                let what = "\(body.isGo ? "GO" : "NO-GO") until \(times.short(body.until))"
                return line(title(body.station), what, body.by, body.reason)
            case .waived(let body):
                return line(title(body.station), "waived until \(times.short(body.until))", body.by, body.reason)
            case .unwaived(let body): return line(title(body.station), "waiver ended", body.by, body.reason)
            case .held(let body): return line(title(body.station), "HOLD", body.by, body.reason)
            case .released(let body): return line(title(body.station), "released", body.by, body.reason)
            case .asked(let body):
                return line("Roll-call", "called: \(body.people.joined(separator: ", "))", body.by, "")
            case .answered(let body):
                return line("Roll-call", "\(body.isGo ? "GO" : "NO-GO") by \(body.way)", body.who, body.words)
            case .clockHeld(let body): return line("Launch clock", "held", body.by, body.reason)
            case .clockResumed(let body): return line("Launch clock", "resumed", body.by, body.reason)
            case .clockSet(let body):
                return line("Launch clock", "T−0 set to \(times.full(body.to))", body.by, body.reason)
            }
        }
        return Array(lines.suffix(LaunchReport.storyLimit))
    }
}
