/// What the engine reads of backups: the journal's own word, and pgBackRest's where a site has one.
package struct BackupTarget: Hashable, Sendable {
    package var facts: BackupFacts
    package var pgBackRest: PgBackRestPlan?

    package init(facts: BackupFacts, pgBackRest: PgBackRestPlan? = nil) {
        self.facts = facts
        self.pgBackRest = pgBackRest
    }

    /// Its bounds are the targets: a promise that is nearly broken warns.
    var measures: [Measure] {
        func bounds(_ limit: Milliseconds, _ share: Double) -> Thresholds {
            Thresholds(warning: .above(limit.seconds * share), critical: .above(limit.seconds))
        }
        let targets = facts.targets
        return [
            Measure("age", "age", .seconds, thresholds: bounds(targets.rpo, 0.9), absence: .alarmingOnceSeen),
            Measure("size", "size", .bytes, absence: .normal),
            Measure("took", "took", .seconds, absence: .normal),
            Measure(
                "proof_age", "restore proved", .seconds, thresholds: Thresholds(warning: .above(targets.proof.seconds)),
                absence: .alarmingOnceSeen),
            Measure("restore_time", "restore time", .seconds, thresholds: bounds(targets.rto, 0.8), absence: .normal),
            Measure("standing", "standing", .verdict, absence: .alarmingOnceSeen),
        ]
            + (pgBackRest == nil
                ? [] : [Measure("pgbackrest_age", "pgBackRest age", .seconds, thresholds: bounds(targets.rpo, 0.9))])
    }
}

extension BackupPlan {
    /// The probe that reads how it stands.
    package var asProbe: Probe {
        Probe(
            name: BackupPlan.probe, interval: .seconds(10), deadline: .seconds(8),
            target: .backup(BackupTarget(facts: BackupFacts(self), pgBackRest: pgBackRest)))
    }
}
