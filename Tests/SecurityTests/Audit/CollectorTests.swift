import Foundation
import Journal
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// What is collected of the launch's audit; against a real PostgreSQL with pgaudit.
@Suite struct CollectorTests {
    private let lab: CertificateLab
    private let store: AuditStore
    private let clock = FixedClock(
        Moment(utc: Timestamp(seconds: 1_773_100_000), uptime: 1, boot: BootID(rawValue: 1)))

    init() throws {
        lab = try CertificateLab()
        store = try AuditStore(path: lab.path("audit"))
    }

    private func all(_ kind: AuditClass? = nil, _ text: String = "") throws -> [AuditEntry] {
        try store.search(
            .init(
                text: text, kind: kind, from: Timestamp(seconds: 0), to: Timestamp(milliseconds: .max / 2), limit: 1000)
        )
    }

    @Test func pgauditsLinesOfARealServerAreCollected() async throws {
        let folder = try await PrivateFolder()
        do {
            let server = try await PostgresServer.start(
                in: folder,
                settings: [
                    "shared_preload_libraries": "'pgaudit'", "pgaudit.log": "'write, ddl, role'",
                    "pgaudit.log_relation": "on",
                    "log_destination": "'jsonlog,csvlog'", "logging_collector": "on", "log_directory": "'audit'",
                    "log_filename": "'postgresql.log'", "log_connections": "on", "log_disconnections": "on",
                    "log_file_mode": "0644",
                ])
            let reactor = try Reactor()
            let client = PostgresClient(
                PostgresSettings([
                    "host": "127.0.0.1", "port": "\(server.port)", "user": "postgres", "dbname": "postgres",
                    "password": server.password,
                ]), on: reactor)
            for statement in [
                "CREATE TABLE payments(id int, card text)",
                "INSERT INTO payments VALUES (1, '4111 1111 1111 1111')",
                "CREATE ROLE clerk LOGIN PASSWORD 'secret'", "GRANT SELECT ON payments TO clerk",
            ] { _ = try await client.query(statement, deadline: .seconds(20)) }
            let stranger = PostgresClient(
                PostgresSettings([
                    "host": "127.0.0.1", "port": "\(server.port)", "user": "clerk", "dbname": "postgres",
                    "password": "wrong",
                ]), on: reactor)
            await #expect(throws: WireError.self) { try await stranger.query("SELECT 1", deadline: .seconds(20)) }
            await client.close()
            let logs = "\(folder.path)/postgres/data/audit"
            for (kind, name) in [
                (AuditSource.Kind.jsonlog(path: "\(logs)/postgresql.json"), "json"),
                (.csvlog(path: "\(logs)/postgresql.csv"), "csv"),
            ] {
                let collector = AuditCollector(into: store, clock: clock)
                let source = AuditSource(name: name, kind: kind)
                // The collector process of the server writes when it likes.
                for _ in 0..<200
                where try all(.authentication, name).filter({ !$0.succeeded }).isEmpty
                    || all(.authentication, name).filter({ $0.action == "logout" }).isEmpty
                {
                    _ = try collector.collect(source)
                    try await Task.sleep(for: .milliseconds(20))
                }
                let entries = try all(nil, name).filter { $0.source == name }
                #expect(
                    entries.contains {
                        $0.kind == .data && $0.action == "INSERT" && $0.object == "public.payments"
                            && $0.user == "postgres"
                    })
                #expect(entries.contains { $0.kind == .schema && $0.action == "CREATE TABLE" })
                #expect(entries.contains { $0.kind == .role && $0.action == "CREATE ROLE" })
                #expect(entries.contains { $0.kind == .role && $0.action == "GRANT" })
                #expect(
                    entries.contains {
                        $0.kind == .authentication && !$0.succeeded && $0.user == "clerk" && $0.action == "login failed"
                    })
                #expect(entries.contains { $0.action == "login" } && entries.contains { $0.action == "logout" })
                #expect(entries.allSatisfy { !$0.text.contains("4111") }, "no card number is kept")
                #expect(entries.contains { $0.text.contains("[card number]") })
                // The server may still write; but nothing is collected twice.
                while try collector.collect(source).entries > 0 {}
                let kept = try all(nil, name).filter { $0.source == name && $0.kind == .schema }
                #expect(kept.count == 1, "\(kept)")
            }
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    private let line =
        #"{"timestamp":"2026-03-09 12:00:00.123 UTC","user":"app","dbname":"shop","remote_host":"10.0.0.5","message":"AUDIT: SESSION,1,1,WRITE,UPDATE,TABLE,public.payments,\"update payments set a = 1, b = 'x'\",<none>"}"#
        + "\n"

