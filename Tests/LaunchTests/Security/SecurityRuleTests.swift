import Launch
import Testing

/// The pure rules of security: card numbers, policies, grades, compliance, posture.
@Suite struct SecurityRuleTests {
    // MARK: Card numbers

    @Test(arguments: [
        ("4111111111111111", 1), ("4111 1111 1111 1111", 1), ("4111-1111-1111-1111", 1), ("378282246310005", 1),
        ("3782 822463 10005", 1), ("5895626746595650", 1), ("6042011000000004", 1), ("pan=5500005555555559,", 1),
        ("4111111111111112", 0), ("1234567890123456", 0), ("0000000000000000", 0), ("4444444444444448", 1),
        ("94111111111111111", 0), ("a4111111111111111", 0), ("4111111111111111b", 0), ("4111.1111.1111.1111", 0),
        ("paid 4111111111111111.", 1),
        ("41111 11111 11111 1", 0), ("20-12345678-6", 0), ("2026-03-09 12:00:00 4111111111111111", 1),
        ("4111111111111111 5500005555555559", 2), ("12 4111 1111 1111 1111 99", 1), ("4111 11111111 1111", 0),
        ("4111111111111111\n5500005555555559", 2), ("", 0),
    ])
    func cardNumbersAreKnownByTheirCheckAndIssuer(text: String, count: Int) {
        #expect(CardNumber.count(in: Array(text.utf8)) == count)
    }

    @Test func aMaskedTextHasNoCardNumber() {
        let text = "card 4111 1111 1111 1111, ref 12345, ñandú 5500005555555559"
        #expect(CardNumber.masked(text) == "card [card number], ref 12345, ñandú [card number]")
    }

    // MARK: HSTS

    @Test func anHSTSPolicyIsReadAsBrowsersDo() {
        let policy = HSTSPolicy("max-age=31536000; includeSubDomains; preload")
        #expect(policy?.maxAge == 31_536_000 && policy?.includesSubdomains == true && policy?.preload == true)
        #expect(HSTSPolicy("max-age=\"60\"")?.maxAge == 60)
        #expect(HSTSPolicy("MAX-AGE = 60 ;; unknown=1")?.maxAge == 60)
        #expect(HSTSPolicy("max-age=999999999999999999999999")?.maxAge == .max)
        for bad in ["", "includeSubDomains", "max-age", "max-age=", "max-age=-1", "max-age=1; max-age=2", "max-age=1x"]
        {
            #expect(HSTSPolicy(bad) == nil, "\(bad)")
        }
    }

    // MARK: Cipher suites

