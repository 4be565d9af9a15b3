import Launch
import Testing

/// A launch with one station whose checks are given, watched by a living engine.
private struct Desk {
    var board = Board()

    init(_ checks: [ReadinessCheck], rollCall: RollCallPlan? = nil, deadMen: [String] = [], roster: Roster? = nil) {
        var manifest = Manifest(
            product: Product(name: "BarberPro"), zone: .utc, environment: "production",
            series: [
                series("db.query", thresholds: Thresholds(warning: .above(50), critical: .above(200))),
                series("db.up", unit: .count, thresholds: Thresholds(critical: .below(1))),
                Canary.monitor("monitor", every: .seconds(30)),
            ], panes: Panes(), roster: roster)
        manifest.readiness = ReadinessPlan(
            stations: [.init(name: "one", title: "Station one", checks: checks)], deploy: .refuse, rollCall: rollCall,
            probes: ["db.up"], deadMen: deadMen)
        board.apply(manifest)
        beat(0)
    }

    mutating func beat(_ seconds: Double) { board.heartbeat = Heartbeat(at: moment(seconds)) }

    mutating func read(_ id: SeriesID, _ value: Double, at seconds: Double) {
        board.apply(Tick(at: moment(seconds), readings: [Reading(id, .number(value))]))
    }

    mutating func say(_ event: ReadinessEvent, at seconds: Double) {
        board.apply(Event(origin: "t", at: moment(seconds), body: .readiness(event)))
    }

    func poll(_ seconds: Double) -> ReadinessPoll {
        guard let poll = ReadinessPoll(board, at: moment(seconds)) else { preconditionFailure("no poll") }
        return poll
    }

    func verdict(_ seconds: Double) -> ReadinessVerdict { poll(seconds).verdict }
}

private func until(_ seconds: Double) -> Timestamp { moment(seconds).utc }

@Suite("The go/no-go poll")
struct ReadinessPollTests {
    private static let query = ReadinessCheck.series(SeriesCondition(series: "db.query", must: .below(100)))

    @Test func aBoundThatIsKeptIsGoAndOneThatIsNotIsNoGo() {
        var desk = Desk([Self.query])
        desk.read("db.query", 99, at: 0)
        #expect(desk.verdict(0) == .go)
        desk.read("db.query", 100, at: 0.5)
        #expect(desk.verdict(0.5) == .noGo, "what must be below 100 is not, at 100")
    }

    @Test func aValueThatNeverCameOrIsTooOldIsNeverGo() {
        var desk = Desk([Self.query])
        #expect(desk.verdict(0) == .unknown)
        desk.read("db.query", 6, at: 0)
        desk.beat(6)
        #expect(desk.verdict(6) == .unknown)
        #expect(desk.poll(6).stations[0].evidence[0].age == 6000)
    }

    @Test func aMaximumAgeOfItsOwnDecides() {
        var desk = Desk([.series(SeriesCondition(series: "db.query", must: .below(100), maximumAge: .seconds(60)))])
        desk.read("db.query", 6, at: 0)
        desk.beat(60)
        #expect(desk.verdict(60) == .go)
        desk.beat(61)
        #expect(desk.verdict(61) == .unknown)
    }

    @Test func aWarningOfASeriesOwnThresholdsHolds() {
        var desk = Desk([.series(SeriesCondition(series: "db.query"))])
        desk.read("db.query", 60, at: 0)
        #expect(desk.verdict(0) == .hold)
        desk.read("db.query", 201, at: 0.2)
        #expect(desk.verdict(0.2) == .noGo)
    }

    @Test func aSilentEngineIsNeverGoWaiverOrNot() {
        var desk = Desk([Self.query])
        desk.read("db.query", 6, at: 0)
        desk.say(.waived(.init(station: "one", by: "ana", reason: "seen", until: until(3600))), at: 0)
        #expect(desk.verdict(5) == .go)
        #expect(desk.verdict(5.1) == .unknown)
        #expect(desk.poll(5.1).trouble != nil)
        desk.read("db.query", 150, at: 6)
        #expect(desk.verdict(6.5) >= .unknown, "a waiver says nothing of an engine that is silent")
    }

