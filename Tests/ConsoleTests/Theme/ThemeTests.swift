import Console
import Testing

@Suite struct ThemeTests {
    @Test("every role's name leads back to it", arguments: Role.allCases)
    func names(role: Role) {
        #expect(Role(name: role.name) == role)
        #expect(role.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
    }

    @Test func namesAreInSnakeCase() {
        #expect(Role.borderFocused.name == "border_focused")
        #expect(Role.chart1.name == "chart1")
        #expect(Role(name: "no_such_role") == nil)
    }

    @Test(
        "colours are read as people write them",
        arguments: [
            ("default", Colour.terminal), ("bright_red", .ansi(9)), ("7", .ansi(7)), ("196", .indexed(196)),
            ("#ff8000", .rgb(red: 255, green: 128, blue: 0)),
        ])
    func reads(text: String, colour: Colour) {
        #expect(Colour(text) == colour)
    }

    @Test(
        "what is no colour is refused",
        arguments: ["", "256", "-1", "#ff80", "#gg0000", "#+12345", "rouge", "#ff80000"])
    func refuses(text: String) {
        #expect(Colour(text) == nil)
    }

    @Test(
        "a terminal gets the nearest colour it has",
        arguments: [
            (Colour.rgb(red: 255, green: 0, blue: 0), ColourDepth.indexed256, Colour.indexed(196)),
            (.rgb(red: 0, green: 215, blue: 135), .indexed256, .indexed(42)),
            (.rgb(red: 128, green: 128, blue: 128), .indexed256, .indexed(244)),
            (.rgb(red: 255, green: 0, blue: 0), .ansi16, .ansi(9)), (.indexed(196), .ansi8, .ansi(1)),
            (.indexed(226), .ansi8, .ansi(3)),
            (.indexed(42), .ansi8, .ansi(2)), (.ansi(12), .ansi8, .ansi(4)), (.indexed(42), .direct, .indexed(42)),
            (.indexed(42), .mono, .terminal), (.terminal, .ansi8, .terminal),
        ])
    func downsamples(colour: Colour, depth: ColourDepth, nearest: Colour) {
        #expect(colour.downsampled(to: depth) == nearest)
    }

    @Test("in mono a coloured block is reversed, so that it stays a block")
    func mono() {
        let mono = Theme.dark.downsampled(to: .mono)
        #expect(mono[.alarm].attributes.contains(.reverse))
        #expect(!mono[.text].attributes.contains(.reverse))
        #expect(Role.allCases.allSatisfy { mono[$0].foreground == .terminal && mono[$0].background == .terminal })
    }

    @Test("no depth makes text black on the terminal's own background", arguments: ColourDepth.allCases)
    func visible(depth: ColourDepth) {
        let theme = Theme.dark.downsampled(to: depth)
        for role in Role.allCases where theme[role].background == .terminal {
            #expect(theme[role].foreground != .ansi(0))
        }
    }

    @Test func aThemeIsReadBackAsItWasWritten() {
        var theme = Theme(name: "mine")
        theme[.ok] = Paint(.ansi(2), on: .ansi(0), .bold)
        #expect(theme[.ok] == Paint(.ansi(2), on: .ansi(0), .bold))
        #expect(theme[.text] == Paint())
    }
}
