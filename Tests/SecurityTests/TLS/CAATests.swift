import Foundation
import Glibc
import Journal
import Launch
import Rehearsal
import Security
import Synchronization
import Testing
import Wire

/// CAA records, asked of a real name server (unbound).
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: NameServer.isInstalled, "see scripts/deps"))
struct CAATests {
    private let lab: CertificateLab

    init() throws { lab = try CertificateLab() }

    @Test func theRecordsOfANameAreRead() async throws {
        try await NameServer.run(lab) { server in
            let client = DNSClient(server: server, on: try Reactor())
            let end = ContinuousClock.now + .seconds(10)
            let found = try await client.authorities(of: "shop.test", until: end)
            #expect(Set(found) == ["letsencrypt.org", "pki.goog"])
            #expect(try await client.authorities(of: "nobody.test", until: end) == [";"])
            // Neither the name that has none, nor the one that there is not.
            #expect(try await client.authorities(of: "api.shop.test", until: end).isEmpty)
            #expect(try await client.authorities(of: "gone.test", until: end).isEmpty)
            // The server refuses: that is not "none".
            await #expect(throws: WireError.self) {
                _ = try await client.authorities(of: "refused.example", until: end)
            }
        }
    }

    /// RFC 8659, section 3: the nearest record set on the way up.
    @Test func anEndpointHasTheRecordsOfItsDomain() async throws {
        try await lab.makeChain { $0.names = "DNS:api.shop.test" }
        let options = ["-cert", "leaf.pem", "-key", "leaf.key", "-cert_chain", "middle.pem"]
        try await NameServer.run(lab) { server in
            try await SServer.run(lab, options) { port in
                let inspector = TLSInspector(
                    on: try Reactor(), clock: SystemClock(), nameServers: [server], limit: .seconds(10),
                    stage: .seconds(5))
                let endpoint = TLSEndpoint(
                    host: "api.shop.test", port: port, address: "127.0.0.1", authorities: lab.path("root.pem"),
                    path: "/page")
                let evidence = await inspector.look(at: endpoint)
                #expect(Set(evidence.authorities ?? []) == ["letsencrypt.org", "pki.goog"])
                #expect(evidence.authoritiesFailure == nil)
            }
        }
    }
}

/// unbound on a private port, with names of its own alone.
enum NameServer {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/sbin/unbound")

    static func run(_ lab: CertificateLab, _ body: (String) async throws -> Void) async throws {
        let port = try LoopbackPort.free()
        let configuration = try lab.write(
            "unbound.conf",
            """
            server:
                interface: 127.0.0.1@\(port)
                do-daemonize: no
                username: ""
                chroot: ""
                directory: "\(lab.folder)"
                pidfile: ""
                use-syslog: no
                logfile: ""
                verbosity: 0
                num-threads: 1
                module-config: "iterator"
                do-not-query-localhost: yes
                access-control: 127.0.0.0/8 allow
                local-zone: "test." static
                local-data: 'shop.test. 60 IN CAA 0 issue "letsencrypt.org"'
                local-data: 'shop.test. 60 IN CAA 0 issuewild "pki.goog"'
                local-data: 'shop.test. 60 IN CAA 0 iodef "mailto:security@shop.test"'
                local-data: 'api.shop.test. 60 IN A 127.0.0.1'
                local-data: 'nobody.test. 60 IN CAA 0 issue ";"'
                local-zone: "refused.example." refuse
            remote-control:
                control-enable: no

            """)
        let server = Task {
            try await Command.run(["/usr/sbin/unbound", "-d", "-c", configuration], deadline: .seconds(60))
        }
        let watcher = Task { try? await server.value }
        let client = DNSClient(server: "127.0.0.1:\(port)", on: try Reactor())
        var isUp = false
        for _ in 0..<200 where !isUp {
            isUp = (try? await client.authorities(of: "shop.test", until: .now + .milliseconds(500))) != nil
            if !isUp { try await Task.sleep(for: .milliseconds(25)) }
        }
        do {
            try #require(isUp, "unbound does not answer")
            try await body("127.0.0.1:\(port)")
        } catch {
            server.cancel()
            _ = await watcher.value
            throw error
        }
        server.cancel()
        _ = await watcher.value
    }
}
