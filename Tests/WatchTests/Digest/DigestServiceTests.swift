import Foundation
import Journal
import Launch
import Testing

@testable import Watch

/// A digest between a journal of its own and a sink, with a clock in one hand.
private final class DigestLab: Sendable {
    let folder: String
    let clock = ManualClock()
    let recorder: JournalRecorder
    let sink = RecordingSink()
    let launch: LaunchConfiguration

    init() async throws {
        folder = NSTemporaryDirectory() + "guardia-digest-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var launch = LaunchConfiguration(
            product: Product(name: "BarberPro"), zoneName: "UTC", zoneAbbreviation: "UTC", figures: .english,
            environment: "test",
            launch: LaunchPlan(), journal: JournalPlan(path: "\(folder)/journal"), probes: [], derivations: [],
            series: [],
            panes: Panes())
        // 2026-03-12 10:00 ART is when the clock begins.
        launch.digests = [DigestPlan(name: "business", channel: "mail", to: ["a@b.ar", "c@b.ar"], minutes: [660])]
        self.launch = launch
        recorder = try await JournalRecorder.open(path: "\(folder)/journal", origin: "t")
        await recorder.record(
            Manifest(
                product: Product(name: "BarberPro"), zone: PagingLab.zone, environment: "test", series: [],
                panes: Panes()),
            at: clock.now())
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func service() -> DigestService {
        DigestService(
            launch, journal: "\(folder)/journal", zone: PagingLab.zone, recorder: recorder, sink: sink, clock: clock,
            note: { _ in })
    }

    /// As the outbox would.
    func queue(_ page: PageID) async {
        await recorder.append(
            [
                .escalation(
                    .queued(
                        .init(page: page, escalation: nil, channel: "mail", contact: nil, purpose: .digest, step: nil)))
            ],
            at: clock.now())
    }
}

struct DigestServiceTests {
    @Test func itGoesOnceToEachWhenItsTimeHasComeAndARestartSendsItNotAgain() async throws {
        let lab = try await DigestLab()
        let service = lab.service()
        await service.turn()
        #expect(await lab.sink.sent.isEmpty)
        lab.clock.advance(.hours(1))
        for _ in 0..<3 { await service.turn() }
        let sent = await lab.sink.sent
        #expect(sent.map(\.notification.address) == ["a@b.ar", "c@b.ar"] && sent.allSatisfy { $0.channel == "mail" })
        let first = try #require(sent.first?.notification)
        #expect(
            first.purpose == .digest && first.html?.hasPrefix("<!DOCTYPE html>") == true && first.text?.isEmpty == false
        )
        #expect(Set(sent.map(\.notification.page)).count == 2)
        #expect(!first.page.text.contains("@"), "addresses never go into the journal")
        let next = lab.service()
        lab.clock.advance(.minutes(1))
        for _ in 0..<3 { await next.turn() }
        #expect(await lab.sink.sent.count == 2)
        await lab.recorder.close(at: lab.clock.now())
    }

    /// Killed after the outbox had one of two and before it could say so.
    @Test func killedInTheMiddleTheOtherGoesAfterTheRestart() async throws {
        let lab = try await DigestLab()
        await lab.service().turn()
        lab.clock.advance(.hours(1))
        let plan = lab.launch.digests[0]
        let due = lab.clock.now().utc
        await lab.queue(plan.page(due: due, to: "a@b.ar"))
        lab.clock.advance(.minutes(10))
        let next = lab.service()
        await next.turn()
        #expect(await lab.sink.sent.isEmpty, "it waits until there are figures again")
        lab.clock.advance(.seconds(31))
        await next.turn()
        let sent = await lab.sink.sent
        #expect(sent.map(\.notification.address) == ["c@b.ar"])
        #expect(sent.first?.notification.text?.contains("10 min") == true, "it says how late it is")
        await lab.recorder.close(at: lab.clock.now())
    }

    @Test func aDigestThatIsNewInTheConfigTellsNothingOfThisMorning() async throws {
        let lab = try await DigestLab()
        lab.clock.advance(.hours(5))
        let service = lab.service()
        for _ in 0..<3 {
            await service.turn()
            lab.clock.advance(.minutes(1))
        }
        #expect(await lab.sink.sent.isEmpty)
        await lab.recorder.close(at: lab.clock.now())
    }
}
