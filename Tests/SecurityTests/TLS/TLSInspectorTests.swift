import Foundation
import Glibc
import Journal
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// Some forty kinds of TLS endpoint, each judged right, none of which holds the look up.
@Suite struct TLSInspectorTests {
    let lab: CertificateLab
    let reactor: Reactor

    init() throws {
        lab = try CertificateLab()
        reactor = try Reactor()
    }

    private func look(
        _ port: UInt16, host: String = "shop.test", ca: String? = "root.pem", path: String? = "/page",
        expected: String? = nil, stage: Duration = .seconds(5)
    ) async -> (evidence: TLSEvidence, judgement: TLSJudgement) {
        let inspector = TLSInspector(on: reactor, clock: SystemClock(), limit: .seconds(60), stage: stage)
        let evidence = await inspector.look(
            at: TLSEndpoint(
                host: host, port: port, address: "127.0.0.1", expectedFile: expected,
                authorities: ca.map { lab.path($0) }, path: path))
        return (evidence, TLSJudgement(evidence, at: SystemClock().now().utc))
    }

    private func codes(_ judgement: TLSJudgement) -> Set<String> {
        Set(judgement.findings.filter { $0.verdict > .ok }.map(\.code))
    }

    private let chain = ["-cert", "leaf.pem", "-key", "leaf.key", "-cert_chain", "middle.pem"]

    /// Serves the chain that `change` makes, and expects exactly these objections.
    private func expect(
        _ objections: Set<String>, grade: TLSGrade.Letter? = nil, verdict: Verdict? = nil, host: String = "shop.test",
        ca: String? = "root.pem", options: [String]? = nil,
        headers: [String] = ["Strict-Transport-Security: \(SServer.hsts)"],
        sourceLocation: SourceLocation = #_sourceLocation,
        leaf change: @escaping (inout CertificateLab.Order) -> Void = { _ in },
        middle: @escaping (inout CertificateLab.Order) -> Void = { _ in }
    ) async throws {
        try await lab.makeChain(change, middle: middle)
        try await SServer.run(lab, options ?? chain, headers: headers) { port in
            let (evidence, judgement) = await look(port, host: host, ca: ca)
            #expect(codes(judgement) == objections, "\(judgement.findings) \(evidence)", sourceLocation: sourceLocation)
            if let grade {
                #expect(
                    judgement.grade.letter == grade, "\(judgement.grade.reasons)", sourceLocation: sourceLocation)
            }
            if let verdict { #expect(judgement.verdict == verdict, sourceLocation: sourceLocation) }
        }
    }

    // MARK: Certificates

    @Test func aGoodEndpointGetsTheBestGrade() async throws {
        try await lab.makeChain()
        try await SServer.run(lab, chain) { port in
            let (evidence, judgement) = await look(port)
            #expect(codes(judgement) == [])
            #expect(judgement.verdict == .ok)
            #expect(judgement.grade.letter == .aPlus, "\(judgement.grade.reasons)")
            #expect((88...90).contains(judgement.daysLeft ?? 0))
            #expect(evidence.chain.map(\.subject) == ["CN=shop.test", "CN=Test Intermediate"])
            #expect(evidence.chain[0].names == ["shop.test"])
            #expect(evidence.chain[0].key == "EC" && evidence.chain[0].keyBits == 256)
            #expect(evidence.trust == [] && evidence.nameMatches == true)
            #expect(evidence.versions[.tls13] == .yes && evidence.versions[.tls12] == .yes)
            #expect(evidence.versions[.ssl3] == .no)
            #expect(evidence.suites[.tls13]?.count == 3 && evidence.suitesComplete)
            #expect(evidence.status == 200)
        }
    }

    @Test func anExpiredCertificateIsCritical() async throws {
        try await expect(["expired"], grade: .t, verdict: .critical) { ($0.from, $0.to) = (-20, -2) }
    }

    @Test func aCertificateOfTheFutureIsCritical() async throws {
        try await expect(["not-yet-valid"], grade: .t, verdict: .critical) { ($0.from, $0.to) = (2, 90) }
    }

    @Test func fiveDaysLeftAreCritical() async throws {
        try await expect(["expires-soon"], verdict: .critical) { $0.to = 5 }
    }

