import Console
import Launch

/// BarberPro with a deployment: two colours behind two edges, green the standby, and what was done so far.
struct Deployed {
    var launch: BarberPro
    /// What each edge says, by series; what is not here is missed.
    private var texts: [SeriesID: String] = [:]
    private var numbers: [SeriesID: Double] = [:]
    private var misses: [SeriesID: String] = [:]

    static let ana = Operator(name: "ana", uid: 1000, host: "bastion-1", client: "10.0.0.7")
    static let edges = ["edge-1", "edge-2"].map { EdgeSeries(name: $0) }

    static let manifest: Manifest = {
        var manifest = BarberPro.manifest
        manifest.deployment = DeploymentFacts(
            colours: ["blue", "green"], edges: edges, canarySteps: [5, 25, 50], bake: .minutes(5), standby: .hours(24))
        for edge in edges {
            func add(_ id: SeriesID, _ unit: Unit) {
                manifest.series.append(Series(id: id, title: id.name, unit: unit, interval: 1000, absence: .normal))
            }
            add(edge.up, .count)
            for id in [edge.split, edge.lock, edge.notice, edge.version("blue"), edge.version("green")] {
                add(id, .text)
            }
            for id in [edge.live("blue"), edge.live("green")] { add(id, .milliseconds) }
        }
        return manifest
    }()

    init(_ launch: BarberPro = .calm) {
        self.launch = launch
        self.launch.board.apply(Self.manifest)
        for edge in Self.edges {
            numbers[edge.up] = 1
            texts[edge.split] = "blue"
            texts[edge.lock] = ""
            texts[edge.notice] = ""
            texts[edge.version("blue")] = "v1.4.0"
            texts[edge.version("green")] = "v1.3.9"
            numbers[edge.live("blue")] = 2.1
            numbers[edge.live("green")] = 1.9
        }
        read()
        happened(
            [
                .started(
                    .init(
                        id: ActionID("deploy-20261023T164500Z-0001"), kind: .deploy, by: Self.ana,
                        reason: "release of the week",
                        command: ["guardia", "deploy", "v1.4.0", "--yes"],
                        from: .init(colour: "green", version: "v1.3.9"), to: .init(colour: "blue", version: "v1.4.0"),
                        edges: ["edge-1", "edge-2"], steps: Self.steps, pid: 4711))
            ] + Self.done(ActionID("deploy-20261023T164500Z-0001"), through: Self.steps.count, split: "blue"),
            ago: 2640, every: 3)
        happened(
            [
                .ended(
                    .init(
                        action: ActionID("deploy-20261023T164500Z-0001"), outcome: .done,
                        summary: "v1.4.0 serves on blue through 2 edges; green keeps v1.3.9 as the standby",
                        split: "blue"))
            ], ago: 2600)
    }

    static let steps = DeployStep.course(
        shares: [5, 25, 50], approvals: 0, confirms: false, follows: false, watches: true
    )
    .map { ActionEvent.Step(name: $0.name, title: $0.title) }

    /// The events of the first `count` steps, all done.
    static func done(_ id: ActionID, through count: Int, split: String) -> [ActionEvent] {
        steps.prefix(count).flatMap { step -> [ActionEvent] in
            let moves = step.name.hasPrefix("shift") || step.name == "promote"
            return [
                .stepStarted(.init(action: id, step: step.name)),
                .stepEnded(.init(action: id, step: step.name, outcome: .done, detail: "", split: moves ? split : nil)),
            ]
        }
    }

    // MARK: What happens

    /// Tells events, the first `ago` seconds before now, each `every` seconds later than the one before.
    mutating func happened(_ events: [ActionEvent], ago: Int64, every: Int64 = 0) {
        for (index, event) in events.enumerated() { launch.say(.action(event), ago: ago - Int64(index) * every) }
    }

    mutating func set(_ id: SeriesID, _ text: String) { (texts[id], misses[id]) = (text, nil) }
    mutating func set(_ id: SeriesID, _ number: Double) { (numbers[id], misses[id]) = (number, nil) }
    mutating func miss(_ id: SeriesID, _ why: String) { misses[id] = why }

    mutating func setSplit(_ split: String) { for edge in Self.edges { set(edge.split, split) } }

    /// What the edges say at `moment`.
    func tick(at moment: Moment) -> Tick {
        let second = Double((moment.utc - BarberPro.now.utc).count) / 1000
        var readings = second > 0 ? launch.tick(ago: -second.rounded(.down)).readings : []
        for (id, text) in texts where misses[id] == nil { readings.append(Reading(id, .text(text))) }
        for (id, number) in numbers where misses[id] == nil { readings.append(Reading(id, .number(number))) }
        for (id, why) in misses { readings.append(Reading(id, .missed(why))) }
        return Tick(at: moment, readings: readings.sorted { $0.series < $1.series })
    }

    /// Reads the edges now.
    mutating func read() { launch.board.apply(tick(at: launch.now.advanced(by: -800))) }

    func reading(_ change: (inout Deployed) -> Void) -> Deployed {
        var copy = self
        change(&copy)
        copy.read()
        return copy
    }

