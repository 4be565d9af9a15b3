import Launch
import Testing

struct PollScheduleTests {
    @Test("looks fall on the grid of the interval, shifted by the phase")
    func grid() {
        var schedule = PollSchedule(interval: 1000, phase: 130, now: 5000)
        #expect(schedule.due == 5130)
        #expect(schedule.finished(ok: true, at: 5200).missed == 0)
        #expect(schedule.due == 6130)
    }

    @Test("a look that overruns its slots has missed them and does not catch up")
    func overrun() {
        var schedule = PollSchedule(interval: 1000, now: 0)
        #expect(schedule.due == 0)
        #expect(schedule.finished(ok: true, at: 3500).missed == 3)
        #expect(schedule.due == 4000)
    }

    @Test("a failing target is left alone longer and longer, never past one more interval")
    func backOff() {
        var schedule = PollSchedule(
            interval: 1000, retry: Probe.Retry(attempts: 0, backoff: 400, backoffLimit: .seconds(60)), now: 0)
        var gaps: [Int64] = []
        for _ in 0..<6 {
            let looked = schedule.due
            _ = schedule.finished(ok: false, at: looked)
            gaps.append((schedule.due - looked).count)
        }
        #expect(gaps == [1000, 1000, 1000, 2000, 2000, 2000])
        _ = schedule.finished(ok: true, at: schedule.due)
        #expect(schedule.failures == 0)
    }

    @Test("the pause within a look doubles up to its limit and never overflows")
    func attempts() {
        let schedule = PollSchedule(
            interval: 1000, retry: Probe.Retry(attempts: 9, backoff: 100, backoffLimit: 500), now: 0)
        #expect([1, 2, 3, 4, 90].map { schedule.pause(beforeAttempt: $0) } == [100, 200, 400, 500, 500])
    }

    @Test("phases lie in their window and do not change from start to start")
    func phases() {
        let phases = (0..<200).map { PollSchedule.phase(of: "probe-\($0)", within: 200) }
        #expect(phases.allSatisfy { $0 >= 0 && $0 < 200 })
        #expect(Set(phases).count > 100)
        #expect(PollSchedule.phase(of: "api", within: 200) == PollSchedule.phase(of: "api", within: 200))
    }
}
