import Launch
import Security
import Testing

/// Whether what pgaudit logs is all that has to be audited.
@Suite struct AuditSettingTests {
    private func state(
        _ classes: String, role: String = "auditor", readable: Set<String> = ["payments"], overrides: [String] = [],
        parameters: Bool = false, libraries: String = "pg_stat_statements, pgaudit", tables: [String] = ["payments"]
    ) -> ComplianceFact.State {
        AuditSetting(
            libraries: libraries, classes: classes, role: role, logsParameters: parameters, overrides: overrides,
            readable: readable
        ).judgement(tables).0
    }

    @Test func rolesSchemaAndWritesMustBeLogged() {
        #expect(state("role, ddl, write") == .holds)
        #expect(state("DDL,Role,WRITE") == .holds)
        #expect(state("all, -misc") == .holds)
        for less in ["ddl", "", "none", "role, ddl", "all, -write", "write, ddl, role, -role"] {
            #expect(state(less) == .fails, "\(less)")
        }
        #expect(state("role, ddl, write", libraries: "pg_stat_statements") == .fails)
        #expect(state("role, ddl, write", parameters: true) == .fails)
        #expect(state("role, ddl, write", overrides: ["every database barberpro"]) == .fails)
    }

    @Test func readsOfPaymentsMustBeLogged() {
        #expect(state("role, ddl, write", readable: []) == .fails)
        #expect(state("role, ddl, write", role: "", readable: []) == .fails)
        #expect(state("role, ddl, write, read", role: "", readable: []) == .holds)
        #expect(state("all", role: "", readable: []) == .holds)
        #expect(state("role, ddl, write", tables: ["payments", "invoices"]) == .fails)
        #expect(state("role, ddl, write", tables: []) == .unknown)
    }
}
