/// Where the evidence of compliance is looked for.
package struct CompliancePlan: Hashable, Sendable {
    /// The database whose encryption is looked at, as the role of Config/postgres/compliance-role.sql.
    package var postgres: PostgresTarget?
    /// Columns that hold payment data and must be encrypted: `payments.card`.
    package var encryptedColumns: [String]
    /// Tables that are searched for card numbers: `public.payments`.
    package var tables: [String]
    /// Tables whose reads pgaudit must log, beside roles, changes of the schema and writes.
    package var auditedTables: [String]
    /// Files and folders that are searched for card numbers: logs, dumps.
    package var files: [String]
    /// Folders of backups, which must be encrypted.
    package var backups: [String]
    /// Folders whose volumes must be encrypted: the database's data, backups, the journal.
    package var volumes: [Volume]
    package var mercadoPago: MercadoPagoPlan?
    /// The certificate with which the launch talks to ARCA's web services, PEM.
    package var arcaCertificate: String?
    package var every: Milliseconds
    /// Evidence that is older than this says nothing any more.
    package var maximumAge: Milliseconds

    /// A folder, and the words before a command that is to run where it is; none: here.
    package struct Volume: Hashable, Sendable {
        package var path: String
        package var on: [String]

        package init(path: String, on: [String] = []) {
            self.path = path
            self.on = on
        }
    }

    package init(
        postgres: PostgresTarget? = nil, encryptedColumns: [String] = [], tables: [String] = [],
        auditedTables: [String] = [],
        files: [String] = [],
        backups: [String] = [], volumes: [Volume] = [], mercadoPago: MercadoPagoPlan? = nil,
        arcaCertificate: String? = nil,
        every: Milliseconds = .hours(24), maximumAge: Milliseconds = .hours(48)
    ) {
        self.postgres = postgres
        self.encryptedColumns = encryptedColumns
        self.tables = tables
        self.auditedTables = auditedTables
        self.files = files
        self.backups = backups
        self.volumes = volumes
        self.mercadoPago = mercadoPago
        self.arcaCertificate = arcaCertificate
        self.every = every
        self.maximumAge = maximumAge
    }
}

/// What of MercadoPago's integration is looked at.
package struct MercadoPagoPlan: Hashable, Sendable {
    /// The access token, which must be nowhere but here.
    package var token: Secret?
    /// The secret of the webhooks' signatures.
    package var webhookSecret: Secret?
    /// Our own webhook, which must refuse a notification with a wrong signature and take a right one.
    package var webhook: String?
    /// Files in which the token must not be.
    package var files: [String]
    package var host: String
    package var port: UInt16
    /// Authorities trusted beside the system's, PEM: for a stand-in on a machine of one's own.
    package var authorities: String?

    package init(
        token: Secret? = nil, webhookSecret: Secret? = nil, webhook: String? = nil, files: [String] = [],
        host: String = "api.mercadopago.com", port: UInt16 = 443, authorities: String? = nil
    ) {
        self.token = token
        self.webhookSecret = webhookSecret
        self.webhook = webhook
        self.files = files
        self.host = host
        self.port = port
        self.authorities = authorities
    }
}
