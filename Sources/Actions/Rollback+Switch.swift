import Edge
import Launch

/// The switch itself: on every edge that answered, then on those that were late.
extension Rollback {
    /// How far each edge has come.
    private struct Course {
        var fences: [String: Int64] = [:]
        var switched: Set<String> = []
        var proved: Set<String> = []
        /// What went wrong last, by edge.
        var errors: [String: EdgeError] = [:]

        mutating func note(_ answers: EdgeGroup.Answers<some Sendable>) {
            for (edge, error) in answers.errors { errors[edge] = error }
        }

        /// Whether an edge only could not be spoken to.
        func isLost(_ edge: String) -> Bool {
            guard !proved.contains(edge), let error = errors[edge] else { return false }
            return error.kind == .unreachable || error.kind == .timedOut
        }
    }

    func move(
        _ plan: Plan, version: String?, _ looks: EdgeGroup.Answers<Look>, until end: ContinuousClock.Instant
    ) async -> ActionResult {
        let split = Split(all: plan.target)
        var course = Course()
        course.note(looks)
        await reporter.begin("lock")
        let locks: EdgeGroup.Answers<Int64>
        do throws(EdgeError) {
            locks = try await lock(edges.only(plan.reached), looks.values)
        } catch {
            await reporter.end("lock", .failed, error.reason)
            return refused(error)
        }
        course.note(locks)
        course.fences = locks.values
        // An edge that was lost since it was looked at keeps nobody else from going back.
        let reached = edges.only(course.fences.keys)
        await reporter.end(
            "lock", locks.values.isEmpty ? .failed : .done,
            "\(locks.values.count) of \(edges.doors.count.edges)\(locks.isWhole ? "" : "; without \(locks.trouble)")")

        if !reached.doors.isEmpty {
            await reporter.begin("flip")
            let flips = await flip(reached, to: split, looks.values, &course)
            // The world moved on every edge: nothing was switched, nothing is left to prove.
            if flips.values.isEmpty, flips.errors.allSatisfy({ $0.error.refusal != nil }) {
                await reporter.end("flip", .failed, flips.trouble)
                await reached.unlock(course.fences, within: Rollback.reach)
                return ActionResult(.refused, "nothing was switched: \(flips.trouble)")
            }
            await reporter.end(
                "flip", flips.isWhole ? .done : .failed,
                flips.isWhole ? "all traffic to \(plan.target) on \(flips.all.count.edges)" : flips.trouble,
                split: flips.values.isEmpty ? nil : split)
        }
        if !course.switched.isEmpty {
            await reporter.begin("prove")
            let proofs = await prove(edges.only(course.switched), split, version: version, &course)
            await reporter.end(
                "prove", proofs.isWhole ? .done : .undecided,
                proofs.isWhole ? "\(plan.target) \(version ?? "") answers at every front door" : proofs.trouble)
        }
        // What follows the traffic does not wait for who is late, nor they for it.
        let isSwitched = !course.switched.isEmpty
        async let following: Void =
            isSwitched ? followers.follow(live: plan.target, idle: plan.from, version: version ?? "", reporter) : ()
        // The locks are kept until they have come: a rival could take the others back meanwhile.
        await fetchLate(plan, version: version, &course, until: end)
        // A connection that died here is worth waiting for too: a lock that is left is in the way of the next.
        await edges.unlock(course.fences, within: max(end - .now, Rollback.reach))
        await following
        return result(plan, version: version, course)
    }

    private func result(_ plan: Plan, version: String?, _ course: Course) -> ActionResult {
        let missing = edges.names.filter { !course.proved.contains($0) }
        let troubles = missing.map { "\($0) (\(course.errors[$0]?.reason ?? "not reached"))" }.joined(separator: ", ")
        guard !course.switched.isEmpty else {
            return ActionResult(.undecided, "nothing was switched: \(troubles)", missing: edges.names)
        }
        let split = Split(all: plan.target)
        let target = "\(plan.target)\(version.map { " \($0)" } ?? "")"
        if missing.isEmpty {
            return ActionResult(
                .done, "all traffic goes to \(target), proved on \(edges.doors.count.edges)", split: split)
        }
        return ActionResult(
            .undecided,
            "all traffic goes to \(target) on \(course.proved.count) of \(edges.doors.count.edges); not on \(troubles)",
            missing: missing, split: split)
    }

    private func refused(_ error: EdgeError) -> ActionResult {
        switch error.refusal {
        case .held(let lock)?:
            ActionResult(.refused, "\(lock.holder) has the lock of \(error.edge): \(lock.kind) \(lock.action)")
        case nil: ActionResult(.undecided, error.description, missing: edges.names)
        default: ActionResult(.refused, error.description)
        }
    }

