import Foundation
import Launch
import Testing

@Suite("what is decided about backups")
struct BackupRuleTests {
    static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
    /// Friday 27 November 2026, 06:30 UTC: 03:30 in Buenos Aires.
    static let friday = Timestamp(seconds: 1_795_761_000)

    static func moment(_ time: Timestamp) -> Moment {
        Moment(utc: time, uptime: Milliseconds(time.milliseconds), boot: BootID(rawValue: 1))
    }

    static func taken(_ name: String, _ at: Timestamp, bytes: Int64 = 100) -> BackupEvent {
        .taken(
            .init(
                name: name, method: .logical, database: "shop", snapshotAt: at, took: 1000, bytes: bytes,
                rawBytes: bytes * 5, tables: 3, rows: 10, sha256: "", manifest: "", encryption: "age", places: ["/b"]))
    }

    static func drill(
        _ id: String, passed: Bool, backup: String, measured: Milliseconds? = .minutes(4), atFault: Bool = false
    ) -> [BackupEvent] {
        [
            .drillStarted(
                .init(
                    id: ActionID(id), kind: .restore, by: "ana", silences: [], limit: .hours(6), target: .hours(1))),
            .drillEnded(
                .init(
                    id: ActionID(id), kind: .restore, hasPassed: passed, measured: measured, target: .hours(1),
                    backup: backup, isBackupAtFault: atFault, summary: passed ? "well" : "bookings: 3 rows instead of 4"
                )),
        ]
    }

    // MARK: Schedule

    @Test("a time of the day is the launch's own, not UTC's")
    func localTime() {
        let schedule = WeeklySchedule(minutes: [210])
        #expect(schedule.next(after: Self.friday + -1, in: Self.zone) == Self.friday)
        #expect(schedule.next(after: Self.friday, in: Self.zone) == Self.friday + .days(1))
        #expect(schedule.latest(until: Self.friday, in: Self.zone) == Self.friday)
    }

    @Test("days that are left out are left out")
    func weekdays() {
        let sundays = WeeklySchedule(weekdays: 7...7, minutes: [210])
        #expect(sundays.next(after: Self.friday, in: Self.zone) == Self.friday + .days(2))
        #expect(sundays.latest(until: Self.friday, in: Self.zone) == Self.friday + .days(-5))
    }

    @Test("an hour that a change of the clocks leaves out is not lost")
    func summerTime() throws {
        // New York, 8 March 2026: 02:00 becomes 03:00.
        let zone = Zone(
            name: "America/New_York", abbreviation: "ET", baseOffset: -18_000,
            transitions: [.init(since: 1_772_953_200, offset: -14_400)])
        let schedule = WeeklySchedule(minutes: [150])
        let next = try #require(schedule.next(after: Timestamp(seconds: 1_772_953_200 - 7200), in: zone))
        #expect(abs((next - Timestamp(seconds: 1_772_953_200)).count) <= 3_600_000)
    }

    @Test(
        "due once a slot; missed ones count once; a failure is tried again after a while, one that runs is not begun twice"
    )
    func due() {
        let schedule = WeeklySchedule(minutes: [210])
        func isDue(_ at: Timestamp, _ attempts: WeeklySchedule.Attempts) -> Bool {
            schedule.isDue(at: at, after: attempts, in: Self.zone, window: nil)
        }
        #expect(isDue(Self.friday, .init()))
        #expect(isDue(Self.friday, .init(last: Self.friday + .hours(-24))))
        #expect(!isDue(Self.friday + -1, .init(last: Self.friday + .hours(-24))))
        #expect(!isDue(Self.friday + .hours(1), .init(last: Self.friday)))
        #expect(isDue(Self.friday + .hours(9), .init(last: Self.friday + .days(-5))))
        #expect(!isDue(Self.friday + .minutes(29), .init(last: Self.friday, hasFailed: true)))
        #expect(isDue(Self.friday + .minutes(30), .init(last: Self.friday, hasFailed: true)))
        #expect(!isDue(Self.friday, .init(last: Self.friday + .days(-3), isRunning: true)))
    }

