import Actions
import Foundation
import Journal
import Launch
import Rehearsal
import Synchronization
import Testing
import Wire

@Suite("drills that disturb, and what begins by itself", .serialized)
struct DrillTests {
    /// An application of one connection, which is well while its database is.
    private func world(
        _ lab: BackupLab, _ drills: DrillsPlan, environment: String = "rehearsal",
        isWell: @escaping @Sendable () async -> Bool,
        run: @escaping @Sendable (CommandPlan) async -> String? = { _ in nil },
        redisRun: @escaping @Sendable () async -> String? = { "run" },
        answers: @escaping @Sendable (String) async -> Bool = { _ in true }
    ) -> DisturbanceDrill.World {
        let id = ActionID(.drill, at: SystemClock().now().utc, random: .random(in: 0 ... .max))
        return DisturbanceDrill.World(
            drills: drills, environment: environment, reactor: lab.reactor, clock: SystemClock(),
            secret: { _ in "" }, journal: lab.journal, reporter: ActionReporter(id, journal: lab.journal),
            who: Operator(name: "ana", uid: 1000, host: "bastion"), command: ["guardia"],
            hushes: [[LabelMatcher(name: "probe", value: "db")], [LabelMatcher(name: "alertname", value: "Slow")]],
            lockFolder: lab.folder, isWell: isWell, run: run, redisRun: redisRun, answers: answers)
    }

    private func ended(_ lab: BackupLab) -> BackupEvent.DrillEnded? {
        lab.journal.backups.compactMap { if case .drillEnded(let ended) = $0 { ended } else { nil } }.last
    }

    @Test(
        "connections are ended and taken; the application is well again, and how long it took is kept",
        .timeLimit(.minutes(1)))
    func connections() async throws {
        try await BackupLab.with { lab in
            let settings = PostgresSettings([
                "host": lab.postgres.socketFolder, "port": "\(lab.postgres.port)", "user": "app", "dbname": "shop",
            ])
            let app = PostgresClient(settings, on: lab.reactor)
            let drills = DrillsPlan(
                health: "x", target: .seconds(20), answers: 3,
                connections: .init(server: lab.target(), user: "app", hold: .seconds(1), silences: ["db"]))
            let isWell: @Sendable () async -> Bool = {
                (try? await app.query("SELECT 1", deadline: .seconds(2)).scalar) == "1"
            }
            #expect(await isWell())
            let before = try lab.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'")
            #expect(before == "1\n")
            let result = await DisturbanceDrill(world(lab, drills, isWell: isWell), kind: .connections, reason: "")
                .run()
            #expect(result.outcome == .done, "\(result.summary)")
            let end = try #require(ended(lab))
            #expect(end.hasPassed && end.kind == .connections && (end.measured?.count ?? 0) > 500, "\(end)")
            let said = lab.journal.details["disturb"] ?? ""
            #expect(said.contains("none was left for 1 s") && said.hasSuffix("sessions of app ended"), "\(said)")
            guard case .drillStarted(let started)? = lab.journal.backups.first else { return #expect(Bool(false)) }
            #expect(started.silences == ["db"] && started.target == .seconds(20))
            // Its own alerts are quiet from before it touches anything until what it set off has settled.
            let silences = lab.journal.alerts.compactMap {
                if case .silenced(let silence) = $0 { silence } else { nil }
            }
            try #require(silences.count == 4 && lab.journal.alerts.count == 4)
            #expect(
                silences[0].matchers == [LabelMatcher(name: "probe", value: "db")] && silences[0].id == silences[2].id)
            #expect(silences[0].until - silences[0].from == started.limit && Set(silences.map(\.id)).count == 2)
            #expect(silences[2].until - silences[2].from == DrillSilence.settling)
            // What was taken was given back.
            let limit = ContinuousClock.now + .seconds(10)
            while try lab.sql("SELECT count(*) < 5 FROM pg_stat_activity WHERE usename = 'postgres'") != "t\n" {
                try #require(ContinuousClock.now < limit, "connections are still held")
                try await Task.sleep(for: .milliseconds(50))
            }
            await app.close()
        }
    }

