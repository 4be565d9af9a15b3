import Console
import Launch
import Testing

/// Pictures of what stands between a key and production. Look at them after a change.
@Suite struct DialogSnapshots {
    static let sizes = [(40, 12), (80, 24), (120, 40), (200, 60)]
    private static let trouble = Deployed(.trouble)

    /// A model in which `keys` were pressed one second after the other.
    private func model(_ deployed: Deployed, _ width: Int, _ height: Int, _ keys: String...) -> Model {
        var model = deployed.model(width, height)
        for key in keys {
            model.press(key)
            model.wait(1000, deployed)
        }
        return model
    }

    @Test("a rollback in trouble", arguments: sizes)
    func rollback(width: Int, height: Int) {
        expectSnapshot(model(Self.trouble, width, height, "R", "v", "1", ".", "3").frame, "rollback-\(width)x\(height)")
    }

    @Test("a rollback whose standby is dead", arguments: sizes)
    func force(width: Int, height: Int) {
        expectSnapshot(
            model(.standbyDown, width, height, "R", "g", "r", "e", "e", "n", "tab", "enter").frame,
            "force-\(width)x\(height)")
    }

    @Test("a rollback with an edge out of reach", arguments: [(80, 24)])
    func edgeGone(width: Int, height: Int) {
        expectSnapshot(model(.edgeGone, width, height, "R").frame, "edge-gone-\(width)x\(height)")
    }

    @Test("a world that moved", arguments: sizes)
    func moved(width: Int, height: Int) {
        var model = model(Deployed(), width, height, "R", "v", "1", ".", "3")
        model.wait(1000, Deployed().reading { for edge in Deployed.edges { $0.set(edge.version("green"), "v1.3.8") } })
        expectSnapshot(model.frame, "moved-\(width)x\(height)")
    }

    @Test("which version, then the plan", arguments: sizes)
    func deploy(width: Int, height: Int) {
        var model = model(Deployed(), width, height, "D")
        expectSnapshot(model.frame, "version-\(width)x\(height)")
        model.type("-rf")
        model.press("enter")
        expectSnapshot(model.frame, "version-refused-\(width)x\(height)")
        model.press("ctrl-u")
        model.type("v1.5.0")
        model.press("enter")
        expectSnapshot(model.frame, "deploy-\(width)x\(height)")
    }

    @Test("going on, aborting, holding", arguments: [(80, 24)])
    func steering(width: Int, height: Int) {
        expectSnapshot(model(.canary, width, height, "P").frame, "promote-\(width)x\(height)")
        expectSnapshot(model(.canary, width, height, "X").frame, "abort-\(width)x\(height)")
        expectSnapshot(model(.canary, width, height, "W", "tab").frame, "hold-\(width)x\(height)")
        expectSnapshot(model(.interrupted, width, height, "P").frame, "finish-\(width)x\(height)")
    }

    @Test("a rollback to what went back", arguments: [(40, 12), (80, 24), (200, 60)])
    func left(width: Int, height: Int) {
        expectSnapshot(model(.wentBack, width, height, "R").frame, "left-\(width)x\(height)")
    }

    @Test("going on with what waits for a person", arguments: [(80, 24), (200, 60)])
    func waiting(width: Int, height: Int) {
        expectSnapshot(model(.waiting, width, height, "P").frame, "waiting-\(width)x\(height)")
    }

    @Test("where nobody knows who serves", arguments: [(40, 12), (80, 24)])
    func whichColour(width: Int, height: Int) {
        expectSnapshot(model(.splitBrain, width, height, "R").frame, "which-colour-\(width)x\(height)")
    }

    // MARK: After it was fired

    /// A rollback that was confirmed, and its name.
    private func fired(_ width: Int, _ height: Int) -> (Model, ActionID) {
        var model = model(Self.trouble, width, height, "R", "v", "1", ".", "3", "tab")
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("nothing was fired")
            return (model, ActionID(""))
        }
        return (model, request.id)
    }

    private func happens(_ model: inout Model, _ events: ActionEvent...) {
        for event in events {
            model.wait(100, Self.trouble)
            _ = model.update(.events([Event(origin: "bastion", at: model.now, body: .action(event))]))
        }
    }

    private static let rollbackSteps = [
        ("look", "Ask the edges"), ("lock", "Lock the edges"), ("stage", "Stage the split"),
        ("flip", "Switch the traffic"),
        ("prove", "Ask the front doors"), ("unlock", "Unlock the edges"),
    ].map { ActionEvent.Step(name: $0.0, title: $0.1) }

    @Test("the steps as they happen, the end, the runway", arguments: sizes)
    func steps(width: Int, height: Int) {
        var (model, id) = fired(width, height)
        model.wait(100, Self.trouble)
        expectSnapshot(model.frame, "starting-\(width)x\(height)")
        happens(
            &model,
            .started(
                .init(
                    id: id, kind: .rollback, by: Deployed.ana, reason: "payments",
                    command: ["guardia", "rollback", "--to", "green", "--expect", "v1.3.9", "--from", "blue", "--yes"],
                    from: .init(colour: "blue", version: "v1.4.0"), to: .init(colour: "green", version: "v1.3.9"),
                    edges: ["edge-1", "edge-2"], steps: Self.rollbackSteps, pid: 4800)),
            .stepStarted(.init(action: id, step: "look")),
            .stepEnded(.init(action: id, step: "look", outcome: .done, detail: "2 edges serve blue; green lives")),
            .stepStarted(.init(action: id, step: "lock")),
            .stepEnded(.init(action: id, step: "lock", outcome: .done, detail: "fence 8")),
            .stepStarted(.init(action: id, step: "stage")),
            .noted(.init(action: id, step: "stage", text: "edge-2: split green made")))
        model.wait(1000, Self.trouble)
        expectSnapshot(model.frame, "steps-\(width)x\(height)")
        happens(
            &model, .stepEnded(.init(action: id, step: "stage", outcome: .done, detail: "")),
            .stepStarted(.init(action: id, step: "flip")),
            .stepEnded(.init(action: id, step: "flip", outcome: .done, detail: "both edges", split: "green")),
            .ended(.init(action: id, outcome: .done, summary: "v1.3.9 serves on green through 2 edges", split: "green"))
        )
        model.wait(900, Self.trouble.reading { $0.setSplit("green") })
        expectSnapshot(model.frame, "runway-\(width)x\(height)")
    }

    @Test("an action that could not be started says so at once", arguments: [(40, 12), (80, 24)])
    func couldNotStart(width: Int, height: Int) {
        var (model, id) = fired(width, height)
        _ = model.update(
            .actionEnded(id, hasFailed: true, words: "sudo: a password is required (it ended with exit code 1)"))
        expectSnapshot(model.frame, "not-started-\(width)x\(height)")
    }

    @Test("an action that says nothing is not called done", arguments: [(80, 24)])
    func silent(width: Int, height: Int) {
        var (model, _) = fired(width, height)
        model.wait(8000, Self.trouble)
        expectSnapshot(model.frame, "no-word-\(width)x\(height)")
    }
}
