import Console
import Testing

@Suite struct KeymapTests {
    @Test func everyActionHasOneRow() {
        let actions = Keymap.standard.bindings.map(\.action)
        #expect(Set(actions) == Set(Action.allCases))
        #expect(actions.count == Action.allCases.count)
    }

    @Test func noStandardKeyHasTwoActions() throws {
        _ = try Keymap(overrides: [])
    }

    @Test("every key of the table does its action where the table says so")
    func dispatch() {
        for binding in Keymap.standard.bindings {
            for key in binding.keys {
                for context in binding.contexts where !(context.isTyping && key.typed != nil) {
                    #expect(
                        Keymap.standard.action(for: key, in: context) == binding.action, "\(key.name) in \(context)")
                }
            }
        }
    }

    @Test(
        "a key's name may be written as on a keyboard",
        arguments: [
            ("F5", "f5"), ("Ctrl-L", "ctrl-l"), ("CTRL-Home", "ctrl-home"), ("Esc", "esc"), ("Page-Up", "page-up"),
            ("Tab", "tab"), ("D", "D"), ("d", "d"), ("?", "?"),
        ])
    func names(written: String, name: String) {
        #expect(Key(name: written)?.name == name)
    }

    @Test func lettersWriteInAFieldAndDoNotAct() {
        #expect(Keymap.standard.action(for: Key("q"), in: .filterPrompt) == nil)
        #expect(Keymap.standard.action(for: Key("q"), in: .warRoom) == .quit)
        #expect(Keymap.standard.action(for: Key("c", .control), in: .filterPrompt) == .quit)
    }

    @Test func anOverrideTakesThePlaceOfTheStandardKeysAndMoreAreAdded() throws {
        let keymap = try Keymap(overrides: [("zoom", "Z"), ("zoom", "f2")])
        #expect(keymap[.zoom].keys == [Key("Z"), Key(.function(2))])
        #expect(keymap.action(for: Key("z"), in: .warRoom) == nil)
        #expect(keymap.action(for: Key(.function(2)), in: .warRoom) == .zoom)
        #expect(keymap.label(of: .zoom) == "Z")
    }

    @Test func aKeyCanChangeHandsInOneSetting() throws {
        let keymap = try Keymap(overrides: [("filter", "z"), ("zoom", "x")])
        #expect(keymap.action(for: Key("z"), in: .warRoom) == .filter)
    }

    @Test("two actions on one key are refused with both names")
    func conflict() {
        let error = #expect(throws: KeymapError.self) { try Keymap(overrides: [("filter", "z")]) }
        #expect(error == .conflict(Key("z"), .filter, .zoom))
        #expect("\(error!)" == "the key 'z' is given to both 'filter' and 'zoom'; give one of them another")
    }

    @Test(
        "an unknown action is named with the nearest",
        arguments: [("zom", "zoom"), ("page-up", "page_up"), ("Quit", "quit")])
    func unknown(name: String, nearest: String) {
        let error = #expect(throws: KeymapError.self) { try Keymap(overrides: [(name, "x")]) }
        #expect(error == .unknownAction(name))
        #expect("\(error!)".hasSuffix("the nearest is '\(nearest)'"))
    }

    @Test("a text that names no key is refused", arguments: ["", "ctrl-", "F99", "foo", "\u{1b}[A"])
    func noKey(text: String) {
        let error = #expect(throws: KeymapError.self) { try Keymap(overrides: [("zoom", text)]) }
        #expect(error == .noKey("zoom", text))
        #expect(!"\(error!)".unicodeScalars.contains("\u{1b}"))
    }

    @Test func escCanNeitherBeMovedNorTaken() {
        #expect(throws: KeymapError.escape("back")) { try Keymap(overrides: [("back", "x")]) }
        #expect(throws: KeymapError.escape("zoom")) { try Keymap(overrides: [("zoom", "esc")]) }
        #expect(throws: Never.self) { try Keymap(overrides: [("back", "esc")]) }
    }

    @Test("the letter of a page opens it from every other page")
    func pages() {
        let pages: [(Action, Context)] = [
            (.deployments, .deployments), (.escalation, .escalation), (.security, .security), (.flags, .flags),
            (.checklist, .checklist), (.handover, .handover), (.readiness, .readiness), (.backups, .backups),
        ]
        for (action, own) in pages {
            for key in Keymap.standard[action].keys {
                for (_, context) in pages where context != own {
                    #expect(Keymap.standard.action(for: key, in: context) == action, "\(key.name) in \(context)")
                }
            }
        }
    }

    @Test func onAPageTheHelpSaysWhichKeysAreNotForIt() {
        let model = BarberPro.calm.model(120, 60).pressing("O", "?")
        func line(_ key: String) -> String { model.frame.rows.first { $0.contains("┃ \(key) ") } ?? "" }
        #expect(line("/").contains("not on this page") && line("z").contains("not on this page"))
        #expect(!line("S").contains("not on this page") && !line(":").contains("not on this page"))
        let help = BarberPro.calm.model(120, 60).pressing("?").frame.rows
        #expect(!help.contains { $0.contains("not on this page") })
    }
}