    @Test func aMissingDeadMansSwitchIsNoGo() {
        let without = Desk([.deadMan])
        #expect(without.verdict(0) == .noGo)
        var with = Desk([.deadMan], deadMen: ["monitor"])
        #expect(with.verdict(0) == .unknown)
        with.read("guardia.dead_man.monitor", 12, at: 0)
        #expect(with.verdict(0) == .go)
        with.read("guardia.dead_man.monitor", 500, at: 1)
        #expect(with.verdict(1) == .noGo)
    }

    @Test func aFiringAlertThatMatchesIsNoGoHoweverItIsTaken() {
        var desk = Desk([.alerts([LabelMatcher(name: "alertname", value: "payments")])])
        #expect(desk.verdict(0) == .go)
        func fire(_ name: String) {
            let facts = AlertEvent.Facts(
                rule: name, labels: Labels(["alertname": name]), severity: .warning, summary: "\(name) fails",
                since: moment(0))
            desk.board.apply(Event(origin: "t", at: moment(0), body: .alert(.fired(.init(alert: facts)))))
        }
        fire("other")
        #expect(desk.verdict(0) == .go)
        fire("payments")
        #expect(desk.verdict(0) == .noGo)
        #expect(desk.poll(0).stations[0].why.contains("payments fails"))
    }

    @Test func alertsThatWereNotReadAreNotKnownToBeOthers() {
        var desk = Desk([.alerts([LabelMatcher(name: "alertname", value: "payments")])])
        desk.board.note(alertsBeyond: [.warning: 3])
        #expect(desk.verdict(0) == .unknown)
    }

    @Test func aProbeThatHasNotLookedIsUnknown() {
        var desk = Desk([.probes, .target("db")])
        #expect(desk.verdict(0) == .unknown)
        desk.read("db.up", 1, at: 0)
        #expect(desk.verdict(0) == .go)
        desk.read("db.up", 0, at: 1)
        #expect(desk.verdict(1) == .noGo)
    }

    @Test func aRuleThatLooksAtNothingIsUnknownAndSaysWhatItMisses() {
        var desk = Desk([.rules])
        func plan(_ rules: [ReadinessPlan.Rule]) {
            var manifest = desk.board.manifest!
            manifest.readiness?.rules = rules
            desk.board.apply(manifest)
        }
        #expect(desk.verdict(0) == .noGo, "there is no rule")
        plan([.init(name: "slow", series: ["db.query"], tells: false)])
        #expect(desk.verdict(0) == .noGo, "none tells anybody")
        plan([
            .init(name: "slow", series: ["db.query"], tells: true),
            .init(name: "gone", series: ["cache.hits"], tells: true),
        ])
        #expect(desk.verdict(0) == .unknown)
        #expect(desk.poll(0).stations[0].why.contains("slow (db.query: no value yet)"))
        #expect(desk.poll(0).stations[0].why.contains("gone (nothing produces cache.hits)"))
        plan([.init(name: "slow", series: ["db.query"], tells: true)])
        desk.read("db.query", 6, at: 0)
        #expect(desk.verdict(0) == .go)
        desk.beat(6)
        #expect(desk.verdict(6) == .unknown)
    }

