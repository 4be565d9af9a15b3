import Edge
package import Launch

/// Takes the traffic back to the standby. It needs the edges, and nothing else: no database, no journal, no engine.
///
/// Every edge that is reached is switched, side by side; it never switches back. What it could not reach it names, and the
/// engine mends that when it returns.
package struct Rollback: Sendable {
    package struct Order: Sendable {
        /// Nil: out of a canary to the colour beside it, else to the other colour.
        package var to: String?
        /// The version that the target must answer with.
        package var expect: String?
        /// The split that was in force when it was planned.
        package var from: String?
        package var reason: String
        /// Also where the standby does not live, was left, or the schema is known not to fit.
        package var force: Bool
        /// Edges that are left alone.
        package var without: Set<String>
        package var by: Operator
        package var command: [String]
        /// The interrupted action that this undoes.
        package var continues: ActionID?
        package var pid: Int32
        /// Whether the process that holds a lock is known to be dead: its lock need not be waited for.
        package var isDead: @Sendable (EdgeLock) -> Bool
        /// What the journal tells of actions, and when; nil where it cannot be read in a moment, which refuses nothing. Asked only
        /// where no colour was named, or another rollback has a lock.
        package var actions: @Sendable () async -> (log: ActionLog, now: Moment)?

        package init(
            to: String? = nil, expect: String? = nil, from: String? = nil, reason: String = "", force: Bool = false,
            without: Set<String> = [], by: Operator, command: [String], continues: ActionID? = nil, pid: Int32,
            isDead: @escaping @Sendable (EdgeLock) -> Bool = { _ in false },
            actions: @escaping @Sendable () async -> (log: ActionLog, now: Moment)? = { nil }
        ) {
            self.to = to
            self.expect = expect
            self.from = from
            self.reason = reason
            self.force = force
            self.without = without
            self.by = by
            self.command = command
            self.continues = continues
            self.pid = pid
            self.isDead = isDead
            self.actions = actions
        }

        /// Whether nobody has said where to go: then it does not go to what was left.
        var goesWhereItIsSent: Bool { to != nil || force || continues != nil }

        /// Whether a lock was left behind by an action that this one may clear away.
        func isOrphan(_ lock: EdgeLock) -> Bool {
            continues?.text == lock.action || isDead(lock)
        }
    }

    /// How long an edge may take to answer before the others are switched without it.
    package static let reach: Duration = .seconds(1)
    /// How long after the start an edge that was late may still come: a first connection to a machine that is far away, or busy,
    /// takes some seconds.
    package static let patience: Duration = .seconds(6)
    /// How long a switch may take to be proved.
    package static let proof: Duration = .seconds(3)

    let deployment: Deployment
    let edges: EdgeGroup
    let order: Order
    let reporter: ActionReporter
    let followers: Followers
    let pause: Pause

    package init(
        _ order: Order, of deployment: Deployment, on edges: EdgeGroup, reporter: ActionReporter, followers: Followers,
        pause: @escaping Pause = { try await Task.sleep(for: $0.duration) }
    ) {
        self.order = order
        self.deployment = deployment
        self.edges = EdgeGroup(edges.doors.filter { !order.without.contains($0.plan.name) })
        self.reporter = reporter
        self.followers = followers
        self.pause = pause
    }

    /// What one edge says before it is switched.
    struct Look: Sendable {
        var status: EdgeStatus
        var standby: Standby?
        /// Whether its nginx does not serve what its link says: one that has to be reloaded.
        var lags = false
        /// Whether its lock was left behind by an action that is over.
        var isLeftLocked = false
    }

    /// Runs it to its end. The journal is told on the way and never waited for.
    package func run() async -> ActionResult {
        let result = await act()
        await reporter.finish(result)
        return result
    }

    private func act() async -> ActionResult {
        let end = ContinuousClock.now + min(Rollback.patience, deployment.lease.duration)
        // What the edges say, and in the same breath whether the likely standby lives: no round trip more than needed.
        let likely = order.to
        async let asked: (log: ActionLog, now: Moment)? = order.goesWhereItIsSent ? nil : order.actions()
        var looks = await look(edges, likely, within: Rollback.reach)
        // No edge at all, in a second: rather this machine is starved, or all of them far away, than all of them cut off.
        if looks.values.isEmpty { looks = await look(edges, likely, within: end - .now) }
        var log: ActionLog?
        if looks.values.values.contains(where: { isRival($0.status.lock) }) {
            log = order.goesWhereItIsSent ? await order.actions()?.log : await asked?.log
        }
        markLeftLocks(in: &looks, by: log)
        let plan: Plan
        switch Plan.make(order, deployment, looks) {
        case .success(let made): plan = made
        case .failure(let end):
            await begin(nil, to: order.to, version: nil)
            return end.result
        }
        let standbys = await standbys(plan.target, looks)
        let version = order.expect ?? RollbackRules.agreed(standbys)
        await begin(plan.from, to: plan.target, version: version)
        if let refusal = RollbackRules.refusal(
            target: plan.target, expect: order.expect, standbys: standbys, statuses: looks.values.mapValues(\.status),
            force: order.force)
        {
            return ActionResult(.refused, refusal)
        }
        let splits = Set(looks.values.values.compactMap(\.status.split))
        if !order.goesWhereItIsSent, let (log, now) = await asked,
            let rejection = log.rejection(
                of: plan.target, version: RollbackRules.agreed(standbys),
                serving: splits.count == 1 ? splits.first : nil)
        {
            return ActionResult(.refused, RollbackRules.words(rejection, now: now, serving: plan.from))
        }
        return await move(plan, version: version, looks, until: end)
    }

    func look(
        _ group: EdgeGroup, _ likely: String?, within deadline: Duration
    ) async -> EdgeGroup.Answers<Look> {
        await group.each { [deployment] door throws(EdgeError) in
            let end = ContinuousClock.now + deadline
            async let asked: Standby? =
                likely == nil
                ? nil : Standby.ask(likely ?? "", deployment.answers, on: door, within: deadline)
            let status = try await door.status(within: deadline)
            let lags = await Rollback.lags(door, behind: status.split, within: deadline)
            var standby = await asked
            // The edge came back while it was looked at: what was asked before that is asked again.
            if let likely, standby?.isUnreached == true, end > .now {
                standby = await Standby.ask(likely, deployment.answers, on: door, within: end - .now)
            }
            return Look(status: status, standby: standby, lags: lags)
        }
    }

    /// Whether a lock keeps this rollback out, as far as is known without the journal: any other kind gives way.
    func isRival(_ lock: EdgeLock?) -> Bool {
        guard let lock else { return false }
        return lock.kind == LockClaim.Kind.rollback.rawValue && !lock.hasLapsed && !order.isOrphan(lock)
            && lock.action != reporter.id.text
    }

    /// Marks the locks that were left behind: by a process that is known to be dead, and by a rollback that the journal knows to be
    /// over, whose connection died before it could give its lock back.
    func markLeftLocks(in looks: inout EdgeGroup.Answers<Look>, by log: ActionLog?) {
        for index in looks.all.indices {
            guard var look = try? looks.all[index].result.get(), let lock = look.status.lock else { continue }
            let isOver = isRival(lock) && log?[ActionID(lock.action)]?.ended != nil
            look.isLeftLocked = isOver || order.isOrphan(lock)
            looks.all[index].result = .success(look)
        }
    }

    private func begin(_ from: String?, to target: String?, version: String?) async {
        let steps = [
            ("lock", "Lock the edges"), ("flip", "Switch the traffic"), ("prove", "Prove it by the front door"),
        ]
        await reporter.tell(
            .started(
                .init(
                    id: reporter.id, kind: .rollback, by: order.by, reason: order.reason, command: order.command,
                    from: from.map { .init(colour: $0) }, to: target.map { .init(colour: $0, version: version) },
                    edges: edges.names, steps: steps.map { .init(name: $0.0, title: $0.1) }, continues: order.continues,
                    pid: order.pid)))
    }

    /// The standby as each reached edge sees it; those that were asked already are not asked again.
    private func standbys(_ target: String, _ looks: EdgeGroup.Answers<Look>) async -> [String: Standby] {
        let known = looks.values
        let answers = await edges.only(known.keys).each { [deployment] door throws(EdgeError) in
            if let standby = known[door.plan.name]?.standby { return standby }
            return await Standby.ask(target, deployment.answers, on: door, within: Rollback.reach)
        }
        return answers.values
    }

    /// Whether an nginx that has to be reloaded serves something else than its link says: a reload that did not take, without a word
    /// of nginx. A switch to what the link says already reloads it again.
    static func lags(_ door: any EdgeDoor, behind split: Split?, within deadline: Duration) async -> Bool {
        guard door.plan.backend != .door, let split else { return false }
        return (try? await door.front(within: deadline))?.split != split.name
    }

    /// Stages and switches one edge. A deploy may have moved it between our look and our lock: then from where it is now.
    ///
    /// - Parameter reach: how long the edge may take for each request.
    static func flip(
        _ door: any EdgeDoor, from before: Split?, to split: Split, fence: Int64, within reach: Duration = reach
    ) async throws(EdgeError) {
        try await door.stage(split, fence: fence, within: reach)
        var from = before
        for attempt in 0..<2 {
            if from == split, await !lags(door, behind: split, within: reach) { return }
            guard let current = from else {
                throw EdgeError(
                    .broken, "switch the traffic", on: door.plan.name,
                    because: "its door is broken: see guardia edge check \(door.plan.name)")
            }
            do throws(EdgeError) {
                _ = try await door.flip(from: current, to: split, fence: fence, within: reach + door.reloading)
                return
            } catch {
                guard case .moved(let now)? = error.refusal, attempt == 0 else { throw error }
                from = Split(name: now)
            }
        }
    }
}

extension EdgeDoor {
    /// How much longer a switch and its proof may take where nginx is tested and reloaded: each time it reads all of its
    /// configuration, and the rules of a firewall alone take half a second of a processor.
    var reloading: Duration { plan.backend == .door ? .zero : .seconds(5) }
}
