import Console
import Testing

@Suite struct KeyDecoderTests {
    private func decode(_ text: String) -> [InputEvent] {
        var decoder = KeyDecoder()
        return decoder.feed(Array(text.utf8)) + decoder.flush()
    }

    private static let keys: [(String, Key)] = [
        ("a", Key("a")), ("D", Key("D")), ("ñ", Key("ñ")), ("漢", Key("漢")), ("🚀", Key("🚀")), ("\r", Key(.enter)),
        ("\t", Key(.tab)), ("\u{1b}[Z", Key(.tab, .shift)), ("\u{7f}", Key(.backspace)), ("\u{8}", Key(.backspace)),
        ("\u{c}", Key("l", .control)), ("\u{0}", Key(" ", .control)), ("\u{1b}", Key(.escape)),
        ("\u{1b}a", Key("a", .alt)),
        ("\u{1b}[A", Key(.up)), ("\u{1b}OA", Key(.up)), ("\u{1b}[1;5C", Key(.right, .control)),
        ("\u{1b}\u{1b}[D", Key(.left, .alt)),
        ("\u{1b}[H", Key(.home)), ("\u{1b}[4~", Key(.end)), ("\u{1b}[5~", Key(.pageUp)),
        ("\u{1b}[3;2~", Key(.delete, .shift)),
        ("\u{1b}OP", Key(.function(1))), ("\u{1b}[[B", Key(.function(2))), ("\u{1b}[15~", Key(.function(5))),
        ("\u{1b}[24~", Key(.function(12))),
        ("\u{1b}[", Key("[", .alt)), ("\u{1b}O", Key("O", .alt)), ("\u{1b}ñ", Key("ñ", .alt)),
    ]

    @Test("each key is told by its bytes", arguments: keys)
    func key(bytes: String, key: Key) {
        #expect(decode(bytes) == [.key(key)])
    }

    @Test("bytes that come one by one make the same key", arguments: keys)
    func oneByOne(bytes: String, key: Key) {
        var decoder = KeyDecoder()
        var events: [InputEvent] = []
        for byte in bytes.utf8 { events += decoder.feed([byte]) }
        #expect(events + decoder.flush() == [.key(key)])
    }

    @Test func anEscapeWaitsToBeDecided() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0x1b]).isEmpty)
        #expect(decoder.isPending)
        #expect(decoder.flush() == [.key(Key(.escape))])
        #expect(!decoder.isPending)
    }

    @Test(
        "sequences that are no key are swallowed whole",
        arguments: [
            "\u{1b}]11;rgb:0000/0000/0000\u{7}", "\u{1b}]0;x\u{1b}\\", "\u{1b}P1$r\u{1b}\\", "\u{1b}[?1;2c",
            "\u{1b}[99~", "\u{1b}[<0;3;4M",
            "\u{1b}[" + String(repeating: "1;", count: 500) + "x",
        ])
    func unknown(bytes: String) {
        #expect(decode(bytes + "a") == [.key(Key("a"))])
    }

    @Test func bytesThatAreNotUTF8AreSkipped() {
        var decoder = KeyDecoder()
        #expect(
            decoder.feed([0xff, 0xc3, 0x61, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0x63])
                == ["a", "b", "c"].map { .key(Key($0)) })
    }

    @Test("a paste is one event, and nothing in it is a key")
    func paste() {
        #expect(
            decode("x\u{1b}[200~rm -rf\r\u{1b}[A\u{1b}[201~y") == [
                .key(Key("x")), .paste("rm -rf\r\u{1b}[A"), .key(Key("y")),
            ])
        #expect(decode("\u{1b}[200~\u{1b}[201~") == [.paste("")])
        #expect(decode("\u{1b}[200~\u{1b}\u{1b}[201~") == [.paste("\u{1b}")])
    }

    @Test("a paste of a megabyte is cut, and its end is found", .timeLimit(.minutes(1)))
    func longPaste() {
        var decoder = KeyDecoder()
        var events = decoder.feed(Array("\u{1b}[200~".utf8))
        for _ in 0..<1024 { events += decoder.feed(Array(repeating: UInt8(ascii: "x"), count: 1024)) }
        events += decoder.feed(Array("\u{1b}[201~q".utf8))
        #expect(events.count == 2)
        #expect(events.first == .paste(String(repeating: "x", count: KeyDecoder.pasteLimit)))
        #expect(events.last == .key(Key("q")))
    }
}

@Suite struct KeyTests {
    @Test(
        "a key's name leads back to it",
        arguments: [
            (Key("D"), "D"), (Key("?"), "?"), (Key("-"), "-"), (Key("l", .control), "ctrl-l"),
            (Key(.tab, .shift), "shift-tab"),
            (Key(.function(12)), "f12"), (Key(" "), "space"), (Key(.pageUp, [.control, .alt]), "ctrl-alt-page-up"),
            (Key("f"), "f"),
        ])
    func names(key: Key, name: String) {
        #expect(key.name == name)
        #expect(Key(name: name) == key)
    }

    @Test func shiftBeforeALetterIsItsCapital() {
        #expect(Key(name: "shift-d") == Key("D"))
    }

    @Test("what is no key's name is refused", arguments: ["", "ctrl-", "f0", "f99", "ab", "enterr", " "])
    func refused(name: String) {
        #expect(Key(name: name) == nil)
    }
}
