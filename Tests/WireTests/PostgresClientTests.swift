import Rehearsal
import Testing
import Wire

@Suite struct PostgresClientTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    private func settings(_ server: PostgresServer, _ more: [String: String] = [:]) -> PostgresSettings {
        let socket = [
            "host": server.socketFolder, "port": String(server.port), "user": server.user, "dbname": server.database,
        ]
        return PostgresSettings(socket.merging(more) { $1 })
    }

    /// Over TCP, with a password.
    private func tcp(_ server: PostgresServer, _ more: [String: String] = [:]) -> PostgresSettings {
        settings(server, ["host": "localhost", "password": server.password].merging(more) { $1 })
    }

    @Test func queriesAnswerWithNamedColumnsAndNulls() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            let rows = try await client.query(
                "SELECT n, CASE WHEN n > 1 THEN $1::text END AS word FROM generate_series(1, 3) AS n", ["año ☕"],
                deadline: .seconds(10))
            #expect(rows.columns == ["n", "word"])
            #expect(rows.count == 3)
            #expect(rows.scalar == "1")
            #expect(rows[0, "word"] == nil)
            #expect(rows[2, "word"] == "año ☕")
            #expect(rows[2, 0] == "3")
            #expect(rows[0, "other"] == nil)
            let none = try await client.query("SELECT 1 AS one WHERE false", deadline: .seconds(10))
            #expect(none.isEmpty && none.columns == ["one"] && none.scalar == nil)
            let command = try await client.query("SET application_name = 'x'", deadline: .seconds(10))
            #expect(command.count == 0)
        }
    }

    @Test func statementsArePreparedOnceAConnection() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            let count = "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1"
            for _ in 0..<3 { _ = try await client.query("SELECT $1::int + 1", ["1"], deadline: .seconds(10)) }
            #expect(try await client.query(count, ["SELECT $1::int + 1"], deadline: .seconds(10)).scalar == "1")
            let backend = try await client.query("SELECT pg_backend_pid()", deadline: .seconds(10)).scalar
            #expect(try await client.query("SELECT pg_backend_pid()", deadline: .seconds(10)).scalar == backend)
            // More texts than are kept prepared still run.
            for index in 0..<250 { _ = try await client.query("SELECT \(index)", deadline: .seconds(10)) }
            let kept = try await client.query("SELECT count(*) FROM pg_prepared_statements", deadline: .seconds(10))
            #expect(Int(kept.scalar ?? "") ?? .max <= 200)
        }
    }

    @Test func readOnlyQueriesCannotWriteAndHaveATimeoutOnTheServer() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            _ = try await client.query("CREATE TABLE t (n int)", deadline: .seconds(10))
            let error = await wireError {
                try await client.query("INSERT INTO t VALUES (1)", deadline: .seconds(10), readOnly: true)
            }
            #expect(error?.kind == .server(code: "25006"))
            // The connection is as good as before.
            let setting = "SELECT current_setting('transaction_read_only') || current_setting('statement_timeout')"
            #expect(try await client.query(setting, deadline: .seconds(7), readOnly: true).scalar == "on7s")
            #expect(try await client.query(setting, deadline: .seconds(9)).scalar == "off9s")
            #expect(
                try await client.query("INSERT INTO t VALUES (1) RETURNING n", deadline: .seconds(10)).scalar == "1")
        }
    }

    @Test func anErrorOfTheServerKeepsTheConnection() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            let backend = try await client.query("SELECT pg_backend_pid()", deadline: .seconds(10)).scalar
            for readOnly in [false, true] {
                let error = await wireError {
                    try await client.query("SELECT no_such_column", deadline: .seconds(10), readOnly: readOnly)
                }
                #expect(error?.kind == .server(code: "42703"))
                #expect(error?.reason == "column \"no_such_column\" does not exist")
                let division = await wireError {
                    try await client.query("SELECT 1 / $1::int", ["0"], deadline: .seconds(10), readOnly: readOnly)
                }
                #expect(division?.kind == .server(code: "22012"))
            }
            #expect(try await client.query("SELECT pg_backend_pid()", deadline: .seconds(10)).scalar == backend)
        }
    }

    @Test func aTableThatChangedUnderAPreparedStatementIsRecoveredFrom() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            _ = try await client.query("CREATE TABLE changing (n int)", deadline: .seconds(10))
            _ = try await client.query("SELECT * FROM changing", deadline: .seconds(10))
            _ = try await client.query("ALTER TABLE changing ADD m text", deadline: .seconds(10))
            _ = await wireError { try await client.query("SELECT * FROM changing", deadline: .seconds(10)) }
            #expect(try await client.query("SELECT * FROM changing", deadline: .seconds(10)).columns == ["n", "m"])
        }
    }

    @Test func answersPastTheLimitsFailAndTheNextQueryWorks() async throws {
        try await withPostgres { server async throws in
            let limits = PostgresLimits(rows: 100, bytes: 10_000)
            let client = PostgresClient(settings(server), on: reactor, limits: limits)
            let tooMany = await wireError {
                try await client.query("SELECT generate_series(1, 10000000)", deadline: .seconds(30))
            }
            #expect(tooMany?.kind == .tooLarge)
            let tooLong = await wireError {
                try await client.query("SELECT repeat('x', 20000)", deadline: .seconds(30))
            }
            #expect(tooLong?.kind == .tooLarge)
            #expect(
                try await client.query("SELECT count(*) FROM generate_series(1, 100)", deadline: .seconds(10)).scalar
                    == "100")
            #expect(try await client.query("SELECT generate_series(1, 100)", deadline: .seconds(10)).count == 100)
        }
    }

    @Test func namesAreResolvedAndPasswordsChecked() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(tcp(server), on: reactor)
            #expect(try await client.query("SELECT 1", deadline: .seconds(10)).scalar == "1")
            #expect(await client.connectLatency ?? .zero > .zero)

            let stranger = PostgresClient(tcp(server, ["password": "hunter2"]), on: reactor)
            let denied = await wireError { try await stranger.query("SELECT 1", deadline: .seconds(10)) }
            #expect(denied?.kind == .denied)
            #expect(denied?.description.contains("hunter2") == false)
            #expect(denied?.reason == "password authentication failed for user \"postgres\"")

            let elsewhere = PostgresClient(tcp(server, ["dbname": "nowhere"]), on: reactor)
            let missing = await wireError { try await elsewhere.query("SELECT 1", deadline: .seconds(10)) }
            #expect(missing?.kind == .server(code: "3D000"))

            // The first host of the list is closed.
            let port = SilentPort()
            let second = PostgresClient(
                tcp(server, ["host": "127.0.0.1,localhost", "port": "\(port.port),\(server.port)"]), on: reactor)
            #expect(try await second.query("SELECT 1", deadline: .seconds(10)).scalar == "1")
        }
    }

    @Test func queriesTakeTurns() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            let answers = try await withThrowingTaskGroup(of: String?.self) { group in
                for index in 0..<20 {
                    group.addTask { try await client.query("SELECT \(index)", deadline: .seconds(10)).scalar }
                }
                return try await group.reduce(into: Set<String>()) { if let text = $1 { $0.insert(text) } }
            }
            #expect(answers.count == 20)
        }
    }

    @Test func aTimedOutQueryDropsItsConnectionAndEndsOnTheServer() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            _ = try await client.connect(deadline: .seconds(10))
            for readOnly in [false, true] {
                let error = await reactor.expectFailure { _ in
                    _ = try await client.query("SELECT pg_sleep(600)", deadline: .milliseconds(300), readOnly: readOnly)
                }
                #expect(error?.kind == .timedOut)
            }
            let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND state = 'active'"
            #expect(try await eventually { try await client.query(running, deadline: .seconds(10)).scalar == "0" })
        }
    }

    @Test func aCancelledQueryEndsAtOnceAndTheNextOneWorks() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            let watcher = PostgresClient(settings(server), on: reactor)
            let task = Task { try await client.query("SELECT pg_sleep(601)", deadline: .seconds(3600)) }
            let running =
                "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(601)' AND state = 'active'"
            #expect(try await eventually { try await watcher.query(running, deadline: .seconds(10)).scalar == "1" })
            let waiting = Task { try await client.query("SELECT 1", deadline: .seconds(3600)) }
            task.cancel()
            let error = await wireError { try await task.value }
            #expect(error?.kind == .cancelled)
            #expect(try await waiting.value.scalar == "1")
        }
    }

    @Test func aServerThatComesBackIsReconnectedTo() async throws {
        try await withPostgres { server async throws in
            let client = PostgresClient(settings(server), on: reactor)
            @Sendable nonisolated(nonsending) func ask(_ deadline: Duration = .seconds(10)) async throws -> String? {
                try await client.query("SELECT 'ok'", deadline: deadline).scalar
            }
            #expect(try await ask() == "ok")
            try await server.pause()
            #expect(await reactor.expectFailure { _ in _ = try await ask(.milliseconds(300)) }?.kind == .timedOut)
            try await server.resume()
            #expect(try await ask() == "ok")

            await server.kill()
            #expect(await reactor.expectFailure { _ in _ = try await ask(.milliseconds(300)) }?.kind == .unreachable)
            try await server.start()
            #expect(try await ask() == "ok")

            // The connection ended while nobody used it; it is noticed before it is used.
            try await server.restart()
            #expect(try await ask() == "ok")
            await client.close()
            #expect(try await ask() == "ok")
        }
    }

    private func withPostgres(_ body: (PostgresServer) async throws -> Void) async throws {
        let folder = try await PrivateFolder()
        let server = try await PostgresServer.start(in: folder)
        do { try await body(server) } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }
}
