import Console
import Launch
import Testing

/// Every picture of the wall in every state, at the sizes of a small screen, a projector and a large one. Look at them after a
/// change from as far away as the wall is.
@Suite struct WallSnapshots {
    static let sizes = [(80, 24), (120, 40), (200, 60)]
    private static let mode = Mode.kiosk(mayQuit: false)

    @Test("each page, calm and in trouble", arguments: sizes)
    func pages(width: Int, height: Int) {
        for (name, launch) in [("calm", BarberPro.calm), ("trouble", BarberPro.trouble)] {
            var model = launch.model(width, height, mode: Self.mode)
            var seen: [WallScreen: Int] = [:]
            while seen[model.wallScreen] == nil {
                let screen = model.wallScreen
                seen[screen] = seen.count
                expectSnapshot(model.frame, "\(name)-\(Self.title(screen))-\(width)x\(height)")
                model.press("n")
            }
            #expect(seen.count >= 5)
        }
    }

    @Test("a deployment", arguments: sizes)
    func deployment(width: Int, height: Int) {
        for (name, deployed) in [("serving", Deployed()), ("canary", Deployed.canary)] {
            var model = deployed.model(width, height, mode: Self.mode)
            model.press("n")
            for _ in 0..<10 where model.wallScreen != .launch { model.press("n") }
            expectSnapshot(model.frame, "\(name)-launch-\(width)x\(height)")
            for _ in 0..<10 where model.wallScreen != .traffic { model.press("n") }
            expectSnapshot(model.frame, "\(name)-traffic-\(width)x\(height)")
        }
    }

    @Test("the poll: not go, for several reasons; go", arguments: sizes)
    func readiness(width: Int, height: Int) {
        let polled = Polled()
        for (name, launch) in [("polled", polled.launch), ("ready", polled.ready)] {
            var model = launch.model(width, height, mode: Self.mode)
            for _ in 0..<20 where model.wallScreen != .readiness { model.press("n") }
            #expect(model.wallScreen == .readiness)
            expectSnapshot(model.frame, "\(name)-readiness-\(width)x\(height)")
        }
    }

    @Test("an engine that fell silent; one that never was", arguments: sizes)
    func silent(width: Int, height: Int) {
        let later = BarberPro.now.advanced(by: 29_000)
        let silent = BarberPro.calm.model(width, height, mode: Self.mode, now: later)
        expectSnapshot(silent.frame, "silent-\(width)x\(height)")
        let empty = Model(now: BarberPro.now, size: Size(width: width, height: height), mode: Self.mode)
        expectSnapshot(empty.frame, "never-\(width)x\(height)")
    }

    @Test("an engine that cannot write", arguments: sizes)
    func notRecording(width: Int, height: Int) {
        var model = BarberPro.calm.model(width, height, mode: Self.mode)
        let later = BarberPro.now.advanced(by: 2000)
        _ = model.update(.tick(later))
        _ = model.update(.heartbeat(Heartbeat(at: later, notRecording: "the disk is full")))
        expectSnapshot(model.frame, "not-recording-\(width)x\(height)")
    }

    private static func title(_ screen: WallScreen) -> String {
        switch screen {
        case .launch: "launch"
        case .readiness: "readiness"
        case .alerts: "alerts"
        case .rows(let pane, let range): "\(pane)-\(range.lowerBound)"
        case .regions: "regions"
        case .traffic: "traffic"
        }
    }
}
