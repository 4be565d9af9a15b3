import Edge
import Launch
import Wire

extension Deploy {
    // MARK: Before anything is changed

    func preflight() async -> Outcome {
        let findings = await findings()
        if let first = findings.refusals.first {
            let more = findings.refusals.count > 1 ? " (+\(findings.refusals.count - 1) more)" : ""
            for refusal in findings.refusals { await reporter.note("preflight", refusal) }
            return .refused(first + more)
        }
        for caution in findings.cautions { await reporter.note("preflight", caution) }
        return .done(findings.facts.joined(separator: ", "))
    }

    /// All that speaks against it, at once.
    func findings() async -> Preflight {
        let now = world.clock.now()
        checkedAt = now
        let board = await world.board()
        var preflight = Preflight(
            Preflight.Facts(
                version: order.version, serving: ground.serving, statuses: ground.statuses,
                doorTroubles: ground.doorTroubles, from: order.from, hasReason: !order.reason.isEmpty,
                continues: order.continues?.id, hasMoved: hasMoved,
                window: WindowState(world.window, in: world.zone, board: board, at: now)))
        preflight.judge(board, requires: deployment.requires, at: now)
        // MARK: Readiness
        // Once traffic has moved, to finish it is not to begin it: the poll was asked for that.
        if !hasMoved {
            preflight.judge(
                world.readiness, board, isForced: order.force, isResumed: order.continues != nil, at: now)
        }
        if let schema = deployment.schema {
            preflight.judge(await schemaFacts(schema), of: order.version)
        }
        return preflight
    }

    // MARK: The migration fence

    /// The schema's version now and the range that the release lives with; what could not be asked is nil, with the reason.
    func schemaFacts(_ plan: SchemaPlan) async -> Preflight.Schema {
        var facts = Preflight.Schema()
        do { facts.current = try await world.schema(plan) } catch { facts.trouble = "\(error)" }
        let words = plan.range.filled(version: order.version, colour: ground.idle)
        do {
            let result = try await world.run(plan.range, words) { _ in }
            facts.range = result.isSuccess ? SchemaRange(output: result.standardOutput.text) : nil
            if facts.range == nil {
                facts.trouble =
                    result.isSuccess
                    ? "the range command printed no two numbers" : "the range command failed: \(result.complaint)"
            }
        } catch { facts.trouble = "\(error)" }
        schema = facts
        return facts
    }

    /// Keeps the fence on the edges, for a rollback on the day when the database is down.
    func noteSchema() async {
        guard deployment.schema != nil, let current = schema?.current else { return }
        let (fences, range, version) = (fences, schema?.range, order.version)
        _ = await edges.each { door throws(EdgeError) in
            let fence = fences[door.plan.name] ?? 0
            try await door.note(SchemaRange.currentKey, String(current), fence: fence, within: Deploy.reach)
            if let range {
                try await door.note(SchemaRange.key(of: version), range.note, fence: fence, within: Deploy.reach)
            }
        }
    }

    // MARK: The gate

    /// Every host, as seen from every edge: healthy and right several times in a row; then warm; then the smoke tests.
    func gate() async -> Outcome {
        let plan = deployment.gate
        let hosts = deployment.colour(ground.idle)?.hosts.count ?? 0
        let end = world.clock.now().advanced(by: plan.deadline)
        let (idle, answers, version, world) = (ground.idle, deployment.answers, order.version, world)
        let gates = await edges.each { door throws(EdgeError) in
            for index in 0..<hosts {
                try await Gate(door: door, colour: idle, host: index, version: version, plan: plan, answers: answers)
                    .pass(until: end, world)
            }
        }
        guard gates.isWhole else { return .failed(gates.trouble) }
        let warmed = await edges.each { door throws(EdgeError) in
            for index in 0..<hosts {
                try await Gate(door: door, colour: idle, host: index, version: version, plan: plan, answers: answers)
                    .warmUp()
            }
        }
        for (edge, error) in warmed.errors { await reporter.note("gate", "\(edge): warm-up: \(error.reason)") }
        let smoked = await smoke(plan.smoke)
        guard smoked.isWhole else { return .failed(smoked.trouble) }
        for (edge, notes) in smoked.values.sorted(by: { $0.key < $1.key }) {
            for note in notes { await reporter.note("gate", "\(edge): \(note)") }
        }
        guard await outlive() else { return .undecided("called off") }
        return .done(
            "\(hosts) host\(hosts == 1 ? "" : "s") × \(edges.doors.count) edge\(edges.doors.count == 1 ? "" : "s"), "
                + "\(plan.healthy) healthy answers each, \(plan.smoke.count) smoke tests")
    }

    /// Walks every smoke test through every edge.
    ///
    /// - Returns: what is to be told though it passed: cleanups that did not succeed.
    private func smoke(_ tests: [SmokeTest]) async -> EdgeGroup.Answers<[String]> {
        let (idle, world, id) = (ground.idle, world, reporter.id.text)
        return await edges.each { door throws(EdgeError) in
            var notes: [String] = []
            for (index, test) in tests.enumerated() {
                let left = try await SmokeWalk(test: test, colour: idle, door: door, world: world)
                    .walk(run: "\(id)-\(door.plan.name)-\(index + 1)")
                if let left { notes.append("the cleanup of '\(test.name)' failed: \(left)") }
            }
            return notes
        }
    }

