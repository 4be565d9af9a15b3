import Edge
import FoundationEssentials
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

@Suite("The door in a real nginx", .timeLimit(.minutes(2)))
struct NginxTests {
    private static let green = Split(all: "green")
    private static let blue = Split(all: "blue")

    @Test("it tells split, colour and digest to its own machine, and each colour is asked through it")
    func frontDoor() async throws {
        try await withEdge(headers: ["Host": "barberpro.ar"]) { edge in
            #expect(
                try await edge.client.front(within: limit)
                    == DoorAnswer(split: "blue", colour: "blue", digest: edge.client.digest))
            #expect(edge.client.digest.count == 12)
            func ask(_ target: EdgeQuestion.Target) async throws -> String {
                try await edge.client.ask(EdgeQuestion(target, path: "/version?x=1"), within: limit).text
            }
            #expect(try await ask(.colour("green")) == "v2 /version?x=1 Host: barberpro.ar\n")
            #expect(try await ask(.host(colour: "blue", index: 0)) == "v1 /version?x=1 Host: barberpro.ar\n")
            #expect(try await ask(.traffic(key: nil)).hasPrefix("v1 /version?x=1"))
            let unknown = try await edge.client.ask(EdgeQuestion(.colour("red"), path: "/"), within: limit)
            #expect(unknown.status == 404)
            edge.green.close()
            let dead = try await edge.client.ask(EdgeQuestion(.colour("green"), path: "/version"), within: limit)
            #expect(dead.status == 502, "a colour's failure is its own: nobody answers in its place")
            #expect(try await edge.client.front(within: limit).isBroken == false)
        }
    }

    @Test("another port of the same server, which the world reaches, says nothing of it")
    func onlyOnLoopback() async throws {
        let world = "listen unix:/tmp/guardia-world-\(getpid()).sock;"
        defer { unlink("/tmp/guardia-world-\(getpid()).sock") }
        try await withEdge(server: world) { edge async throws in
            for path in ["/__guardia", "/__guardia/", "/__guardia/blue/all/version", "/__guardia/green/0/version"] {
                let request = HTTPRequest(edge.url + path, unixSocketPath: "/tmp/guardia-world-\(getpid()).sock")
                #expect(try await edge.http.send(request, deadline: limit).status == 404)
            }
            let request = HTTPRequest(edge.url + "/version", unixSocketPath: "/tmp/guardia-world-\(getpid()).sock")
            #expect(try await edge.http.send(request, deadline: limit).text.hasPrefix("v1"))
        }
    }

    @Test("a site's own rules neither hide the control paths nor count them")
    func besideOtherRules() async throws {
        let rules = """
            location ~ \\.php$ { return 418; }
            deny 127.0.0.2; allow 127.0.0.1; deny all;
            auth_basic "site"; auth_basic_user_file /dev/null;
            error_page 404 500 502 =200 /sorry; proxy_intercept_errors on;
            location = /sorry { auth_basic off; return 200 sorry; }
            """
        try await withEdge(server: rules) { edge in
            #expect(try await edge.client.front(within: limit).split == "blue")
            let answer = try await edge.client.ask(EdgeQuestion(.colour("green"), path: "/x.php"), within: limit)
            #expect(answer.status == 200 && answer.text.hasPrefix("v2 /x.php"))
            #expect(try await edge.get("/x.php").status == 418)
            #expect(try await edge.get("/version").status == 401)
        }
    }

    @Test(
        "a hundred switches under kept connections, with requests in flight: none is lost, each is answered by who took it"
    )
    func switchingUnderLoad() async throws {
        try await withEdge { edge in
            let fence = try await edge.client.take(.test(kind: .rollback), within: limit)
            for split in [Self.green, Self.blue] { try await edge.client.stage(split, fence: fence, within: limit) }
            let done = Done()
            try await withThrowingTaskGroup(of: [String: Int].self) { group in
                for client in 0..<16 {
                    group.addTask {
                        // A client of its own: it keeps its connection from one request to the next.
                        let http = HTTPClient(on: edge.reactor)
                        var answers: [String: Int] = [:]
                        while await !done.isSet {
                            let response = try await http.send(
                                HTTPRequest(edge.url + "/x?\(client)", headers: [.init("Cookie", "client=\(client)")]),
                                deadline: limit)
                            answers["\(response.status) \(response.headers["X-Version"] ?? "")", default: 0] += 1
                        }
                        return answers
                    }
                }
                for number in 0..<8 {
                    group.addTask {
                        let response = try await HTTPClient(on: edge.reactor).send(
                            HTTPRequest(edge.url + "/held?\(number)"), deadline: limit)
                        return ["held \(response.status) \(response.headers["X-Version"] ?? "")": 1]
                    }
                }
                #expect(await eventually { edge.blue.held == 8 })
                for turn in 0..<100 {
                    let (from, to) = turn.isMultiple(of: 2) ? (Self.blue, Self.green) : (Self.green, Self.blue)
                    let flip = try await edge.client.flip(from: from, to: to, fence: fence, within: limit)
                    #expect(flip.from == from.name && flip.to == to.name)
                    #expect(try await edge.client.front(within: limit).split == to.name, "with the next request")
                }
                // All switches lie behind: who took them in the first place answers.
                edge.blue.letGo()
                await done.set()
                var answers: [String: Int] = [:]
                for try await some in group { answers.merge(some, uniquingKeysWith: +) }
                #expect(answers["held 200 v1"] == 8)
                #expect(Set(answers.keys).isSubset(of: ["200 v1", "200 v2", "held 200 v1"]), "\(answers)")
                #expect(answers["200 v1"] ?? 0 > 0 && answers["200 v2"] ?? 0 > 0)
            }
        }
    }

    @Test(
        "shares are exact, a canary that grows keeps its clients",
        arguments: [StickyKey.cookie("client"), .header("X-Client")])
    func canary(_ sticky: StickyKey) async throws {
        try await withEdge(sticky: sticky) { edge in
            func inCanary() async throws -> Set<Int> {
                var found: Set<Int> = []
                for key in 0..<400 {
                    let answer = try await edge.client.ask(
                        EdgeQuestion(.traffic(key: "k\(key)"), path: "/"), within: limit)
                    if answer.headers["x-version"] == "v2" { found.insert(key) }
                }
                return found
            }
            try await edge.open(Split(live: "blue", canary: "green", share: 10))
            let small = try await inCanary()
            try await edge.open(Split(live: "blue", canary: "green", share: 50))
            let large = try await inCanary()
            #expect(small.isSubset(of: large))
            // Within five standard deviations; the keys are the same in every run.
            #expect(
                (10...70).contains(small.count) && (150...250).contains(large.count), "\(small.count) \(large.count)")
            try await edge.open(Self.green)
            #expect(try await inCanary().count == 400)
        }
    }

    private enum Damage {
        case unsearchable, gone, dangling, unmounted
    }

    @Test(
        "a door that is damaged under traffic: every request is answered, and the front says DOOR BROKEN",
        arguments: [Damage.unsearchable, .gone, .dangling])
    private func damage(_ damage: Damage) async throws { try await serves(through: damage) }

    @Test(
        "a door whose disk is no longer mounted: every request is answered, and the front says DOOR BROKEN",
        .enabled(if: Mounting.refusal == nil, "\(Mounting.refusal ?? "")"))
    func unmounted() async throws { try await serves(through: .unmounted) }

    private func serves(through damage: Damage) async throws {
        try await withEdge { edge in
            let door = edge.lab.door
            let done = Done()
            try await withThrowingTaskGroup(of: Set<Int>.self) { group in
                for client in 0..<8 {
                    group.addTask {
                        var statuses: Set<Int> = []
                        while await !done.isSet {
                            statuses.insert(try await edge.get("/x?\(client)", cookie: "client=\(client)").status)
                        }
                        return statuses
                    }
                }
                #expect(try await edge.client.front(within: limit).isBroken == false)
                switch damage {
                case .unsearchable: #expect(chmod(door, 0o700) == 0)
                case .gone: #expect(unlink("\(door)/current") == 0)
                case .dangling: #expect(rename("\(door)/splits", "\(door)/splits.away") == 0)
                case .unmounted:
                    // What a disk leaves that is no longer mounted: an empty folder.
                    try await Mounting.mount(["-t", "tmpfs", "-o", "mode=755", "tmpfs", door])
                }
                #expect(
                    try await eventually {
                        try await edge.client.front(within: limit)
                            == DoorAnswer(split: "", colour: "any", isBroken: true, digest: edge.client.digest)
                    })
                let before = edge.blue.answered + edge.green.answered
                #expect(await eventually { edge.blue.answered + edge.green.answered > before + 100 })
                switch damage {
                case .unsearchable: chmod(door, 0o755)
                case .gone: symlink("splits/blue", "\(door)/current")
                case .dangling: rename("\(door)/splits.away", "\(door)/splits")
                case .unmounted: try await Mounting.unmount(door)
                }
                #expect(try await eventually { try await edge.client.front(within: limit).split == "blue" })
                await done.set()
                for try await statuses in group { #expect(statuses == [200]) }
            }
        }
    }

    @Test("an nginx without a door is tested and reloaded, and a test that fails leaves everything as it was")
    func reloadBackend() async throws {
        let folder = try await PrivateFolder()
        do {
            try await reload(in: folder)
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    private func reload(in folder: PrivateFolder) async throws {
        let lab = try await DoorLab(in: folder, split: nil)
        let (blue, green) = (try ColourServer("v1"), try ColourServer("v2"))
        defer {
            blue.close()
            green.close()
        }
        #expect(mkdir(lab.door, 0o755) == 0)
        let pidFile = "\(folder.path)/nginx/nginx.pid"
        let script = "\(folder.path)/reload"
        try Data("#!/bin/sh\nkill -HUP $(cat \(pidFile))\n".utf8).write(to: URL(filePath: script))
        chmod(script, 0o755)
        let test = "\(folder.path)/test"
        try Data("#!/bin/sh\nexit 0\n".utf8).write(to: URL(filePath: test))
        chmod(test, 0o755)
        #expect(try await lab.run("backend", "reload", test, "--", script).last == "ok")
        #expect(try await lab.run("init", "blue").last == "ok")
        func deployment(_ port: UInt16) -> Deployment {
            var plan = lab.plan(port: port)
            plan.backend = .reload(test: [test], reload: [script])
            return .sample([plan], blue: [blue.host], green: [green.host])
        }
        let nginx = try await NginxServer.start(in: folder) { port, _ in
            let edge = EdgeConfiguration(deployment(port), deployment(port).edges[0])
            return """
                \(edge.http)
                server {
                    listen 127.0.0.1:\(port);
                    \(edge.server)
                    location / { proxy_pass http://$guardia_colour; }
                }
                """
        }
        let reactor = try Reactor()
        let plan = deployment(nginx.port)
        let client = EdgeClient(plan.edges[0], of: plan, on: reactor)
        #expect(
            try await client.front(within: limit) == DoorAnswer(split: "blue", colour: "blue", digest: client.digest))
        let fence = try await client.take(.test(), within: limit)
        let canary = Split(live: "blue", canary: "green", share: 25)
        for split in [canary, Split(all: "green")] { try await client.stage(split, fence: fence, within: limit) }
        _ = try await client.flip(from: Split(all: "blue"), to: canary, fence: fence, within: limit)
        #expect(try await eventually { try await client.front(within: limit).split == "green-25.blue" })
        _ = try await client.flip(from: canary, to: Split(all: "green"), fence: fence, within: limit)
        #expect(try await eventually { try await client.front(within: limit).colour == "green" })

        try Data("#!/bin/sh\necho 'nginx: [emerg] unknown directive \"x\"' >&2\nexit 1\n".utf8).write(
            to: URL(filePath: test))
        let error = await edgeError {
            try await client.flip(from: Split(all: "green"), to: canary, fence: fence, within: limit)
        }
        #expect(
            error?.kind == .broken && error?.reason.contains("emerg unknown directive x") == true,
            "\(error?.reason ?? "")")
        #expect(try await client.status(within: limit).split == Split(all: "green"))
        await client.close()
    }
}

/// A flag that one task sets and many look at.
private actor Done {
    private(set) var isSet = false
    func set() { isSet = true }
}
