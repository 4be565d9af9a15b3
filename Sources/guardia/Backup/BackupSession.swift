import Actions
import ArgumentParser
import Foundation
import Glibc
import Journal
import Launch
import Settings
import UnixSignals
import Wire

/// All that a command about backups or drills needs: its launch, its journal, and who acts.
struct BackupSession {
    let launch: LaunchConfiguration
    let journal: String
    let teller: JournalTeller
    let identity: OperatorIdentity
    /// Of this command alone: reading large files on it holds nobody up.
    let reactor: Reactor
    let clock = SystemClock()

    /// - Parameters:
    ///   - kind: nil: it only looks.
    ///   - key: the private key that was named on the command line.
    init(_ options: some LaunchOptions, for kind: ActionKind?, key: String? = nil) throws {
        do { identity = try OperatorIdentity.of(options.config) } catch { throw Failure.refused(error) }
        if identity.isDelegated, let trouble = options.config.delegationTrouble { throw Failure.refused(Told(trouble)) }
        // A home of gpg says which programs it runs, and a file of age's may too.
        if identity.isDelegated, key != nil {
            throw Failure.refused(
                Told("--identity is not for operators behind sudo: it is backup.identity of the config"))
        }
        do { launch = try options.config.loadAndKeep(isDelegated: identity.isDelegated).configuration } catch {
            throw Failure.usage(error)
        }
        if let kind,
            let refusal = launch.operators.refusal(
                of: kind, by: identity.who.name, uid: identity.who.uid, groups: identity.groups)
        {
            throw Failure.refused(Told(refusal))
        }
        if identity.isDelegated, let journal = options.journal, journal != launch.journal.path {
            throw Failure.refused(Told("--journal is not for operators behind sudo: it is \(launch.journal.path)"))
        }
        reactor = try Reactor()
        journal = try JournalOption.told(options.journal, options.config, launch)
        teller = JournalTeller(journal: journal, origin: Origin.name, clock: clock)
    }

    var zone: Zone {
        (try? ZoneTable.make(name: launch.zoneName, abbreviation: launch.zoneAbbreviation, around: clock.now().utc))
            ?? .utc
    }

    /// What the journal knows of backups; nothing where there is no journal yet.
    var log: BackupLog {
        (try? JournalReader(path: journal).currentBoard(span: .minutes(1)))?.backups ?? BackupLog()
    }

    func plan(_ path: String) throws -> BackupPlan {
        guard let plan = launch.backup else {
            throw Failure.usage(Told("\(path) has no section 'backup': see docs/backup.md"))
        }
        return plan
    }

    func reporter(_ id: ActionID, json: Bool) -> ActionReporter {
        ActionReporter(id, journal: teller) { event in
            ProgressLine.clear()
            if !json { ActionPrinter.print(event) }
        }
    }

    func world(_ options: ActionOptions, _ plan: BackupPlan, _ id: ActionID) -> BackupWorld {
        let secrets = SecretStore()
        let (json, figures) = (options.json, launch.figures)
        return BackupWorld(
            plan: plan, reactor: reactor, clock: clock, secret: { try secrets.resolve($0) }, journal: teller,
            reporter: reporter(id, json: json), who: identity.who, command: ActionSession.commandLine, log: log,
            figures: figures,
            watch: { step, progress in
                if !json { ProgressLine.show(step, progress, figures) }
            })
    }

    /// Runs an action to its end; Ctrl-C and SIGTERM call it off, and what it had made goes. A closed terminal does not.
    func perform(_ id: ActionID, json: Bool, _ body: @escaping @Sendable () async -> ActionResult) async -> ExitCode {
        signal(SIGHUP, SIG_IGN)
        let sign = ActionSign(id, journal: journal)
        let work = Task { await body() }
        let listener = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { work.cancel() }
        }
        let result = await work.value
        listener.cancel()
        sign.end()
        await teller.settle(within: .seconds(5))
        if let trouble = teller.trouble { Output.error(trouble) }
        close()
        ProgressLine.clear()
        ActionPrinter.print(result, id, json: json)
        return ExitCode(result.outcome.exitCode)
    }

    func close() {
        teller.close()
        reactor.shutdown()
    }
}
