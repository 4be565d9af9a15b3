import Foundation
import Wire

/// Puts guardia's role, grants and indexes into a launch's database: SQL files of the config, run by psql as whoever may. The
/// files say `IF NOT EXISTS`; whether they changed anything is read from the catalogue, before and after.
package struct SetupDatabase: Sendable {
    /// As psql takes it: `host=/var/run/postgresql dbname=barberpro`. It holds no password: libpq has its own places for those.
    private let database: String
    private let files: [String]
    /// What `:'password'` and its like stand for in the files; they go by stdin, never by a command line.
    private let secrets: [String: String]
    private let dryRun: Bool
    private static let deadline: Duration = .seconds(300)

    package init(database: String, files: [String], secrets: [String: String], dryRun: Bool) {
        self.database = database
        self.files = files
        self.secrets = secrets
        self.dryRun = dryRun
    }

    /// Runs each file in order.
    package func run() async -> [Setup.Item] {
        var items: [Setup.Item] = []
        for file in files {
            items.append(await apply(file))
            // What comes later may stand on it.
            if items.last?.trouble != nil { break }
        }
        return items
    }

    private func apply(_ file: String) async -> Setup.Item {
        var item = Setup.Item(name: file)
        guard let sql = try? String(contentsOfFile: file, encoding: .utf8) else {
            item.trouble = "it cannot be read"
            return item
        }
        let before: String
        switch await catalogue() {
        case .success(let text): before = text
        case .failure(let trouble):
            item.trouble = trouble.text
            return item
        }
        if dryRun {
            item.change = "run it in the database (it changes only what differs)"
            return item
        }
        // A file with CONCURRENTLY runs outside a transaction; so each statement stands by itself, and the first error ends it.
        var script = "\\set ON_ERROR_STOP on\n"
        for (name, value) in secrets.sorted(by: { $0.key < $1.key }) {
            script += "\\set \(name) '\(SetupDatabase.quoted(value))'\n"
        }
        switch await psql(script + sql, tuples: false) {
        case .failure(let trouble):
            item.trouble = trouble.text
            return item
        case .success: break
        }
        switch await catalogue() {
        case .success(let after): item.change = after == before ? nil : "ran it in the database"
        case .failure(let trouble): item.trouble = trouble.text
        }
        return item
    }

    /// A digest of what such files change: roles and their settings and memberships, rights on tables and columns,
    /// indexes, and how tables are kept.
    private func catalogue() async -> Result<String, Trouble> {
        await psql(SetupDatabase.question, tuples: true).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    private static let question = """
        SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
            SELECT 'role ' || rolname || rolconnlimit || rolsuper || rolcanlogin AS line FROM pg_roles
            UNION ALL SELECT 'set ' || setdatabase || ' ' || setrole || ' ' || setconfig::text FROM pg_db_role_setting
            UNION ALL SELECT 'member ' || roleid || ' ' || member FROM pg_auth_members
            UNION ALL SELECT 'database ' || datname || coalesce(datacl::text, '') FROM pg_database
            UNION ALL SELECT 'schema ' || nspname || coalesce(nspacl::text, '') FROM pg_namespace
                WHERE nspname NOT LIKE 'pg_t%'
            UNION ALL SELECT 'relation ' || relname || relkind::text || coalesce(relacl::text, '')
                || coalesce(reloptions::text, '') FROM pg_class
                WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg_t%')
            UNION ALL SELECT 'column ' || attrelid || ' ' || attname || attacl::text FROM pg_attribute
                WHERE attacl IS NOT NULL
            UNION ALL SELECT 'function ' || proname || coalesce(proacl::text, '') FROM pg_proc) AS lines;
        """

    struct Trouble: Error { var text: String }

    private func psql(_ script: String, tuples: Bool) async -> Result<String, Trouble> {
        let words =
            ["psql", "--no-psqlrc", "--no-password", "--quiet", "--set", "ON_ERROR_STOP=1"] + (tuples ? ["-At"] : [])
            + ["--dbname", database, "--file", "-"]
        var environment = ["PATH": Command.defaultPath, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"]
        for name in ["PGPASSFILE", "PGSERVICEFILE", "PGUSER", "HOME"] {
            environment[name] = ProcessInfo.processInfo.environment[name]
        }
        do throws(WireError) {
            let result = try await Command.run(
                words, environment: environment, input: Array(script.utf8), deadline: SetupDatabase.deadline)
            guard result.isSuccess else { return .failure(Trouble(text: "psql: \(result.complaint)")) }
            return .success(result.standardOutput.text)
        } catch {
            return .failure(Trouble(text: "psql: \(error.reason)"))
        }
    }

    /// psql's own quoting within single quotes: quotes doubled, backslashes escaped.
    static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("'", with: "''").replacing("\n", with: "\\n")
    }
}
