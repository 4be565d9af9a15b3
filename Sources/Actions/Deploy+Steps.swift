import Edge
import Launch
import Wire

extension Deploy {
    /// Performs one step. Idempotent: performed again after a death half-way, it finds what is there and goes on.
    func perform(_ step: DeployStep) async -> Outcome {
        switch step {
        case .preflight: await preflight()
        case .approve: await awaitApproval()
        case .lock: await lock()
        case .release: await release()
        case .gate: await gate()
        case .shift(let share): await shift(to: Split(live: ground.live, canary: ground.idle, share: share))
        case .analyse: await bake(step.name)
        case .arm: await arm()
        case .promote: await promote()
        case .follow: await follow()
        case .watch: await watch()
        case .confirm: await awaitConfirmation()
        case .unlock: await unlock()
        }
    }

    // MARK: Locks

    private func lock() async -> Outcome {
        if let outcome = await lookAgain() { return outcome }
        let (order, reporter, deployment) = (order, reporter, deployment)
        let statuses = ground.statuses
        do throws(EdgeError) {
            fences = try await edges.lock(within: Deploy.reach) { door in
                // The interrupted action's own lock is ours to take; anybody else's is not.
                let isOurs = order.continues.map { statuses[door.plan.name]?.lock?.action == $0.id.text } ?? false
                return LockClaim(
                    holder: order.by.signature, action: reporter.id.text, kind: .deploy, reason: order.reason,
                    lease: deployment.lease, force: isOurs ? .takeover : nil, fence: statuses[door.plan.name]?.fence)
            }.values
        } catch {
            switch error.refusal {
            case .held(let lock)?:
                return .refused(
                    "\(lock.holder) has the lock of \(error.edge): \(lock.kind) \(lock.action), \(lock.left) s left")
            case .frozen(let freeze)?: return .refused("\(freeze.by) froze \(error.edge): \(freeze.reason)")
            case nil: return .failed(error.description)
            default: return .refused(error.description)
            }
        }
        // Nobody can move it any more: is it still as it was planned?
        let answers = await edges.each { door throws(EdgeError) in try await door.status(within: Deploy.reach) }
        guard answers.isWhole else { return .failed(answers.trouble) }
        if let record = order.continues {
            if let moved = DeployGround.moved(answers.values, since: record) { return .refused(moved.words) }
        } else {
            for (edge, status) in answers.values.sorted(by: { $0.key < $1.key }) where status.split != ground.before {
                return .refused(
                    "the world moved: \(edge) serves \(status.split?.description ?? "a broken door"), not \(ground.before)"
                )
            }
        }
        ground.statuses = answers.values
        keepLocks()
        await noteSchema()
        return .done("\(fences.count) of \(edges.doors.count.edges), for \(order.by.signature)")
    }

    /// Just before anything is changed: what was found before somebody was waited for may not hold any more.
    ///
    /// - Returns: why it is not to go on; nil where it may.
    private func lookAgain() async -> Outcome? {
        guard let checkedAt, checkedAt.age(at: world.clock.now()) > .seconds(5) else { return nil }
        let answers = await edges.each { door throws(EdgeError) in try await door.status(within: Deploy.reach) }
        guard answers.isWhole else { return .failed(answers.trouble) }
        ground.statuses = answers.values
        let findings = await findings()
        for caution in findings.cautions { await reporter.note("lock", caution) }
        for refusal in findings.refusals { await reporter.note("lock", refusal) }
        return findings.refusals.first.map { .refused("no longer fit for it: \($0)") }
    }

    private func unlock() async -> Outcome {
        let fences = fences
        let answers = await edges.each { door throws(EdgeError) in
            try await door.release(fence: fences[door.plan.name] ?? 0, within: Deploy.reach)
        }
        self.fences = [:]
        // What is not given back lapses by itself: no reason to call a good deploy bad.
        return .done(answers.isWhole ? "given back" : "they lapse by themselves: \(answers.trouble)")
    }

    // MARK: Traffic

