import Launch
import Rehearsal
import Testing
import Wire

@testable import Watch

@Suite struct FlagsProberTests {
    private func withFlags(
        _ names: [String] = ["checkout-v2", "refunds"],
        _ body: (ProbeLab, RedisServer, FlagsProber, RedisClient) async throws -> Void
    ) async throws {
        let lab = try ProbeLab()
        try await withPrivateFolder { folder async throws in
            let server = try await RedisServer.start(in: folder)
            let prober = FlagsProber(
                FlagsTarget(
                    redis: RedisTarget(socket: server.socket, password: .environment(server.password)),
                    algorithm: .unleash, names: names), in: lab.context)
            let client = RedisClient(
                RedisSettings(.unixSocket(path: server.socket), password: server.password), on: lab.reactor)
            try await body(lab, server, prober, client)
        }
    }

    private func set(_ client: RedisClient, _ words: String...) async throws {
        _ = try await client.command(words, deadline: .seconds(10))
    }

    @Test func sharesAndStatesAreBroughtWhoeverWroteThem() async throws {
        try await withFlags { _, _, prober, client async throws in
            try await set(
                client, "HSET", "flag:checkout-v2", "enabled", "1", "rollout", "25", "version", "7", "updated_by",
                "ana m@b")
            try await set(client, "HSET", "flag:refunds", "enabled", "0", "rollout", "50", "allow", "u1 u2")
            let found = try await prober.measurements()
            #expect(found["share.checkout-v2"] == .number(25) && found["share.refunds"] == .number(0))
            #expect(
                found["state.checkout-v2"] == .text("enabled=1 rollout=25 version=7 updated_by=ana%20m@b"))
            #expect(found["state.refunds"] == .text("enabled=0 rollout=50 version=0 allowed=2"))
            #expect(found["faulty"] == .number(0))
            let probe = Probe(
                name: "flags", interval: 2000, deadline: 1000,
                target: .flags(
                    FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: ["checkout-v2", "refunds"])))
            #expect(Set(found.keys) == Set(probe.measures.map(\.name)).subtracting(["up"]))
        }
    }

    @Test func whatIsNoFlagIsSaidAndSpoilsNoOther() async throws {
        try await withFlags(["a", "b", "c", "d"]) { _, _, prober, client async throws in
            try await set(client, "HSET", "flag:a", "enabled", "1", "rollout", "101")
            try await set(client, "SET", "flag:b", "text")
            try await set(client, "HSET", "flag:d", "enabled", "1", "rollout", "5")
            let found = try await prober.measurements()
            #expect(found["share.a"].reason == "rollout '101': it is from 0 to 100, with at most two decimals")
            #expect(found["state.b"] == .text("! its key in Redis is no hash"))
            #expect(found["state.c"] == .text("! there is none in Redis") && found["share.c"].reason != nil)
            #expect(found["share.d"] == .number(5) && found["faulty"] == .number(3))
        }
    }

    @Test func aRedisThatIsStoppedOrGoneClaimsNothing() async throws {
        try await withFlags { lab, server, prober, client async throws in
            try await set(client, "HSET", "flag:refunds", "enabled", "1", "rollout", "5")
            _ = try await prober.measurements()
            try await server.pause()
            #expect(await lab.expectEnd(of: prober) != nil)
            try await server.resume()
            #expect(try await prober.measurements()["share.refunds"] == .number(5))
            await server.kill()
            #expect(await lab.expectEnd(of: prober) != nil)
        }
    }
}
