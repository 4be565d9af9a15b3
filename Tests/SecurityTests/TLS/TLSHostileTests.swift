import Foundation
import Glibc
import Journal
import Launch
import Rehearsal
import Security
import Testing

@testable import Wire

/// Endpoints that no server program of today makes: what answers is scripted byte by byte.
@Suite struct TLSHostileTests {
    let lab: CertificateLab
    let reactor: Reactor

    init() throws {
        lab = try CertificateLab()
        reactor = try Reactor()
    }

    private func look(_ port: UInt16, stage: Duration = .milliseconds(400)) async -> (
        evidence: TLSEvidence, judgement: TLSJudgement, took: Duration
    ) {
        let start = ContinuousClock.now
        let evidence = await TLSInspector(on: reactor, clock: SystemClock(), limit: .seconds(20), stage: stage).look(
            at: TLSEndpoint(host: "shop.test", port: port, address: "127.0.0.1"))
        return (evidence, TLSJudgement(evidence, at: SystemClock().now().utc), .now - start)
    }

    private func codes(_ judgement: TLSJudgement) -> Set<String> {
        Set(judgement.findings.filter { $0.verdict > .ok }.map(\.code))
    }

    /// A server that offers these suites of these versions, the first that both have.
    private func server(
        _ offers: [UInt16: [UInt16]], compression: UInt8 = 0, isSecure: Bool = true, exchange: [UInt8]? = nil
    ) async throws -> ScriptedServer {
        try await lab.make(.init(name: "leaf", subject: "/CN=shop.test"))
        try await lab.openssl(["x509", "-in", lab.path("leaf.pem"), "-outform", "DER", "-out", lab.path("leaf.der")])
        let der = Array(try Data(contentsOf: URL(fileURLWithPath: lab.path("leaf.der"))))
        return try ScriptedServer { hello in
            guard let hello, let suites = offers[hello.version], let suite = suites.first(where: hello.suites.contains)
            else { return .say(ServerBytes.alert(hello.map { offers[$0.version] == nil } ?? true ? 70 : 40)) }
            return .say(
                ServerBytes.flight(
                    version: hello.version, suite: suite,
                    compression: hello.compressions.contains(compression) ? compression : 0, isSecure: isSecure,
                    ders: [der], exchange: exchange))
        }
    }

    @Test func ssl3AndRC4AreSeenThoughNoLibraryHereSpeaksThem() async throws {
        let server = try await server([0x0300: [0x0005, 0x0004], 0x0301: [0x0005]])
        defer { server.close() }
        let (evidence, judgement, _) = await look(server.port)
        #expect(codes(judgement).isSuperset(of: ["rc4", "old-protocol", "no-modern-protocol", "handshake"]))
        #expect(evidence.suites[.ssl3]?.map(\.name) == ["TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_RC4_128_SHA"])
        #expect(evidence.chain.first?.subject == "CN=shop.test", "the certificate is read from the raw flight")
        #expect(judgement.verdict == .critical)
    }

    private func der() async throws -> [UInt8] {
        try await lab.make(.init(name: "leaf", subject: "/CN=shop.test"))
        try await lab.openssl(["x509", "-in", lab.path("leaf.pem"), "-outform", "DER", "-out", lab.path("leaf.der")])
        return Array(try Data(contentsOf: URL(fileURLWithPath: lab.path("leaf.der"))))
    }

