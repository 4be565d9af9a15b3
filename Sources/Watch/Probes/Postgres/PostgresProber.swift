package import Launch
package import Wire

/// One PostgreSQL database: latency, sessions, locks, cache, replication, and the user's own questions.
///
/// A kept connection brings the figures of each look: one `SELECT 1`, one statistics query. The user's questions have a
/// connection of their own, so that an endless one costs only itself. Once a minute a fresh connection is made, since a new
/// one is what a starting application needs (with SCRAM it costs the server and us milliseconds of CPU, too much for each
/// look): it brings `connect`, and the database's `size`, for which the server looks at each of its files. All three run side
/// by side.
package actor PostgresProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// How often a fresh connection is made.
    package static let freshInterval: Milliseconds = .minutes(1)

    /// A user's question brings one number, or one a region; an answer that does not end is broken off.
    private static let questionLimits = PostgresLimits(rows: 1000, bytes: 256 << 10)

    private let target: PostgresTarget
    private let secret: @Sendable (Secret) throws -> String
    private let clock: any Clock
    private let zone: Zone
    private let holidays: [LaunchHoliday]
    private var statistics = PostgresStatistics()
    private var questions: QuestionQueue
    private var fresh = Pace(every: PostgresProber.freshInterval)
    private var weeks: [String: Weeks] = [:]
    private var main: PostgresClient?
    private var side: PostgresClient?

    package init(_ target: PostgresTarget, in context: ProbeContext) {
        self.target = target
        secret = context.secret
        clock = context.clock
        zone = context.zone
        holidays = context.holidays
        reactor = context.reactor
        questions = QuestionQueue(target.questions)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
        async let answers = answers(to: questions.ordered, budget)
        async let connect = freshConnection(budget)
        do {
            return try await within(budget) { try await self.figures(budget) } + answers + connect
        } catch {
            if case .denied = (error as? WireError)?.kind {
                // The password may have been renewed.
                main = nil
                side = nil
            }
            throw error
        }
    }

    package func close() async {
        await main?.close()
        await side?.close()
        main = nil
        side = nil
    }

    // MARK: Every look

    /// Each query is given the whole of the look's time, in tenths of a second; `within` ends what takes too long together.
    /// What is left at each step would be another `statement_timeout` to set each time.
    private func figures(_ budget: Budget) async throws -> [Finding] {
        let deadline = budget.statementDeadline
        let client = try main ?? makeClient()
        main = client
        // Makes the connection where there is none, which is not a part of the query's time.
        let before = await client.connectLatency
        let start = ContinuousClock.now
        _ = try await client.query("SELECT 1", deadline: deadline)
        var latency = ContinuousClock.now - start
        if let connect = await client.connectLatency, connect != before { latency -= connect }
        var findings = [Finding("query", latency.inMilliseconds)]
        do {
            let rows = try await client.query(PostgresStatistics.query, deadline: deadline)
            guard rows.count == 1 else { throw ProbeFailure("the statistics query brought \(rows.count) rows") }
            findings += statistics.findings(user: target.user, at: clock.now().uptime) { rows[0, $0] }
        } catch let error as WireError where error.kind != .cancelled {
            // The server answers, if not this: the rest of the look still counts.
            let measures = [
                "connections", "connections_used", "longest_transaction", "blocked", "deadlocks", "cache_hit",
                "replication_lag",
            ]
            findings += measures.map { Finding($0, .missed(error.inWords)) }
        }
        return findings
    }

    private func makeClient(limits: PostgresLimits = PostgresLimits()) throws -> PostgresClient {
        PostgresClient(try PostgresSettings(target, secret: secret), on: reactor, limits: limits)
    }

    // MARK: The user's questions

    /// Questions of one text are asked once: several columns of one answer are several questions.
    private func answers(to questions: [Question], _ budget: Budget) async -> [Finding] {
        var findings: [Finding] = []
        var known: [String: Result<PostgresRows, ProbeFailure>] = [:]
        var slowest = ""
        for question in questions {
            guard known[question.text] != nil || !budget.isSpent else {
                findings += question.misses("no time was left after \(slowest)")
                continue
            }
            let start = ContinuousClock.now
            let answer: Result<PostgresRows, ProbeFailure>
            if let before = known[question.text] {
                answer = before
            } else {
                answer = await self.answer(to: question, ago: "0", budget)
                known[question.text] = answer
                self.questions.note(question, took: .now - start)
                slowest = question.name
            }
            findings += question.findings(of: answer)
        }
        return await findings + earlierWeeks(questions, findings, budget)
    }

    /// The same hour of earlier weeks, every few minutes, in the time that the questions of now have left.
    private func earlierWeeks(_ questions: [Question], _ found: [Finding], _ budget: Budget) async -> [Finding] {
        var findings: [Finding] = []
        for question in questions where question.weeks > 0 {
            let now = clock.now()
            var weeks = self.weeks[question.name] ?? Weeks(question, zone: zone, holidays: holidays)
            for ago in weeks.due(at: now.uptime) where !budget.isSpent {
                let answer = question.findings(of: await answer(to: question, ago: "\(ago * 7) days", budget))
                weeks.take(answer.first?.measurement ?? .missed("no answer"), weeksAgo: ago, at: now.uptime)
            }
            self.weeks[question.name] = weeks
            findings += weeks.findings(found.first { $0.measure == question.name }?.measurement, at: now)
        }
        return findings
    }

    /// Half of the look at most, so that one endless question leaves time for another.
    ///
    /// - Parameter ago: `$1` of a question that is asked about earlier weeks, too.
    private func answer(
        to question: Question, ago: String, _ budget: Budget
    ) async -> Result<PostgresRows, ProbeFailure> {
        do {
            let client = try side ?? makeClient(limits: Self.questionLimits)
            side = client
            return .success(
                try await within(budget) {
                    try await client.query(
                        question.text, question.weeks > 0 ? [ago] : [], deadline: budget.statementDeadline / 2,
                        readOnly: true)
                })
        } catch let error as WireError where error.kind == .timedOut {
            return .failure(ProbeFailure("no answer within \((budget.statementDeadline / 2).inWords)"))
        } catch {
            return .failure(ProbeFailure(error.inWords))
        }
    }

    // MARK: Once a minute

    /// The connection's latency and the database's size; nothing where they are not due.
    private func freshConnection(_ budget: Budget) async -> [Finding] {
        let uptime = clock.now().uptime
        guard fresh.isDue(at: uptime) else { return [] }
        // Noted before it is known whether it succeeds: a size that takes too long must not be asked for at each look.
        fresh.done(at: uptime)
        var findings: [Finding] = []
        do {
            let client = try makeClient()
            let latency = try await client.connect(deadline: budget.remaining)
            findings.append(Finding("connect", latency.inMilliseconds))
            let rows = try await client.query(
                "SELECT pg_database_size(current_database())", deadline: budget.remaining)
            findings.append(Finding("size", rows.measurement))
            await client.close()
        } catch {
            let missing = Measurement.missed(error.inWords)
            if findings.isEmpty { findings.append(Finding("connect", missing)) }
            findings.append(Finding("size", missing))
        }
        return findings
    }
}

extension Budget {
    /// The whole of the time in tenths of a second, rounded up: the same number from look to look.
    fileprivate var statementDeadline: Duration {
        .milliseconds(Int64((whole.inMilliseconds / 100).rounded(.up)) * 100)
    }
}

extension Question {
    fileprivate func findings(of answer: Result<PostgresRows, ProbeFailure>) -> [Finding] {
        switch answer {
        case .success(let rows): rows.findings(of: self)
        case .failure(let failure): misses(failure.description)
        }
    }
}
