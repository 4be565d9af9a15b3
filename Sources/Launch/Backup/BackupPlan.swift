/// How a product's database is backed up and proved to restore: the `backup:` section of the launch config.
///
/// Nothing in it is a secret: keys and passwords are references.
package struct BackupPlan: Hashable, Sendable {
    /// Whose name the series bear: `backup.age`.
    package static let probe = "backup"

    /// The database, as its backup reaches it.
    package var source: PostgresTarget
    /// Where backups, manifests and what is on its way to a bucket lie.
    package var folder: String
    package var method: BackupMethod
    /// zstd's level.
    package var level: Int
    package var encryption: BackupEncryption
    /// The private half of the key: only on a machine where backups are restored. For age its file, for gpg its home.
    package var identity: String?
    package var limits: BackupLimits
    package var schedule: WeeklySchedule?
    package var retention: RetentionPolicy
    package var targets: RecoveryTargets
    package var bucket: BucketPlan?
    package var pgBackRest: PgBackRestPlan?
    package var drill: RestoreDrillPlan
    /// Whether the database counts the rows of each table while they are dumped, in the same snapshot.
    package var countsRows: Bool
    /// Where PostgreSQL's programs are; nil: the newest that Debian has.
    package var programs: String?

    package init(
        source: PostgresTarget, folder: String, method: BackupMethod = .logical, level: Int = 3,
        encryption: BackupEncryption = .none, identity: String? = nil, limits: BackupLimits = BackupLimits(),
        schedule: WeeklySchedule? = nil, retention: RetentionPolicy = RetentionPolicy(),
        targets: RecoveryTargets = RecoveryTargets(), bucket: BucketPlan? = nil, pgBackRest: PgBackRestPlan? = nil,
        drill: RestoreDrillPlan = RestoreDrillPlan(), countsRows: Bool = true, programs: String? = nil
    ) {
        self.source = source
        self.folder = folder
        self.method = method
        self.level = level
        self.encryption = encryption
        self.identity = identity
        self.limits = limits
        self.schedule = schedule
        self.retention = retention
        self.targets = targets
        self.bucket = bucket
        self.pgBackRest = pgBackRest
        self.drill = drill
        self.countsRows = countsRows
        self.programs = programs
    }
}

/// What a backup is made of.
package enum BackupMethod: String, Hashable, Sendable, Codable, CaseIterable {
    /// pg_dump of one database: restores into another version, and every table can be compared.
    case logical
    /// pg_basebackup of the whole cluster: restores fast, into the same major version.
    case physical
}

/// To whom a backup is encrypted: a public key, so that the machine that makes it cannot read it back by itself.
package enum BackupEncryption: Hashable, Sendable, Codable {
    case none
    /// An age recipient: `age1…`.
    case age(recipient: String)
    /// A key of gpg by its fingerprint; its home where that is not the user's own.
    case gpg(recipient: String, home: String?)

    /// What a file's name ends with.
    package var suffix: String {
        switch self {
        case .none: ""
        case .age: ".age"
        case .gpg: ".gpg"
        }
    }

    /// In a word for people.
    package var word: String {
        switch self {
        case .none: "not encrypted"
        case .age: "age"
        case .gpg: "gpg"
        }
    }
}

/// What a backup may take from the machines that it runs on.
package struct BackupLimits: Hashable, Sendable {
    /// Bytes a second read from the database; nil: as fast as it goes.
    package var rate: Int64?
    /// Bytes that stay free on the disk of the folder.
    package var keepFree: Int64
    /// How far the programs give way to others (nice(1)).
    package var nice: Int
    /// The whole of it must be over by then.
    package var deadline: Milliseconds

    package init(
        rate: Int64? = nil, keepFree: Int64 = 1 << 30, nice: Int = 10, deadline: Milliseconds = .hours(12)
    ) {
        self.rate = rate
        self.keepFree = keepFree
        self.nice = nice
        self.deadline = deadline
    }
}

/// What is promised of a recovery.
package struct RecoveryTargets: Hashable, Sendable, Codable {
    /// The most that may be lost: how old the newest good backup may be (recovery point objective).
    package var rpo: Milliseconds
    /// How long a restore may take (recovery time objective).
    package var rto: Milliseconds
    /// How old the last proof by a restore may be.
    package var proof: Milliseconds

    package init(rpo: Milliseconds = .hours(25), rto: Milliseconds = .hours(1), proof: Milliseconds = .days(8)) {
        self.rpo = rpo
        self.rto = rto
        self.proof = proof
    }
}

/// A bucket of an S3 service, and how to get in.
package struct BucketPlan: Hashable, Sendable {
    /// `https://s3.sa-east-1.amazonaws.com`
    package var endpoint: String
    package var region: String
    package var bucket: String
    /// What all keys begin with.
    package var prefix: String
    package var key: Secret
    package var secret: Secret
    package var token: Secret?
    /// Bytes of a part of a large upload.
    package var part: Int
    package var tls: TLSPolicy

    package init(
        endpoint: String, region: String, bucket: String, prefix: String = "", key: Secret, secret: Secret,
        token: Secret? = nil, part: Int = 16 << 20, tls: TLSPolicy = TLSPolicy()
    ) {
        self.endpoint = endpoint
        self.region = region
        self.bucket = bucket
        self.prefix = prefix
        self.key = key
        self.secret = secret
        self.token = token
        self.part = part
        self.tls = tls
    }
}

/// A pgBackRest that the site uses already: what it says of itself is read.
package struct PgBackRestPlan: Hashable, Sendable {
    /// The command that prints `info` as JSON.
    package var words: [String]
    package var stanza: String

    package init(words: [String] = ["pgbackrest", "--output=json", "info"], stanza: String) {
        self.words = words
        self.stanza = stanza
    }
}

/// How a backup is proved to restore.
package struct RestoreDrillPlan: Hashable, Sendable {
    package var schedule: WeeklySchedule?
    /// Where the scratch server's folder is made.
    package var folder: String
    /// A server on which a scratch database is made; nil: a server of its own in a private folder.
    package var server: PostgresTarget?
    package var smoke: [SmokeQuery]
    package var deadline: Milliseconds

    package init(
        schedule: WeeklySchedule? = nil, folder: String = "/var/tmp", server: PostgresTarget? = nil,
        smoke: [SmokeQuery] = [], deadline: Milliseconds = .hours(6)
    ) {
        self.schedule = schedule
        self.folder = folder
        self.server = server
        self.smoke = smoke
        self.deadline = deadline
    }
}

/// A question of the application's own that a restored database must answer.
package struct SmokeQuery: Hashable, Sendable {
    package enum Expectation: Hashable, Sendable {
        /// Exactly this text.
        case text(String)
        /// A number of at least this.
        case atLeast(Double)
        /// Any answer but NULL.
        case something
    }

    package var name: String
    package var query: String
    package var expectation: Expectation

    package init(name: String, query: String, expectation: Expectation = .something) {
        self.name = name
        self.query = query
        self.expectation = expectation
    }

    /// Why an answer will not do; nil where it does.
    package func trouble(with answer: String?) -> String? {
        switch expectation {
        case .something: answer == nil ? "no answer" : nil
        case .text(let text): answer == text ? nil : "it says \(answer ?? "nothing"), not \(text)"
        case .atLeast(let least):
            switch answer.flatMap(Double.init) {
            case nil: "it says \(answer ?? "nothing"), which is no number"
            case let number?: number >= least ? nil : "it says \(answer ?? ""), less than \(least)"
            }
        }
    }
}
