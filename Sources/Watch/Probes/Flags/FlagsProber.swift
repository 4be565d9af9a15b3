package import Launch
package import Wire

/// The feature flags of a launch as Redis holds them: of each its share and its state, whoever changed it.
package actor FlagsProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: FlagsTarget
    private let secret: @Sendable (Secret) throws -> String
    private var client: RedisClient?

    package init(_ target: FlagsTarget, in context: ProbeContext) {
        self.target = target
        secret = context.secret
        reactor = context.reactor
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
        do {
            let client = try client ?? RedisClient(RedisSettings(target.redis, secret: secret), on: reactor)
            self.client = client
            var findings: [Finding] = []
            var faulty = 0
            for name in target.names {
                let state = try await state(of: name, client, budget)
                findings += state.findings
                if state.isFaulty { faulty += 1 }
            }
            findings.append(Finding("faulty", Double(faulty)))
            return findings
        } catch {
            // The password may have been renewed.
            if case .denied = (error as? WireError)?.kind { client = nil }
            throw error
        }
    }

    package func close() async {
        await client?.close()
        client = nil
    }

    private struct State {
        var findings: [Finding]
        var isFaulty: Bool
    }

    private func state(of name: String, _ client: RedisClient, _ budget: Budget) async throws -> State {
        do throws(WireError) {
            let reply = try await client.command(["HGETALL", target.key(of: name)], deadline: budget.remaining)
            return Self.state(of: name, reply)
        } catch {
            // A key of another type is a fault of this flag alone.
            guard case .server(code: "WRONGTYPE") = error.kind else { throw error }
            return Self.faulty(name, "its key in Redis is no hash")
        }
    }

    private static func state(of name: String, _ reply: RedisValue) -> State {
        let texts = (reply.array ?? []).map { $0.string ?? "" }
        guard texts.count >= 2 else { return faulty(name, "there is none in Redis") }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: texts.count - 1, by: 2) { fields[texts[index]] = texts[index + 1] }
        do throws(FlagFault) {
            let flag = try FeatureFlag(name: name, fields: fields)
            return State(
                findings: [
                    Finding("share.\(name)", flag.share.percent),
                    Finding("state.\(name)", .text(FlagGlance(flag).text)),
                ], isFaulty: false)
        } catch {
            return faulty(name, error.description)
        }
    }

    /// What it is, is known: no flag. Whom it gives the feature, is not.
    private static func faulty(_ name: String, _ why: String) -> State {
        State(
            findings: [
                Finding("share.\(name)", .missed(why.bounded())),
                Finding("state.\(name)", .text(FlagSeries.faultMark + why.bounded())),
            ], isFaulty: true)
    }
}