    @Test("nothing begins while a launch is wanted, unless it is allowed; it begins when the window closes")
    func launchWindow() {
        let window = LaunchWindow(weekdays: 1...5, fromMinute: 180, toMinute: 240)
        var schedule = WeeklySchedule(minutes: [210])
        let before = WeeklySchedule.Attempts(last: Self.friday + .days(-1))
        #expect(!schedule.isDue(at: Self.friday, after: before, in: Self.zone, window: window))
        #expect(schedule.isDue(at: Self.friday + .minutes(30), after: before, in: Self.zone, window: window))
        schedule.inLaunchWindow = true
        #expect(schedule.isDue(at: Self.friday, after: before, in: Self.zone, window: window))
    }

    // MARK: Retention

    private func kept(_ policy: RetentionPolicy, _ candidates: [RetentionPolicy.Candidate], now: Timestamp = friday)
        -> [String]
    {
        policy.decide(candidates, in: Self.zone, now: now).filter { !$0.goes }.map(\.name)
    }

    @Test("the newest of each day, week, month and year stays, as many as were asked for")
    func grandfathers() {
        let policy = RetentionPolicy(last: 0, daily: 3, weekly: 2, monthly: 2, yearly: 2)
        let days = (0..<800).map {
            RetentionPolicy.Candidate(name: "d\($0)", at: Self.friday + .days(-Int64($0)))
        }
        // Friday, Thursday, Wednesday; the week before ended on Sunday the 22nd; October's last; December 2025's last.
        #expect(kept(policy, days.shuffled()) == ["d0", "d1", "d2", "d5", "d27", "d331"])
    }

    @Test("two of one day: the newer stays")
    func sameDay() {
        let policy = RetentionPolicy(last: 0, daily: 7, weekly: 0, monthly: 0, yearly: 0)
        let two = [
            RetentionPolicy.Candidate(name: "early", at: Self.friday + .hours(-3)),
            RetentionPolicy.Candidate(name: "late", at: Self.friday),
        ]
        #expect(kept(policy, two) == ["late"])
    }

    @Test("the last good one and the last proved one stay whatever the numbers say")
    func lastGood() {
        let none = RetentionPolicy(last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0)
        let candidates = [
            RetentionPolicy.Candidate(name: "bad", at: Self.friday, standing: .bad),
            RetentionPolicy.Candidate(name: "good", at: Self.friday + .days(-1)),
            RetentionPolicy.Candidate(name: "proved", at: Self.friday + .days(-9), standing: .proved),
            RetentionPolicy.Candidate(name: "old", at: Self.friday + .days(-10)),
            RetentionPolicy.Candidate(name: "old and bad", at: Self.friday + .days(-11), standing: .bad),
        ]
        // The newest is bad, and newer than every good one: it may be all there is of that day.
        #expect(kept(none, candidates) == ["bad", "good", "proved"])
    }

    @Test("a bad one counts for no day")
    func badDay() {
        let policy = RetentionPolicy(last: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0)
        let candidates = [
            RetentionPolicy.Candidate(name: "good", at: Self.friday),
            RetentionPolicy.Candidate(name: "bad", at: Self.friday + .hours(-1), standing: .bad),
        ]
        #expect(kept(policy, candidates) == ["good"])
        #expect(kept(policy, [candidates[1]]) == ["bad"])
    }

    @Test("what is dated in the future is left alone: a clock was wrong")
    func future() {
        let none = RetentionPolicy(last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0)
        let future = (1...4).map {
            RetentionPolicy.Candidate(name: "f\($0)", at: Self.friday + .days(Int64($0)))
        }
        #expect(kept(none, future).count == 4)
        #expect(RetentionPolicy().decide([], in: Self.zone, now: Self.friday).isEmpty)
    }

    // MARK: Standing

    private func standing(_ events: [(BackupEvent, Timestamp)], at now: Timestamp = friday) -> BackupStanding {
        var log = BackupLog()
        for (event, time) in events { log.take(event, at: Self.moment(time)) }
        return BackupStanding(
            log, BackupFacts(database: "shop", schedule: WeeklySchedule(minutes: [210])), in: Self.zone,
            at: Self.moment(now))
    }

