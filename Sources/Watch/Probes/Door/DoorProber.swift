import Edge
package import Launch
package import Wire

/// The traffic door of an edge: who answers is asked through its nginx, the shares are read from the split that it names.
///
/// `up` is 0 where nginx says `DOOR BROKEN`, and where it reads another split than the folder's link shows: a link that nobody
/// reads any more is no door.
package actor DoorProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: DoorTarget
    private let client: HTTPClient
    private let files: BlockingCall

    package init(_ target: DoorTarget, in context: ProbeContext) {
        self.target = target
        reactor = context.reactor
        client = HTTPClient(on: context.reactor, maximumOfIdle: 1)
        files = BlockingCall("reading \(target.folder)", on: context.reactor)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        let budget = Budget(deadline)
        var answer = try await ask(budget)
        if answer.isBroken { return broken("DOOR BROKEN") }
        var split: DoorFolder
        do {
            split = try await read(budget)
            if split.name != answer.split {
                // The door may have been switched in between.
                answer = try await ask(budget)
                split = try await read(budget)
            }
        } catch let failure as ProbeFailure {
            return [Finding("split", .text(answer.split))]
                + target.colours.map { Finding("share.\($0)", .missed(failure.description.bounded())) }
        }
        guard split.name == answer.split, !answer.isBroken else {
            return broken("nginx reads the split \(answer.split), the link shows \(split.name)".bounded())
        }
        return [Finding("split", .text(answer.split))]
            + target.colours.map { Finding("share.\($0)", split.shares[$0] ?? 0) }
    }

    package func close() async {}

    private func ask(_ budget: Budget) async throws -> DoorAnswer {
        let request = HTTPRequest(target.url, tls: TLSSettings(target.tls), maxBodyBytes: 4096)
        let response = try await client.send(request, deadline: budget.remaining)
        // A dangling link makes nginx fail to resolve it: no split, no door.
        guard response.status == 200 else { throw ProbeFailure("status \(response.status) (\(request.target))") }
        guard let answer = DoorAnswer(parsing: response.text) else {
            throw ProbeFailure("this is not the answer of a door: \(response.text.bounded(to: 80))")
        }
        return answer
    }

    private func read(_ budget: Budget) async throws -> DoorFolder {
        let target = target
        return try await files.run(deadline: budget.remaining) {
            try DoorFolder(reading: target.folder, colours: target.colours)
        }
    }

    private func broken(_ reason: String) -> [Finding] {
        [Finding("up", .missed(reason)), Finding("split", .text(reason))]
            + target.colours.map { Finding("share.\($0)", .missed(reason)) }
    }
}