    @Test func twentyDaysLeftAreAWarning() async throws {
        try await expect(["expires-soon"], verdict: .warning) { $0.to = 20 }
    }

    @Test func anIntermediateThatExpiresCountsToo() async throws {
        try await expect(["expires-soon"], verdict: .critical, middle: { $0.to = 3 })
    }

    @Test func anExpiredIntermediateIsCritical() async throws {
        try await expect(["expired"], grade: .t, verdict: .critical, middle: { ($0.from, $0.to) = (-20, -2) })
    }

    @Test func theWrongHostIsCritical() async throws {
        try await expect(["wrong-host"], grade: .m, verdict: .critical, host: "other.test")
    }

    @Test func aWildcardIsForItsNames() async throws {
        try await expect([], host: "shop.example.test") { $0.names = "DNS:a.test,DNS:*.example.test" }
    }

    @Test func anAddressIsFoundAmongTheNames() async throws {
        try await expect([], host: "127.0.0.1") { $0.names = "IP:127.0.0.1" }
    }

    @Test func aSelfSignedCertificateIsNamedSo() async throws {
        try await lab.make(.init(name: "leaf", subject: "/CN=shop.test"))
        try await SServer.run(lab, ["-cert", "leaf.pem", "-key", "leaf.key"]) { port in
            let (_, judgement) = await look(port, ca: nil)
            #expect(codes(judgement) == ["self-signed"])
            #expect(judgement.grade.letter == .t)
        }
    }

    @Test func aMissingIntermediateIsNamedSo() async throws {
        try await expect(
            ["incomplete-chain"], grade: .t, verdict: .critical, options: ["-cert", "leaf.pem", "-key", "leaf.key"])
    }

    @Test func anAuthorityThatNobodyTrustsIsNamedSo() async throws {
        try await expect(["unknown-authority"], grade: .t, verdict: .critical, ca: nil)
    }

    @Test func aShortKeyIsCritical() async throws {
        try await expect(
            ["weak-key"], verdict: .critical,
            options: chain + ["-tls1_2", "-cipher", "ECDHE+AESGCM:@SECLEVEL=0"]
        ) { $0.key = ["rsa:1024"] }
    }

    @Test(arguments: ["sha1", "md5"])
    func anOldSignatureIsCritical(digest: String) async throws {
        try await expect(
            ["weak-signature"], grade: .f, verdict: .critical,
            options: chain + ["-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0"],
            leaf: { $0.digest = "-\(digest)" }, middle: { $0.key = ["rsa:2048"] })
    }

    @Test func aCertificateForClientsIsNoServers() async throws {
        try await expect(["wrong-purpose"], grade: .t, verdict: .critical) {
            $0.extensions = ["extendedKeyUsage=clientAuth"]
        }
    }

    @Test func aRenewedCertificateThatWasNotReloadedIsCritical() async throws {
        try await lab.makeChain { $0.from = -60 }
        try await lab.make(.init(name: "renewed", subject: "/CN=shop.test", issuer: "middle"))
        try await SServer.run(lab, chain) { port in
            let (_, judgement) = await look(port, expected: lab.path("renewed.pem"))
            #expect(codes(judgement) == ["not-reloaded"] && judgement.verdict == .critical)
            let (_, same) = await look(port, expected: lab.path("leaf.pem"))
            #expect(codes(same) == [])
            let (_, gone) = await look(port, expected: lab.path("gone.pem"))
            #expect(codes(gone) == ["expected-unreadable"] && gone.verdict == .unknown)
        }
    }

    // MARK: OCSP

    /// Makes an OCSP response for the leaf, good or revoked.
    private func staple(revoked: Bool) async throws -> String {
        let serial =
            try await lab.openssl(["x509", "-in", lab.path("leaf.pem"), "-noout", "-serial"])
            .split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
        let state = revoked ? "R\t301231235959Z\t251101000000Z" : "V\t301231235959Z\t"
        let index = try lab.write("index.txt", "\(state)\t\(serial)\tunknown\t/CN=shop.test\n")
        try await lab.openssl([
            "ocsp", "-index", index, "-rsigner", lab.path("middle.pem"), "-rkey", lab.path("middle.key"), "-CA",
            lab.path("middle.pem"), "-issuer", lab.path("middle.pem"), "-cert", lab.path("leaf.pem"), "-respout",
            lab.path("staple.der"), "-ndays", "7",
        ])
        return "staple.der"
    }

