import Launch
import Testing

@testable import Console

/// What the wall does by itself, and what it does not do for anybody.
@Suite struct WallTests {
    private static let mode = Mode.kiosk(mayQuit: false)

    private func model(_ launch: BarberPro = .calm) -> Model { launch.model(120, 40, mode: Self.mode) }

    /// Lets seconds pass with an engine that lives.
    private func pass(_ seconds: Int64, _ model: inout Model) {
        for _ in 0..<seconds {
            let now = model.now.advanced(by: 1000)
            _ = model.update(.tick(now))
            _ = model.update(.heartbeat(Heartbeat(at: now)))
        }
    }

    @Test func eachPageHasItsTurnAndTheFirstComesAgain() {
        var model = model()
        pass(1, &model)
        var turns: [WallScreen] = [model.wallScreen]
        for _ in 0..<12 {
            pass(15, &model)
            turns.append(model.wallScreen)
        }
        let round = turns.lastIndex(of: .launch) ?? 0
        #expect(round > 0)
        #expect(Set(turns).isSuperset(of: [.launch, .regions, .traffic]))
        #expect(zip(turns, turns.dropFirst()).allSatisfy { $0 != $1 })
    }

    @Test func theConfigSaysWhichPagesAndHowLong() {
        var launch = BarberPro.calm
        var manifest = BarberPro.manifest
        manifest.kiosk = KioskPlan(pages: [.traffic, .regions], every: .seconds(4))
        launch.board.apply(manifest)
        var model = model(launch)
        pass(1, &model)
        #expect(model.wallScreen == .traffic)
        pass(4, &model)
        #expect(model.wallScreen == .regions)
        pass(4, &model)
        #expect(model.wallScreen == .traffic)
    }

    @Test func aPageWithNothingToShowIsPassedOver() {
        var launch = BarberPro.calm
        var manifest = BarberPro.manifest
        manifest.panes.geo = nil
        manifest.panes.business = []
        launch.board.apply(manifest)
        var model = model(launch)
        var seen: Set<WallScreen> = []
        for _ in 0..<20 {
            seen.insert(model.wallScreen)
            model.press("n")
        }
        #expect(!seen.contains(.regions))
        #expect(!seen.contains { if case .rows(.business, _) = $0 { true } else { false } })
        #expect(!seen.contains(.alerts))
    }

    @Test func aCriticalAlertHasTheWallUntilSomebodyTurnsItAndThenAgain() {
        let night = Firing.night
        var model = night.model(120, 40, mode: Self.mode)
        _ = model.update(.tick(BarberPro.now))
        func isTaken() -> Bool { model.frame.rows.contains { $0.contains("step 2 of 4") && $0.contains("next in") } }
        #expect(isTaken())
        for _ in 0..<20 where model.wallScreen != .launch || isTaken() { model.press("n") }
        #expect(model.wallScreen == .launch && !isTaken())
        pass(16, &model)
        // After its turn the page gives way again.
        #expect(isTaken())
    }

    @Test func theMarkMovesWithEachSecondAndTheAgeGrows() {
        var model = model()
        _ = model.update(.tick(BarberPro.now))
        var pulses: Set<String> = []
        for _ in 0..<8 {
            let frame = model.frame
            pulses.insert(frame.text(row: 38))
            _ = model.update(.tick(model.now.advanced(by: 1000)))
        }
        #expect(pulses.count == 8)
        #expect(model.frame.text(row: 39).contains("data 8 s old"))
    }

    @Test("no key does anything but those of the wall", arguments: [true, false])
    func keys(mayQuit: Bool) {
        let allowed: Set<String> = ["?", "f1", "n", "q", "ctrl-c", "ctrl-l", "escape", "esc"]
        var names = (0x21...0x7e).compactMap { Unicode.Scalar($0).map { String(Character($0)) } }
        names += ["enter", "space", "tab", "shift-tab", "backspace", "up", "down", "left", "right", "home", "end"]
        names += ["page-up", "page-down", "f2", "f5", "f12", "ctrl-z", "ctrl-s", "ctrl-d", "alt-x", "delete", "insert"]
        for name in names where !allowed.contains(name) {
            guard let key = Key(name: name) else { continue }
            var model = Deployed.canary.model(120, 40, mode: .kiosk(mayQuit: mayQuit))
            let before = model.wallScreen
            let commands = model.update(.key(key))
            #expect(commands.isEmpty, "\(name) orders \(commands)")
            #expect(model.overlays.isEmpty, "\(name) opens something")
            #expect(model.wallScreen == before, "\(name) turns the page")
        }
        var model = BarberPro.calm.model(120, 40, mode: .kiosk(mayQuit: mayQuit))
        #expect(model.press("q") == (mayQuit ? [.quit] : []))
    }

    @Test(
        "every size draws, and the smallest says what matters",
        arguments: [(40, 12), (43, 17), (59, 21), (80, 24), (101, 33)])
    func sizes(width: Int, height: Int) {
        for launch in [BarberPro.calm, .trouble] {
            var model = launch.model(width, height, mode: Self.mode)
            for _ in 0..<12 {
                ViewTests.expectSafe(model.frame)
                let rows = model.frame.rows
                #expect(rows.contains { $0.contains("all well") || $0.contains("critical") || $0.contains("█") })
                model.press("n")
            }
        }
    }

    @Test func aResizeKeepsAPageThatThereIs() {
        var model = model(.trouble)
        for _ in 0..<40 {
            model.press("n")
            for size in [(80, 24), (200, 60), (40, 12), (120, 40)] {
                _ = model.update(.resize(Size(width: size.0, height: size.1)))
                #expect(model.frame.size == model.size)
            }
        }
    }

    @Test("a figure is held to the same bound as on the dashboard, calm and in trouble")
    func sameBounds() {
        for launch in [BarberPro.calm, .trouble] {
            let wall = launch.model(200, 60, mode: Self.mode)
            let desk = launch.model(200, 60)
            for row in (wall.shown.manifest?.panes).map({ $0.health + $0.business }) ?? [] {
                guard let track = desk.shown.track(row.main), let bound = desk.bound(of: track) else { continue }
                let text = desk.figures.kept(bound, unit: track.series.unit, isShort: false)
                let tiles = Frame.drawn(60, 12) {
                    WallTiles(model: wall, rows: [row]).render(into: &$0, area: $0.bounds)
                }
                let isAlone = wall.verdict(of: row) == wall.assessment(of: row.main).verdict
                if isAlone, wall.assessment(of: row.main).freshness == .fresh {
                    #expect(tiles.rows.contains { $0.contains(text) }, "\(row.title): \(text)")
                }
            }
        }
    }
}