    @Test("without a backup it is critical; with one that was never restored it is not known")
    func neverRestored() {
        #expect(standing([]).verdict == .critical)
        #expect(standing([]).reasons.first == "no backup has ever been taken")
        let one = standing([(Self.taken("a", Self.friday + .hours(-1)), Self.friday + .hours(-1))])
        #expect(one.verdict == .unknown && one[.age]?.verdict == .ok && one.lastGood?.name == "a")
    }

    @Test("restored and young, it is well; past the RPO it is critical, and nearly there a warning")
    func ages() {
        func at(_ hours: Int64) -> BackupStanding {
            let time = Self.friday + .hours(-hours)
            return standing(
                [(Self.taken("a", time), time)] + Self.drill("drill-1", passed: true, backup: "a").map { ($0, time) })
        }
        #expect(at(1).verdict == .ok && at(1).reasons.isEmpty)
        #expect(at(23)[.age]?.verdict == .warning)
        #expect(at(26).verdict == .critical)
        #expect(at(1).nextBackup == Self.friday + .days(1))
    }

    @Test("a failed restore is critical, and a damaged backup is no longer the last good one")
    func damaged() {
        let time = Self.friday + .hours(-1)
        let older = Self.friday + .hours(-20)
        let result = standing(
            [(Self.taken("old", older), older), (Self.taken("new", time), time)]
                + Self.drill("drill-1", passed: false, backup: "new", atFault: true).map { ($0, time) })
        #expect(result.verdict == .critical && result.lastGood?.name == "old")
        #expect(result.reasons.contains { $0.contains("3 rows instead of 4") })
        // A drill that failed by the machine's fault says nothing against the backup.
        let machine = standing(
            [(Self.taken("new", time), time)] + Self.drill("drill-1", passed: false, backup: "new").map { ($0, time) })
        #expect(machine.lastGood?.name == "new" && machine.verdict == .critical)
    }

    @Test("a restore slower than the RTO is critical")
    func slow() {
        let time = Self.friday + .hours(-1)
        let result = standing(
            [(Self.taken("a", time), time)]
                + Self.drill("drill-1", passed: true, backup: "a", measured: .minutes(61)).map { ($0, time) })
        #expect(result[.restoreTime]?.verdict == .critical)
    }

    @Test("the last try failed: told until one succeeds")
    func failure() {
        let failed = BackupEvent.failed(.init(action: ActionID("backup-1"), reason: "disk full"))
        let first = standing([(failed, Self.friday)])
        #expect(first[.attempt]?.words == "the last backup failed: disk full")
        let later = standing([(failed, Self.friday + -1000), (Self.taken("a", Self.friday), Self.friday)])
        #expect(later[.attempt] == nil)
    }

    @Test("a verification that finds damage takes a backup out of the good ones; one that was removed is none")
    func verified() {
        let time = Self.friday + .hours(-1)
        let bad = BackupEvent.verified(
            .init(name: "a", place: "/b", hasReadTables: true, trouble: "cut off", table: "public.users"))
        #expect(standing([(Self.taken("a", time), time), (bad, time)]).lastGood == nil)
        let pruned = BackupEvent.pruned(.init(names: ["a"], bytes: 1))
        #expect(standing([(Self.taken("a", time), time), (pruned, time)]).lastGood == nil)
    }

    @Test("one that only did not reach the bucket is a warning until it does")
    func copied() {
        let time = Self.friday + .hours(-1)
        let taken = Self.taken("a", time)
        let failed = BackupEvent.failed(.init(action: ActionID("b-1"), reason: "no bucket", backup: "a"))
        let before = standing([(taken, time), (failed, time + 1)])
        #expect(before.lastGood?.name == "a" && before[.attempt]?.verdict == .warning)
        #expect(before[.attempt]?.words == "the last backup lies in one place only: no bucket")
        let copied = BackupEvent.copied(.init(name: "a", place: "s3://b/"))
        let after = standing([(taken, time), (failed, time + 1), (copied, time + 2)])
        #expect(after[.attempt] == nil && after.lastGood?.copies == ["s3://b/"])
    }

