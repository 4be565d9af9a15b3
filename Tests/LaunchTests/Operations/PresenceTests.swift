import Launch
import Testing

@Suite struct PresenceTests {
    private let ana = Operator(name: "ana", uid: 1000, host: "b")

    private func opened(_ session: String, at seconds: Double, boot: UInt64 = 1) -> PresenceLog {
        var log = PresenceLog()
        log.take(.opened(.init(session: session, by: ana, terminal: "pts/3")), at: moment(seconds, boot: boot))
        return log
    }

    @Test func whoLeavesIsGoneAtOnce() {
        var log = opened("a", at: 0)
        #expect(log.open(at: moment(5)).map(\.by.name) == ["ana"])
        log.take(.closed(.init(session: "a", why: .left, keyAt: moment(4))), at: moment(6))
        #expect(log.open(at: moment(7)).isEmpty)
        #expect(log.lastLook(of: "ana", at: moment(60)) == moment(6).utc)
    }

    @Test func whoseCompanionWasKilledTooIsNotPresentForEver() {
        let log = opened("a", at: 0)
        #expect(log.open(at: moment(24 * 60)).count == 1)
        #expect(log.open(at: moment(26 * 60)).isEmpty)
        #expect(log.lastLook(of: "ana", at: moment(26 * 60)) == moment(0).utc)
    }

    @Test func anOpenDashboardWithoutAKeyIsIdleAndNotWatched() {
        var log = opened("a", at: 0)
        for beat in 1...4 {
            log.take(.seen(.init(session: "a", keyAt: moment(0))), at: moment(Double(beat) * 600))
        }
        let session = log.sessions[0]
        #expect(log.standing(of: session, at: moment(41 * 60)) == .idle)
        log.take(.seen(.init(session: "a", keyAt: moment(42 * 60))), at: moment(42 * 60))
        #expect(log.standing(of: log.sessions[0], at: moment(43 * 60)) == .watching)
    }

    @Test func whatOneLooksAtNowIsNoEarlierLook() {
        var log = opened("a", at: 0)
        #expect(log.lastLook(of: "ana", at: moment(5)) == nil)
        log.take(.closed(.init(session: "a", why: .died, keyAt: moment(3))), at: moment(10))
        log.take(.opened(.init(session: "b", by: ana)), at: moment(100))
        #expect(log.lastLook(of: "ana", at: moment(200)) == moment(10).utc)
        #expect(log.lastLook(of: "bruno", at: moment(200)) == nil)
    }

    @Test func aCompanionBeatsAndTellsAtOnceOfAReturn() {
        var course = PresenceCourse(opened: moment(0))
        #expect(course.wait(at: moment(60)) == .minutes(9))
        #expect(course.look(at: moment(30), hasKey: true) == false)
        #expect(course.look(at: moment(600), hasKey: false) == true)
        #expect(course.keyAt == moment(30))
        #expect(course.look(at: moment(900), hasKey: true) == true)
        #expect(course.look(at: moment(910), hasKey: true) == false)
    }
}
