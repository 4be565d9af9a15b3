/// One thing to say of an endpoint.
package struct TLSFinding: Hashable, Sendable, Codable {
    package var verdict: Verdict
    /// Stable, for scripts: `expires-soon`.
    package var code: String
    package var text: String

    package init(_ verdict: Verdict, _ code: String, _ text: String) {
        self.verdict = verdict
        self.code = code
        self.text = text
    }
}

/// What a look at an endpoint means: pure, so that each rule can be tested without a server.
package struct TLSJudgement: Hashable, Sendable {
    package var verdict: Verdict
    /// The worst first.
    package var findings: [TLSFinding]
    package var grade: TLSGrade
    /// Until the first certificate of the chain expires; nil where none was seen.
    package var daysLeft: Double?

    /// When a warning and when an alarm.
    package struct Limits: Hashable, Sendable {
        package var warnDays: Double
        package var criticalDays: Double
        /// Half a year: what the graders ask of HSTS for their best grade.
        package var hstsSeconds: Int64

        package init(warnDays: Double = 30, criticalDays: Double = 7, hstsSeconds: Int64 = 15_552_000) {
            self.warnDays = warnDays
            self.criticalDays = criticalDays
            self.hstsSeconds = hstsSeconds
        }
    }

    /// - Parameter clockIsRight: an unsynchronised clock makes all that hangs on the date unknown (contract C2).
    package init(_ evidence: TLSEvidence, at now: Timestamp, limits: Limits = Limits(), clockIsRight: Bool = true) {
        var findings = TLSJudgement.reachability(evidence)
        findings += TLSJudgement.dates(evidence, now, limits, clockIsRight)
        findings += TLSJudgement.trust(evidence)
        findings += TLSJudgement.keys(evidence)
        findings += TLSJudgement.protocols(evidence)
        findings += TLSJudgement.suites(evidence)
        findings += TLSJudgement.page(evidence, limits)
        findings += TLSJudgement.stapling(evidence, now)
        findings += TLSJudgement.expected(evidence)
        findings += TLSJudgement.authorities(evidence)
        self.findings = findings.enumerated().sorted {
            ($1.element.verdict, $0.offset) < ($0.element.verdict, $1.offset)
        }
        .map(\.element)
        verdict = findings.map(\.verdict).max() ?? (evidence.failure == nil ? .ok : .unknown)
        grade = TLSGrade(evidence, limits: limits)
        daysLeft = clockIsRight ? evidence.chain.map { $0.daysLeft(at: now) }.min() : nil
    }

    // MARK: The rules

    private static func reachability(_ evidence: TLSEvidence) -> [TLSFinding] {
        switch evidence.failure {
        case nil: []
        case .unreachable(let reason): [TLSFinding(.critical, "unreachable", "cannot be reached: \(reason)")]
        case .timedOut(let reason): [TLSFinding(.critical, "hangs", reason)]
        case .notTLS(let reason): [TLSFinding(.critical, "not-tls", reason)]
        case .handshake(let reason): [TLSFinding(.critical, "handshake", "no session comes about: \(reason)")]
        }
    }

    private static func dates(
        _ evidence: TLSEvidence, _ now: Timestamp, _ limits: Limits, _ clockIsRight: Bool
    ) -> [TLSFinding] {
        guard !evidence.chain.isEmpty else { return [] }
        guard clockIsRight else {
            return [TLSFinding(.unknown, "clock", "this machine's clock is not synchronised: no date can be judged")]
        }
        return evidence.chain.enumerated().compactMap { depth, certificate in
            let which = depth == 0 ? "the certificate" : "the chain's certificate \(depth) (\(certificate.subject))"
            let days = certificate.daysLeft(at: now)
            if certificate.notBefore > now {
                return TLSFinding(.critical, "not-yet-valid", "\(which) is not valid yet")
            }
            if days < 0 { return TLSFinding(.critical, "expired", "\(which) expired \(words(-days)) ago") }
            if days < limits.criticalDays {
                return TLSFinding(.critical, "expires-soon", "\(which) expires in \(words(days))")
            }
            if days < limits.warnDays {
                return TLSFinding(.warning, "expires-soon", "\(which) expires in \(words(days))")
            }
            return nil
        }
    }

    private static func words(_ days: Double) -> String {
        days < 2 ? "\(Int((days * 24).rounded(.down))) h" : "\(Int(days.rounded(.down))) d"
    }

    private static func trust(_ evidence: TLSEvidence) -> [TLSFinding] {
        var findings: [TLSFinding] = []
        for problem in evidence.trust ?? [] {
            switch problem {
            case .selfSigned: findings.append(TLSFinding(.critical, "self-signed", "the certificate is self-signed"))
            case .unknownAuthority:
                findings.append(
                    TLSFinding(.critical, "unknown-authority", "the chain ends at an authority that nobody trusts"))
            case .incompleteChain:
                findings.append(
                    TLSFinding(
                        .critical, "incomplete-chain", "the server leaves an intermediate certificate out of its chain")
                )
            case .wrongPurpose:
                findings.append(TLSFinding(.critical, "wrong-purpose", "the certificate is not one for a server"))
            case .badSignature:
                findings.append(TLSFinding(.critical, "bad-signature", "a signature of the chain is wrong"))
            case .other(let reason): findings.append(TLSFinding(.critical, "untrusted", reason))
            case .expired, .notYetValid: break  // The dates say it.
            }
        }
        if evidence.nameMatches == false {
            let names = evidence.chain.first?.names.prefix(4).joined(separator: ", ") ?? ""
            findings.append(
                TLSFinding(
                    .critical, "wrong-host",
                    "the certificate is not for \(evidence.endpoint.host)"
                        + (names.isEmpty ? "" : ", it is for \(names)")))
        }
        if evidence.failure == nil, evidence.chain.isEmpty {
            findings.append(TLSFinding(.critical, "anonymous", "the server proves nothing: it shows no certificate"))
        }
        return findings
    }

    private static func keys(_ evidence: TLSEvidence) -> [TLSFinding] {
        var findings: [TLSFinding] = []
        for (depth, certificate) in evidence.chain.enumerated() {
            let which = depth == 0 ? "its" : "its chain's certificate \(depth)"
            if certificate.strength < 2048 {
                findings.append(
                    TLSFinding(
                        .critical, "weak-key", "\(which) key has only \(certificate.keyBits) bits (\(certificate.key))")
                )
            }
            // A root is trusted as it is; its own signature is of no weight.
            if !certificate.isSelfIssued || depth == 0, certificate.isWeaklySigned {
                findings.append(
                    TLSFinding(.critical, "weak-signature", "\(which) signature is \(certificate.signature)"))
            }
        }
        if let bits = evidence.primeBits, bits < 2048 {
            findings.append(
                TLSFinding(
                    bits < 1024 ? .critical : .warning, "weak-dh", "the Diffie-Hellman prime has only \(bits) bits"))
        }
        return findings
    }

    private static func protocols(_ evidence: TLSEvidence) -> [TLSFinding] {
        var findings: [TLSFinding] = []
        let old = [TLSVersion.ssl2, .ssl3, .tls10, .tls11].filter(evidence.offers)
        if let first = old.first {
            findings.append(
                TLSFinding(
                    first <= .ssl3 ? .critical : .warning, "old-protocol",
                    "it still offers \(old.map(\.name).joined(separator: ", "))"))
        }
        if evidence.versions[.tls12] == .no, evidence.versions[.tls13] == .no {
            findings.append(TLSFinding(.critical, "no-modern-protocol", "it offers neither TLS 1.2 nor 1.3"))
        } else if evidence.versions[.tls13] == .no {
            findings.append(TLSFinding(.ok, "no-tls13", "it does not offer TLS 1.3"))
        }
        let untold = TLSVersion.allCases.filter { if case .unknown = evidence.versions[$0] { true } else { false } }
        if !untold.isEmpty, evidence.failure == nil {
            findings.append(
                TLSFinding(
                    .unknown, "protocols-unknown",
                    "whether it offers \(untold.map(\.name).joined(separator: ", ")) could not be found out"))
        }
        if evidence.compresses == true {
            findings.append(TLSFinding(.critical, "compression", "it compresses TLS records (CRIME, CVE-2012-4929)"))
        }
        if evidence.renegotiatesSecurely == false {
            findings.append(
                TLSFinding(.warning, "renegotiation", "renegotiation is not bound to its session (RFC 5746)"))
        }
        return findings
    }

    private static func suites(_ evidence: TLSEvidence) -> [TLSFinding] {
        let all = evidence.allSuites
        var findings: [TLSFinding] = []
        func find(_ verdict: Verdict, _ code: String, _ text: String, _ isBad: (CipherSuite) -> Bool) {
            let bad = all.filter(isBad).sorted()
            guard let first = bad.last else { return }
            findings.append(
                TLSFinding(
                    verdict, code, "\(text): \(first.name)" + (bad.count > 1 ? " and \(bad.count - 1) more" : "")))
        }
        find(.critical, "null-suite", "it offers to encrypt nothing", \.isNull)
        find(.critical, "anonymous-suite", "it offers sessions without any certificate", \.isAnonymous)
        find(.critical, "export-suite", "it offers export encryption", \.isExport)
        find(.critical, "rc4", "it offers RC4", { $0.isRC4 && !$0.isExport })
        find(.critical, "des", "it offers DES", { $0.bits == 56 && !$0.isExport && !$0.isRC4 })
        find(.warning, "3des", "it offers ciphers with short blocks (Sweet32)", { $0.hasShortBlocks && $0.bits >= 112 })
        if !all.isEmpty, evidence.suitesComplete {
            if !all.contains(where: \.isForwardSecret) {
                findings.append(TLSFinding(.warning, "no-forward-secrecy", "no suite keeps the past secret"))
            }
            if !all.contains(where: \.isAEAD) {
                findings.append(TLSFinding(.warning, "no-aead", "no suite authenticates what it encrypts (AEAD)"))
            }
        } else if evidence.failure == nil {
            findings.append(TLSFinding(.unknown, "suites-unknown", "not all of its suites could be found out"))
        }
        return findings
    }

    private static func page(_ evidence: TLSEvidence, _ limits: Limits) -> [TLSFinding] {
        guard evidence.endpoint.path != nil, evidence.failure == nil else { return [] }
        if let reason = evidence.pageFailure {
            return [TLSFinding(.unknown, "no-answer", "whether it sends HSTS is not known: \(reason)")]
        }
        guard evidence.status != nil else { return [] }
        guard let header = evidence.hsts else {
            return [TLSFinding(.warning, "no-hsts", "it sends no Strict-Transport-Security")]
        }
        guard let policy = HSTSPolicy(header) else {
            return [TLSFinding(.warning, "bad-hsts", "its Strict-Transport-Security is malformed, browsers ignore it")]
        }
        var findings: [TLSFinding] = []
        if policy.maxAge < limits.hstsSeconds {
            findings.append(
                TLSFinding(
                    .warning, "short-hsts",
                    policy.maxAge == 0
                        ? "it switches HSTS off (max-age=0)" : "HSTS lasts only \(policy.maxAge / 86_400) d"))
        }
        if policy.preload, !policy.includesSubdomains || policy.maxAge < 31_536_000 {
            findings.append(
                TLSFinding(.ok, "hsts-preload", "it asks for preload, which needs includeSubDomains and a year"))
        }
        return findings
    }

    private static func stapling(_ evidence: TLSEvidence, _ now: Timestamp) -> [TLSFinding] {
        guard let leaf = evidence.chain.first else { return [] }
        switch evidence.stapling {
        case .revoked: return [TLSFinding(.critical, "revoked", "its own OCSP response says that it is revoked")]
        case .forged:
            return [
                TLSFinding(
                    .critical, "forged-staple",
                    "its stapled OCSP response is not its issuer's, or another certificate's")
            ]
        case .unreadable: return [TLSFinding(.warning, "bad-staple", "its stapled OCSP response cannot be read")]
        case .good(let until):
            if let until, until < now {
                return [TLSFinding(.warning, "old-staple", "its stapled OCSP response is out of date")]
            }
            return []
        case .absent where leaf.mustStaple:
            return [
                TLSFinding(.critical, "must-staple", "its certificate demands a stapled OCSP response, it sends none")
            ]
        case .absent where leaf.hasResponder: return [TLSFinding(.ok, "no-staple", "it staples no OCSP response")]
        case nil, .absent: return []
        }
    }

    private static func expected(_ evidence: TLSEvidence) -> [TLSFinding] {
        switch evidence.expected {
        case nil, .same: return []
        case .unreadable(let reason):
            return [
                TLSFinding(
                    .unknown, "expected-unreadable", "the certificate that it should show cannot be read: \(reason)")
            ]
        case .different(let disk):
            guard let shown = evidence.chain.first else { return [] }
            let isNewer = disk.notBefore > shown.notBefore
            return [
                TLSFinding(
                    isNewer ? .critical : .warning, "not-reloaded",
                    isNewer
                        ? "a newer certificate is on disk, but the server shows the old one: it was not reloaded"
                        : "it shows another certificate than the one on disk")
            ]
        }
    }

    private static func authorities(_ evidence: TLSEvidence) -> [TLSFinding] {
        guard let authorities = evidence.authorities else { return [] }
        return authorities.isEmpty
            ? [TLSFinding(.ok, "no-caa", "any authority may issue for this name (no CAA record)")] : []
    }
}

extension CertificateFacts {
    /// MD5 and SHA-1 can be forged.
    package var isWeaklySigned: Bool {
        let name = (digest.isEmpty ? signature : digest).lowercased()
        return ["md2", "md4", "md5", "sha1"].contains { name.hasPrefix($0) } || signature == "ecdsa-with-SHA1"
    }
}
