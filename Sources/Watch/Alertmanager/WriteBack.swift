import Launch

/// What guardia wants an Alertmanager to keep quiet, against what it keeps quiet already: pure.
///
/// An acknowledgement does not exist there: it is a short silence, made longer while the acknowledgement holds (as karma
/// and kthxbye do). Its comment begins with `ACK!`; a silence of guardia's own ends with its id in brackets.
struct WriteBack {
    /// How long such a silence is, and with how much left it is made longer.
    static let span: Milliseconds = .minutes(15)
    static let margin: Milliseconds = .minutes(5)

    /// Silences to set, each with the id of the one that it replaces.
    private(set) var set: [(silence: Silence, replaces: String?)] = []
    /// Ids of silences to end.
    private(set) var end: [String] = []
    /// The silences of others: those that guardia shows.
    private(set) var others: [Silence] = []
    /// The ids of those that are guardia's own words.
    private(set) var own: Set<String> = []

    init(_ log: AlertLog, source: String, standing: [Silence], now: Moment) {
        var wanted: [String: Silence] = [:]
        for alert in log.alerts.values where alert.facts.source == source && alert.state == .firing {
            guard let given = alert.acknowledged else { continue }
            let matchers = alert.facts.labels.pairs.map { LabelMatcher(name: $0.name, value: $0.value) }
            wanted["ACK \(alert.id)"] = Silence(
                id: "", matchers: matchers, from: now.utc, until: now.utc + WriteBack.span, by: given.body.by,
                comment: "ACK! \(given.body.comment) [guardia ACK \(alert.id)]")
        }
        for silence in log.silences.values where silence.source == nil && log.isActive(silence, at: now) {
            var told = silence
            told.comment = "\(silence.comment) [guardia \(silence.id)]"
            // By the clock of its own: how long is left, not when the wall clock says that it ends.
            if let at = log.silencedAt[silence.id] {
                told.until = now.utc + (silence.until - at.utc - at.age(at: now))
                told.from = min(silence.from, now.utc)
            }
            wanted[silence.id] = told
        }
        for silence in standing {
            guard let key = WriteBack.key(of: silence.comment) else {
                others.append(silence)
                continue
            }
            own.insert(silence.id)
            guard let wish = wanted.removeValue(forKey: key) else {
                end.append(silence.id)
                continue
            }
            let isAck = key.hasPrefix("ACK ")
            if isAck ? silence.until - now.utc < WriteBack.margin : abs((silence.until - wish.until).count) > 60_000 {
                var longer = wish
                longer.from = silence.from
                longer.matchers = silence.matchers
                set.append((longer, silence.id))
            }
        }
        set += wanted.sorted { $0.key < $1.key }.map { ($0.value, nil) }
    }

    /// What stands in the brackets of `… [guardia KEY]`.
    static func key(of comment: String) -> String? {
        guard comment.hasSuffix("]"), let start = comment.ranges(of: "[guardia ").last else { return nil }
        return String(comment[start.upperBound...].dropLast())
    }
}
