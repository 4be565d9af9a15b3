/// What a backup holds and by what it is known: written beside it as JSON, and needed to prove it. It names no secret.
package struct BackupManifest: Hashable, Sendable, Codable {
    package static let currentFormat = 1
    /// What fingerprints are made by; see ``Table/fingerprint``.
    package static let algorithm = "sha256-sum256"

    package var format: Int
    /// `20261127T063000Z-barberpro-3f9a`: the beginning of its files' names.
    package var name: String
    package var method: BackupMethod
    package var database: String
    /// The server, as it was reached: `db.internal:5432`.
    package var host: String
    /// `15.18`
    package var serverVersion: String
    /// The cluster's own identity: by it a restore knows production when it sees it.
    package var systemIdentifier: String
    package var encoding: String
    package var collation: String
    package var characterClass: String
    /// The exported snapshot that all tables were read in.
    package var snapshot: String?
    /// When that was: what was committed later is not in the backup.
    package var snapshotAt: Timestamp
    /// Where the write-ahead log stood.
    package var walPosition: String
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    /// The roles of the cluster, which owners and grants name.
    package var roles: [String]
    package var fingerprints: String
    package var tables: [Table]
    /// What else the dump makes (indexes, constraints, functions …), by kind, and how many.
    package var objects: [String: Int]
    /// Bytes as pg_dump or pg_basebackup wrote them.
    package var rawBytes: Int64
    package var compression: String
    package var encryption: BackupEncryption
    package var data: File
    /// The roles of the cluster as SQL, without passwords.
    package var globals: File?
    /// Where it was copied to, once what is there was read back and was the same.
    package var copies: [Copy]

    /// One file of the backup.
    package struct File: Hashable, Sendable, Codable {
        package var name: String
        package var bytes: Int64
        /// SHA-256 of the file as it lies there.
        package var sha256: String

        package init(name: String, bytes: Int64, sha256: String) {
            self.name = name
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// One table's content.
    package struct Table: Hashable, Sendable, Codable {
        package var schema: String
        package var name: String
        /// What COPY takes: `public.bookings (id, user_id)`.
        package var copy: String
        package var rows: Int64
        package var bytes: Int64
        /// The SHA-256 of each line of `COPY … TO STDOUT`, without its line end, added modulo 2^256: the same rows in another
        /// order have the same fingerprint. It finds accidents; against intent there is the file's SHA-256 in the journal.
        package var fingerprint: String

        package init(schema: String, name: String, copy: String, rows: Int64, bytes: Int64, fingerprint: String) {
            self.schema = schema
            self.name = name
            self.copy = copy
            self.rows = rows
            self.bytes = bytes
            self.fingerprint = fingerprint
        }

        /// `public.bookings`
        package var title: String { schema.isEmpty ? name : "\(schema).\(name)" }
    }

    /// A copy elsewhere.
    package struct Copy: Hashable, Sendable, Codable {
        /// `s3://bucket/prefix`
        package var place: String
        package var at: Timestamp

        package init(place: String, at: Timestamp) {
            self.place = place
            self.at = at
        }
    }

    package init(
        name: String, method: BackupMethod, database: String, host: String, serverVersion: String,
        systemIdentifier: String, encoding: String, collation: String, characterClass: String, snapshot: String?,
        snapshotAt: Timestamp, walPosition: String, startedAt: Timestamp, endedAt: Timestamp, roles: [String],
        tables: [Table], objects: [String: Int], rawBytes: Int64, compression: String, encryption: BackupEncryption,
        data: File, globals: File? = nil, copies: [Copy] = []
    ) {
        format = Self.currentFormat
        fingerprints = Self.algorithm
        self.name = name
        self.method = method
        self.database = database
        self.host = host
        self.serverVersion = serverVersion
        self.systemIdentifier = systemIdentifier
        self.encoding = encoding
        self.collation = collation
        self.characterClass = characterClass
        self.snapshot = snapshot
        self.snapshotAt = snapshotAt
        self.walPosition = walPosition
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.roles = roles
        self.tables = tables
        self.objects = objects
        self.rawBytes = rawBytes
        self.compression = compression
        self.encryption = encryption
        self.data = data
        self.globals = globals
        self.copies = copies
    }

    package var rows: Int64 { tables.reduce(0) { $0 + $1.rows } }
    package var bytes: Int64 { data.bytes + (globals?.bytes ?? 0) }
    package var files: [File] { [data] + (globals.map { [$0] } ?? []) }
    /// `15` of `15.18`.
    package var majorVersion: Int { Int(serverVersion.prefix { $0.isNumber }) ?? 0 }

    /// Why a manifest is not to be used; nil where it is.
    package var trouble: String? {
        if format != Self.currentFormat { return "it is of format \(format), this guardia knows \(Self.currentFormat)" }
        if fingerprints != Self.algorithm { return "its fingerprints are \(fingerprints), not \(Self.algorithm)" }
        for file in files where file.name.contains("/") || !file.name.hasPrefix(name) {
            return "it is called \(name) and names the file \(file.name)"
        }
        return nil
    }

    /// A backup's name: UTC, the database in plain letters, and a random end. It sorts by time.
    package static func name(of database: String, at time: Timestamp, random: UInt16) -> String {
        let plain = database.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
        }
        return
            "\(ActionID.stamp(time))-\(String(plain.prefix(40)).lowercased())-\(ActionID.hexadecimal(random))"
    }
}
