package import Journal
package import Launch

/// Makes reports of what the journal holds, on a thread of its own: it reads for as long as it takes.
package actor DigestReader {
    private let path: String
    private let executor = ThreadExecutor(name: "digest")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(path: String) { self.path = path }

    deinit { executor.stop() }

    /// How many events of each kind are looked at.
    private static let limit = 2000

    /// What the journal knows of reports that were promised and given.
    package func history() throws(JournalError) -> [DigestEvent] {
        try JournalReader(path: path).newest(of: ["digest.promised", "digest.given"], limit: 500).compactMap { event in
            if case .digest(let digest) = event.body { digest } else { nil }
        }
    }

    /// Which of some pages the journal knows.
    package func queued(_ pages: Set<PageID>) throws(JournalError) -> Set<PageID> {
        let events = try JournalReader(path: path).newest(of: ["page.queued"], limit: DigestReader.limit)
        return Set(
            events.compactMap { event in
                guard case .escalation(.queued(let body)) = event.body, pages.contains(body.page) else { return nil }
                return body.page
            })
    }

    /// The report of what was between two times, as things stand now.
    package func report(
        _ plan: DigestPlan, from: Timestamp, to: Timestamp, at now: Moment, titles: [String: String],
        isOfLaunch: Bool = false,
        late: Milliseconds? = nil, missed: Int = 0
    ) throws(JournalError) -> DigestReport {
        let reader = try JournalReader(path: path)
        let board = try reader.currentBoard(span: .minutes(31))
        let events = try reader.newest(of: DigestReport.kinds, limit: DigestReader.limit)
        return DigestReport(
            plan, of: board, events: events, from: from, to: to, at: now, titles: titles, isOfLaunch: isOfLaunch,
            late: late,
            missed: missed)
    }
}

extension DigestPlan {
    /// What a report that is due tells of: since the one before, or since the launch.
    package func span(until due: Timestamp, launchAt: Timestamp?, in zone: Zone) -> (from: Timestamp, isOfLaunch: Bool)
    {
        if isOfLaunch(due, launchAt: launchAt), let launchAt { return (launchAt, true) }
        return (last(before: due, in: zone) ?? due + .days(-1), false)
    }

    /// The message to one mailbox. Its page follows from what it is: sent again, it is the same.
    package func notification(
        _ report: DigestReport, due: Timestamp, to mailbox: String, launch: String, sign: String = "",
        expires: Timestamp
    ) -> Notification {
        let text = DigestText(report, in: language)
        return Notification(
            page: page(due: due, to: mailbox, sign: sign), purpose: .digest, contact: nil, address: mailbox,
            severity: .info,
            launch: launch, summary: text.summary, group: "guardia/digest/\(name)/\(due.seconds)", since: report.from,
            text: text.text, html: text.html, expires: expires)
    }

    /// Addresses never go into the journal: the mailbox is told by its fingerprint.
    package func page(due: Timestamp, to mailbox: String, sign: String = "") -> PageID {
        PageID("digest-\(name)-\(due.seconds)\(sign)-\(Fingerprint(of: ["to": mailbox]).text.prefix(8))")
    }
}
