import Launch
import Testing

@testable import Console

/// A banner says what happened and what can be done about it: the second is never what is cut, and nothing is offered that would
/// be refused.
@Suite struct NoticeTests {
    private func banner(_ model: Model) -> String { model.frame.rows[1] }

    @Test("the remedy is whole on every screen", arguments: [(40, 12), (80, 24), (200, 60)])
    func remedy(width: Int, height: Int) {
        #expect(banner(Deployed.splitBrain.model(width, height)).contains("R sends all to one colour"))
        let waiting = banner(Deployed.waiting.model(width, height))
        #expect(waiting.contains("A PERSON IS NEEDED 28:00"), "\(waiting)")
        #expect(waiting.contains("P on, X back") || waiting.contains("P goes on, X goes back"), "\(waiting)")
        #expect(banner(Deployed.interrupted.model(width, height)).contains("P finishes, X undoes"))
    }

    @Test func whatFailedGivesWayToWhatIsToBeDone() {
        let reason =
            "/var/lib/guardia/production/journal.sqlite: no space left on its disk; free some: recording goes on"
        var model = BarberPro.calm.model(80, 24)
        _ = model.update(.heartbeat(Heartbeat(at: BarberPro.now, notRecording: reason)))
        #expect(banner(model).contains("NOT RECORDING: no space left"))
        #expect(banner(model).contains("; free some: recording goes on"))
    }

    @Test func aPathGivesWayBeforeWhatHappenedThere() {
        let text = "/home/guardia/launches/2026/journal.sqlite: there is no journal yet; start the engine"
        let notice = Notice(role: .notice, text: text, remedy: "; start the engine")
        #expect(notice.fitted(to: 200) == text)
        #expect(notice.fitted(to: 60) == "there is no journal yet; start the engine")
        #expect(notice.fitted(to: 36) == "there is no journ…; start the engine")
        let gone = Notice(role: .notice, text: "/a/journal: the journal is gone; this is what it held")
        #expect(gone.fitted(to: 43) == "the journal is gone; this is what it held")
    }

    @Test func aNoticeThatFitsIsNotChanged() {
        let notice = Notice(role: .alarm, text: "it broke: mend it", remedy: ": mend it")
        #expect(notice.fitted(to: 17) == "it broke: mend it")
        #expect(notice.fitted(to: 16) == "it bro…: mend it")
        #expect(notice.fitted(to: 8) == "it brok…", "where there is room for neither, what happened stays")
    }

    @Test("a remedy that is no end of the text is none")
    func otherRemedy() {
        #expect(Notice(role: .alarm, text: "it broke", remedy: ": mend it").remedy.isEmpty)
    }

    // MARK: Where keys are refused

    private func texts(_ model: Model) -> String {
        (model.notices.map(\.text) + model.frame.rows).joined(separator: "\n")
    }

    @Test("a recording offers no key that it refuses")
    func replay() {
        for deployed in [Deployed.waiting, .interrupted, .splitBrain] {
            var model = deployed.launch.model(120, 40, mode: .replay(end: BarberPro.now.utc))
            let shown = texts(model)
            for offer in ["goes on", "goes back:", "P on", "finishes", "sends all"] {
                #expect(!shown.contains(offer), "\(offer)")
            }
            model.press("P")
            #expect(model.overlays.isEmpty && model.hint?.contains("the past") == true)
        }
        #expect(texts(Deployed.waiting.model(120, 40)).contains("P goes on, X goes back"))
    }

    @Test("nor does the wall")
    func wall() {
        let shown = texts(Deployed.waiting.launch.model(120, 40, mode: .kiosk(mayQuit: true)))
        #expect(shown.contains("A PERSON IS NEEDED") && !shown.contains("P goes on"))
    }

    @Test func theWallSaysHowItIsClosed() {
        let model = BarberPro.calm.model(80, 24, mode: .kiosk(mayQuit: false)).pressing("q")
        #expect(model.frame.rows[23].contains("quit: only with --allow-quit"))
    }
}