    @Test func aRevokedCertificateIsCritical() async throws {
        try await lab.makeChain()
        let file = try await staple(revoked: true)
        try await SServer.run(lab, chain + ["-status_file", file]) { port in
            let (_, judgement) = await look(port)
            #expect(codes(judgement) == ["revoked"])
            #expect(judgement.grade.letter == .f)
        }
    }

    /// A response that anyone could have made says nothing.
    @Test func aStapleThatTheIssuerDidNotSignIsForged() async throws {
        try await lab.makeChain { $0.extensions = ["tlsfeature=status_request"] }
        let file = try await staple(revoked: false)
        var bytes = try Data(contentsOf: URL(filePath: lab.path(file)))
        // The signature's last byte: the status it vouches for stays readable.
        let place = try #require(bytes.firstRange(of: Data([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03])))
        bytes[place.upperBound + 20] ^= 1
        try bytes.write(to: URL(filePath: lab.path(file)))
        try await SServer.run(lab, chain + ["-status_file", file]) { port in
            let (_, judgement) = await look(port)
            #expect(codes(judgement) == ["forged-staple"] && judgement.verdict == .critical)
        }
    }

    /// Signed well, and about another certificate of the same issuer.
    @Test func theStapleOfAnotherCertificateIsForged() async throws {
        try await lab.makeChain()
        let file = try await staple(revoked: false)
        try await lab.make(.init(name: "leaf", subject: "/CN=shop.test", issuer: "middle"))
        try await SServer.run(lab, chain + ["-status_file", file]) { port in
            #expect(codes(await look(port).judgement) == ["forged-staple"])
        }
    }

