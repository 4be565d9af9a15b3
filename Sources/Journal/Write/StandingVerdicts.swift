import Launch

/// The changes that the verdicts and the alerts of now rest on: what a journal that is begun anew must be told, so that no
/// screen takes what has been wrong for an hour for well, and no alert that fires is forgotten.
struct StandingVerdicts: Sendable {
    /// Of each series that is not ok the change with which that began, and the newest.
    private var stories: [SeriesID: (first: Event, newest: Event)] = [:]

    /// Of each alert that is not over, and each silence, what was told of it, by what it is about.
    private var alerts: [String: [Event]] = [:]
    /// More than this of one alert is not needed to know how it stands.
    private static let storyLimit = 12

    mutating func take(_ event: Event) {
        if case .alert(let alert) = event.body { return take(alert, event) }
        guard case .verdictChanged(let change) = event.body else { return }
        if change.to == .ok {
            stories[change.series] = nil
        } else {
            stories[change.series] = (stories[change.series]?.first ?? event, event)
        }
    }

    private mutating func take(_ alert: AlertEvent, _ event: Event) {
        switch alert {
        case .resolved, .cleared, .unsilenced: alerts[alert.subject] = nil
        case .pending, .fired, .silenced: alerts[alert.subject, default: []].append(event)
        case .acknowledged, .unacknowledged, .suppressed: alerts[alert.subject]?.append(event)
        case .recovering:
            // It comes and goes: the last word of it counts.
            if case .alert(.recovering)? = alerts[alert.subject]?.last?.body { alerts[alert.subject]?.removeLast() }
            alerts[alert.subject]?.append(event)
        }
        if let story = alerts[alert.subject], story.count > StandingVerdicts.storyLimit {
            alerts[alert.subject] = [story[0]] + story.suffix(StandingVerdicts.storyLimit - 1)
        }
    }

    /// Oldest first.
    var events: [Event] {
        (stories.values.flatMap { $0.first == $0.newest ? [$0.first] : [$0.first, $0.newest] }
            + alerts.values.flatMap(\.self))
            .sorted { ($0.at.utc, $0.sequence) < ($1.at.utc, $1.sequence) }
    }
}
