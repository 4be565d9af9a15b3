import Foundation
package import Launch
package import Wire

/// Disturbs what serves on purpose, and times how long until the application is well again by itself.
package struct DisturbanceDrill: Sendable {
    /// What it needs of the world.
    package struct World: Sendable {
        package var drills: DrillsPlan
        package var environment: String
        /// How it writes numbers for people.
        package var figures: FigureStyle
        package var reactor: Reactor
        package var clock: any Launch.Clock
        package var secret: @Sendable (Secret) throws -> String
        package var journal: any ActionJournal
        package var reporter: ActionReporter
        package var who: Operator
        package var command: [String]
        /// Asks the application whether it is well.
        package var isWell: @Sendable () async -> Bool
        /// Runs a command of the config; what it said where it failed.
        package var run: @Sendable (CommandPlan) async -> String?
        package var pause: @Sendable (Milliseconds) async throws -> Void
        /// What matches the alerts that it sets off; see ``DrillSilence``.
        package var hushes: [[LabelMatcher]]
        /// Where the lock lies that keeps two drills from disturbing at once.
        package var lockFolder: String

        package init(
            drills: DrillsPlan, environment: String, figures: FigureStyle = .argentine, reactor: Reactor,
            clock: any Launch.Clock,
            secret: @escaping @Sendable (Secret) throws -> String, journal: any ActionJournal,
            reporter: ActionReporter, who: Operator, command: [String], hushes: [[LabelMatcher]], lockFolder: String,
            isWell: @escaping @Sendable () async -> Bool,
            run: @escaping @Sendable (CommandPlan) async -> String?,
            pause: @escaping @Sendable (Milliseconds) async throws -> Void = { try await Task.sleep(for: $0.duration) }
        ) {
            self.drills = drills
            self.environment = environment
            self.figures = figures
            self.reactor = reactor
            self.clock = clock
            self.secret = secret
            self.journal = journal
            self.reporter = reporter
            self.who = who
            self.command = command
            self.isWell = isWell
            self.run = run
            self.pause = pause
            self.hushes = hushes
            self.lockFolder = lockFolder
        }
    }

    let world: World
    let kind: DrillKind
    let reason: String
    private var drills: DrillsPlan { world.drills }

    /// Between two questions whether all is well.
    private static let pace: Milliseconds = 100

    package init(_ world: World, kind: DrillKind, reason: String) {
        self.world = world
        self.kind = kind
        self.reason = reason
    }

    /// How long it is watched for in all: past that it has failed, and the alarms speak again.
    private var limit: Milliseconds { drills.target * 3 + hold + .seconds(30) }

    private var hold: Milliseconds {
        switch kind {
        case .connections: drills.connections?.hold ?? 0
        case .edge: drills.edge?.hold ?? 0
        case .redis, .restore: 0
        }
    }

    /// Runs it to its end.
    package func run() async -> ActionResult {
        await world.reporter.tell(
            .started(
                .init(
                    id: world.reporter.id, kind: .drill, by: world.who, reason: reason, command: world.command,
                    steps: [
                        .init(name: "before", title: "All must be well before"),
                        .init(name: "disturb", title: "Disturb: \(kind.rawValue)"),
                        .init(name: "recover", title: "Until all is well again"),
                    ], pid: getpid())))
        let result = await act()
        await world.reporter.finish(result)
        return result
    }

    private func act() async -> ActionResult {
        if let refusal = drills.refusal(of: kind, in: world.environment) { return ActionResult(.refused, refusal) }
        let lock: BackupFolder.Lock
        do throws(BackupError) {
            lock = try BackupFolder(world.lockFolder).lock(for: world.reporter.id, "disturbance")
        } catch { return ActionResult(.refused, error.reason) }
        defer { withExtendedLifetime(lock) {} }
        await world.reporter.begin("before")
        guard await isWellAtFirst() else {
            await world.reporter.end("before", .failed, "it is not well now")
            return ActionResult(.refused, "the application is not well now: nothing was disturbed")
        }
        await world.reporter.end("before", .done, "\(drills.answers) good answers in a row")
        await world.journal.tell(
            .drillStarted(
                .init(
                    id: world.reporter.id, kind: kind, by: world.who.signature, silences: drills.silences(of: kind),
                    limit: limit,
                    target: drills.target)))
        await hush(for: limit)
        let (trouble, watch) = await disturbAndWatch()
        let measured = watch.recovered
        // What is not well again is no drill any more: it wakes people at once.
        if measured == nil { await speak() } else { await hush(for: DrillSilence.settling) }
        let isInTime = measured.map { $0 <= drills.target } ?? false
        let felt = "\(watch.failed) of \(watch.asked) answers were bad"
        let text = AmountText(world.figures)
        var words: String
        if let measured {
            words =
                watch.wasHurt
                ? "well again after \(text.number(measured.seconds, decimals: 1)) s "
                    + "(target \(text.number(drills.target.seconds, decimals: 0)) s); \(felt)"
                : "it was not felt: \(watch.asked) good answers"
        } else {
            words = "NOT WELL AGAIN within \(limit.count / 1000) s; \(felt)"
        }
        if let trouble { words += "; \(trouble)" }
        await world.reporter.end("recover", isInTime ? .done : measured == nil ? .undecided : .failed, words)
        await world.journal.tell(
            .drillEnded(
                .init(
                    id: world.reporter.id, kind: kind, hasPassed: isInTime && trouble == nil, measured: measured,
                    target: drills.target, summary: words)))
        // Whether it passed or not, what was disturbed is as it was; only one that is not well needs a person.
        return ActionResult(measured == nil ? .undecided : isInTime && trouble == nil ? .done : .wentBack, words)
    }

    private func silence(_ index: Int) -> String { "\(world.reporter.id)-\(index + 1)" }

    /// Keeps its own alerts quiet from now on; told again, it is for another while.
    private func hush(for span: Milliseconds) async {
        let now = world.clock.now().utc
        for (index, matchers) in world.hushes.enumerated() {
            await world.journal.tell(
                .alert(
                    .silenced(
                        Silence(
                            id: silence(index), matchers: matchers, from: now, until: now + span, by: world.who.name,
                            comment: "drill of \(kind.rawValue), by itself"))))
        }
    }

    private func speak() async {
        for index in world.hushes.indices {
            await world.journal.tell(.alert(.unsilenced(.init(silence: silence(index), by: world.who.name))))
        }
    }

    private func isWellAtFirst() async -> Bool {
        for _ in 0..<drills.answers {
            guard await world.isWell() else { return false }
            do { try await world.pause(Self.pace) } catch { return false }
        }
        return true
    }

    /// Asks all the while; what was done counts as over when the disturbance is.
    private func disturbAndWatch() async -> (trouble: String?, watch: RecoveryWatch) {
        let begun = world.clock.now().uptime
        var watch = RecoveryWatch(wanted: drills.answers, begun: begun)
        await world.reporter.begin("disturb")
        let disturbance = Task { await disturb() }
        let flag = DisturbanceEnd()
        let ending = Task {
            let trouble = await disturbance.value
            await flag.end()
            return trouble
        }
        var hasBegun = false
        while true {
            let isOver = await flag.hasEnded
            if isOver, !hasBegun {
                hasBegun = true
                await world.reporter.begin("recover")
            }
            watch.take(isWell: await world.isWell(), at: world.clock.now().uptime)
            if isOver, watch.recovered != nil { break }
            guard world.clock.now().uptime - begun < limit else { break }
            do { try await world.pause(Self.pace) } catch { break }
        }
        let trouble = await ending.value
        return (trouble, watch)
    }

    /// - Returns: what went wrong with the disturbance itself.
    private func disturb() async -> String? {
        let (words, trouble): (String, String?)
        switch kind {
        case .connections: (words, trouble) = await disturbConnections()
        case .redis:
            trouble = await world.run(drills.redis?.restart ?? CommandPlan(words: []))
            words = "restarted"
        case .edge:
            let stopped = await world.run(drills.edge?.stop ?? CommandPlan(words: []))
            try? await world.pause(hold)
            // Whatever became of stopping it: it must run again.
            let started = await world.run(drills.edge?.start ?? CommandPlan(words: []))
            trouble = [stopped, started].compactMap(\.self).first
            words = "down for \(hold.count / 1000) s, started again"
        case .restore: (words, trouble) = ("", nil)
        }
        await world.reporter.end("disturb", trouble == nil ? .done : .failed, trouble ?? words)
        return trouble
    }

    // MARK: Connections

    private func disturbConnections() async -> (String, String?) {
        guard let drill = drills.connections else { return ("", "not configured") }
        do {
            let settings = try BackupTools.settings(of: drill.server, secret: world.secret)
            let client = PostgresClient(settings, on: world.reactor)
            // Before none is left for us, either.
            try await client.connect(deadline: .seconds(10))
            let taken = drill.hold.count > 0 ? try await exhaust(settings, drill, client) : 0
            let ended = try await end(drill.user, client)
            await client.close()
            return (
                taken > 0
                    ? "\(taken) connections taken, none was left for \(drill.hold.count / 1000) s; all sessions of \(drill.user) ended"
                    : "\(ended) sessions of \(drill.user) ended", nil
            )
        } catch {
            return ("", String(describing: error))
        }
    }

    /// Ends the application's sessions.
    private func end(_ user: String, _ client: PostgresClient) async throws(WireError) -> Int {
        let ended = try await client.query(
            """
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE usename = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            """, [user], deadline: .seconds(10))
        return ended.scalar.flatMap { Int($0) } ?? 0
    }

    /// How long it may take to take them all, and how many at most.
    private static let patience: Milliseconds = .seconds(30)
    private static let most = 5000

    /// Takes every connection that is left, then those of the application as it is thrown out, and holds them for a while.
    private func exhaust(
        _ settings: PostgresSettings, _ drill: DrillsPlan.ConnectionsDrill, _ admin: PostgresClient
    ) async throws(WireError) -> Int {
        let begun = world.clock.now().uptime
        var end: Milliseconds?
        var held: [PostgresClient] = []
        var failure: WireError?
        while world.clock.now().uptime < end ?? (begun + Self.patience), held.count < Self.most, !Task.isCancelled {
            let client = PostgresClient(settings, on: world.reactor)
            do throws(WireError) {
                try await client.connect(deadline: .seconds(2))
                held.append(client)
            } catch {
                await client.close()
                // None is left: from now on it counts.
                if end == nil { end = world.clock.now().uptime + drill.hold }
                do throws(WireError) { _ = try await self.end(drill.user, admin) } catch { failure = error }
                try? await world.pause(20)
            }
        }
        let count = held.count
        for client in held { await client.close() }
        if let failure { throw failure }
        return count
    }
}

/// Whether a disturbance is over.
private actor DisturbanceEnd {
    private(set) var hasEnded = false

    func end() { hasEnded = true }
}
