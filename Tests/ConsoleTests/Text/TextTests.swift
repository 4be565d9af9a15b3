import Console
import Glibc
import Testing

@Suite struct TextTests {
    init() { _ = charset }

    @Test func ofTwoVersionsThatBeginAlikeTheEndIsKept() {
        #expect(Text.middle("v1.5.1-late", to: 10) == "v1.5.…late")
        #expect(Text.middle("v1.5.1-last", to: 10) == "v1.5.…last")
        #expect(Text.middle("v1.4.0", to: 10) == "v1.4.0")
        #expect(Text.middle("v1.5.1-late", to: 3) == "v1…")
        #expect(Text.middle("v1.5.1-late", to: 0) == "")
    }

    @Test(
        "what could change the terminal, or hide, is shown as a mark of one cell",
        arguments: [
            ("\u{1b}[2J", "␛[2J"), ("a\u{0}b", "a␀b"), ("a\tb\r\n", "a␉b␍␊"), ("\u{7f}", "␡"),
            ("\u{9b}31m", "\u{FFFD}31m"),
            ("v1\u{202e}4", "v1\u{FFFD}4"), ("a\u{2066}b\u{2069}", "a\u{FFFD}b\u{FFFD}"), ("a\u{200b}b", "a\u{FFFD}b"),
            ("a\u{feff}b", "a\u{FFFD}b"), ("a\u{2028}b\u{2029}", "a\u{FFFD}b\u{FFFD}"), ("a\u{ad}b", "a\u{FFFD}b"),
            ("a\u{3164}b", "a\u{FFFD}b"), ("a\u{e0041}b", "a\u{FFFD}b"), ("a\u{ffff}b", "a\u{FFFD}b"),
            ("a\u{061c}b", "a\u{FFFD}b"),
        ])
    func marks(raw: String, shown: String) {
        #expect(Text.sanitised(raw) == shown)
        #expect(Text.width(of: raw) == shown.unicodeScalars.count)
    }

    @Test(
        "ordinary text passes unchanged",
        arguments: ["", "Jujuy p95", "Río Gallegos, ñandú", "漢字", "e\u{301}", "▁▂█ ⣿ ✓", "مرحبا"])
    func unchanged(text: String) {
        #expect(Text.sanitised(text) == text)
    }

    @Test func bytesThatAreNotUTF8BecomeReplacementCharacters() {
        #expect(Text.sanitised(bytes: [0x61, 0xff, 0xc3, 0x28]) == "a\u{FFFD}\u{FFFD}(")
    }

    @Test func sanitisingIsIdempotent() {
        let once = Text.sanitised("\u{1b}]0;x\u{7}漢\u{202e}e\u{301}\u{301}\u{301}\u{301}\u{301}👩\u{200d}🚀")
        #expect(Text.sanitised(once) == once)
    }

