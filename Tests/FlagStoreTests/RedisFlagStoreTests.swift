import Actions
import Launch
import Rehearsal
import Testing
import Wire

/// Flags in a real Redis, alone and under attack.
@Suite(.timeLimit(.minutes(2)))
struct RedisFlagStoreTests {
    private static let plan = FlagsPlan(
        target: FlagsTarget(redis: RedisTarget(), algorithm: .unleash, names: ["checkout-v2"]),
        flags: [KnownFlag(name: "checkout-v2")])

    /// A Redis, a store on it, and a client of somebody else's.
    private struct Lab {
        var server: RedisServer
        var reactor: Reactor
        var store: RedisFlagStore
        var other: RedisClient

        func ask(_ words: String...) async throws -> RedisValue {
            try await other.command(words, deadline: .seconds(10))
        }

        /// Another bastion's store, on a connection of its own.
        func anotherStore(
            _ plan: FlagsPlan = RedisFlagStoreTests.plan, user: String? = nil, password: String? = nil,
            deadline: Duration = .seconds(10)
        ) -> RedisFlagStore {
            RedisFlagStore(
                RedisClient(
                    RedisSettings(
                        .unixSocket(path: server.socket), username: user, password: password ?? server.password),
                    on: reactor), of: plan, deadline: deadline)
        }
    }

