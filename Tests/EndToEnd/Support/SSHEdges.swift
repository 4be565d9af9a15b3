import Foundation
import Launch
import Rehearsal
import TestServers
import Testing

/// A launch whose two edges are other machines, as far as guardia can tell: each has an nginx and a door of its own behind a real
/// sshd, with a key that may do nothing there but ask the helper and reach the front door. The engine reaches them so, too.
///
/// The first is the rehearsal's own edge; the second is made by hand, as docs/edge-setup.md says.
final class SSHEdges {
    struct Edge {
        let name: String
        let front: String
        let door: String
        /// What the key may run.
        let helper: HaltedHelper
        let server: SSHServer

        /// What `ls -l current` says.
        var split: String {
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(door)/current")
            return link?.split(separator: "/").last.map(String.init) ?? "?"
        }

        /// Kills what its connections consist of (-9): the sessions at its end, the masters at ours.
        func cut() {
            server.cut()
            server.killClients()
        }
    }

    let rehearsal: LiveRehearsal
    let bastion: Bastion
    let edges: [Edge]
    private let folder: PrivateFolder
    private let engine: RunningProgram

    init() async throws {
        // Few customers of its own: two cores are left for sshd, which makes many connections here.
        rehearsal = try await LiveRehearsal.headless("--bookings 2000 --rate 5")
        folder = try await PrivateFolder()
        let (own, helper) = (rehearsal.folder, rehearsal.variables["EDGE_HELPER"] ?? "")
        let rehearsals = try String(contentsOfFile: "\(own)/launch.yaml", encoding: .utf8)
        let line = try #require(rehearsals.split(separator: "\n").first { $0.contains("{name: edge-1, front:") })
        func described(_ name: String, _ front: String, _ door: String, _ helper: String, _ more: String = "") -> String
        {
            "    - {name: \(name), front: \"\(front)\", door: \"\(door)\", helper: \"\(helper)\"\(more)}"
        }

        let door = "\(folder.path)/door"
        try #require(try Program.run(helper, ["--door", door, "init", "blue"]).status == 0)
        // The firewall and what else stands before the traffic is the same on both.
        let rehearsal = rehearsal
        let nginx = try await rehearsal.startNginx(of: "edge-2", in: folder) { port in
            try Bastion(
                rehearsal,
                [(String(line), "\(line)\n" + described("edge-2", "http://127.0.0.1:\(port)", door, helper))])
        }

        var edges: [Edge] = []
        var lines: [String] = []
        for (name, front, door) in [
            ("edge-1", rehearsal.variables["DOOR_URL"] ?? "", rehearsal.variables["DOOR_FOLDER"] ?? ""),
            ("edge-2", "http://127.0.0.1:\(nginx.port)", door),
        ] {
            let halt = try HaltedHelper(of: helper, in: "\(folder.path)/\(name)-halt")
            let port = front.split(separator: ":").last ?? ""
            let server = try await SSHServer(
                in: "\(folder.path)/\(name)-sshd",
                options:
                    "restrict,port-forwarding,permitopen=\"127.0.0.1:\(port)\",command=\"\(halt.path) --door \(door) serve\""
            )
            edges.append(Edge(name: name, front: front, door: door, helper: halt, server: server))
            let ssh = server.plan
            lines.append(
                described(
                    name, front, door, helper,
                    ", ssh: {host: \(ssh.host), port: \(ssh.port), key: \"\(ssh.key ?? "")\", "
                        + "known_hosts: \"\(ssh.knownHosts ?? "")\"}"))
        }
        self.edges = edges
        bastion = try Bastion(rehearsal, [(String(line), lines.joined(separator: "\n"))])
        // The rehearsal's own engine knows nothing of the second, and goes to the first as no other machine could.
        engine = try bastion.startEngine()
        // As in a session whose agent is gone, or hangs: it is not to be asked.
        setenv("SSH_AUTH_SOCK", "\(folder.path)/agent", 1)
    }

    func close() async {
        unsetenv("SSH_AUTH_SOCK")
        engine.killHard()
        for edge in edges { edge.server.stop() }
        await folder.close()
    }

    static func with(_ body: (SSHEdges) async throws -> Void) async throws {
        let launch = try await SSHEdges()
        do { try await body(launch) } catch {
            await launch.close()
            throw error
        }
        await launch.close()
    }

    /// What each edge serves.
    var splits: [String] { edges.map(\.split) }
}