    /// A backup's age before the first one, a percentile over no requests.
    @Test func aRuleWhoseSeriesHasNoValueByItsNatureIsLookedAtOnceThatIsSaid() {
        var desk = Desk([.rules])
        var manifest = desk.board.manifest!
        manifest.series.append(
            Series(id: "backup.age", title: "age", unit: .seconds, interval: .seconds(10), absence: .alarmingOnceSeen))
        manifest.readiness?.rules = [.init(name: "backup_late", series: ["backup.age"], tells: true)]
        desk.board.apply(manifest)
        #expect(desk.verdict(0) == .unknown, "nobody has looked")
        desk.board.apply(Tick(at: moment(1), readings: [Reading("backup.age", .missed("no backup was taken yet"))]))
        #expect(desk.verdict(1) == .go)
        #expect(desk.poll(1).stations[0].evidence[0].text.contains("no value yet: backup_late"))
        desk.read("backup.age", 6, at: 2)
        #expect(!desk.poll(2).stations[0].evidence[0].text.contains("no value yet"))
        // It was there and is gone: that is another matter.
        desk.beat(60)
        #expect(desk.verdict(60) == .unknown)
    }

    @Test func contactsMustHaveProvedOneWayWithinTheSpan() {
        let roster = Roster(
            contacts: [
                ContactFacts(name: "ana", title: "Ana", role: "", channels: ["sms", "voice"]),
                ContactFacts(name: "beto", title: "Beto", role: "", channels: ["sms"]),
            ], policies: [EscalationPolicy(name: "default", steps: [])])
        var desk = Desk([.contacts(within: .minutes(10))], roster: roster)
        #expect(desk.verdict(0) == .noGo)
        for name in ["ana", "beto"] {
            desk.board.apply(
                Event(
                    origin: "t", at: moment(0),
                    body: .escalation(.verified(.init(contact: name, channel: "sms", how: "answered a test")))))
        }
        #expect(desk.verdict(0) == .go)
        desk.beat(601)
        #expect(desk.verdict(601) == .noGo)
    }

    // MARK: What people say

    @Test func anAttestationHoldsUntilItsEndAndNamesWhoGaveIt() {
        var desk = Desk([.attested("walked through")])
        #expect(desk.verdict(0) == .hold)
        desk.say(.attested(.init(station: "one", by: "ana", isGo: true, reason: "done", until: until(100))), at: 0)
        #expect(desk.verdict(1) == .go)
        #expect(desk.poll(1).stations[0].by == "ana")
        desk.beat(100)
        #expect(desk.verdict(99.9) == .go)
        #expect(desk.verdict(100) == .hold)
        #expect(desk.poll(100).stations[0].why.contains("EXPIRED"))
    }

    @Test func aPersonsNoOutlivesItsEnd() {
        var desk = Desk([.attested("walked through")])
        desk.say(.attested(.init(station: "one", by: "ana", isGo: false, reason: "not yet", until: until(10))), at: 0)
        desk.beat(20)
        #expect(desk.verdict(20) == .noGo)
    }

    @Test func aStepOfTheWallClockEndsNoWaiver() {
        var desk = Desk([.deadMan])
        desk.say(.waived(.init(station: "one", by: "ana", reason: "seen", until: until(100))), at: 0)
        var now = moment(50)
        now.utc = now.utc + .hours(5)
        desk.board.heartbeat = Heartbeat(at: now)
        #expect(ReadinessPoll(desk.board, at: now)?.verdict == .go)
        now = moment(101)
        now.utc = now.utc + .hours(-5)
        desk.board.heartbeat = Heartbeat(at: now)
        #expect(ReadinessPoll(desk.board, at: now)?.verdict == .noGo)
    }

    @Test func aWaiverLetsPassAndExpiresLoudly() {
        var desk = Desk([.deadMan])
        desk.say(.waived(.init(station: "one", by: "ana", reason: "monitor comes tomorrow", until: until(100))), at: 0)
        let station = desk.poll(1).stations[0]
        #expect(station.verdict == .go && station.found == .noGo && station.isWaived && station.by == "ana")
        #expect(station.why.contains("WAIVED"))
        desk.beat(100)
        let after = desk.poll(100).stations[0]
        #expect(after.verdict == .noGo && after.hasWaiverLapsed && after.why.contains("EXPIRED"))
        desk.say(.unwaived(.init(station: "one", by: "leo", reason: "")), at: 100)
        #expect(!desk.poll(100).stations[0].hasWaiverLapsed)
    }

