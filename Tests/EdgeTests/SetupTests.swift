import Edge
import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

@Suite("Setting an edge up", .timeLimit(.minutes(2)))
struct SetupTests {
    /// The name of whoever runs the tests.
    private static var me: String { String(cString: getpwuid(getuid()).pointee.pw_name) }

    private func install(_ deployment: Deployment, in folder: PrivateFolder, first: String?) async throws
        -> CommandResult
    {
        let install = EdgeInstall(
            deployment, deployment.edges[0], owner: Self.me, includes: "\(folder.path)/includes", first: first)
        let file = "\(folder.path)/install.sh"
        try Data(install.script.utf8).write(to: URL(filePath: file))
        return try await Command.run(["sh", file], deadline: limit)
    }

    private func withFolder(_ body: (PrivateFolder) async throws -> Void) async throws {
        let folder = try await PrivateFolder()
        do { try await body(folder) } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    private func deployment(
        _ folder: PrivateFolder, port: UInt16 = 8081, hosts: [String] = ["127.0.0.1:1", "127.0.0.1:2"]
    ) -> Deployment {
        .sample(
            [
                EdgePlan(
                    name: "edge-1", door: "\(folder.path)/lib/door", front: "http://127.0.0.1:\(port)",
                    helper: "\(folder.path)/lib/guardia-door")
            ], blue: [hosts[0]], green: [hosts[1]])
    }

    @Test("the script makes everything, changes nothing the second time, and never what serves")
    func installs() async throws {
        try await withFolder { folder in
            let deployment = deployment(folder)
            let unsaid = try await install(deployment, in: folder, first: nil)
            #expect(!unsaid.isSuccess && unsaid.standardError.text.contains("say which colour serves now"))
            let first = try await install(deployment, in: folder, first: "green")
            #expect(first.isSuccess, "\(first.standardError.text)")
            #expect(first.standardOutput.text.contains("changed  the door \(folder.path)/lib/door, which serves green"))
            let again = try await install(deployment, in: folder, first: "blue")
            #expect(again.isSuccess && !again.standardOutput.text.contains("changed"), "\(again.standardOutput.text)")
            let client = EdgeClient(deployment.edges[0], of: deployment, on: try Reactor())
            #expect(try await client.status(within: limit).split == Split(all: "green"))
            #expect(try await client.helperVersion(within: limit) == EdgeHelper.version)
            await client.close()
            let text = try String(contentsOfFile: "\(folder.path)/includes/http.conf", encoding: .utf8)
            #expect(text == EdgeConfiguration(deployment, deployment.edges[0]).http)
            let lint = try await Command.run(
                ["shellcheck", "-s", "sh", "-S", "warning", "\(folder.path)/install.sh"], deadline: limit)
            #expect(lint.isSuccess, "\(lint.standardOutput.text)")
        }
    }

    @Test("a key over ssh may ask the helper and reach the front door, and nothing else")
    func keyOptions() {
        var edge = EdgePlan(name: "edge-1", front: "http://127.0.0.1:8081")
        edge.ssh = SSHPlan(host: "edge-1.internal", user: "guardia")
        let deployment = Deployment.sample([edge])
        let install = EdgeInstall(deployment, edge, owner: "guardia", publicKey: "ssh-ed25519 AAAA comment $(id)\n")
        #expect(
            install.script.contains(
                "restrict,port-forwarding,permitopen=\"127.0.0.1:8081\","
                    + "command=\"/usr/local/lib/guardia/guardia-door --door /var/lib/guardia/door serve\" ssh-ed25519 AAAA\n"
            ))
        #expect(!install.script.contains("$(id)"))
    }