    // MARK: Steps

    /// Takes the locks, pre-empting a deploy; once more where the fence rose between the look and the claim. An edge that says
    /// nothing, or cannot be locked, is left out as one that was out of reach from the start.
    private func lock(
        _ reached: EdgeGroup, _ looks: [String: Look]
    ) async throws(EdgeError) -> EdgeGroup.Answers<Int64> {
        func isLost(_ error: EdgeError) -> Bool { error.refusal == nil && error.kind != .cancelled }
        do throws(EdgeError) {
            return try await reached.lock(within: Rollback.reach, leavingOut: isLost) { claim(looks[$0.plan.name]) }
        } catch {
            // A deploy that took its lock just now is no reason to wait; another rollback is, and stays one.
            guard case .overtaken? = error.refusal else { throw error }
            return try await reached.lock(within: Rollback.reach, leavingOut: isLost) { _ in claim(nil) }
        }
    }

    private func claim(_ look: Look?) -> LockClaim {
        // Ours already, where the connection died behind the lock.
        let isFree = look.map { $0.isLeftLocked || $0.status.lock?.action == reporter.id.text } ?? false
        return LockClaim(
            holder: order.by.signature, action: reporter.id.text, kind: .rollback, reason: order.reason,
            lease: deployment.lease, force: isFree ? .takeover : .preempt, fence: look?.status.fence)
    }

    private func flip(
        _ group: EdgeGroup, to split: Split, _ looks: [String: Look], _ course: inout Course
    ) async -> EdgeGroup.Answers<Void> {
        let fences = course.fences
        let flips = await group.each { door throws(EdgeError) in
            let name = door.plan.name
            try await Rollback.flip(door, from: looks[name]?.status.split, to: split, fence: fences[name] ?? 0)
        }
        course.note(flips)
        course.switched.formUnion(flips.values.keys)
        return flips
    }

    @discardableResult
    private func prove(
        _ group: EdgeGroup, _ split: Split, version: String?, _ course: inout Course
    ) async -> EdgeGroup.Answers<Void> {
        let proof = FrontProof(answersPlan: deployment.answers, pause: pause)
        let proofs = await group.each { door throws(EdgeError) in
            try await proof.prove(split, version: version, on: door, within: Rollback.proof + door.reloading)
        }
        course.note(proofs)
        course.proved.formUnion(proofs.values.keys)
        return proofs
    }

    // MARK: Who is late

    /// Brings the edges that could not be spoken to where the others are, once a connection to them is there: one that takes longer
    /// than ``reach`` to be made, or that died in the middle.
    private func fetchLate(
        _ plan: Plan, version: String?, _ course: inout Course, until end: ContinuousClock.Instant
    ) async {
        let late = edges.only(edges.names.filter(course.isLost))
        guard !late.doors.isEmpty else { return }
        let split = Split(all: plan.target)
        await reporter.begin("late", title: "Bring in who was late")
        var looks = await look(late, plan.target, within: max(end - .now, Rollback.reach))
        course.note(looks)
        let isHeld = looks.values.values.contains { isRival($0.status.lock) }
        markLeftLocks(in: &looks, by: isHeld ? await order.actions()?.log : nil)
        for index in looks.all.indices {
            let edge = looks.all[index].edge
            guard let look = try? looks.all[index].result.get(),
                let refusal = RollbackRules.refusal(
                    target: plan.target, expect: order.expect, standbys: [edge: look.standby ?? Standby()],
                    statuses: [edge: look.status], force: order.force)
            else { continue }
            let error = EdgeError(.broken, "switch the traffic", on: edge, because: refusal)
            looks.all[index].result = .failure(error)
            course.errors[edge] = error
        }
        let found = looks.values
        let locks = await edges.only(found.keys).each { door throws(EdgeError) in
            try await door.take(claim(found[door.plan.name]), within: Rollback.reach)
        }
        course.note(locks)
        course.fences.merge(locks.values) { _, new in new }
        let flips = await flip(edges.only(locks.values.keys), to: split, found, &course)
        await prove(edges.only(flips.values.keys), split, version: version, &course)
        let troubles = late.names.filter { !course.proved.contains($0) }.map { name in
            "\(name): \(course.errors[name]?.reason ?? "not reached")"
        }
        await reporter.end(
            "late", troubles.isEmpty ? .done : .undecided,
            troubles.isEmpty
                ? "\(late.names.joined(separator: ", ")): \(plan.target) \(version ?? "") answers there too"
                : troubles.joined(separator: "; "),
            split: flips.values.isEmpty ? nil : split)
    }
}