    @Test(
        "widths are the terminal's",
        arguments: [
            ("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("\u{301}", 1), ("🚀", 2), ("⣿▁", 2), ("ﬁ", 1), ("한", 2), ("", 0),
        ])
    func widths(text: String, width: Int) {
        #expect(Text.width(of: text) == width)
    }

    @Test(
        "emoji sequences come apart, so that every terminal agrees on their width",
        arguments: [
            ("👩\u{200d}🚀", "👩🚀"), ("👍\u{1f3fd}", "👍"), ("❤\u{fe0f}", "❤"),
        ])
    func emoji(text: String, shown: String) {
        #expect(Text.sanitised(text) == shown)
    }

    @Test func manyAccentsDoNotGrowACell() {
        let text = "e" + String(repeating: "\u{301}", count: 30) + "x"
        #expect(Text.width(of: text) == 2)
        #expect(Text.sanitised(text).unicodeScalars.count == 6)
    }

    @Test(
        "a flood of characters without a width is cut like any other text",
        arguments: ["\u{301}", "\u{200d}", "\u{fe0f}"])
    func flood(scalar: Unicode.Scalar) {
        let text = "e" + String(repeating: Character(scalar), count: 3_000_000)
        let spent = cpuTime {
            for _ in 0..<100 { _ = Text.truncated(text, to: 80) }
        }
        // A hundred walks through the text take far longer.
        #expect(spent < .seconds(10))
        #expect(Text.width(of: Text.truncated(text, to: 80)) == 80)
    }

    @Test("ten megabytes cost as little as a line", .timeLimit(.minutes(1)))
    func tenMegabytes() {
        let text = String(repeating: "\u{1b}[31mñ漢", count: 1_000_000)
        let spent = cpuTime {
            for _ in 0..<100 {
                _ = Text.sanitised(text)
                _ = Text.truncated(text, to: 80)
                _ = Text.wrapped(text, to: 80)
                _ = Frame.drawn(80, 1) { $0.put(text, at: .zero, .text, align: .trailing) }
            }
        }
        // A single walk through the text takes longer than these four hundred calls.
        #expect(spent < .seconds(5))
        #expect(Text.sanitised(text).utf8.count < Text.limit + 16)
        #expect(Text.sanitised(text).hasSuffix("…"))
    }

    @Test func truncatesAtWholeCharacters() {
        #expect(Text.truncated("guardia", to: 7) == "guardia")
        #expect(Text.truncated("guardia", to: 4) == "gua…")
        #expect(Text.truncated("漢字漢", to: 5) == "漢字…")
        #expect(Text.truncated("漢字漢", to: 4) == "漢…")
        #expect(Text.truncated("ab", to: 1) == "…")
        #expect(Text.truncated("ab", to: 0) == "")
        #expect(Text.truncated("cafe\u{301}s", to: 5) == "cafe\u{301}s")
    }

    /// Plain signs are counted by their bytes, others are taken apart: the same comes of both.
    @Test(arguments: 0..<14)
    func plainTextIsMeasuredAndCutAsAnyOther(width: Int) {
        for text in ["", "a", "a war room", "  a  ", "a~ !b"] {
            let other = text.replacing("a", with: "á")
            #expect(Text.truncated(text, to: width) == Text.truncated(other, to: width).replacing("á", with: "a"))
            #expect(Text.padded(text, to: width) == Text.padded(other, to: width).replacing("á", with: "a"))
            #expect((Text.width(of: text, atMost: width) > width) == (Text.width(of: other, atMost: width) > width))
            #expect(Text.width(of: text) == Text.width(of: other))
            // What combines with the last plain sign is no sign of its own.
            #expect(Text.truncated(text + "b\u{301}c", to: text.count + 2) == text + "b\u{301}c")
        }
        #expect(Text.sanitised("a\u{7f}") == "a␡")
        #expect(Text.sanitised("a b", limit: 2) == "a …")
    }

    @Test func padsToTheWidth() {
        #expect(Text.padded("漢", to: 4) == "漢  ")
        #expect(Text.padded("87", to: 4, align: .trailing) == "  87")
        #expect(Text.padded("ab", to: 5, align: .centre) == " ab  ")
        #expect(Text.padded("漢字漢", to: 4) == "漢… ")
    }

    @Test func wrapsAtSpaces() {
        #expect(Text.wrapped("to be or not", to: 5) == ["to be", "or", "not"])
        #expect(Text.wrapped("a\n\nb", to: 5) == ["a", "", "b"])
        #expect(Text.wrapped("abcdefgh ij", to: 3) == ["abc", "def", "gh", "ij"])
        #expect(Text.wrapped("漢字漢", to: 1) == ["漢", "字", "漢"])
        #expect(Text.wrapped("abc", to: 0).isEmpty)
        #expect(Text.wrapped("", to: 5).isEmpty)
    }

    @Test func whatHasNoRoomForAllItsLinesEndsInAnEllipsis() {
        #expect(Text.wrapped("one two three", to: 5, lines: 2) == ["one", "two…"])
        #expect(Text.wrapped("one two three", to: 5, lines: 3) == ["one", "two", "three"])
        #expect(Text.wrapped("first again later", to: 5, lines: 2) == ["first", "agai…"])
        #expect(Text.wrapped("one", to: 5, lines: 0) == [])
    }
}

/// What a piece of work costs this thread, whatever else the machine is doing.
private func cpuTime(_ work: () -> Void) -> Duration {
    func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    work()
    return now() - start
}
