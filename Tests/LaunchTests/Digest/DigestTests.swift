import Launch
import Testing

struct DigestTests {
    private static let zone = Zone(name: "America/Argentina/Buenos_Aires", abbreviation: "ART", baseOffset: -10_800)
    /// Mon 2026-03-09 12:00 ART.
    private static let noon = Timestamp(seconds: 1_773_068_400)
    private static let plan = DigestPlan(name: "business", channel: "email", to: ["a@b.ar"], minutes: [540, 1080])

    private static func course(_ plan: DigestPlan = plan, launchAt: Timestamp? = nil) -> DigestCourse {
        DigestCourse(plan, launchAt: launchAt, zone: zone)
    }

    @Test func itGoesAtItsHoursInTheLaunchsZone() {
        let next = DigestTests.plan.next(after: DigestTests.noon, launchAt: nil, in: DigestTests.zone)
        #expect(next == DigestTests.noon + .hours(6))
        #expect(
            DigestTests.plan.next(after: next!, launchAt: nil, in: DigestTests.zone) == DigestTests.noon + .hours(21))
        #expect(DigestTests.plan.last(before: DigestTests.noon, in: DigestTests.zone) == DigestTests.noon + .hours(-3))
    }

    @Test func onSomeDaysItDoesNot() {
        var plan = DigestTests.plan
        plan.days = [1, 2, 3, 4, 5]
        let fridayEvening = DigestTests.noon + .hours(4 * 24 + 7)
        #expect(
            plan.next(after: fridayEvening, launchAt: nil, in: DigestTests.zone) == DigestTests.noon
                + .hours(7 * 24 - 3))
    }

    @Test func aDayAfterTheLaunchItGoesOnceMore() {
        var plan = DigestTests.plan
        plan.afterLaunch = .hours(24)
        let launchAt = DigestTests.noon + .hours(-23)
        #expect(
            plan.next(after: DigestTests.noon, launchAt: launchAt, in: DigestTests.zone) == DigestTests.noon + .hours(1)
        )
        #expect(plan.isOfLaunch(DigestTests.noon + .hours(1), launchAt: launchAt))
    }

    @Test func whereTheClocksAreSetItGoesAtTheSameHourOfTheDay() {
        // Clocks go forward by an hour at 2026-03-10 03:00 UTC.
        let zone = Zone(
            name: "X", abbreviation: "X", baseOffset: -10_800, transitions: [.init(since: 1_773_111_600, offset: -7200)]
        )
        let tuesday = DigestTests.plan.next(after: DigestTests.noon + .hours(7), launchAt: nil, in: zone)
        let civil = zone.civil(tuesday!)
        #expect((civil.day, civil.hour, civil.minute) == (10, 9, 0))
    }

    // MARK: Once, and not forgotten

    /// An engine that is killed at any of its steps, at random, for two weeks: each report is given once.
    @Test(arguments: 0..<20)
    func killedAtAnyMomentItForgetsNoneAndGivesNoneTwice(seed: Int) {
        var random = Dice(state: UInt64(seed) &* 7919 &+ 1)
        var journal: [DigestEvent] = []
        var handed: [Timestamp] = []
        var now = DigestTests.noon
        let end = now + .days(14)
        while now < end {
            // An engine lives for some hours, then is away for up to ten minutes.
            var course = DigestTests.course()
            for event in journal { course.take(event) }
            var death = now + Milliseconds(Int64(random.next() % 30_000_000))
            while now < min(death, end) {
                switch course.next(at: now) {
                case .promise(let due):
                    if random.next() % 4 == 0 { break }
                    journal.append(.promised(.init(digest: "business", due: due)))
                    course.take(.promised(.init(digest: "business", due: due)))
                case .give(let due, let missed):
                    #expect(missed == 0)
                    // The outbox knows its pages: handed over twice is once.
                    if !handed.contains(due) { handed.append(due) }
                    if random.next() % 4 == 0 {
                        death = now
                        continue
                    }
                    journal.append(.given(.init(digest: "business", due: due, recipients: 1)))
                    course.take(.given(.init(digest: "business", due: due, recipients: 1)))
                case .wait, .rest: break
                }
                now = now + .minutes(5)
            }
            now = max(now, death) + Milliseconds(Int64(random.next() % 600_000))
        }
        #expect(handed.count >= 27 && handed.count <= 28)
        #expect(handed == handed.sorted() && Set(handed).count == handed.count)
    }

    @Test func whatWasMissedGoesLateAndSaysHowManyNeverWent() {
        var course = DigestTests.course()
        let due = DigestTests.noon + .hours(6)
        course.take(.promised(.init(digest: "business", due: due)))
        #expect(course.next(at: due + .hours(1)) == .give(due: due, missed: 0))
        #expect(course.next(at: due + .hours(16)) == .give(due: due + .hours(15), missed: 1))
        #expect(course.next(at: due + .days(2)) == .give(due: due + .days(2), missed: 4))
        course.take(.given(.init(digest: "business", due: due + .days(2), recipients: 1)))
        #expect(course.next(at: due + .days(2)) == .promise(due + .days(2) + .hours(15)))
    }

    @Test func aNewDigestTellsNothingOfTheTimeBeforeIt() {
        #expect(DigestTests.course().next(at: DigestTests.noon) == .promise(DigestTests.noon + .hours(6)))
    }

    @Test func oneSentByHandTakesTheNextsPlaceNever() {
        var course = DigestTests.course()
        let due = DigestTests.noon + .hours(6)
        course.take(.promised(.init(digest: "business", due: due)))
        course.take(.given(.init(digest: "business", due: due + .hours(1), recipients: 1, by: "root")))
        #expect(course.next(at: due) == .give(due: due, missed: 0))
    }

    @Test func changedHoursAreKeptTo() {
        var course = DigestTests.course(DigestPlan(name: "business", channel: "email", to: [], minutes: [900]))
        course.take(.promised(.init(digest: "business", due: DigestTests.noon + .hours(6))))
        #expect(course.next(at: DigestTests.noon) == .promise(DigestTests.noon + .hours(3)))
    }

    // MARK: What it says

    private static let start = Moment(utc: noon + .hours(-3), uptime: .seconds(1000), boot: BootID(rawValue: 1))

    private static func event(_ body: Event.Body, after minutes: Int64) -> Event {
        Event(origin: "t", at: start.advanced(by: .minutes(minutes)), body: body)
    }

    private static func facts(_ rule: String, _ severity: Severity, _ summary: String) -> AlertEvent.Facts {
        AlertEvent.Facts(
            rule: rule, labels: ["alertname": rule], severity: severity, summary: summary, since: start,
            policy: "default")
    }

    private static func report(_ events: [Event], payments: Double? = 97.2) -> DigestReport {
        var board = Board(span: .minutes(30))
        let ids = ["kpi.payments", "kpi.payments.week", "app.availability", "app.budget", "kpi.revenue"].map {
            SeriesID($0)
        }
        let units: [Unit] = [.percent, .percent, .percent, .percent, .pesosPerHour]
        let titles = ["Payment success", "Payments a week ago", "Availability", "Error budget", "Revenue"]
        let kpis = [
            Kpi(name: "payments", title: "Payment success", series: ids[0], target: .atLeast(95), week: ids[1]),
            Kpi(name: "revenue", title: "Revenue <hour>", series: ids[4]),
        ]
        board.apply(
            Manifest(
                product: Product(name: "BarberPro"), zone: zone, figures: .argentine, launchAt: noon + .hours(-24),
                launchWindow: nil, environment: "production",
                series: zip(ids, zip(units, titles)).map {
                    Series(id: $0, title: $1.1, unit: $1.0, interval: .seconds(5))
                },
                panes: Panes(), deployment: nil, roster: nil, runbook: nil, kpis: kpis))
        let now = start.advanced(by: .hours(3))
        var readings = [
            Reading(ids[1], .number(96.1)), Reading(ids[2], .number(99.957)), Reading(ids[3], .number(41.3)),
        ]
        if let payments { readings.append(Reading(ids[0], .number(payments))) }
        board.apply(Tick(at: now, readings: readings))
        board.heartbeat = Heartbeat(at: now)
        for event in events { board.apply(event) }
        var plan = DigestTests.plan
        (plan.availability, plan.budgets) = ([ids[2]], [ids[3]])
        return DigestReport(
            plan, of: board, events: events, from: start.utc, to: now.utc, at: now, titles: ["ana": "Ana Pereyra"])
    }

    private static let story: [Event] = {
        let (down, disk) = (facts("down", .critical, "The API is <down>"), facts("disk", .warning, "Disk 91 % full"))
        return [
            event(.engineStopped(.init(reason: "asked to")), after: 1),
            event(.engineStarted(.init(version: "1", pid: 1, probes: 1, series: 1)), after: 13),
            event(.alert(.fired(.init(alert: down))), after: 20),
            event(.alert(.acknowledged(.init(alert: down.fingerprint, by: "ana", way: .sms, until: nil))), after: 22),
            event(.alert(.resolved(.init(alert: down.fingerprint))), after: 45),
            event(.alert(.fired(.init(alert: disk))), after: 60),
        ]
    }()

    @Test func itTellsFiguresIncidentsAndAvailabilityAgainstWhatWasPromised() {
        let text = DigestText(DigestTests.report(DigestTests.story), in: .english)
        #expect(text.summary == "1 incident goes on, 2 incidents")
        for line in [
            "✓ Payment success: 97,2 % (target ≥ 95 %, met; last week 96,1 %)", "? Revenue <hour>: not known",
            "✓ The API is <down>: 2026-03-09 09:20 (critical; lasted 25 min; taken by Ana Pereyra after 2 min)",
            "✗ Disk 91 % full: 2026-03-09 10:00 (warning; goes on)", "· Availability: 99,95 %",
            "· Error budget: 41,30 %",
            "! For 12 min of this time nothing was watched.", "From 2026-03-09 09:00 to 2026-03-09 12:00 ART (T+1 d)",
        ] { #expect(text.text.contains(line), "\(line) in\n\(text.text)") }
        #expect(text.html.contains("The API is &lt;down&gt;") && !text.html.contains("<down>"))
        for absent in ["<script", "<img", "src=", "http"] { #expect(!text.html.contains(absent)) }
    }

    @Test func itSpeaksSpanish() {
        let text = DigestText(DigestTests.report(DigestTests.story), in: .spanish)
        #expect(text.summary == "1 incidente sigue, 2 incidentes")
        #expect(text.text.contains("objetivo ≥ 95 %, cumplido; hace una semana 96,1 %"))
        #expect(text.html.contains("<html lang=\"es\">"))
    }

    @Test func aMissedTargetIsInTheFirstLine() {
        let text = DigestText(DigestTests.report([], payments: 91), in: .english)
        #expect(text.summary == "1 target missed")
        #expect(text.text.contains("✗ Payment success: 91 % (target ≥ 95 %, MISSED"))
    }

    @Test func whatIsNotKnownIsNotWell() {
        #expect(DigestText(DigestTests.report([], payments: nil), in: .english).summary == "not all is known")
        #expect(DigestText(DigestTests.report([]), in: .english).summary == "all well")
    }

    /// Figures of an engine that is silent are the last that are known, and the report says so first.
    @Test func aSilentEngineIsSaidFirst() {
        var board = Board(span: .minutes(1))
        board.heartbeat = Heartbeat(at: DigestTests.start)
        let now = DigestTests.start.advanced(by: .minutes(10))
        let report = DigestReport(
            DigestTests.plan, of: board, events: [], from: DigestTests.start.utc, to: now.utc, at: now)
        let text = DigestText(report, in: .english)
        #expect(report.verdict == .unknown && text.summary == "guardia does not watch")
        #expect(text.text.contains("! guardia's engine has been silent for 10 min"))
    }

    @Test func whatFiredBeforeAndIsOverIsNoIncidentOfThisTime() {
        let old = DigestTests.facts("old", .critical, "Old")
        let report = DigestTests.report([
            DigestTests.event(.alert(.fired(.init(alert: old))), after: -100),
            DigestTests.event(.alert(.resolved(.init(alert: old.fingerprint))), after: -50),
        ])
        #expect(report.incidents.isEmpty)
    }
}

private struct Dice {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
