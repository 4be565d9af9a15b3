/// A letter for the whole of an endpoint, and why it is not a better one.
///
/// In the manner of SSL Labs' "SSL Server Rating Guide" (version 2009q with rule 2009r): a score out of protocol support
/// (30 %), key exchange (30 %) and cipher strength (40 %), then rules that cap it. It is guardia's own reading of that guide:
/// it simulates no browsers, so what a server offers counts, not what a browser would pick.
package struct TLSGrade: Hashable, Sendable {
    package enum Letter: String, Hashable, Sendable, Comparable, Codable, CaseIterable {
        case aPlus = "A+"
        case a = "A"
        case aMinus = "A-"
        case b = "B"
        case c = "C"
        case d = "D"
        case e = "E"
        case f = "F"
        /// The name does not match.
        case m = "M"
        /// Nobody trusts the certificate.
        case t = "T"
        /// Too little is known to give one.
        case ungraded = "?"

        /// The better one is the smaller.
        package static func < (left: Letter, right: Letter) -> Bool {
            let all = Letter.allCases
            return all.firstIndex(of: left)! < all.firstIndex(of: right)!
        }
    }

    package struct Reason: Hashable, Sendable {
        /// No better than this.
        package var cap: Letter
        package var text: String
    }

    package var letter: Letter
    /// 0 … 100; nil where too little is known.
    package var score: Int?
    /// What holds it down, the worst first.
    package var reasons: [Reason]

    package init(_ evidence: TLSEvidence, limits: TLSJudgement.Limits = .init()) {
        let offered = TLSVersion.allCases.filter(evidence.offers)
        let suites = evidence.allSuites
        let isWhole =
            evidence.suitesComplete
            && !evidence.versions.values.contains { if case .unknown = $0 { true } else { false } }
        guard let best = offered.last, let worst = offered.first, !suites.isEmpty || worst == .ssl2, isWhole,
            let leaf = evidence.chain.first,
            let trust = evidence.trust
        else {
            (letter, score) = (.ungraded, nil)
            reasons = [
                Reason(cap: .ungraded, text: evidence.failure?.reason ?? "not everything could be found out")
            ]
            return
        }
        let protocols = (TLSGrade.score(best) + TLSGrade.score(worst)) / 2
        var exchange = TLSGrade.exchangeScore(min(leaf.strength, evidence.primeBits ?? .max))
        if suites.contains(where: \.isAnonymous) {
            exchange = 0
        } else if suites.contains(where: \.isExport) {
            exchange = min(exchange, 40)
        }
        let bits = suites.map(\.bits)
        let ciphers = (TLSGrade.cipherScore(bits.max() ?? 0) + TLSGrade.cipherScore(bits.min() ?? 0)) / 2
        let isVoid = [protocols, exchange, ciphers].contains(0)
        let score = isVoid ? 0 : Int((protocols * 0.3 + exchange * 0.3 + ciphers * 0.4).rounded())
        self.score = score
        var reasons = TLSGrade.caps(evidence, offered, suites, leaf, trust, limits)
        let plain = TLSGrade.letter(score)
        if plain > .a { reasons.append(Reason(cap: plain, text: "a score of \(score) out of 100")) }
        self.reasons = reasons.enumerated().sorted { ($1.element.cap, $0.offset) < ($0.element.cap, $1.offset) }.map(
            \.element)
        letter = self.reasons.first?.cap ?? .aPlus
    }

    private static func score(_ version: TLSVersion) -> Double {
        switch version {
        case .ssl2: 0
        case .ssl3: 80
        case .tls10: 90
        case .tls11: 95
        case .tls12, .tls13: 100
        }
    }

    private static func exchangeScore(_ bits: Int) -> Double {
        switch bits {
        case ..<512: 20
        case ..<1024: 40
        case ..<2048: 80
        // The guide counts an elliptic curve as the RSA key of its strength: 256 bits as 3,072.
        case ..<4096: 90
        default: 100
        }
    }

    private static func cipherScore(_ bits: Int) -> Double {
        switch bits {
        case 0: 0
        case ..<128: 20
        case ..<256: 80
        default: 100
        }
    }

    private static func letter(_ score: Int) -> Letter {
        switch score {
        case 80...: .a
        case 65...: .b
        case 50...: .c
        case 35...: .d
        case 20...: .e
        default: .f
        }
    }

    private static func caps(
        _ evidence: TLSEvidence, _ offered: [TLSVersion], _ suites: Set<CipherSuite>, _ leaf: CertificateFacts,
        _ trust: [TLSEvidence.TrustProblem], _ limits: TLSJudgement.Limits
    ) -> [Reason] {
        var reasons: [Reason] = []
        func cap(_ letter: Letter, _ text: String, if applies: Bool) {
            if applies { reasons.append(Reason(cap: letter, text: text)) }
        }
        cap(.t, "the certificate is not trusted", if: !trust.isEmpty)
        cap(.m, "the certificate bears another name", if: evidence.nameMatches == false)
        cap(.f, "the certificate is revoked", if: evidence.stapling == .revoked)
        cap(.f, "suites without encryption", if: suites.contains(where: \.isNull))
        cap(.f, "suites without authentication", if: suites.contains(where: \.isAnonymous))
        cap(.f, "export suites", if: suites.contains(where: \.isExport))
        cap(.f, "suites of 56 bits", if: suites.contains { $0.bits == 56 && !$0.isExport })
        cap(.f, "a key of less than 1,024 bits", if: leaf.strength < 1024)
        cap(
            .f, "a certificate signed with MD5 or SHA-1",
            if: leaf.isWeaklySigned || evidence.chain.contains { !$0.isSelfIssued && $0.isWeaklySigned })
        cap(.f, "a Diffie-Hellman prime of less than 1,024 bits", if: (evidence.primeBits ?? .max) < 1024)
        cap(.f, "SSL 2.0 (DROWN)", if: offered.contains(.ssl2))
        cap(.f, "SSL 3.0 alone", if: offered == [.ssl3])
        cap(.c, "SSL 3.0 (POODLE)", if: offered.contains(.ssl3))
        cap(.c, "neither TLS 1.2 nor 1.3", if: !offered.contains(.tls12) && !offered.contains(.tls13))
        cap(.c, "TLS compression (CRIME)", if: evidence.compresses == true)
        let modern = Set([TLSVersion.tls11, .tls12].flatMap { evidence.suites[$0] ?? [] })
        cap(.c, "RC4 with TLS 1.1 or later", if: modern.contains(where: \.isRC4))
        cap(.c, "3DES with TLS 1.1 or later", if: modern.contains(where: \.isTripleDES))
        cap(.b, "RC4", if: suites.contains(where: \.isRC4))
        cap(.b, "TLS 1.0 or 1.1", if: offered.contains(.tls10) || offered.contains(.tls11))
        cap(.b, "a key of less than 2,048 bits", if: leaf.strength < 2048)
        cap(.b, "a Diffie-Hellman prime of less than 2,048 bits", if: (evidence.primeBits ?? .max) < 2048)
        cap(.b, "no forward secrecy", if: !suites.contains(where: \.isForwardSecret))
        cap(.b, "no AEAD", if: !suites.contains(where: \.isAEAD))
        cap(.aMinus, "no secure renegotiation", if: evidence.renegotiatesSecurely == false)
        cap(.aMinus, "no TLS 1.3", if: !offered.contains(.tls13))
        let policy = evidence.hsts.flatMap(HSTSPolicy.init)
        cap(
            .a, policy == nil ? "no HSTS" : "HSTS for less than half a year",
            if: (policy?.maxAge ?? 0) < limits.hstsSeconds)
        return reasons
    }
}
