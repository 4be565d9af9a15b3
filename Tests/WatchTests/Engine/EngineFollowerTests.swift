import Foundation
import Journal
import Launch
import Testing
import Watch

@Suite("What the engine hears from its journal", .timeLimit(.minutes(1)))
struct EngineFollowerTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("follower-\(UUID().uuidString)")
    private var journal: String { folder.appendingPathComponent("launch.journal").path }

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func presence(_ name: String) -> Event.Body {
        .presence(of: name)
    }

    private func names(_ events: [Event]) -> [String] {
        events.compactMap { if case .presence(.opened(let body)) = $0.body { body.by.name } else { nil } }
    }

    @Test func onlyWhatComesAfterTheGivenEventIsTold() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        let clock = ManualClock()
        try writer.append([presence("ana"), presence("bruno")], at: clock.now())
        let follower = EngineFollower(path: journal, after: 1)
        var heard = follower.events().makeAsyncIterator()
        #expect(follower.start())
        defer { follower.stop() }
        #expect(names(await heard.next() ?? []) == ["bruno"])
        try writer.append([presence("carla")], at: clock.now())
        let next = try #require(await heard.next())
        #expect(names(next) == ["carla"])
        #expect(next.map(\.sequence) == [3])
    }

    @Test func everyListenerHearsEverything() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        let follower = EngineFollower(path: journal, after: 0)
        var first = follower.events().makeAsyncIterator()
        var second = follower.events().makeAsyncIterator()
        follower.start()
        try writer.append([presence("ana")], at: ManualClock().now())
        #expect(names(await first.next() ?? []) == ["ana"])
        #expect(names(await second.next() ?? []) == ["ana"])
        follower.stop()
        #expect(await first.next() == nil)
    }

    @Test func aJournalThatTookItsPlaceIsReadFromItsBeginning() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ManualClock()
        do {
            let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
            try writer.append([presence("ana"), presence("bruno")], at: clock.now())
        }
        let follower = EngineFollower(path: journal, after: 0)
        var heard = follower.events().makeAsyncIterator()
        follower.start()
        defer { follower.stop() }
        #expect(names(await heard.next() ?? []) == ["ana", "bruno"])
        for end in ["", "-wal", "-shm"] {
            try? FileManager.default.moveItem(atPath: journal + end, toPath: journal + ".old" + end)
        }
        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        clock.advance(1000)
        try writer.append([presence("carla")], at: clock.now())
        #expect(names(await heard.next() ?? []) == ["carla"])
    }

    @Test func whatTheJournalCannotTakeIsHeardFromTheSpoolOnce() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try JournalWriter(path: journal, origin: "bastion-1", role: .action)
        let clock = ManualClock()
        try Spool(of: journal).keep([Event(origin: "bastion-1", at: clock.now(), body: presence("ana"))])
        let follower = EngineFollower(path: journal, after: 0)
        var heard = follower.events().makeAsyncIterator()
        follower.start()
        defer { follower.stop() }
        #expect(names(await heard.next() ?? []) == ["ana"])
        clock.advance(1000)
        try writer.append([presence("bruno")], at: clock.now())
        #expect(names(await heard.next() ?? []) == ["bruno"])
        // A file that the follower reads at this very moment is left for the next time, as the engine leaves it.
        var drained = 0
        let limit = ContinuousClock.now + .seconds(10)
        while drained == 0, ContinuousClock.now < limit {
            drained = try Spool(of: journal).drain { events throws(JournalError) in try writer.append(events) }
            if drained == 0 { await Task.yield() }
        }
        #expect(drained == 1)
        #expect(names(await heard.next() ?? []) == ["ana"])
    }
}
