/// What the journal's readers are told of how backups are to be: no address, no secret.
package struct BackupFacts: Hashable, Sendable, Codable {
    package var database: String
    package var targets: RecoveryTargets
    package var schedule: WeeklySchedule?
    package var drillSchedule: WeeklySchedule?
    package var encryption: String
    /// Where backups lie, for people.
    package var places: [String]

    package init(
        database: String, targets: RecoveryTargets = RecoveryTargets(), schedule: WeeklySchedule? = nil,
        drillSchedule: WeeklySchedule? = nil, encryption: String = "", places: [String] = []
    ) {
        self.database = database
        self.targets = targets
        self.schedule = schedule
        self.drillSchedule = drillSchedule
        self.encryption = encryption
        self.places = places
    }

    package init(_ plan: BackupPlan) {
        self.init(
            database: plan.source.database, targets: plan.targets, schedule: plan.schedule,
            drillSchedule: plan.drill.schedule, encryption: plan.encryption.word,
            places: [plan.folder] + (plan.bucket.map { ["s3://\($0.bucket)"] } ?? []))
    }
}

/// How the backups of a launch stand at one instant: the page, the gate and the figures all read this.
package struct BackupStanding: Hashable, Sendable {
    /// One thing that must hold, judged.
    package struct Check: Hashable, Sendable {
        package enum Subject: String, Hashable, Sendable, CaseIterable {
            /// The newest good backup is not older than the recovery point objective.
            case age
            /// A backup was restored and compared, lately enough.
            case proof
            /// The last restore took no longer than the recovery time objective.
            case restoreTime = "restore_time"
            /// The newest attempt brought a backup.
            case attempt
        }

        package var subject: Subject
        package var verdict: Verdict
        /// The figure that was judged; nil where there is none.
        package var value: Milliseconds?
        package var limit: Milliseconds?
        package var words: String
    }

    package let lastGood: BackupRecord?
    package let proof: DrillRecord?
    package let checks: [Check]
    /// When the next one begins by itself; nil where none is scheduled.
    package let nextBackup: Timestamp?
    package let nextDrill: Timestamp?

    /// The worst of all checks: what a gate asks.
    package var verdict: Verdict { Verdict.worst(checks.map(\.verdict)) }
    /// What keeps it from being well, the worst first.
    package var reasons: [String] {
        checks.filter { $0.verdict != .ok }.sorted { $0.verdict > $1.verdict }.map(\.words)
    }

    package subscript(subject: Check.Subject) -> Check? { checks.first { $0.subject == subject } }

    package init(_ log: BackupLog, _ facts: BackupFacts, in zone: Zone, at now: Moment) {
        lastGood = log.lastGood
        proof = log.lastProof
        nextBackup = facts.schedule?.next(after: now.utc, in: zone)
        nextDrill = facts.drillSchedule?.next(after: now.utc, in: zone)
        checks = [
            Self.age(log, facts.targets, now), Self.proof(log, facts.targets, now),
            Self.restoreTime(log, facts.targets), Self.attempt(log, now),
        ].compactMap(\.self)
    }

    private static func age(_ log: BackupLog, _ targets: RecoveryTargets, _ now: Moment) -> Check {
        guard let good = log.lastGood else {
            let all = log.backups.filter { !$0.isPruned }
            let why = all.isEmpty ? "no backup has ever been taken" : "none of \(all.count) backups is good"
            return Check(subject: .age, verdict: .critical, value: nil, limit: targets.rpo, words: why)
        }
        let age = good.age(at: now)
        // Nine tenths of the way to a broken promise somebody should look.
        let verdict: Verdict =
            age > targets.rpo ? .critical : age.count > targets.rpo.count / 10 * 9 ? .warning : .ok
        return Check(
            subject: .age, verdict: verdict, value: age, limit: targets.rpo,
            words: verdict == .critical ? "the newest good backup is older than the RPO" : "the newest good backup ages"
        )
    }

    private static func proof(_ log: BackupLog, _ targets: RecoveryTargets, _ now: Moment) -> Check {
        if let last = log.drills.last(where: { $0.kind == .restore && !$0.isRunning(at: now) }),
            last.ended?.hasPassed != true
        {
            return Check(
                subject: .proof, verdict: .critical, value: nil, limit: targets.proof,
                words: last.ended.map { "the last restore drill failed: \($0.summary)" }
                    ?? "the last restore drill died")
        }
        guard let proof = log.lastProof, let ended = proof.endedAt else {
            return Check(
                subject: .proof, verdict: .unknown, value: nil, limit: targets.proof,
                words: "no backup has ever been restored: whether they do is not known")
        }
        let age = ended.age(at: now)
        return Check(
            subject: .proof, verdict: age > targets.proof ? .warning : .ok, value: age, limit: targets.proof,
            words: "the last proof by a restore is old")
    }

    private static func restoreTime(_ log: BackupLog, _ targets: RecoveryTargets) -> Check? {
        guard let took = log.restoreTimes.last else { return nil }
        let verdict: Verdict =
            took > targets.rto ? .critical : took.count > targets.rto.count / 10 * 8 ? .warning : .ok
        // Restored is not yet served: without a question of the application's the time is only that of the restore.
        if verdict == .ok, let doubt = log.lastProof?.ended?.doubt {
            return Check(subject: .restoreTime, verdict: .warning, value: took, limit: targets.rto, words: doubt)
        }
        return Check(
            subject: .restoreTime, verdict: verdict, value: took, limit: targets.rto,
            words: verdict == .critical ? "a restore takes longer than the RTO" : "a restore takes nearly the RTO")
    }

    private static func attempt(_ log: BackupLog, _ now: Moment) -> Check? {
        guard let failure = log.failure else { return nil }
        if let newest = log.backups.last, newest.at.utc > failure.at.utc { return nil }
        let what = failure.event.backup == nil ? "the last backup failed" : "the last backup lies in one place only"
        return Check(
            subject: .attempt, verdict: .warning, value: failure.at.age(at: now), limit: nil,
            words: "\(what): \(failure.event.reason)")
    }
}

/// What a gate asks, in plain values.
extension BackupStanding {
    /// How old what the newest good backup holds is; nil: there is none.
    package var age: Milliseconds? { self[.age]?.value }
    /// When a backup was last restored and found the same; nil: never.
    package var provedAt: Moment? { proof?.endedAt }
    /// How old that proof is.
    package func proofAge(at now: Moment) -> Milliseconds? { provedAt?.age(at: now) }
    /// Whether the newest good backup is young enough; without one it is critical.
    package var rpo: Verdict { self[.age]?.verdict ?? .unknown }
    /// Whether the last restore was fast enough; one that never was is not known.
    package var rto: Verdict { self[.restoreTime]?.verdict ?? .unknown }
    /// Whether a backup was restored and found the same, lately enough.
    package var isProved: Verdict { self[.proof]?.verdict ?? .unknown }
}
