package import Launch

/// What was found on an edge, and what of it differs from what the launch config says.
package struct EdgeCheck: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        case fine, doubtful, wrong
    }

    /// One thing that was looked at.
    package struct Item: Hashable, Sendable, Codable {
        package var name: String
        package var state: State
        package var text: String
        /// What to do about it; nil where it is fine.
        package var advice: String?
    }

    package var edge: String
    package var items: [Item]

    /// Whether actions may rely on the edge.
    package var isFit: Bool { !items.contains { $0.state == .wrong } }

    /// - Parameters:
    ///   - clock: this machine's, in seconds since 1970.
    package init(_ facts: EdgeFacts, of deployment: Deployment, _ plan: EdgePlan, clock: Int64) {
        edge = plan.name
        let helper = Self.helper(facts, plan)
        items =
            helper + Self.machine(facts, plan, clock: clock) + Self.front(facts, deployment, plan)
            + deployment.colours.map { Self.colour($0.name, facts) }
    }

    // MARK: The helper

    private static func helper(_ facts: EdgeFacts, _ plan: EdgePlan) -> [Item] {
        let install = "guardia edge install \(plan.name)"
        guard case .success(let version) = facts.helperVersion else {
            return [Item("helper", .wrong, facts.helperVersion.words, install)]
        }
        var items = [
            version == EdgeHelper.version
                ? Item("helper", .fine, "\(plan.helper), of this guardia")
                : Item("helper", .wrong, "\(plan.helper) is of another guardia (\(version.prefix(12)))", install)
        ]
        switch facts.status {
        case .failure(let error): items.append(Item("door", .wrong, error.reason, install))
        case .success(let status):
            switch status.door {
            case .broken(let why):
                items.append(Item("door", .wrong, "DOOR BROKEN: \(why)", "\(install) --first COLOUR"))
            case .open(let split): items.append(Item("door", .fine, "\(plan.door) serves \(split)"))
            }
        }
        return items
    }

    private static func machine(_ facts: EdgeFacts, _ plan: EdgePlan, clock: Int64) -> [Item] {
        guard case .success(let machine) = facts.machine else { return [] }
        var items: [Item] = []
        if !machine.missing.isEmpty {
            items.append(
                Item(
                    "tools", .wrong, "missing there: \(machine.missing.joined(separator: ", "))",
                    "install them: the helper needs them"))
        }
        switch machine.rename {
        case "yes": items.append(Item("rename", .fine, "a link is renamed over a link"))
        case "denied":
            items.append(
                Item(
                    "rename", .wrong, "\(machine.user) may not write to \(plan.door)",
                    "chown -R \(machine.user) \(plan.door)"))
        default:
            items.append(
                Item(
                    "rename", .wrong, "mv -T does not rename over a link there",
                    "install coreutils or a busybox that does"))
        }
        if machine.isDoor != plan.isDoor {
            let there = machine.isDoor ? "door" : "reload"
            items.append(
                Item(
                    "backend", .wrong, "the helper's is \(there), the launch config's is not",
                    "guardia edge install \(plan.name)"))
        }
        for folder in machine.folders where folder.mode & 1 == 0 {
            // That nginx reads it is proved by the front door; it may be of the folder's group.
            let isRead = if case .success(let front) = facts.front { !front.isBroken } else { false }
            items.append(
                Item(
                    "folders", isRead ? .doubtful : .wrong, "\(folder.path) is not to be searched by others",
                    "chmod o+x \(folder.path)"))
        }
        if let free = machine.freeInodes, free < 1000 {
            items.append(Item("disk", .doubtful, "\(free) inodes are free", "make room: a new split needs a hundred"))
        }
        if case .success(let status) = facts.status {
            let off = status.clock - clock
            items.append(
                abs(off) <= 5
                    ? Item("clock", .fine, "\(abs(off)) s off")
                    : Item(
                        "clock", .doubtful, "\(abs(off)) s \(off > 0 ? "ahead" : "behind")",
                        "have it kept by NTP; leases do not depend on it"))
        }
        return items
    }

    // MARK: nginx

    private static func front(_ facts: EdgeFacts, _ deployment: Deployment, _ plan: EdgePlan) -> [Item] {
        guard case .success(let answer) = facts.front else {
            return [
                Item("front", .wrong, facts.front.words, "include the door in nginx: guardia edge render \(plan.name)")
            ]
        }
        let digest = EdgeConfiguration(deployment, plan).digest
        var items: [Item] = []
        if answer.isBroken {
            items.append(
                Item("front", .wrong, "DOOR BROKEN: nginx does not find a colour", "let its worker search \(plan.door)")
            )
        } else if case .success(let status) = facts.status, let split = status.split, split.name != answer.split {
            items.append(
                Item(
                    "front", .wrong, "nginx reads the split \(answer.split), the link shows \(split.name)",
                    "see whose folder it reads: guardia edge render \(plan.name)"))
        } else {
            items.append(Item("front", .fine, "\(plan.front) serves \(answer.split)"))
        }
        items.append(
            answer.digest == digest
                ? Item("config", .fine, "what runs is what is rendered (\(digest))")
                : Item(
                    "config", .wrong,
                    "nginx runs \(answer.digest.isEmpty ? "a configuration without a digest" : answer.digest), the launch config's is \(digest)",
                    "guardia edge install \(plan.name), then reload nginx"))
        return items
    }

    private static func colour(_ name: String, _ facts: EdgeFacts) -> Item {
        switch facts.colours[name] {
        case .success(let version)?: Item(name, .fine, "answers \(version) through this edge")
        case .failure(let error)?:
            Item(name, .doubtful, error.reason, "start it, or look at its hosts in the launch config")
        case nil: Item(name, .doubtful, "was not asked")
        }
    }
}

extension EdgeCheck.Item {
    fileprivate init(_ name: String, _ state: EdgeCheck.State, _ text: String, _ advice: String? = nil) {
        self.init(name: name, state: state, text: text, advice: advice)
    }
}

extension Result where Failure == EdgeError {
    fileprivate var words: String { if case .failure(let error) = self { error.reason } else { "" } }
}
