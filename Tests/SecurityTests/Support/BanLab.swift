import Edge
import Foundation
import Glibc
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// fail2ban and nftables as `guardia edge install` sets them up, in a network namespace of their own.
final class BanLab: Sendable {
    let folder: String
    let space: String
    let plan: HardeningPlan

    /// Why there can be none here; nil where there can.
    static let refusal: String? = {
        guard geteuid() == 0 else { return "only root can make a network namespace" }
        let programs = ["/usr/bin/fail2ban-server", "/usr/sbin/nft", "/usr/bin/ip"]
        guard programs.allSatisfy(FileManager.default.isExecutableFile) else {
            return "fail2ban, nftables or iproute2 is missing: see scripts/deps"
        }
        // All that the tests need of the kernel, tried in a namespace that nobody keeps.
        let tried = Process()
        let errors = Pipe()
        tried.executableURL = URL(filePath: "/usr/bin/unshare")
        tried.arguments = [
            "--net", "sh", "-ec",
            """
            ip link add guardia0 type veth peer name guardia1
            nft 'add table inet guardia; add set inet guardia s { type ipv4_addr; size 9; flags dynamic; }
            add chain inet guardia c { type filter hook input priority 0; }
            add rule inet guardia c tcp dport 80 ct state new add @s { ip saddr ct count over 1 } drop'
            """,
        ]
        tried.standardOutput = FileHandle.nullDevice
        tried.standardError = errors
        do { try tried.run() } catch { return "this machine has no network namespaces: \(error)" }
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tried.waitUntilExit()
        return tried.terminationStatus == 0 ? nil : "this machine lets nobody make network namespaces: \(said)"
    }()

    var client: [String] {
        [
            "ip", "netns", "exec", space, "fail2ban-client", "-c", "\(folder)/fail2ban", "-s", "\(folder)/socket", "-p",
            "\(folder)/pid",
        ]
    }
    var nft: [String] { ["ip", "netns", "exec", space, "nft"] }
    var watch: BanWatch { BanWatch(name: "edge-1", client: client, nft: nft, log: "\(folder)/fail2ban.log") }

    /// - Parameter change: what else is hardened than bans.
    init(_ change: (inout HardeningPlan) -> Void = { _ in }) async throws {
        var template = Array("/tmp/guardia-ban-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        space = "guardia-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        var plan = HardeningPlan(log: "\(folder)/edge.log", bans: BanPlan(retries: 3))
        change(&plan)
        self.plan = plan
        try await run(["ip", "netns", "add", space])
        do {
            try await start()
        } catch {
            await close()
            throw error
        }
    }

    private func start() async throws {
        for name in ["fail2ban/filter.d", "fail2ban/action.d", "fail2ban/jail.d"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        for file in EdgeHardening(plan).banFiles {
            let path =
                file.path.hasPrefix("/etc/fail2ban/")
                ? "\(folder)/fail2ban/\(file.path.dropFirst("/etc/fail2ban/".count))" : "\(folder)/guardia.nft"
            try file.text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        try """
        [Definition]
        loglevel = INFO
        logtarget = \(folder)/fail2ban.log
        syslogsocket = auto
        socket = \(folder)/socket
        pidfile = \(folder)/pid
        dbfile = \(folder)/fail2ban.sqlite
        dbpurgeage = 1d

        """.write(toFile: "\(folder)/fail2ban/fail2ban.conf", atomically: true, encoding: .utf8)
        try "[DEFAULT]\n".write(toFile: "\(folder)/fail2ban/jail.conf", atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: plan.log, contents: nil)
        try await run(nft + ["-f", "\(folder)/guardia.nft"])
        try await run(client + ["start"])
        for _ in 0..<300 {
            if try await Command.run(client + ["ping"], deadline: .seconds(10)).isSuccess { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SecurityError("fail2ban", log)
    }

    var log: String { (try? String(contentsOfFile: "\(folder)/fail2ban.log", encoding: .utf8)) ?? "" }

    @discardableResult
    func run(_ words: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let result = try await Command.run(words, deadline: .seconds(30), outputLimit: 1 << 20)
        try #require(
            result.isSuccess,
            "\(words.joined(separator: " ")): \(result.standardError.text)\(result.standardOutput.text)",
            sourceLocation: sourceLocation)
        return result.standardOutput.text
    }

    /// A line of the edge's log, now.
    func note(
        _ address: String, kind: String = "auth", path: String = "/login", status: Int = 401, refused: String = "",
        canary: Int = 0
    )
        throws
    {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 40)
        strftime(&text, 40, "%Y-%m-%dT%H:%M:%S+00:00", &parts)
        let stamp = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let line =
            #"{"ts":"\#(stamp)","ip":"\#(address)","country":"AR","class":"\#(kind)","method":"POST","path":"\#(path)","status":\#(status),"refused":"\#(refused)","canary":\#(canary)}"#
        let file = try #require(FileHandle(forWritingAtPath: plan.log))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(line)\n".utf8))
        try file.close()
    }

    func banned(by jail: String) async throws -> Set<String> {
        BanSurvey.status(try await run(client + ["status", jail])).addresses
    }

    func waitForBan(of address: String, by jail: String) async throws {
        for _ in 0..<200 {
            if try await banned(by: jail).contains(address) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(jail) never banned \(address): \(log.suffix(2000))")
    }

    func table() async throws -> FilterTable {
        try #require(FilterTable(json: Array(try await run(nft + ["-j", "list", "table", "inet", "guardia"]).utf8)))
    }

    func survey() async -> SecurityCheck { await BanSurvey(DefencePlan(bans: [watch])).take() }

    func close() async {
        _ = try? await Command.run(client + ["stop"], deadline: .seconds(20))
        _ = try? await Command.run(["ip", "netns", "delete", space], deadline: .seconds(20))
        try? FileManager.default.removeItem(atPath: folder)
    }
}

func withBans(_ body: (BanLab) async throws -> Void) async throws {
    let lab = try await BanLab()
    do { try await body(lab) } catch {
        await lab.close()
        throw error
    }
    await lab.close()
}
