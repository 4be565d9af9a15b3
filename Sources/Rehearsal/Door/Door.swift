package import Edge
package import Launch
import Wire

/// The rehearsal's own edge: a door's folder on this machine and the helper that moves it, made as `guardia edge install`
/// makes them on a real one.
package struct Door: Sendable {
    package let folder: String
    /// Where the helper lies.
    package let helper: String

    /// Puts the helper into a private folder and makes a door with a first split.
    static func make(in privateFolder: PrivateFolder, _ split: Split) async throws -> Door {
        let door = Door(folder: "\(privateFolder.path)/door", helper: "\(privateFolder.path)/guardia-door")
        try writeFile(door.helper, String(decoding: EdgeHelper.script, as: UTF8.self), mode: 0o755)
        let result = try await Command.run(
            [door.helper, "--door", door.folder, "init", split.name], deadline: .seconds(10))
        guard result.isSuccess else {
            throw RehearsalError.noDoor(answer: result.standardOutput.text + result.standardError.text)
        }
        return door
    }

    /// The edge as a launch config describes it.
    func plan(port: UInt16) -> EdgePlan {
        EdgePlan(name: "edge-1", door: folder, front: "http://127.0.0.1:\(port)", helper: helper)
    }

    /// What the door's nginx is rendered from: the part of a deployment that an edge knows.
    func deployment(port: UInt16, colours: [ColourPlan], hardening: HardeningPlan) -> Deployment {
        Deployment(
            colours: colours, edges: [plan(port: port)], sticky: .cookie("client"),
            release: ReleasePlan(command: CommandPlan(words: [])), hardening: hardening)
    }
}

extension EdgeDoor {
    /// Moves all traffic to a split, as anyone would: with the lock, which is refused while somebody else acts.
    package func open(_ split: Split) async throws {
        let deadline = Duration.seconds(5)
        let claim = LockClaim(
            holder: "rehearsal", action: "scenario", kind: .lock, reason: "the scenario's", lease: .seconds(10))
        let fence = try await take(claim, within: deadline)
        do {
            try await stage(split, fence: fence, within: deadline)
            if let current = try await status(within: deadline).split, current != split {
                _ = try await flip(from: current, to: split, fence: fence, within: deadline)
            }
        } catch {
            try? await release(fence: fence, within: deadline)
            throw error
        }
        try await release(fence: fence, within: deadline)
    }
}
