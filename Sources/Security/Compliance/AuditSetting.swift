package import Launch
import Wire

/// What pgaudit is set to log, and whether that is what has to be audited: roles, changes of the schema, writes, and each
/// read of the tables that hold payments.
package struct AuditSetting: Hashable, Sendable {
    package var libraries: String
    /// `pgaudit.log`.
    package var classes: String
    package var role: String
    package var logsParameters: Bool
    /// Databases and roles for which something else is set.
    package var overrides: [String]
    /// The tables of which the role may read: their reads are logged.
    package var readable: Set<String>

    package init(
        libraries: String, classes: String, role: String, logsParameters: Bool = false, overrides: [String] = [],
        readable: Set<String> = []
    ) {
        self.libraries = libraries
        self.classes = classes
        self.role = role
        self.logsParameters = logsParameters
        self.overrides = overrides
        self.readable = readable
    }

    init(_ rows: PostgresRows) {
        self.init(
            libraries: rows[0, 0] ?? "", classes: rows[0, 1] ?? "", role: rows[0, 2] ?? "",
            logsParameters: rows[0, 3] == "on", overrides: rows[0, 4].map { [$0] } ?? [],
            readable: Set((5..<max(5, rows.columns.count)).compactMap { rows[0, $0] }))
    }

    /// A column of its own for each table: its name where its reads are logged.
    static func query(_ tables: [String]) -> String {
        let role = "nullif(current_setting('pgaudit.role', true), '')"
        let reads = tables.map { table in
            let relation = ComplianceSurvey.literal(ComplianceSurvey.relation(table.split(separator: ".")))
            return """
                , (SELECT \(ComplianceSurvey.literal(table)) FROM pg_roles r WHERE r.rolname = \(role)
                AND has_table_privilege(r.oid, to_regclass(\(relation)), 'SELECT'))
                """
        }
        return """
            SELECT current_setting('shared_preload_libraries'), current_setting('pgaudit.log', true),
            current_setting('pgaudit.role', true), current_setting('pgaudit.log_parameter', true),
            (SELECT string_agg(coalesce(d.datname, 'every database') || ' ' || coalesce(r.rolname, 'every role'), ', ')
            FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase
            LEFT JOIN pg_roles r ON r.oid = s.setrole
            WHERE EXISTS (SELECT FROM unnest(s.setconfig) AS c WHERE c LIKE 'pgaudit.%'))
            """ + reads.joined()
    }

    /// The classes that are logged; a later one with a minus takes one away.
    private var logged: Set<String> {
        let all: Set<String> = ["read", "write", "function", "role", "ddl", "misc", "misc_set"]
        var logged: Set<String> = []
        for word in classes.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }) {
            let isLess = word.hasPrefix("-")
            let name = String(isLess ? word.dropFirst() : word)
            let meant = name == "all" ? all : name == "none" ? [] : [name]
            if isLess { logged.subtract(meant) } else { logged.formUnion(meant) }
        }
        return logged
    }

    package func judgement(_ tables: [String]) -> (ComplianceFact.State, String) {
        guard libraries.contains("pgaudit") else { return (.fails, "pgaudit is not loaded") }
        if logsParameters { return (.fails, "pgaudit.log_parameter is on: card numbers would be in the log") }
        let logged = logged
        let missing = ["role", "ddl", "write"].filter { !logged.contains($0) }
        guard missing.isEmpty else {
            return (
                .fails,
                "pgaudit.log is \(classes.isEmpty ? "none" : classes): \(missing.joined(separator: ", ")) missing"
            )
        }
        let unread = logged.contains("read") ? [] : tables.filter { !readable.contains($0) }
        guard unread.isEmpty else {
            return (
                .fails,
                "reads of \(unread.joined(separator: ", ")) are not audited: pgaudit.role is "
                    + (role.isEmpty ? "not set" : "\(role), which may not read them")
            )
        }
        if !overrides.isEmpty { return (.fails, "pgaudit is set otherwise for \(overrides.joined(separator: ", "))") }
        guard !tables.isEmpty else {
            return (.unknown, "which tables' reads must be audited is not configured (audited_tables)")
        }
        return (.holds, "pgaudit logs \(classes), and each read of \(tables.joined(separator: ", "))")
    }
}
