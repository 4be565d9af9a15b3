/// A TLS endpoint to watch: a host's name, and one address on which it is served.
package struct TLSEndpoint: Hashable, Sendable, Codable {
    /// The name that clients use; also in the certificate.
    package var host: String
    package var port: UInt16
    /// Where it is asked; nil: wherever the name leads.
    package var address: String?
    /// The certificate file that it should be showing, as on this machine's disk after a renewal.
    package var expectedFile: String?
    /// Authorities trusted beside the system's, PEM: for a house's own CA.
    package var authorities: String?
    /// What is asked for to read HSTS; nil: nothing, it speaks no HTTP.
    package var path: String?

    package init(
        host: String, port: UInt16 = 443, address: String? = nil, expectedFile: String? = nil,
        authorities: String? = nil, path: String? = "/"
    ) {
        self.host = host
        self.port = port
        self.address = address
        self.expectedFile = expectedFile
        self.authorities = authorities
        self.path = path
    }

    /// `api.barberpro.ar:443 at 10.0.0.5`
    package var title: String {
        (port == 443 ? host : "\(host):\(port)") + (address.map { " at \($0)" } ?? "")
    }
}

/// What a look at one endpoint brought. What could not be found out is nil or `unknown`, never a good answer.
package struct TLSEvidence: Hashable, Sendable {
    /// Whether something is on offer.
    package enum Offer: Hashable, Sendable {
        case yes
        case no
        /// It was asked, and no answer told.
        case unknown(String)
    }

    /// Why no session came about.
    package enum Failure: Hashable, Sendable {
        case unreachable(String)
        case timedOut(String)
        case notTLS(String)
        /// This machine's OpenSSL and the server found nothing in common, or one of them broke off.
        case handshake(String)

        package var reason: String {
            switch self {
            case .unreachable(let reason), .timedOut(let reason), .notTLS(let reason), .handshake(let reason): reason
            }
        }
    }

    /// What a verification objects to.
    package enum TrustProblem: Hashable, Sendable {
        case selfSigned
        case unknownAuthority
        /// The chain does not lead on: the server leaves an intermediate out.
        case incompleteChain
        case expired(depth: Int)
        case notYetValid(depth: Int)
        case wrongPurpose
        case badSignature
        case other(String)
    }

    package enum Stapling: Hashable, Sendable {
        case absent
        case good(until: Timestamp?)
        case revoked
        case unreadable
        /// Not signed by the issuer, or about another certificate.
        case forged
    }

    package enum Expected: Hashable, Sendable {
        case same
        /// Another one is on disk.
        case different(onDisk: CertificateFacts)
        case unreadable(String)
    }

    package var endpoint: TLSEndpoint
    /// Nil: a session came about.
    package var failure: Failure?
    package var negotiated: TLSVersion?
    package var suite: CipherSuite?
    /// The server's own first.
    package var chain: [CertificateFacts] = []
    /// Nil: the chain was not verified.
    package var trust: [TrustProblem]?
    package var nameMatches: Bool?
    package var versions: [TLSVersion: Offer] = [:]
    package var suites: [TLSVersion: [CipherSuite]] = [:]
    /// What a server that speaks SSL 2.0 named; it may have named none.
    package var ssl2Ciphers: [SSL2Cipher] = []
    /// Whether the search for suites came to its end.
    package var suitesComplete = false
    /// The smallest prime seen in an ephemeral Diffie-Hellman exchange, in bits.
    package var primeBits: Int?
    package var compresses: Bool?
    package var renegotiatesSecurely: Bool?
    package var stapling: Stapling?
    /// The status of the answer over the session, and its Strict-Transport-Security header as it came.
    package var status: Int?
    package var hsts: String?
    /// Why no answer came over the session.
    package var pageFailure: String?
    package var expected: Expected?
    /// The authorities that DNS allows to issue (CAA, RFC 8659); nil where it was not or could not be asked.
    package var authorities: [String]?
    package var authoritiesFailure: String?
    package var took: Milliseconds = 0

    package init(endpoint: TLSEndpoint) { self.endpoint = endpoint }

    package func offers(_ version: TLSVersion) -> Bool { versions[version] == .yes }
    /// The names of what it offers with one version.
    package func suiteNames(of version: TLSVersion) -> [String] {
        version == .ssl2 ? ssl2Ciphers.map(\.name) : (suites[version] ?? []).map(\.name)
    }
    /// Every suite that some version offers.
    package var allSuites: Set<CipherSuite> { Set(suites.values.joined()) }
}

/// A Strict-Transport-Security header (RFC 6797 section 6.1).
package struct HSTSPolicy: Hashable, Sendable {
    package var maxAge: Int64
    package var includesSubdomains: Bool
    package var preload: Bool

    /// Nil where the header says nothing that a browser would heed.
    package init?(_ header: String) {
        var maxAge: Int64?
        var seen: Set<String> = []
        (includesSubdomains, preload) = (false, false)
        for directive in header.split(separator: ";") {
            let parts = directive.split(separator: "=", maxSplits: 1).map { part in
                String(part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            }
            guard let name = parts.first?.lowercased(), !name.isEmpty else { continue }
            // "All directives MUST appear only once".
            guard seen.insert(name).inserted else { return nil }
            switch name {
            case "max-age":
                var value = parts.count == 2 ? parts[1][...] : ""
                if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
                guard !value.isEmpty, value.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
                maxAge = Int64(value) ?? .max
            case "includesubdomains": includesSubdomains = true
            case "preload": preload = true
            default: break
            }
        }
        guard let maxAge else { return nil }
        self.maxAge = maxAge
    }
}
