import Edge
import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import TestServers
import Testing
import Wire

@Suite("An edge on another machine", .timeLimit(.minutes(3)))
struct SSHTests {
    private static let green = Split(all: "green")
    private static let blue = Split(all: "blue")

    /// An edge that is reached by a key which may do nothing but ask the helper and reach the front door.
    func withRemote(
        environment: String = "", isForced: Bool = true, _ body: (EdgeLab, SSHServer, EdgeClient) async throws -> Void
    ) async throws {
        try await withEdge { edge in
            let serve = "\(environment)\(edge.lab.helper) --door \(edge.lab.door) serve"
            let forced = "restrict,port-forwarding,permitopen=\"127.0.0.1:\(edge.nginx.port)\",command=\"\(serve)\""
            let server = try await SSHServer(
                in: edge.lab.folder.path, options: isForced ? forced : "restrict,port-forwarding")
            var deployment = edge.deployment
            deployment.edges[0].ssh = server.plan
            let client = EdgeClient(deployment.edges[0], of: deployment, on: edge.reactor)
            do {
                try await body(edge, server, client)
            } catch {
                await client.close()
                server.stop()
                throw error
            }
            await client.close()
            server.stop()
        }
    }

    @Test("what its log counts and how old its rules are comes through the same forced command")
    func logsAndRules() async throws {
        try await withRemote { edge, server, client in
            let log = "\(server.folder)/edge.log"
            let refused =
                #"{"ts":"2026-11-27T09:06:54+00:00","ip":"10.0.0.1","country":"RU","class":"api","method":"GET","path":"/x","status":403,"refused":"waf","canary":0}"#
                + "\n"
            try Data(refused.utf8).write(to: URL(filePath: log))
            let begun = try await client.tally(log, since: nil, within: limit)
            #expect(begun.batch == RefusalTally.Batch() && begun.place.offset == Int64(refused.utf8.count))
            let file = try #require(fopen(log, "a"))
            #expect(fputs(refused + refused, file) >= 0 && fclose(file) == 0)
            let counted = try await client.tally(log, since: begun.place, within: limit)
            #expect(counted.batch.total == 2 && counted.batch.refused == 2)
            #expect(counted.batch.names == [.reason: ["waf": 2], .country: ["RU": 2]])
            #expect(try await client.tally(log, since: counted.place, within: limit).batch.total == 0)
            let missing = await #expect(throws: EdgeError.self) {
                _ = try await client.tally("\(log).none", since: nil, within: limit)
            }
            #expect(missing?.reason.contains("cannot be read by") == true)

            try Data("ver:'OWASP_CRS/4.7.0'\n".utf8).write(to: URL(filePath: "\(server.folder)/one.conf"))
            let rules = try await client.rules(in: server.folder, within: limit)
            #expect(rules.version == "4.7.0" && rules.count == 1 && rules.newest.seconds > 1_700_000_000)

            // A helper of before: what to do about it is said.
            let old = "\(edge.lab.helper)"
            let script = String(decoding: EdgeHelper.script, as: UTF8.self).replacing(
                "    tally:4) ", with: "    none:4) ")
            try Data(script.utf8).write(to: URL(filePath: old + ".new"))
            #expect(chmod(old + ".new", 0o755) == 0 && rename(old + ".new", old) == 0)
            await client.close()
            let refusedNow = await #expect(throws: EdgeError.self) {
                _ = try await client.tally(log, since: nil, within: limit)
            }
            #expect(refusedNow?.reason.contains("guardia edge install edge-1") == true)
        }
    }

    @Test("everything works through a forced command, and the front door through the same connection")
    func wholeCourse() async throws {
        try await withRemote { edge, server, client in
            try await client.prepare(within: limit)
            let fence = try await client.take(.test(reason: "it's $HOME"), within: limit)
            try await client.stage(Self.green, fence: fence, within: limit)
            _ = try await client.flip(from: Self.blue, to: Self.green, fence: fence, within: limit)
            #expect(
                try await client.front(within: limit)
                    == DoorAnswer(split: "green", colour: "green", digest: client.digest))
            let answer = try await client.ask(EdgeQuestion(.colour("blue"), path: "/version"), within: limit)
            #expect(answer.headers["x-version"] == "v1")
            #expect(try await client.status(within: limit).lock?.reason == "it's $HOME")
            #expect(try await client.helperVersion(within: limit) == EdgeHelper.version)

            // The key can do nothing else, whatever is asked of it.
            let marker = "\(server.folder)/pwned"
            let words = [
                "ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=\(server.folder)/known_hosts",
                "-o",
                "IdentitiesOnly=yes", "-i", "\(server.folder)/key", "-p", "\(server.port)", "127.0.0.1",
                "touch \(marker)",
            ]
            let other = try await Command.run(
                ["sh", "-c", "echo 'touch \(marker)' | \"$@\"", "sh"] + words, deadline: limit)
            #expect(other.standardOutput.text == "refused invalid\n")
            #expect(access(marker, F_OK) != 0)
        }
    }

    @Test("a connection that is cut, and a server that was restarted, are replaced without anybody noticing")
    func replaced() async throws {
        try await withRemote { _, server, client in
            let fence = try await client.take(.test(), within: limit)
            for _ in 0..<3 {
                server.cut()
                #expect(try await client.status(within: limit).fence == fence)
                #expect(try await client.front(within: limit).split == "blue")
                // A master that is killed here leaves its sockets behind.
                #expect(!server.clients.isEmpty)
                server.killClients()
                #expect(try await client.front(within: limit).split == "blue")
                #expect(try await client.status(within: limit).fence == fence)
            }
            server.stop()
            let gone = await edgeError { try await client.status(within: limit) }
            #expect(gone?.kind == .unreachable, "\(String(describing: gone))")
            #expect(await edgeError { try await client.front(within: limit) }?.kind == .unreachable)
            try await server.start()
            #expect(try await client.status(within: limit).fence == fence)
            #expect(try await client.front(within: limit).split == "blue")
        }
    }

    @Test(
        "a connection that is cut before or after a request was carried out: it is carried out once",
        arguments: [true, false]
    )
    func cutInTheMiddle(atTheServer: Bool) async throws {
        try await withRemote { edge, server, client in
            let own = "\(edge.lab.helper).own"
            #expect(rename(edge.lab.helper, own) == 0)
            let halt = try HaltedHelper(of: own, in: "\(server.folder)/halt")
            #expect(symlink(halt.path, edge.lab.helper) == 0)

            /// Asks, and cuts the connection at that place.
            func ask<Value: Sendable>(
                _ moment: HaltedHelper.Moment, _ request: String,
                _ body: @escaping @Sendable () async throws(EdgeError) -> Value
            ) async throws -> Value {
                try halt.set(moment, request)
                let asking = Task { () async throws -> Value in try await body() }
                #expect(await eventually { halt.isReached }, "\(moment) \(request)")
                halt.clear()
                if atTheServer { server.cut() } else { server.killClients() }
                return try await asking.value
            }

            var fence: Int64 = 0
            var (from, to) = (Self.blue, Self.green)
            for moment in [HaltedHelper.Moment.before, .after] {
                let claim = LockClaim.test("ana@bastion", kind: .rollback, force: .preempt, fence: fence)
                let taken = try await ask(moment, "take") { () throws(EdgeError) in
                    try await client.take(claim, within: limit)
                }
                #expect(taken == fence + 1, "\(moment)")
                fence = taken
                try await client.stage(to, fence: fence, within: limit)
                let (ours, here, there) = (fence, from, to)
                let flip = try await ask(moment, "flip") { () throws(EdgeError) in
                    try await client.flip(from: here, to: there, fence: ours, within: limit)
                }
                #expect(flip.from == from.name && flip.to == to.name)
                #expect(try await client.front(within: limit).split == to.name)
                try await ask(moment, "release") { () throws(EdgeError) in
                    try await client.release(fence: ours, within: limit)
                }
                let status = try await client.status(within: limit)
                #expect(status.lock == nil && status.fence == fence && status.split == to)
                swap(&from, &to)
            }
            let events = try await client.history(100, within: limit).map(\.event)
            #expect(events == ["init"] + ["take", "flip", "release"] + ["take", "flip", "release"])
        }
    }

    @Test("a server that hangs is an error by the deadline, and is used again when it goes on")
    func hanging() async throws {
        try await withRemote { _, server, client in
            try await client.prepare(within: limit)
            #expect(try await client.front(within: limit).split == "blue")
            server.pause()
            try await expectTimely { try await client.status(within: .milliseconds(300)) }
            try await expectTimely { try await client.front(within: .milliseconds(300)) }
            server.resume()
            #expect(await eventually { (try? await client.status(within: .seconds(2)).split) == Self.blue })
            #expect(try await client.front(within: limit).split == "blue")
        }
    }

    @Test("a connection that takes longer to be made than who wanted it waits is there for the next")
    func slow() async throws {
        try await withRemote { _, server, client in
            server.pause()
            try await expectTimely { try await client.status(within: .milliseconds(300)) }
            try await expectTimely { try await client.front(within: .milliseconds(100)) }
            server.resume()
            #expect(try await client.status(within: limit).split == Self.blue)
            #expect(try await client.front(within: limit).split == "blue")
            let log = try String(contentsOfFile: "\(server.folder)/sshd.log", encoding: .utf8)
            #expect(log.matches(of: /Accepted publickey/).count == 1 && !log.contains("preauth"), "\(log)")
        }
    }

    @Test("a host key that changed, and a key that is not let in, are said to be so")
    func strangers() async throws {
        try await withRemote { edge, server, client in
            _ = try await client.status(within: limit)
            try await server.restart(withKnownHostKey: false)
            let changed = await edgeError { try await client.status(within: limit) }
            #expect(changed?.kind == .unreachable)
            #expect(changed?.reason.contains("Host key verification failed") == true, "\(changed?.reason ?? "")")

            var deployment = edge.deployment
            deployment.edges[0].ssh = server.plan
            deployment.edges[0].ssh?.knownHosts = "/dev/null"
            let unknown = EdgeClient(deployment.edges[0], of: deployment, on: edge.reactor)
            #expect(await edgeError { try await unknown.status(within: limit) }?.reason.contains("Host key") == true)
            await unknown.close()

            let known = try String(contentsOfFile: "\(server.folder)/other.pub", encoding: .utf8)
            try Data("[127.0.0.1]:\(server.port) \(known)".utf8).write(
                to: URL(filePath: "\(server.folder)/known_others"))
            deployment.edges[0].ssh?.knownHosts = "\(server.folder)/known_others"
            deployment.edges[0].ssh?.key = "\(server.folder)/host"
            let denied = EdgeClient(deployment.edges[0], of: deployment, on: edge.reactor)
            #expect(
                await edgeError { try await denied.status(within: limit) }?.reason.contains("Permission denied") == true
            )
            await denied.close()
        }
    }

    @Test("leases do not go by the edge's wall clock, which may be ten minutes off")
    func clocks() async throws {
        let shims = "/tmp/guardia-shim-\(getpid())"
        try FileManager.default.createDirectory(atPath: shims, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: shims) }
        let script = "#!/bin/sh\necho $(($(/bin/date +%s) + 600))\n"
        try Data(script.utf8).write(to: URL(filePath: "\(shims)/date"))
        chmod("\(shims)/date", 0o755)
        try await withRemote(environment: "env PATH=\(shims):/usr/bin:/bin ") { edge, _, client in
            let fence = try await client.take(.test(lease: .seconds(30)), within: limit)
            let there = try await client.status(within: limit)
            let here = try await edge.client.status(within: limit)
            #expect((595...605).contains(there.clock - here.clock))
            #expect((1...30).contains(there.lock?.left ?? 0) && (1...30).contains(here.lock?.left ?? 0))
            #expect(await edgeError { try await edge.client.take(.test("bob@b"), within: limit) }?.refusal != nil)
            try await client.release(fence: fence, within: limit)
        }
    }

    @Test("an armed revert survives the connection, the session and the server that brought it")
    func armedRevert() async throws {
        try await withRemote { edge, server, client in
            let fence = try await client.take(.test(), within: limit)
            try await client.stage(Self.green, fence: fence, within: limit)
            try await client.arm(
                Revert(after: .seconds(1), from: Self.green, to: Self.blue, action: "a1"), fence: fence, within: limit)
            _ = try await client.flip(from: Self.blue, to: Self.green, fence: fence, within: limit)
            server.stop()
            #expect(
                await eventually {
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(edge.lab.door)/current"))
                        == "splits/blue"
                })
            #expect(await eventually { (try? await edge.client.status(within: limit).fired?.to) == "blue" })
        }
    }

    @Test("closed, it leaves no process and no file")
    func nothingIsLeft() async throws {
        try await withRemote { _, server, client in
            #expect(try await client.front(within: limit).split == "blue")
            _ = try await client.status(within: limit)
            #expect(!server.clients.isEmpty)
            await client.close()
            // The clients bear the path of this test's key; their master has taken another name.
            #expect(
                await eventually {
                    let found = try? await Command.run(["pgrep", "-f", "\(server.folder)/key"], deadline: limit)
                    return found?.ending == .exited(status: 1) && server.clients.isEmpty
                })
        }
    }

    @Test("ten edges, each over a connection of its own, are switched side by side")
    func tenAtOnce() async throws {
        try await withRemote(isForced: false) { edge, server, _ in
            var clients: [EdgeClient] = []
            for number in 0..<10 {
                let door = "\(server.folder)/door-\(number)"
                let made = try await Command.run([edge.lab.helper, "--door", door, "init", "blue"], deadline: limit)
                #expect(made.isSuccess)
                let plan = EdgePlan(
                    name: "edge-\(number)", ssh: server.plan, door: door, front: edge.url, helper: edge.lab.helper)
                clients.append(EdgeClient(plan, of: edge.deployment, on: edge.reactor))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in clients {
                    group.addTask {
                        let fence = try await client.take(.test(), within: limit)
                        try await client.stage(Self.green, fence: fence, within: limit)
                        _ = try await client.flip(from: Self.blue, to: Self.green, fence: fence, within: limit)
                    }
                }
                try await group.waitForAll()
            }
            for client in clients {
                #expect(try await client.status(within: limit).split == Self.green)
                await client.close()
            }
        }
    }
}