    @Test func aWaiverThatIsOverAndNotMissedIsNoNews() {
        var desk = Desk([Self.query])
        desk.say(.waived(.init(station: "one", by: "ana", reason: "slow", until: until(1))), at: 0)
        desk.read("db.query", 6, at: 2)
        #expect(!desk.poll(2).stations[0].hasWaiverLapsed)
    }

    @Test func aHoldOutranksGoAndAWaiverButNotANoGo() {
        var desk = Desk([Self.query])
        desk.read("db.query", 6, at: 0)
        desk.say(.held(.init(station: "one", by: "leo", reason: "looking")), at: 0)
        #expect(desk.verdict(0) == .hold)
        #expect(desk.poll(0).stations[0].by == "leo")
        desk.read("db.query", 150, at: 1)
        #expect(desk.verdict(1) == .noGo)
        desk.say(.waived(.init(station: "one", by: "ana", reason: "seen", until: until(100))), at: 1)
        #expect(desk.verdict(1) == .hold, "a waiver ends no person's hold")
        desk.say(.released(.init(station: "one", by: "leo", reason: "")), at: 1)
        #expect(desk.verdict(1) == .go)
    }

    @Test func aHoldOfThePollHoldsThoughEveryStationIsGo() {
        var desk = Desk([Self.query])
        desk.read("db.query", 6, at: 0)
        desk.say(.held(.init(station: nil, by: "carla", reason: "wait for legal")), at: 0)
        #expect(desk.verdict(0) == .hold && desk.poll(0).goCount == 1)
        desk.say(.released(.init(station: nil, by: "carla", reason: "")), at: 0)
        #expect(desk.verdict(0) == .go)
    }

    @Test(arguments: [(ReadinessVerdict.go, Int32(0)), (.noGo, 1), (.hold, 3), (.unknown, 4)])
    func onlyGoExitsWithZero(verdict: ReadinessVerdict, code: Int32) { #expect(verdict.exitCode == code) }

    // MARK: Turns

    @Test func aVerdictIsToldOnceItHasStood() {
        var desk = Desk([Self.query])
        var turns = ReadinessTurns()
        desk.read("db.query", 6, at: 0)
        #expect(turns.take(desk.poll(0), told: desk.board.readiness, at: moment(0)).isEmpty)
        desk.beat(5)
        desk.read("db.query", 6, at: 5)
        let told = turns.take(desk.poll(5), told: desk.board.readiness, at: moment(5))
        #expect(told.count == 2)
        for event in told { desk.say(event, at: 5) }
        #expect(turns.take(desk.poll(5.5), told: desk.board.readiness, at: moment(11)).isEmpty)
        #expect(desk.poll(6).stations[0].since == moment(5))
        // What comes and goes is no news.
        desk.read("db.query", 150, at: 6)
        #expect(turns.take(desk.poll(6), told: desk.board.readiness, at: moment(6)).isEmpty)
        desk.read("db.query", 6, at: 7)
        #expect(turns.take(desk.poll(7), told: desk.board.readiness, at: moment(12)).isEmpty)
    }

    // MARK: A deploy

    @Test func aDeployAgainstThePollIsForcedByWordAndReasonAndARollbackNever() {
        let desk = Desk([Self.query])
        let planner = Planner(board: desk.board, now: moment(0))
        let card = planner.deploy("v1.5.0")
        #expect(card.readiness == nil)
        var forced = card
        forced.target = "v1.5.0"
        #expect(forced.isForced(by: "FORCE v1.5.0"))
        #expect(!forced.isForced(by: "v1.5.0") && !forced.isForced(by: "force v1.5.0"))
        #expect(planner.rollback(to: "blue").overridable.allSatisfy { !$0.contains("poll") })
        #expect(!planner.rollback(to: "blue").needsReason)
    }
}