    @Test func ssl2BesideTLSMakesTheGradeF() async throws {
        let der = try await der()
        let server = try ScriptedServer(ssl2: { hello in
            // It names what it shares, in its own order.
            .say(ServerBytes.ssl2Hello(ciphers: [0x0700C0, 0x010080].filter(hello.ciphers.contains), der: der))
        }) { hello in
            guard let hello, hello.version == 0x0303, hello.suites.contains(0xC02F) else {
                return .say(ServerBytes.alert(hello?.version == 0x0303 ? 40 : 70))
            }
            return .say(ServerBytes.flight(version: 0x0303, suite: 0xC02F, ders: [der]))
        }
        defer { server.close() }
        let (evidence, judgement, _) = await look(server.port, stage: .seconds(5))
        #expect(TLSVersion.allCases.filter(evidence.offers) == [.ssl2, .tls12])
        #expect(
            evidence.suiteNames(of: .ssl2) == ["SSL_CK_RC4_128_WITH_MD5", "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"])
        #expect(judgement.findings.contains { $0.verdict == .critical && $0.text == "it still offers SSL 2.0" })
        #expect(judgement.grade.reasons.contains { $0.cap == .f && $0.text.hasPrefix("SSL 2.0") })
    }

    @Test func ssl2AloneIsSeenWithItsCertificateAndGradedF() async throws {
        let der = try await der()
        // No cipher named: spoken all the same (CVE-2015-3197).
        let server = try ScriptedServer(ssl2: { _ in .say(ServerBytes.ssl2Hello(ciphers: [], der: der)) }) { _ in
            .say(ServerBytes.alert(70))
        }
        defer { server.close() }
        let (evidence, judgement, _) = await look(server.port, stage: .seconds(5))
        #expect(TLSVersion.allCases.filter(evidence.offers) == [.ssl2])
        #expect(evidence.chain.first?.subject == "CN=shop.test")
        #expect(judgement.grade.reasons.contains { $0.cap == .f && $0.text.hasPrefix("SSL 2.0") })
        #expect(codes(judgement).isSuperset(of: ["old-protocol", "no-modern-protocol"]))
    }

    /// A TLS alert, an error of SSL 2.0 (NO-CIPHER-ERROR), a page, an answer with lengths that lie, a reset, the end.
    @Test(
        arguments: [
            [21, 3, 1, 0, 2, 2, 70], [0x80, 3, 0, 0, 1], Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
            [0x80, 11, 4, 0, 1, 0, 2, 0xff, 0xff, 0, 0, 0, 0], [0x80, 11, 4, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0], [],
        ] as [[UInt8]])
    func whatIsNoServerHelloOfSSL2RefusesIt(bytes: [UInt8]) async throws {
        let server = try ScriptedServer(ssl2: { _ in .say(bytes) }) { _ in .say(ServerBytes.alert(70)) }
        defer { server.close() }
        #expect(await look(server.port, stage: .seconds(5)).evidence.versions[.ssl2] == .no)
    }

    @Test func anAnswerInSSL2IsReadHoweverItIsCut() throws {
        let plain = ServerBytes.ssl2Hello(ciphers: [0x010080, 0x0700C0], der: [0x30, 1, 0])
        // The same under a header of three bytes, with two bytes of padding.
        let message = Array(plain[2...])
        let padded = [0, UInt8(message.count + 2), 2] + message + [0, 0]
        for bytes in [plain, padded] {
            var reader = SSL2AnswerReader()
            for byte in bytes.dropLast() { try #require(reader.take([byte]) == nil) }
            guard case .hello(let hello)? = reader.take([bytes[bytes.count - 1]]) else {
                Issue.record("no hello")
                continue
            }
            #expect(hello.ciphers == [0x010080, 0x0700C0] && hello.certificate == [0x30, 1, 0])
        }
        let hello = SSL2Hello(ciphers: SSL2Cipher.all.map(\.number), challenge: [UInt8](repeating: 5, count: 16))
        #expect(SSL2Hello(record: hello.record) == hello)
        #expect(SSL2Hello(record: Array(hello.record.dropLast())) == nil)
    }

    @Test func anAnswerInSSL2ThatStopsHalfWayIsUnknown() async throws {
        let whole = ServerBytes.ssl2Hello(ciphers: [0x010080], der: [0x30, 0])
        for reaction in [ScriptedServer.Reaction.say(Array(whole.dropLast(3))), .sayAndHang(Array(whole.dropLast(3)))] {
            let server = try ScriptedServer(ssl2: { _ in reaction }) { _ in .say(ServerBytes.alert(70)) }
            defer { server.close() }
            let (evidence, judgement, _) = await look(server.port, stage: .seconds(1))
            if case .unknown? = evidence.versions[.ssl2] {} else { Issue.record("\(evidence.versions)") }
            #expect(judgement.grade.letter == .ungraded)
        }
    }

    @Test func anEndlessAnswerToSSL2IsCutOff() async throws {
        // The longest record that two bytes can announce, and more: read no further than that.
        let server = try ScriptedServer(ssl2: { _ in .flood([0xFF, 0xFF] + [UInt8](repeating: 4, count: 40_000)) }) {
            _ in
            .say(ServerBytes.alert(70))
        }
        defer { server.close() }
        #expect(await look(server.port, stage: .seconds(5)).evidence.versions[.ssl2] == .no)
    }

    @Test func tripleDESIsSeen() async throws {
        let server = try await server([0x0303: [0x000A]])
        defer { server.close() }
        let (_, judgement, _) = await look(server.port)
        #expect(codes(judgement).contains("3des"))
    }

    @Test func exportAndDESSuitesAreSeen() async throws {
        let server = try await server([0x0303: [0x0008, 0x0009]])
        defer { server.close() }
        let (_, judgement, _) = await look(server.port)
        #expect(codes(judgement).isSuperset(of: ["export-suite", "des"]))
        #expect(judgement.grade.reasons.contains { $0.cap == .f })
    }

    @Test func compressionIsSeen() async throws {
        let server = try await server([0x0303: [0xC02F]], compression: 1)
        defer { server.close() }
        #expect(codes(await look(server.port).judgement).contains("compression"))
    }

    @Test func renegotiationWithoutBindingIsSeen() async throws {
        let server = try await server([0x0303: [0xC02F]], isSecure: false)
        defer { server.close() }
        #expect(codes(await look(server.port).judgement).contains("renegotiation"))
    }

    @Test func aTinyDiffieHellmanPrimeIsCritical() async throws {
        // dh_p of 512 bits, dh_g, dh_Ys.
        let exchange: [UInt8] = [0, 64] + [UInt8](repeating: 0xff, count: 64) + [0, 1, 2, 0, 1, 3]
        let server = try await server([0x0303: [0x009E]], exchange: exchange)
        defer { server.close() }
        let (evidence, judgement, _) = await look(server.port)
        #expect(evidence.primeBits == 512)
        #expect(judgement.findings.contains { $0.code == "weak-dh" && $0.verdict == .critical })
    }

    // MARK: Those that hang

    @Test func aServerThatSaysNothingIsGivenUp() async throws {
        let server = try ScriptedServer { _ in .sayAndHang([]) }
        defer { server.close() }
        let (evidence, judgement, took) = await look(server.port)
        #expect(codes(judgement) == ["hangs"])
        #expect(evidence.failure?.reason == "connected, but no TLS answer within the deadline")
        #expect(took < .seconds(3))
        #expect(judgement.grade.letter == .ungraded)
    }

    @Test(arguments: [1, 5, 20, 50])
    func aServerThatHangsWithinItsHelloIsGivenUp(bytes: Int) async throws {
        let flight = Array(ServerBytes.flight(version: 0x0303, suite: 0xC02F).prefix(bytes))
        let server = try ScriptedServer { _ in .sayAndHang(flight) }
        defer { server.close() }
        let (_, judgement, took) = await look(server.port)
        #expect(codes(judgement) == ["hangs"])
        #expect(took < .seconds(3))
    }

    @Test func aServerThatDripsIsGivenUp() async throws {
        let flight = ServerBytes.flight(version: 0x0303, suite: 0xC02F)
        let server = try ScriptedServer { _ in .drip(flight) }
        defer { server.close() }
        let (_, judgement, took) = await look(server.port)
        #expect(codes(judgement) == ["hangs"])
        #expect(took < .seconds(3))
    }

    @Test func aPortThatNobodyAcceptsOnIsGivenUp() async throws {
        // A listener whose backlog is full drops what comes: the connection hangs.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var fillers: [Int32] = []
        defer { fillers.forEach { close($0) } }
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, length)
                _ = listen(listener, 0)
                _ = getsockname(listener, pointer, &length)
                for _ in 0..<4 {
                    let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                    _ = connect(filler, pointer, length)
                    fillers.append(filler)
                }
            }
        }
        let (evidence, judgement, took) = await look(UInt16(bigEndian: address.sin_port))
        #expect(codes(judgement) == ["hangs"], "\(String(describing: evidence.failure))")
        #expect(took < .seconds(3))
    }

    // MARK: Those that are no TLS

    @Test func aRefusedConnectionIsUnreachable() async throws {
        let (_, judgement, _) = await look(try LoopbackPort.free())
        #expect(codes(judgement) == ["unreachable"])
    }

    @Test func aNameWithoutAddressIsUnreachable() async throws {
        let evidence = await TLSInspector(on: reactor, clock: SystemClock(), limit: .seconds(20)).look(
            at: TLSEndpoint(host: "no-such-host.invalid", port: 443))
        #expect(codes(TLSJudgement(evidence, at: SystemClock().now().utc)) == ["unreachable"])
    }

    @Test func plainHTTPOnThePortIsNamedSo() async throws {
        let server = try ScriptedServer { _ in .say(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)) }
        defer { server.close() }
        let (evidence, judgement, _) = await look(server.port)
        #expect(codes(judgement) == ["not-tls"])
        #expect(evidence.failure?.reason == "plain HTTP answers on this port")
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n", "\u{0}\u{0}\u{0}\u{0}garbage"])
    func whatSpeaksAnotherProtocolIsNoTLS(greeting: String) async throws {
        let server = try ScriptedServer(speaksFirst: true) { _ in .sayAndHang(Array(greeting.utf8)) }
        defer { server.close() }
        #expect(codes(await look(server.port).judgement) == ["not-tls"])
    }

    @Test func aServerThatHangsUpIsCritical() async throws {
        let server = try ScriptedServer { _ in .say([]) }
        defer { server.close() }
        let (_, judgement, _) = await look(server.port)
        #expect(codes(judgement).contains("handshake") && judgement.verdict == .critical)
    }

    @Test func aServerThatResetsIsCritical() async throws {
        let server = try ScriptedServer { _ in .reset }
        defer { server.close() }
        let (_, judgement, _) = await look(server.port)
        #expect(codes(judgement).contains("handshake") && judgement.verdict == .critical)
    }

    @Test func aServerThatRefusesEveryHelloIsCritical() async throws {
        let server = try ScriptedServer { _ in .say(ServerBytes.alert(40)) }
        defer { server.close() }
        let (_, judgement, _) = await look(server.port)
        #expect(codes(judgement).isSuperset(of: ["handshake", "no-modern-protocol"]))
    }

    @Test func aFloodOfHandshakeIsCutOff() async throws {
        let record = ServerBytes.record(22, ServerBytes.message(13, [UInt8](repeating: 0, count: 10_000)))
        let server = try ScriptedServer { _ in .flood(record) }
        defer { server.close() }
        let (_, judgement, took) = await look(server.port)
        #expect(judgement.verdict == .critical)
        #expect(took < .seconds(10))
    }

    @Test func aBrokenCertificateIsNotTrusted() async throws {
        let server = try ScriptedServer { hello in
            guard let hello, hello.version == 0x0303 else { return .say(ServerBytes.alert(70)) }
            let suite = hello.suites.contains(0xC02F) ? 0xC02F : nil as UInt16?
            return suite.map { .say(ServerBytes.flight(version: 0x0303, suite: $0, ders: [[1, 2, 3]])) }
                ?? .say(ServerBytes.alert(40))
        }
        defer { server.close() }
        let (evidence, judgement, _) = await look(server.port)
        #expect(evidence.chain.isEmpty && evidence.trust == nil)
        #expect(judgement.verdict == .critical && judgement.grade.letter == .ungraded)
    }
}
