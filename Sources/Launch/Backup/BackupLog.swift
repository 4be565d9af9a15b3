/// The backups and drills of a launch as its journal tells them.
package struct BackupLog: Hashable, Sendable {
    /// How many of each are kept.
    package static let limit = 400

    /// Oldest first.
    package private(set) var backups: [BackupRecord] = []
    package private(set) var drills: [DrillRecord] = []
    /// The newest backup that failed.
    package private(set) var failure: Failure?

    /// A backup that came to nothing, and when.
    package struct Failure: Hashable, Sendable {
        package var event: BackupEvent.Failed
        package var at: Moment
    }

    package init() {}

    package subscript(name: String) -> BackupRecord? { backups.last { $0.name == name } }

    /// The newest backup that is still there and not known to be bad.
    package var lastGood: BackupRecord? { backups.last { $0.isGood } }

    /// The good backup that is nearest to a week before another, of the same kind; nil: none is within two days of that.
    package func weekBefore(_ record: BackupRecord) -> BackupRecord? {
        let then = record.taken.snapshotAt + .days(-7)
        func distance(_ other: BackupRecord) -> Milliseconds {
            let span = other.taken.snapshotAt - then
            return span < 0 ? Milliseconds(-span.count) : span
        }
        return backups.filter {
            $0.isGood && $0.taken.method == record.taken.method && distance($0) <= .days(2)
        }.min { distance($0) < distance($1) }
    }

    /// The newest drill that restored a backup and found it whole.
    package var lastProof: DrillRecord? { drills.last { $0.kind == .restore && $0.ended?.hasPassed == true } }

    package func lastDrill(_ kind: DrillKind) -> DrillRecord? { drills.last { $0.kind == kind } }

    /// The probes whose alarms are a drill's own doing now. A drill that died silences nothing past its limit.
    package func silenced(at now: Moment) -> Set<String> {
        Set(drills.filter { $0.isRunning(at: now) }.flatMap(\.started.silences))
    }

    /// How often restores of the past took how long, oldest first.
    package var restoreTimes: [Milliseconds] {
        drills.compactMap { $0.kind == .restore && $0.ended?.hasPassed == true ? $0.ended?.measured : nil }
    }

    package mutating func take(_ event: BackupEvent, at moment: Moment) {
        switch event {
        case .taken(let taken):
            guard self[taken.name] == nil else { return }
            backups.append(BackupRecord(taken: taken, at: moment))
            if backups.count > Self.limit { backups.removeFirst() }
        case .failed(let failed): failure = Failure(event: failed, at: moment)
        case .copied(let copied):
            change(copied.name) { $0.copies.append(copied.place) }
            if failure?.event.backup == copied.name { failure = nil }
        case .verified(let verified):
            change(verified.name) { $0.verification = BackupRecord.Verification(event: verified, at: moment) }
        case .pruned(let pruned): for name in pruned.names { change(name) { $0.isPruned = true } }
        case .drillStarted(let started):
            guard !drills.contains(where: { $0.started.id == started.id }) else { return }
            drills.append(DrillRecord(started: started, at: moment))
            if drills.count > Self.limit { drills.removeFirst() }
        case .drillEnded(let ended):
            guard let index = drills.lastIndex(where: { $0.started.id == ended.id }) else { return }
            drills[index].ended = ended
            drills[index].endedAt = moment
            guard ended.kind == .restore, let name = ended.backup else { return }
            change(name) { backup in
                if ended.hasPassed {
                    backup.provedAt = moment
                    backup.restoreTrouble = nil
                } else if ended.isBackupAtFault {
                    backup.restoreTrouble = ended.summary
                }
            }
        }
    }

    /// An action ended without a word from it: so did its drill.
    package mutating func take(_ end: ActionEvent.Ended, at moment: Moment) {
        guard let index = drills.lastIndex(where: { $0.started.id == end.action && $0.ended == nil }) else { return }
        drills[index].endedAt = moment
    }

    private mutating func change(_ name: String, _ body: (inout BackupRecord) -> Void) {
        if let index = backups.lastIndex(where: { $0.name == name }) { body(&backups[index]) }
    }
}

/// One backup, and what became of it.
package struct BackupRecord: Hashable, Sendable, Identifiable {
    package let taken: BackupEvent.Taken
    package let at: Moment
    package internal(set) var verification: Verification?
    /// When it was last restored and found whole.
    package internal(set) var provedAt: Moment?
    /// What its last restore found wrong with it.
    package internal(set) var restoreTrouble: String?
    package internal(set) var isPruned = false
    /// Where it was copied to later.
    package internal(set) var copies: [String] = []

    package struct Verification: Hashable, Sendable {
        package var event: BackupEvent.Verified
        package var at: Moment
    }

    package var name: String { taken.name }
    package var id: String { taken.name }

    /// What is known to be wrong with it.
    package var trouble: String? { restoreTrouble ?? verification?.event.trouble }

    /// Whether it is there and nothing is known against it.
    package var isGood: Bool { !isPruned && trouble == nil }

    /// How old what it holds is.
    package func age(at now: Moment) -> Milliseconds {
        max(0, at.age(at: now) + max(0, at.utc - taken.snapshotAt))
    }
}

/// One drill.
package struct DrillRecord: Hashable, Sendable, Identifiable {
    package let started: BackupEvent.DrillStarted
    package let at: Moment
    package internal(set) var ended: BackupEvent.DrillEnded?
    package internal(set) var endedAt: Moment?

    package var id: ActionID { started.id }
    package var kind: DrillKind { started.kind }

    package func isRunning(at now: Moment) -> Bool { endedAt == nil && at.age(at: now) <= started.limit }
    /// It ended without a result: its process died.
    package func hasDied(at now: Moment) -> Bool { ended == nil && !isRunning(at: now) }
}
