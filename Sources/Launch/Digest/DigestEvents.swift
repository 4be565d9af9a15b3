/// What happens to reports: each is promised before its time and told as given after it, so that a restart forgets none and
/// sends none twice.
package enum DigestEvent: Hashable, Sendable {
    /// When the next one is due.
    case promised(Promised)
    /// It was handed to the outbox.
    case given(Given)

    package struct Promised: Hashable, Sendable, Codable {
        package var digest: String
        package var due: Timestamp

        package init(digest: String, due: Timestamp) {
            self.digest = digest
            self.due = due
        }
    }

    package struct Given: Hashable, Sendable, Codable {
        package var digest: String
        package var due: Timestamp
        /// How many mailboxes it went to.
        package var recipients: Int
        /// Whoever sent it by hand; nil: its time had come.
        package var by: String?

        package init(digest: String, due: Timestamp, recipients: Int, by: String? = nil) {
            self.digest = digest
            self.due = due
            self.recipients = recipients
            self.by = by
        }
    }

    var kind: String {
        switch self {
        case .promised: "digest.promised"
        case .given: "digest.given"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .promised(let event): event
        case .given(let event): event
        }
    }
}

/// Which report is due: a value, rebuilt from the journal.
package struct DigestCourse: Hashable, Sendable {
    /// How late one is still of use. Of several that were missed the newest goes, and says so.
    package static let worth: Milliseconds = .days(3)

    package let plan: DigestPlan
    private let launchAt: Timestamp?
    private let zone: Zone
    private var promised: Timestamp?
    private var given: Timestamp?

    package init(_ plan: DigestPlan, launchAt: Timestamp?, zone: Zone) {
        self.plan = plan
        self.launchAt = launchAt
        self.zone = zone
    }

    package mutating func take(_ event: DigestEvent) {
        switch event {
        case .promised(let body) where body.digest == plan.name: promised = body.due
        case .given(let body) where body.digest == plan.name && body.by == nil: given = max(given ?? body.due, body.due)
        default: break
        }
    }

    /// What is to be done at `now`.
    package enum Deed: Hashable, Sendable {
        case promise(Timestamp)
        /// The report of `due`; `missed` are those between that never went.
        case give(due: Timestamp, missed: Int)
        case wait(until: Timestamp)
        /// It has no time any more.
        case rest
    }

    package func next(at now: Timestamp) -> Deed {
        guard let promised, given.map({ $0 < promised }) ?? true else {
            return plan.next(after: max(given ?? now, now), launchAt: launchAt, in: zone).map { .promise($0) } ?? .rest
        }
        guard promised <= now else {
            // The config has changed since: an earlier time is kept to, a time that is none any more is not.
            let next = plan.next(after: now, launchAt: launchAt, in: zone)
            return next == promised ? .wait(until: promised) : next.map { .promise($0) } ?? .rest
        }
        var (due, missed) = (promised, 0)
        while let later = plan.next(after: due, launchAt: launchAt, in: zone), later <= now {
            // What goes because of the launch goes, whatever came after it.
            if plan.isOfLaunch(due, launchAt: launchAt) { break }
            (due, missed) = (later, missed + 1)
        }
        if now - due > DigestCourse.worth, !plan.isOfLaunch(due, launchAt: launchAt) {
            return plan.next(after: now, launchAt: launchAt, in: zone).map { .promise($0) } ?? .rest
        }
        return .give(due: due, missed: missed)
    }
}
