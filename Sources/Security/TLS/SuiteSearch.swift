import Launch
import Wire

/// Finds out which suites of one version a server offers: it is offered all, picks one, is offered the rest, until it refuses.
///
/// The suites are searched in lanes of one kind each, side by side: many servers pick well among what they are offered, and one
/// weak suite must not wait behind forty good ones.
struct SuiteSearch: Sendable {
    let client: TLSClient
    /// For SNI.
    let name: String?
    let stage: Duration
    let end: ContinuousClock.Instant
    let gate: ConnectionGate

    struct Result: Sendable {
        var version: TLSVersion
        var offer: TLSEvidence.Offer
        var suites: [CipherSuite] = []
        var flights: [ServerFlight] = []
        /// Whether every lane was searched to its end.
        var isComplete = true
    }

    private enum Answer {
        case picked(CipherSuite, ServerFlight)
        case refused
        case untold(String)
    }

    func run(_ version: TLSVersion) async -> Result {
        let all = version == .tls13 ? CipherSuite.modern : CipherSuite.classic
        switch await ask(version, all, compress: version < .tls13) {
        case .refused: return Result(version: version, offer: .no)
        case .untold(let reason): return Result(version: version, offer: .unknown(reason), isComplete: false)
        case .picked(let first, let flight):
            return await withTaskGroup(of: Result.self) { group in
                for lane in SuiteSearch.lanes(of: all) { group.addTask { await search(lane, version) } }
                var result = Result(version: version, offer: .yes, suites: [first], flights: [flight])
                for await lane in group {
                    result.suites += lane.suites.filter { !result.suites.contains($0) }
                    result.flights += lane.flights
                    result.isComplete = result.isComplete && lane.isComplete
                }
                result.suites.sort()
                return result
            }
        }
    }

    private func search(_ lane: [CipherSuite], _ version: TLSVersion) async -> Result {
        var result = Result(version: version, offer: .yes)
        var rest = lane
        while !rest.isEmpty {
            switch await ask(version, rest) {
            case .picked(let suite, let flight):
                result.suites.append(suite)
                // One flight of a kind tells of its exchange; the others would only cost memory.
                if result.flights.isEmpty || suite.usesFiniteFieldDH { result.flights.append(flight.withoutChain) }
                rest.removeAll { $0 == suite }
            case .refused: return result
            case .untold:
                result.isComplete = false
                return result
            }
        }
        return result
    }

    private static func lanes(of suites: [CipherSuite]) -> [[CipherSuite]] {
        let lanes: [(CipherSuite) -> Bool] = [
            { $0.isInsecure }, { $0.isRC4 || $0.hasShortBlocks }, { !$0.isForwardSecret }, { $0.isAEAD }, { _ in true },
        ]
        var rest = suites
        return lanes.compactMap { isIn in
            let lane = rest.filter(isIn)
            rest.removeAll(where: isIn)
            return lane.isEmpty ? nil : lane
        }
    }

    /// One hello, once more where the answer was lost on the way.
    private func ask(_ version: TLSVersion, _ suites: [CipherSuite], compress: Bool = false) async -> Answer {
        let random = (0..<32).map { _ in UInt8.random(in: 0...255) }
        let hello = ClientHello.asking(
            for: version.rawValue, suites: suites.map(\.number), name: name, random: random, compress: compress)
        let answer: HelloAnswer
        do throws(Untold) {
            answer = try await once { until throws(WireError) in try await client.ask(hello, until: until) }
        } catch {
            return .untold(error.reason)
        }
        switch answer {
        case .flight(let flight):
            // It may answer with an older version than asked for, or with a suite that it was not offered: not this one.
            let suite = CipherSuite(flight.hello.suite)
            guard flight.hello.version == version.rawValue, suites.contains(suite) else { return .refused }
            return .picked(suite, flight)
        case .alert, .closed: return .refused
        case .notTLS: return .untold("what answers is not TLS")
        }
    }

    /// Why a question was not answered.
    struct Untold: Error {
        var reason: String
    }

    /// Asks once the gate is free, and once more where the answer was lost on the way.
    ///
    /// - Parameter lost: why an answer is none; nil where it is one.
    func once<Told: Sendable>(
        _ question: (_ until: ContinuousClock.Instant) async throws(WireError) -> Told,
        lost: (Told) -> String? = { _ in nil }
    ) async throws(Untold) -> Told {
        var reason = ""
        for _ in 0..<2 {
            guard ContinuousClock.now < end else { throw Untold(reason: "there was no time left") }
            await gate.enter()
            do throws(WireError) {
                let answer = try await question(min(end, .now + stage))
                await gate.leave()
                guard let why = lost(answer) else { return answer }
                reason = why
            } catch {
                await gate.leave()
                reason = error.reason
            }
        }
        throw Untold(reason: reason)
    }
}

extension ServerFlight {
    fileprivate var withoutChain: ServerFlight {
        var flight = self
        (flight.certificates, flight.status) = ([], nil)
        return flight
    }
}

/// How many connections to one endpoint may be open at once: to look is not to attack.
actor ConnectionGate {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(limit: Int) { free = limit }

    func enter() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