    private func shift(to split: Split) async -> Outcome {
        let fences = fences
        let answers = await edges.each { door throws(EdgeError) in
            try await Deploy.move(door, to: split, fence: fences[door.plan.name] ?? 0)
        }
        if answers.errors.contains(where: { $0.error.refusal == .fenced }) { return await preempted(answers.errors) }
        guard answers.isWhole else { return .failed(answers.trouble) }
        if let trouble = await prove(split, version: order.version) { return .failed(trouble) }
        return .done("\(split) on \(edges.doors.count.edges), proved", split: split)
    }

    /// Stages and switches one edge from whatever it serves; nothing where it serves it already.
    static func move(_ door: any EdgeDoor, to split: Split, fence: Int64) async throws(EdgeError) {
        try await door.stage(split, fence: fence, within: reach)
        let status = try await door.status(within: reach)
        try await Rollback.flip(door, from: status.split, to: split, fence: fence, within: reach)
    }

    /// Asks every front door; nil where all of them prove it.
    private func prove(_ split: Split, version: String?) async -> String? {
        let proof = FrontProof(answersPlan: deployment.answers, pause: world.pause)
        let proofs = await edges.each { door throws(EdgeError) in
            try await proof.prove(split, version: version, on: door, within: Deploy.proof + door.reloading)
        }
        return proofs.isWhole ? nil : proofs.trouble
    }

    private func preempted(_ errors: [(edge: String, error: EdgeError)]) async -> Outcome {
        let by = await Deploy.whoHolds(errors.first.flatMap { edges[$0.edge] })
        return Outcome(result: .preempted(by), detail: by)
    }

    /// All traffic back to the colour that served before.
    func goBack() async -> Outcome {
        let fences = fences
        let split = ground.before
        let answers = await edges.each { door throws(EdgeError) in
            do throws(EdgeError) {
                try await Deploy.move(door, to: split, fence: fences[door.plan.name] ?? 0)
            } catch {
                // An edge that went back by itself has raised its fence: it is where we want it.
                guard error.refusal == .fenced, let status = try? await door.status(within: Deploy.reach),
                    status.split == split, status.lock == nil
                else { throw error }
            }
        }
        if answers.errors.contains(where: { $0.error.refusal == .fenced }) { return await preempted(answers.errors) }
        let switched = edges.only(answers.values.keys)
        let proof = FrontProof(answersPlan: deployment.answers, pause: world.pause)
        let serving = ground.serving
        let proofs = await switched.each { door throws(EdgeError) in
            try await proof.prove(split, version: serving, on: door, within: Deploy.proof + door.reloading)
        }
        unsettled = answers.errors.map(\.edge) + proofs.errors.map(\.edge)
        // Where nothing had been moved yet, no switch has taken it away. An edge that could not be taken back keeps it: it is all
        // that is left to it.
        if armedAt != nil { await disarm(switched) }
        guard unsettled.isEmpty else {
            let words = [answers.trouble, proofs.trouble].filter { !$0.isEmpty }.joined(separator: "; ")
            return Outcome(result: .failed(words), detail: words, split: split)
        }
        await Followers(deployment, run: world.run).follow(
            live: ground.live, idle: ground.idle, version: serving ?? "", reporter)
        return .done("all traffic goes to \(ground.live) \(serving ?? "") again, proved", split: split)
    }

    // MARK: The way back that needs nobody

    private func arm() async -> Outcome {
        guard let limit = order.confirmWithin else { return .done("nobody has to confirm") }
        if let outcome = await tellToGoBack(after: limit) { return outcome }
        return .done(
            "each edge goes back to \(ground.live) by itself \(limit.count / 1000) s after this is not heard of any more, "
                + "or after the promotion, unless somebody confirms")
    }

    /// Has each edge go back by itself, from whatever this deploy makes it serve. The time begins anew.
    ///
    /// - Returns: why it could not be had; nil where each edge is told.
    private func tellToGoBack(after limit: Milliseconds) async -> Outcome? {
        let fences = fences
        let revert = Revert(after: limit, from: nil, to: ground.before, action: reporter.id.text)
        let answers = await edges.each { door throws(EdgeError) in
            let fence = fences[door.plan.name] ?? 0
            try await door.stage(revert.to, fence: fence, within: Deploy.reach)
            try await door.arm(revert, fence: fence, within: Deploy.reach)
        }
        if answers.errors.contains(where: { $0.error.refusal == .fenced }) { return await preempted(answers.errors) }
        guard answers.isWhole else { return .failed(answers.trouble) }
        armedAt = world.clock.now()
        return nil
    }

