package import Launch

/// Gives the business its reports when they are due. Each is promised in the journal before its time, and told as given after
/// it: killed at any moment, the next engine gives what was promised, and nothing twice.
package actor DigestService {
    private var courses: [DigestCourse]
    private let launch: String
    private let launchAt: Timestamp?
    private let zone: Zone
    private let titles: [String: String]
    private let reader: DigestReader
    private let recorder: any Recorder
    private let sink: any PageSink
    private let clock: any Clock
    private let note: @Sendable (String) -> Void
    private var isReady = false
    /// What trouble was told of already.
    private var told: String?

    /// How long one waits in the outbox for a mail server that does not answer.
    private static let life: Milliseconds = .hours(12)
    /// How long after a restart what is overdue waits: the figures must be there first.
    private static let settling: Milliseconds = .seconds(30)
    private let startedAt: Moment

    package init(
        _ configuration: LaunchConfiguration, journal: String, zone: Zone, recorder: any Recorder, sink: any PageSink,
        clock: any Clock, note: @escaping @Sendable (String) -> Void
    ) {
        launchAt = configuration.launch.at
        courses = configuration.digests.map { DigestCourse($0, launchAt: configuration.launch.at, zone: zone) }
        launch = "\(configuration.product.name) \(configuration.environment)"
        titles = Dictionary(configuration.contacts.map { ($0.name, $0.title) }, uniquingKeysWith: { first, _ in first })
        self.zone = zone
        reader = DigestReader(path: journal)
        self.recorder = recorder
        self.sink = sink
        self.clock = clock
        self.note = note
        startedAt = clock.now()
    }

    package func run() async {
        guard !courses.isEmpty else { return }
        while !Task.isCancelled {
            await turn()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Does all that is due: what `run` does every second.
    package func turn() async {
        do {
            if !isReady {
                for event in try await reader.history() { for index in courses.indices { courses[index].take(event) } }
                isReady = true
            }
            for index in courses.indices { try await advance(index) }
            told = nil
        } catch {
            let words = "\(error)"
            if told != words { note("the digest waits: \(words)") }
            told = words
        }
    }

    private func advance(_ index: Int) async throws {
        let (plan, now) = (courses[index].plan, clock.now())
        switch courses[index].next(at: now.utc) {
        case .wait, .rest: return
        case .promise(let due): await tell(.promised(.init(digest: plan.name, due: due)))
        case .give(let due, let missed):
            let late = now.utc - due
            guard late < .minutes(1) || startedAt.age(at: now) >= DigestService.settling else { return }
            let pages = Set(plan.to.map { plan.page(due: due, to: $0) })
            // Those that an engine handed over which was killed before it could say so.
            let known = try await reader.queued(pages)
            let (from, isOfLaunch) = plan.span(until: due, launchAt: launchAt, in: zone)
            let report = try await reader.report(
                plan, from: from, to: now.utc, at: now, titles: titles, isOfLaunch: isOfLaunch,
                late: late < .minutes(5) ? nil : late, missed: missed)
            for mailbox in plan.to where !known.contains(plan.page(due: due, to: mailbox)) {
                await sink.submit(
                    plan.notification(
                        report, due: due, to: mailbox, launch: launch, expires: now.utc + DigestService.life),
                    channel: plan.channel, escalation: nil, step: nil)
            }
            await tell(.given(.init(digest: plan.name, due: due, recipients: plan.to.count)))
        }
    }

    private func tell(_ event: DigestEvent) async {
        for index in courses.indices { courses[index].take(event) }
        await recorder.append([.digest(event)], at: clock.now())
    }
}
