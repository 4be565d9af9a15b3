import Console
import Testing

@Suite struct ConsoleFontTests {
    @Test func lettersBlocksAndLinesStay() {
        for scalar in "aZñÁº·█─┃╭✗●…≥".unicodeScalars { #expect(scalar.onLinuxConsole == scalar) }
    }

    @Test func whatTheFontLacksIsShownByItsNearestLook() {
        for (scalar, look) in zip("✓○▅⠿ş".unicodeScalars, "+o=-s".unicodeScalars) {
            #expect(scalar.onLinuxConsole == look)
        }
        #expect(("理" as Unicode.Scalar).onLinuxConsole == "?")
    }
}
