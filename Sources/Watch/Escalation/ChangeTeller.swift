package import Launch

/// Tells channels that ask for it what changes: deploys, rollbacks, flags. PagerDuty shows them beside its incidents.
///
/// It hears of them from the journal, whoever made them. The page's name follows from the change: what an engine before this one
/// told is not told again, and what it did not come to is told by the next.
package actor ChangeTeller {
    /// How long one is worth telling: its own time is in it.
    private static let life: Milliseconds = .hours(6)

    private let launch: String
    private let channels: [String]
    private let sink: any PageSink
    private let clock: any Clock
    private var course = ChangeCourse()
    /// What the journal holds and nobody was told of, as far as is known.
    private var untold: [ChangeNotice] = []
    /// The pages that the journal knew at the start.
    private var told: Set<PageID> = []

    /// - Parameter history: events of ``kinds``, oldest first.
    package init(_ configuration: LaunchConfiguration, history: [Event], sink: any PageSink, clock: any Clock) {
        launch = "\(configuration.product.name) \(configuration.environment)"
        channels = configuration.channels.filter(\.tellsChanges).map(\.name)
        self.sink = sink
        self.clock = clock
        for event in history {
            if let notice = course.take(event) { untold.append(notice) }
            if case .escalation(.queued(let body)) = event.body, body.purpose == .change { told.insert(body.page) }
        }
    }

    /// The kinds of events that it starts again from, beside the escalator's.
    package static let kinds = ["action.started", "action.ended", "flag.changed"]

    /// Tells what an engine before this one did not come to. Once, at the start.
    package func begin() async {
        for notice in untold { await tell(notice) }
        (untold, told) = ([], [])
    }

    package func hear(foreign events: [Event]) async {
        for event in events {
            guard let notice = course.take(event) else { continue }
            await tell(notice)
        }
    }

    private func tell(_ notice: ChangeNotice) async {
        let expires = notice.at + ChangeTeller.life
        guard clock.now().utc < expires else { return }
        for channel in channels where !told.contains(notice.page(on: channel)) {
            await sink.submit(
                Notification(
                    page: notice.page(on: channel), purpose: .change, contact: nil, address: "", severity: .info,
                    launch: launch, summary: notice.summary, group: notice.group, since: notice.at, text: notice.text,
                    expires: expires),
                channel: channel, escalation: nil, step: nil)
        }
    }
}
