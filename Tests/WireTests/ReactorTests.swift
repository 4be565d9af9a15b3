import Glibc
import Testing
import Wire

@Suite struct ReactorTests {
    let reactor: Reactor
    let pinned: Pinned

    init() throws {
        reactor = try Reactor()
        pinned = Pinned(reactor)
    }

    @Test func actorsPinnedToItRunOnIt() async {
        #expect(reactor.isIsolatingCurrentContext() == false)
        await pinned.run { $0.reactor.checkIsolated() }
    }

    /// The trap: without the mention of `pinned`, this runs on the cooperative pool, and nothing but the check says so.
    @Test func operationsOfACancellationHandlerThatMentionTheirActorStayOnIt() async {
        await pinned.run { pinned in
            await withTaskCancellationHandler {
                pinned.reactor.checkIsolated()
                await withCheckedContinuation { continuation in
                    pinned.reactor.checkIsolated()
                    continuation.resume()
                }
                pinned.reactor.checkIsolated()
            } onCancel: {
            }
        }
    }

    @Test func aWaitComesBackToIt() async throws {
        try await pinned.run { pinned in
            try await pinned.reactor.sleep(for: .milliseconds(2))
            pinned.reactor.checkIsolated()
        }
    }

    @Test func waitingElsewhereIsAProgrammingError() async {
        await #expect(processExitsWith: .exitCode(3)) {
            // In place of a crash report, which takes seconds.
            signal(SIGILL) { _ in _exit(3) }
            try await Reactor().sleep(for: .milliseconds(1))
        }
    }

    @Test func sleepersOfOneToleranceWakeTogether() async throws {
        let pinned = pinned
        let start = ContinuousClock.now
        let ends = try await withThrowingTaskGroup(of: ContinuousClock.Instant.self) { group in
            for index in 0..<10 {
                group.addTask {
                    try await pinned.run { pinned in
                        try await pinned.reactor.sleep(
                            until: start + .milliseconds(index), tolerance: .seconds(1))
                        return .now
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // On one grid of a second, ten deadlines within 10 ms have one wake-up, or two.
        let rounds = ends.sorted().reduce(into: [ContinuousClock.Instant]()) { rounds, end in
            if let last = rounds.last, end - last < .milliseconds(500) { return }
            rounds.append(end)
        }
        #expect(rounds.count <= 2)
        #expect(ends.allSatisfy { $0 >= start })
    }

    @Test func aCancelledSleepEndsAtOnce() async {
        let pinned = pinned
        let task = Task { try await pinned.run { try await $0.reactor.sleep(for: .seconds(3600)) } }
        await pinned.run { _ in }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aSleepOfATaskCancelledBeforeEndsAtOnce() async {
        let pinned = pinned
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pinned.run { try await $0.reactor.sleep(for: .seconds(3600)) }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func shutdownEndsEveryWaitThenAndLater() async {
        let pinned = pinned
        let task = Task { try await pinned.run { try await $0.reactor.sleep(for: .seconds(3600)) } }
        await pinned.run { _ in }
        reactor.shutdown()
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: CancellationError.self) {
            try await pinned.run { try await $0.reactor.sleep(for: .seconds(3600)) }
        }
    }

    @Test func jobsFromManyThreadsAllRun() async {
        let pinned = pinned
        let sum = await withTaskGroup(of: Int.self) { group in
            for index in 0..<1000 { group.addTask { await pinned.run { _ in index } } }
            return await group.reduce(0, +)
        }
        #expect(sum == 499_500)
    }
}
