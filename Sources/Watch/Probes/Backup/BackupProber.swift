import Foundation
import Journal
package import Launch
package import Wire

/// How the backups stand, from the journal, and what pgBackRest says of its own.
package actor BackupProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: BackupTarget
    private let clock: any Launch.Clock
    private let follower: BackupFollower?
    private var begunAt: Moment?

    /// How long an engine that finds no word of any backup waits for the first before it alarms.
    package static let grace: Milliseconds = .minutes(10)

    package init(_ target: BackupTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        clock = context.clock
        follower = context.journal.map { BackupFollower($0) }
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        guard let follower else { return BackupProber.none("no journal tells of backups yet") }
        let (log, zone) = try await follower.log()
        let now = clock.now()
        let begun = begunAt ?? now
        begunAt = begun
        // A launch that has just been set up: the first is still to come, by hand within its RPO, by a schedule at once. That is
        // unknown, and no alarm yet.
        let grace = target.facts.schedule == nil ? max(Self.grace, target.facts.targets.rpo) : Self.grace
        let isNew = log.backups.isEmpty && log.failure == nil && begun.age(at: now) < grace
        var found =
            isNew
            ? BackupProber.none("no backup was taken yet: guardia backup run")
            : findings(log, BackupStanding(log, target.facts, in: zone, at: now), now)
        if let plan = target.pgBackRest {
            found.append(Finding("pgbackrest_age", await pgBackRestAge(plan, deadline: deadline)))
        }
        return found
    }

    /// That there is none is known, and said: whoever asks what is looked at is not told that nothing is.
    private static func none(_ reason: String) -> [Finding] {
        ["age", "size", "took", "proof_age", "restore_time", "standing"].map { Finding($0, .missed(reason)) }
    }

    private func findings(_ log: BackupLog, _ standing: BackupStanding, _ now: Moment) -> [Finding] {
        func seconds(_ span: Milliseconds?, _ reason: String) -> Launch.Measurement {
            span.map { .number($0.seconds) } ?? .missed(reason)
        }
        let good = standing.lastGood
        let noBackup = standing[.age]?.words ?? "no backup"
        return [
            Finding("age", seconds(good?.age(at: now), noBackup)),
            Finding("size", good.map { .number(Double($0.taken.bytes)) } ?? .missed(noBackup)),
            Finding("took", seconds(good?.taken.took, noBackup)),
            Finding(
                "proof_age",
                seconds(standing.proof?.endedAt?.age(at: now), standing[.proof]?.words ?? "no backup was restored")),
            Finding("restore_time", seconds(log.restoreTimes.last, "no backup was restored")),
            // What is not known yet has no number: its reason says what to do.
            Finding(
                "standing",
                standing.verdict == .unknown
                    ? .missed((standing.reasons.first ?? "nothing is known of the backups").bounded())
                    : .number(Double(standing.verdict.nagiosCode))),
        ]
    }

    private func pgBackRestAge(_ plan: PgBackRestPlan, deadline: Duration) async -> Launch.Measurement {
        do throws(WireError) {
            let result = try await Command.run(plan.words, deadline: deadline, outputLimit: 8 << 20)
            let data = Data(result.standardOutput.bytes)
            guard let stanzas = try? JSONDecoder().decode([PgBackRestInfo].self, from: data) else {
                return .missed("pgBackRest's answer cannot be read".bounded())
            }
            guard let stanza = stanzas.first(where: { $0.name == plan.stanza }) else {
                return .missed("pgBackRest knows no stanza \(plan.stanza)".bounded())
            }
            if let trouble = stanza.trouble { return .missed(trouble.bounded()) }
            return stanza.age(at: clock.now().utc).map { .number($0.seconds) } ?? .missed("no backup")
        } catch {
            return .missed(error.description.bounded())
        }
    }

    package func close() async { follower?.close() }
}

/// Follows the backups in a journal, on a thread of its own.
private actor BackupFollower {
    private let executor: ThreadExecutor
    private var followed: FollowedBoard
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ path: String) {
        // Backups are events: no series is needed.
        followed = FollowedBoard(path, span: .seconds(1)) { _ in false }
        executor = ThreadExecutor(name: "backup-log")
    }

    nonisolated func close() { executor.stop() }

    func log() throws -> (BackupLog, Zone) {
        followed.catchUp()
        if let failure = followed.failure { throw failure }
        return (followed.board?.backups ?? BackupLog(), followed.board?.manifest?.zone ?? .utc)
    }
}
