import Foundation
import Settings
import Testing

struct KnownGoodTests {
    private let state = FileManager.default.temporaryDirectory.appendingPathComponent("known-\(UUID().uuidString)").path

    @Test func whatWasKeptIsThereAndEachConfigHasItsOwn() throws {
        KnownGood(of: "/etc/guardia/a.yaml", state: state).keep(Array("a: 1".utf8))
        KnownGood(of: "/etc/guardia/b.yaml", state: state).keep(Array("b: 2".utf8))
        #expect(KnownGood(of: "/etc/guardia/a.yaml", state: state).kept?.bytes == Array("a: 1".utf8))
        KnownGood(of: "/etc/guardia/a.yaml", state: state).keep(Array("a: 3".utf8))
        #expect(KnownGood(of: "/etc/guardia/a.yaml", state: state).kept?.bytes == Array("a: 3".utf8))
        #expect(KnownGood(of: "/etc/guardia/b.yaml", state: state).kept?.bytes == Array("b: 2".utf8))
        try FileManager.default.removeItem(atPath: state)
    }

    @Test func nothingKeptIsNothing() { #expect(KnownGood(of: "/etc/guardia/a.yaml", state: state).kept == nil) }

    @Test func aFolderThatCannotBeMadeStopsNobody() {
        let good = KnownGood(of: "/etc/guardia/a.yaml", state: "/dev/null/nowhere")
        good.keep([1])
        #expect(good.kept == nil)
    }

    @Test func theCopyOfARehearsalIsKeptInItsFolderAndGoesWithIt() throws {
        let folder = "/tmp/guardia-\(UUID().uuidString.filter(\.isLetter).prefix(3))kgT"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = KnownGood(of: "\(folder)/launch.yaml")
        good.keep([1], journal: "\(folder)/journal.sqlite")
        #expect(good.kept?.bytes == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["known-good"])
    }

    @Test func theConfigOfARehearsalIsNoGoodOneOfTheRealLaunch() throws {
        let good = KnownGood(of: "/etc/guardia/launch.yaml", state: state)
        defer { try? FileManager.default.removeItem(atPath: state) }
        good.keep([1], journal: "/tmp/guardia-Ab3xYz/journal.sqlite")
        #expect(good.kept == nil)
        #expect(!good.serves(journal: "/tmp/guardia-Ab3xYz/journal.sqlite"))
        #expect(good.serves(journal: "/var/lib/guardia/guardia.journal"))
        #expect(good.serves(journal: "/tmp/guardia-tests/journal"))
    }

    @Test func whatNobodyNeedsIsRemovedWithTheNextThatIsKept() throws {
        let folder = "\(state)/known-good"
        defer { try? FileManager.default.removeItem(atPath: state) }
        KnownGood(of: "/etc/a.yaml", state: state).keep(Array("a: 1".utf8))
        KnownGood(of: "/nowhere/b.yaml", state: state).keep(Array("b: 1".utf8))
        KnownGood(of: "/nowhere/c.yaml", state: state).keep(Array("c: 1".utf8))
        // One of a rehearsal, as older versions kept it, and two old ones: of a folder that is there, and of one that is gone.
        try Data("journal: {path: \"/tmp/guardia-Gone12/journal.sqlite\"}".utf8).write(
            to: URL(fileURLWithPath: "\(folder)/1.yaml"))
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -31 * 86_400)]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".yaml") {
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            guard !text.contains("c: 1") else { continue }
            try FileManager.default.setAttributes(old, ofItemAtPath: "\(folder)/\(name)")
        }
        KnownGood(of: "/etc/d.yaml", state: state).keep(Array("d: 1".utf8))
        #expect(KnownGood(of: "/etc/a.yaml", state: state).kept != nil)
        #expect(KnownGood(of: "/nowhere/b.yaml", state: state).kept == nil)
        #expect(KnownGood(of: "/nowhere/c.yaml", state: state).kept != nil)
        // Three copies, each with its origin.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 6)
    }
}
