import Launch
import Testing

@testable import Console

@Suite struct RunbookTextTests {
    private let lines = [
        "`booking_success`, critical. Under 90 % of the bookings of the last minutes succeeded. A customer whose card is",
        "not counted as a failure.",
        "- **First look**: payment success and payment p95 beside it. Both bad: it is the payments. Only bookings: the error",
        "  share by colour is on the colours pane.",
        "- **First action**: after a deploy: `guardia rollback`. Otherwise escalate to the backend lead.",
    ]

    @Test func theSourceLinesOfAParagraphAreOne() {
        let paragraphs = RunbookText.paragraphs(of: lines)
        #expect(paragraphs.count == 3)
        #expect(paragraphs.first?.contains("whose card is not counted") == true)
        #expect(paragraphs.last?.hasPrefix("- First action: after a deploy:") == true)
    }

    @Test func aLineThatBeginsInBoldOrWithANumberBeginsAParagraph() {
        #expect(
            RunbookText.paragraphs(of: ["**One**: a", "b", "1. c", "**Two**: d"]) == ["One: a b", "1. c", "Two: d"])
    }

    @Test("no word is lost at any width", arguments: [12, 30, 64, 180])
    func whole(width: Int) {
        let words = lines.joined(separator: " ").replacing("**", with: "").split(separator: " ").filter { $0 != "-" }
        let shown = RunbookText.paragraphs(of: lines).flatMap { RunbookText.wrapped($0, to: width) }
        #expect(shown.allSatisfy { Text.width(of: $0) <= width })
        let kept = shown.joined(separator: " ").split(separator: " ").filter { $0 != "-" }
        // A word that is longer than the line is broken, and no sign of it is lost.
        #expect(kept.joined() == words.joined())
    }

    @Test func theSecondHalfOfAnActionIsOnThePage() throws {
        var night = Firing.night
        var manifest = Firing.manifest
        manifest.runbook = Runbook(
            markdown: "## Payment p95\n" + lines.joined(separator: "\n"), url: "https://runbooks.example/barberpro")
        night.launch.board.apply(manifest)
        let model = night.model(80, 24)
        let alert = try #require(model.board.alerts[Firing.payment.fingerprint])
        let page = AlertPage(model: model, id: alert.id).lines(of: alert, width: 74)
        let text = page.map { line in line.spans.map(\.text).joined() }.joined(separator: " ")
        #expect(text.split(separator: " ").joined(separator: " ").contains("Otherwise escalate to the backend lead."))
        #expect(!text.contains("**"))
    }
}
