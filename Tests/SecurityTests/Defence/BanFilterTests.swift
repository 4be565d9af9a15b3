import Foundation
import Launch
import Security
import Testing
import Wire

/// The filters of Config/fail2ban on what a real hardened nginx writes: a log_format and a filter that no longer fit each other
/// would end all bans without a word.
@Suite(
    .serialized, .timeLimit(.minutes(2)),
    .enabled(
        if: HardenedEdge.isInstalled && FileManager.default.isExecutableFile(atPath: "/usr/bin/fail2ban-regex"),
        "see scripts/deps"))
struct BanFilterTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The addresses that a filter finds in a log, in its order.
    private func found(_ filter: String, in log: String) async throws -> [String] {
        let result = try await Command.run(
            [
                "fail2ban-regex", "--usedns=no", "-o", "ip", log,
                Self.root.appending(path: "Config/fail2ban/filter.d/guardia-\(filter).conf").path,
            ], environment: ["PATH": Command.defaultPath, "LC_ALL": "C.UTF-8", "HOME": "/tmp"], deadline: .seconds(60))
        try #require(result.isSuccess || result.standardOutput.bytes.isEmpty, "\(result.standardError.text)")
        return result.standardOutput.text.split(separator: "\n").map(String.init)
    }

    @Test func everyFilterFindsWhatTheEdgeWritesOfItsOffenders() async throws {
        try await withHardenedEdge { edge in
            let json = "application/json"
            #expect(
                try await edge.status("/auth/refused", method: "POST", from: "127.0.0.21", type: json, body: "{}")
                    == 401)
            #expect(
                try await edge.status("/payments/refused", method: "POST", from: "127.0.0.22", type: json, body: "{}")
                    == 402)
            #expect(try await edge.status("/wp-login.php", from: "127.0.0.23") == 404)
            #expect(try await edge.status("/search", method: "PROPFIND", from: "127.0.0.24") == 405)
            #expect(
                try await edge.status("/search?q=%3Cscript%3Ealert(1)%3C/script%3E", from: "127.0.0.25") == 403)
            // Honest ones, and guardia's own.
            #expect(try await edge.status("/search?q=corte", from: "127.0.0.26") == 200)
            #expect(
                try await edge.status(
                    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", from: "127.0.0.1", agent: "guardia-canary/waf")
                    == 403)
            let log = edge.plan.log
            let isWritten = try await eventually {
                try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count >= 7
            }
            #expect(isWritten)
            #expect(try await found("auth", in: log) == ["127.0.0.21"])
            #expect(try await found("payment", in: log) == ["127.0.0.22"])
            #expect(try await found("scan", in: log) == ["127.0.0.23", "127.0.0.24"])
            #expect(try await found("waf", in: log) == ["127.0.0.25"])
        }
    }
}