    /// As long as this deploy lives and has not promoted, the time begins anew before half of it is over: it is for the day
    /// when nobody is there to do that.
    func armAnew() async {
        guard let limit = order.confirmWithin, let armedAt, !isPromoting,
            armedAt.age(at: world.clock.now()).count * 2 > limit.count
        else { return }
        // What could not be told now is told with the next renewal; an edge that is told nothing goes back, which is the safe side.
        let telling = Task { _ = await tellToGoBack(after: limit) }
        arming = telling
        await telling.value
    }

    /// All traffic; from here on the time to confirm runs.
    private func promote() async -> Outcome {
        isPromoting = true
        // A word that is still under way must not come after the one that takes it back.
        await arming?.value
        if let limit = order.confirmWithin, let outcome = await tellToGoBack(after: limit) { return outcome }
        return await shift(to: Split(all: ground.idle))
    }

    /// Takes the armed way back away, where it can be; an edge that is not told goes where the traffic is already.
    func disarm(_ edges: EdgeGroup) async {
        let fences = fences
        _ = await edges.each { door throws(EdgeError) in
            try await door.disarm(fence: fences[door.plan.name] ?? 0, within: Deploy.reach)
        }
    }

    private func awaitConfirmation() async -> Outcome {
        guard let limit = order.confirmWithin else { return .done("nobody has to confirm") }
        let left = limit - (armedAt?.age(at: world.clock.now()) ?? 0)
        do { try await world.pause(max(left, 0)) } catch { return .undecided("called off") }
        return .failed("nobody confirmed within \(limit.count / 1000) s")
    }

    /// Somebody confirmed: the edges need not go back.
    func confirm(_ words: String) async -> Outcome {
        let fences = fences
        let answers = await edges.each { door throws(EdgeError) in
            try await door.disarm(fence: fences[door.plan.name] ?? 0, within: Deploy.reach)
        }
        if answers.errors.contains(where: { $0.error.refusal == .fenced }) { return await preempted(answers.errors) }
        guard answers.isWhole else {
            return .failed("it was confirmed, and not every edge could be told: \(answers.trouble)")
        }
        return .done(words)
    }

    // MARK: Release

    private func release() async -> Outcome {
        let plan = deployment.release
        let hosts = plan.hosts(of: deployment.colour(ground.idle))
        for host in hosts {
            let words = plan.command.filled(version: order.version, colour: ground.idle, host: host)
            let reporter = reporter
            let lines = LineGatherer { lines in
                await reporter.note("release", lines)
            }
            do throws(WireError) {
                let result = try await world.run(plan.command.reaching(host), words) { lines.take($0) }
                await lines.finish()
                guard result.isSuccess else {
                    return .failed(
                        "the release command \(host.isEmpty ? "" : "for \(host) ")failed: \(result.complaint)")
                }
            } catch {
                await lines.finish()
                return .failed("the release command \(host.isEmpty ? "" : "for \(host) ")failed: \(error.reason)")
            }
        }
        return .done("\(order.version) on \(ground.idle)\(plan.eachHost ? ", \(hosts.count) hosts" : "")")
    }

    private func follow() async -> Outcome {
        await Followers(deployment, run: world.run).follow(
            live: ground.idle, idle: ground.live, version: order.version, reporter)
        return .done("told")
    }

    // MARK: Approval

    private func awaitApproval() async -> Outcome {
        let end = world.clock.now().advanced(by: deployment.approvalLimit)
        await reporter.note("approve", ApprovalWait.invitation(reporter.id))
        while !tally.isGiven {
            if end.uptime < world.clock.now().uptime {
                return .refused(ApprovalWait.lateness(deployment.approvalLimit))
            }
            do { try await world.pause(200) } catch { return .undecided("called off") }
        }
        return .done(tally.words)
    }
}
