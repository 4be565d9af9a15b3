import Launch
import Testing

struct VerdictLedgerTests {
    private let latency = series("api.p95", thresholds: Thresholds(warning: .above(150), critical: .above(200)))

    @Test("a first ok is no news, a first critical is")
    func firstVerdict() {
        var ledger = VerdictLedger(series: [latency], now: moment(0))
        #expect(ledger.judge(Reading("api.p95", .number(90)), at: moment(1)) == nil)
        var other = VerdictLedger(series: [latency], now: moment(0))
        let change = other.judge(Reading("api.p95", .number(250)), at: moment(1))
        #expect(change?.from == .unknown)
        #expect(change?.to == .critical)
        #expect(change?.bound == .above(200))
    }

    @Test("only a change is told")
    func onlyChanges() {
        var ledger = VerdictLedger(series: [latency], now: moment(0))
        _ = ledger.judge(Reading("api.p95", .number(250)), at: moment(1))
        #expect(ledger.judge(Reading("api.p95", .number(260)), at: moment(2)) == nil)
        #expect(ledger.judge(Reading("api.p95", .number(160)), at: moment(3))?.to == .warning)
    }

    @Test("a rate over too few events is not judged: what was wrong is unknown, what was well is no news")
    func tooFew() {
        var ledger = VerdictLedger(series: [latency], now: moment(0))
        #expect(ledger.judge(Reading("api.p95", .tooFew(7)), at: moment(1)) == nil)
        _ = ledger.judge(Reading("api.p95", .number(250)), at: moment(2))
        let change = ledger.judge(Reading("api.p95", .tooFew(3)), at: moment(3))
        #expect(change?.from == .critical)
        #expect(change?.to == .unknown)
        #expect(change?.reason == "too few (3)")
        #expect(ledger.judge(Reading("api.p95", .tooFew(2)), at: moment(4)) == nil)
        #expect(ledger.judge(Reading("api.p95", .number(90)), at: moment(5))?.to == .ok)
    }

    @Test("silence turns a verdict unknown once, with the reason of the last miss")
    func silence() {
        var ledger = VerdictLedger(series: [latency], now: moment(0))
        _ = ledger.judge(Reading("api.p95", .number(90)), at: moment(1))
        _ = ledger.judge(Reading("api.p95", .missed("no answer within 1 s")), at: moment(2))
        #expect(ledger.age(to: moment(6)) == [])
        let changes = ledger.age(to: moment(7))
        #expect(changes.map(\.to) == [.unknown])
        #expect(changes.first?.reason == "no answer within 1 s")
        #expect(ledger.age(to: moment(8)) == [])
    }

    @Test("a change that its number does not explain brings the reason of the reading, and the way back none")
    func reasonOfReading() {
        let up = series("api.up", thresholds: Thresholds(critical: .below(1)))
        var ledger = VerdictLedger(series: [up], now: moment(0))
        let down = ledger.judge(Reading("api.up", .number(0), because: "status 500"), at: moment(1))
        #expect(down?.to == .critical && down?.value == 0 && down?.reason == "status 500")
        let back = ledger.judge(Reading("api.up", .number(1)), at: moment(2))
        #expect(back?.to == .ok && back?.reason == nil)
    }

    @Test("what is normally absent is no news when it goes, what only some have when it never came")
    func absence() {
        func changes(_ absence: Series.Absence, read: Bool) -> [Verdict] {
            var latency = latency
            latency.absence = absence
            var ledger = VerdictLedger(series: [latency], now: moment(0))
            if read { _ = ledger.judge(Reading("api.p95", .number(90)), at: moment(1)) }
            return ledger.age(to: moment(60)).map(\.to)
        }
        #expect(changes(.alarming, read: false) == [.unknown])
        #expect(changes(.alarmingOnceSeen, read: false) == [])
        #expect(changes(.alarmingOnceSeen, read: true) == [.unknown])
        #expect(changes(.normal, read: true) == [])
    }

    @Test("an alert of a series that comes and goes does not stand for ever")
    func absenceEndsAlert() {
        var latency = latency
        latency.absence = .normal
        var ledger = VerdictLedger(series: [latency], now: moment(0))
        _ = ledger.judge(Reading("api.p95", .number(250)), at: moment(1))
        #expect(ledger.age(to: moment(60)).map(\.to) == [.unknown])
    }

    @Test("a restart repeats nothing that stands and forgets nothing that stood")
    func restart() {
        var ledger = VerdictLedger(series: [latency], standing: ["api.p95": .critical], now: moment(0))
        #expect(ledger.judge(Reading("api.p95", .number(250)), at: moment(1)) == nil)
        let change = ledger.judge(Reading("api.p95", .number(90)), at: moment(2))
        #expect(change?.from == .critical)
        #expect(change?.to == .ok)
    }

    @Test("a series without bounds is not judged")
    func unjudged() {
        var ledger = VerdictLedger(series: [series("api.size")], now: moment(0))
        #expect(ledger.judge(Reading("api.size", .number(1e9)), at: moment(1)) == nil)
        #expect(ledger.age(to: moment(100)) == [])
    }
}

struct ClockGuardTests {
    private func clockGuard() -> ClockGuard {
        ClockGuard(
            dependents: ["cert.expires"],
            witnesses: [series("clock.offset"), series("clock.synchronised", unit: .verdict)])
    }

    @Test("what depends on a wrong clock is a miss that says why, until the clock is right again")
    func wrongClock() {
        var clock = clockGuard()
        let certificate = Reading("cert.expires", .number(61))
        #expect(clock.filter([certificate]) == [certificate])
        let off = Reading("clock.offset", .number(-600_000))
        #expect(
            clock.filter([off, certificate])
                == [off, Reading("cert.expires", .missed("this machine's clock is off by 600 s"))])
        #expect(clock.filter([Reading("clock.offset", .number(20)), certificate]).last == certificate)
    }

    @Test("an unsynchronised kernel clock is an objection")
    func unsynchronised() {
        var clock = clockGuard()
        _ = clock.filter([Reading("clock.synchronised", .number(2))])
        #expect(clock.objection == "this machine's clock is not synchronised")
    }
}
