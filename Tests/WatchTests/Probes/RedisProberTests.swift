import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

@Suite struct RedisProberTests {
    private func withRedis(
        _ settings: [String: String] = [:], questions: [Question] = [],
        _ body: (ProbeLab, RedisServer, RedisProber, RedisClient) async throws -> Void
    ) async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let server = try await RedisServer.start(in: folder, settings: settings)
            let prober = RedisProber(
                RedisTarget(socket: server.socket, password: .environment(server.password), questions: questions),
                in: lab.context)
            let client = RedisClient(
                RedisSettings(.unixSocket(path: server.socket), password: server.password), on: lab.reactor)
            try await body(lab, server, prober, client)
        }
    }

    @Test func oneLookBringsEveryMeasure() async throws {
        try await withRedis(["maxmemory": "100mb"]) { lab, _, prober, _ async throws in
            let first = try await prober.measurements()
            #expect((first["ping"].number ?? 0) > 0)
            #expect((first["memory_used"].number ?? 0) > 0.1)
            #expect(first["clients"] == .number(1))
            #expect(first["persistence"] == .number(0))
            #expect(first["replication"] == .missed("no replica"))
            let target = Probe(name: "r", interval: 1000, deadline: 500, target: .redis(RedisTarget()))
            (lab.context.clock as? ManualClock)?.advance(1000)
            let second = try await prober.measurements()
            #expect(Set(second.keys) == Set(target.measures.map(\.name)).subtracting(["up"]))
            #expect(second["evictions"] == .number(0))
            #expect(second["hit_rate"] == .missed("no key was looked up since the last look"))
        }
    }

    @Test func questionsAreAnsweredAndWritesRefused() async throws {
        func question(_ name: String, _ text: String) -> Question { Question(name: name, text: text, unit: .count) }
        let questions = [
            question("queue", "LLEN queue"), question("number", "GET number"), question("text", "GET text"),
            question("absent", "GET absent"), question("list", "LRANGE queue 0 -1"), question("wrong", "LLEN text"),
            question("write", "INCR number"), question("shutdown", "SHUTDOWN NOSAVE"), question("empty", " "),
            question("nonsense", "FROBNICATE 1"), question("usage", "MEMORY USAGE queue"),
        ]
        try await withRedis(questions: questions) { _, _, prober, client async throws in
            for command in ["RPUSH queue a b c", "SET number 42.5", "SET text hello"] {
                _ = try await client.command(command.split(separator: " ").map(String.init), deadline: .seconds(10))
            }
            for _ in 0..<2 {
                let found = try await prober.measurements()
                #expect(found["queue"] == .number(3))
                #expect(found["number"] == .number(42.5))
                #expect(found["text"] == .missed(#"the reply is "hello", not a number"#))
                #expect(found["absent"] == .missed("the reply is nil: no such key"))
                #expect(found["list"] == .missed("the reply is a list of 3, not a number"))
                #expect(
                    found["wrong"].reason?.contains("WRONGTYPE") == true
                        || found["wrong"].reason?.contains("wrong kind") == true)
                #expect(found["write"] == .missed("INCR is not a read-only command"))
                #expect(found["shutdown"] == .missed("SHUTDOWN is not a read-only command"))
                #expect(found["empty"] == .missed("an empty text is not a read-only command"))
                #expect(found["nonsense"] == .missed("FROBNICATE is not a read-only command"))
                #expect((found["usage"].number ?? 0) > 0)
                #expect(found["clients"] == .number(2))
            }
        }
    }

    @Test("a stopped, then killed, then restarted server: an error by the deadline each time, and recovery")
    func failure() async throws {
        try await withRedis { lab, server, prober, _ async throws in
            _ = try await prober.measurements()
            try await server.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
            try await server.resume()
            _ = try await prober.measurements()
            await server.kill()
            let failure = await lab.expectEnd(of: prober)
            #expect(failure?.contains(server.socket) == true)
            #expect(failure?.contains(server.password) == false)
            try await server.start()
            _ = try await prober.measurements()
        }
    }

    @Test func anotherProtocolIsAnErrorByTheDeadline() async throws {
        let lab = try ProbeLab()
        try await withNginx("return 200 x;") { nginx async throws in
            let prober = RedisProber(RedisTarget(port: Int(nginx.port)), in: lab.context)
            #expect(await lab.expectEnd(of: prober) != nil)
        }
    }
}
