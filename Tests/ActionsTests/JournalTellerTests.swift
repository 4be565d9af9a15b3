import Actions
import Foundation
import Journal
import Launch
import Testing

struct JournalTellerTests {
    /// The journal's disk takes nothing for a while: here by a folder in its place.
    @Test func whatWasToldWhileNothingCouldBeJournaledComesBeforeWhatIsToldAfterIt() async throws {
        let journal = FileManager.default.temporaryDirectory.appendingPathComponent("told-\(UUID().uuidString)").path
        defer {
            for end in ["", "-wal", "-shm", ".spool", ".beat"] {
                try? FileManager.default.removeItem(atPath: journal + end)
            }
        }
        try FileManager.default.createDirectory(atPath: journal, withIntermediateDirectories: false)
        let teller = JournalTeller(journal: journal, origin: "bastion", clock: SystemClock())
        defer { teller.close() }
        await teller.tell(.engineStopped(.init(reason: "one")))
        await teller.settle(within: .seconds(30))
        #expect(teller.trouble?.hasSuffix("it waits in the spool") == true)

        try FileManager.default.removeItem(atPath: journal)
        _ = try JournalWriter(path: journal, origin: "bastion")
        await teller.tell(.engineStopped(.init(reason: "two")))
        await teller.settle(within: .seconds(30))
        #expect(teller.trouble == nil)
        let reasons = try JournalReader(path: journal).events(from: 1, limit: 10).compactMap { event in
            if case .engineStopped(let stop) = event.body { stop.reason } else { nil }
        }
        #expect(reasons == ["one", "two"])
        #expect(Spool(of: journal).waiting().isEmpty)
    }
}