    // MARK: Stories

    /// A canary of v1.4.1 on green, in its second analysis.
    static let canary: Deployed = {
        var deployed = Deployed()
        let id = ActionID("deploy-20261023T173500Z-0002")
        deployed.happened(
            [
                .started(
                    .init(
                        id: id, kind: .deploy, by: ana, reason: "payment p95",
                        command: [
                            "guardia", "deploy", "v1.4.1", "--canary", "5,25,50", "--reason", "payment p95", "--yes",
                        ],
                        from: .init(colour: "blue", version: "v1.4.0"), to: .init(colour: "green", version: "v1.4.1"),
                        edges: ["edge-1", "edge-2"], steps: steps, pid: 4712, decision: .minutes(30)))
            ] + done(id, through: 7, split: "green-25.blue"), ago: 420, every: 16)
        deployed.happened(
            [
                .stepStarted(.init(action: id, step: "analyse-25")),
                .noted(
                    .init(
                        action: id, step: "analyse-25",
                        text: "errors 0,1 % against 0,1 %, p95 91 ms against 87 ms, 412 requests")),
            ], ago: 130)
        return deployed.reading {
            $0.setSplit("green-25.blue")
            for edge in edges {
                $0.set(edge.version("green"), "v1.4.1")
                $0.set(edge.lock, "ana@bastion-1: deploy")
            }
        }
    }()

    /// The same, its analysis inconclusive two minutes ago: it waits for a person.
    static let waiting: Deployed = {
        var deployed = canary
        deployed.happened(
            [
                .stepEnded(
                    .init(
                        action: ActionID("deploy-20261023T173500Z-0002"), step: "analyse-25", outcome: .undecided,
                        detail: "too few requests: 2 of 50"))
            ], ago: 120)
        return deployed
    }()

    /// The same, promoted forty seconds ago: it is watched.
    static let promoted: Deployed = {
        var deployed = canary
        let id = ActionID("deploy-20261023T173500Z-0002")
        deployed.happened(
            [
                .stepEnded(.init(action: id, step: "analyse-25", outcome: .done, detail: "")),
                .stepStarted(.init(action: id, step: "promote")),
                .stepEnded(.init(action: id, step: "promote", outcome: .done, detail: "", split: "green")),
                .stepStarted(.init(action: id, step: "watch")),
            ], ago: 40)
        return deployed.reading { $0.setSplit("green") }
    }()

    /// The same, gone back four minutes ago.
    static let wentBack: Deployed = {
        var deployed = canary
        let id = ActionID("deploy-20261023T173500Z-0002")
        deployed.happened(
            [
                .stepEnded(
                    .init(action: id, step: "analyse-25", outcome: .failed, detail: "errors 20.9 % against 0.1 %")),
                .stepStarted(.init(action: id, step: "go-back")),
                .stepEnded(.init(action: id, step: "go-back", outcome: .done, detail: "", split: "blue")),
                .ended(.init(action: id, outcome: .wentBack, summary: "errors 20.9 % against 0.1 %", split: "blue")),
            ], ago: 240)
        return deployed.reading {
            $0.setSplit("blue")
            for edge in edges { $0.set(edge.lock, "") }
        }
    }()

    /// The same, its process killed.
    static let interrupted: Deployed = {
        var deployed = canary
        deployed.happened(
            [
                .ended(
                    .init(
                        action: ActionID("deploy-20261023T173500Z-0002"), outcome: .died,
                        summary: "its process (pid 4712) is gone"))
            ],
            ago: 20)
        return deployed
    }()

    /// The edges serve different splits.
    static let splitBrain = Deployed().reading { $0.set(edges[1].split, "green") }

    /// The standby has died.
    static let standbyDown = Deployed().reading {
        for edge in edges {
            $0.miss(edge.live("green"), "connection refused")
            $0.miss(edge.version("green"), "connection refused")
        }
    }

    /// One edge out of reach.
    static let edgeGone = Deployed().reading {
        let edge = edges[1]
        $0.set(edge.up, 0)
        for id in [
            edge.split, edge.lock, edge.notice, edge.version("blue"), edge.version("green"), edge.live("blue"),
            edge.live("green"),
        ] {
            $0.miss(id, "no answer within 1 s")
        }
    }

    // MARK: Screens

    func model(_ width: Int, _ height: Int, mode: Mode = .operator(name: "ana")) -> Model {
        launch.model(width, height, mode: mode)
    }
}

extension Model {
    /// Lets time pass, with a sign of life of the engine and what the edges say.
    mutating func wait(_ span: Milliseconds, _ deployed: Deployed? = nil) {
        let later = now.advanced(by: span)
        if let deployed { _ = update(.readings([deployed.tick(at: later)])) }
        _ = update(.heartbeat(Heartbeat(at: later)))
        _ = update(.tick(later))
    }

    /// Types a text, key by key.
    @discardableResult
    mutating func type(_ text: String) -> [Command] {
        text.unicodeScalars.flatMap { update(.key(Key($0))) }
    }
}
