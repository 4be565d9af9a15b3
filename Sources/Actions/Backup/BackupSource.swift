import Launch
import Wire

/// The database that is backed up, held at one instant: an open transaction whose snapshot pg_dump and the counting share.
struct BackupSource: Sendable {
    var client: PostgresClient
    var facts: Facts

    struct Facts: Sendable {
        var serverVersion = ""
        var versionNumber = 0
        var systemIdentifier = ""
        var encoding = ""
        var collation = ""
        var characterClass = ""
        var walPosition = ""
        var snapshot: String?
        var snapshotAt = Timestamp(seconds: 0)
        var roles: [String] = []
        /// Bytes of the tables, as an estimate of what is to come.
        var size: Int64 = 0
    }

    /// Tables that pg_dump fills: no partitioned parents, nothing of an extension, nothing temporary.
    private static let tables = """
        SELECT n.nspname, c.relname, format('%I.%I', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg\\_toast%'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
        ORDER BY 1, 2
        """

    private static let patience = Duration.seconds(60)

    /// Opens the transaction and exports its snapshot.
    static func open(
        _ settings: PostgresSettings, on reactor: Reactor, exports: Bool
    ) async throws(BackupError) -> BackupSource {
        let client = PostgresClient(settings, on: reactor, limits: PostgresLimits(rows: 1_000_000, bytes: 256 << 20))
        do {
            func one(_ sql: String) async throws(WireError) -> String? {
                try await client.query(sql, deadline: patience).scalar
            }
            var facts = Facts()
            if exports {
                _ = try await one("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                _ = try await one("SET LOCAL idle_in_transaction_session_timeout = 0")
                facts.snapshot = try await one("SELECT pg_export_snapshot()")
            }
            let rows = try await client.query(
                """
                SELECT current_setting('server_version'), current_setting('server_version_num'),
                (SELECT system_identifier FROM pg_control_system()), pg_encoding_to_char(d.encoding), d.datcollate,
                d.datctype, CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                (extract(epoch FROM now()) * 1000)::bigint,
                (SELECT coalesce(sum(pg_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n
                ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 't') AND n.nspname NOT IN ('pg_catalog', 'information_schema'))
                FROM pg_database d WHERE d.datname = current_database()
                """, deadline: patience)
            facts.serverVersion = String((rows[0, 0] ?? "").prefix { $0 != " " })
            facts.versionNumber = rows[0, 1].flatMap { Int($0) } ?? 0
            facts.systemIdentifier = rows[0, 2] ?? ""
            facts.encoding = rows[0, 3] ?? ""
            facts.collation = rows[0, 4] ?? ""
            facts.characterClass = rows[0, 5] ?? ""
            facts.walPosition = rows[0, 6] ?? ""
            facts.snapshotAt = Timestamp(milliseconds: rows[0, 7].flatMap { Int64($0) } ?? 0)
            facts.size = rows[0, 8].flatMap { Int64($0) } ?? 0
            let roles = try await client.query(
                "SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' ORDER BY 1", deadline: patience)
            facts.roles = (0..<roles.count).compactMap { roles[$0, 0] }
            return BackupSource(client: client, facts: facts)
        } catch {
            await client.close()
            throw BackupError(.failed, String(describing: error))
        }
    }

    /// The rows of each table as the database itself counts them in the same snapshot: what pg_dump leaves out is seen.
    func counts(deadline: Duration) async throws(BackupError) -> [String: Int64] {
        do {
            let rows = try await client.query(Self.tables, deadline: Self.patience)
            var counts: [String: Int64] = [:]
            for row in 0..<rows.count {
                guard let schema = rows[row, 0], let name = rows[row, 1], let quoted = rows[row, 2] else { continue }
                let count = try await client.query("SELECT count(*) FROM ONLY \(quoted)", deadline: deadline).scalar
                counts["\(schema).\(name)"] = count.flatMap { Int64($0) } ?? -1
            }
            return counts
        } catch {
            throw BackupError(.failed, "count the rows: \(error)")
        }
    }

    func close() async { await client.close() }
}
