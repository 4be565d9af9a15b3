import Testing
import Wire

/// Servers that are none, or stop being one. What needs no deadline to fail has a long one.
@Suite struct PostgresFailureTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    private func failure(
        port: UInt16, _ more: [String: String] = [:], by deadline: Duration = .seconds(10)
    ) async -> WireError? {
        let settings = ["host": "127.0.0.1", "port": String(port), "user": "u", "password": "hunter2", "dbname": "d"]
        let client = PostgresClient(PostgresSettings(settings.merging(more) { $1 }), on: reactor)
        let error = await reactor.expectFailure(by: deadline) { _ in
            _ = try await client.query("SELECT 1", deadline: deadline)
        }
        #expect(error?.description.contains("hunter2") == false)
        return error
    }

    @Test(arguments: ["disable", "prefer", "require"])
    func silenceIsATimeout(sslmode: String) async throws {
        let server = try HostileServer(then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port, ["sslmode": sslmode], by: .milliseconds(300))?.kind == .timedOut)
    }

    @Test func aClosedPortIsUnreachable() async {
        let error = await failure(port: SilentPort().port)
        #expect(error?.kind == .unreachable)
        #expect(error?.operation == "connect")
    }

    @Test func aMissingSocketIsUnreachable() async {
        #expect(await failure(port: 1, ["host": "/nowhere"])?.kind == .unreachable)
    }

    @Test(arguments: [HostileServer.Afterwards.hangUp, .reset])
    func hangingUpIsClosed(_ afterwards: HostileServer.Afterwards) async throws {
        let server = try HostileServer(then: afterwards)
        defer { server.close() }
        let error = await failure(port: server.port, ["sslmode": "disable"])
        #expect(error?.kind == .closed, "\(String(describing: error))")
    }

    @Test func garbageIsMalformed() async throws {
        let server = try HostileServer(saying: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), then: .hangUp)
        defer { server.close() }
        #expect(await failure(port: server.port, ["sslmode": "disable"])?.kind == .malformed)
        #expect(await failure(port: server.port, ["sslmode": "require"])?.kind == .malformed)
    }

    @Test func aServerWithoutTLSWhereItIsRequiredIsUntrusted() async throws {
        let server = try HostileServer(saying: Array("N".utf8), then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port, ["sslmode": "require"])?.kind == .untrusted)
    }

    /// Logged in, ready for a query, and then nothing that makes sense.
    @Test func anAnswerCutShortOrSenselessIsAnErrorByTheDeadline() async throws {
        let greeting: [UInt8] = [0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]
        for (words, kind) in [
            (greeting, WireError.Kind.closed), (greeting + Array("garbage, garbage".utf8), .malformed),
        ] {
            let server = try HostileServer(saying: words, then: .hangUp)
            defer { server.close() }
            let error = await failure(port: server.port, ["sslmode": "disable"])
            #expect(error?.kind == kind || error?.kind == .closed)
        }
        let server = try HostileServer(saying: greeting, then: .fallSilent)
        defer { server.close() }
        #expect(await failure(port: server.port, ["sslmode": "disable"], by: .milliseconds(300))?.kind == .timedOut)
    }

    @Test func anUnknownNameIsUnresolved() async {
        let client = PostgresClient(PostgresSettings(["host": "no-such-host.invalid"]), on: reactor)
        let error = await reactor.expectFailure(by: .seconds(10)) { _ in
            _ = try await client.query("SELECT 1", deadline: .seconds(10))
        }
        #expect(error?.kind == .unresolved)
    }

    @Test func anUnknownParameterIsInvalid() async {
        #expect(await failure(port: 1, ["no_such_parameter": "1"])?.kind == .invalid)
    }

    @Test func connectionStringsAreRead() throws {
        let settings = try PostgresSettings(
            connectionString: "postgresql://barber:s3cret@db.internal:6432/barberpro?sslmode=verify-full")
        #expect(settings.parameters["sslmode"] == "verify-full")
        #expect(settings.parameters["password"] == "s3cret")
        #expect(settings.description == "postgres barber@db.internal:6432/barberpro")
        #expect(throws: WireError.self) { try PostgresSettings(connectionString: "host=db password='hunter2") }
    }
}
