package import Launch

/// Takes notifications and sees to it that each is sent at least once or ends with a word.
package actor Outbox {
    private let channels: [String: any Channel]
    private let tell: @Sendable (EscalationEvent) async -> Void

    /// - Parameters:
    ///   - journal: the journal's path: what waits is kept in a folder beside it. Nil: in memory alone.
    ///   - channels: by name.
    ///   - tell: hears `page.queued` before the first try, then `page.attempted` of each.
    package init(
        journal: String?, channels: [String: any Channel], clock: any Clock,
        tell: @escaping @Sendable (EscalationEvent) async -> Void
    ) {
        self.channels = channels
        self.tell = tell
    }

    /// Takes a notification; when this returns it is kept. One whose page is known already is not taken again.
    package func submit(
        _ notification: Notification, channel: String, escalation: EscalationID? = nil, step: Int? = nil
    ) async {
        await tell(
            .queued(
                .init(
                    page: notification.page, escalation: escalation, channel: channel, contact: notification.contact,
                    purpose: notification.purpose, step: step)))
        let answer = await channels[channel]?.send(notification) ?? .refused("there is no channel '\(channel)'")
        let outcome: PageOutcome =
            switch answer {
            case .taken(let reference): .sent(reference: reference)
            case .refused(let reason), .later(let reason, _), .unreachable(let reason), .ambiguous(let reason):
                .failed(reason: reason)
            }
        await tell(.attempted(.init(page: notification.page, outcome: outcome)))
    }

    /// Sends what waits, also what an engine before this one left, until the task is cancelled.
    package func run() async {}
}