    @Test func aLineThatIsStillBeingWrittenIsReadLater() throws {
        let path = try lab.write("log.json", line + String(line.prefix(60)))
        let collector = AuditCollector(into: store, clock: clock)
        let source = AuditSource(name: "db", kind: .jsonlog(path: path))
        #expect(try collector.collect(source).entries == 1)
        _ = try lab.write("log2", "")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(line.dropFirst(60).utf8))
        try handle.close()
        #expect(try collector.collect(source).entries == 1)
        #expect(try all().map(\.object) == ["public.payments", "public.payments"])
        #expect(try all().first?.text == "update payments set a = 1, b = 'x'")
    }

    @Test func aRotatedFileIsReadFromItsStart() throws {
        let path = try lab.write("log.json", line + line)
        let collector = AuditCollector(into: store, clock: clock)
        let source = AuditSource(name: "db", kind: .jsonlog(path: path))
        #expect(try collector.collect(source).entries == 2)
        // atomically: another file under the name.
        _ = try lab.write("log.json", line)
        #expect(try collector.collect(source).entries == 1)
    }

    @Test func brokenLinesAreCountedAndDoNotHoldUpTheOthers() throws {
        let path = lab.path("log.json")
        try Data(Array("not json\n".utf8) + [0xff, 0xfe, 10] + Array(line.utf8)).write(to: URL(fileURLWithPath: path))
        let outcome = try AuditCollector(into: store, clock: clock).collect(
            AuditSource(name: "db", kind: .jsonlog(path: path)))
        #expect(outcome.unreadable == 2 && outcome.entries == 1)
    }

    @Test func aChangedConfigurationFileIsTold() throws {
        let path = try lab.write("nginx.conf", "a")
        let collector = AuditCollector(into: store, clock: clock)
        let source = AuditSource(name: "edge", kind: .files([path]))
        #expect(try collector.collect(source).entries == 1)
        #expect(try collector.collect(source).entries == 0)
        _ = try lab.write("nginx.conf", "b")
        #expect(try collector.collect(source).entries == 1)
        try FileManager.default.removeItem(atPath: path)
        #expect(try collector.collect(source).entries == 1)
        #expect(try all(.configuration).map(\.action) == ["first seen", "changed", "gone or unreadable"])
    }

    @Test func eachClassIsKeptForItsOwnTime() throws {
        let now = Timestamp(seconds: 1_773_100_000)
        for (kind, days) in [(AuditClass.data, 100), (.data, 10), (.role, 100), (.authentication, 500)]
            as [(AuditClass, Int64)]
        {
            let path = lab.path("x")
            try store.keep(
                [AuditEntry(at: now + Milliseconds.days(-days), source: "db", kind: kind, action: "a")], of: path,
                at: .init(inode: 1, offset: 1))
        }
        #expect(try store.prune(keep: [.data: .days(30)], now: now) == 2)
        #expect(try all().map(\.kind) == [.role, .data])
    }

    @Test func searchFindsByTextClassAndUser() throws {
        let path = try lab.write("log.json", line + line.replacing("\"app\"", with: "\"eve\""))
        _ = try AuditCollector(into: store, clock: clock).collect(AuditSource(name: "db", kind: .jsonlog(path: path)))
        #expect(try all(nil, "PAYMENTS").count == 2)
        #expect(try all(.role, "payments").isEmpty)
        #expect(try all(nil, "100%").isEmpty)
        let eve = try store.search(
            .init(user: "eve", from: Timestamp(seconds: 0), to: Timestamp(seconds: 9_999_999_999), limit: 10))
        #expect(eve.count == 1)
    }
}
