import Launch
import Testing

@testable import Screen

@Suite struct ScreenLoopTests {
    private func moment(_ milliseconds: Int64) -> Moment {
        Moment(
            utc: Timestamp(milliseconds: 1_800_000_000_000 + milliseconds), uptime: Milliseconds(milliseconds),
            boot: BootID(rawValue: 1))
    }

    /// An engine may commit what says nothing new just as a second begins, second after second, and wake the loop before it would wake
    /// by itself.
    @Test("a screen that is woken at each full second is drawn at each, whatever woke it")
    func clockGoesOn() {
        var (shownAt, drawn) = (moment(5), 0)
        for second in Int64(1)...10 where ScreenLoop.hasPassedSecond(since: shownAt, at: moment(second * 1000 + 2)) {
            shownAt = moment(second * 1000 + 2)
            drawn += 1
        }
        #expect(drawn == 10)
    }

    @Test("within a second nothing is drawn for its own sake, nor before the first board")
    func notTwice() {
        #expect(!ScreenLoop.hasPassedSecond(since: moment(5), at: moment(999)))
        #expect(!ScreenLoop.hasPassedSecond(since: nil, at: moment(999)))
        #expect(ScreenLoop.hasPassedSecond(since: moment(5), at: moment(-1)), "a clock that was set back shows it")
    }
}
