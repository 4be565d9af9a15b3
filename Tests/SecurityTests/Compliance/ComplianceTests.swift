import Foundation
import Journal
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// Evidence of compliance, against real servers and files.
@Suite struct ComplianceTests {
    private let lab: CertificateLab
    private let reactor: Reactor

    init() throws {
        lab = try CertificateLab()
        reactor = try Reactor()
    }

    private func survey(_ secrets: [String: String] = [:]) -> ComplianceSurvey {
        ComplianceSurvey(reactor: reactor, clock: SystemClock()) { secret in
            guard case .environment(let name) = secret, let value = secrets[name] else {
                throw SecurityError("secret", "none")
            }
            return value
        }
    }

    private func state(_ facts: [ComplianceFact], _ id: String) -> ComplianceFact.State? {
        facts.first { $0.id == id }?.state
    }

    // MARK: MercadoPago

    @Test func theManifestIsTheDocumentedOne() {
        #expect(
            MercadoPagoSignature.manifest(id: "ABC123", requestID: "bb56a2f1", ts: "1742505638683")
                == "id:abc123;request-id:bb56a2f1;ts:1742505638683;")
        #expect(MercadoPagoSignature.manifest(id: nil, requestID: "r", ts: "1") == "request-id:r;ts:1;")
        #expect(MercadoPagoSignature.manifest(id: "1", requestID: nil, ts: "1") == "id:1;ts:1;")
    }

    @Test func aSignatureIsCheckedAgainstOpenssl() async throws {
        let manifest = "id:123;request-id:abc;ts:1704908010;"
        let path = try lab.write("manifest", manifest)
        let printed = try await lab.openssl(["dgst", "-sha256", "-hmac", "secret", path])
        let v1 = try #require(printed.split(separator: " ").last).trimmingCharacters(in: .whitespacesAndNewlines)
        func check(_ header: String, id: String? = "123", now: Int64 = 1_704_908_010_000)
            -> MercadoPagoSignature.Verdict
        {
            MercadoPagoSignature.check(header: header, id: id, requestID: "abc", secret: "secret", now: now)
        }
        #expect(check("ts=1704908010,v1=\(v1)") == .genuine)
        #expect(check("ts=1704908010, v1=\(v1)") == .genuine)
        #expect(check("ts=1704908010,v1=\(v1)", id: "124") == .forged)
        #expect(check("ts=1704908011,v1=\(v1)") == .forged)
        #expect(check("ts=1704908010,v1=\(v1)", now: 1_704_908_010_000 + 300_000) == .genuine)
        #expect(check("ts=1704908010,v1=\(v1)", now: 1_704_908_010_000 + 300_001) == .replayed)
        for header in [
            "", "ts=1704908010", "v1=\(v1)", "ts=x,v1=\(v1)", "ts=1704908010,v1=12", "ts=1704908010,v1=\(v1),v1=\(v1)",
            "ts=-1,v1=\(v1)", "ts=99999999999999999999,v1=\(v1)",
        ] {
            #expect(check(header) == .malformed, "\(header)")
        }
        #expect(
            MercadoPagoSignature.check(
                header: "ts=1704908010,v1=\(v1)", id: "123", requestID: "abc", secret: "", now: 1) == .malformed)
    }

    @Test func millisecondsAreTakenAsWellAsSeconds() {
        let header = MercadoPagoSignature.header(id: "1", requestID: "r", ts: "1704908010123", secret: "s")
        #expect(
            MercadoPagoSignature.check(header: header, id: "1", requestID: "r", secret: "s", now: 1_704_908_010_500)
                == .genuine)
    }

    @Test func aTokenInALogIsFoundEvenAcrossPieces() async throws {
        let token = "APP_USR-1234567890123456-030912-abcdef"
        // The token lies across the border of two pieces that are read.
        let padding = String(repeating: "x", count: (1 << 20) - 10)
        let leaky = try lab.write("leaky.log", padding + token + "\n")
        let clean = try lab.write("clean.log", padding)
        for (file, expected) in [(leaky, ComplianceFact.State.fails), (clean, .holds), (lab.path("none"), .unknown)] {
            let facts = await survey(["TOKEN": token]).gather(
                CompliancePlan(
                    mercadoPago: MercadoPagoPlan(
                        token: .environment("TOKEN"), files: [file], host: "127.0.0.1", port: 1)))
            #expect(state(facts, "mercadopago.token") == expected, "\(facts)")
            #expect(!facts.contains { $0.text.contains(token) }, "the token itself is never told")
            #expect(state(facts, "mercadopago.tls") == .unknown)
        }
    }

    // MARK: Files

    @Test func cardNumbersInFilesAreCountedAndNeverTold() async throws {
        _ = try lab.write("a.log", "paid with 4111 1111 1111 1111 and 5500005555555559\n")
        _ = try lab.write("b.log", String(repeating: "y", count: (1 << 20) - 8) + " 4111111111111111")
        // One that ends with the piece, and goes on in a file where it is none.
        let piece = String(repeating: "z", count: (1 << 20) - 17) + " 4111111111111111"
        _ = try lab.write("c.log", piece + "\nmore")
        _ = try lab.write("d.log", piece + "7")
        let facts = await survey().gather(CompliancePlan(files: [lab.folder]))
        let fact = try #require(facts.first { $0.id == "pan.files" })
        #expect(fact.state == .fails && fact.text.hasPrefix("4 card numbers"), "\(fact.text)")
        #expect(!fact.text.contains("4111"))
    }

    @Test func backupsAreKnownByHowTheyBegin() async throws {
        func state(_ files: [(String, [UInt8])]) async throws -> ComplianceFact.State? {
            let folder = lab.path("backups-\(files.map(\.0).joined())")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            return self.state(await survey().gather(CompliancePlan(backups: [folder])), "backups")
        }
        let age = Array("age-encryption.org/v1\n-> X25519".utf8)
        #expect(try await state([("a", age), ("b", Array("Salted__12345678".utf8)), ("a.sha256", [65])]) == .holds)
        #expect(try await state([("a", age), ("c", [0x28, 0xB5, 0x2F, 0xFD, 1, 2])]) == .fails)
        #expect(try await state([("d", Array("PGDMP".utf8))]) == .fails)
        #expect(try await state([("e", [1, 2, 3, 4])]) == .unknown)
        #expect(try await state([]) == .unknown)
    }

    // MARK: The database

    @Test func aDatabaseIsAskedForItsEncryption() async throws {
        let folder = try await PrivateFolder()
        do {
            let server = try await PostgresServer.start(in: folder)
            let target = PostgresTarget(
                host: "127.0.0.1", port: Int(server.port), database: "postgres", user: "postgres",
                password: .environment("PG"), sslMode: "prefer")
            let client = PostgresClient(try target.settings { _ in server.password }, on: reactor)
            for statement in [
                "CREATE EXTENSION pgcrypto", "CREATE TABLE sealed(id int, card bytea, note text)",
                "INSERT INTO sealed SELECT n, pgp_sym_encrypt('4111111111111111', 'key'), 'n' FROM generate_series(1, 20) n",
                "CREATE TABLE plain(id int, card text)",
                "INSERT INTO plain VALUES (1, '4111111111111111'), (2, '5500 0055 5555 5559'), (3, '4111111111111112')",
                "CREATE TABLE orders(id bigint, ref text)",
                "INSERT INTO orders VALUES (1234567890123, 'ab4111111111111111')",
                "CREATE TABLE many AS SELECT '1000000000000' AS ref FROM generate_series(1, 10000)",
            ] { _ = try await client.query(statement, deadline: .seconds(20)) }
            await client.close()
            func gather(_ columns: [String], _ tables: [String]) async -> [ComplianceFact] {
                await survey(["PG": server.password]).gather(
                    CompliancePlan(postgres: target, encryptedColumns: columns, tables: tables))
            }
            let good = await gather(["sealed.card"], ["public.sealed", "orders"])
            #expect(state(good, "columns") == .holds && state(good, "pan.tables") == .holds, "\(good)")
            #expect(state(good, "postgres.ssl") == .fails, "this server has no TLS")
            #expect(state(good, "postgres.hba") == .fails)
            #expect(state(good, "postgres.scram") == .holds)
            #expect(state(good, "postgres.pgaudit") == .fails)
            #expect(state(good, "postgres.versions") == .holds)
            let bad = await gather(["public.plain.card"], ["plain", "orders"])
            #expect(state(bad, "columns") == .fails)
            let fact = try #require(bad.first { $0.id == "pan.tables" })
            #expect(fact.state == .fails && fact.text == "card numbers in plain: 2")
            // No more rows than these are looked at: that the others hold none is not known.
            #expect(state(await gather([], ["many"]), "pan.tables") == .unknown)
            let gone = await gather(["nothing.here"], ["nothing"])
            #expect(state(gone, "columns") == .unknown && state(gone, "pan.tables") == .unknown)
            await server.stop()
            let silent = await gather(["sealed.card"], ["sealed"])
            #expect(silent.allSatisfy { $0.state == .unknown } && silent.count == 7)
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }
}
