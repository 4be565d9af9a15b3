import Edge
import Foundation
import Glibc
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// A hardened edge and the machine of who attacks it: two network namespaces joined by a cable (veth). In one stand nginx with
/// firewall and application, fail2ban and nftables as `guardia edge install` sets them up; from the other come real requests, from
/// several addresses. Nothing of it is seen, or left, outside.
final class AttackedEdge: Sendable {
    let lab: BanLab
    /// The attacker's namespace.
    let outside: String
    private let nginx: Process

    static let address = "198.18.0.1"
    /// The addresses of who comes from outside: one each of who attacks and of who does not.
    static let (offender, customer) = ("198.18.0.66", "198.18.0.7")
    static let address6 = "2001:db8::1"
    static let (offender6, customer6) = ("2001:db8::66", "2001:db8::7")

    /// Why there can be none here; nil where there can.
    static let refusal =
        BanLab.refusal ?? (HardenedEdge.isInstalled ? nil : "nginx's modules are missing: see scripts/deps")

    /// How a request ended.
    struct Answer: Equatable, CustomStringConvertible {
        /// 0 where none came.
        var status: Int
        /// curl's own: 7 is refused, 28 is that nothing came back in time.
        var curl: Int

        static let served = Answer(status: 200, curl: 0)
        /// The packets went nowhere.
        static let dropped = Answer(status: 0, curl: 28)
        static let refused = Answer(status: 0, curl: 7)
        var description: String { "status \(status), curl \(curl)" }
    }

    private init(_ lab: BanLab) {
        self.lab = lab
        outside = "\(lab.space)-out"
        nginx = Process()
    }

    static func with(_ bans: BanPlan, _ body: (AttackedEdge) async throws -> Void) async throws {
        let lab = try await BanLab {
            let folder = String($0.log.dropLast("/edge.log".count))
            $0.folder = folder
            $0.waf = FirewallPlan(auditLog: "\(folder)/waf.log")
            $0.bans = bans
        }
        let edge = AttackedEdge(lab)
        do {
            try await edge.start()
            try await body(edge)
        } catch {
            await edge.close()
            throw error
        }
        await edge.close()
    }

    private func start() async throws {
        try await lab.run(["ip", "netns", "add", outside])
        for words in [
            "-n \(lab.space) link set lo up", "-n \(outside) link set lo up",
            "-n \(lab.space) link add cable type veth peer name cable netns \(outside)",
            "-n \(lab.space) addr add \(Self.address)/24 dev cable",
            "-n \(lab.space) addr add \(Self.address6)/64 dev cable nodad",
            "-n \(outside) addr add \(Self.offender)/24 dev cable",
            "-n \(outside) addr add \(Self.customer)/24 dev cable",
            "-n \(outside) addr add \(Self.offender6)/64 dev cable nodad",
            "-n \(outside) addr add \(Self.customer6)/64 dev cable nodad",
            "-n \(lab.space) link set cable up", "-n \(outside) link set cable up",
        ] { try await lab.run(["ip"] + words.split(separator: " ").map(String.init)) }
        try await startNginx()
        // The cable takes a moment to carry.
        for address in [Self.customer, Self.customer6, Self.offender, Self.offender6] {
            let isServed = try await eventually { try await ask(from: address) == .served }
            try #require(isServed, "\(address) is not served")
        }
    }

