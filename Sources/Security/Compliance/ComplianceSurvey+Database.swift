import Launch
import Wire

extension ComplianceSurvey {
    // MARK: The database

    func database(_ plan: CompliancePlan, _ target: PostgresTarget) async -> [ComplianceFact] {
        let ids = [
            "postgres.ssl", "postgres.hba", "postgres.versions", "postgres.scram", "postgres.pgaudit", "columns",
            "pan.tables",
        ]
        let client: PostgresClient
        do {
            client = PostgresClient(
                try target.settings(secret), on: reactor, limits: PostgresLimits(rows: 20_000, bytes: 64 << 20))
            _ = try await client.query("SELECT 1", deadline: .seconds(10))
        } catch {
            return ids.map { fact($0, .unknown, "the database cannot be asked: \(error)") }
        }
        var facts: [ComplianceFact] = []
        func ask(_ id: String, _ sql: String, _ judge: (PostgresRows) -> (ComplianceFact.State, String)) async {
            do throws(WireError) {
                let rows = try await client.query(sql, deadline: ComplianceSurvey.deadline, readOnly: true)
                let (state, text) = judge(rows)
                facts.append(fact(id, state, text))
            } catch {
                facts.append(fact(id, .unknown, "cannot be asked: \(error.reason)"))
            }
        }
        await ask(
            "postgres.ssl",
            """
            SELECT count(*) FILTER (WHERE NOT coalesce(s.ssl, false)), count(*),
            (SELECT setting FROM pg_settings WHERE name = 'ssl'), string_agg(DISTINCT s.version, ', ')
            FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s USING (pid)
            WHERE a.backend_type = 'client backend' AND a.client_addr IS NOT NULL
            """
        ) { rows in
            let plain = Int(rows[0, 0] ?? "") ?? 0
            let all = Int(rows[0, 1] ?? "") ?? 0
            guard rows[0, 2] == "on" else { return (.fails, "ssl is off") }
            return plain == 0
                ? (
                    .holds,
                    "ssl is on; of \(all) sessions over the network now all are encrypted (\(rows[0, 3] ?? "none open"))"
                )
                : (.fails, "\(plain) of \(all) sessions over the network now are not encrypted")
        }
        await ask(
            "postgres.hba",
            """
            SELECT line_number, type, auth_method, array_to_string(database, ','), array_to_string(user_name, ',') , error
            FROM pg_hba_file_rules
            """
        ) { rows in
            if rows.isEmpty { return (.unknown, "pg_hba_file_rules shows nothing: may this user read it?") }
            var bad: [String] = []
            for row in 0..<rows.count {
                let (line, type, method) = (rows[row, 0] ?? "?", rows[row, 1] ?? "", rows[row, 2] ?? "")
                if rows[row, 5] != nil { bad.append("line \(line) is in error") }
                if type == "host" || type == "hostnossl", method != "reject" {
                    bad.append("line \(line) lets in without TLS")
                }
                if method == "trust", type != "local" { bad.append("line \(line) trusts without a password") }
                if method == "password" || method == "md5" { bad.append("line \(line) uses \(method)") }
            }
            return bad.isEmpty
                ? (.holds, "\(rows.count) rules, none without TLS or password")
                : (.fails, bad.prefix(6).joined(separator: ", "))
        }
        await ask(
            "postgres.versions",
            "SELECT setting FROM pg_settings WHERE name = 'ssl_min_protocol_version'"
        ) { rows in
            let version = rows.scalar ?? ""
            return ["TLSv1.2", "TLSv1.3"].contains(version)
                ? (.holds, "\(version) at least")
                : (.fails, "versions from \(version.isEmpty ? "any" : version) on are let in")
        }
        if let passwords = await passwordQuery(client) {
            await ask("postgres.scram", passwords) { rows in
                let weak = Int(rows[0, 0] ?? "") ?? 0
                guard weak == 0 else {
                    return (.fails, "\(weak) roles have a password that is not kept as SCRAM-SHA-256")
                }
                return rows[0, 2] == "scram-sha-256"
                    ? (.holds, "all \(rows[0, 1] ?? "") passwords are kept as SCRAM-SHA-256")
                    : (.fails, "password_encryption is \(rows[0, 2] ?? "unknown")")
            }
        } else {
            facts.append(
                fact("postgres.scram", .unknown, "this role may not look: Config/postgres/compliance-role.sql"))
        }
        await ask("postgres.pgaudit", AuditSetting.query(plan.auditedTables)) { rows in
            AuditSetting(rows).judgement(plan.auditedTables)
        }
        let tables = plan.tables.isEmpty ? nil : await tables(plan.tables, client)
        if let tables { facts.append(tables) }
        if !plan.encryptedColumns.isEmpty {
            facts.append(await columns(plan.encryptedColumns, client))
        } else if let tables {
            facts.append(await noColumns(plan.tables, tables, client))
        }
        await client.close()
        return facts
    }

    /// A name as SQL quotes it.
    static func quoted(_ name: some StringProtocol) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A text as SQL quotes it.
    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    static func relation(_ names: some Sequence<Substring>) -> String {
        names.map(quoted).joined(separator: ".")
    }

