import Launch

/// What the terminal is to ring for: new critical alerts, never more often than an ear can bear.
///
/// The history that is read at the start rings for nothing, nor does what is told late: who opens a dashboard looks at it.
struct Alarms: Hashable, Sendable {
    /// The least time between two.
    static let interval: Milliseconds = 10_000
    /// What is older when it is read is history.
    static let freshness: Milliseconds = 60_000
    /// The same alert rings again after this time at the soonest: one that flaps is one alarm.
    static let repetition: Milliseconds = 300_000

    private var waiting: [Fingerprint] = []
    var isWaiting: Bool { !waiting.isEmpty }
    private var rang: [Fingerprint: Moment] = [:]
    private var last: Moment?

    /// Takes in an event with the alert as it was before and as it is after.
    mutating func hear(_ event: AlertEvent, before: Alert?, after: Alert?, at moment: Moment, now: Moment) {
        guard let after, after.facts.severity == .critical, after.isOpen, moment.age(at: now) < Self.freshness else {
            return
        }
        // An acknowledgement that lapsed is loud: nobody has it any more.
        let isLapse = if case .unacknowledged(let body) = event { body.by == nil } else { false }
        let wasLoud = before.map { $0.isOpen && $0.facts.severity == .critical } ?? false
        guard isLapse || !wasLoud else { return }
        if !isLapse, let rang = rang[after.id], rang.age(at: now) < Self.repetition { return }
        if waiting.count < 100, !waiting.contains(after.id) { waiting.append(after.id) }
    }

    /// What is to be rung for now; empty while there is nothing, or the last one has hardly faded.
    mutating func due(_ log: AlertLog, at now: Moment) -> [Alert] {
        guard !waiting.isEmpty else { return [] }
        if let last, last.age(at: now) < Self.interval { return [] }
        let due = waiting.compactMap { log[$0] }.filter { $0.isOpen }
        waiting.removeAll()
        guard !due.isEmpty else { return [] }
        last = now
        rang = rang.filter { $0.value.age(at: now) < Self.repetition }
        for alert in due { rang[alert.id] = now }
        return due
    }
}

/// A ring, and what it is about, in text that a terminal can be sent.
package struct Alarm: Hashable, Sendable {
    package var title: String
    package var body: String

    package init(title: String, body: String) {
        self.title = title
        self.body = body
    }
}
