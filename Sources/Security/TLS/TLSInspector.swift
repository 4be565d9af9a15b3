package import Launch
package import Wire

/// Looks at one TLS endpoint from outside: a session by OpenSSL for what it shows, and hellos of our own for all that it
/// offers. Every connection has its deadline, the whole has one, and a handful run side by side.
package struct TLSInspector: Sendable {
    private let reactor: Reactor
    private let clock: any Clock
    private let nameServers: [String]
    /// How long the whole look may take, and one connection of it.
    private let limit: Duration
    private let stage: Duration

    /// - Parameter nameServers: who is asked for CAA records, as `address:port`; none: nobody is.
    package init(
        on reactor: Reactor, clock: any Clock, nameServers: [String] = [], limit: Duration = .seconds(10),
        stage: Duration = .seconds(3)
    ) {
        self.reactor = reactor
        self.clock = clock
        self.nameServers = nameServers
        self.limit = limit
        self.stage = stage
    }

    /// Looks at several endpoints side by side; the answers are in their order.
    package func look(at endpoints: [TLSEndpoint]) async -> [TLSEvidence] {
        await withTaskGroup(of: (Int, TLSEvidence).self) { group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask { (index, await look(at: endpoint)) }
            }
            var all: [(Int, TLSEvidence)] = []
            for await one in group { all.append(one) }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Looks at one endpoint. Never throws: what failed is part of the evidence.
    package func look(at endpoint: TLSEndpoint) async -> TLSEvidence {
        let start = ContinuousClock.now
        let end = start + limit
        let client = TLSClient(host: endpoint.address ?? endpoint.host, port: endpoint.port, on: reactor)
        async let caa = authorities(of: endpoint.host, until: min(end, start + stage))
        var evidence = TLSEvidence(endpoint: endpoint)
        let name = endpoint.host
        var ders: [[UInt8]] = []
        do throws(WireError) {
            let facts = try await client.session(
                name: name, isLiteral: TLSInspector.isAddress(name), path: endpoint.path,
                until: min(end, .now + stage))
            evidence.take(facts)
            ders = facts.certificates
        } catch {
            evidence.failure = .init(error)
        }
        switch evidence.failure {
        case nil, .handshake: await enumerate(client, &evidence, &ders, until: end)
        default: break
        }
        judgeChain(ders, &evidence)
        switch await caa {
        case .success(let authorities): evidence.authorities = authorities
        case .failure(let failure): evidence.authoritiesFailure = failure.reason
        }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        evidence.took = Milliseconds(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        return evidence
    }

    // MARK: What it offers

    private func enumerate(
        _ client: TLSClient, _ evidence: inout TLSEvidence, _ ders: inout [[UInt8]], until end: ContinuousClock.Instant
    ) async {
        let name = TLSInspector.isAddress(evidence.endpoint.host) ? nil : evidence.endpoint.host
        let search = SuiteSearch(client: client, name: name, stage: stage, end: end, gate: ConnectionGate(limit: 6))
        async let oldest = search.runSSL2()
        let found = await withTaskGroup(of: SuiteSearch.Result.self) { group in
            for version in TLSVersion.allCases where version != .ssl2 { group.addTask { await search.run(version) } }
            var results: [SuiteSearch.Result] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.version < $1.version }
        }
        evidence.suitesComplete = found.allSatisfy(\.isComplete)
        for result in found {
            evidence.versions[result.version] = result.offer
            if !result.suites.isEmpty { evidence.suites[result.version] = result.suites }
            for flight in result.flights { evidence.take(flight) }
            // A server that this machine's OpenSSL does not get along with still shows its certificate in clear.
            if ders.isEmpty, let flight = result.flights.first(where: { !$0.certificates.isEmpty }) {
                ders = flight.certificates
                evidence.stapling = CertificateReader.stapling(der: flight.status, chain: ders)
            }
        }
        let ssl2 = await oldest
        evidence.versions[.ssl2] = ssl2.offer
        evidence.ssl2Ciphers = ssl2.ciphers
        if ders.isEmpty, let certificate = ssl2.certificate { ders = [certificate] }
    }

    // MARK: What it shows

    private func judgeChain(_ ders: [[UInt8]], _ evidence: inout TLSEvidence) {
        evidence.chain = ders.compactMap { CertificateReader.facts(der: $0) }
        guard let leaf = ders.first, let shown = evidence.chain.first else { return }
        evidence.nameMatches = CertificateReader.matches(der: leaf, host: evidence.endpoint.host)
        do throws(SecurityError) {
            let store = try TrustStore(authorities: evidence.endpoint.authorities)
            evidence.trust = store.problems(of: ders, at: clock.now().utc)
        } catch {
            evidence.trust = [.other("the authorities cannot be read: \(error)")]
        }
        guard let path = evidence.endpoint.expectedFile else { return }
        do throws(SecurityError) {
            let disk = try CertificateReader.facts(pemFile: path)
            evidence.expected = disk.fingerprint == shown.fingerprint ? .same : .different(onDisk: disk)
        } catch {
            evidence.expected = .unreadable(error.description)
        }
    }

    // MARK: Who may issue

    private struct Unasked: Error { var reason: String }

    /// The authorities of the nearest CAA record set on the way up from the name (RFC 8659 section 3).
    private func authorities(
        of host: String, until end: ContinuousClock.Instant
    ) async -> Result<[String]?, Unasked> {
        guard let server = nameServers.first, !TLSInspector.isAddress(host), host.contains(".") else {
            return .success(nil)
        }
        let resolver = DNSClient(server: server, on: reactor)
        var labels = host.split(separator: ".")[...]
        do throws(WireError) {
            while labels.count >= 2 {
                let records = try await resolver.authorities(of: labels.joined(separator: "."), until: end)
                if !records.isEmpty { return .success(records) }
                labels = labels.dropFirst()
            }
            return .success([])
        } catch {
            return .failure(Unasked(reason: error.reason))
        }
    }

    static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
    }
}

extension TLSEvidence.Failure {
    init(_ error: WireError) {
        switch error.kind {
        case .timedOut: self = .timedOut(error.reason)
        case .malformed: self = .notTLS(error.reason)
        case .untrusted: self = .handshake(error.reason)
        case .closed: self = .handshake(error.reason)
        default: self = .unreachable(error.reason)
        }
    }
}

extension TLSEvidence {
    /// What a session showed.
    mutating func take(_ facts: TLSSessionFacts) {
        negotiated = TLSVersion(rawValue: facts.version)
        suite = CipherSuite(facts.suite)
        stapling = CertificateReader.stapling(der: facts.status, chain: facts.certificates)
        status = facts.head?.status
        hsts = facts.head?.headers["Strict-Transport-Security"]
        pageFailure = facts.headFailure
    }

    /// What an answer to a hello of ours showed.
    mutating func take(_ flight: ServerFlight) {
        if flight.hello.version < 0x0304 {
            compresses = (compresses ?? false) || flight.hello.compression != 0
            // SSL 3.0 is asked without extensions.
            if flight.hello.version > 0x0300 {
                renegotiatesSecurely = (renegotiatesSecurely ?? true) && flight.hello.isRenegotiationSecure
            }
        }
        if let bits = flight.primeBits { primeBits = min(primeBits ?? .max, bits) }
    }
}
