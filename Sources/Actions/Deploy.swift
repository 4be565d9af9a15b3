import Edge
package import Launch

/// Brings a version to the idle colour and the traffic to it, step by step; every step is told before and after.
///
/// The order of things is ``DeployCourse``'s; this actor performs what it says, listens to operators, and keeps the locks.
package actor Deploy {
    enum Input: Sendable {
        case ended(serial: Int, Outcome)
        case asked(ActionEvent.Asked)
        case preempted(String)
        case waitedTooLong(serial: Int)
    }

    /// What came of a step, with the sentence that is told of it.
    struct Outcome: Sendable {
        var result: DeployCourse.Result
        var detail: String
        var split: Split?

        static func done(_ detail: String, split: Split? = nil) -> Outcome {
            Outcome(result: .done, detail: detail, split: split)
        }
        static func failed(_ why: String) -> Outcome { Outcome(result: .failed(why), detail: why) }
        static func refused(_ why: String) -> Outcome { Outcome(result: .refused(why), detail: why) }
        static func undecided(_ why: String) -> Outcome { Outcome(result: .undecided(why), detail: why) }
    }

    static let reach: Duration = .seconds(3)
    static let proof: Duration = .seconds(5)

    let deployment: Deployment
    let edges: EdgeGroup
    let order: DeployOrder
    let world: DeployWorld
    let reporter: ActionReporter

    var ground = DeployGround(live: "", idle: "", statuses: [:])
    var fences: [String: Int64] = [:]
    /// Who approved.
    var tally: ApprovalTally
    /// When the edges were told last to go back by themselves; nil: they were not.
    var armedAt: Moment?
    /// Whether the promotion was begun: the time to confirm is not to begin anew any more.
    var isPromoting: Bool
    /// The time to go back being wound up again.
    var arming: Task<Void, Never>?
    /// When it was last looked at whether the launch is fit for it.
    var checkedAt: Moment?
    /// What is known of the schema.
    var schema: Preflight.Schema?

    private var course: DeployCourse
    var steps: [DeployStep] { course.steps }
    private var serial = 0
    private var running: (step: DeployStep?, task: Task<Void, Never>)?
    private var keeping: Task<Void, Never>?
    private let inputs: AsyncStream<Input>
    let inbox: AsyncStream<Input>.Continuation

    package init(
        _ order: DeployOrder, of deployment: Deployment, on edges: EdgeGroup, world: DeployWorld,
        reporter: ActionReporter
    ) {
        self.order = order
        self.deployment = deployment
        self.edges = EdgeGroup(edges.doors.filter { !order.without.contains($0.plan.name) })
        self.world = world
        self.reporter = reporter
        tally = ApprovalTally(needed: deployment.approvals, asker: order.by)
        let steps = DeployStep.course(
            shares: order.shares,
            approvals: order.breakGlass || order.continues?.isPastApproval == true ? 0 : deployment.approvals,
            confirms: order.confirmWithin != nil, follows: deployment.onLive != nil || deployment.onIdle != nil,
            watches: deployment.watch.span.count > 0)
        let past = order.continues?.steps ?? []
        course = DeployCourse(
            steps: steps, completed: Set(past.filter { $0.outcome == .done }.map(\.step.name)),
            hasMoved: past.contains { $0.startedAt != nil && Deploy.moves($0.step.name) })
        isPromoting = past.contains { $0.startedAt != nil && $0.step.name == DeployStep.promote.name }
        (inputs, inbox) = AsyncStream.makeStream(of: Input.self)
    }

    private static func moves(_ name: String) -> Bool { name == "promote" || name.hasPrefix("shift-") }

    /// Runs it to its end.
    package func run() async -> ActionResult {
        let looked = await DeployGround.look(deployment, edges, resuming: order.continues)
        if case .success(let ground) = looked { self.ground = ground }
        await begin()
        if case .failure(let refusal) = looked { return await finish(ActionResult(.refused, refusal.words)) }
        if breaksGlass {
            await reporter.note("preflight", ApprovalWait.broken(by: order.by, order.reason))
        }
        let listening = Task { [world, inbox] in
            for await asked in world.requests { inbox.yield(.asked(asked)) }
        }
        defer { listening.cancel() }
        return await finish(await drive())
    }

    private var breaksGlass: Bool {
        (order.breakGlass || order.continues?.started.breaksGlass == true) && deployment.approvals > 0
    }
    /// Whether traffic may have been moved, by this run or the one that it goes on with.
    var hasMoved: Bool { course.hasMoved }

    private func begin() async {
        await reporter.tell(
            .started(
                .init(
                    id: reporter.id, kind: .deploy, by: order.by, reason: order.reason, command: order.command,
                    from: ground.live.isEmpty ? nil : .init(colour: ground.live, version: ground.serving),
                    to: ground.idle.isEmpty
                        ? .init(colour: "", version: order.version)
                        : .init(colour: ground.idle, version: order.version),
                    edges: edges.names,
                    steps: course.steps.map { .init(name: $0.name, title: $0.title, span: span(of: $0)) },
                    continues: order.continues?.id, pid: order.pid, decision: order.decision,
                    breaksGlass: breaksGlass ? true : nil)))
        // Should this run die too, whoever goes on with it must know what the one before had done.
        if let record = order.continues, !ground.live.isEmpty {
            for step in course.settled {
                await reporter.begin(step.name)
                await reporter.end(step.name, .done, "by \(record.id)")
            }
        }
        await reporter.journal.settle(within: .seconds(2))
    }

    /// How long a step takes that only looks or waits.
    private func span(of step: DeployStep) -> Milliseconds? {
        switch step {
        case .analyse: order.bake
        case .watch: deployment.watch.span
        case .confirm: order.confirmWithin
        case .approve: deployment.approvalLimit
        default: nil
        }
    }

    private func finish(_ result: ActionResult) async -> ActionResult {
        keeping?.cancel()
        inbox.finish()
        await reporter.finish(result)
        await reporter.journal.settle(within: .seconds(5))
        return result
    }

    // MARK: The loop

    private func drive() async -> ActionResult {
        var result = await take(course.start())
        guard result == nil else { return result ?? ActionResult(.undecided, "") }
        for await input in inputs {
            switch input {
            case .ended(let number, let outcome) where number == serial:
                running = nil
                result = await take(course.ended(outcome.result))
            case .ended: break
            case .asked(let asked): result = await hear(asked)
            case .preempted(let by):
                await stop()
                result = await take(course.preempted(by))
            case .waitedTooLong(let number):
                if number == serial { result = await take(course.waitedTooLong()) }
            }
            if let result { return result }
        }
        return ActionResult(.undecided, "it was called off", missing: edges.names)
    }

    private func hear(_ asked: ActionEvent.Asked) async -> ActionResult? {
        if asked.request == .approve {
            tally.take(asked)
            return nil
        }
        return await take(course.asked(asked.request, by: asked.by.name, reason: asked.reason))
    }

    private func take(_ move: DeployCourse.Move) async -> ActionResult? {
        var move = move
        while true {
            switch move {
            case .none: return nil
            case .perform(let step):
                start(step) { await self.perform(step) }
                return nil
            case .finishStep(let words):
                let step = course.current
                await stop()
                var outcome = Outcome.done(words)
                if step == .confirm { outcome = await confirm(words) }
                if let step { await tellEnd(of: step.name, outcome) }
                move = course.ended(outcome.result)
            case .wait(let why):
                serial += 1
                let number = serial
                await reporter.note(
                    course.current?.name ?? "", "a person is needed (\(why)): guardia promote, or guardia abort")
                let task = Task { [world, order, inbox] in
                    do { try await world.pause(order.decision) } catch { return }
                    inbox.yield(.waitedTooLong(serial: number))
                }
                running = (nil, task)
                return nil
            case .goBack(let reason):
                await stop(tellingWhy: reason)
                await reporter.begin(ActionRecord.wayBack)
                await reporter.note(ActionRecord.wayBack, reason)
                startWork(ActionRecord.wayBack) { await self.goBack() }
                return nil
            case .end(let outcome, let words): return await end(outcome, words)
            }
        }
    }

    private func end(_ outcome: ActionOutcome, _ words: String) async -> ActionResult {
        await stop()
        keeping?.cancel()
        if outcome != .preempted, !fences.isEmpty {
            // No switch takes it away where there was none.
            if order.confirmWithin != nil, outcome != .done, !course.hasMoved {
                await disarm(edges.only(fences.keys))
            }
            await edges.unlock(fences, within: Deploy.reach)
        }
        let target = "\(ground.idle) \(order.version)"
        switch outcome {
        case .done:
            return ActionResult(
                .done, "all traffic goes to \(target), on \(edges.doors.count.edges)", split: Split(all: ground.idle))
        case .wentBack:
            return ActionResult(.wentBack, words, split: course.hasMoved ? ground.before : nil)
        case .undecided:
            return ActionResult(.undecided, words, missing: unsettled, split: course.hasMoved ? ground.before : nil)
        case .refused, .preempted, .died: return ActionResult(outcome, words)
        }
    }

    /// Edges that going back did not reach.
    var unsettled: [String] = []

    // MARK: Running a step

    private func start(_ step: DeployStep, _ work: @escaping @Sendable () async -> Outcome) {
        serial += 1
        let number = serial
        running = (
            step,
            Task { [inbox] in
                await reporter.begin(step.name)
                // Contract C4: told before it is done. A journal that cannot be written spools, and does not hold it up.
                await reporter.journal.settle(within: .seconds(2))
                let outcome = await work()
                if Task.isCancelled, step.isCallable { return }
                await self.tellEnd(of: step.name, outcome)
                inbox.yield(.ended(serial: number, outcome))
            }
        )
    }

    private func startWork(_ name: String, _ work: @escaping @Sendable () async -> Outcome) {
        serial += 1
        let number = serial
        running = (
            nil,
            Task { [inbox] in
                let outcome = await work()
                await self.tellEnd(of: name, outcome)
                inbox.yield(.ended(serial: number, outcome))
            }
        )
    }

    /// Ends what runs: what only looks, waits or runs a command is called off; what moves traffic or locks is let finish, so
    /// that no late switch comes after the way back.
    ///
    /// - Parameter reason: told as the end of a step that is called off.
    private func stop(tellingWhy reason: String? = nil) async {
        guard let (step, task) = running else { return }
        running = nil
        serial += 1
        if step?.isCallable ?? true { task.cancel() }
        await task.value
        if let reason, let step, step.isCallable { await tellEnd(of: step.name, .undecided(reason)) }
    }

    private func tellEnd(of name: String, _ outcome: Outcome) async {
        let word: ActionEvent.StepEnded.Outcome =
            switch outcome.result {
            case .done: .done
            case .undecided: .undecided
            case .failed, .preempted, .refused: .failed
            }
        await reporter.end(name, word, outcome.detail, split: outcome.split)
        await reporter.journal.settle(within: .seconds(2))
    }

    // MARK: Keeping the locks

    /// Renews the leases until the action ends; tells when somebody took a lock from us.
    func keepLocks() {
        // Often enough for both: for the lease, and for the way back that is wound up again.
        let pause = Milliseconds(max(min(deployment.lease, order.confirmWithin ?? .hours(1)).count / 3, 500))
        keeping = Task { [world, edges, fences, deployment, inbox] in
            for await _ in world.renewals(pause) {
                if Task.isCancelled { return }
                let answers = await edges.only(fences.keys).each { door throws(EdgeError) in
                    try await door.renew(
                        fence: fences[door.plan.name] ?? 0, lease: deployment.lease, within: Deploy.reach)
                }
                if let fenced = answers.errors.first(where: { $0.error.refusal == .fenced }) {
                    inbox.yield(.preempted(await Deploy.whoHolds(edges[fenced.edge])))
                    return
                }
                await self.armAnew()
            }
        }
    }

    /// A sentence that says who has the lock of an edge now.
    static func whoHolds(_ door: (any EdgeDoor)?) async -> String {
        guard let door else { return "its lock was taken" }
        guard let status = try? await door.status(within: reach) else {
            return "its lock on \(door.plan.name) was taken"
        }
        if let lock = status.lock { return "\(lock.holder) took over with \(lock.kind) \(lock.action)" }
        if let fired = status.fired { return "\(door.plan.name) went back by itself: \(fired)" }
        // Whoever took over is done already: the edge remembers who it was.
        let history = (try? await door.history(50, within: reach)) ?? []
        if let words = history.last(where: { $0.event == "take" })?.words, words.count >= 3 {
            return "\(words[0]) took over with \(words[2]) \(words[1]), which is done"
        }
        return "its lock on \(door.plan.name) is gone"
    }
}

extension DeployStep {
    /// Whether it can be called off half-way without leaving anything to chance.
    var isCallable: Bool {
        switch self {
        case .lock, .shift, .arm, .promote, .unlock: false
        default: true
        }
    }
}
