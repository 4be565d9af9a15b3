package import Launch

/// Changes one flag: looks, writes if it is still so, reads back.
package struct FlagSet: Sendable {
    package struct Order: Sendable {
        package var name: String
        package var edit: FlagEdit
        /// The version that was seen; another one refuses it. Nil: whatever it is.
        package var expect: Int64?
        /// Whether a flag that neither Redis nor the config knows may be made.
        package var creates: Bool
        package var reason: String
        package var by: Operator
        package var command: [String]
        package var pid: Int32
        /// The ramp that this takes back.
        package var continues: ActionID?

        package init(
            name: String, edit: FlagEdit, expect: Int64? = nil, creates: Bool = false, reason: String = "",
            by: Operator, command: [String], pid: Int32, continues: ActionID? = nil
        ) {
            self.name = name
            self.edit = edit
            self.expect = expect
            self.creates = creates
            self.reason = reason
            self.by = by
            self.command = command
            self.pid = pid
            self.continues = continues
        }

        package var kind: ActionKind { edit.isKill ? .flagOff : .flagSet }
    }

    private let order: Order
    private let plan: FlagsPlan
    private let store: any FlagStore
    private let writer: FlagWriter
    private let reporter: ActionReporter
    /// Nil: nobody has to approve it.
    private let approval: ApprovalWait?

    package init(
        _ order: Order, of plan: FlagsPlan, in store: any FlagStore, clock: any Clock, reporter: ActionReporter,
        approval: ApprovalWait? = nil,
        zone: Zone = .utc, pause: @escaping Pause = { try await Task.sleep(for: $0.duration) }
    ) {
        self.order = order
        self.plan = plan
        self.store = store
        self.reporter = reporter
        // Contract C3: nobody is waited for before a kill switch, nor before a ramp is taken back.
        self.approval = order.kind == .flagOff || order.continues != nil ? nil : approval
        writer = FlagWriter(
            store: store, plan: plan, clock: clock, reporter: reporter, by: order.by, reason: order.reason,
            zone: zone, pause: pause)
    }

    private static let steps: [ActionEvent.Step] = [
        .init(name: "look", title: "Look at the flag"), .init(name: "write", title: "Write it, if it is still so"),
        .init(name: "prove", title: "Read it back"),
    ]

    package func run() async -> ActionResult {
        let looked = await Result.of { () throws(FlagStoreError) in try await store.look(order.name) }
        await begin(looked)
        // Contract C4: told before it is done. A journal that cannot be written spools, and does not hold it up.
        await reporter.journal.settle(within: .seconds(2))
        let result = await act(looked)
        await reporter.finish(result)
        return result
    }

    private func begin(_ looked: Result<FlagLook, FlagStoreError>) async {
        let flag = try? looked.get().flag
        let words = FlagChange(from: flag, to: order.edit.applied(to: flag, name: order.name)).words
        let subject = (try? looked.get()) == nil ? order.name : "\(order.name) \(words)"
        await reporter.tell(
            .started(
                .init(
                    id: reporter.id, kind: order.kind, by: order.by, reason: order.reason, command: order.command,
                    subject: subject,
                    steps: [FlagSet.steps[0]] + (approval?.steps ?? []) + FlagSet.steps.dropFirst(),
                    continues: order.continues, pid: order.pid, breaksGlass: approval?.isBroken)))
        await reporter.begin("look")
    }

    private func act(_ looked: Result<FlagLook, FlagStoreError>) async -> ActionResult {
        var look: FlagLook
        switch looked {
        case .success(let found): look = found
        case .failure(let error):
            await reporter.end("look", .failed, error.description)
            return ActionResult(.wentBack, "nothing was written: \(error.description)")
        }
        if let refusal = refusal(look) {
            await reporter.end("look", .failed, refusal)
            return ActionResult(.refused, refusal)
        }
        let flag = order.edit.applied(to: look.flag, name: order.name)
        let change = FlagChange(from: look.flag, to: flag)
        if change.isEmpty, case .flag = look.state {
            await reporter.end("look", .done, "it is so already")
            return ActionResult(.done, "\(order.name) is so already: \(FlagChange.state(flag))")
        }
        await reporter.end("look", .done, "version \(look.flag?.version ?? 0), \(change.words)")
        if let approval {
            if let refusal = await approval.wait(for: order.by, reason: order.reason, telling: reporter) {
                return ActionResult(.refused, "\(refusal): nothing was written")
            }
            // What was approved is this change of that flag, and no other.
            switch await anew(look) {
            case .success(let now): look = now
            case .failure(let refusal): return ActionResult(.refused, refusal.words)
            }
        }

        await reporter.begin("write")
        await reporter.journal.settle(within: .seconds(2))
        var step = "write"
        let result = await writer.change(look, to: flag) {
            step = "prove"
            await reporter.end("write", .done, "version \((look.flag?.version ?? 0) + 1)")
            await reporter.begin("prove")
        }
        return await tell(result, change, at: step)
    }

    /// The flag as it is after somebody was waited for; refused where it is not what it was.
    private func anew(_ look: FlagLook) async -> Result<FlagLook, Refusal> {
        do throws(FlagStoreError) {
            let now = try await store.look(order.name)
            guard now.fields != look.fields else { return .success(now) }
            return .failure(
                Refusal(
                    "\(now.moved(from: look, zone: writer.zone)) since it was planned: nothing of yours was written"))
        } catch {
            return .failure(Refusal("nothing was written: \(error.description)"))
        }
    }

    private func tell(_ result: FlagWriter.Result, _ change: FlagChange, at step: String) async -> ActionResult {
        switch result {
        case .proved(let now):
            let version = now.flag?.version ?? 0
            await reporter.end("prove", .done, "Redis holds version \(version)")
            return ActionResult(.done, "\(order.name) \(change.words), version \(version), read back")
        case .moved(_, let how):
            await reporter.end(step, .failed, how)
            return ActionResult(.refused, "\(how): nothing of yours was written; look at it, and decide anew")
        case .failed(let why):
            await reporter.end(step, .failed, why)
            return ActionResult(.wentBack, "nothing was written: \(why)")
        case .unknown(let why):
            await reporter.end(step, .undecided, why)
            return ActionResult(
                .undecided, "whether \(order.name) was written is not known: \(why); guardia flag get \(order.name)")
        }
    }

    /// Why it may not be done as things are; nil where it may.
    private func refusal(_ look: FlagLook) -> String? {
        if let trouble = FlagName.trouble(with: order.name) { return trouble }
        if let expect = order.expect, expect != (look.flag?.version ?? 0) {
            guard let flag = look.flag else { return "\(order.name) is gone; version \(expect) was seen" }
            let who = flag.updatedBy.isEmpty ? "somebody who left no name" : flag.updatedBy
            let when = flag.updatedAt.map { " at \(FlagLook.time($0, writer.zone))" } ?? ""
            return
                "\(order.name) was changed by \(who)\(when): it is \(FlagChange.state(flag)) now, version \(flag.version); "
                + "you saw version \(expect)"
        }
        if case .absent = look.state, plan[order.name] == nil, !order.creates {
            return "there is no flag \(order.name), in Redis nor in the launch config: --create makes one"
        }
        if case .faulty(let fault, _) = look.state, !order.edit.isKill, order.edit.rollout == nil {
            return "\(order.name) is no whole flag (\(fault)): mend it with --rollout, or switch it off"
        }
        let flag = order.edit.applied(to: look.flag, name: order.name)
        return (flag.algorithm ?? plan.target.algorithm).trouble(with: flag.rollout)
    }
}

extension Result {
    /// The outcome of something that may throw.
    static func of(_ body: () async throws(Failure) -> Success) async -> Self {
        do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
    }
}
