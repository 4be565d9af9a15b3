import Edge
import Journal
package import Launch
package import Wire

/// What is turned away from the edges, for whoever asks: the engine's probe and its station share one, so that each log is read
/// once. On a thread of its own: files block.
package actor RefusalDesk {
    /// A log of an edge elsewhere, whose helper counts.
    private struct Remote: Sendable {
        /// The edge's, or the name of the watch whose bans it tells.
        var owner: String
        var client: EdgeClient
        var kind: CountedLog
        var log: String
        var place: LogPlace?
        /// Where earlier looks ended, oldest first: from there on the newest refusals stand.
        var places: [(at: Moment, place: LogPlace)] = []
    }

    private let clock: any Clock
    private let trusted: TrustedNetworks
    private let clients: [EdgeClient]
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
        let networks = deployment.hardening?.trusted ?? []
        trusted = TrustedNetworks(networks)
        reader = RefusalReader(plan.logs(of: deployment), bans: plan.bans, trusted: networks)
        clients = deployment.edges.filter { $0.ssh != nil }.map { EdgeClient($0, of: deployment, on: reactor) }
        let byName = Dictionary(clients.map { ($0.plan.name, $0) }) { first, _ in first }
        remotes = plan.logsElsewhere(of: deployment).compactMap { log in
            byName[log.edge].map {
                Remote(owner: log.owner, client: $0, kind: CountedLog(log.kind), log: log.path)
            }
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
        let found = remotes.isEmpty ? [:] : await count(within: deadline)
        reader.read(
            now.utc, requests: found[.requests] ?? .init(), rules: found[.hits] ?? .init(),
            bans: found[.bans] ?? .init())
        return reader.report
    }

    /// Asks for all logs elsewhere, side by side.
    private func count(within deadline: Duration) async -> [CountedLog: RefusalReader.Remote] {
        let (asked, trusted) = (remotes, self.trusted)
        let answers = await withTaskGroup(of: (Int, Result<LogTally, EdgeError>).self) { group in
            for (index, remote) in asked.enumerated() {
                group.addTask {
                    do throws(EdgeError) {
                        let tally = try await remote.client.tally(
                            remote.log, of: remote.kind, since: remote.place, within: deadline
                        ) { trusted.contains($0) }
                        return (index, .success(tally))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var answers: [Int: Result<LogTally, EdgeError>] = [:]
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
        var found: [CountedLog: RefusalReader.Remote] = [:]
        for index in remotes.indices {
            let (owner, kind) = (remotes[index].owner, remotes[index].kind)
            switch answers[index] {
            case .success(let tally):
                remotes[index].place = tally.place
                let now = clock.now()
                remotes[index].places.removeAll { $0.at.age(at: now) > RefusalDesk.memory }
                remotes[index].places.append((now, tally.place))
                var batch = tally.batch
                switch kind {
                case .requests: batch.count(.edge, owner, times: batch.refused)
                case .bans: batch.count(.banner, owner, times: batch.total)
                case .hits: break
                }
                found[kind, default: .init()].batches.append(batch)
            case .failure(let error):
                found[kind, default: .init()].troubles.append("\(remotes[index].client.plan.name): \(error.reason)")
            case nil:
                found[kind, default: .init()].troubles.append("\(remotes[index].client.plan.name) was not asked")
            }
        }
        return found
    }

    /// How far back it is asked who was refused.
    private static let memory = Milliseconds.minutes(2)

    /// Who is turned away more often than anybody else, in the last two minutes; nil: nobody stands out, or nothing is known.
    /// Never one's own: what the config trusts, and no address that the internet does not route: a balancer's.
    ///
    /// - Parameter edge: where; nil: at all edges together.
    package func offender(at edge: String?, within deadline: Duration = .seconds(6)) async -> Offender? {
        let report = await report(within: deadline)
        var counts = report.addresses(at: edge, within: RefusalDesk.memory)
        // Those of the edges elsewhere are in it: their helpers count them at each look.
        let total = report.refusals(at: edge, within: RefusalDesk.memory)
        for remote in remotes where remote.kind == .requests && (edge == nil || remote.owner == edge) {
            // The newest look's own end would leave nothing to count.
            guard remote.places.count > 1, let begin = remote.places.first?.place else { continue }
            guard let found = try? await remote.client.offenders(in: remote.log, since: begin, within: deadline) else {
                continue
            }
            counts.merge(found) { $0 + $1 }
        }
        let trusted = self.trusted
        return Offender(of: counts, total: total) { trusted.contains($0) || !TrustedNetworks.isPublic($0) }
    }

    package func close() async { for client in clients { await client.close() } }
}

extension CountedLog {
    fileprivate init(_ kind: LogElsewhere.Kind) {
        self =
            switch kind {
            case .access: .requests
            case .audit: .hits
            case .bans: .bans
            }
    }
}
