package import Edge
package import Launch
package import Wire

/// An edge as actions will find it: its front door and both colours are asked through its nginx, its helper over the session
/// that actions use too.
///
/// `up` is 0 where the front door does not answer or is broken, runs another configuration than the launch config's, or serves
/// another split than the folder shows: a link that nobody reads is no door.
package actor EdgeProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let door: any EdgeDoor
    private let answers: AnswersPlan
    private let colours: [String]
    private let clock: any Clock
    private var helperAskedAt: Milliseconds?

    /// What is left of a look's deadline to say what came of it.
    private static let reserve = Duration.milliseconds(30)

    package init(_ target: EdgeTarget, in context: ProbeContext) {
        self.init(target, EdgeClient(target.edge, of: target.deployment, on: context.reactor), in: context)
    }

    package init(_ target: EdgeTarget, _ door: any EdgeDoor, in context: ProbeContext) {
        self.door = door
        answers = target.deployment.answers
        colours = target.deployment.colours.map(\.name)
        reactor = context.reactor
        clock = context.clock
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(max(deadline - Self.reserve, .milliseconds(1)))
        let now = clock.now().uptime
        // A hair less than the interval: looks are not exactly as far apart as they should be.
        let isHelperDue = helperAskedAt.map { now - $0 >= EdgeTarget.helperInterval - 200 } ?? true
        if isHelperDue { helperAskedAt = now }
        async let live = lives(budget)
        async let helper = isHelperDue ? status(budget) : nil
        var front = await front(budget)
        var status = await helper
        if case .success(let served)? = front.served, case .success(let found)? = status, let split = found.split,
            split.name != served, !budget.isSpent
        {
            // It may have been switched in between: both once more.
            front = await self.front(budget)
            status = await self.status(budget)
        }
        return findings(front, status) + (await live)
    }

    package func close() async { await door.close() }

    // MARK: Questions

    private func front(_ budget: Budget) async -> Result<DoorAnswer, EdgeError> {
        do throws(EdgeError) { return .success(try await door.front(within: budget.remaining)) } catch {
            return .failure(error)
        }
    }

    private func status(_ budget: Budget) async -> Result<EdgeStatus, EdgeError>? {
        do throws(EdgeError) { return .success(try await door.status(within: budget.remaining)) } catch {
            return .failure(error)
        }
    }

    /// Both colours at once, each by the path that needs no dependency.
    private func lives(_ budget: Budget) async -> [Finding] {
        await withTaskGroup(of: [Finding].self) { group in
            for colour in colours { group.addTask { await self.live(colour, budget) } }
            var findings: [Finding] = []
            for await found in group { findings += found }
            return findings
        }
    }

    private func live(_ colour: String, _ budget: Budget) async -> [Finding] {
        let answer: EdgeAnswer
        do throws(EdgeError) {
            answer = try await door.ask(
                EdgeQuestion(.colour(colour), path: answers.versionPath), within: budget.remaining)
        } catch {
            return [("live", error), ("version", error)].map {
                Finding("\($0.0).\(colour)", .missed(error.reason.bounded()))
            }
        }
        let version = answers.version(in: answer)
        let told = version.map { Measurement.text($0.bounded(to: 80)) }
        guard answer.status < 500 else {
            let miss = Measurement.missed("it answers \(answer.status)")
            return [Finding("live.\(colour)", miss), Finding("version.\(colour)", told ?? miss)]
        }
        let missing = Measurement.missed("it answers \(answer.status) without a version")
        return [
            Finding("live.\(colour)", version == nil ? missing : .number(answer.took.inMilliseconds)),
            Finding("version.\(colour)", told ?? missing),
        ]
    }

    // MARK: What they mean together

    private func findings(_ front: Result<DoorAnswer, EdgeError>, _ status: Result<EdgeStatus, EdgeError>?) -> [Finding]
    {
        var findings: [Finding] = []
        if let trouble = trouble(front, status) { findings.append(Finding("up", .missed(trouble))) }
        if case .success(let name)? = front.served {
            findings.append(Finding("split", .text(name)))
            let split = Split(name: name)
            findings += colours.map { colour in
                Finding(
                    "share.\(colour)",
                    split.map { .number(Double($0.share(of: colour))) }
                        ?? .missed("\(name) is no split that guardia knows"))
            }
        } else {
            let reason = front.trouble ?? "DOOR BROKEN"
            findings += (["split"] + colours.map { "share.\($0)" }).map { Finding($0, .missed(reason)) }
        }
        switch status {
        case nil: break
        case .success(let status): findings += self.findings(status)
        case .failure(let error):
            findings.append(Finding("helper", 0))
            findings += ["fence", "lock", "notice"].map { Finding($0, .missed(error.reason.bounded())) }
        }
        return findings
    }

    /// Why the door is not to be relied on; nil where it is.
    private func trouble(
        _ front: Result<DoorAnswer, EdgeError>, _ status: Result<EdgeStatus, EdgeError>?
    ) -> String? {
        if let trouble = front.trouble { return trouble }
        guard case .success(let answer) = front else { return nil }
        if answer.digest != door.digest {
            let runs = answer.digest.isEmpty ? "no digest" : answer.digest
            return "nginx runs another configuration (\(runs)) than the launch config's (\(door.digest))"
        }
        guard case .success(let status)? = status else { return nil }
        switch status.door {
        case .broken(let why): return "DOOR BROKEN: \(why)"
        case .open(let split):
            return split.name == answer.split
                ? nil : "nginx reads the split \(answer.split), the link shows \(split.name)".bounded()
        }
    }

    private func findings(_ status: EdgeStatus) -> [Finding] {
        [
            Finding("helper", 1), Finding("fence", Double(status.fence)),
            Finding("lock", .text(status.lock?.words ?? "")),
            Finding("notice", .text(status.notice(now: clock.now().utc.seconds).bounded())),
        ]
    }
}

extension Result where Success == DoorAnswer, Failure == EdgeError {
    /// The split in force, where the door is open.
    fileprivate var served: Result<String, EdgeError>? {
        switch self {
        case .success(let answer): answer.isBroken ? nil : .success(answer.split)
        case .failure(let error): .failure(error)
        }
    }

    fileprivate var trouble: String? {
        switch self {
        case .success(let answer): answer.isBroken ? "DOOR BROKEN" : nil
        case .failure(let error): error.reason.bounded()
        }
    }
}

extension EdgeLock {
    /// `ana@bastion-1, deploy a1b2: v1.5.0`
    fileprivate var words: String {
        let what = "\(holder), \(kind) \(action)" + (reason.isEmpty ? "" : ": \(reason)")
        return (hasLapsed ? EdgeLock.lapsedMark + what : what).bounded()
    }
}

extension EdgeStatus {
    /// What is not as always.
    fileprivate func notice(now: Int64) -> String {
        var parts: [String] = []
        if let freeze { parts.append("frozen by \(freeze.by)" + (freeze.reason.isEmpty ? "" : ": \(freeze.reason)")) }
        if let armed { parts.append("goes back to \(armed.to) in \(max(armed.left, 0)) s") }
        if let fired { parts.append("went back to \(fired.to) by itself") }
        // Leases do not depend on it; what its history and its logs say does.
        if abs(clock - now) > 5 {
            parts.append("its clock is \(abs(clock - now)) s \(clock > now ? "ahead" : "behind")")
        }
        return parts.joined(separator: "; ")
    }
}
