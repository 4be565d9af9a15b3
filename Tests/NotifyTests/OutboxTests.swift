import Foundation
import Launch
import Synchronization
import Testing

@testable import Notify

@Suite struct OutboxTests {
    let clock = ManualClock()
    let ear = Ear()

    private func outbox(_ channels: [String: any Channel], folders: [OutboxFolder] = []) -> Outbox {
        Outbox(folders: folders, channels: channels, clock: clock, note: ear.note, tell: ear.tell)
    }

    private func page(_ number: Int, severity: Severity = .warning, group: String? = nil, life: Int64 = 7200) -> Launch.Notification {
        .sample(
            page: "p-\(number)", severity: severity, group: group ?? "g-\(number)",
            expires: clock.now().utc.seconds + life)
    }

    // MARK: Sending

    @Test func aPageIsToldAsQueuedBeforeItIsSentAndThenAsSent() async {
        let sms = ScriptedChannel()
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms", escalation: EscalationID("e-1"), step: 0)
        #expect(sms.sent.isEmpty)
        _ = await outbox.pump("sms")
        #expect(sms.pages == ["p-1"])
        #expect(
            ear.events == [
                .queued(
                    .init(
                        page: PageID("p-1"), escalation: EscalationID("e-1"), channel: "sms", contact: "ana",
                        purpose: .page, step: 0)),
                .attempted(.init(page: PageID("p-1"), outcome: .sent(reference: "r-p-1"))),
            ])
    }

    @Test func theSamePageIsTakenOnce() async {
        let sms = ScriptedChannel()
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms")
        _ = await outbox.pump("sms")
        await outbox.submit(page(1), channel: "sms")
        _ = await outbox.pump("sms")
        #expect(sms.pages == ["p-1"])
        #expect(ear.events.count == 2)
    }

    @Test func aChannelThatTheConfigDoesNotHaveIsAFailureThatIsTold() async {
        let outbox = outbox([:])
        await outbox.submit(page(1), channel: "pigeon")
        #expect(ear.outcomes(of: "p-1") == [.failed(reason: "the config has no channel 'pigeon'")])
    }

    @Test func whatIsRefusedIsNotTriedAgainAndHoldsUpNobody() async {
        let sms = ScriptedChannel { $0.page.text == "p-1" ? .refused("no such number") : .taken(reference: "x") }
        let outbox = outbox(["sms": sms])
        for number in 1...2 { await outbox.submit(page(number), channel: "sms") }
        #expect(await outbox.pump("sms") == nil)
        #expect(ear.outcomes(of: "p-1") == [.failed(reason: "no such number")])
        #expect(ear.outcomes(of: "p-2") == [.sent(reference: "x")])
        #expect(sms.pages == ["p-1", "p-2"])
    }

    @Test func aProviderThatAsksForTimeGetsIt() async {
        let answers = Mutex<[ChannelAnswer]>([.later("429", after: .seconds(90)), .taken(reference: "x")])
        let sms = ScriptedChannel { _ in answers.withLock { $0.removeFirst() } }
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms")
        let start = clock.now()
        #expect(await outbox.pump("sms") == start.uptime + .seconds(90))
        #expect(ear.outcomes(of: "p-1") == [.deferred(reason: "429", until: start.utc + .seconds(90))])
        clock.advance(by: .seconds(89))
        _ = await outbox.pump("sms")
        #expect(sms.sent.count == 1)
        clock.advance(by: .seconds(1))
        _ = await outbox.pump("sms")
        #expect(ear.outcomes(of: "p-1").last == .sent(reference: "x"))
    }

    @Test func failuresAreTriedAgainAfterLongerAndLongerPauses() async throws {
        let sms = ScriptedChannel { _ in .unreachable("no route") }
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms")
        var pauses: [Double] = []
        for _ in 0..<9 {
            let next = try #require(await outbox.pump("sms"))
            let pause = next - clock.now().uptime
            pauses.append(pause.seconds)
            clock.advance(by: pause)
        }
        for (pause, base) in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
            #expect(abs(pause - Double(base)) <= Double(base) * 0.1, "\(pauses)")
        }
        #expect(sms.sent.count == 9)
    }

    // MARK: An hour without the provider

    @Test func afterAnHourUnreachableAllIsDeliveredInTheOrderOfComingOrExpiredWithAWord() async {
        let isUp = Mutex(false)
        let sms = ScriptedChannel { _ in isUp.withLock { $0 } ? .taken(reference: "x") : .unreachable("no route to host") }
        let outbox = outbox(["sms": sms])
        // One a minute; every third is worth nothing after ten minutes.
        for number in 0..<60 {
            await outbox.submit(page(number, life: number % 3 == 0 ? 600 : 7200), channel: "sms")
            let end = clock.now().uptime + .minutes(1)
            while clock.now().uptime < end {
                let next = await outbox.pump("sms") ?? end
                clock.advance(by: min(max(next - clock.now().uptime, 1), end - clock.now().uptime))
            }
        }
        let tries = sms.sent.count
        #expect(tries < 80, "one try a minute, whatever waits")
        isUp.withLock { $0 = true }
        clock.advance(by: .minutes(1))
        _ = await outbox.pump("sms")
        let delivered = Array(sms.pages.dropFirst(tries))
        let expected = (0..<60).filter { $0 % 3 != 0 || $0 > 51 }.map { "p-\($0)" }
        #expect(delivered == expected)
        #expect(ear.outcomes(of: "p-0").last == .expired(reason: "not sent in time: no route to host"))
        #expect(
            ear.outcomes(of: "p-30").last
                == .expired(reason: "not sent in time: its turn did not come: others were before it"))
        #expect(await outbox.waiting.isEmpty)
    }

    @Test(arguments: [Milliseconds.hours(1), Milliseconds.hours(1) * -1])
    func aWallClockThatIsPutForwardOrBackExpiresNothingAndKeepsNothingForLonger(step: Milliseconds) async {
        let sms = ScriptedChannel { _ in .unreachable("no route") }
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1, life: 1800), channel: "sms")
        clock.step(by: step)
        _ = await outbox.pump("sms")
        #expect(await outbox.waiting.count == 1)
        clock.advance(by: .minutes(30))
        _ = await outbox.pump("sms")
        #expect(await outbox.waiting.isEmpty)
    }

    // MARK: Order

    @Test func anUrgentPageGoesBeforeLesserOnesButNothingOvertakesItsOwnThread() async {
        let slack = ScriptedChannel()
        let outbox = outbox(["slack": slack])
        await outbox.submit(page(1), channel: "slack")
        await outbox.submit(page(2, group: "db"), channel: "slack")
        await outbox.submit(page(3, severity: .critical, group: "db"), channel: "slack")
        await outbox.submit(page(4, severity: .critical), channel: "slack")
        _ = await outbox.pump("slack")
        #expect(slack.pages == ["p-4", "p-1", "p-2", "p-3"])
    }

    @Test func onePageAtWhichTheProviderFailsAgainAndAgainLetsTheOthersGo() async {
        let hook = ScriptedChannel { $0.page.text == "p-1" ? .later("500") : .taken(reference: "x") }
        let outbox = outbox(["hook": hook])
        for number in 1...3 { await outbox.submit(page(number), channel: "hook") }
        for _ in 0..<40 {
            _ = await outbox.pump("hook")
            clock.advance(by: .seconds(1))
        }
        #expect(ear.outcomes(of: "p-2") == [.sent(reference: "x")])
        #expect(ear.outcomes(of: "p-3") == [.sent(reference: "x")])
        #expect(await outbox.waiting.map(\.notification.page.text) == ["p-1"])
    }

    @Test func aChannelThatHangsDelaysNoOther() async {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let slow = ScriptedChannel { _ in
            for await _ in gate {}
            return .taken(reference: "late")
        }
        let sms = ScriptedChannel()
        let outbox = outbox(["slow": slow, "sms": sms])
        let run = Task { await outbox.run() }
        for number in 0..<5 { await outbox.submit(page(number), channel: "slow") }
        for number in 5..<10 { await outbox.submit(page(number), channel: "sms") }
        #expect(await eventually { sms.sent.count == 5 })
        #expect(slow.sent.count == 1)
        // Asked to stop, it lets the request that is underway come to its end.
        run.cancel()
        opener.finish()
        await run.value
        #expect(ear.outcomes(of: "p-0") == [.sent(reference: "late")])
        #expect(slow.sent.count == 1)
    }

    @Test func aChannelSendsNoFasterThanItsLimit() async throws {
        let sms = ScriptedChannel(limit: RateLimit(30, per: .minutes(1), burst: 4))
        let outbox = outbox(["sms": sms])
        for number in 0..<20 { await outbox.submit(page(number), channel: "sms") }
        let next = try #require(await outbox.pump("sms"))
        #expect(sms.sent.count == 4)
        #expect(next - clock.now().uptime == .seconds(2))
        clock.advance(by: .seconds(20))
        _ = await outbox.pump("sms")
        #expect(sms.sent.count == 8, "a quiet time fills the burst and no more")
        for _ in 0..<12 {
            clock.advance(by: .seconds(2))
            _ = await outbox.pump("sms")
        }
        #expect(sms.pages == (0..<20).map { "p-\($0)" })
    }

    @Test func tenThousandAtOnceAreBoundedAndTheLeastUrgentEndWithAWord() async {
        let sms = ScriptedChannel()
        let outbox = outbox(["sms": sms])
        for number in 0..<10_000 {
            await outbox.submit(page(number, severity: number % 100 == 99 ? .critical : .warning), channel: "sms")
        }
        #expect(await outbox.waiting.count == Lane.capacity)
        let failed = ear.events.count { event in
            if case .attempted(let body) = event, case .failed = body.outcome { true } else { false }
        }
        #expect(failed == 10_000 - Lane.capacity)
        _ = await outbox.pump("sms")
        #expect(sms.sent.count == Lane.capacity)
        let urgent = (0..<10_000).filter { $0 % 100 == 99 }.map { "p-\($0)" }
        #expect(Array(sms.pages.prefix(100)) == urgent, "every critical page goes, and first")
    }

    // MARK: What became of it

    @Test func whatTheProviderTookIsAskedAboutUntilItsFateIsKnown() async {
        let fates = Mutex<[Delivery]>([.underway, .unknown, .delivered])
        let sms = ScriptedChannel(delivery: { _ in fates.withLock { $0.removeFirst() } })
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms")
        _ = await outbox.pump("sms")
        for _ in 0..<10 {
            guard let next = await outbox.ask("sms") else { break }
            clock.advance(by: next - clock.now().uptime)
        }
        #expect(ear.outcomes(of: "p-1") == [.sent(reference: "r-p-1"), .delivered])
        #expect(sms.asked == ["r-p-1", "r-p-1", "r-p-1"])
    }

    @Test func aMessageThatWasNotDeliveredIsAFailureThatIsTold() async {
        let sms = ScriptedChannel(delivery: { _ in .failed("the SMS was not delivered") })
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms")
        _ = await outbox.pump("sms")
        clock.advance(by: .seconds(5))
        #expect(await outbox.ask("sms") == nil)
        #expect(ear.outcomes(of: "p-1").last == .failed(reason: "the SMS was not delivered"))
    }

    @Test func nobodyIsAskedForEver() async {
        let sms = ScriptedChannel(delivery: { _ in .underway })
        let outbox = outbox(["sms": sms])
        await outbox.submit(page(1), channel: "sms")
        _ = await outbox.pump("sms")
        for _ in 0..<100 {
            guard let next = await outbox.ask("sms") else { break }
            clock.advance(by: next - clock.now().uptime)
        }
        #expect(await outbox.ask("sms") == nil)
        #expect(sms.asked.count < 20)
        #expect(ear.outcomes(of: "p-1") == [.sent(reference: "r-p-1")])
    }

    @Test func whatFollowsIsSaidInTheThreadOfTheFirst() async {
        let slack = ScriptedChannel(keepsThreads: true)
        let outbox = outbox(["slack": slack])
        for (number, group) in [(1, "db"), (2, "api"), (3, "db")] {
            await outbox.submit(page(number, group: group), channel: "slack")
        }
        _ = await outbox.pump("slack")
        #expect(slack.sent.map(\.thread) == [nil, nil, "r-p-1"])
    }
}