    private func startNginx() async throws {
        let folder = lab.folder
        // Its workers are nobody, and look for the door below.
        try #require(chmod(folder, 0o711) == 0)
        let helper = "\(folder)/guardia-door"
        try Data(EdgeHelper.script).write(to: URL(filePath: helper))
        try #require(chmod(helper, 0o755) == 0)
        try await lab.run([helper, "--door", "\(folder)/door", "init", "blue"])
        let deployment = Deployment(
            colours: [
                ColourPlan(name: "blue", hosts: ["127.0.0.1:8080"]), ColourPlan(name: "green", hosts: ["127.0.0.1:1"]),
            ],
            edges: [EdgePlan(name: "edge-1", door: "\(folder)/door", front: "http://127.0.0.1:80", helper: helper)],
            release: ReleasePlan(command: CommandPlan(words: ["true"])), hardening: lab.plan)
        let hardening = Hardening(folder: folder, plan: lab.plan)
        let edge = EdgeConfiguration(deployment, deployment.edges[0])
        try hardening.write(rules: edge.rules)
        try #require(chmod("\(folder)/waf.log", 0o666) == 0)
        try """
        \(hardening.modules.map { "load_module \($0);\n" }.joined())user nobody nogroup;
        daemon off;
        pid \(folder)/nginx.pid;
        worker_processes 1;
        events { worker_connections 256; }
        http {
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            access_log off;
        \(edge.http)
            server {
                listen \(Self.address):80;
                listen [\(Self.address6)]:80;
        \(edge.server)
                location / { proxy_pass http://$guardia_colour; }
            }
            # The application: it serves everybody, and knows nobody's password.
            server {
                listen 127.0.0.1:8080;
                location / { return 200 "ok\\n"; }
                location = /login { return 401; }
            }
        }

        """.write(toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
        nginx.executableURL = URL(filePath: "/usr/bin/ip")
        nginx.arguments = [
            "netns", "exec", lab.space, "nginx", "-e", "\(folder)/nginx.log", "-p", folder, "-c",
            "\(folder)/nginx.conf",
        ]
        nginx.standardInput = FileHandle.nullDevice
        nginx.standardOutput = FileHandle.nullDevice
        nginx.standardError = FileHandle.nullDevice
        try nginx.run()
    }

    /// Whether what comes from an address goes nowhere.
    func drops(_ address: String) async throws -> Bool { try await ask(from: address, within: "1") == .dropped }

    /// One request over a connection of its own, a POST where it has a body.
    func ask(
        _ path: String = "/", body: String? = nil, from: String, within patience: String = "10"
    ) async throws -> Answer {
        let host = from.contains(":") ? "[\(Self.address6)]" : Self.address
        // Its own exit status is in what it prints, and a refusal is an answer here.
        let result = try await Command.run(
            [
                "ip", "netns", "exec", outside, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{exitcode}",
                "--connect-timeout", patience, "--max-time", "20", "-A", "Mozilla/5.0", "--interface", from,
            ] + (body.map { ["-H", "Content-Type: application/json", "-d", $0] } ?? []) + ["http://\(host)\(path)"],
            deadline: .seconds(30))
        let words = result.standardOutput.text.split(separator: " ").compactMap { Int($0) }
        try #require(words.count == 2, "\(result.standardError.text)")
        return Answer(status: words[0], curl: words[1])
    }

    /// Runs a script of bash on the attacker's machine.
    func outside(_ script: String) async throws -> [String] {
        try await lab.run(["ip", "netns", "exec", outside, "bash", "-c", script]).split(separator: "\n").map(
            String.init)
    }

    /// How many packets the rules whose text contains `words` have met.
    func packets(_ words: String) async throws -> Int {
        let text = try await lab.run(lab.nft + ["list", "chain", "inet", "guardia", "input"])
        let rules = text.split(separator: "\n").filter { $0.contains(words) }
        try #require(!rules.isEmpty, "no rule has ‘\(words)’ in \(text)")
        return rules.compactMap { $0.firstMatch(of: /packets (\d+)/).flatMap { Int($0.1) } }.reduce(0, +)
    }

    func close() async {
        if nginx.isRunning {
            // A test's thread blocks most signals, and so does what it starts.
            kill(nginx.processIdentifier, SIGTERM)
            _ = try? await eventually(within: .seconds(2)) { !nginx.isRunning }
        }
        _ = try? await Command.run(
            ["sh", "-c", "ip netns pids \"$0\" | xargs -r kill -9", outside], deadline: .seconds(20))
        _ = try? await Command.run(["ip", "netns", "delete", outside], deadline: .seconds(20))
        await lab.close()
    }
}
