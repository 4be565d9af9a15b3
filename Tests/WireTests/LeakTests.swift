import Testing
import Wire

/// In processes of their own, so that no other test opens descriptors meanwhile.
@Suite struct LeakTests {
    @Test func failuresLeaveNoDescriptorOpen() async {
        await #expect(processExitsWith: .success) {
            let reactor = try Reactor()
            func fail() async throws {
                let servers = [
                    try HostileServer(then: .fallSilent), try HostileServer(then: .hangUp),
                    try HostileServer(saying: Array("!".utf8), then: .hangUp),
                ]
                defer { servers.forEach { $0.close() } }
                let closed = SilentPort()
                for port in servers.map(\.port) + [closed.port] {
                    let deadline = Duration.milliseconds(30)
                    let http = HTTPClient(on: reactor)
                    _ = try? await http.send(HTTPRequest("http://127.0.0.1:\(port)/"), deadline: deadline)
                    _ = try? await http.certificates(of: "https://127.0.0.1:\(port)/", deadline: deadline)
                    let redis = RedisClient(RedisSettings(.tcp(host: "127.0.0.1", port: port)), on: reactor)
                    _ = try? await redis.command(["PING"], deadline: deadline)
                    let settings = ["host": "127.0.0.1", "port": String(port), "user": "u", "sslmode": "disable"]
                    let postgres = PostgresClient(PostgresSettings(settings), on: reactor)
                    _ = try? await postgres.query("SELECT 1", deadline: deadline)
                    let cancelled = Task { try await redis.command(["PING"], deadline: .seconds(60)) }
                    cancelled.cancel()
                    _ = try? await cancelled.value
                }
                _ = try? await Command.run(["sleep", "60"], deadline: .milliseconds(30))
                _ = try? await Command.run(["true"], deadline: .seconds(60))
                _ = try? await Command.run(["/no/such/program"], deadline: .seconds(60))
            }
            try await fail()
            let before = await settledDescriptors()
            for _ in 0..<5 { try await fail() }
            let isSame = await eventually { openDescriptors() <= before }
            precondition(isSame, "\(openDescriptors()) descriptors, \(before) before")
        }
    }

    @Test func aReactorThatNobodyRefersToIsGone() async {
        await #expect(processExitsWith: .success) {
            _ = try Reactor()
            let before = await settledDescriptors()
            for _ in 0..<50 {
                let reactor = try Reactor()
                let server = try HostileServer(then: .fallSilent)
                let http = HTTPClient(on: reactor)
                _ = try? await http.send(HTTPRequest("http://127.0.0.1:\(server.port)/"), deadline: .milliseconds(5))
                server.close()
            }
            let isGone = await eventually { openDescriptors() <= before }
            precondition(isGone, "\(openDescriptors()) descriptors, \(before) before")
        }
    }
}

/// How many descriptors are open once their number has not changed for a while: threads that end close theirs late.
private func settledDescriptors() async -> Int {
    var count = openDescriptors()
    var same = 0
    _ = await eventually {
        let now = openDescriptors()
        same = now == count ? same + 1 : 0
        count = now
        return same > 100
    }
    return count
}
