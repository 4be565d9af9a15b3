/// The go/no-go poll at one instant: every station with its verdict, by whom and why, and the worst of them.
package struct ReadinessPoll: Hashable, Sendable {
    package struct Station: Hashable, Sendable, Identifiable {
        package var id: String { name }
        package var name: String
        package var title: String
        package var verdict: ReadinessVerdict
        /// What its checks come to, whatever people say.
        package var found: ReadinessVerdict
        /// Who decides: a person, or `guardia` where the checks do.
        package var by: String
        /// Since when it stands so, as far as that is known.
        package var since: Moment?
        package var why: String
        package var evidence: [ReadinessEvidence]
        package var hold: ReadinessLog.Said<ReadinessEvent.Held>?
        /// A waiver that holds now, or one that is over and is still missed.
        package var waiver: ReadinessLog.Said<ReadinessEvent.Waived>?
        package var hasWaiverLapsed = false
        package var attestation: ReadinessLog.Said<ReadinessEvent.Attested>?

        /// Whether it is go only because somebody lets it pass.
        package var isWaived: Bool { waiver != nil && !hasWaiverLapsed }
    }

    package var stations: [Station]
    package var verdict: ReadinessVerdict
    /// A hold of the whole poll.
    package var hold: ReadinessLog.Said<ReadinessEvent.Held>?
    /// Why nothing can be said at all: the engine is silent.
    package var trouble: String?

    package var goCount: Int { stations.count { $0.verdict == .go } }

    package subscript(name: String) -> Station? { stations.first { $0.name == name } }

    /// Nil where the launch has no poll.
    package init?(_ board: Board, at now: Moment) {
        self.init(board, at: now, engineSilent: board.isSilent(at: now))
    }

    package init?(_ board: Board, at now: Moment, engineSilent: Bool) {
        guard let plan = board.manifest?.readiness else { return nil }
        let examiner = ReadinessExaminer(board, plan, at: now, engineSilent: engineSilent)
        stations = plan.stations.map { Station($0, examiner, board.readiness, at: now, engineSilent: engineSilent) }
        hold = board.readiness.hold
        verdict = ReadinessVerdict.worst(stations.map(\.verdict))
        if hold != nil { verdict = max(verdict, .hold) }
        if engineSilent {
            trouble = "the engine is silent: nothing here is known"
            verdict = max(verdict, .unknown)
        }
    }

    /// Why the poll is not go, the worst station first; empty where it is.
    package var reasons: [String] {
        var reasons: [String] = []
        if let trouble { reasons.append(trouble) }
        if let hold { reasons.append("HOLD of the poll by \(hold.body.by): \(hold.body.reason)") }
        let bad = stations.enumerated().filter { $0.element.verdict != .go }
            .sorted { ($1.element.verdict, $0.offset) < ($0.element.verdict, $1.offset) }.map(\.element)
        return reasons + bad.map { "\($0.title) \($0.verdict.word): \($0.why)" }
    }

    /// `GO 7/8`
    package var summary: String { "\(verdict.word) \(goCount)/\(stations.count)" }
}

extension ReadinessPoll.Station {
    init(
        _ station: ReadinessPlan.Station, _ examiner: ReadinessExaminer, _ log: ReadinessLog, at now: Moment,
        engineSilent: Bool
    ) {
        let evidence = station.checks.map { examiner.evidence(of: $0, for: station.name) }
        let found = ReadinessVerdict.worst(evidence.map(\.verdict))
        let deciding = evidence.firstIndex { $0.verdict == found }
        (name, title) = (station.name, station.title)
        (self.evidence, self.found, verdict) = (evidence, found, found)
        (by, since, why) = ("guardia", nil, "it has no check")
        attestation = log.attestations[station.name]
        hold = log.holds[station.name]
        if let deciding { why = found == .go ? "" : "\(evidence[deciding].title): \(evidence[deciding].text)" }

        // Where a person's word decides, it is theirs: a no of theirs, or a yes that nothing but words stands on.
        let isWord = station.checks.map { if case .attested = $0 { true } else { false } }
        let isTheirs = found == .go ? isWord.allSatisfy(\.self) : deciding.map { isWord[$0] } ?? false
        if let attestation, isTheirs {
            (by, since) = (attestation.body.by, attestation.at)
            if found == .go { why = attestation.body.reason }
        }
        if let said = log.waivers[station.name] {
            let stands = ReadinessLog.holds(until: said.body.until, said: said.at, at: now)
            // One that is over and that nothing misses any more is no news.
            if stands || found != .go {
                waiver = said
                hasWaiverLapsed = !stands
            }
            if stands, found != .go, !engineSilent {
                let reason = "WAIVED: \(said.body.reason) (\(found.word): \(why))"
                (verdict, by, since, why) = (.go, said.body.by, said.at, reason)
            } else if !stands, found != .go {
                why = "the waiver by \(said.body.by) has EXPIRED; \(why)"
            }
        }
        // A hold outranks a waiver, and what is worse than a hold outranks it.
        if let hold {
            if verdict <= .hold {
                (verdict, by, since, why) = (.hold, hold.body.by, hold.at, hold.body.reason)
            } else {
                why += " (and HOLD by \(hold.body.by): \(hold.body.reason))"
            }
        }
        if since == nil, let turned = log.turned[station.name], turned.body.to == verdict { since = turned.at }
    }
}
