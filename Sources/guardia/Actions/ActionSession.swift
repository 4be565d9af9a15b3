import Actions
import ArgumentParser
import Edge
import Foundation
import Glibc
import Journal
import Launch
import Settings
import Watch
import Wire

/// All that one action of the command line needs: its launch, its edges, its journal, and who acts.
struct ActionSession {
    let launch: LaunchConfiguration
    let deployment: Deployment
    let edges: EdgeGroup
    let journal: String
    let teller: JournalTeller
    let identity: OperatorIdentity
    let reactor: Reactor
    let clock = SystemClock()

    /// What the dashboard's and an operator's command line are alike.
    static var commandLine: [String] { ["guardia"] + CommandLine.arguments.dropFirst() }

    /// Opens it to look, for whoever can read the config.
    init(_ options: LookOptions, isRescue: Bool) throws { try self.init(options, for: nil, isRescue: isRescue) }

    /// Opens it for one kind of action.
    ///
    /// - Parameter isRescue: goes by the last good config where today's has errors.
    init(_ options: some LaunchOptions, for kind: ActionKind?, isRescue: Bool) throws {
        let caller = try ActionCaller(options, for: kind, isRescue: isRescue)
        (identity, launch, journal) = (caller.identity, caller.launch, caller.journal)
        guard let deployment = launch.deployment else {
            throw Failure.usage(Told("\(options.config.path) has no section 'deployment': there is nothing to act on"))
        }
        self.deployment = deployment
        let reactor = try Reactor()
        self.reactor = reactor
        edges = EdgeGroup(deployment.edges.map { EdgeClient($0, of: deployment, on: reactor) })
        teller = JournalTeller(journal: journal, origin: Origin.name, clock: clock)
    }

    func reporter(_ id: ActionID, json: Bool) -> ActionReporter {
        ActionReporter(id, journal: teller) { event in if !json { ActionPrinter.print(event) } }
    }

    /// Runs commands of the config: here, or over SSH by a connection of its own.
    func runner() -> Followers.Run {
        let reactor = reactor
        return { command, words, output throws(WireError) in
            var words = words
            var master: SSHMaster?
            if let ssh = command.ssh {
                let made = SSHMaster(SSHSettings(ssh), on: reactor)
                words = try await made.words(running: SSHSettings.line(words), deadline: .seconds(10))
                master = made
            }
            do throws(WireError) {
                let result = try await Command.run(
                    words, environment: ["PATH": Command.defaultPath, "LANG": "C.UTF-8"],
                    deadline: command.deadline.duration, outputLimit: 1 << 20
                ) { output(String(decoding: $0, as: UTF8.self)) }
                await master?.close()
                return result
            } catch {
                await master?.close()
                throw error
            }
        }
    }

    /// Whether a lock was left behind by a process of this machine that is dead.
    var isDead: @Sendable (EdgeLock) -> Bool {
        let (journal, host) = (journal, Origin.name)
        return { lock in
            lock.holder.hasSuffix("@\(host)") && ActionLock.isKnownDead(ActionID(lock.action), journal: journal)
        }
    }

    /// What the journal tells of actions, where it can be read within a second.
    var actions: @Sendable () async -> (log: ActionLog, now: Moment)? {
        let (journal, clock) = (journal, clock)
        return {
            await JournalBoard(journal, span: .minutes(1)).board(within: .seconds(1)).map {
                (log: $0.actions, now: clock.now())
            }
        }
    }

    func close() async {
        teller.close()
        await withTaskGroup { group in
            for door in edges.doors { group.addTask { await door.close() } }
        }
        reactor.shutdown()
    }

    /// Lets everything go, prints the result and ends the process as it says.
    func finish(_ result: ActionResult, _ id: ActionID, json: Bool) async -> ExitCode {
        await teller.settle(within: .seconds(5))
        if let trouble = teller.trouble { Output.error(trouble) }
        await close()
        ActionPrinter.print(result, id, json: json)
        return ExitCode(result.outcome.exitCode)
    }
}

/// A sentence as an error.
struct Told: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
