import Foundation
import Glibc
import Testing

/// What guardia demands for its own safety before it does anything.
struct OwnSecurityTests {
    private let guardia = Program.path("guardia")
    private let folder: String

    init() throws {
        var template = Array("/tmp/guardia-own-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func config() throws -> String {
        try """
        product: {name: X}
        environment: test
        timezone: {name: America/Argentina/Buenos_Aires, abbreviation: ART}
        journal: {path: \(folder)/journal}
        probes:
          - {name: api, type: http, url: "http://127.0.0.1:1/"}
        panes: {health: [{title: API, show: api.p95, judge: [api.up]}]}
        """.write(toFile: "\(folder)/launch.yaml", atomically: true, encoding: .utf8)
        return "\(folder)/launch.yaml"
    }

    @Test("the engine does not start on a config that everybody can write: it names commands")
    func writableConfig() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try config()
        try #require(chmod(path, 0o666) == 0)
        let result = try Program.run(guardia, ["watch", "--config", path])
        #expect(result.status == 2)
        #expect(result.errors.contains("\(path) can be changed by others"))
        #expect(result.errors.contains("it names commands that the engine runs: chmod go-w \(path)"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/journal"))
    }

    @Test("nor on one that a group can write, or can put another in the place of", .enabled(if: geteuid() == 0))
    func groupWritableConfig() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try config()
        func refusal() throws -> String {
            let result = try Program.run(guardia, ["watch", "--config", path])
            return result.status == 2 ? result.errors : ""
        }
        // Of a group that is not root's: its members are operators.
        try #require(chmod(path, 0o664) == 0 && chown(path, 0, 65_534) == 0)
        #expect(try refusal().contains("\(path) can be changed by others than root and the service user"))
        try #require(chmod(path, 0o644) == 0 && chmod(folder, 0o775) == 0 && chown(folder, 0, 65_534) == 0)
        #expect(try refusal().contains("chmod go-w \(folder)\n"))
        try #require(chmod(folder, 0o755) == 0 && chown(path, 65_534, 0) == 0)
        #expect(try refusal().contains("\(path) belongs to another user (65534)"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/journal"))
    }

    @Test("nor on a journal that everybody can write: it is the audit")
    func writableJournal() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try config()
        _ = FileManager.default.createFile(atPath: "\(folder)/journal", contents: nil)
        try #require(chmod("\(folder)/journal", 0o646) == 0)
        let result = try Program.run(guardia, ["watch", "--config", path])
        #expect(result.status == 2)
        #expect(result.errors.contains("it is the audit"))
    }

    @Test("a program that is setuid refuses to run", .enabled(if: geteuid() == 0))
    func setuid() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let copy = "\(folder)/guardia"
        try #require(chmod(folder, 0o755) == 0)
        try FileManager.default.copyItem(atPath: guardia, toPath: copy)
        try #require(chmod(copy, 0o755) == 0)
        let words = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", copy, "--version"]
        #expect(try Program.run("/usr/bin/setpriv", words).output == "guardia 0.1.0\n")
        try #require(chmod(copy, 0o4755) == 0)
        let result = try Program.run("/usr/bin/setpriv", words)
        #expect(result.status == 2)
        #expect(result.errors.contains("must not be setuid"))
    }
}