    /// Encrypted is what is binary and begins as OpenPGP's packets do (pgcrypto), or text of nothing but an armoured message.
    private func columns(_ columns: [String], _ client: PostgresClient) async -> ComplianceFact {
        var (plain, unsure, empty): ([String], [String], Int) = ([], [], 0)
        for column in columns {
            let names = column.split(separator: ".")
            guard let last = names.last else { continue }
            let sql = """
                SELECT pg_typeof(\(ComplianceSurvey.quoted(last)))::text,
                encode(substring(convert_to(\(ComplianceSurvey.quoted(last))::text, 'UTF8') from 1 for 64), 'hex')
                FROM \(ComplianceSurvey.relation(names.dropLast())) WHERE \(ComplianceSurvey.quoted(last)) IS NOT NULL LIMIT 200
                """
            do throws(WireError) {
                let rows = try await client.query(sql, deadline: ComplianceSurvey.deadline, readOnly: true)
                if rows.isEmpty { empty += 1 }
                for row in 0..<rows.count {
                    let text = Hexadecimal.bytes(rows[row, 1] ?? "") ?? []
                    let bytes =
                        rows[row, 0] == "bytea"
                        ? Hexadecimal.bytes(String(decoding: text.dropFirst(2), as: UTF8.self)) ?? [] : text
                    if case .encrypted = BackupSeal(first: bytes) { continue }
                    plain.append(column)
                    break
                }
            } catch {
                unsure.append("\(column): \(error.reason)")
            }
        }
        if !plain.isEmpty { return fact("columns", .fails, "not encrypted: \(plain.joined(separator: ", "))") }
        if !unsure.isEmpty { return fact("columns", .unknown, unsure.joined(separator: "; ")) }
        if empty == columns.count { return fact("columns", .unknown, "the columns are empty: nothing to look at") }
        return fact("columns", .holds, "\(columns.count) columns hold OpenPGP messages (200 rows of each looked at)")
    }

    private func tables(_ tables: [String], _ client: PostgresClient) async -> ComplianceFact {
        var found: [String] = []
        var unsure: [String] = []
        for table in tables {
            let relation = ComplianceSurvey.relation(table.split(separator: "."))
            // The server picks out what has digits enough; whether they are a card's is found out here, and only counted.
            let sql = """
                SELECT t::text FROM \(relation) AS t WHERE t::text ~ '[0-9]([0-9]|[ -][0-9]){12,18}' LIMIT 10000
                """
            do throws(WireError) {
                let rows = try await client.query(sql, deadline: ComplianceSurvey.deadline, readOnly: true)
                let count = (0..<rows.count).reduce(0) { $0 + CardNumber.count(in: Array((rows[$1, 0] ?? "").utf8)) }
                if count > 0 {
                    found.append("\(table): \(count)\(rows.count == 10_000 ? " or more" : "")")
                } else if rows.count == 10_000 {
                    unsure.append("\(table): none in 10,000 rows with digits enough, and there may be more of them")
                }
            } catch {
                unsure.append("\(table): \(error.reason)")
            }
        }
        if !found.isEmpty { return fact("pan.tables", .fails, "card numbers in \(found.joined(separator: ", "))") }
        if !unsure.isEmpty { return fact("pan.tables", .unknown, unsure.joined(separator: "; ")) }
        return fact("pan.tables", .holds, "no card number in \(tables.count) tables")
    }

    /// Where no column is named, none must need encryption: no table of the database may hold a card number.
    private func noColumns(_ tables: [String], _ search: ComplianceFact, _ client: PostgresClient) async
        -> ComplianceFact
    {
        guard search.state == .holds else {
            return fact("columns", search.state, "no column is encrypted, and \(search.text)")
        }
        let names = tables.map { ComplianceSurvey.relation($0.split(separator: ".")) }
        let sql = """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_'
            AND n.nspname <> 'information_schema'
            AND c.oid <> ALL (SELECT coalesce(to_regclass(name)::oid, 0) FROM unnest($1::text[]) AS name)
            ORDER BY 1
            """
        do throws(WireError) {
            let list =
                "{"
                + names.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
                .joined(separator: ",") + "}"
            let rows = try await client.query(sql, [list], deadline: ComplianceSurvey.deadline, readOnly: true)
            let others = (0..<rows.count).compactMap { rows[$0, 0] }
            return others.isEmpty
                ? fact("columns", .holds, "there is nothing to encrypt: \(search.text), which are all that there are")
                : fact(
                    "columns", .unknown,
                    "no column is encrypted, and these were not searched: \(others.prefix(6).joined(separator: ", "))")
        } catch {
            return fact("columns", .unknown, "the tables cannot be listed: \(error.reason)")
        }
    }

    // MARK: Passwords

    /// How passwords are kept: by the catalogue itself, or by the counter that Config/postgres/compliance-role.sql makes; nil
    /// where this role may look by neither. A counter that is no superuser's counts nothing: anybody could have made it.
    private func passwordQuery(_ client: PostgresClient) async -> String? {
        let setting = "(SELECT setting FROM pg_settings WHERE name = 'password_encryption')"
        let rows = try? await client.query(
            """
            SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT'), EXISTS (
            SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
            WHERE n.nspname = 'guardia_compliance' AND p.proname = 'passwords' AND p.pronargs = 0 AND r.rolsuper
            AND p.prosecdef AND has_function_privilege(p.oid, 'EXECUTE'))
            """, deadline: ComplianceSurvey.deadline, readOnly: true)
        if rows?[0, 0] == "t" {
            return """
                SELECT count(*) FILTER (WHERE rolpassword NOT LIKE 'SCRAM-SHA-256$%'), count(rolpassword), \(setting)
                FROM pg_authid WHERE rolcanlogin
                """
        }
        guard rows?[0, 1] == "t" else { return nil }
        return "SELECT p.weak, p.total, \(setting) FROM guardia_compliance.passwords() AS p"
    }
}
