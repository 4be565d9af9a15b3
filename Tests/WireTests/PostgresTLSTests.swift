import Rehearsal
import Testing
import Wire

/// A PostgreSQL that speaks TLS, with a certificate of our own making for `localhost`.
@Suite struct PostgresTLSTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    @Test func aServerIsTrustedByItsAuthorityAndItsNameAndByNothingLess() async throws {
        let folder = try await PrivateFolder()
        do {
            let files = try folder.subfolder("tls")
            let own = try await makeCertificate(for: "localhost", in: files)
            let others = try await makeCertificate(for: "elsewhere.test", in: files)
            let server = try await PostgresServer.start(
                in: folder,
                settings: [
                    "ssl": "on", "ssl_cert_file": "'\(own)'", "ssl_key_file": "'\(files)/localhost.key'",
                    "ssl_min_protocol_version": "'TLSv1.2'",
                ])
            func ask(_ mode: String, _ authority: String? = nil, host: String = "localhost") async throws -> String? {
                var settings = [
                    "host": host, "port": String(server.port), "user": server.user, "dbname": server.database,
                    "password": server.password, "sslmode": mode,
                ]
                settings["sslrootcert"] = authority
                let client = PostgresClient(PostgresSettings(settings), on: reactor)
                return try await client.query(
                    "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", deadline: .seconds(20)
                ).scalar
            }
            #expect(try await ask("verify-full", own) == "t")
            #expect(try await ask("verify-ca", own, host: "127.0.0.1") == "t")
            #expect(try await ask("require") == "t")
            #expect(try await ask("disable") == "f")
            // Another authority, another name, no authority at all.
            for (mode, authority, host) in [
                ("verify-full", others, "localhost"), ("verify-ca", others, "localhost"),
                ("verify-full", own, "127.0.0.1"), ("verify-full", "\(files)/none.pem", "localhost"),
            ] {
                let error = await wireError { try await ask(mode, authority, host: host) }
                #expect(error?.kind == .untrusted, "\(mode) \(authority) \(host): \(String(describing: error))")
            }
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }
}
