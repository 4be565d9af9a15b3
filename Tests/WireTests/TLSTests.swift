import Glibc
import Rehearsal
import Testing
import Wire

/// HTTPS against a real nginx with a certificate of our own making.
@Suite struct TLSTests {
    let reactor: Reactor
    let client: HTTPClient

    init() throws {
        reactor = try Reactor()
        client = HTTPClient(on: reactor)
    }

    /// Runs nginx with a self-signed certificate for `shop.test` that is valid for ten days.
    private func withServer(_ body: (_ port: UInt16, _ certificate: String) async throws -> Void) async throws {
        let folder = try await PrivateFolder()
        let files = try folder.subfolder("tls")
        let made = try await Command.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "10",
                "-subj", "/O=Barber/CN=shop.test", "-addext", "subjectAltName=DNS:shop.test", "-keyout",
                "\(files)/key.pem",
                "-out", "\(files)/certificate.pem",
            ], deadline: .seconds(30))
        try #require(made.isSuccess, "\(made.standardError.text)")
        // The servers' user must be able to read it.
        _ = try await Command.run(["chmod", "644", "\(files)/key.pem"], deadline: .seconds(30))
        let server = try await NginxServer.start(in: folder) { port, _ in
            """
            server { listen 127.0.0.1:\(port) ssl; ssl_certificate \(files)/certificate.pem;
            ssl_certificate_key \(files)/key.pem; location / { return 200 secret; } }
            """
        }
        do { try await body(server.port, "\(files)/certificate.pem") } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    private func request(_ port: UInt16, host: String = "shop.test", tls: TLSSettings) -> HTTPRequest {
        HTTPRequest("https://\(host):\(port)/", tls: tls, resolve: ["\(host):\(port):127.0.0.1"])
    }

    private var inTenDays: Range<Int64> {
        let now = Int64(time(nil))
        return now + 9 * 86_400..<now + 11 * 86_400
    }

    @Test func aCertificateIsTrustedByItsAuthorityAndItsName() async throws {
        try await withServer { port, certificate async throws in
            let trusted = request(port, tls: TLSSettings(caFile: certificate))
            let response = try await client.send(trusted, deadline: .seconds(20))
            #expect(response.text == "secret")
            #expect(response.phases.tls > .zero)
            #expect(inTenDays.contains(response.certificateExpiry ?? 0))
            let again = try await client.send(trusted, deadline: .seconds(20))
            #expect(!again.isNewConnection && again.phases.tls == .zero)
            #expect(again.certificateExpiry == response.certificateExpiry)

            for untrusted in [
                request(port, tls: TLSSettings()),
                request(port, host: "other.test", tls: TLSSettings(caFile: certificate)),
                request(port, tls: TLSSettings(caFile: "/no/such/file")),
            ] {
                #expect(
                    await wireError { try await client.send(untrusted, deadline: .seconds(20)) }?.kind == .untrusted)
            }
            let unverified = request(port, host: "other.test", tls: TLSSettings(verify: false))
            #expect(try await client.send(unverified, deadline: .seconds(20)).text == "secret")
        }
    }

    @Test func theChainIsReadWithoutTrust() async throws {
        try await withServer { port, _ async throws in
            let chain = try await client.certificates(
                of: "https://shop.test:\(port)/", resolve: ["shop.test:\(port):127.0.0.1"], deadline: .seconds(20))
            try #require(chain.count == 1)
            #expect(chain[0].subject.contains("shop.test"))
            #expect(chain[0].issuer == chain[0].subject)
            #expect(inTenDays.contains(chain[0].notAfter))
            #expect(chain[0].notBefore <= Int64(time(nil)))
        }
    }

    @Test func aServerWithoutTLSHasNoChain() async throws {
        let server = try HostileServer(saying: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), then: .hangUp)
        defer { server.close() }
        let error = await wireError {
            try await client.certificates(of: "https://127.0.0.1:\(server.port)/", deadline: .seconds(20))
        }
        #expect(error?.kind == .untrusted || error?.kind == .closed)
        let silent = try HostileServer(then: .fallSilent)
        defer { silent.close() }
        let timedOut = await wireError {
            try await client.certificates(of: "https://127.0.0.1:\(silent.port)/", deadline: .milliseconds(300))
        }
        #expect(timedOut?.kind == .timedOut)
    }
}
