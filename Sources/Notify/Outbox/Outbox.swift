package import Launch

/// Takes notifications and sees to it that each is sent at least once, or ends with a word.
///
/// Each channel has a ``Lane``, its queue as a value, and a task of its own: one that fails or hangs delays no other. What
/// waits is in files beside the journal (``OutboxStore``), so that an engine that is killed goes on where it was.
package actor Outbox {
    /// How long a page waits for its file before it is sent without.
    private static let patienceWithDisk: Duration = .seconds(2)
    /// How many pages are remembered so that none is taken twice.
    private static let memory = 20_000
    private static let threadLimit = 500

    private let channels: [String: any Channel]
    private let clock: any Clock
    private let store: OutboxStore?
    private let tell: @Sendable (EscalationEvent) async -> Void

    private var lanes: [String: Lane]
    private var following: [String: Following] = [:]
    private var threads: [ThreadKey: OutboxFolder.Thread] = [:]
    private var sequence: Int64 = 0
    private var known: Set<PageID> = []
    private var knownInOrder: [PageID] = []
    /// What wakes the task that sends, and the one that asks what became of it.
    private let lanesBells: [String: Bell]
    private let followersBells: [String: Bell]
    private var opening: Task<OutboxFolder.Contents?, Never>?
    private var isOpen = false

    /// - Parameters:
    ///   - journal: the journal's path: what waits is kept in a folder beside it. Nil: in memory alone.
    ///   - channels: by name.
    ///   - tell: hears `page.queued` before the first try, then `page.attempted` of each.
    ///   - note: hears where the outbox is kept when it is not where it belongs; for the engine's log.
    package init(
        journal: String?, channels: [String: any Channel], clock: any Clock,
        note: @escaping @Sendable (String) -> Void = { _ in },
        tell: @escaping @Sendable (EscalationEvent) async -> Void
    ) {
        self.init(
            folders: journal.map(OutboxStore.folders(of:)) ?? [], channels: channels, clock: clock, note: note,
            tell: tell)
    }

    init(
        folders: [OutboxFolder], channels: [String: any Channel], clock: any Clock,
        note: @escaping @Sendable (String) -> Void = { _ in },
        tell: @escaping @Sendable (EscalationEvent) async -> Void
    ) {
        self.channels = channels
        self.clock = clock
        self.tell = tell
        store = folders.isEmpty ? nil : OutboxStore(folders: folders, note: note)
        let now = clock.now()
        lanes = channels.mapValues { Lane(limit: $0.limit, at: now) }
        lanesBells = channels.mapValues { _ in Bell() }
        followersBells = channels.mapValues { _ in Bell() }
    }

    // MARK: Taking in

    /// Takes a notification; when this returns it is kept. One whose page is known already is not taken again.
    ///
    /// - Parameters:
    ///   - channel: the channel's name in the config. One that does not exist is told as a failure.
    ///   - escalation: the chain that it belongs to; nil: none.
    ///   - step: the chain's step, from 0.
    package func submit(
        _ notification: Notification, channel: String, escalation: EscalationID? = nil, step: Int? = nil
    ) async {
        await open()
        guard remember(notification.page) else { return }
        sequence += 1
        let entry = OutboxEntry(
            sequence: sequence, channel: channel, notification: notification, escalation: escalation, step: step,
            at: clock.now())
        let isKnown = lanes[channel] != nil
        if isKnown, let store {
            store.keep(entry)
            await store.settle(within: Outbox.patienceWithDisk)
        }
        await tell(
            .queued(
                .init(
                    page: notification.page, escalation: escalation, channel: channel, contact: notification.contact,
                    purpose: notification.purpose, step: step)))
        guard isKnown else {
            return await tell(attempt(entry, .failed(reason: "the config has no channel '\(channel)'")))
        }
        if let surplus = lanes[channel]?.add(entry) {
            await end(surplus, .failed(reason: "more than \(Lane.capacity) notifications wait for '\(channel)'"))
        }
        lanesBells[channel]?.ring()
    }

    private func remember(_ page: PageID) -> Bool {
        guard known.insert(page).inserted else { return false }
        knownInOrder.append(page)
        if knownInOrder.count > Outbox.memory { known.remove(knownInOrder.removeFirst()) }
        return true
    }

    /// Takes up what an engine before this one left.
    package func open() async {
        guard !isOpen else { return }
        let task = opening ?? Task { [store] in await store?.open() }
        opening = task
        let contents = await task.value
        guard !isOpen else { return }
        isOpen = true
        guard let contents else { return }
        for thread in contents.threads { threads[thread.key] = thread }
        for entry in contents.waiting {
            sequence = max(sequence, entry.sequence)
            _ = remember(entry.notification.page)
            if lanes[entry.channel] == nil {
                await end(entry, .failed(reason: "the config has no channel '\(entry.channel)' any more"))
            } else if let surplus = lanes[entry.channel]?.add(entry) {
                await end(surplus, .failed(reason: "too many notifications wait for '\(entry.channel)'"))
            }
        }
        for (entry, reference) in contents.taken {
            sequence = max(sequence, entry.sequence)
            _ = remember(entry.notification.page)
            // Told again: the engine may have died before it said so.
            await tell(attempt(entry, .sent(reference: reference)))
            await follow(entry, reference)
        }
        for bell in lanesBells.values { bell.ring() }
    }

    /// Pages that wait to be sent, in the order of coming.
    package var waiting: [OutboxEntry] {
        lanes.values.flatMap { $0.items.map(\.entry) }.sorted { $0.sequence < $1.sequence }
    }

    // MARK: Sending

    /// Sends what waits, until the task is cancelled; a request that is underway then comes to its end.
    package func run() async {
        await open()
        await withDiscardingTaskGroup { group in
            for (name, bell) in lanesBells {
                group.addTask { await bell.serve(clock: self.clock) { await self.pump(name) } }
            }
            for (name, bell) in followersBells where channels[name]?.tellsProgress == true {
                group.addTask { await bell.serve(clock: self.clock) { await self.ask(name) } }
            }
        }
        await store?.settle(within: Outbox.patienceWithDisk)
        store?.close()
    }

    /// Sends all that is due on a channel.
    ///
    /// - Returns: the uptime at which something is due next; nil: nothing is.
    package func pump(_ name: String) async -> Milliseconds? {
        guard let channel = channels[name] else { return nil }
        while !Task.isCancelled {
            switch lanes[name]?.next(at: clock.now()) {
            case .send(let entry): await send(entry, by: channel)
            case .expire(let entry, let reason): await end(entry, .expired(reason: "not sent in time: \(reason)"))
            case .wait(let until): return until
            case .idle, nil: return nil
            }
        }
        return nil
    }

    private func send(_ entry: OutboxEntry, by channel: any Channel) async {
        let thread = channel.keepsThreads ? threads[entry.thread]?.reference : nil
        let notification = entry.notification
        // Not cancelled with us: whether a half-sent page arrived, nobody could say.
        let answer = await Task { await channel.send(notification, thread: thread) }.value
        let now = clock.now()
        guard let outcome = lanes[entry.channel]?.answered(answer, at: now) else { return }
        switch outcome {
        case .taken(let reference):
            store?.markTaken(entry.sequence, reference: reference)
            if channel.keepsThreads, thread == nil { begin(entry, reference, at: now.utc) }
            await tell(attempt(entry, .sent(reference: reference)))
            await follow(entry, reference)
        case .failed(let reason): await end(entry, .failed(reason: reason))
        case .deferred(let reason, let until):
            await tell(attempt(entry, .deferred(reason: reason, until: now.utc + (until - now.uptime))))
        }
    }

    private func attempt(_ entry: OutboxEntry, _ outcome: PageOutcome) -> EscalationEvent {
        .attempted(.init(page: entry.notification.page, outcome: outcome))
    }

    /// The word first, then the file: killed in between, it is said twice, which is better than never.
    private func end(_ entry: OutboxEntry, _ outcome: PageOutcome, reference: String? = nil) async {
        await tell(attempt(entry, outcome))
        store?.remove(entry.sequence, reference: reference)
    }

    // MARK: What became of it

    private func follow(_ entry: OutboxEntry, _ reference: String) async {
        guard channels[entry.channel]?.tellsProgress == true, !reference.isEmpty else {
            store?.remove(entry.sequence, reference: reference)
            return
        }
        let surplus = following[entry.channel, default: Following()].add(entry, reference: reference, at: clock.now())
        if let surplus { store?.remove(surplus.entry.sequence, reference: surplus.reference) }
        followersBells[entry.channel]?.ring()
    }

    /// Asks a provider about all that is due.
    ///
    /// - Returns: the uptime at which something is due next; nil: nothing is.
    package func ask(_ name: String) async -> Milliseconds? {
        guard let channel = channels[name] else { return nil }
        while !Task.isCancelled, let item = following[name]?.next(at: clock.now()) {
            let delivery = await channel.progress(of: item.reference)
            switch delivery {
            case .delivered: await end(item.entry, .delivered, reference: item.reference)
            case .failed(let reason): await end(item.entry, .failed(reason: reason), reference: item.reference)
            case .underway, .unknown:
                if following[name]?.goOn(item, at: clock.now()) != true {
                    store?.remove(item.entry.sequence, reference: item.reference)
                }
            }
        }
        return following[name]?.due
    }

    // MARK: Threads

    private func begin(_ entry: OutboxEntry, _ reference: String, at time: Timestamp) {
        threads[entry.thread] = OutboxFolder.Thread(key: entry.thread, reference: reference, at: time)
        if threads.count > Outbox.threadLimit, let oldest = threads.values.min(by: { $0.at < $1.at }) {
            threads[oldest.key] = nil
        }
        store?.keep(threads.values.sorted { $0.at < $1.at })
    }
}

extension Outbox {
    /// The folder in memory that pages of a journal wait in where its disk is full.
    package static func memoryFolder(of journal: String) -> String? { OutboxStore.folders(of: journal).last?.path }

    /// What waits beside a journal, as whoever may read the folder sees it; also while an engine runs.
    package static func kept(journal: String) -> [OutboxEntry] {
        OutboxStore.folders(of: journal).flatMap { $0.load(repair: false).waiting }
            .sorted { $0.sequence < $1.sequence }
    }
}
