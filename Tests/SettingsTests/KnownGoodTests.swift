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
}
