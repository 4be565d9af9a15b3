import Edge
import Foundation
import Glibc
import Journal
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// A real nginx with the hardening that is rendered: firewall, rule set, limits, countries; before an application that answers 200
/// to everything.
struct HardenedEdge: Sendable {
    let folder: PrivateFolder
    let nginx: NginxServer
    let deployment: Deployment
    let reactor: Reactor
    let http: HTTPClient
    /// What `/silent` waits for.
    let silent: SilentPort

    static let isInstalled = Hardening.everything != nil

    var plan: HardeningPlan { deployment.hardening! }
    var url: String { "http://127.0.0.1:\(nginx.port)" }
    var logFolder: String { "\(folder.path)/nginx" }

    /// What is included, before nginx starts: where a test breaks a defence.
    struct Texts {
        var http: String
        var server: String
        var rules: String
    }

    init(
        in folder: PrivateFolder, _ change: (inout HardeningPlan) -> Void = { _ in },
        breaking: (inout Texts) -> Void = { _ in }
    ) async throws {
        self.folder = folder
        let helper = "\(folder.path)/guardia-door"
        try Data(EdgeHelper.script).write(to: URL(filePath: helper))
        try #require(chmod(helper, 0o755) == 0)
        let made = try await Command.run(
            [helper, "--door", "\(folder.path)/door", "init", "blue"], deadline: .seconds(20))
        try #require(made.isSuccess)
        let silent = try SilentPort()
        self.silent = silent
        let application = try await NginxServer.start(in: folder, name: "application") { port, _ in
            """
            server {
                listen 127.0.0.1:\(port);
                location / { add_header X-Version v1; return 200 "ok\\n"; }
                # What an application answers to who tries out passwords, cards and doors.
                location = /auth/refused { return 401; }
                location = /payments/refused { return 402; }
                location = /wp-login.php { return 404; }
                location = /silent { proxy_pass http://127.0.0.1:\(silent.port); }
            }
            """
        }
        var hardening = Hardening(folder: "\(folder.path)/nginx")
        var plan = hardening.plan
        plan.rest = RequestLimit(2, .second, burst: 8)
        change(&plan)
        hardening = Hardening(folder: "\(folder.path)/nginx", plan: plan)
        func deployment(_ port: UInt16) -> Deployment {
            Deployment(
                colours: [
                    ColourPlan(name: "blue", hosts: ["127.0.0.1:\(application.port)"]),
                    ColourPlan(name: "green", hosts: ["127.0.0.1:1"]),
                ],
                edges: [
                    EdgePlan(
                        name: "edge-1", door: "\(folder.path)/door", front: "http://127.0.0.1:\(port)", helper: helper)
                ], release: ReleasePlan(command: CommandPlan(words: ["true"])), hardening: plan)
        }
        nginx = try await NginxServer.start(in: folder, modules: hardening.modules) { port, _ in
            let deployment = deployment(port)
            let edge = EdgeConfiguration(deployment, deployment.edges[0])
            var texts = Texts(http: edge.http, server: edge.server, rules: edge.rules ?? "")
            breaking(&texts)
            try hardening.write(rules: texts.rules)
            return """
                \(texts.http)
                server {
                    listen 127.0.0.1:\(port);
                    \(texts.server)
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    location / { proxy_pass http://$guardia_colour; }
                }
                """
        }
        self.deployment = deployment(nginx.port)
        reactor = try Reactor()
        http = HTTPClient(on: reactor)
    }

    /// The status of an answer to a stranger: the edge's own address is trusted.
    func status(
        _ path: String, method: String = "GET", from: String = "127.0.0.18", type: String? = nil, body: String? = nil,
        agent: String = "Mozilla/5.0", headers: [HTTPRequest.Header] = []
    ) async throws -> Int {
        var all = headers + [.init("User-Agent", agent), .init("Accept", "*/*")]
        if let type { all.append(.init("Content-Type", type)) }
        return try await http.send(
            HTTPRequest(
                url + path, method: method, headers: all, body: body.map { Array($0.utf8) }, freshConnection: true,
                sourceAddress: from), deadline: .seconds(20)
        ).status
    }

    /// Everything that nginx wrote, its own standard error included.
    func everythingWritten() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: logFolder).filter { $0.hasSuffix(".log") }
        let files = names.map { "\(logFolder)/\($0)" } + [nginx.logFile]
        return files.map { String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self) }
            .joined()
    }

    func survey(_ change: (inout DefencePlan) -> Void = { _ in }) async throws -> SecurityCheck {
        var defences = DefencePlan(maximumAgeOfRules: .days(3650))
        change(&defences)
        return try await #require(DefenceSurvey(defences, of: deployment, on: reactor, clock: SystemClock())).take()
    }
}

/// Runs a test on a hardened edge of its own.
func withHardenedEdge(
    _ change: (inout HardeningPlan) -> Void = { _ in }, breaking: (inout HardenedEdge.Texts) -> Void = { _ in },
    _ body: (HardenedEdge) async throws -> Void
) async throws {
    let folder = try await PrivateFolder()
    do {
        try await body(try await HardenedEdge(in: folder, change, breaking: breaking))
    } catch {
        await folder.close()
        throw error
    }
    await folder.close()
}

/// A port of loopback that takes connections and never answers.
final class SilentPort: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(isBound)
    }

    deinit { close(descriptor) }
}