    @Test("a gate gets plain values; what was never restored is unknown, never well")
    func plainValues() {
        let time = Self.friday + .hours(-1)
        let none = standing([])
        #expect(none.age == nil && none.rpo == .critical && none.rto == .unknown && none.isProved == .unknown)
        let unproved = standing([(Self.taken("a", time), time)])
        #expect(unproved.rpo == .ok && unproved.rto == .unknown && unproved.provedAt == nil)
    }

    // MARK: Drills

    @Test("a drill's silences are of its own probes: by name where no rule describes them, else by their rules")
    func drillSilences() {
        let time = Self.friday + .hours(-1)
        func series(_ id: SeriesID) -> Series {
            Series(
                id: id, title: id.name, unit: .milliseconds, interval: .seconds(1),
                thresholds: Thresholds(warning: .above(1)))
        }
        let plan = AlertPlan(
            AlertSettings(rules: [
                AlertRule(name: "DatabaseSlow", condition: .bound("db.latency", .above(5), clear: nil)),
                AlertRule(name: "Slow+", condition: .bound("*.p95", .above(5), clear: nil), fanLabel: "service"),
                AlertRule(name: "CDN", condition: .bound("cdn.p95", .above(5), clear: nil)),
            ]),
            series: [
                series("db.latency"), series("api.p95"), series("web.p95"), series("cdn.p95"), series("db.locks"),
            ], zone: .utc)
        let matchers = DrillSilence.matchers(of: ["db", "api"], in: plan)
        func isQuiet(_ labels: Labels) -> Bool {
            matchers.contains {
                Silence(id: "s", matchers: $0, from: time, until: time + 1, by: "", comment: "").matches(labels)
            }
        }
        for target in plan.targets {
            let isOwn = target.condition.inputs.contains { $0.name.hasPrefix("db.") || $0.name.hasPrefix("api.") }
            #expect(isQuiet(target.labels) == isOwn, "\(target.labels)")
        }
        #expect(plan.targets.contains { $0.labels["service"] == "web" } && !plan.targets.isEmpty)
        #expect(DrillSilence.matchers(of: [], in: plan).isEmpty, "without probes nothing is silenced")
    }

    @Test("a drill silences its own probes while it runs, and not past its limit where it died")
    func silences() {
        var log = BackupLog()
        log.take(
            .drillStarted(
                .init(
                    id: ActionID("drill-1"), kind: .redis, by: "ana", silences: ["redis"], limit: .minutes(1),
                    target: .seconds(30))), at: Self.moment(Self.friday))
        #expect(log.silenced(at: Self.moment(Self.friday + .seconds(30))) == ["redis"])
        #expect(log.silenced(at: Self.moment(Self.friday + .seconds(61))).isEmpty)
        #expect(log.lastDrill(.redis)?.hasDied(at: Self.moment(Self.friday + .seconds(61))) == true)
        // Its action was buried by the engine: from then on it silences nothing.
        log.take(
            ActionEvent.Ended(action: ActionID("drill-1"), outcome: .died, summary: ""),
            at: Self.moment(Self.friday + .seconds(5)))
        #expect(log.silenced(at: Self.moment(Self.friday + .seconds(6))).isEmpty)
    }

    @Test("growth is told against the good backup nearest to a week before, not against so many entries back")
    func weekBefore() throws {
        var log = BackupLog()
        func take(_ name: String, daysAgo: Double) {
            let at = Self.friday + Milliseconds(Int64(-daysAgo * 86_400_000))
            log.take(Self.taken(name, at), at: Self.moment(at))
        }
        // Two a day of late, fewer before.
        for (name, daysAgo) in [
            ("a", 14), ("b", 8.5), ("c", 7.2), ("d", 6.6), ("e", 3), ("f", 2), ("g", 1), ("h", 0.5),
        ] {
            take(name, daysAgo: daysAgo)
        }
        take("now", daysAgo: 0)
        let now = try #require(log["now"])
        #expect(log.weekBefore(now)?.name == "c")
        log.take(.pruned(.init(names: ["c"], bytes: 1)), at: Self.moment(Self.friday))
        #expect(log.weekBefore(now)?.name == "d")
        log.take(
            .verified(.init(name: "d", place: "/b", hasReadTables: true, trouble: "cut")), at: Self.moment(Self.friday))
        #expect(log.weekBefore(now)?.name == "b")
        log.take(.pruned(.init(names: ["b"], bytes: 1)), at: Self.moment(Self.friday))
        #expect(log.weekBefore(now) == nil, "neither two weeks nor three days are a week")
    }

