import Console
import Launch
import Testing

/// Pictures of the blue/green pane, its headline and the deployments page, calm and in trouble.
@Suite struct DeploymentSnapshots {
    static let stories: [(String, Deployed)] = [
        ("calm", Deployed()), ("canary", .canary), ("interrupted", .interrupted), ("split-brain", .splitBrain),
        ("standby-down", .standbyDown), ("edge-gone", .edgeGone), ("waiting", .waiting),
        ("went-back", .wentBack),
    ]

    @Test("the war room", arguments: stories.indices)
    func warRoom(index: Int) {
        let (name, deployed) = Self.stories[index]
        for (width, height) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
            expectSnapshot(deployed.model(width, height).frame, "\(name)-\(width)x\(height)")
        }
    }

    @Test("a deploy that goes back by itself unless somebody confirms")
    func armed() {
        // In the canary it is for the day when nobody drives it any more, and nothing is to be confirmed.
        let canary = Deployed.canary.reading {
            for edge in Deployed.edges { $0.set(edge.notice, "goes back to blue in 253 s") }
        }
        expectSnapshot(canary.model(80, 24).frame, "armed-canary-80x24")
        let armed = Deployed.promoted.reading {
            for edge in Deployed.edges { $0.set(edge.notice, "goes back to blue in 253 s") }
        }
        expectSnapshot(armed.model(80, 24).frame, "armed-80x24")
        let dead = Deployed.interrupted.reading {
            for edge in Deployed.edges { $0.set(edge.notice, "goes back to blue in 253 s") }
        }
        expectSnapshot(dead.model(120, 40).frame, "armed-interrupted-120x40")
    }

    @Test("a deploy whose process hangs: its lock has lapsed", arguments: [(40, 12), (80, 24), (200, 60)])
    func hangs(width: Int, height: Int) throws {
        let model = Deployed.canary.model(width, height)
        let action = try #require(model.board.actions.mover?.id.text)
        let hanging = Deployed.canary.reading {
            for edge in Deployed.edges { $0.set(edge.lock, "lapsed: ana@bastion-1, deploy \(action): v1.5.0") }
        }
        #expect(hanging.model(width, height).notices.first?.text.contains("HANGS") == true)
        // The lock of another action says nothing of this one.
        let other = Deployed.canary.reading {
            $0.set(Deployed.edges[0].lock, "lapsed: ana@bastion-1, deploy other-1: x")
        }
        #expect(!other.model(width, height).notices.contains { $0.text.contains("HANGS") })
        expectSnapshot(hanging.model(width, height).frame, "hangs-\(width)x\(height)")
    }

    @Test func frozenDeploys() {
        let frozen = Deployed().reading {
            for edge in Deployed.edges { $0.set(edge.notice, "frozen by leo: month end") }
        }
        expectSnapshot(frozen.model(80, 24).frame, "frozen-80x24")
    }

    @Test("the pane zoomed while a canary runs", arguments: [(80, 24), (120, 40)])
    func zoomed(width: Int, height: Int) {
        expectSnapshot(Deployed.canary.model(width, height).pressing("5", "z").frame, "zoom-canary-\(width)x\(height)")
    }

    @Test("the wall", arguments: [(40, 12), (80, 24), (200, 60)])
    func wall(width: Int, height: Int) {
        let mode = Mode.kiosk(mayQuit: false)
        expectSnapshot(Deployed().model(width, height, mode: mode).frame, "wall-\(width)x\(height)")
        expectSnapshot(Deployed.canary.model(width, height, mode: mode).frame, "wall-canary-\(width)x\(height)")
    }

    @Test("the history, and one of it", arguments: [(40, 12), (80, 24), (120, 40), (200, 60)])
    func history(width: Int, height: Int) {
        var model = Deployed.canary.model(width, height).pressing("H")
        expectSnapshot(model.frame, "history-\(width)x\(height)")
        model.press("down", "enter")
        expectSnapshot(model.frame, "action-\(width)x\(height)")
        model.press("end")
        expectSnapshot(model.frame, "action-end-\(width)x\(height)")
    }
}
