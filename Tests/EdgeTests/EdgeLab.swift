import Edge
import Glibc
import Launch
import Rehearsal
import Testing
import Wire

/// A whole edge: a door, a real nginx in front of two colours, and the client of it.
struct EdgeLab: Sendable {
    let lab: DoorLab
    let nginx: NginxServer
    let blue: ColourServer
    let green: ColourServer
    let deployment: Deployment
    let client: EdgeClient
    let reactor: Reactor
    let http: HTTPClient

    var url: String { "http://127.0.0.1:\(nginx.port)" }
    var plan: EdgePlan { deployment.edges[0] }

    init(
        in folder: PrivateFolder, sticky: StickyKey = .cookie("client"), headers: [String: String] = [:],
        ssh: SSHPlan? = nil, server: String = ""
    ) async throws {
        let lab = try await DoorLab(in: folder)
        let (blue, green) = (try ColourServer("v1"), try ColourServer("v2"))
        func deployment(_ port: UInt16) -> Deployment {
            var plan = lab.plan(port: port)
            plan.ssh = ssh
            var deployment = Deployment.sample([plan], blue: [blue.host], green: [green.host], sticky: sticky)
            deployment.answers.headers = headers
            return deployment
        }
        nginx = try await NginxServer.start(in: folder) { port, _ in
            let deployment = deployment(port)
            let edge = EdgeConfiguration(deployment, deployment.edges[0])
            return """
                \(edge.http)
                server {
                    listen 127.0.0.1:\(port);
                    \(edge.server)
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $host;
                    \(server)
                    location / { proxy_pass http://$guardia_colour; }
                }
                """
        }
        self.lab = lab
        self.blue = blue
        self.green = green
        self.deployment = deployment(nginx.port)
        reactor = try Reactor()
        http = HTTPClient(on: reactor)
        client = EdgeClient(self.deployment.edges[0], of: self.deployment, on: reactor)
    }

    func get(_ path: String, cookie: String? = nil) async throws -> HTTPResponse {
        try await http.send(
            HTTPRequest(url + path, headers: cookie.map { [.init("Cookie", $0)] } ?? []), deadline: limit)
    }

    /// Takes the lock, and switches.
    func open(_ split: Split) async throws {
        let fence = try await client.take(.test(kind: .rollback, force: .takeover), within: limit)
        try await client.stage(split, fence: fence, within: limit)
        let current = try #require(try await client.status(within: limit).split)
        if current != split { _ = try await client.flip(from: current, to: split, fence: fence, within: limit) }
        try await client.release(fence: fence, within: limit)
    }

    func close() async {
        await client.close()
        for server in [blue, green] {
            server.letGo()
            server.close()
        }
    }
}

extension LockClaim {
    static func test(
        _ holder: String = "ana@bastion", kind: Kind = .deploy, force: Force? = nil, fence: Int64? = nil,
        lease: Milliseconds = .seconds(60), reason: String = "a test"
    ) -> LockClaim {
        LockClaim(
            holder: holder, action: "a1", kind: kind, reason: reason, lease: lease, force: force, fence: fence)
    }
}

/// Runs a test on an edge of its own.
func withEdge(
    sticky: StickyKey = .cookie("client"), headers: [String: String] = [:], server: String = "",
    _ body: (EdgeLab) async throws -> Void
) async throws {
    let folder = try await PrivateFolder()
    do {
        let edge = try await EdgeLab(in: folder, sticky: sticky, headers: headers, server: server)
        do {
            try await body(edge)
        } catch {
            await edge.close()
            throw error
        }
        await edge.close()
    } catch {
        await folder.close()
        throw error
    }
    await folder.close()
}
