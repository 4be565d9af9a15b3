import Rehearsal
import Testing
import Wire

/// A Redis that speaks TLS, with certificates of our own making.
@Suite struct RedisTLSTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    /// Runs something with a Redis that speaks TLS on its port, and with the folder of `localhost.pem`,
    /// `elsewhere.test.pem` and their keys.
    private func withRedis(
        asksForCertificate: Bool = false, _ body: (RedisServer, String) async throws -> Void
    ) async throws {
        let folder = try await PrivateFolder()
        do {
            let files = try folder.subfolder("tls")
            let own = try await makeCertificate(for: "localhost", in: files)
            _ = try await makeCertificate(for: "elsewhere.test", in: files)
            let server = try await RedisServer.start(
                in: folder, speaksTLS: true,
                settings: [
                    "tls-cert-file": own, "tls-key-file": "\(files)/localhost.key", "tls-ca-cert-file": own,
                    "tls-auth-clients": asksForCertificate ? "yes" : "no",
                ])
            try await body(server, files)
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    private func client(_ server: RedisServer, host: String = "localhost", _ tls: TLSSettings?) -> RedisClient {
        RedisClient(
            RedisSettings(.tcp(host: host, port: server.port), password: server.password, database: 2, tls: tls),
            on: reactor)
    }

    @Test func aServerIsTrustedByItsAuthorityAndItsNameAndByNothingLess() async throws {
        try await withRedis { server, files async throws in
            func ask(_ tls: TLSSettings?, host: String = "localhost") async throws -> RedisValue {
                try await client(server, host: host, tls).command(["PING"], deadline: .seconds(20))
            }
            let own = TLSSettings(caFile: "\(files)/localhost.pem")
            #expect(try await ask(own) == .status("PONG"))
            #expect(try await ask(TLSSettings(verify: false), host: "127.0.0.1") == .status("PONG"))
            // Another authority, the system's, another name.
            for (tls, host) in [
                (TLSSettings(caFile: "\(files)/elsewhere.test.pem"), "localhost"), (TLSSettings(), "localhost"),
                (own, "127.0.0.1"),
            ] {
                let error = await wireError { try await ask(tls, host: host) }
                #expect(error?.kind == .untrusted, "\(tls) \(host): \(String(describing: error))")
                #expect(error?.reason.contains("certificate verify failed: ") == true)
            }
            let missing = await wireError { try await ask(TLSSettings(caFile: "\(files)/none.pem")) }
            #expect(missing?.kind == .invalid)
            #expect(missing?.reason == "No such file or directory")
            // In clear on a port that wants TLS.
            #expect(await wireError { try await ask(nil) }?.kind == .closed)
        }
    }

    @Test func repliesLargerThanARecordCancelledCommandsAndRestartsAreAsInClear() async throws {
        try await withRedis { server, files async throws in
            let client = client(server, TLSSettings(caFile: "\(files)/localhost.pem"))
            let large = String(repeating: "mate ☕ ", count: 200_000)
            #expect(try await client.command(["SET", "k", large], deadline: .seconds(20)) == .status("OK"))
            #expect(try await client.command(["GET", "k"], deadline: .seconds(20)) == .string(large))

            let waiting = Task { try await client.command(["BLPOP", "nothing", "1"], deadline: .seconds(60)) }
            #expect(
                try await eventually {
                    try await self.client(server, TLSSettings(verify: false)).command(["INFO"], deadline: .seconds(20))
                        .string?.contains("blocked_clients:1") == true
                })
            waiting.cancel()
            #expect(await wireError { try await waiting.value }?.kind == .cancelled)
            // Its late reply is not taken for the next one's.
            #expect(try await client.command(["ECHO", "hola"], deadline: .seconds(20)) == .string("hola"))

            try await server.pause()
            let error = await reactor.expectFailure { _ in
                _ = try await client.command(["PING"], deadline: .milliseconds(300))
            }
            #expect(error?.kind == .timedOut)
            try await server.resume()
            #expect(try await client.command(["PING"], deadline: .seconds(20)) == .status("PONG"))
            await server.kill()
            #expect(await wireError { try await client.command(["PING"], deadline: .seconds(20)) } != nil)
            try await server.start()
            #expect(try await client.command(["PING"], deadline: .seconds(20)) == .status("PONG"))
        }
    }

    @Test func aServerThatAsksForACertificateIsShownOurs() async throws {
        try await withRedis(asksForCertificate: true) { server, files async throws in
            var tls = TLSSettings(caFile: "\(files)/localhost.pem")
            let refused = await wireError { try await client(server, tls).command(["PING"], deadline: .seconds(20)) }
            #expect(refused?.kind == .closed, "\(String(describing: refused))")
            tls.clientCertificateFile = "\(files)/localhost.pem"
            tls.clientKeyFile = "\(files)/localhost.key"
            #expect(try await client(server, tls).command(["PING"], deadline: .seconds(20)) == .status("PONG"))
            tls.clientKeyFile = "\(files)/elsewhere.test.key"
            #expect(
                await wireError { try await client(server, tls).command(["PING"], deadline: .seconds(20)) }?.kind
                    == .invalid)
        }
    }

    /// Whoever runs the test has a terminal, or none: it is not asked.
    @Test func aKeyWithAPassphraseIsRefusedAndNobodyIsAskedForIt() async throws {
        try await withRedis(asksForCertificate: true) { server, files async throws in
            let locked = "\(files)/locked.key"
            let made = try await Command.run(
                [
                    "openssl", "pkey", "-in", "\(files)/localhost.key", "-aes256", "-passout", "pass:s3cret", "-out",
                    locked,
                ],
                deadline: .seconds(30))
            try #require(made.isSuccess, "\(made.standardError.text)")
            let tls = TLSSettings(
                caFile: "\(files)/localhost.pem", clientCertificateFile: "\(files)/localhost.pem", clientKeyFile: locked
            )
            let error = await reactor.expectFailure(by: .seconds(5)) { _ in
                _ = try await client(server, tls).command(["PING"], deadline: .seconds(5))
            }
            #expect(error?.kind == .invalid, "\(String(describing: error))")
            // The same port over HTTP: the key is read before anything is said.
            let http = HTTPClient(on: reactor)
            let request = HTTPRequest("https://localhost:\(server.port)/", tls: tls)
            let refused = await reactor.expectFailure(by: .seconds(5)) { _ in
                _ = try await http.send(request, deadline: .seconds(5))
            }
            #expect(refused?.kind != .timedOut, "\(String(describing: refused))")
        }
    }

    @Test func whatIsNoTLSIsToldByTheDeadline() async throws {
        let words = try HostileServer(saying: Array("-ERR hello\r\n".utf8), then: .fallSilent)
        defer { words.close() }
        let silence = try HostileServer(then: .fallSilent)
        defer { silence.close() }
        for (server, kind) in [(words, WireError.Kind.malformed), (silence, .timedOut)] {
            let client = RedisClient(
                RedisSettings(.tcp(host: "127.0.0.1", port: server.port), tls: TLSSettings()), on: reactor)
            let error = await reactor.expectFailure { _ in
                _ = try await client.command(["PING"], deadline: .milliseconds(300))
            }
            #expect(error?.kind == kind)
        }
    }
}
