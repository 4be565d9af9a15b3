import Console
import Testing

@Suite struct ChangesTests {
    init() { _ = charset }

    private func changes(_ old: Frame?, _ new: Frame) -> [String] {
        var runs: [String] = []
        new.forEachChange(from: old) { runs.append("\($0):\($1.lowerBound)-\($1.upperBound)") }
        return runs
    }

    @Test func equalFramesHaveNoChange() {
        let frame = Frame.drawn(9, 2) { $0.put("e\u{301}漢x", at: .zero, .text) }
        #expect(changes(frame, frame).isEmpty)
    }

    @Test func theFirstFrameAndAResizedOneAreWhollyNew() {
        let frame = Frame(size: Size(width: 3, height: 2))
        #expect(changes(nil, frame) == ["0:0-3", "1:0-3"])
        #expect(changes(Frame(size: Size(width: 2, height: 2)), frame) == ["0:0-3", "1:0-3"])
        #expect(changes(nil, Frame(size: .zero)).isEmpty)
    }

    @Test func aRunCoversWhatChangedAndNoMore() {
        let old = Frame.drawn(9, 1) { $0.put("12 ms 34", at: .zero, .text) }
        let new = Frame.drawn(9, 1) { $0.put("15 ms 44", at: .zero, .text) }
        #expect(changes(old, new) == ["0:1-2", "0:6-7"])
    }

    @Test func aChangeOfStyleAloneIsAChange() {
        let old = Frame.drawn(3, 1) { $0.put("abc", at: .zero, .text) }
        let new = Frame.drawn(3, 1) {
            $0.put("abc", at: .zero, .text); $0.put("b", at: Point(1, 0), .ok)
        }
        #expect(changes(old, new) == ["0:1-2"])
    }

    @Test("a run holds wide characters whole")
    func wide() {
        let old = Frame.drawn(6, 1) { $0.put("漢字", at: .zero, .text) }
        let other = Frame.drawn(6, 1) { $0.put("漢語", at: .zero, .text) }
        let narrow = Frame.drawn(6, 1) { $0.put("漢ab", at: .zero, .text) }
        #expect(changes(old, other) == ["0:2-4"])
        #expect(changes(old, narrow) == ["0:2-4"])
        #expect(changes(narrow, old) == ["0:2-4"])
    }

    @Test("clusters are compared by what they show, not by where their frame keeps them")
    func clusters() {
        let old = Frame.drawn(4, 1) { $0.put("e\u{301}o\u{308}", at: .zero, .text) }
        let same = Frame.drawn(4, 1) {
            $0.put("o\u{308}", at: Point(1, 0), .text)
            $0.put("e\u{301}", at: Point(0, 0), .text, width: 1)
        }
        let other = Frame.drawn(4, 1) { $0.put("e\u{300}o\u{308}", at: .zero, .text) }
        #expect(changes(old, same).isEmpty)
        #expect(changes(old, other) == ["0:0-1"])
    }
}
