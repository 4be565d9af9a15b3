import CTimex
package import Launch
package import Wire

/// Whether this machine's clock is right: what the kernel says, and what others' clocks show.
package actor ClockProber: Prober, PinnedActor {
    package nonisolated let reactor: Reactor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let target: ClockTarget
    private let secret: @Sendable (Secret) throws -> String
    private let clock: any Clock
    private let http: HTTPClient
    private var postgres: PostgresClient?

    package init(_ target: ClockTarget, in context: ProbeContext) {
        self.target = target
        secret = context.secret
        clock = context.clock
        reactor = context.reactor
        http = HTTPClient(on: context.reactor, maximumOfIdle: target.urls.count)
    }

    package func look(deadline: Duration) async throws -> [Finding] {
        var findings: [Finding] = []
        if target.kernel { findings.append(Finding("synchronised", Double(Self.kernelVerdict.nagiosCode))) }
        let answers = await withTaskGroup(of: Result<ClockEvidence, ProbeFailure>.self) { group in
            for url in target.urls { group.addTask { await self.evidence(url, deadline) } }
            if let postgres = target.postgres { group.addTask { await self.evidence(postgres, deadline) } }
            var answers: [Result<ClockEvidence, ProbeFailure>] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
        let evidence = answers.compactMap { try? $0.get() }
        if evidence.isEmpty, case .failure(let failure)? = answers.first {
            guard target.kernel else { throw failure }
            return findings + [Finding("offset", .missed(failure.description))]
        }
        let offset =
            answers.isEmpty ? Measurement.missed("no reference is configured") : ClockEvidence.judgement(of: evidence)
        return findings + [Finding("offset", offset)]
    }

    package func close() async {
        await postgres?.close()
        postgres = nil
    }

    /// A clock that nobody disciplines may still be right, which the offset shows: so it is a warning.
    private static var kernelVerdict: Verdict {
        switch guardia_clock_is_synchronised() {
        case 1: .ok
        case 0: .warning
        default: .unknown
        }
    }

    private var now: Double { Double(clock.now().utc.milliseconds) }

    private func evidence(_ url: String, _ deadline: Duration) async -> Result<ClockEvidence, ProbeFailure> {
        let request = HTTPRequest(url, method: "HEAD", tls: TLSSettings(target.tls), maxBodyBytes: 0)
        do {
            let asked = now
            let response = try await http.send(request, deadline: deadline)
            let answered = now
            guard let date = response.headers["Date"].flatMap(HTTPDate.parse) else {
                throw ProbeFailure("no Date in the answer (\(request.target))")
            }
            // RFC 9111: an answer with an Age was made that long ago.
            if let age = response.headers["Age"].flatMap(Int.init), age > 0 {
                throw ProbeFailure("the answer is from a cache (\(request.target))")
            }
            return .success(
                ClockEvidence(
                    source: request.target, reference: Double(date) * 1000, resolution: 1000, asked: asked,
                    answered: answered))
        } catch {
            return .failure(ProbeFailure("\(error)"))
        }
    }

    private func evidence(_ database: PostgresTarget, _ deadline: Duration) async -> Result<ClockEvidence, ProbeFailure>
    {
        let sql = "SELECT extract(epoch FROM clock_timestamp()) * 1000"
        do {
            let settings = try PostgresSettings(database, secret: secret)
            let client = postgres ?? PostgresClient(settings, on: reactor)
            postgres = client
            // The connection, where there is none, is made before the clock is asked for.
            let before = await client.connectLatency
            var asked = now
            var answer = try await client.query(sql, deadline: deadline)
            var answered = now
            if await client.connectLatency != before {
                asked = now
                answer = try await client.query(sql, deadline: deadline)
                answered = now
            }
            guard case .number(let reference) = answer.measurement else {
                throw ProbeFailure("the answer is no time (\(settings.target))")
            }
            return .success(
                ClockEvidence(
                    source: settings.target, reference: reference, resolution: 0, asked: asked, answered: answered))
        } catch {
            if case .denied = (error as? WireError)?.kind { postgres = nil }
            return .failure(ProbeFailure("\(error)"))
        }
    }
}
