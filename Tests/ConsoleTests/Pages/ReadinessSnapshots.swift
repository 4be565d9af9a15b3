import Console
import Launch
import Testing

/// Pictures of the poll, of one station, and of what asks before a word is said.
@Suite struct ReadinessSnapshots {
    private static let sizes = [(40, 12), (80, 24), (120, 40), (200, 60)]

    @Test(arguments: sizes)
    func page(width: Int, height: Int) {
        expectSnapshot(Polled().launch.model(width, height).pressing("r").frame, "readiness-\(width)x\(height)")
    }

    @Test(arguments: sizes)
    func station(width: Int, height: Int) {
        expectSnapshot(
            Polled().launch.model(width, height).pressing("r", "end", "down", "down", "down", "down", "enter").frame,
            "readiness-station-\(width)x\(height)")
    }

    @Test(arguments: sizes)
    func aWaiver(width: Int, height: Int) {
        // The dead man's switch is waived already; of the backups the waiver is over.
        let model = Polled().launch.model(width, height).pressing(
            "r", "down", "down", "down", "down", "down", "G", "enter")
        expectSnapshot(model.frame, "readiness-waive-\(width)x\(height)")
    }

    @Test func whatCanBeSaid() {
        expectSnapshot(Polled().launch.model(80, 24).pressing("r", "G").frame, "readiness-words-80x24")
    }

    @Test func aClockThatStands() {
        var polled = Polled()
        polled.hold()
        expectSnapshot(polled.launch.model(80, 24).frame, "readiness-held-80x24")
        expectSnapshot(polled.launch.model(120, 40).pressing("r").frame, "readiness-held-120x40")
    }

    @Test func theHeaderSaysHowThePollStandsAndHowCloseTheWatchIs() {
        let before = Polled().launch.model(120, 40).frame.rows[0]
        #expect(before.contains("✗ NO-GO") && before.contains("/8"))
        let after = Polled().launch.model(120, 40, now: BarberPro.now.advanced(by: .minutes(19))).frame.rows[0]
        #expect(after.contains("×2"))
    }

    @Test func aWaiverIsFiredOnlyOnceItsNameIsTypedAndItSaysWhy() {
        var model = Polled().launch.model(120, 40).pressing("r", "down", "down", "down", "down", "down", "G", "enter")
        guard case .confirmation(let question)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(question.wanted == "backups")
        #expect(question.commandLine.hasPrefix("guardia readiness waive backups --for 4h"))
        model.press("esc")
        #expect(model.overlays.count == 1, "esc goes back to the page")
    }

    @Test func withoutAPollTheKeySaysWhy() {
        let model = BarberPro.calm.model(80, 24).pressing("r")
        #expect(model.overlays.isEmpty && model.hint?.contains("readiness") == true)
    }

    @Test("titles are whole, and what was found is, or it says how many lines more there are", arguments: wholeSizes)
    func whole(width: Int, height: Int) {
        let model = Polled().launch.model(width, height).pressing("r")
        let rows = model.frame.rows
        for title in (Polled.manifest.readiness?.stations ?? []).map(\.title) {
            #expect(rows.contains { $0.contains(" \(title) ") }, "\(title)")
        }
        let last = model.pressing("end").frame.rows
        #expect(
            last.contains { $0.contains("lines: enter shows all") || $0.contains("the runbook was walked through") })
    }

    private static let wholeSizes = [(80, 24), (120, 40), (200, 60)]
}