    @Test("a proof without a smoke query leaves its time in doubt, and a drill that disturbed nothing is no verdict")
    func doubts() throws {
        var log = BackupLog()
        let at = Self.moment(Self.friday)
        log.take(Self.taken("a", Self.friday), at: at)
        var end = BackupEvent.DrillEnded(
            id: ActionID("d"), kind: .restore, hasPassed: true, measured: .minutes(4), target: .hours(1), backup: "a",
            doubt: "no smoke query is configured", summary: "a restores")
        log.take(
            .drillStarted(
                .init(id: ActionID("d"), kind: .restore, by: "ana", silences: [], limit: .hours(6), target: .hours(1))),
            at: at)
        log.take(.drillEnded(end), at: at)
        let facts = BackupFacts(
            database: "shop", targets: RecoveryTargets(rpo: .hours(25), rto: .hours(1), proof: .days(8)),
            encryption: "age", places: ["/b"])
        let standing = BackupStanding(log, facts, in: .utc, at: at)
        #expect(standing[.proof]?.verdict == .ok && standing[.restoreTime]?.verdict == .warning)
        #expect(standing.reasons == ["no smoke query is configured"])
        #expect(BackupEvent.drillEnded(end).words == "restore passed, with a doubt: a restores")
        (end.hasPassed, end.kind) = (false, .redis)
        #expect(end.verdict == .unknown && BackupEvent.drillEnded(end).words == "redis UNDECIDED: a restores")
        // What an older version told has no such word.
        end.doubt = nil
        let json = try JSONEncoder().encode(end)
        #expect(!String(decoding: json, as: UTF8.self).contains("doubt"))
        #expect(try JSONDecoder().decode(BackupEvent.DrillEnded.self, from: json) == end)
    }

    @Test("recovery is counted from the disturbance to the first of a row of good answers")
    func recovery() {
        var watch = RecoveryWatch(wanted: 3, begun: 1000)
        for (isWell, at) in [(true, 1100), (false, 1200), (true, 1300), (false, 1400), (true, 1500), (true, 1600)]
            as [(Bool, Milliseconds)]
        {
            watch.take(isWell: isWell, at: at)
        }
        #expect(watch.recovered == nil && watch.failed == 2)
        watch.take(isWell: true, at: 1700)
        #expect(watch.recovered == 500)
        var untouched = RecoveryWatch(wanted: 1, begun: 1000)
        untouched.take(isWell: true, at: 1200)
        #expect(untouched.recovered == 0 && !untouched.wasHurt)
    }

    @Test("what disturbs is refused outside a rehearsal, where it is not named, and where it is not known how")
    func refusals() {
        var plan = DrillsPlan(health: "http://x/healthz")
        #expect(plan.refusal(of: .redis, in: "production")?.contains("drills.allowed") == true)
        #expect(plan.refusal(of: .redis, in: "rehearsal")?.contains("drills.redis") == true)
        plan.redis = .init(restart: CommandPlan(words: ["true"]))
        #expect(plan.refusal(of: .redis, in: "rehearsal") == nil)
        #expect(plan.refusal(of: .redis, in: "production") != nil)
        plan.allowed = [.redis]
        #expect(plan.refusal(of: .redis, in: "production") == nil)
        #expect(plan.refusal(of: .restore, in: "production") == nil)
    }

