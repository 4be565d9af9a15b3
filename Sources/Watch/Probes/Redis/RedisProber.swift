package import Launch
package import Wire

/// One Redis: PING, one INFO a look, and the user's own read-only commands.
package actor RedisProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: RedisTarget
    private let secret: @Sendable (Secret) throws -> String
    private let clock: any Clock
    private var figures = RedisFigures()
    private var questions: QuestionQueue
    /// By command name, whether Redis itself says that it only reads.
    private var readOnly: [String: Bool] = [:]
    private var client: RedisClient?

    package init(_ target: RedisTarget, in context: ProbeContext) {
        self.target = target
        secret = context.secret
        clock = context.clock
        reactor = context.reactor
        questions = QuestionQueue(target.questions)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
        do {
            let client = try client ?? RedisClient(RedisSettings(target, secret: secret), on: reactor)
            self.client = client
            let ping = try await ping(client, budget)
            let info = try await client.command(["INFO"], deadline: budget.remaining)
            guard case .string(let text) = info else { throw ProbeFailure("Redis' answer to INFO is no text") }
            let uptime = clock.now().uptime
            var findings = [Finding("ping", ping.inMilliseconds)]
            findings += figures.findings(of: RedisInfo(parsing: text), at: uptime)
            for question in questions.ordered {
                let number = await answer(question.text, to: question, client, budget)
                guard let count = question.count else {
                    findings.append(Finding(question.name, number))
                    continue
                }
                let events = await answer(count, to: question, client, budget)
                if case .number(let events) = events {
                    findings += question.findings(question.name, number, events: events)
                } else {
                    findings += question.findings(question.name, number, events: nil)
                }
            }
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

    /// The round trip alone: a connection that is made for it is not a part of its time.
    private func ping(_ client: RedisClient, _ budget: Budget) async throws -> Duration {
        let before = await client.connectLatency
        let start = ContinuousClock.now
        _ = try await client.command(["PING"], deadline: budget.remaining)
        let latency = ContinuousClock.now - start
        guard let connect = await client.connectLatency, connect != before else { return latency }
        return latency - connect
    }

    // MARK: The user's commands

    private func answer(
        _ command: String, to question: Question, _ client: RedisClient, _ budget: Budget
    ) async -> Measurement {
        guard !budget.isSpent else { return .missed("no time was left for it") }
        let words = command.split(separator: " ").map(String.init)
        let start = ContinuousClock.now
        defer { questions.note(question, took: .now - start) }
        do {
            guard try await isReadOnly(words, client, budget) else {
                return .missed("\(words.first ?? "an empty text") is not a read-only command")
            }
            return Self.measurement(of: try await client.command(words, deadline: budget.remaining))
        } catch {
            return .missed(error.inWords)
        }
    }

    /// What COMMAND INFO flags as `readonly`. Not to be flagged as `write` would not do: SHUTDOWN is not.
    private func isReadOnly(_ words: [String], _ client: RedisClient, _ budget: Budget) async throws -> Bool {
        guard let name = words.first?.lowercased() else { return false }
        let full = words.count > 1 ? "\(name)|\(words[1].lowercased())" : name
        if let known = readOnly[full] { return known }
        // Since Redis 7 a subcommand (`MEMORY USAGE`) has flags of its own.
        let reply = try await client.command(["COMMAND", "INFO", full, name], deadline: budget.remaining)
        let entries = reply.array?.compactMap(\.array) ?? []
        let flags = entries.first.flatMap { $0.count > 2 ? $0[2].array : nil } ?? []
        let isReadOnly = flags.contains { $0.string == "readonly" }
        readOnly[full] = isReadOnly
        return isReadOnly
    }

    private static func measurement(of reply: RedisValue) -> Measurement {
        if let number = reply.number {
            return number.isFinite ? .number(number) : .missed("the reply is \(number.isNaN ? "NaN" : "infinite")")
        }
        return switch reply {
        case .null: .missed("the reply is nil: no such key")
        case .array(let elements): .missed("the reply is a list of \(elements.count), not a number")
        case .string, .status, .error, .integer:
            .missed("the reply is \"\((reply.string ?? "").bounded(to: 40))\", not a number")
        }
    }
}
