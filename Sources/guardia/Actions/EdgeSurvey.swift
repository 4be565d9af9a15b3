import Actions
import Edge
import Launch

/// What all edges say now, asked directly: for `guardia status` and before a confirmation.
struct EdgeSurvey: Sendable {
    struct Edge: Sendable {
        var name: String
        var status: EdgeStatus?
        var front: DoorAnswer?
        /// Whether what runs is what was rendered; nil: not known.
        var runsRendered: Bool?
        var trouble: String?
        /// Version and trouble of each colour, asked through this edge.
        var colours: [String: Standby]
    }

    var colours: [String]
    var edges: [Edge]

    static func take(_ group: EdgeGroup, _ deployment: Deployment) async -> EdgeSurvey {
        let limit = Duration.seconds(2)
        let answers = await group.each { door throws(EdgeError) in
            async let status = Result<EdgeStatus, EdgeError>.of { () throws(EdgeError) in
                try await door.status(within: limit)
            }
            async let front = Result<DoorAnswer, EdgeError>.of { () throws(EdgeError) in
                try await door.front(within: limit)
            }
            var colours: [String: Standby] = [:]
            for colour in deployment.colours {
                colours[colour.name] = await Standby.ask(colour.name, deployment.answers, on: door, within: limit)
            }
            return (await status, await front, colours, door.digest)
        }
        let edges = answers.all.map { name, result -> Edge in
            guard case .success(let (status, front, colours, digest)) = result else {
                return Edge(name: name, colours: [:])
            }
            let answer = try? front.get()
            return Edge(
                name: name, status: try? status.get(), front: answer,
                runsRendered: answer.flatMap { $0.digest.isEmpty ? nil : $0.digest == digest },
                trouble: status.failure?.reason ?? front.failure?.reason, colours: colours)
        }
        return EdgeSurvey(colours: deployment.colours.map(\.name), edges: edges)
    }

    /// The same as a value that the domain knows: the rollback light is judged by it, as on every screen.
    var traffic: Traffic {
        Traffic(
            colours: colours,
            edges: edges.map { edge in
                let split = edge.status?.split
                // A front door that was asked and does not answer is down, as the engine has it.
                let isUp =
                    edge.front.map { front in
                        !front.isBroken && front.split == split?.name && edge.runsRendered != false
                    } ?? false
                let live = edge.colours.filter(\.value.lives)
                return Traffic.Edge(
                    name: edge.name, isUp: isUp, trouble: edge.trouble ?? why(edge),
                    split: split.map { .init(value: $0, age: 0) },
                    lock: edge.status?.lock.map { lock in
                        (lock.hasLapsed ? EdgeLock.lapsedMark : "") + "\(lock.holder) \(lock.kind) \(lock.action)"
                    },
                    notice: edge.status?.freeze.map { "frozen by \($0.by): \($0.reason)" },
                    versions: edge.colours.compactMapValues { $0.version.map { .init(value: $0, age: 0) } },
                    live: live.mapValues { _ in .init(value: 0, age: 0) },
                    misses: edge.colours.compactMapValues(\.trouble))
            })
    }

    private func why(_ edge: Edge) -> String? {
        guard let front = edge.front else { return nil }
        if front.isBroken { return "DOOR BROKEN" }
        if edge.runsRendered == false {
            return "its nginx runs another config than rendered: guardia edge check \(edge.name)"
        }
        if let split = edge.status?.split, split.name != front.split {
            return "its nginx serves \(front.split), its folder shows \(split.name)"
        }
        return nil
    }

    var rollbackTarget: String? { traffic.rollbackTarget }
    func version(of colour: String) -> String? { traffic.version(of: colour)?.value }
    /// Whether both colours answer with the same version, which then names neither.
    var hasOneVersion: Bool { Set(colours.compactMap { version(of: $0) }).count < 2 }

    /// For people, a line an edge and a line a colour.
    var lines: [String] {
        let edgeLines = edges.map { edge -> String in
            guard let status = edge.status else { return "? \(edge.name)  \(edge.trouble ?? "not reached")" }
            var parts: [String] = []
            switch status.door {
            case .open(let split): parts.append("\(split)")
            case .broken(let reason): parts.append("DOOR BROKEN: \(reason)")
            }
            if let trouble = edge.trouble ?? why(edge) { parts.append(trouble) }
            if let lock = status.lock {
                parts.append(
                    "locked by \(lock.holder) for \(lock.kind) \(lock.action)\(lock.hasLapsed ? ", lapsed" : "")")
            }
            if let freeze = status.freeze { parts.append("frozen by \(freeze.by): \(freeze.reason)") }
            if let armed = status.armed { parts.append("goes back to \(armed.to) by itself in \(armed.left) s") }
            if let fired = status.fired { parts.append("went back by itself: \(fired)") }
            let isWell = traffic.edges.first { $0.name == edge.name }?.isUp == true
            return "\(isWell ? "✓" : "✗") \(edge.name)  \(parts.joined(separator: "; "))"
        }
        let colourLines = colours.map { colour -> String in
            let alive = edges.count { $0.colours[colour]?.lives == true }
            let trouble = edges.lazy.compactMap { edge in edge.colours[colour]?.trouble.map { "\(edge.name): \($0)" } }
                .first
            return
                "\(alive == edges.count ? "✓" : "✗") \(colour)  \(version(of: colour) ?? "v?")  answers through \(alive)/\(edges.count) edge\(edges.count == 1 ? "" : "s")"
                + (trouble.map { "; \($0)" } ?? "")
        }
        return edgeLines + colourLines
    }
}

extension Result {
    /// The outcome of something that may throw.
    static func of(_ body: () async throws(Failure) -> Success) async -> Self {
        do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
    }

    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
