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
        /// Which run of Redis answers: `run_id` of INFO; nil where none does.
        package var redisRun: @Sendable () async -> String?
        /// Whether anything answers at an address, whatever it says.
        package var answers: @Sendable (String) async -> Bool
        package var pause: @Sendable (Milliseconds) async throws -> Void
        /// What matches the alerts that it sets off; see ``DrillSilence``.
        package var hushes: [[LabelMatcher]]
        /// Nil: nobody has to approve it.
        package var approval: ApprovalWait?
        /// Where the lock lies that keeps two drills from disturbing at once.
        package var lockFolder: String

        package init(
            drills: DrillsPlan, environment: String, figures: FigureStyle = .argentine, reactor: Reactor,
            clock: any Launch.Clock,
            secret: @escaping @Sendable (Secret) throws -> String, journal: any ActionJournal,
            reporter: ActionReporter, who: Operator, command: [String], hushes: [[LabelMatcher]], lockFolder: String,
            approval: ApprovalWait? = nil, isWell: @escaping @Sendable () async -> Bool,
            run: @escaping @Sendable (CommandPlan) async -> String?,
            redisRun: @escaping @Sendable () async -> String?,
            answers: @escaping @Sendable (String) async -> Bool,
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
            self.redisRun = redisRun
            self.answers = answers
            self.pause = pause
            self.hushes = hushes
            self.approval = approval
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
                    subject: kind.rawValue,
                    steps: (world.approval?.steps ?? []) + [
                        .init(name: "before", title: "All must be well before"),
                        .init(name: "disturb", title: "Disturb: \(kind.rawValue)"),
                        .init(name: "recover", title: "Until all is well again"),
                    ], pid: getpid(), breaksGlass: world.approval?.isBroken)))
        let refusal = await world.approval?.wait(for: world.who, reason: reason, telling: world.reporter)
        let result: ActionResult
        if let refusal {
            result = ActionResult(.refused, "\(refusal): nothing was disturbed")
        } else {
            result = await act()
        }
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
        if kind == .edge {
            // Should we die while it is down, the engine must know whom to start again.
            await world.journal.settle(within: .seconds(5))
        }
        let (disturbance, watch) = await disturbAndWatch()
        let (measured, trouble) = (watch.recovered, disturbance.trouble)
        let doubt = measured == nil || trouble != nil ? nil : self.doubt(of: disturbance, watch)
        // What is not well again is no drill any more: it wakes people at once.
        if measured == nil { await speak() } else { await hush(for: DrillSilence.settling) }
        let isInTime = measured.map { $0 <= drills.target } ?? false
        let felt = "\(watch.failed) of \(watch.asked) answers were bad"
        let text = AmountText(world.figures)
        var words: String
        if let doubt {
            words = "undecided: \(doubt)"
        } else if let measured {
            words =
                watch.wasHurt
                ? "well again after \(text.number(measured.seconds, decimals: 1)) s "
                    + "(target \(text.number(drills.target.seconds, decimals: 0)) s); \(felt)"
                : "it was not felt: \(watch.asked) good answers"
        } else {
            words = "NOT WELL AGAIN within \(limit.count / 1000) s; \(felt)"
        }
        if let trouble { words += "; \(trouble)" }
        let isUndecided = measured == nil || doubt != nil
        await world.reporter.end("recover", isUndecided ? .undecided : isInTime ? .done : .failed, words)
        await world.journal.tell(
            .drillEnded(
                .init(
                    id: world.reporter.id, kind: kind, hasPassed: isInTime && trouble == nil && doubt == nil,
                    measured: doubt == nil ? measured : nil, target: drills.target, doubt: doubt, summary: words)))
        // Whether it passed or not, what was disturbed is as it was; only one that is not well needs a person.
        return ActionResult(isUndecided ? .undecided : isInTime && trouble == nil ? .done : .wentBack, words)
    }

    /// Why good answers prove nothing here; nil where they do. A host that is not missed is what more than one is for: of what
    /// all depend on, an outage that nobody saw was none, or was looked for in the wrong place.
    private func doubt(of disturbance: Disturbance, _ watch: RecoveryWatch) -> String? {
        if let doubt = disturbance.doubt { return "nothing was disturbed: \(doubt)" }
        guard kind != .edge, !watch.wasHurt else { return nil }
        return "\(disturbance.words), and \(watch.asked) answers of drills.health were good: does it look at it?"
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
    private func disturbAndWatch() async -> (disturbance: Disturbance, watch: RecoveryWatch) {
        let begun = world.clock.now().uptime
        var watch = RecoveryWatch(wanted: drills.answers, begun: begun)
        await world.reporter.begin("disturb")
        let disturbance = Task { await disturb() }
        let flag = DisturbanceEnd()
        let ending = Task {
            let done = await disturbance.value
            await flag.end()
            return done
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
        return (await ending.value, watch)
    }

    /// What was done to it.
    private struct Disturbance: Sendable {
        var words = ""
        /// What went wrong with the disturbance itself.
        var trouble: String?
        /// Why it was none; nil: that it was one is proved.
        var doubt: String?
    }

    private func disturb() async -> Disturbance {
        let done =
            switch kind {
            case .connections: await disturbConnections()
            case .redis: await restartRedis()
            case .edge: await stopHost()
            case .restore: Disturbance()
            }
        let outcome: ActionEvent.StepEnded.Outcome =
            done.trouble != nil ? .failed : done.doubt != nil ? .undecided : .done
        await world.reporter.end("disturb", outcome, done.trouble ?? done.doubt ?? done.words)
        return done
    }

    /// Whether something comes true in the time that the application has, too.
    private func comesTrue(within limit: Milliseconds, _ condition: () async -> Bool) async -> Bool {
        let end = world.clock.now().uptime + limit
        while true {
            if await condition() { return true }
            guard world.clock.now().uptime < end else { return false }
            do { try await world.pause(Self.pace) } catch { return false }
        }
    }

    // MARK: Redis

    private func restartRedis() async -> Disturbance {
        guard let drill = drills.redis else { return Disturbance(trouble: "not configured") }
        guard let before = await world.redisRun() else {
            return Disturbance(doubt: "Redis does not say which run it is, so that a restart could not be told")
        }
        if let trouble = await world.run(drill.restart) { return Disturbance(trouble: trouble) }
        var after: String?
        _ = await comesTrue(within: drills.target) {
            after = await world.redisRun()
            return after != nil
        }
        guard let after else { return Disturbance(trouble: "Redis does not answer after its restart") }
        if after == before { return Disturbance(doubt: "it is still the same run of Redis, \(before.prefix(8))") }
        return Disturbance(words: "restarted: run \(before.prefix(8)) became \(after.prefix(8))")
    }

    // MARK: A host

    private func stopHost() async -> Disturbance {
        guard let drill = drills.edge else { return Disturbance(trouble: "not configured") }
        guard await world.answers(drill.host) else {
            return Disturbance(doubt: "\(drill.host) did not answer before, either")
        }
        let begun = world.clock.now().uptime
        let stopped = await world.run(drill.stop)
        let wasDown = await comesTrue(within: hold) { await !world.answers(drill.host) }
        try? await world.pause(max(0, begun + hold - world.clock.now().uptime))
        // Whatever became of stopping it: it must run again.
        let started = await world.run(drill.start)
        if let trouble = stopped ?? started { return Disturbance(trouble: trouble) }
        guard await comesTrue(within: drills.target, { await world.answers(drill.host) }) else {
            return Disturbance(trouble: "\(drill.host) does not answer after it was started again")
        }
        guard wasDown else { return Disturbance(doubt: "\(drill.host) answered while it was to be down") }
        return Disturbance(words: "down for \(hold.count / 1000) s, started again")
    }

    // MARK: Connections

    private func disturbConnections() async -> Disturbance {
        guard let drill = drills.connections else { return Disturbance(trouble: "not configured") }
        do {
            let settings = try BackupTools.settings(of: drill.server, secret: world.secret)
            let client = PostgresClient(settings, on: world.reactor)
            // Before none is left for us, either.
            try await client.connect(deadline: .seconds(10))
            let exhaustion = drill.hold.count > 0 ? try await exhaust(settings, drill, client) : Exhaustion()
            let ended = exhaustion.ended + (try await end(drill.user, client))
            await client.close()
            if drill.hold.count > 0, !exhaustion.isWhole {
                return Disturbance(
                    trouble:
                        "\(exhaustion.taken) connections taken, and there still were some left: the server has too many"
                )
            }
            if ended == 0 { return Disturbance(doubt: "no session of \(drill.user) was there to end") }
            let sessions = "\(ended) sessions of \(drill.user) ended"
            guard drill.hold.count > 0 else { return Disturbance(words: sessions) }
            return Disturbance(
                words:
                    "\(exhaustion.taken) connections taken, none was left for \(drill.hold.count / 1000) s; \(sessions)"
            )
        } catch {
            return Disturbance(trouble: String(describing: error))
        }
    }

    /// What taking all connections came to.
    private struct Exhaustion {
        var taken = 0
        /// Sessions of the application that were ended meanwhile.
        var ended = 0
        /// Whether there was a moment at which none was left.
        var isWhole = false
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
    ) async throws(WireError) -> Exhaustion {
        let begun = world.clock.now().uptime
        var end: Milliseconds?
        var done = Exhaustion()
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
                do throws(WireError) { done.ended += try await self.end(drill.user, admin) } catch { failure = error }
                try? await world.pause(20)
            }
        }
        (done.taken, done.isWhole) = (held.count, end != nil)
        for client in held { await client.close() }
        if let failure { throw failure }
        return done
    }
}

/// Whether a disturbance is over.
private actor DisturbanceEnd {
    private(set) var hasEnded = false

    func end() { hasEnded = true }
}
