import Edge
import Journal
package import Launch
package import Wire

/// What is turned away from the edges, for whoever asks: the engine's probe and its station share one, so that each log is read
/// once. On a thread of its own: files block.
package actor RefusalDesk {
    /// An edge elsewhere, whose helper counts.
    private struct Remote: Sendable {
        var client: EdgeClient
        var place: LogPlace?
    }

    private let clock: any Clock
    private let log: String?
    private var reader: RefusalReader
    private var remotes: [Remote]
    private var lookedAt: Moment?
    private var isLooking = false
    private let executor: ThreadExecutor

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Who asks sooner than this gets the last answer.
    private static let pause = Milliseconds(900)

    package init(_ plan: DefencePlan, of deployment: Deployment, on reactor: Reactor, clock: any Clock) {
        self.clock = clock
        log = deployment.hardening?.log
        reader = RefusalReader(
            plan.logs(of: deployment), bans: plan.bans, trusted: deployment.hardening?.trusted ?? [])
        remotes = plan.edgesCountedByHelper(of: deployment).map {
            Remote(client: EdgeClient($0, of: deployment, on: reactor))
        }
        executor = ThreadExecutor(name: "refusals")
    }

    deinit { executor.stop() }

    /// What is known now. Never throws: what cannot be read is in the report.
    package func report(within deadline: Duration = .seconds(6)) async -> RefusalReport {
        let now = clock.now()
        if isLooking { return reader.report }
        if let lookedAt, lookedAt.age(at: now) < RefusalDesk.pause { return reader.report }
        (lookedAt, isLooking) = (now, true)
        defer { isLooking = false }
        var batches: [RefusalTally.Batch] = []
        var troubles: [String] = []
        if let log, !remotes.isEmpty {
            let asked = remotes
            let answers = await withTaskGroup(of: (Int, Result<LogTally, EdgeError>).self) { group in
                for (index, remote) in asked.enumerated() {
                    group.addTask {
                        do throws(EdgeError) {
                            return (
                                index,
                                .success(try await remote.client.tally(log, since: remote.place, within: deadline))
                            )
                        } catch {
                            return (index, .failure(error))
                        }
                    }
                }
                var answers: [Int: Result<LogTally, EdgeError>] = [:]
                for await (index, answer) in group { answers[index] = answer }
                return answers
            }
            for index in remotes.indices {
                switch answers[index] {
                case .success(let tally):
                    remotes[index].place = tally.place
                    batches.append(tally.batch)
                case .failure(let error):
                    troubles.append("\(remotes[index].client.plan.name): \(error.reason)")
                case nil: troubles.append("\(remotes[index].client.plan.name) was not asked")
                }
            }
        }
        reader.read(now.utc, remote: batches, remoteTroubles: troubles)
        return reader.report
    }

    package func close() async { for remote in remotes { await remote.client.close() } }
}
