import Console
import Launch
import Testing

/// Pictures of the alert feed and of what it leads to. Look at them after a change.
@Suite struct FeedSnapshots {
    static let sizes = [(40, 12), (80, 24), (120, 40), (200, 60)]
    private let night = Firing.night

    @Test("the war room with alerts", arguments: sizes)
    func warRoom(width: Int, height: Int) {
        expectSnapshot(night.model(width, height).frame, "war-room-\(width)x\(height)")
    }

    @Test("the feed on a whole screen, under the cursor", arguments: sizes)
    func zoomed(width: Int, height: Int) {
        expectSnapshot(night.model(width, height).pressing("3", "z", "down").frame, "feed-\(width)x\(height)")
    }

    @Test("an alert", arguments: sizes)
    func alert(width: Int, height: Int) {
        expectSnapshot(
            night.model(width, height).pressing("3", "z", "home", "down", "down", "enter").frame,
            "alert-\(width)x\(height)")
    }

    @Test("on call and escalation", arguments: sizes)
    func escalation(width: Int, height: Int) {
        expectSnapshot(night.model(width, height).pressing("e").frame, "escalation-\(width)x\(height)")
    }

    @Test("nobody came", arguments: [(80, 24), (200, 60)])
    func exhausted(width: Int, height: Int) {
        expectSnapshot(Firing.exhausted.model(width, height).pressing("e").frame, "exhausted-\(width)x\(height)")
        expectSnapshot(Firing.exhausted.model(width, height).frame, "exhausted-room-\(width)x\(height)")
    }

    @Test("a filter by label", arguments: [(80, 24)])
    func filter(width: Int, height: Int) {
        var model = night.model(width, height).pressing("3", "z", "/")
        for scalar in "province=ju".unicodeScalars { _ = model.update(.key(Key(scalar))) }
        expectSnapshot(model.frame, "filter-\(width)x\(height)")
    }

    @Test("the questions", arguments: sizes)
    func dialogs(width: Int, height: Int) {
        let model = night.model(width, height).pressing("3", "home", "down", "down")
        expectSnapshot(later(model).pressing("a").frame, "ack-\(width)x\(height)")
        expectSnapshot(
            later(later(model).pressing("s")).pressing("tab", "tab", "tab", "right").frame, "silence-\(width)x\(height)"
        )
        expectSnapshot(later(model).pressing("E").frame, "escalate-\(width)x\(height)")
    }

    @Test("what no alert says is typed", arguments: [(80, 24)])
    func trouble(width: Int, height: Int) {
        var model = Firing(.calm).model(width, height).pressing("E")
        expectSnapshot(model.frame, "trouble-\(width)x\(height)")
        for scalar in "the office burns".unicodeScalars { _ = model.update(.key(Key(scalar))) }
        model.press("enter")
        expectSnapshot(model.frame, "trouble-plan-\(width)x\(height)")
    }

    private func later(_ model: Model) -> Model {
        var model = model
        _ = model.update(.tick(model.now.advanced(by: 1000)))
        return model
    }

    @Test("the wall is taken by a critical alert", arguments: [(40, 12), (80, 24), (200, 60)])
    func wall(width: Int, height: Int) {
        expectSnapshot(night.model(width, height, mode: .kiosk(mayQuit: false)).frame, "wall-\(width)x\(height)")
    }

    @Test("in ASCII the words stay")
    func ascii() {
        let frame = night.model(80, 24).pressing("3", "z").frame
        var rows: [String] = []
        for y in 0..<24 {
            var bytes: [UInt8] = []
            for x in 0..<80 {
                guard let cell = frame[Point(x, y)], let scalar = frame.scalars(of: cell).first else { continue }
                bytes.append(scalar.ascii)
            }
            #expect(bytes.count == 80)
            rows.append(String(decoding: bytes, as: UTF8.self))
        }
        #expect(rows.contains { $0.contains("x CRIT") && $0.contains("Payment p95") })
        #expect(rows.contains { $0.contains(">2/4") })
        #expect(rows.contains { $0.contains("@ana") })
        #expect(rows[0].contains("x3 !3 @1 ?2"))
    }
}