    private func withStore(
        _ settings: [String: String] = [:], _ body: (Lab) async throws -> Void
    ) async throws {
        let reactor = try Reactor()
        let folder = try await PrivateFolder()
        do {
            let server = try await RedisServer.start(in: folder, settings: settings)
            let access = RedisSettings(.unixSocket(path: server.socket), password: server.password)
            try await body(
                Lab(
                    server: server, reactor: reactor,
                    store: RedisFlagStore(RedisClient(access, on: reactor), of: Self.plan, deadline: .seconds(10)),
                    other: RedisClient(access, on: reactor)))
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
        reactor.shutdown()
    }

    private func flag(_ percent: Int, version: Int64, by: String = "ana@b", allowed: [String] = []) -> FeatureFlag {
        FeatureFlag(
            name: "checkout-v2", rollout: Rollout(percent: percent)!, allowed: allowed, algorithm: .unleash,
            version: version, updatedBy: by, updatedAt: Timestamp(milliseconds: 1_764_214_800_000),
            change: "c-\(version)")
    }

    private func write(_ flag: FeatureFlag, _ look: FlagLook, within grace: Milliseconds = .seconds(60)) -> FlagWrite {
        FlagWrite(flag: flag, before: look, reason: "trial", latest: look.clock + grace)
    }

    // MARK: One writer

    @Test func whatIsWrittenIsReadBackStreamedAndPublished() async throws {
        try await withStore { lab in
            let none = try await lab.store.look("checkout-v2")
            #expect(none.state == .absent)
            let first = flag(5, version: 1, by: "ana maría@b", allowed: ["u1", "u2"])
            #expect(try await lab.store.write(write(first, none)) == .done)
            let look = try await lab.store.look("checkout-v2")
            #expect(look.state == .flag(first))
            // What becomes empty is taken away, what is not ours is left alone.
            _ = try await lab.ask("HSET", "flag:checkout-v2", "owner", "shop")
            let again = try await lab.store.look("checkout-v2")
            #expect(try await lab.store.write(write(flag(25, version: 2), again)) == .done)
            let second = try await lab.store.look("checkout-v2")
            #expect(second.flag == flag(25, version: 2) && second.fields["allow"] == nil)
            #expect(second.fields["owner"] == "shop")

            let entries = try #require(try await lab.ask("XRANGE", "flags:audit", "-", "+").array)
            let words = entries.map { $0.array?[1].array?.compactMap(\.string) ?? [] }
            #expect(words.count == 2)
            #expect(words[0].contains("none → 5 %") && words[1].contains("5 % → 25 %, allow-list −2"))
            #expect(words[1].contains("trial") && words[1].contains("ana@b"))
            let statistics = try await lab.ask("INFO", "commandstats").string ?? ""
            #expect(statistics.contains("cmdstat_publish:calls=2,"))
        }
    }

    @Test func aLateWriteIsRefusedByRedisItself() async throws {
        try await withStore { lab in
            let look = try await lab.store.look("checkout-v2")
            #expect(try await lab.store.write(write(flag(5, version: 1), look, within: -1)) == .late)
            #expect(try await lab.store.look("checkout-v2").state == .absent)
        }
    }

    // MARK: Two writers

    @Test func ofManyWritersAtOnceOneIsFirstAndTheOthersAreToldWhatChanged() async throws {
        try await withStore { lab in
            let look = try await lab.store.look("checkout-v2")
            let written = try await withThrowingTaskGroup(of: FlagWritten.self) { group in
                for number in 1...20 {
                    let (store, write) = (
                        lab.anotherStore(), write(flag(number, version: 1, by: "op-\(number)@b"), look)
                    )
                    group.addTask { try await store.write(write) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let now = try await lab.store.look("checkout-v2")
            #expect(written.count { $0 == .done } == 1)
            for case .moved(let fields) in written { #expect(fields == now.fields) }
            #expect(written.count { if case .moved = $0 { true } else { false } } == 19)
            #expect(try await lab.ask("XLEN", "flags:audit") == .integer(1))
        }
    }

    @Test func theSecondOfTwoPeopleIsRefusedWithWhoWhenAndWhat() async throws {
        try await withStore { lab in
            _ = try await lab.store.write(
                write(flag(5, version: 1), try await lab.store.look("checkout-v2")))
            func set(_ share: Int, by who: Operator) async -> ActionResult {
                await FlagSet(
                    .init(
                        name: "checkout-v2", edit: FlagEdit(rollout: Rollout(percent: share)!), expect: 1, by: who,
                        command: [], pid: 1), of: Self.plan, in: lab.anotherStore(), clock: Wall(),
                    reporter: ActionReporter(ActionID("flag-set-\(share)"), journal: Silence())
                ).run()
            }
            let first = await set(25, by: Operator(name: "ana", uid: 1, host: "b1"))
            #expect(first == ActionResult(.done, "checkout-v2 5 % → 25 %, version 2, read back"))
            let second = await set(50, by: Operator(name: "luis", uid: 2, host: "b2"))
            #expect(second.outcome == .refused)
            #expect(second.summary.hasPrefix("checkout-v2 was changed by ana@b1 at "))
            #expect(second.summary.hasSuffix("it is 25 % now, version 2; you saw version 1"))
            #expect(try await lab.store.look("checkout-v2").flag?.rollout.percent == 25)
        }
    }

    @Test func aHandThatLeftTheVersionAloneIsNoticed() async throws {
        try await withStore { lab in
            _ = try await lab.store.write(write(flag(5, version: 1), try await lab.store.look("checkout-v2")))
            let look = try await lab.store.look("checkout-v2")
            _ = try await lab.ask("HSET", "flag:checkout-v2", "rollout", "42")
            guard case .moved(let fields) = try await lab.store.write(write(flag(25, version: 2), look)) else {
                Issue.record("it was overwritten")
                return
            }
            #expect(fields["rollout"] == "42")
            _ = try await lab.ask("DEL", "flag:checkout-v2")
            #expect(try await lab.store.write(write(flag(25, version: 2), look)) == .moved([:]))
        }
    }

    // MARK: A Redis in trouble

    @Test func aStoppedRedisLeavesItUnknownAndWritesNothingLater() async throws {
        try await withStore { lab in
            let before = flag(5, version: 1)
            _ = try await lab.store.write(write(before, try await lab.store.look("checkout-v2")))
            let hasty = lab.anotherStore(deadline: .milliseconds(300))
            let look = try await hasty.look("checkout-v2")
            try await lab.server.pause()
            // The command is in Redis' own buffer by now; what it may do at the latest is over before it gives up.
            do throws(FlagStoreError) {
                _ = try await hasty.write(write(flag(100, version: 2), look, within: 100))
                Issue.record("a stopped Redis has answered")
            } catch {
                #expect(error.kind == .silent)
            }
            try await lab.server.resume()
            #expect(try await lab.store.look("checkout-v2").flag == before)
            #expect(try await lab.ask("XLEN", "flags:audit") == .integer(1))
        }
    }

    @Test func anActionOnAStoppedRedisEndsAndClaimsNothing() async throws {
        try await withStore { lab in
            _ = try await lab.store.write(write(flag(5, version: 1), try await lab.store.look("checkout-v2")))
            let store = Hurt(store: lab.anotherStore(deadline: .milliseconds(300))) { try await lab.server.pause() }
            let result = await set(store)
            #expect(result.outcome == .undecided)
            #expect(result.summary.contains("whether checkout-v2 was written is not known"))
            try await lab.server.resume()
            // Whichever it was, it is whole: the old flag or the new one.
            let now = try await lab.store.look("checkout-v2").flag
            #expect(now?.rollout.percent == (now?.version == 1 ? 5 : 25))
            #expect(now?.updatedBy == (now?.version == 1 ? "ana@b" : "ana@bastion"))
        }
    }

    @Test func aKilledRedisHasWrittenNothing() async throws {
        try await withStore { lab in
            _ = try await lab.store.write(write(flag(5, version: 1), try await lab.store.look("checkout-v2")))
            await lab.server.kill()
            let result = await set(lab.anotherStore(deadline: .seconds(1)))
            #expect(result.outcome == .wentBack && result.summary.hasPrefix("nothing was written: "))
        }
    }

    @Test func aRedisThatDiesBeforeTheReadBackLeavesItUnknown() async throws {
        try await withStore { lab in
            _ = try await lab.store.write(write(flag(5, version: 1), try await lab.store.look("checkout-v2")))
            let store = Hurt(store: lab.anotherStore(deadline: .seconds(1)), isAfter: true) { await lab.server.kill() }
            let result = await set(store)
            #expect(result.outcome == .undecided && result.summary.contains("could not be read back"))
        }
    }

    @Test func aFullRedisHasWrittenNothing() async throws {
        try await withStore(["maxmemory": "3mb", "maxmemory-policy": "noeviction"]) { lab in
            _ = try await lab.store.write(write(flag(5, version: 1), try await lab.store.look("checkout-v2")))
            _ = try await lab.ask("SETRANGE", "ballast", "4000000", "x")
            let result = await set(lab.store)
            #expect(result.outcome == .wentBack && result.summary.contains("OOM"))
            #expect(try await lab.store.look("checkout-v2").flag == flag(5, version: 1))
            #expect(try await lab.ask("XLEN", "flags:audit") == .integer(1))
        }
    }

    @Test func whoeverMayNotWriteIsToldSo() async throws {
        try await withStore { lab in
            _ = try await lab.ask("ACL", "SETUSER", "reader", "on", ">pass", "~flag:*", "+@read", "+time")
            let result = await set(lab.anotherStore(user: "reader", password: "pass"))
            #expect(result.outcome == .wentBack && result.summary.contains("NOPERM"))
        }
    }

    private func set(_ store: any FlagStore) async -> ActionResult {
        await FlagSet(
            .init(
                name: "checkout-v2", edit: FlagEdit(rollout: Rollout(percent: 25)!),
                by: Operator(name: "ana", uid: 1, host: "bastion"), command: [], pid: 1), of: Self.plan, in: store,
            clock: Wall(), reporter: ActionReporter(ActionID("flag-set-1"), journal: Silence())
        ).run()
    }

    // MARK: What is found there

    @Test func everyNameIsFoundHoweverItIsWritten() async throws {
        var plan = Self.plan
        plan.target.prefix = "we[i]rd*:"
        try await withStore { lab in
            let names = ["plain", "with space", "esc\u{1b}[31m", "ñandú", ""]
            for name in names { _ = try await lab.ask("HSET", "we[i]rd*:" + name, "enabled", "1", "rollout", "5") }
            _ = try await lab.ask("HSET", "weird:other", "enabled", "1")
            _ = try await lab.ask("SET", "we[i]rd*:text", "no hash")
            for index in 0..<1500 { _ = try await lab.ask("SET", "session:\(index)", "x") }
            #expect(try await lab.anotherStore(plan).names() == names.sorted())
        }
    }

    @Test func aKeyThatIsNoHashIsAnErrorThatSaysSo() async throws {
        try await withStore { lab in
            _ = try await lab.ask("SET", "flag:checkout-v2", "on")
            do throws(FlagStoreError) {
                _ = try await lab.store.look("checkout-v2")
                Issue.record("a text was taken for a flag")
            } catch {
                #expect(error.kind == .refused && error.description.contains("WRONGTYPE"))
            }
        }
    }
}

/// The wall clock, for actions that need no steady one here.
private struct Wall: Clock {
    func now() -> Moment {
        Moment(utc: Timestamp(milliseconds: 1_800_000_000_000), uptime: 0, boot: BootID(rawValue: 1))
    }
}

private struct Silence: ActionJournal {
    func tell(_ event: ActionEvent) async {}
    func tell(_ body: Event.Body) async {}
    func settle(within limit: Duration) async {}
}

/// A store to whose server something happens just before, or just after, a write.
private struct Hurt: FlagStore {
    var store: RedisFlagStore
    var isAfter = false
    var happen: @Sendable () async throws -> Void

    func look(_ name: String) async throws(FlagStoreError) -> FlagLook { try await store.look(name) }
    func names() async throws(FlagStoreError) -> [String] { try await store.names() }

    func write(_ write: FlagWrite) async throws(FlagStoreError) -> FlagWritten {
        if !isAfter { try? await happen() }
        let written = try await store.write(write)
        if isAfter { try? await happen() }
        return written
    }
}
