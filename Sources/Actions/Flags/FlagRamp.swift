package import Launch

/// Lets a flag's share grow by itself: sets a share, watches the guards, sets the next; steps back when a guard alerts.
///
/// The order of things is ``RampCourse``'s; this actor performs what it says. It needs no dashboard and no terminal, and tells
/// the journal where it is. When its process dies the share stays where it is, and nothing grows any more.
package actor FlagRamp {
    /// How often the guards, the flag and the journal are looked at.
    static let pace: Milliseconds = .seconds(1)

    private let order: Order
    private let store: any FlagStore
    private let world: World
    private let reporter: ActionReporter
    private let writer: FlagWriter
    private var course: RampCourse
    /// The flag as this ramp left it.
    private var left: FlagLook?
    private var told: FlagEvent.RampTurned?
    /// Bakes whose end was told.
    private var ended: Set<String> = []
    /// Why a step failed that is tried again.
    private var failures: [String: String] = [:]
    private let algorithm: FlagAlgorithm
    /// Whether the launch config names it.
    private let isKnown: Bool
    /// Nil: nobody has to approve it.
    private let approval: ApprovalWait?

    package init(
        _ order: Order, of plan: FlagsPlan, in store: any FlagStore, world: World, reporter: ActionReporter,
        approval: ApprovalWait? = nil, zone: Zone = .utc
    ) {
        self.order = order
        self.store = store
        self.world = world
        self.reporter = reporter
        writer = FlagWriter(
            store: store, plan: plan, clock: world.clock, reporter: reporter, by: order.by, reason: order.reason,
            zone: zone, pause: world.pause)
        course = RampCourse(order.plan)
        algorithm = plan.target.algorithm
        isKnown = plan[order.name] != nil
        self.approval = approval
    }

    /// Runs it to its end.
    package func run() async -> ActionResult {
        let looked = await Result.of { () throws(FlagStoreError) in try await store.look(order.name) }
        await begin()
        let result: ActionResult
        switch looked {
        case .failure(let error):
            result = ActionResult(.wentBack, "nothing was written: \(error.description)")
        case .success(let look):
            if let refusal = refusal(look) {
                result = ActionResult(.refused, refusal)
            } else if let refusal = await approval?.wait(for: order.by, reason: order.reason, telling: reporter) {
                result = ActionResult(.refused, "\(refusal): nothing was written")
            } else {
                // What was approved is a ramp of the flag as it was: the first share is not written where it is another.
                take(look)
                result = await drive()
            }
        }
        await turn(because: result.summary, isOver: true)
        await reporter.finish(result)
        await reporter.journal.settle(within: .seconds(5))
        return result
    }

    private func begin() async {
        var steps = order.plan.steps.map { ActionEvent.Step(name: "share-\($0)", title: "\($0.words) of users") }
        for (index, share) in order.plan.steps.enumerated() {
            steps.insert(.init(name: "bake-\(share)", title: "Watch \(share.words)"), at: index * 2 + 1)
        }
        steps = (approval?.steps ?? []) + steps
        await reporter.tell(
            .started(
                .init(
                    id: reporter.id, kind: .flagRamp, by: order.by, reason: order.reason, command: order.command,
                    subject:
                        "\(order.name) \(([order.plan.from] + order.plan.steps).map(\.words).joined(separator: " → "))",
                    steps: steps, continues: order.continues, pid: order.pid, breaksGlass: approval?.isBroken)))
        await reporter.tell(.rampPlanned(.init(action: reporter.id, flag: order.name, plan: order.plan)))
        await reporter.journal.settle(within: .seconds(2))
    }

    private func refusal(_ look: FlagLook) -> String? {
        if let trouble = FlagName.trouble(with: order.name) ?? order.plan.trouble { return trouble }
        let known = algorithm(of: look)
        if let trouble = order.plan.steps.lazy.compactMap({ known.trouble(with: $0) }).first { return trouble }
        switch look.state {
        case .faulty(let fault, _): return "\(order.name) is no whole flag (\(fault)): mend it with guardia flag set"
        case .absent where !isKnown && !order.creates:
            return "there is no flag \(order.name), in Redis nor in the launch config: --create makes one"
        case .absent, .flag: break
        }
        if let expect = order.expect, expect != (look.flag?.version ?? 0) {
            return "\(look.moved(from: look, zone: writer.zone)); you saw version \(expect)"
        }
        // A ramp that goes on begins where the share is; a new one only grows.
        guard let flag = look.flag else { return nil }
        if order.continues != nil {
            if order.owners.contains(flag.change) || flag.share == order.plan.from { return nil }
            let who = flag.updatedBy.isEmpty ? "somebody who left no name" : flag.updatedBy
            return "\(order.name) was changed by \(who) since: it is \(FlagChange.state(flag)), version \(flag.version)"
        }
        if flag.share != order.plan.from {
            let share = flag.share
            return "\(order.name) is at \(share.words) now, the plan was made at \(order.plan.from.words)"
        }
        return nil
    }

    private func algorithm(of look: FlagLook) -> FlagAlgorithm { look.flag?.algorithm ?? algorithm }

    private func take(_ look: FlagLook) {
        left = look
        guard order.continues != nil, let share = look.flag?.share else { return }
        course = RampCourse(order.plan, behind: order.plan.steps.count { $0 <= share }, share: share)
    }

    // MARK: The loop

    private func drive() async -> ActionResult {
        if course.behind > 0, let share = order.plan.steps[..<course.behind].last {
            await reporter.begin("bake-\(share)")
        }
        while true {
            for asked in await world.requests() {
                let move = course.asked(
                    asked.request, by: asked.by.name, reason: asked.reason, at: world.clock.now().uptime)
                if let result = await perform(move) { return result }
            }
            let sight = await sight()
            let result = await perform(course.pass(to: world.clock.now().uptime, sight))
            if let result { return result }
            await turn()
            do { try await world.pause(FlagRamp.pace) } catch {
                return ActionResult(.undecided, "it was called off; \(course.share.words) stays in force")
            }
        }
    }

    private func sight() async -> RampCourse.Sight {
        var sight = RampCourse.Sight(
            guarding: GuardVerdict(of: order.plan.guards, on: await world.board(), at: world.clock.now()))
        do throws(FlagStoreError) {
            let now = try await store.look(order.name)
            if let left, now.fields != left.fields { sight.moved = now.moved(from: left, zone: writer.zone) }
        } catch {
            sight.trouble = error.description
        }
        return sight
    }

    /// Does what the course says, and goes on doing what comes of that.
    private func perform(_ move: RampCourse.Move) async -> ActionResult? {
        var move = move
        while true {
            switch move {
            case .none: return nil
            case .end(let outcome, let words):
                await endBake(outcome, words)
                return ActionResult(outcome, outcome == .done ? "\(order.name): \(words)" : words)
            case .write(let share, let step):
                if step > 0 { await endBake(.done, "did well") }
                move = await write(share, as: "share-\(share)") { "\(share.words) of users" }
                if course.behind == step + 1 { await reporter.begin("bake-\(share)") }
            case .stepBack(let share, let why):
                await endBake(.undecided, why)
                move = await write(share, as: "step-back") { "\(share.words) again: \(why)" }
            case .goBack(let share, let why):
                await endBake(.undecided, why)
                move = await write(share, as: "go-back") { "\(share.words) again: \(why)" }
            }
        }
    }

    private var baking: String? {
        course.behind > 0 ? "bake-\(order.plan.steps[course.behind - 1])" : nil
    }

    private func endBake(_ outcome: ActionOutcome, _ words: String) async {
        guard let baking, ended.insert(baking).inserted else { return }
        let word: ActionEvent.StepEnded.Outcome =
            switch outcome {
            case .done: .done
            case .undecided, .died: .undecided
            case .wentBack, .refused, .preempted: .failed
            }
        await reporter.end(baking, word, words)
    }

    private func write(_ share: Rollout, as step: String, _ words: () -> String) async -> RampCourse.Move {
        // What is tried again each second is told once, and again only where it fails for another reason.
        if failures[step] == nil {
            await reporter.begin(step)
            await reporter.journal.settle(within: .seconds(2))
        }
        let result = await change(to: share)
        switch result {
        case .proved(let now): return await wrote(now, step, words())
        // What an earlier try wrote without our knowing is no one else's.
        case .moved(let now, _) where now.flag?.change == reporter.id.text && now.flag?.share == share:
            return await wrote(now, step, words())
        case .moved(_, let how):
            await reporter.end(step, .failed, how)
            return course.wrote(.moved(how))
        case .failed(let why), .unknown(let why):
            let isKnown = if case .failed = result { true } else { false }
            if failures.updateValue(why, forKey: step) != why {
                await reporter.end(step, isKnown ? .failed : .undecided, why)
            }
            return course.wrote(isKnown ? .failed(why) : .unknown(why))
        }
    }

    /// Looks anew first: a write bears the store's own time, and that of the last one is long past.
    private func change(to share: Rollout) async -> FlagWriter.Result {
        let before: FlagLook
        do throws(FlagStoreError) { before = try await store.look(order.name) } catch {
            return .failed(error.description)
        }
        if let left, before.fields != left.fields { return .moved(before, before.moved(from: left, zone: writer.zone)) }
        let edit = FlagEdit(isEnabled: true, rollout: share)
        return await writer.change(before, to: edit.applied(to: before.flag, name: order.name))
    }

    private func wrote(_ now: FlagLook, _ step: String, _ words: String) async -> RampCourse.Move {
        left = now
        failures[step] = nil
        await reporter.end(step, .done, "\(words), version \(now.flag?.version ?? 0), read back")
        return course.wrote(.done)
    }

    // MARK: Telling where it is

    /// Tells the journal where the ramp is, where that has changed.
    private func turn(because reason: String = "", isOver: Bool = false) async {
        var turned = FlagEvent.RampTurned(
            action: reporter.id, flag: order.name,
            standing: course.hasSteppedBack ? .steppedBack : isOver ? .ended : course.standing, step: course.behind,
            share: course.share, reason: isOver ? reason : course.hold ?? "")
        if let told, told.standing == turned.standing, told.step == turned.step, told.reason == turned.reason {
            return
        }
        if !isOver, let left = course.left { turned.due = world.clock.now().utc + left }
        told = turned
        await reporter.tell(.rampTurned(turned))
        guard !turned.reason.isEmpty, !isOver else { return }
        await reporter.note(baking ?? "share-\(order.plan.steps.first ?? .none)", "holds: \(turned.reason)")
    }
}
