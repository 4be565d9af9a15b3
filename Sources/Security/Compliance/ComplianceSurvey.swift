import Foundation
import Glibc
package import Launch
package import Wire

/// Gathers the evidence of compliance: looks, changes nothing, and dates each fact.
package struct ComplianceSurvey: Sendable {
    private let reactor: Reactor
    private let clock: any Clock
    private let secret: @Sendable (Secret) throws -> String
    private static let deadline = Duration.seconds(60)

    package init(reactor: Reactor, clock: any Clock, secret: @escaping @Sendable (Secret) throws -> String) {
        self.reactor = reactor
        self.clock = clock
        self.secret = secret
    }

    private var now: Timestamp { clock.now().utc }

    private func fact(_ id: String, _ state: ComplianceFact.State, _ text: String) -> ComplianceFact {
        ComplianceFact(id, state, text, at: now)
    }

    package func gather(_ plan: CompliancePlan) async -> [ComplianceFact] {
        var facts: [ComplianceFact] = []
        if let target = plan.postgres { facts += await database(plan, target) }
        if !plan.files.isEmpty { facts.append(await files(plan.files)) }
        if !plan.backups.isEmpty { facts.append(await backups(plan.backups)) }
        if let mercadoPago = plan.mercadoPago { facts += await payments(mercadoPago) }
        if let path = plan.arcaCertificate { facts.append(arca(path)) }
        return facts
    }

    private func arca(_ path: String) -> ComplianceFact {
        do throws(SecurityError) {
            let certificate = try CertificateReader.facts(pemFile: path)
            let days = Int(certificate.daysLeft(at: now).rounded(.down))
            if certificate.notBefore > now { return fact("arca.certificate", .fails, "it is not valid yet") }
            return days < 0
                ? fact("arca.certificate", .fails, "it expired \(-days) d ago")
                : fact("arca.certificate", .holds, "valid for \(days) d more")
        } catch {
            return fact("arca.certificate", .unknown, error.description)
        }
    }

    /// What other stations found, as far as it bears on compliance.
    package static func facts(of posture: SecurityPosture, audit: AuditPlan) -> [ComplianceFact] {
        var facts: [ComplianceFact] = []
        if let seen = posture["tls"] {
            // By the grades: a certificate that ends soon, or an edge that is down, is no weak cryptography.
            let marks = Set(seen.check.items.map { $0.mark ?? "?" })
            let state: ComplianceFact.State =
                !marks.isDisjoint(with: ["T", "M", "F"])
                ? .fails : marks.contains("?") || marks.isEmpty ? .unknown : .holds
            facts.append(
                ComplianceFact(
                    "tls", state,
                    "grades \(marks.sorted().joined(separator: ", ")) of \(seen.check.items.count) endpoints",
                    at: seen.at.utc))
        }
        for (station, id) in [("packages", "packages"), ("scan", "scans"), ("audit", "audit.chain")] {
            guard let seen = posture[station] else { continue }
            let state: ComplianceFact.State =
                switch seen.check.verdict {
                case .ok: .holds
                // What is not shipped is no change of the record.
                case .warning where station == "audit": .holds
                // Updates that wait, findings below critical: since when, and how risky, is for a person.
                case .warning, .unknown: .unknown
                case .critical: .fails
                }
            facts.append(ComplianceFact(id, state, seen.check.summary, at: seen.at.utc))
        }
        return facts
    }

    // MARK: The database

    private func database(_ plan: CompliancePlan, _ target: PostgresTarget) async -> [ComplianceFact] {
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
        await ask(
            "postgres.scram",
            """
            SELECT count(*) FILTER (WHERE rolpassword NOT LIKE 'SCRAM-SHA-256%'), count(rolpassword),
            (SELECT setting FROM pg_settings WHERE name = 'password_encryption') FROM pg_authid WHERE rolcanlogin
            """
        ) { rows in
            let weak = Int(rows[0, 0] ?? "") ?? 0
            guard weak == 0 else { return (.fails, "\(weak) roles have a password that is not kept as SCRAM-SHA-256") }
            return rows[0, 2] == "scram-sha-256"
                ? (.holds, "all \(rows[0, 1] ?? "") passwords are kept as SCRAM-SHA-256")
                : (.fails, "password_encryption is \(rows[0, 2] ?? "unknown")")
        }
        await ask(
            "postgres.pgaudit",
            """
            SELECT current_setting('shared_preload_libraries'), current_setting('pgaudit.log', true),
            current_setting('pgaudit.role', true), current_setting('pgaudit.log_parameter', true)
            """
        ) { rows in
            guard rows[0, 0]?.contains("pgaudit") == true else { return (.fails, "pgaudit is not loaded") }
            let log = rows[0, 1] ?? "none"
            if rows[0, 3] == "on" { return (.fails, "pgaudit.log_parameter is on: card numbers would be in the log") }
            let isOn = log != "none" && !log.isEmpty || rows[0, 2]?.isEmpty == false
            return isOn
                ? (.holds, "pgaudit logs \(log)" + (rows[0, 2].map { $0.isEmpty ? "" : ", role \($0)" } ?? ""))
                : (.fails, "pgaudit logs nothing")
        }
        if !plan.encryptedColumns.isEmpty { facts.append(await columns(plan.encryptedColumns, client)) }
        if !plan.tables.isEmpty { facts.append(await tables(plan.tables, client)) }
        await client.close()
        return facts
    }

    /// A name as SQL quotes it.
    private static func quoted(_ name: some StringProtocol) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func relation(_ names: some Sequence<Substring>) -> String {
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

    // MARK: Files

    private func files(_ paths: [String]) async -> ComplianceFact {
        var search = FileSearch()
        await search.look(in: paths)
        if search.cards > 0 {
            return fact(
                "pan.files", .fails, "\(search.cards) card numbers in \(search.hits.prefix(5).joined(separator: ", "))")
        }
        return fact(
            "pan.files", search.isWhole ? .holds : .unknown, "no card number in \(search.summary)")
    }

    private func backups(_ folders: [String]) async -> ComplianceFact {
        var (plain, unsure, sealed): ([String], [String], Int) = ([], [], 0)
        for folder in folders {
            let walk = await FileWalk.of([folder], limit: 100_000)
            unsure += walk.unread
            let names = walk.files.filter { path in
                ![".sha256", ".json", ".txt", ".manifest", ".sig"].contains(where: path.hasSuffix)
            }
            for path in names.suffix(500) {
                let name = String(path.dropFirst(folder.count + 1))
                if FileBytes.status(path)?.size == 0 { continue }
                var head: [UInt8] = []
                try? FileBytes.each(path, chunk: 64) { piece in
                    head += piece
                    return false
                }
                switch BackupSeal(first: head) {
                case .encrypted: sealed += 1
                case .plain(let kind): plain.append("\(name) (\(kind))")
                case .unknown: unsure.append(name)
                }
            }
        }
        if !plain.isEmpty {
            return fact(
                "backups", .fails,
                "\(plain.count) backups are not encrypted: \(plain.prefix(4).joined(separator: ", "))")
        }
        if !unsure.isEmpty || sealed == 0 {
            return fact(
                "backups", .unknown,
                sealed == 0 && unsure.isEmpty
                    ? "there is no backup" : "not known of \(unsure.prefix(4).joined(separator: ", "))")
        }
        return fact("backups", .holds, "\(sealed) backups, all encrypted")
    }

    // MARK: MercadoPago

    private func payments(_ plan: MercadoPagoPlan) async -> [ComplianceFact] {
        var facts: [ComplianceFact] = []
        if let reference = plan.token, !plan.files.isEmpty {
            do {
                let token = try secret(reference)
                var search = FileSearch()
                await search.look(in: plan.files, for: Array(token.utf8))
                facts.append(
                    search.secrets > 0
                        ? fact(
                            "mercadopago.token", .fails,
                            "the access token stands in \(search.hits.prefix(5).joined(separator: ", "))")
                        : fact(
                            "mercadopago.token", search.isWhole ? .holds : .unknown,
                            "the access token is not in \(search.summary)"))
            } catch {
                facts.append(fact("mercadopago.token", .unknown, "\(error)"))
            }
        }
        let evidence = await TLSInspector(on: reactor, clock: clock, limit: .seconds(15)).look(
            at: TLSEndpoint(host: plan.host, port: plan.port, authorities: plan.authorities, path: nil))
        let judgement = TLSJudgement(evidence, at: now)
        let bad = judgement.findings.filter { $0.verdict == .critical }
        switch evidence.failure {
        case .unreachable(let reason), .timedOut(let reason):
            facts.append(fact("mercadopago.tls", .unknown, "\(plan.host) cannot be asked: \(reason)"))
        default:
            facts.append(
                bad.isEmpty
                    ? fact(
                        "mercadopago.tls", .holds,
                        "\(plan.host): \(evidence.negotiated?.name ?? "TLS"), a trusted certificate, grade \(judgement.grade.letter.rawValue)"
                    )
                    : fact("mercadopago.tls", .fails, "\(plan.host): \(bad.map(\.text).joined(separator: ", "))"))
        }
        if let webhook = plan.webhook, let reference = plan.webhookSecret {
            facts.append(await self.webhook(webhook, reference))
        }
        return facts
    }

    /// A notification with a forged signature, and one that is a day old, must both be refused. A right one is not sent: it
    /// would be one.
    private func webhook(_ url: String, _ reference: Secret) async -> ComplianceFact {
        let key: String
        do { key = try secret(reference) } catch { return fact("mercadopago.webhook", .unknown, "\(error)") }
        let client = HTTPClient(on: reactor, maximumOfIdle: 0)
        let stamp = now.milliseconds
        let id = "guardia-probe"
        let forged = "ts=\(stamp),v1=\(String(repeating: "0", count: 64))"
        let old = MercadoPagoSignature.header(id: id, requestID: id, ts: "\(stamp - 86_400_000)", secret: key)
        for (name, signature) in [("a forged", forged), ("a replayed", old), ("an unsigned", "")] {
            var headers = [HTTPRequest.Header("Content-Type", "application/json"), .init("x-request-id", id)]
            if !signature.isEmpty { headers.append(.init("x-signature", signature)) }
            let address = url + (url.contains("?") ? "&" : "?") + "data.id=\(id)&type=payment"
            let body = #"{"type":"payment","action":"payment.updated","data":{"id":"guardia-probe"}}"#
            do throws(WireError) {
                let answer = try await client.send(
                    HTTPRequest(address, method: "POST", headers: headers, body: Array(body.utf8)),
                    deadline: .seconds(10))
                guard [400, 401, 403, 422].contains(answer.status) else {
                    return fact(
                        "mercadopago.webhook", (200..<300).contains(answer.status) ? .fails : .unknown,
                        "\(name) notification was answered with \(answer.status)")
                }
            } catch {
                return fact("mercadopago.webhook", .unknown, "the webhook cannot be asked: \(error.reason)")
            }
        }
        return fact("mercadopago.webhook", .holds, "forged, replayed and unsigned notifications are refused")
    }
}

extension ComplianceSurvey {
    /// How long the audit is kept, by the config.
    package static func facts(of audit: AuditPlan, at now: Timestamp) -> [ComplianceFact] {
        guard !audit.sources.isEmpty else {
            return [
                ComplianceFact("audit.retention", .unknown, "no audit is collected (security.audit.collect)", at: now)
            ]
        }
        let short = AuditClass.allCases.filter { (audit.keep[$0] ?? $0.usualRetention) < .days(365) }
        return [
            short.isEmpty
                ? ComplianceFact(
                    "audit.retention", .holds, "every class of collected audit is kept for a year or longer", at: now)
                : ComplianceFact(
                    "audit.retention", .fails,
                    "kept for less than a year: \(short.map(\.rawValue).joined(separator: ", "))", at: now)
        ]
    }
}
