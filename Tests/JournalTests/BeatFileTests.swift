import Foundation
import Launch
import Testing

@testable import Journal

@Suite("The heartbeat")
struct BeatFileTests {
    @Test(
        "comes back as it was written",
        arguments: [nil, "", "disk full", "ñandú 🧉", String(repeating: "ñ", count: 5000)] as [String?])
    func roundTrip(text: String?) throws {
        let folder = try Folder()
        let files = JournalFiles(path: folder.journal)
        let writer = try BeatFile.Writer(files)
        #expect(BeatFile.read(files) == nil)
        try writer.write(Heartbeat(at: .at(3), notRecording: "an older and longer text than the next"))
        try writer.write(Heartbeat(at: .at(4), notRecording: text))
        let beat = try #require(BeatFile.read(files))
        #expect(beat.at == .at(4))
        #expect(beat.notRecording == text?.cut(toBytes: BeatFile.textLimit))
        let attributes = try FileManager.default.attributesOfItem(atPath: files.beat)
        #expect(attributes[.size] as? Int == CommitBell.fileSize)
    }

    @Test("half an old and half a new block is no beat")
    func torn() {
        let old = BeatFile.encode(Heartbeat(at: .at(1), notRecording: "disk full"))
        let new = BeatFile.encode(Heartbeat(at: .at(2)))
        for cut in 1..<BeatFile.size where old[..<cut] != new[..<cut] && old[cut...] != new[cut...] {
            #expect(BeatFile.decode(Array(old[..<cut] + new[cut...])) == nil)
        }
    }

    @Test("any bytes are no beat, and no trap")
    func fuzz() {
        var random = Seeded(5)
        let beat = BeatFile.encode(Heartbeat(at: .at(1), notRecording: "disk full"))
        for _ in 0..<2000 {
            var block = beat
            block[.random(in: 0..<block.count, using: &random)] ^= .random(in: 1...255, using: &random)
            #expect(BeatFile.decode(block) == nil)
            #expect(BeatFile.decode(Array(beat.prefix(.random(in: 0..<256, using: &random)))) == nil)
        }
    }
}
