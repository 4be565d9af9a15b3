/// Whether a launch is wanted now, as a board knows it: by the window, its holidays, and a clock that can be trusted.
package enum WindowState: Hashable, Sendable {
    case open
    /// Why it is closed, or why that is not known.
    case closed(String)
    /// This machine's clock is off: nobody knows what time it is.
    case unknown(String)

    /// - Parameter window: nil: at any time.
    package init(_ window: LaunchWindow?, in zone: Zone, board: Board?, at now: Moment) {
        guard let window else {
            self = .open
            return
        }
        // Contract C2: what depends on a wrong clock is unknown.
        if let objection = board?.clockObjection(at: now) {
            self = .unknown("outside the launch window, or not: \(objection)")
            return
        }
        switch window.state(at: zone.civil(now.utc)) {
        case .open: self = .open
        case .closed(let reason): self = .closed("outside the launch window: \(reason.words)")
        }
    }

    /// Why a deploy now must say why; nil: it need not.
    package var objection: String? {
        switch self {
        case .open: nil
        case .closed(let why), .unknown(let why): why
        }
    }
}

extension Board {
    /// Why the clock is not to be trusted; nil: no witness objects, or there is none.
    package func clockObjection(at now: Moment) -> String? {
        for id in manifest?.clockWitnesses ?? [] {
            guard let track = track(id), let number = track.number, let age = track.age(at: now),
                Freshness(age: age, interval: track.series.interval) != .lastKnown
            else { continue }
            if track.series.unit == .verdict {
                if Verdict(nagiosCode: Int(exactly: number) ?? 3) > .unknown {
                    return "this machine's clock is not synchronised"
                }
            } else if abs(number) > ClockGuard.tolerance {
                return "this machine's clock is off by \(Int(min(abs(number), 1e12) / 1000)) s"
            }
        }
        return nil
    }
}

extension Planner {
    /// What poll and window say of a deploy. Neither ever says anything of a rollback.
    func judgeReadiness(_ card: inout PlanCard) {
        let zone = board.manifest?.zone ?? .utc
        if let objection = WindowState(board.manifest?.launchWindow, in: zone, board: board, at: now).objection {
            card.cautions.append("\(objection): a deploy now must say why")
            (card.needsReason, card.reason) = (true, "")
        }
        guard let plan = board.manifest?.readiness, plan.deploy != .ignore, let poll = ReadinessPoll(board, at: now),
            poll.verdict != .go
        else { return }
        let words = poll.words
        guard plan.deploy == .refuse else { return card.cautions.append(words) }
        card.overridable.append(words)
        // Whoever goes against the poll says why in words of their own.
        (card.needsReason, card.reason) = (true, "")
    }
}

extension ReadinessPoll {
    /// `the poll is NO-GO 7/8: Payment gateway NO-GO: it does not answer (+1 more)`
    package var words: String {
        let reasons = reasons
        let more = reasons.count > 1 ? " (+\(reasons.count - 1) more)" : ""
        return "the poll is \(summary)" + (reasons.first.map { ": \($0)" } ?? "") + more
    }
}