    @Test func aSuitesWorthFollowsFromItsName() {
        #expect(CipherSuite(0x1301).isAEAD && CipherSuite(0x1301).isForwardSecret && CipherSuite(0x1302).bits == 256)
        #expect(CipherSuite(0xC02F).name == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
        #expect(CipherSuite(0x0005).isRC4 && CipherSuite(0x0005).bits == 128)
        #expect(
            CipherSuite(0x000A).isTripleDES && CipherSuite(0x000A).bits == 112 && CipherSuite(0x000A).hasShortBlocks)
        #expect(CipherSuite(0x0008).isExport && CipherSuite(0x0008).bits == 40)
        #expect(CipherSuite(0x0009).bits == 56)
        #expect(CipherSuite(0x003B).isNull && CipherSuite(0x003B).bits == 0)
        #expect(CipherSuite(0x0034).isAnonymous)
        #expect(
            !CipherSuite(0x002F).isForwardSecret && !CipherSuite(0x002F).isAEAD && !CipherSuite(0x002F).hasShortBlocks)
        #expect(CipherSuite.classic.count > 110 && CipherSuite.modern.count == 5)
    }

    // MARK: Grades

    private func evidence(
        _ versions: [TLSVersion] = [.tls12, .tls13], suites: [UInt16] = [0xC02F, 0x1301],
        hsts: String? = "max-age=31536000"
    ) -> TLSEvidence {
        var evidence = TLSEvidence(endpoint: TLSEndpoint(host: "shop.test"))
        for version in TLSVersion.allCases { evidence.versions[version] = versions.contains(version) ? .yes : .no }
        for version in versions {
            evidence.suites[version] = suites.map(CipherSuite.init).filter { $0.isTLS13 == (version == .tls13) }
        }
        evidence.suitesComplete = true
        evidence.chain = [
            CertificateFacts(
                subject: "CN=shop.test", issuer: "CN=ca", serial: "1", notBefore: Timestamp(seconds: 0),
                notAfter: Timestamp(seconds: 90 * 86_400), names: ["shop.test"], key: "EC", keyBits: 256,
                signature: "ecdsa-with-SHA256", digest: "SHA256", isSelfIssued: false, fingerprint: "")
        ]
        (evidence.trust, evidence.nameMatches, evidence.renegotiatesSecurely) = ([], true, true)
        (evidence.status, evidence.hsts) = (200, hsts)
        return evidence
    }

    @Test func eachFaultCapsTheGrade() {
        #expect(TLSGrade(evidence()).letter == .aPlus)
        #expect(TLSGrade(evidence(hsts: nil)).letter == .a)
        #expect(TLSGrade(evidence(hsts: "max-age=60")).letter == .a)
        #expect(TLSGrade(evidence([.tls12])).letter == .aMinus)
        #expect(TLSGrade(evidence([.tls11, .tls12, .tls13])).letter == .b)
        #expect(TLSGrade(evidence([.ssl3, .tls12, .tls13])).letter == .c)
        #expect(TLSGrade(evidence([.tls10])).letter == .c)
        #expect(TLSGrade(evidence([.ssl3])).letter == .f)
        #expect(TLSGrade(evidence([.ssl2, .tls12, .tls13])).letter == .f)
        #expect(TLSGrade(evidence([.ssl2], suites: [])).letter == .f)
        #expect(TLSGrade(evidence(suites: [0x1301, 0xC02F, 0x000A])).letter == .c)
        #expect(TLSGrade(evidence(suites: [0x1301, 0xC02F, 0x0005])).letter == .c)
        #expect(TLSGrade(evidence([.tls12], suites: [0x009C])).letter == .b, "no forward secrecy")
        #expect(TLSGrade(evidence([.tls12], suites: [0xC013])).letter == .b, "no AEAD")
        for bad: UInt16 in [0x003B, 0x0034, 0x0008, 0x0009] {
            #expect(TLSGrade(evidence(suites: [0x1301, 0xC02F, bad])).letter == .f)
        }
        var one = evidence()
        one.trust = [.selfSigned]
        #expect(TLSGrade(one).letter == .t)
        one.trust = []
        one.nameMatches = false
        #expect(TLSGrade(one).letter == .m)
        one.nameMatches = true
        one.primeBits = 1024
        #expect(TLSGrade(one).letter == .b)
        one.primeBits = 512
        #expect(TLSGrade(one).letter == .f)
    }

    @Test func aGradeIsNotGivenWhereSomethingIsUnknown() {
        var one = evidence()
        one.versions[.ssl3] = .unknown("no answer")
        #expect(TLSGrade(one).letter == .ungraded && TLSGrade(one).score == nil)
        one = evidence()
        one.suitesComplete = false
        #expect(TLSGrade(one).letter == .ungraded)
        #expect(TLSJudgement(one, at: Timestamp(seconds: 0)).verdict == .unknown)
    }

    @Test func anUnsynchronisedClockMakesTheDatesUnknown() {
        let judged = TLSJudgement(evidence(), at: Timestamp(seconds: 100 * 86_400), clockIsRight: false)
        #expect(judged.verdict == .unknown && judged.findings.map(\.code).contains("clock"))
    }

    // MARK: Compliance

    private let now = Timestamp(seconds: 1_000_000)

    private func status(_ facts: [ComplianceFact], _ requirement: Requirement) -> ComplianceReport.Status? {
        ComplianceReport(facts, at: now, maximumAge: .hours(1), requirements: [requirement]).items.first?.status
    }

    @Test func neverMoreIsSaidThanTheEvidenceShows() {
        let whole = Requirement(.pci, "1", "t", facts: ["a", "b"])
        let partly = Requirement(.pci, "2", "t", facts: ["a"], person: "the rest")
        let human = Requirement(.pci, "3", "t", person: "all of it")
        func fact(_ id: String, _ state: ComplianceFact.State = .holds, at time: Timestamp? = nil) -> ComplianceFact {
            ComplianceFact(id, state, "x", at: time ?? now)
        }
        #expect(status([fact("a"), fact("b")], whole) == .met)
        #expect(status([fact("a")], whole) == .unknown, "half of the evidence is none")
        #expect(status([], whole) == .needsPerson)
        #expect(status([fact("a"), fact("b", .fails)], whole) == .notMet)
        #expect(status([fact("a"), fact("b", .unknown)], whole) == .unknown)
        #expect(status([fact("a"), fact("b", at: Timestamp(seconds: 1_000_000 - 3601))], whole) == .unknown, "too old")
        #expect(status([fact("a")], partly) == .needsPerson, "software alone never meets it")
        #expect(status([fact("a", .fails)], partly) == .notMet)
        #expect(status([], human) == .needsPerson)
    }

    @Test func everyFactOfARequirementIsOneThatIsGathered() {
        let gathered: Set = [
            "postgres.ssl", "postgres.hba", "postgres.versions", "postgres.scram", "postgres.pgaudit", "columns",
            "pan.tables",
            "pan.files", "backups", "volumes", "mercadopago.token", "mercadopago.tls", "mercadopago.webhook", "tls",
            "packages",
            "scans",
            "audit.chain", "audit.retention", "arca.certificate",
        ]
        for requirement in Requirement.all { #expect(gathered.isSuperset(of: requirement.facts)) }
        for framework in Requirement.Framework.allCases {
            #expect(Requirement.all.contains { $0.framework == framework })
        }
        let names = Requirement.all.map { "\($0.framework.rawValue) \($0.number)" }
        #expect(Set(names).count == names.count)
    }

    // MARK: Posture

    @Test func evidenceThatIsTooOldIsUnknownHoweverGoodItWas() {
        var posture = SecurityPosture()
        let at = Moment(utc: Timestamp(seconds: 1000), uptime: .seconds(1000), boot: BootID(rawValue: 1))
        let check = SecurityCheck(
            station: "tls", summary: "well", items: [.init("a", .ok, "x")], every: .minutes(1))
        posture.take(.checked(check), at: at)
        #expect(posture.verdict(at: at.advanced(by: .minutes(5))) == .ok)
        #expect(posture.verdict(at: at.advanced(by: .minutes(6))) == .unknown)
        #expect(SecurityPosture().verdict(at: at) == .unknown)
    }

    @Test func aLookOfAnyNumberOfItemsIsBounded() {
        let items = (0..<500).map { SecurityCheck.Item("\($0)", $0 == 499 ? .critical : .ok, "x") }
        let check = SecurityCheck(station: "scan", summary: "", items: items, every: 1000)
        #expect(check.items.count == SecurityCheck.limit && check.omitted == 380)
        #expect(check.items.first?.name == "499" && check.verdict == .critical, "the worst are kept")
    }
}
