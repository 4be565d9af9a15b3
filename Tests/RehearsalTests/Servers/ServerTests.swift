import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("Servers of a rehearsal", .timeLimit(.minutes(1)))
struct ServerTests {
    @Test("Redis starts, pauses, resumes, dies and restarts at the same address")
    func redis() async throws {
        try await withFolder { folder in
            try await expectLifeCycle(RedisServer.start(in: folder), question: "PING\r\n", answer: "-NOAUTH")
        }
    }

    @Test("PostgreSQL starts, pauses, resumes, dies and restarts at the same address")
    func postgres() async throws {
        try await withFolder { folder in
            // SSLRequest: the one question that a PostgreSQL answers with one letter.
            try await expectLifeCycle(
                PostgresServer.start(in: folder), question: "\0\0\0\u{8}\u{4}\u{d2}\u{16}\u{2f}", answer: "N")
        }
    }

    @Test("nginx starts, pauses, resumes, dies and restarts at the same address")
    func nginx() async throws {
        try await withFolder { folder in
            let server = try await NginxServer.start(in: folder) { port, _ in
                "server { listen 127.0.0.1:\(port); location / { return 200 hello; } }"
            }
            try await expectLifeCycle(server, question: "GET / HTTP/1.0\r\n\r\n", answer: "HTTP/1.1 200")
        }
    }

    @Test("a server that cannot start says what it logged")
    func startFailureQuotesLog() async throws {
        try await withFolder { folder in
            let error = await #expect(throws: ServerError.self) {
                _ = try await NginxServer.start(in: folder) { _, _ in "no_such_directive;" }
            }
            guard case .didNotStart(let server, _, _, let log) = error else {
                Issue.record("not the error expected: \(String(describing: error))")
                return
            }
            #expect(server == "nginx")
            #expect(log.contains { $0.contains("no_such_directive") })
            #expect("\(error!)".contains("unknown directive"))
        }
    }

    @Test("two servers of a kind live side by side")
    func twoOfAKind() async throws {
        try await withFolder { folder in
            let first = try await RedisServer.start(in: folder, name: "redis-1")
            let second = try await RedisServer.start(in: folder, name: "redis-2")
            #expect(first.port != second.port)
            #expect(first.password != second.password)
            await first.kill()
            #expect(try await second.addresses[1].ask(Array("PING\r\n".utf8)) != nil)
        }
    }

    @Test("a paused server that is stopped ends")
    func pausedServerStops() async throws {
        try await withFolder { folder in
            let server = try await RedisServer.start(in: folder)
            try await server.pause()
            await server.stop()
            #expect(await server.pid == nil)
            #expect(try await server.addresses[0].ask() == nil)
        }
    }

    @Test("a server that was never started cannot be paused")
    func pauseNeedsProcess() async throws {
        try await withFolder { folder in
            let server = try await RedisServer.start(in: folder)
            await server.kill()
            await #expect(throws: ServerError.notRunning(server: "redis")) { try await server.pause() }
        }
    }

    private func expectLifeCycle(_ server: some Server, question: String, answer: String) async throws {
        let question = question.unicodeScalars.map { UInt8($0.value) }
        func answers() async throws -> [Bool] {
            var answers: [Bool] = []
            for address in server.addresses {
                answers.append(try await address.ask(question)?.starts(with: answer.utf8) ?? false)
            }
            return answers
        }
        let all = server.addresses.map { _ in true }
        let none = server.addresses.map { _ in false }
        #expect(try await answers() == all)
        let pid = try #require(await server.pid)

        try await server.pause()
        #expect(try await answers() == none)
        #expect(await server.pid == pid)
        try await server.resume()
        #expect(try await answers() == all)

        await server.kill()
        #expect(await server.pid == nil)
        #expect(try await answers() == none)
        try await server.start()
        #expect(try await answers() == all)
        #expect(await server.pid != pid)

        try await server.restart()
        #expect(try await answers() == all)
        await server.stop()
        #expect(try await answers() == none)
    }
}

/// Runs a test in a private folder and removes it, whatever happens.
func withFolder(_ body: (PrivateFolder) async throws -> Void) async throws {
    let folder = try await PrivateFolder()
    do { try await body(folder) } catch {
        await folder.close()
        throw error
    }
    await folder.close()
    #expect(!FileManager.default.fileExists(atPath: folder.path))
}