    /// Errors and latencies are those of a window: for a while they are still of the release that the colour had before, and
    /// would be held against this one. Waits until they have left the figures; what stays longer is this one's own.
    ///
    /// - Returns: false where the deploy was called off.
    private func outlive() async -> Bool {
        guard !order.shares.isEmpty else { return true }
        let plan = deployment.canary.analysis
        // However few events a figure stands on: they would be among those of the canary.
        let kpis = plan.kpis.map { kpi in
            var kpi = kpi
            kpi.samples = 0
            return kpi
        }
        let end = world.clock.now().advanced(by: world.memory + Deploy.looks)
        var isTold = false
        while world.clock.now().uptime < end.uptime {
            let (board, now) = (await world.board(), world.clock.now())
            guard let board else { return true }
            let idle = board.figures(of: ground.idle, kpis: kpis, at: now)
            let live = board.figures(of: ground.live, kpis: kpis, at: now)
            guard plan.isWorse(idle, than: live) || hasRemains(of: kpis, idle, on: board, at: now) else { return true }
            if !isTold {
                await reporter.note(
                    "gate",
                    "the figures of \(ground.idle) are still those of the release before: waits until it has left them"
                )
                isTold = true
            }
            do { try await world.pause(1000) } catch { return false }
        }
        return true
    }

    /// Whether a figure stands on too few events to be told, and these are still those of the time when the colour had traffic.
    private func hasRemains(
        of kpis: [CanaryKpi], _ idle: CanaryAnalysis.Figures, on board: Board, at now: Moment
    ) -> Bool {
        guard let moved = board.actions.move?.at, moved.age(at: now) < world.memory + Deploy.looks else { return false }
        return zip(kpis, idle.kpis).contains { kpi, figure in
            guard figure == nil, let events = kpi.sides[ground.idle]?.events else { return false }
            return board.track(events)?.number.map { $0 > 0 } ?? false
        }
    }

    /// Some looks more, until the last of it is out.
    private static let looks: Milliseconds = .seconds(15)

    // MARK: Looking

    /// Compares canary and serving colour until the bake is over or it is clear before.
    ///
    /// Where something broke off meanwhile the bake begins anew; where a critical alert fires that did not before, the end
    /// waits for it. Both no longer than another two bakes: then a person judges.
    func bake(_ step: String) async -> Outcome {
        let style = await world.board()?.manifest?.figures ?? .argentine
        var analysis = CanaryAnalysis(deployment.canary.analysis, text: AmountText(style))
        let kpis = deployment.canary.analysis.kpis
        let begun = world.clock.now()
        var end = begun.advanced(by: order.bake)
        let limit = begun.advanced(by: order.bake * 3)
        var last = begun
        var gaps = 0
        var told: String?
        var noted = begun
        while true {
            do { try await world.pause(1000) } catch { return .undecided("called off") }
            let now = world.clock.now()
            let seconds = last.age(at: now).seconds
            last = now
            let board = await world.board()
            analysis.take(
                canary: board?.figures(of: ground.idle, kpis: kpis, at: now) ?? .init(),
                live: board?.figures(of: ground.live, kpis: kpis, at: now) ?? .init(),
                guards: board?.verdicts(of: deployment.canary.analysis.guards, at: now) ?? [:],
                alerts: board?.criticalAlerts(since: board?.actions[reporter.id]?.at ?? begun) ?? [], seconds: seconds)
            if let early = analysis.early { return outcome(early) }
            if analysis.gaps > gaps {
                gaps = analysis.gaps
                end = now.advanced(by: order.bake)
                await reporter.note(step, "what is counted broke off: the analysis begins anew")
            }
            guard now.uptime >= end.uptime else {
                // Whoever follows sees what it goes by, and not only that it goes on.
                if noted.age(at: now) >= Deploy.noteEvery, let words = analysis.progress {
                    noted = now
                    await reporter.note(step, words)
                }
                continue
            }
            guard let obstacle = analysis.obstacle, now.uptime < limit.uptime else { return outcome(analysis.final) }
            if told != obstacle { await reporter.note(step, "waits: \(obstacle)") }
            told = obstacle
        }
    }

    /// How often an analysis tells how it stands.
    private static let noteEvery: Milliseconds = 10_000

    private func outcome(_ judgement: CanaryAnalysis.Judgement) -> Outcome {
        switch judgement {
        case .passed(let words): .done(words)
        case .failed(let words): .failed(words)
        case .inconclusive(let words): .undecided(words)
        }
    }

    /// Looks at what was promoted: what becomes critical now, and was not before, is a person's to judge.
    func watch() async -> Outcome {
        let started = world.clock.now()
        let end = started.advanced(by: deployment.watch.span)
        let watched = deployment.requires + deployment.canary.analysis.guards
        var watchdog = PromotionWatch(critical: await world.board()?.criticals(at: started) ?? [], watched: watched)
        while true {
            do { try await world.pause(1000) } catch { return .undecided("called off") }
            let now = world.clock.now()
            let board = await world.board()
            if let board {
                watchdog.take(board.verdicts(of: watchdog.subjects(of: board), at: now))
            } else {
                watchdog.takeNothing()
            }
            if let trouble = watchdog.trouble({ board?.track($0)?.series.title ?? $0.name }) {
                return .undecided(trouble)
            }
            if now.uptime >= end.uptime { return .done(watchdog.summary) }
        }
    }
}
