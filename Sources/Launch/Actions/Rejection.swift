/// Why a standby is no good way back: its release was left, and nothing else has come in its place since.
package struct Rejection: Hashable, Sendable {
    /// How it came to be left.
    package enum How: Hashable, Sendable {
        /// A deploy found it unfit and went back, or never let it have traffic.
        case wentBack
        /// Somebody ended its deploy.
        case aborted
        /// Somebody, or an automatic response, rolled back from it.
        case rolledBack
        /// The edges went back by themselves, or by something that the journal does not tell of.
        case returned
        /// It is being released, or its deploy died there: it never had traffic.
        case unproven
    }

    package var how: How
    package var colour: String
    /// The release that was left; nil where the journal does not tell.
    package var version: String?
    /// What for, in a sentence of whoever left it; empty where nobody said.
    package var why: String
    /// The login name of whoever left it, or of whoever deployed it.
    package var by: String
    /// When; nil where the journal does not tell.
    package var at: Moment?

    package init(
        how: How, colour: String, version: String? = nil, why: String = "", by: String = "", at: Moment? = nil
    ) {
        self.how = how
        self.colour = colour
        self.version = version
        self.why = why
        self.by = by
        self.at = at
    }

    /// What happened to it, as every screen and command says it: `WENT BACK`.
    package var deed: String {
        switch how {
        case .wentBack: "WENT BACK"
        case .aborted: "WAS ABORTED"
        case .rolledBack: "WAS ROLLED BACK"
        case .returned: "WENT BACK BY ITSELF"
        case .unproven: "NEVER SERVED"
        }
    }

    /// Who did it and what for: `by ana: payments fail`.
    package var cause: String {
        switch how {
        case .wentBack: [why, by.isEmpty ? "" : "deployed by \(by)"].filter { !$0.isEmpty }.joined(separator: "; ")
        case .returned: "no action of the journal did it: the edges by themselves, or somebody by hand"
        case .aborted, .rolledBack, .unproven:
            [by.isEmpty ? "" : how == .unproven ? "deployed by \(by)" : "by \(by)", why].filter { !$0.isEmpty }
                .joined(separator: ": ")
        }
    }

    /// All of it in a sentence: `green v1.5.0 WENT BACK 4 min ago: 20.9 % errors`.
    ///
    /// - Parameter known: what the colour answers with now, where the journal does not tell which release was left.
    package func words(at now: Moment, version known: String? = nil) -> String {
        let name = [colour, version ?? known].compactMap(\.self).joined(separator: " ")
        let when = at.map { " \(Rejection.age($0.age(at: now))) ago" } ?? ""
        return "\(name) \(deed)\(when)\(cause.isEmpty ? "" : ": \(cause)")"
    }

    static func age(_ span: Milliseconds) -> String {
        let seconds = max(0, span.count / 1000)
        return switch seconds {
        case ..<90: "\(seconds) s"
        case ..<5400: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}

/// Which colours hold a release that was left, folded from what actions tell.
///
/// A rejection stays until another release is put on the colour or somebody goes to it on purpose. It is made from events
/// alone: a journal that is silent, stale or gone rejects nothing.
struct RejectionLedger: Hashable, Sendable {
    /// By colour.
    private(set) var rejections: [String: Rejection] = [:]
    /// The release that was last put on a colour.
    private(set) var releases: [String: String] = [:]
    /// The split that the newest action left in force.
    private(set) var split: Split?

    /// - Parameter record: the action, `event` taken in.
    mutating func take(_ event: ActionEvent, of record: ActionRecord, at moment: Moment) {
        switch (record.kind, event) {
        case (.deploy, .stepStarted(let step)) where step.step == "release": released(record, at: moment)
        case (.deploy, .stepEnded(let step)): moved(to: step.split, by: record)
        case (.deploy, .ended(let end)): ended(record, end, at: moment)
        case (.rollback, .stepEnded(let step)): rolledBack(record, to: step.split, at: moment)
        default: break
        }
    }

    /// Whatever was there is replaced; what comes has not shown yet that it can serve.
    private mutating func released(_ record: ActionRecord, at moment: Moment) {
        guard let to = record.started.to, !to.colour.isEmpty else { return }
        releases[to.colour] = to.version
        if let from = record.started.from, let version = from.version { releases[from.colour] = version }
        rejections[to.colour] = Rejection(
            how: .unproven, colour: to.colour, version: to.version, by: record.started.by.name, at: moment)
    }

    private mutating func moved(to name: String?, by record: ActionRecord) {
        guard let split = name.flatMap({ Split(name: $0) }) else { return }
        self.split = split
        if let to = record.started.to, split == Split(all: to.colour) { rejections[to.colour] = nil }
    }

    private mutating func ended(_ record: ActionRecord, _ end: ActionEvent.Ended, at moment: Moment) {
        if let split = end.split.flatMap({ Split(name: $0) }) { self.split = split }
        guard let to = record.started.to, !to.colour.isEmpty else { return }
        switch end.outcome {
        case .done: rejections[to.colour] = nil
        case .died: break
        case .wentBack, .undecided, .refused, .preempted:
            let told = rejections[to.colour]
            // Where it never came to the release the standby is what it was.
            let hasReleased =
                record.split != nil
                || record.steps.contains { $0.step.name == "release" && $0.startedAt != nil }
                || record.started.continues != nil && told?.how == .unproven
            guard hasReleased, split?.share(of: to.colour) ?? 0 == 0 else { return }
            // A rollback that took the lock has said already why.
            if end.outcome == .preempted, told?.how == .rolledBack { return }
            let abort = record.requests.last { $0.body.request == .abort }?.body
            // What failed at its gate had no traffic that could have gone back. What a deploy before it moved is not told here.
            let hasMoved = record.split != nil || record.started.continues != nil
            rejections[to.colour] = Rejection(
                how: abort != nil ? .aborted : hasMoved ? .wentBack : .unproven, colour: to.colour, version: to.version,
                why: abort?.reason ?? end.summary, by: abort?.by.name ?? record.started.by.name, at: moment)
        }
    }

    private mutating func rolledBack(_ record: ActionRecord, to name: String?, at moment: Moment) {
        guard let split = name.flatMap({ Split(name: $0) }) else { return }
        let before = self.split
        self.split = split
        if let to = record.started.to, let version = to.version { releases[to.colour] = version }
        for colour in split.colours { rejections[colour] = nil }
        // Done anew, it leaves nothing that was not left before.
        guard before != split else { return }
        let left = Set((before?.colours ?? []) + (record.started.from.map { [$0.colour] } ?? []))
        for colour in left where split.share(of: colour) == 0 {
            rejections[colour] = Rejection(
                how: .rolledBack, colour: colour, version: releases[colour], why: record.started.reason,
                by: record.started.by.name, at: moment)
        }
    }

    /// - Parameters:
    ///   - version: what the colour answers with now; nil: not known.
    ///   - now: what all edges serve now; nil: not known.
    ///   - isMoving: whether an action moves traffic at this moment.
    func rejection(of colour: String, version: String?, serving now: Split?, isMoving: Bool) -> Rejection? {
        // Whoever has traffic is no standby.
        if let now, now.share(of: colour) > 0 { return nil }
        func isAnother(_ release: String?) -> Bool {
            release.map { was in version.map { $0 != was } ?? false } ?? false
        }
        if let told = rejections[colour] { return isAnother(told.version) ? nil : told }
        guard !isMoving, now != nil, let split, split.share(of: colour) > 0, !isAnother(releases[colour]) else {
            return nil
        }
        return Rejection(how: .returned, colour: colour, version: releases[colour])
    }
}
