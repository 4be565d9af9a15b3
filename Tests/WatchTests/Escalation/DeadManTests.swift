import Foundation
import Journal
import Launch
import Synchronization
import Testing

@testable import Watch

/// A dead man's switch between a journal of its own and two ears: systemd's and a monitor's.
private final class SwitchLab: Sendable {
    let folder: String
    let clock = ManualClock(utc: SystemClock().now().utc.seconds)
    let recorder: JournalRecorder
    let published = Published()
    let pings = Mutex(0)
    let failure = Mutex<String?>(nil)
    let turn = Mutex<Moment?>(nil)
    let socket: FakeNotifySocket

    init() async throws {
        folder = NSTemporaryDirectory() + "guardia-deadman-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        recorder = try await JournalRecorder.open(path: "\(folder)/journal", origin: "t")
        socket = try FakeNotifySocket(path: "\(folder)/notify")
        let manifest = Manifest(
            product: Product(name: "p"), zone: .utc, environment: "test", series: [Canary.series], panes: Panes())
        await recorder.record(manifest, at: clock.now())
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var journal: String { "\(folder)/journal" }

    func make() throws -> DeadMan {
        let path = socket.path
        return DeadMan(
            [DeadManPlan(name: "hc", url: .plain("http://127.0.0.1/"), every: .seconds(30))],
            canary: JournalCanary(journal: journal),
            socket: try #require(NotifySocket(environment: { $0 == "NOTIFY_SOCKET" ? path : nil })), clock: clock,
            publish: { [published] in published.take($0, at: $1) },
            turns: { [self] in ["the rules": turn.withLock { $0 }] },
            ping: { [self] _ in
                pings.withLock { $0 += 1 }
                return failure.withLock { $0 }
            }, note: { _ in })
    }

    /// What the collector does with the canary: writes it.
    func record() async {
        for (readings, moment) in published.all.suffix(2) {
            await recorder.record(Tick(at: moment, readings: readings.filter { $0.series == Canary.series.id }))
        }
    }

    /// The engine works: the canary is written, rules come round, time passes.
    func live(_ deadMan: DeadMan, _ seconds: Int64 = 2) async {
        turn.withLock { $0 = clock.now() }
        await deadMan.turn()
        await record()
        clock.advance(.seconds(seconds))
        await deadMan.settle()
    }
}

/// systemd's end: a datagram socket.
final class FakeNotifySocket: Sendable {
    let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit { close(descriptor) }

    /// What came since the last call.
    func received() -> [String] {
        var all: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return all }
            all.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}

struct DeadManTests {
    @Test func aSignIsGivenOnlyAfterTheCanaryCameOutOfTheJournal() async throws {
        let lab = try await SwitchLab()
        let deadMan = try lab.make()
        await lab.live(deadMan)
        #expect(lab.pings.withLock { $0 } == 0)
        await lab.live(deadMan)
        #expect(lab.pings.withLock { $0 } == 1)
    }

    @Test func systemdIsToldOnceTheRulesComeRound() async throws {
        let lab = try await SwitchLab()
        let deadMan = try lab.make()
        await deadMan.turn()
        #expect(lab.socket.received() == ["STATUS=the rules has not come round yet"])
        await lab.live(deadMan)
        let said = lab.socket.received()
        #expect(said.map { $0.prefix(10) } == ["READY=1\nST", "WATCHDOG=1"])
    }

    @Test func aMonitorIsPingedAtItsIntervalAndSystemdEachTurn() async throws {
        let lab = try await SwitchLab()
        let deadMan = try lab.make()
        for _ in 0..<16 {
            await lab.live(deadMan)
            #expect(lab.socket.received().count { $0.hasPrefix("WATCHDOG=1") } == 1)
        }
        // 30 seconds since the first.
        #expect(lab.pings.withLock { $0 } == 1)
        await lab.live(deadMan)
        #expect(lab.pings.withLock { $0 } == 2)
    }

    @Test func aJournalThatTakesNothingSilencesItAndIsNoReasonToStartAgain() async throws {
        let lab = try await SwitchLab()
        let deadMan = try lab.make()
        for _ in 0..<3 { await lab.live(deadMan) }
        _ = lab.socket.received()
        let before = lab.pings.withLock { $0 }
        var watchdogs = 0
        // The disk is full: readings are taken, and none is written. Two minutes of it.
        for _ in 0..<60 {
            lab.turn.withLock { $0 = lab.clock.now() }
            await deadMan.turn()
            lab.clock.advance(.seconds(2))
            await deadMan.settle()
            watchdogs += lab.socket.received().count { $0.hasPrefix("WATCHDOG") }
        }
        // What was proved before is good for 30 seconds, and no longer. Paging goes on: systemd lets it live.
        #expect(lab.pings.withLock { $0 } - before <= 1)
        #expect(watchdogs == 60)
    }

    @Test func rulesThatDoNotComeRoundSilenceIt() async throws {
        let lab = try await SwitchLab()
        let deadMan = try lab.make()
        for _ in 0..<3 { await lab.live(deadMan) }
        lab.clock.advance(.seconds(60))
        _ = lab.socket.received()
        for _ in 0..<5 {
            await deadMan.turn()
            await lab.record()
            lab.clock.advance(.seconds(2))
        }
        #expect(lab.socket.received().allSatisfy { !$0.hasPrefix("WATCHDOG") })
    }

    @Test func aCanaryOfTheEngineBeforeProvesNothing() async throws {
        let lab = try await SwitchLab()
        let first = try lab.make()
        for _ in 0..<3 { await lab.live(first) }
        let before = lab.pings.withLock { $0 }
        let second = try lab.make()
        await lab.live(second)
        #expect(lab.pings.withLock { $0 } == before)
        await lab.live(second)
        #expect(lab.pings.withLock { $0 } == before + 1)
    }

    @Test func aMonitorThatDoesNotTakeItIsTriedAgainSoonAndShown() async throws {
        let lab = try await SwitchLab()
        let deadMan = try lab.make()
        lab.failure.withLock { $0 = "it answered 500" }
        for _ in 0..<2 { await lab.live(deadMan) }
        #expect(lab.pings.withLock { $0 } == 1)
        for _ in 0..<5 { await lab.live(deadMan) }
        #expect(lab.pings.withLock { $0 } == 2)
        #expect(lab.published.measurements["guardia.dead_man.hc"].reason != nil)
        lab.failure.withLock { $0 = nil }
        for _ in 0..<6 { await lab.live(deadMan) }
        #expect(lab.published.measurements["guardia.dead_man.hc"].number != nil)
    }

    @Test func whereNobodyListensNothingIsSent() {
        #expect(NotifySocket(environment: { _ in nil }) == nil)
        #expect(NotifySocket(environment: { $0 == "NOTIFY_SOCKET" ? "relative" : nil }) == nil)
        let gone = NotifySocket(environment: { $0 == "NOTIFY_SOCKET" ? "/nonexistent/socket" : nil })
        #expect(gone?.send("READY=1") == false)
        let watched = NotifySocket(environment: { ["NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "60000000"][$0] })
        #expect(watched?.watchdog == .seconds(60))
    }
}
