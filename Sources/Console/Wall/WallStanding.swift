import Launch

/// How the launch stands, in one word with its number: the traffic colour of the wall.
struct WallStanding {
    let verdict: Verdict
    let text: String
    /// What is the worst; nil where all is well.
    let name: String?

    init(_ model: Model) {
        let (words, tally, feed) = (model.words, model.tally, model.feed.live)
        func count(_ verdict: Verdict, _ weight: FeedItem.Weight) -> Int {
            // As the header above it counts: what wants somebody; else what somebody has; else the checks themselves.
            func items(_ standing: FeedItem.Standing) -> Int {
                feed.items.count { $0.weight == weight && $0.standing == standing }
            }
            let checks = tally[verdict] ?? 0
            let open = feed.openCount(weight)
            guard feed.hasAlerts, verdict != .unknown else { return checks > 0 ? checks : open }
            if open > 0 { return open }
            let taken = items(.taken)
            // What is pending is no alert yet, and is said so.
            return taken > 0 ? taken : feed.isCalm && !feed.pending.isEmpty ? 0 : checks
        }
        let counts: [(verdict: Verdict, weight: FeedItem.Weight, word: Word)] = [
            (.critical, .critical, .criticalCount), (.warning, .warning, .warningCount),
            (.unknown, .unknown, .unknownCount),
        ]
        if let reading = model.readingText {
            (verdict, text, name) = (.unknown, reading, nil)
        } else if model.isSilent {
            (verdict, text, name) = (.unknown, words(.silent), nil)
        } else if let worst = counts.first(where: { count($0.verdict, $0.weight) > 0 }) {
            verdict = worst.verdict
            text = words(worst.word, String(count(worst.verdict, worst.weight)))
            // As the headline chooses.
            let gravest = feed.gravest.map { FeedID.alert($0) }
            let alike = feed.items.filter { $0.weight == worst.weight && $0.standing != .over }
            name = (alike.first { $0.id == gravest } ?? alike.first).map { model.title(of: $0.id) }
        } else if let pending = feed.pending.first, feed.isCalm {
            verdict = .warning
            text = words(.pendingCount, String(feed.pending.count))
            name = model.title(of: .alert(pending))
        } else if tally.isEmpty {
            (verdict, text, name) = (.unknown, words(.nothingJudged), nil)
        } else if let poll = model.poll, !poll.stations.isEmpty, poll.verdict != .go {
            // Every reading is well, and the launch is not: somebody holds it, or a station says no.
            verdict = poll.verdict.asVerdict
            text = "\(words(poll.verdict.look.word)) \(poll.goCount)/\(poll.stations.count)"
            name = poll.stations.first { $0.verdict == poll.verdict }.map { Text.sanitised($0.title, limit: 60) }
        } else {
            (verdict, text, name) = (.ok, words(.wallWell), nil)
        }
    }

    func render(into frame: inout Frame, area: Rect) {
        guard !area.isEmpty else { return }
        let role = verdict.wallRole
        frame.fill(area, role)
        let short = "\(verdict.glyph) " + text
        let whole = short + (name.map { " · " + $0 } ?? "")
        guard area.height >= BigText.height else {
            frame.put(whole, in: area, row: area.height / 2, role, .bold, align: .centre)
            return
        }
        // The name where it can be read from afar too; else the number alone is large.
        let fits = BigText(whole).setting(of: frame.redacted(whole), in: area.size) != nil
        BigText(fits ? whole : short, role: role).render(into: &frame, area: area)
    }
}

extension ReadinessVerdict {
    /// The colour of the wall that it wants.
    fileprivate var asVerdict: Verdict {
        switch self {
        case .go: .ok
        case .hold: .warning
        case .unknown: .unknown
        case .noGo: .critical
        }
    }
}

extension Verdict {
    /// The role of big letters and bars.
    var wallRole: Role {
        switch self {
        case .ok: .kioskOk
        case .unknown: .kioskUnknown
        case .warning: .kioskWarning
        case .critical: .kioskCritical
        }
    }
}