    @Test("a smoke query's answer is held against what is expected")
    func smoke() {
        let text = SmokeQuery(name: "x", query: "", expectation: .text("5"))
        #expect(text.trouble(with: "5") == nil && text.trouble(with: "6") != nil && text.trouble(with: nil) != nil)
        let least = SmokeQuery(name: "x", query: "", expectation: .atLeast(10))
        #expect(
            least.trouble(with: "10") == nil && least.trouble(with: "9.9") != nil && least.trouble(with: "ten") != nil)
        #expect(SmokeQuery(name: "x", query: "").trouble(with: nil) != nil)
    }

    // MARK: Comparing

    @Test("every way in which tables differ is told with the table")
    func comparison() {
        func table(_ name: String, _ rows: Int64, _ sum: String) -> BackupManifest.Table {
            .init(schema: "public", name: name, copy: "", rows: rows, bytes: 1, fingerprint: sum)
        }
        let manifest = Self.manifest(
            [table("a", 1, "x"), table("b", 2, "y"), table("c", 3, "z")], objects: ["INDEX": 2])
        let same = TableComparison(manifest, tables: manifest.tables.reversed(), objects: ["INDEX": 2])
        #expect(same.isSame && same.compared == 3)
        let other = TableComparison(
            manifest, tables: [table("a", 5, "x"), table("b", 2, "!"), table("d", 1, "x")], objects: ["INDEX": 1])
        #expect(
            other.differences.map(\.description) == [
                "public.a: 5 rows instead of 1", "public.b: 2 rows, but their content is another",
                "public.c: it is missing", "public.d: it was not in the database that was backed up",
                "index: 1 instead of 2",
            ])
    }

    static func manifest(_ tables: [BackupManifest.Table], objects: [String: Int] = [:]) -> BackupManifest {
        BackupManifest(
            name: "20261127T063000Z-shop-3f9a", method: .logical, database: "shop", host: "h:5432",
            serverVersion: "15.18", systemIdentifier: "1", encoding: "UTF8", collation: "C", characterClass: "C",
            snapshot: nil, snapshotAt: friday, walPosition: "0/0", startedAt: friday, endedAt: friday, roles: [],
            tables: tables, objects: objects, rawBytes: 1, compression: "zstd", encryption: .none,
            data: .init(name: "20261127T063000Z-shop-3f9a.dump.zst", bytes: 1, sha256: ""))
    }

    @Test("a manifest that names files elsewhere, or is of another format, will not do")
    func manifestTrouble() {
        var manifest = Self.manifest([])
        #expect(manifest.trouble == nil)
        manifest.data.name = "../../etc/passwd"
        #expect(manifest.trouble != nil)
        manifest = Self.manifest([])
        manifest.format = 2
        #expect(manifest.trouble?.contains("format 2") == true)
    }

    @Test("a database's name with quotes, spaces and Unicode makes a plain file name")
    func names() {
        let name = BackupManifest.name(of: "my \"Ñandú\"/../db", at: Self.friday, random: 0x3f9a)
        #expect(name == "20261127T063000Z-my___and______db-3f9a")
        #expect(name.utf8.allSatisfy { $0 != 47 && $0 != 34 && $0 != 32 })
    }

    // MARK: Starting up

    @Test("settings that lose or break a database are critical; those of the launch's own file are well")
    func startup() {
        var settings = [
            "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
            "max_wal_size": "4096", "checkpoint_timeout": "900", "checkpoint_completion_target": "0.9",
            "shared_buffers": "131072", "max_connections": "100", "work_mem": "4096", "restart_after_crash": "on",
        ]
        let memory: Int64 = 8 << 30
        #expect(StartupRules(.init(settings: settings, memory: memory)).verdict == .ok)
        settings["fsync"] = "off"
        #expect(StartupRules(.init(settings: settings, memory: memory)).verdict == .critical)
        settings["fsync"] = "on"
        settings["shared_buffers"] = "786432"
        #expect(
            StartupRules(.init(settings: settings, memory: memory)).findings.first { $0.setting == "shared_buffers" }?
                .verdict == .critical)
        #expect(StartupRules(.init(settings: [:])).verdict != .ok)
        settings["shared_buffers"] = "131072"
        #expect(
            StartupRules(.init(settings: settings, errors: ["postgresql.conf:7 unknown"], memory: memory)).verdict
                == .critical)
        let slots = StartupRules(.init(settings: settings, memory: memory, slots: ["standby": 40 << 30]))
        #expect(slots.findings.contains { $0.setting == "slot standby" && $0.verdict == .critical })
        let forced = StartupRules(.init(settings: settings, memory: memory, forcedCheckpoints: 50, checkpoints: 100))
        #expect(forced.findings.contains { $0.setting == "checkpoints" && $0.verdict == .warning })
    }
}