    @Test("a service that is restarted is timed; one that never comes back needs a person", .timeLimit(.minutes(1)))
    func restart() async throws {
        try await BackupLab.with { lab in
            let redis = try await RedisServer.start(in: lab.privateFolder)
            let drills = DrillsPlan(
                health: "x", target: .seconds(10), answers: 3, redis: .init(restart: CommandPlan(words: ["restart"])))
            let (illness, ill) = AsyncStream.makeStream(of: Void.self)
            let isWell: @Sendable () async -> Bool = {
                let isWell = (try? await redis.addresses[0].ask(Array("PING\r\n".utf8), within: .seconds(1))) != nil
                if !isWell { ill.yield() }
                return isWell
            }
            let redisRun: @Sendable () async -> String? = {
                let client = RedisClient(
                    RedisSettings(.unixSocket(path: redis.socket), password: redis.password), on: lab.reactor)
                let answer = try? await client.command(["INFO", "server"], deadline: .seconds(5))
                await client.close()
                guard case .string(let text)? = answer else { return nil }
                return text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("run_id:") }.map(String.init)
            }
            #expect(await redisRun() != nil)
            let result = await DisturbanceDrill(
                world(
                    lab, drills, isWell: isWell,
                    run: { _ in
                        await redis.stop()
                        // Down until the drill has seen it: looked at too late, there was no outage.
                        for await _ in illness { break }
                        do { try await redis.start() } catch { return "\(error)" }
                        return nil
                    }, redisRun: redisRun), kind: .redis, reason: ""
            ).run()
            #expect(result.outcome == .done, "\(result.summary)")
            #expect(lab.journal.details["disturb"]?.contains(" became ") == true)
            // It was felt, and timed from the stop to the last of the good answers in a row.
            #expect(result.summary.contains("well again after"), "\(result.summary)")
            #expect((ended(lab)?.measured?.count ?? 0) > 0)
            // A command that does nothing proves nothing.
            let nothing = await DisturbanceDrill(
                world(lab, drills, isWell: isWell, redisRun: redisRun), kind: .redis, reason: ""
            ).run()
            #expect(nothing.outcome == .undecided, "\(nothing.summary)")
            #expect(nothing.summary.hasPrefix("undecided: nothing was disturbed: it is still the same run of Redis"))
            let end = try #require(ended(lab))
            #expect(!end.hasPassed && end.measured == nil && end.verdict == .unknown, "\(end)")
            // A command that fails is told, whatever the application says.
            let failed = await DisturbanceDrill(
                world(lab, drills, isWell: isWell, run: { _ in "systemctl: no such unit" }, redisRun: redisRun),
                kind: .redis, reason: ""
            ).run()
            #expect(failed.outcome == .wentBack && failed.summary.contains("no such unit"))
        }
    }

    @Test(
        "an outage that the application does not notice is no pass, nor is one of sessions that are not there",
        .timeLimit(.minutes(1)))
    func notFelt() async throws {
        try await BackupLab.with { lab in
            let runs = Atomic(0)
            let drills = DrillsPlan(
                health: "x", target: .seconds(5), answers: 2,
                connections: .init(server: lab.target(), user: "app", hold: 0),
                redis: .init(restart: CommandPlan(words: ["restart"])))
            let unfelt = await DisturbanceDrill(
                world(
                    lab, drills, isWell: { true },
                    run: { _ in
                        runs.add(1, ordering: .relaxed)
                        return nil
                    }, redisRun: { "run-\(runs.load(ordering: .relaxed))" }), kind: .redis, reason: ""
            ).run()
            #expect(unfelt.outcome == .undecided, "\(unfelt.summary)")
            #expect(unfelt.summary.contains("run-0 became run-1") && unfelt.summary.hasSuffix("does it look at it?"))
            let silent = await DisturbanceDrill(
                world(lab, drills, isWell: { true }, redisRun: { nil }), kind: .redis, reason: ""
            ).run()
            #expect(silent.outcome == .undecided && silent.summary.contains("nothing was disturbed"))
            // Nobody is logged in as the application.
            let empty = await DisturbanceDrill(world(lab, drills, isWell: { true }), kind: .connections, reason: "")
                .run()
            #expect(
                empty.outcome == .undecided
                    && empty.summary == "undecided: nothing was disturbed: no session of app was there to end",
                "\(empty.summary)")
            #expect(ended(lab)?.hasPassed == false)
        }
    }

    @Test("a host that was stopped is started again, also where stopping it failed", .timeLimit(.minutes(1)))
    func host() async throws {
        try await BackupLab.with { lab in
            let isUp = Atomic(true)
            let words = Mutex<[String]>([])
            let drills = DrillsPlan(
                health: "x", target: .seconds(1), answers: 2,
                edge: .init(
                    stop: CommandPlan(words: ["stop"]), start: CommandPlan(words: ["start"]), host: "h", hold: 300))
            let answers: @Sendable (String) async -> Bool = { $0 == "h" && isUp.load(ordering: .relaxed) }
            let result = await DisturbanceDrill(
                world(
                    lab, drills, isWell: { isUp.load(ordering: .relaxed) },
                    run: { plan in
                        words.withLock { $0 += plan.words }
                        isUp.store(plan.words == ["start"], ordering: .relaxed)
                        return plan.words == ["stop"] ? "half done" : nil
                    }, answers: answers), kind: .edge, reason: ""
            ).run()
            #expect(words.withLock { $0 } == ["stop", "start"])
            #expect(result.outcome == .wentBack && result.summary.contains("half done"), "\(result.summary)")
            #expect((ended(lab)?.measured?.count ?? 0) >= 200)
            // Nobody misses one host of two: that is a pass, once it was down and is back.
            let unfelt = await DisturbanceDrill(
                world(
                    lab, drills, isWell: { true },
                    run: { plan in
                        isUp.store(plan.words == ["start"], ordering: .relaxed)
                        return nil
                    }, answers: answers), kind: .edge, reason: ""
            ).run()
            #expect(unfelt.outcome == .done && unfelt.summary.hasPrefix("it was not felt"), "\(unfelt.summary)")
            // One that goes on answering was not stopped.
            let untouched = await DisturbanceDrill(world(lab, drills, isWell: { true }), kind: .edge, reason: "").run()
            #expect(
                untouched.outcome == .undecided
                    && untouched.summary == "undecided: nothing was disturbed: h answered while it was to be down",
                "\(untouched.summary)")
            // One that does not answer to begin with is not touched.
            words.withLock { $0 = [] }
            let gone = await DisturbanceDrill(
                world(
                    lab, drills, isWell: { true },
                    run: { plan in
                        words.withLock { $0 += plan.words }
                        return nil
                    }, answers: { _ in false }), kind: .edge, reason: ""
            ).run()
            #expect(gone.outcome == .undecided && words.withLock { $0.isEmpty }, "\(gone.summary)")
            // One that does not come back is no pass, though nobody misses it.
            let lost = await DisturbanceDrill(
                world(
                    lab, drills, isWell: { true },
                    run: { _ in
                        isUp.store(false, ordering: .relaxed)
                        return nil
                    }, answers: answers), kind: .edge, reason: ""
            ).run()
            #expect(lost.outcome == .wentBack && lost.summary.hasSuffix("h does not answer after it was started again"))
        }
    }

    @Test("what is not well again wakes people at once: no drill any more", .timeLimit(.minutes(1)))
    func neverWell() async throws {
        try await BackupLab.with { lab in
            let isUp = Atomic(true)
            let drills = DrillsPlan(
                health: "x", target: .seconds(1), answers: 2, redis: .init(restart: CommandPlan(words: ["restart"])))
            let clock = HandClock(Moment(utc: SystemClock().now().utc, uptime: 0, boot: BootID(rawValue: 1)))
            var world = world(
                lab, drills, isWell: { isUp.load(ordering: .relaxed) },
                run: { _ in
                    isUp.store(false, ordering: .relaxed)
                    return nil
                }, redisRun: { isUp.load(ordering: .relaxed) ? "before" : "after" })
            world.clock = clock
            // Two looks come before the disturbance; each later one waits for it, however slowly its task begins.
            let looks = Atomic(0)
            world.pause = {
                clock.advance($0)
                guard looks.add(1, ordering: .relaxed).newValue > drills.answers else { return }
                while isUp.load(ordering: .relaxed) { await Task.yield() }
            }
            let result = await DisturbanceDrill(world, kind: .redis, reason: "").run()
            #expect(result.outcome == .undecided && result.summary.contains("NOT WELL AGAIN"), "\(result.summary)")
            let ended = lab.journal.alerts.compactMap { if case .unsilenced(let end) = $0 { end.silence } else { nil } }
            #expect(ended.count == 2 && lab.journal.alerts.count == 4)
        }
    }

    @Test("two do not disturb at once: the second names the first", .timeLimit(.minutes(1)))
    func twice() async throws {
        try await BackupLab.with { lab in
            let drills = DrillsPlan(health: "x", redis: .init(restart: CommandPlan(words: ["restart"])))
            let lock = try BackupFolder(lab.folder).lock(for: ActionID("drill-first"), "disturbance")
            let result = await DisturbanceDrill(world(lab, drills, isWell: { true }), kind: .redis, reason: "").run()
            #expect(result.outcome == .refused && result.summary.contains("drill-first"), "\(result.summary)")
            #expect(lab.journal.backups.isEmpty && lab.journal.alerts.isEmpty)
            withExtendedLifetime(lock) {}
        }
    }

    @Test(
        "nothing is disturbed where it is not well, or not allowed; nothing is told to have begun",
        .timeLimit(.minutes(1)))
    func refused() async throws {
        try await BackupLab.with { lab in
            let drills = DrillsPlan(health: "x", redis: .init(restart: CommandPlan(words: ["restart"])))
            let touched = Atomic(false)
            let run: @Sendable (CommandPlan) async -> String? = { _ in
                touched.store(true, ordering: .relaxed)
                return nil
            }
            let ill = await DisturbanceDrill(world(lab, drills, isWell: { false }, run: run), kind: .redis, reason: "")
                .run()
            #expect(ill.outcome == .refused && ill.summary.contains("not well now"))
            let production = await DisturbanceDrill(
                world(lab, drills, environment: "production", isWell: { true }, run: run), kind: .redis, reason: ""
            ).run()
            #expect(production.outcome == .refused && production.summary.contains("drills.allowed"))
            #expect(!touched.load(ordering: .relaxed) && lab.journal.backups.isEmpty)
        }
    }

    // MARK: The schedule

    @Test("the engine begins a backup when it is due, once; and a drill when no backup runs", .timeLimit(.minutes(1)))
    func scheduler() async throws {
        let folder = "/tmp/guardia-schedule-\(UInt32.random(in: 0 ... .max))"
        mkdir(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = "\(folder)/journal.sqlite"
        let writer = try JournalWriter(path: journal, origin: "bastion")
        let friday = Timestamp(seconds: 1_795_761_000)
        let clock = HandClock(Moment(utc: friday, uptime: .hours(1), boot: BootID(rawValue: 1)))
        let started = Mutex<[ActionRequest]>([])
        let plan = BackupPlan(
            source: PostgresTarget(host: "h", database: "d", user: "u"), folder: "/b",
            schedule: WeeklySchedule(minutes: [390]), drill: RestoreDrillPlan(schedule: WeeklySchedule(minutes: [400])))
        let window = LaunchWindow(weekdays: 1...7, fromMinute: 300, toMinute: 391)
        let scheduler = BackupScheduler(plan, window: window, zone: .utc, clock: clock, journal: journal) { request in
            started.withLock { $0.append(request) }
        }
        func tell(_ event: ActionEvent) throws {
            try writer.append([Event(origin: "bastion", at: clock.now(), body: .action(event))])
        }
        // 06:30 UTC: due, and the launch window is open.
        await scheduler.look()
        #expect(started.withLock { $0.isEmpty })
        clock.advance(.minutes(1))
        await scheduler.look()
        await scheduler.look()
        let first = try #require(started.withLock { $0 }.first)
        #expect(started.withLock { $0.count } == 1, "no drill: there is nothing yet that it could prove")
        #expect(first.kind == .backup && first.arguments == ["backup", "run", "--yes", "--reason", "scheduled"])
        // It runs: nothing else begins.
        try tell(
            .started(
                .init(
                    id: first.id, kind: .backup, by: Operator(name: "e", uid: 0, host: "b"), reason: "", command: [],
                    steps: [], pid: 1)))
        clock.advance(.minutes(30))
        await scheduler.look()
        #expect(started.withLock { $0.count } == 1)
        try writer.append([
            Event(
                origin: "bastion", at: clock.now(),
                body: .backup(
                    .taken(
                        .init(
                            name: "n", method: .logical, database: "d", snapshotAt: clock.now().utc, took: 1, bytes: 1,
                            rawBytes: 1, tables: 1, rows: 1, sha256: "", manifest: "", encryption: "age", places: ["/b"]
                        ))))
        ])
        try tell(.ended(.init(action: first.id, outcome: .done, summary: "")))
        clock.advance(.minutes(1))
        await scheduler.look()
        #expect(started.withLock { $0.map(\.kind) } == [.backup, .drill])
        // The drill never said a word: it is tried again after a while.
        clock.advance(.minutes(31))
        await scheduler.look()
        #expect(started.withLock { $0.map(\.kind) } == [.backup, .drill, .drill])
        clock.advance(.hours(24))
        await scheduler.look()
        #expect(
            started.withLock { $0.last?.kind } == .drill
                || started.withLock { $0.suffix(2).map(\.kind) }.contains(.backup))
    }

    @Test(
        "a backup that only did not reach the bucket is copied, not taken again; what is not kept goes after one",
        .timeLimit(.minutes(1)))
    func copiesAndPrunes() async throws {
        let folder = "/tmp/guardia-schedule-\(UInt32.random(in: 0 ... .max))"
        mkdir(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writer = try JournalWriter(path: "\(folder)/journal.sqlite", origin: "bastion")
        let clock = HandClock(
            Moment(utc: Timestamp(seconds: 1_795_761_000), uptime: .hours(1), boot: BootID(rawValue: 1)))
        let started = Mutex<[[String]]>([])
        let plan = BackupPlan(
            source: PostgresTarget(host: "h", database: "d", user: "u"), folder: "/b",
            schedule: WeeklySchedule(minutes: [390]), retention: RetentionPolicy(isAutomatic: true))
        let scheduler = BackupScheduler(
            plan, window: nil, zone: .utc, clock: clock, journal: "\(folder)/journal.sqlite"
        ) { request in started.withLock { $0.append(Array(request.arguments.prefix(2))) } }
        func tell(_ bodies: Event.Body...) throws {
            try writer.append(bodies.map { Event(origin: "bastion", at: clock.now(), body: $0) })
        }
        func action(_ id: String, _ kind: ActionKind, _ outcome: ActionOutcome) throws {
            try tell(
                .action(
                    .started(
                        .init(
                            id: ActionID(id), kind: kind, by: Operator(name: "e", uid: 0, host: "b"), reason: "",
                            command: [], steps: [], pid: 1))),
                .action(.ended(.init(action: ActionID(id), outcome: outcome, summary: ""))))
        }
        await scheduler.look()
        #expect(started.withLock { $0 } == [["backup", "run"]])
        clock.advance(.minutes(1))
        try tell(
            .backup(
                .taken(
                    .init(
                        name: "n", method: .logical, database: "d", snapshotAt: clock.now().utc, took: 1, bytes: 1,
                        rawBytes: 1, tables: 1, rows: 1, sha256: "", manifest: "", encryption: "age", places: ["/b"]))),
            .backup(.failed(.init(action: ActionID("backup-1"), reason: "no bucket", backup: "n"))))
        try action("backup-1", .backup, .undecided)
        clock.advance(.minutes(31))
        await scheduler.look()
        #expect(started.withLock { Array($0.dropFirst()) } == [["backup", "upload"], ["backup", "prune"]])
        try tell(.backup(.copied(.init(name: "n", place: "s3://b/"))))
        try action("backup-2", .backup, .done)
        try action("prune-1", .prune, .done)
        clock.advance(.minutes(31))
        await scheduler.look()
        #expect(started.withLock { $0.count } == 3, "all is done until tomorrow")
        clock.advance(.hours(23))
        await scheduler.look()
        #expect(started.withLock { $0.last } == ["backup", "run"])
    }

    // MARK: PostgreSQL's own settings

    @Test("the last start's recovery is read from the server's log, in any language")
    func lastStart() {
        #expect(
            StartupCheck.recovery(
                inLog:
                    "redo starts at 0/1\nLOG: redo done at 1/16B3740 system usage: CPU: user: 0.00 s, system: 0.01 s, elapsed: 12.34 s\n"
            )
                == 12_340)
        #expect(
            StartupCheck.recovery(
                inLog:
                    "redo listo en 0/16B3740 utilización del sistema: CPU: usuario: 0.00 s, sistema: 0.00 s, transcurrido: 0.05 s\n"
            )
                == 50)
        #expect(StartupCheck.recovery(inLog: "database system is ready to accept connections") == 0)
    }

    @Test("a server that was killed tells how long it took to be there again", .timeLimit(.minutes(1)))
    func lastStartOfAServer() async throws {
        try await BackupLab.with { lab in
            try lab.sql("ALTER SYSTEM SET logging_collector = on")
            try lab.sql("ALTER SYSTEM SET log_directory = 'log'")
            let settings = PostgresSettings([
                "host": lab.postgres.socketFolder, "port": "\(lab.postgres.port)", "user": "postgres",
                "dbname": "postgres",
            ])
            try await lab.postgres.restart()
            var client = PostgresClient(settings, on: lab.reactor)
            #expect(try await StartupCheck.facts(client, memory: nil).recovery == 0, "it was stopped in order")
            await client.close()
            try lab.sql("CREATE TABLE t AS SELECT generate_series(1, 20000)")
            // One session that dies takes all with it, and the log is replayed.
            let victim = Task { try? lab.sql("SELECT pg_sleep(30) /* victim */") }
            var id = ""
            let limit = ContinuousClock.now + .seconds(20)
            while id.isEmpty, ContinuousClock.now < limit {
                id = try lab.sql(
                    "SELECT pid FROM pg_stat_activity WHERE query LIKE '%/* victim */' AND pid <> pg_backend_pid()"
                )
                .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            kill(try #require(pid_t(id)), SIGKILL)
            _ = await victim.value
            var found: Milliseconds?
            while found == nil || found == 0, ContinuousClock.now < limit {
                client = PostgresClient(settings, on: lab.reactor)
                found = try? await StartupCheck.facts(client, memory: nil).recovery
                await client.close()
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(found != nil, "the log was not read")
        }
    }

    @Test("the configuration that is shipped starts, and passes its own rules", .timeLimit(.minutes(1)))
    func shipped() async throws {
        try await BackupLab.with(schema: "SELECT 1") { lab in
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let text = try String(
                contentsOf: root.appendingPathComponent("Config/postgres/postgresql.conf"), encoding: .utf8)
            // Sized for a machine of 8 GB: here only the room is less.
            let conf = "\(lab.postgres.socketFolder)/data/conf.d"
            mkdir(conf, 0o755)
            try text.write(toFile: "\(lab.postgres.socketFolder)/shipped.conf", atomically: true, encoding: .utf8)
            chmod("\(lab.postgres.socketFolder)/shipped.conf", 0o644)
            let settings = "\(lab.postgres.socketFolder)/data/postgresql.conf"
            let own = try String(contentsOfFile: settings, encoding: .utf8).split(separator: "\n").filter {
                !["fsync", "full_page_writes", "synchronous_commit", "shared_buffers", "max_connections"].contains(
                    String($0.prefix { $0 != " " }))
            }.joined(separator: "\n")
            try (own + "\ninclude '\(lab.postgres.socketFolder)/shipped.conf'\nshared_buffers = 64MB\n").write(
                toFile: settings, atomically: false, encoding: .utf8)
            try await lab.postgres.restart()
            let client = PostgresClient(
                PostgresSettings([
                    "host": lab.postgres.socketFolder, "port": "\(lab.postgres.port)", "user": "postgres",
                    "dbname": "postgres",
                ]), on: lab.reactor)
            var facts = try await StartupCheck.facts(client, memory: 8 << 30)
            await client.close()
            #expect(facts.errors.isEmpty && facts.pending.isEmpty)
            #expect(facts.settings["max_wal_size"] == "4096" && facts.settings["fsync"] == "on")
            // Checksums are made with the cluster, not by a file.
            facts.settings["data_checksums"] = "on"
            let rules = StartupRules(facts)
            #expect(rules.verdict == .ok, "\(rules.findings.filter { $0.verdict != .ok })")
        }
    }

    // MARK: pgBackRest

    @Test("what a real pgBackRest says of itself is understood", .timeLimit(.minutes(1)))
    func pgBackRest() async throws {
        try await BackupLab.with { lab in
            let repository = "\(lab.postgres.socketFolder)/repo"
            let words = [
                "pgbackrest", "--stanza=main", "--repo1-path=\(repository)",
                "--pg1-path=\(lab.postgres.socketFolder)/data",
                "--pg1-socket-path=\(lab.postgres.socketFolder)", "--pg1-port=\(lab.postgres.port)",
                "--pg1-user=postgres",
                "--log-path=\(lab.postgres.socketFolder)", "--lock-path=\(lab.postgres.socketFolder)/lock",
                "--log-level-file=off",
            ]
            let user =
                geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []
            let info = [
                "pgbackrest", "--stanza=main", "--repo1-path=\(repository)",
                "--lock-path=\(lab.postgres.socketFolder)/lock", "--log-level-file=off", "--output=json", "info",
            ]
            func read() throws -> PgBackRestInfo {
                let text = try Shell.run(user + info)
                return try #require(try JSONDecoder().decode([PgBackRestInfo].self, from: Data(text.utf8)).first)
            }
            #expect(try read().trouble != nil)
            try Shell.run(user + words + ["--no-online", "stanza-create"])
            #expect(try read().trouble?.contains("no valid backups") == true)
            try Shell.run(user + words + ["--no-online", "--force", "--type=full", "backup"])
            let whole = try read()
            #expect(whole.trouble == nil && whole.backup.count == 1 && whole.lastGood?.type == "full")
            let age = try #require(whole.age(at: SystemClock().now().utc))
            #expect(age < .minutes(1))
        }
    }
}

/// A clock that is moved by hand.
final class HandClock: Launch.Clock {
    private let moment: Mutex<Moment>
    init(_ moment: Moment) { self.moment = Mutex(moment) }
    func now() -> Moment { moment.withLock { $0 } }
    func advance(_ span: Milliseconds) { moment.withLock { $0 = $0.advanced(by: span) } }
}