    @Test("the units in Config are what is installed")
    func units() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let edge = EdgePlan(name: "edge-1", front: "http://127.0.0.1:8081")
        for (name, text) in [
            ("guardia-door.service", EdgeUnits.service(edge, owner: "guardia")),
            ("guardia-door.timer", EdgeUnits.timer(edge)),
        ] {
            #expect(try String(contentsOf: root.appending(path: "Config/systemd/\(name)"), encoding: .utf8) == text)
        }
    }

    @Test("what is installed is fit; what then differs is said, with what to do")
    func checks() async throws {
        try await withFolder { folder in
            let (blue, green) = (try ColourServer("v1"), try ColourServer("v2"))
            defer {
                blue.close()
                green.close()
            }
            let nginx = try await NginxServer.start(in: folder) { port, _ in
                let plan = deployment(folder, port: port, hosts: [blue.host, green.host])
                let edge = EdgeConfiguration(plan, plan.edges[0])
                return
                    "\(edge.http)\nserver { listen 127.0.0.1:\(port);\n\(edge.server)\nlocation / { proxy_pass http://$guardia_colour; } }"
            }
            let plan = deployment(folder, port: nginx.port, hosts: [blue.host, green.host])
            #expect(try await install(plan, in: folder, first: "blue").isSuccess)
            let reactor = try Reactor()
            func check(_ deployment: Deployment, clock: Int64? = nil) async -> EdgeCheck {
                let client = EdgeClient(deployment.edges[0], of: deployment, on: reactor)
                let facts = await client.facts(within: limit)
                await client.close()
                return EdgeCheck(facts, of: deployment, deployment.edges[0], clock: clock ?? Int64(time(nil)))
            }
            func item(_ check: EdgeCheck, _ name: String) -> EdgeCheck.Item? { check.items.first { $0.name == name } }

            let good = await check(plan)
            #expect(good.isFit && good.items.allSatisfy { $0.state != .wrong }, "\(good.items)")
            #expect(item(good, "green")?.text == "answers v2 through this edge")
            #expect(item(good, "config")?.state == .fine)

            // The launch config knows another host than nginx.
            let other = await check(deployment(folder, port: nginx.port, hosts: [blue.host, "127.0.0.1:9"]))
            #expect(!other.isFit && item(other, "config")?.state == .wrong)
            #expect(item(other, "config")?.advice?.contains("reload nginx") == true)

            let late = await check(plan, clock: Int64(time(nil)) + 600)
            #expect(item(late, "clock")?.state == .doubtful && item(late, "clock")?.text.hasSuffix("behind") == true)

            green.close()
            let alone = await check(plan)
            #expect(alone.isFit && item(alone, "green")?.text == "it answers 502 without a version")

            let helper = plan.edges[0].helper
            try Data(EdgeHelper.script + Array("# changed\n".utf8)).write(to: URL(filePath: helper))
            let changed = await check(plan)
            #expect(!changed.isFit && item(changed, "helper")?.text.contains("of another guardia") == true)
            #expect(try await install(plan, in: folder, first: nil).standardOutput.text.contains("changed  \(helper)"))
            #expect(await check(plan).isFit)

            #expect(chmod(plan.edges[0].door, 0o700) == 0)
            let closed = await check(plan)
            #expect(!closed.isFit && item(closed, "folders")?.advice == "chmod o+x \(plan.edges[0].door)")
            chmod(plan.edges[0].door, 0o755)
            unlink("\(plan.edges[0].door)/current")
            let broken = await check(plan)
            #expect(
                item(broken, "door")?.text == "DOOR BROKEN: current is missing"
                    && item(broken, "front")?.state == .wrong)

            await nginx.kill()
            let silent = await check(plan)
            #expect(!silent.isFit && item(silent, "front")?.state == .wrong)
            unlink(helper)
            let gone = await check(plan)
            #expect(item(gone, "helper")?.text == "No such file or directory")
        }
    }

    @Test("what is rendered tells by its digest what it was rendered from")
    func digests() {
        func digest(_ change: (inout Deployment) -> Void) -> String {
            var deployment = Deployment.sample([EdgePlan(name: "edge-1", front: "http://127.0.0.1:8081")])
            change(&deployment)
            return EdgeConfiguration(deployment, deployment.edges[0]).digest
        }
        let usual = digest { _ in }
        #expect(usual == digest { $0.lease = .seconds(5) }, "what no nginx knows changes nothing")
        let changes: [(inout Deployment) -> Void] = [
            { $0.colours[0].hosts.append("10.0.0.1:1") }, { $0.sticky = .address }, { $0.sticky = .header("X-A") },
            { $0.edges[0].door = "/srv/door" }, { $0.edges[0].front = "http://127.0.0.1:8082" },
            { $0.edges[0].backend = .reload(test: ["true"], reload: ["true"]) },
        ]
        #expect(Set(changes.map(digest) + [usual]).count == 7)
    }
}
