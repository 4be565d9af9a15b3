/// What backups and drills tell the journal. The steps on the way are those of their action.
package enum BackupEvent: Hashable, Sendable {
    case taken(Taken)
    /// No backup came of it, or it did not reach the bucket.
    case failed(Failed)
    /// A backup that had not reached a place lies there now, read back and the same.
    case copied(Copied)
    /// A backup was read whole, without being restored.
    case verified(Verified)
    case pruned(Pruned)
    case drillStarted(DrillStarted)
    case drillEnded(DrillEnded)

    /// A backup is complete, and what lies there is what was written.
    package struct Taken: Hashable, Sendable, Codable {
        package var name: String
        package var method: BackupMethod
        package var database: String
        package var snapshotAt: Timestamp
        package var took: Milliseconds
        package var bytes: Int64
        package var rawBytes: Int64
        package var tables: Int
        package var rows: Int64
        /// SHA-256 of its data file and of its manifest: the journal's chain makes them hard to forge.
        package var sha256: String
        package var manifest: String
        package var encryption: String
        /// Where it lies: the folder, the bucket.
        package var places: [String]

        package init(
            name: String, method: BackupMethod, database: String, snapshotAt: Timestamp, took: Milliseconds,
            bytes: Int64, rawBytes: Int64, tables: Int, rows: Int64, sha256: String, manifest: String,
            encryption: String, places: [String]
        ) {
            self.name = name
            self.method = method
            self.database = database
            self.snapshotAt = snapshotAt
            self.took = took
            self.bytes = bytes
            self.rawBytes = rawBytes
            self.tables = tables
            self.rows = rows
            self.sha256 = sha256
            self.manifest = manifest
            self.encryption = encryption
            self.places = places
        }
    }

    package struct Failed: Hashable, Sendable, Codable {
        package var action: ActionID
        package var reason: String
        /// The backup that is whole in the folder all the same, and only did not reach the bucket.
        package var backup: String?

        package init(action: ActionID, reason: String, backup: String? = nil) {
            self.action = action
            self.reason = reason
            self.backup = backup
        }
    }

    package struct Copied: Hashable, Sendable, Codable {
        package var name: String
        package var place: String

        package init(name: String, place: String) {
            self.name = name
            self.place = place
        }
    }

    package struct Verified: Hashable, Sendable, Codable {
        package var name: String
        /// Where it was read: the folder, the bucket.
        package var place: String
        /// Whether its tables were read, not only the file that holds them.
        package var hasReadTables: Bool
        /// What is wrong; nil where nothing is.
        package var trouble: String?
        /// The table where it shows; nil where it cannot be told.
        package var table: String?

        package init(name: String, place: String, hasReadTables: Bool, trouble: String? = nil, table: String? = nil) {
            self.name = name
            self.place = place
            self.hasReadTables = hasReadTables
            self.trouble = trouble
            self.table = table
        }
    }

    package struct Pruned: Hashable, Sendable, Codable {
        package var names: [String]
        package var bytes: Int64

        package init(names: [String], bytes: Int64) {
            self.names = names
            self.bytes = bytes
        }
    }

    /// A drill begins: told before anything is touched.
    package struct DrillStarted: Hashable, Sendable, Codable {
        package var id: ActionID
        package var kind: DrillKind
        package var by: String
        /// Probes whose alarms are the drill's own doing while it runs.
        package var silences: [String]
        /// The most that it may take; the alarms speak again then whatever became of it.
        package var limit: Milliseconds
        /// What is promised: how long until all is well again, or restored.
        package var target: Milliseconds

        package init(
            id: ActionID, kind: DrillKind, by: String, silences: [String], limit: Milliseconds, target: Milliseconds
        ) {
            self.id = id
            self.kind = kind
            self.by = by
            self.silences = silences
            self.limit = limit
            self.target = target
        }
    }

    package struct DrillEnded: Hashable, Sendable, Codable {
        package var id: ActionID
        package var kind: DrillKind
        package var hasPassed: Bool
        /// How long until all was well again, or restored; nil: it never was.
        package var measured: Milliseconds?
        package var target: Milliseconds
        /// Of a restore: which backup, and what would have been lost had the database died when the drill began.
        package var backup: String?
        package var rpo: Milliseconds?
        package var tables: Int?
        /// Whether it is the backup that is damaged, not the machine that it was restored on.
        package var isBackupAtFault: Bool
        /// What it left unproved: that anything was disturbed, or that an application could work on what was restored. Nil:
        /// nothing.
        package var doubt: String?
        package var summary: String

        package init(
            id: ActionID, kind: DrillKind, hasPassed: Bool, measured: Milliseconds?, target: Milliseconds,
            backup: String? = nil, rpo: Milliseconds? = nil, tables: Int? = nil, isBackupAtFault: Bool = false,
            doubt: String? = nil, summary: String
        ) {
            self.id = id
            self.kind = kind
            self.hasPassed = hasPassed
            self.measured = measured
            self.target = target
            self.backup = backup
            self.rpo = rpo
            self.tables = tables
            self.isBackupAtFault = isBackupAtFault
            self.doubt = doubt
            self.summary = summary
        }
    }
}

extension BackupEvent.DrillEnded {
    /// Passed, failed, or neither: nothing was proved.
    package var verdict: Verdict {
        hasPassed ? (doubt == nil ? .ok : .warning) : doubt == nil ? .critical : .unknown
    }

    fileprivate var verdictWord: String {
        switch verdict {
        case .ok: "passed"
        case .warning: "passed, with a doubt"
        case .critical: "FAILED"
        case .unknown: "UNDECIDED"
        }
    }
}

/// What is drilled; the raw value is the command's word.
package enum DrillKind: String, Hashable, Sendable, Codable, CaseIterable {
    case restore
    case connections
    case redis
    case edge

    /// Whether it disturbs what serves.
    package var disturbs: Bool { self != .restore }
}

extension BackupEvent {
    var kind: String {
        switch self {
        case .taken: "backup.taken"
        case .failed: "backup.failed"
        case .copied: "backup.copied"
        case .verified: "backup.verified"
        case .pruned: "backup.pruned"
        case .drillStarted: "drill.started"
        case .drillEnded: "drill.ended"
        }
    }

    var payload: any Encodable & Sendable {
        switch self {
        case .taken(let event): event
        case .failed(let event): event
        case .copied(let event): event
        case .verified(let event): event
        case .pruned(let event): event
        case .drillStarted(let event): event
        case .drillEnded(let event): event
        }
    }

    /// In a line for people.
    package var words: String {
        switch self {
        case .taken(let event):
            "\(event.name): \(event.tables) tables, \(event.rows) rows, \(event.bytes) bytes in \(event.took.count / 1000) s, "
                + "\(event.encryption), in \(event.places.joined(separator: " and "))"
        case .failed(let event): "\(event.action): \(event.reason)"
        case .copied(let event): "\(event.name) lies in \(event.place), too"
        case .verified(let event):
            "\(event.name) in \(event.place): "
                + (event.trouble ?? (event.hasReadTables ? "read whole, every table as in its manifest" : "file whole"))
        case .pruned(let event): "\(event.names.count) removed: \(event.names.joined(separator: ", "))"
        case .drillStarted(let event): "\(event.kind.rawValue) by \(event.by) \(event.id)"
        case .drillEnded(let event): "\(event.kind.rawValue) \(event.verdictWord): \(event.summary)"
        }
    }
}