    @Test func aCertificateThatDemandsAStapleMustHaveOne() async throws {
        try await lab.makeChain { $0.extensions = ["tlsfeature=status_request"] }
        try await SServer.run(lab, chain) { port in
            #expect(codes(await look(port).judgement) == ["must-staple"])
        }
        let file = try await staple(revoked: false)
        try await SServer.run(lab, chain + ["-status_file", file]) { port in
            let (evidence, judgement) = await look(port)
            #expect(codes(judgement) == [])
            if case .good(let until) = evidence.stapling { #expect(until != nil) } else { Issue.record("no staple") }
        }
    }

    // MARK: Protocols and suites that OpenSSL still speaks

    @Test(arguments: [("-tls1", TLSVersion.tls10), ("-tls1_1", .tls11)])
    func anOldProtocolAloneIsCritical(option: String, version: TLSVersion) async throws {
        try await lab.makeChain { $0.key = ["rsa:2048"] }
        try await SServer.run(lab, chain + [option, "-cipher", "ALL:@SECLEVEL=0"]) { port in
            let (evidence, judgement) = await look(port)
            #expect(codes(judgement).isSuperset(of: ["no-modern-protocol", "old-protocol"]))
            #expect(TLSVersion.allCases.filter(evidence.offers) == [version])
            #expect(judgement.grade.letter >= .c)
        }
    }

    @Test func tls12AloneIsGoodButNotBest() async throws {
        try await expect([], grade: .aMinus, verdict: .ok, options: chain + ["-tls1_2"])
    }

    @Test func tls13AloneIsSeenWhole() async throws {
        try await expect([], grade: .aPlus, verdict: .ok, options: chain + ["-tls1_3"])
    }

    @Test func suitesWithoutEncryptionAreCritical() async throws {
        try await expect(
            ["null-suite", "no-aead"], grade: .f, verdict: .critical,
            options: chain + ["-tls1_2", "-cipher", "NULL:!aNULL:@SECLEVEL=0"], leaf: { $0.key = ["rsa:2048"] })
    }

    @Test func anonymousSuitesAreCritical() async throws {
        try await lab.makeChain { $0.key = ["rsa:2048"] }
        try await SServer.run(lab, chain + ["-cipher", "ALL:aNULL:@SECLEVEL=0"]) { port in
            let (evidence, judgement) = await look(port)
            #expect(codes(judgement).contains("anonymous-suite"))
            #expect(judgement.grade.letter == .f)
            #expect(evidence.suites[.tls12]?.contains { $0.name == "TLS_ECDH_anon_WITH_AES_256_CBC_SHA" } == true)
        }
    }

    @Test func aServerWithoutAnyCertificateIsCritical() async throws {
        try await SServer.run(lab, ["-nocert", "-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"]) { port in
            let (_, judgement) = await look(port, ca: nil)
            #expect(codes(judgement).isSuperset(of: ["anonymous", "anonymous-suite"]))
            #expect(judgement.grade.letter == .ungraded || judgement.grade.letter == .f)
        }
    }

    @Test func noForwardSecrecyIsAWarning() async throws {
        try await expect(
            ["no-forward-secrecy"], grade: .b, verdict: .warning,
            options: chain + ["-tls1_2", "-cipher", "kRSA+AESGCM"], leaf: { $0.key = ["rsa:2048"] })
    }

    @Test func noAuthenticatedEncryptionIsAWarning() async throws {
        try await expect(
            ["no-aead"], grade: .b, verdict: .warning,
            options: chain + ["-tls1_2", "-cipher", "ECDHE+AES:!AESGCM:!AESCCM"])
    }

    @Test func aShortDiffieHellmanPrimeIsAWarning() async throws {
        try await lab.openssl([
            "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:modp_1536", "-out", lab.path("dh.pem"),
        ])
        try await expect(
            ["weak-dh"], grade: .b, verdict: .warning,
            options: chain + ["-tls1_2", "-dhparam", "dh.pem", "-cipher", "DHE+AESGCM:@SECLEVEL=0"],
            leaf: { $0.key = ["rsa:2048"] })
    }

    // MARK: Many

    /// Two seconds for ten; where a machine is so busy that one alone takes long, still by far not ten times that.
    @Test func tenEndpointsAreLookedAtSideBySide() async throws {
        let folder = try await PrivateFolder()
        do {
            let authority = try await OwnAuthority.make(in: try folder.subfolder("tls"))
            let pair = try await authority.pair(for: "edge")
            var ports: Set<UInt16> = []
            while ports.count < 10 { ports.insert(try LoopbackPort.free()) }
            let listen = ports.map { "listen 127.0.0.1:\($0) ssl;" }.joined(separator: "\n")
            _ = try await NginxServer.start(in: folder) { port, _ in
                """
                ssl_certificate \(pair.certificate);
                ssl_certificate_key \(pair.key);
                server {
                    listen 127.0.0.1:\(port);
                    \(listen)
                    location / {
                        add_header Strict-Transport-Security "\(SServer.hsts)";
                        return 200 "ok";
                    }
                }
                """
            }
            let endpoints = ports.map {
                TLSEndpoint(
                    host: "localhost", port: $0, address: "127.0.0.1", authorities: authority.file, path: "/")
            }
            let inspector = TLSInspector(on: reactor, clock: SystemClock(), limit: .seconds(60), stage: .seconds(20))
            let watch = ContinuousClock()
            var start = watch.now
            _ = await inspector.look(at: endpoints[0])
            let one = watch.now - start
            start = watch.now
            let all = await inspector.look(at: endpoints)
            let ten = watch.now - start
            #expect(all.count == 10)
            for evidence in all {
                #expect(evidence.failure == nil && evidence.suitesComplete && evidence.status == 200, "\(evidence)")
            }
            #expect(ten < max(.seconds(2), one * 7), "one took \(one), ten took \(ten)")
        } catch {
            await folder.close()
            throw error
        }
        await folder.close()
    }

    // MARK: HSTS

    @Test(arguments: [
        ([], "no-hsts"), (["Strict-Transport-Security: max-age=3600"], "short-hsts"),
        (["Strict-Transport-Security: max-age=0"], "short-hsts"),
        (["Strict-Transport-Security: forever"], "bad-hsts"),
        (["Strict-Transport-Security: max-age=1; max-age=99999999"], "bad-hsts"),
    ])
    func hstsThatDoesNotHoldIsAWarning(headers: [String], code: String) async throws {
        try await expect([code], grade: .a, verdict: .warning, headers: headers)
    }
}
