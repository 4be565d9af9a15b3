import Launch

/// The changes that the verdicts of now rest on: what a journal that is begun anew must be told, so that no screen takes
/// what has been wrong for an hour for well.
struct StandingVerdicts: Sendable {
    /// Of each series that is not ok the change with which that began, and the newest.
    private var stories: [SeriesID: (first: Event, newest: Event)] = [:]

    mutating func take(_ event: Event) {
        guard case .verdictChanged(let change) = event.body else { return }
        if change.to == .ok {
            stories[change.series] = nil
        } else {
            stories[change.series] = (stories[change.series]?.first ?? event, event)
        }
    }

    /// Oldest first.
    var events: [Event] {
        stories.values.flatMap { $0.first == $0.newest ? [$0.first] : [$0.first, $0.newest] }
            .sorted { ($0.at.utc, $0.sequence) < ($1.at.utc, $1.sequence) }
    }
}
