import Console
import Launch
import Testing

@Suite("A picture of the screen")
struct ShotTests {
    private let frame = BarberPro.calm.model(120, 40).frame

    @Test("as text it is what the screen shows, row by row")
    func text() {
        let lines = Shot.text.render(frame, theme: .dark).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 41)
        #expect(lines[0].contains("BarberPro v1.4.0"))
        #expect(!lines.contains { $0.hasSuffix(" ") })
    }

    @Test("with colours it has the same text between its sequences")
    func ansi() {
        let shot = Shot.ansi.render(frame, theme: .dark)
        let plain = shot.replacing(#/\u{1b}\[[0-9;]*m/#, with: "")
        let rows = plain.split(separator: "\n", omittingEmptySubsequences: false).prefix(40)
        #expect(rows.map(String.init) == (0..<40).map { frame.text(row: $0) })
        #expect(shot.contains("\u{1b}[0;"))
    }

    @Test("as SVG every row's text is there, escaped, and nothing is drawn outside the picture")
    func svg() throws {
        var hostile = BarberPro.calm
        hostile.say(
            .verdictChanged(.init(series: "<&>", from: .ok, to: .critical, reason: "</text><script>alert(1)</script>")),
            ago: 1)
        let picture = Shot.svg.render(hostile.model(120, 40).frame, theme: .dark)
        #expect(!picture.contains("<script"))
        #expect(picture.contains("&lt;script&gt;"))
        for match in picture.matches(of: #/<rect x="(\d+)" y="(\d+)" width="(\d+)"/#) {
            let (x, width) = (try #require(Int(match.1)), try #require(Int(match.3)))
            #expect(x + width <= 120 * 8)
        }
        // A blank that a browser leaves out, and the rest of the run is stretched over its columns.
        let texts = picture.matches(of: #/<text[^>]*>([^<]*)</#).map(\.1)
        #expect(texts.count > 100 && texts.allSatisfy { !$0.contains(" ") } && texts.contains { $0.contains("\u{a0}") })
        #expect(picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n"))
    }
}
