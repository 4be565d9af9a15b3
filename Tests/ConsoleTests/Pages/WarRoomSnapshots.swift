import Console
import Launch
import Testing

/// Pictures of the war room. Look at them after a change: they are what the operator sees at 3 am.
@Suite struct WarRoomSnapshots {
    private let calm = BarberPro.calm
    private let trouble = BarberPro.trouble

    @Test("calm and trouble", arguments: [(40, 12), (60, 44), (80, 24), (120, 40), (200, 60)])
    func sizes(width: Int, height: Int) {
        expectSnapshot(calm.model(width, height).frame, "calm-\(width)x\(height)")
        expectSnapshot(trouble.model(width, height).frame, "trouble-\(width)x\(height)")
    }

    @Test("an engine that fell silent", arguments: [(40, 12), (80, 24), (120, 40)])
    func engineSilent(width: Int, height: Int) {
        let model = trouble.model(width, height, now: trouble.now.advanced(by: 29_000))
        expectSnapshot(model.frame, "silent-\(width)x\(height)")
    }

    @Test func noManifestYet() {
        expectSnapshot(
            Model(now: BarberPro.now, size: Size(width: 80, height: 24), mode: .operator(name: "ana")).frame,
            "empty-80x24")
    }

    @Test func notRecordingWhilePaused() {
        var model = trouble.model(80, 24).pressing("space")
        let later = trouble.now.advanced(by: 3000)
        _ = model.update(.tick(later))
        _ = model.update(.heartbeat(Heartbeat(at: later, notRecording: "disk full")))
        expectSnapshot(model.frame, "paused-not-recording-80x24")
        _ = model.update(.resize(Size(width: 120, height: 40)))
        expectSnapshot(model.frame, "paused-not-recording-120x40")
    }

    @Test(
        "what lies over the panes",
        arguments: [
            ("help", ["?"]), ("palette", [":"]), ("palette-query", [":", "r", "d", "m"]),
            ("filter-prompt", ["/", "p", "a", "y"]),
            ("filter", ["/", "p", "a", "y", "enter"]), ("detail", ["3", "end", "up", "up", "up", "up", "up", "enter"]),
            ("cursor", ["3", "down", "down"]), ("hint", ["x"]),
        ])
    func overlays(name: String, keys: [String]) {
        var model = trouble.model(80, 24)
        for key in keys { model.press(key) }
        expectSnapshot(model.frame, "\(name)-80x24")
    }

    @Test("each pane zoomed", arguments: PaneID.allCases)
    func zoomed(pane: PaneID) {
        var model = trouble.model(80, 24)
        if pane != .health { model.press(String(pane.rawValue)) }
        model.press("z")
        expectSnapshot(model.frame, "zoom-\(pane)-80x24")
        _ = model.update(.resize(Size(width: 120, height: 40)))
        expectSnapshot(model.frame, "zoom-\(pane)-120x40")
    }

    @Test("the smallest wall", arguments: [(40, 12)])
    func wall(width: Int, height: Int) {
        expectSnapshot(trouble.model(width, height, mode: .kiosk(mayQuit: false)).frame, "wall-\(width)x\(height)")
    }

    @Test("in ASCII every cell is one byte and the words stay")
    func ascii() {
        let frame = Model(
            board: trouble.board, now: trouble.now, size: Size(width: 80, height: 24), mode: .operator(name: "ana"),
            capabilities: Capabilities(charset: .ascii)
        ).frame
        var rows: [String] = []
        for y in 0..<24 {
            var bytes: [UInt8] = []
            for x in 0..<80 {
                guard let cell = frame[Point(x, y)] else { continue }
                if let scalar = frame.scalars(of: cell).first { bytes.append(scalar.ascii) }
            }
            #expect(bytes.count == 80)
            rows.append(String(decoding: bytes, as: UTF8.self))
        }
        #expect(rows[1].hasPrefix(" x CRIT Tierra del Fuego"))
        #expect(rows[3].contains("+ API         73 ms"))
        #expect(rows[21].contains("GREEN  v1.3.9     idle"))
        // A bound that is kept is no arrow: `>90` would read as what is.
        #expect(rows.contains { $0.contains("<=200") } && rows.contains { $0.contains(">=9") })
        #expect(!rows.contains { $0.contains(/\ [<>][0-9]/) })
    }
}
