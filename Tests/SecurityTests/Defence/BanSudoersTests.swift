import Foundation
import Launch
import Rehearsal
import Security
import Testing
import Wire

/// What the service user may run as root to ask who is banned: exactly what guardia asks, and nothing else.
@Suite struct BanSudoersTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func theShippedFileIsWhatTheCodeAsks() throws {
        let shipped = try String(
            contentsOf: Self.root.appending(path: "Config/sudoers.d/guardia-bans"), encoding: .utf8)
        #expect(shipped == BanSudoers.text([BanWatch(name: "edge-1")]))
    }

    @Test func anEdgeElsewhereAndJailsOfOnesOwnAreWrittenAsTheyAreAsked() async throws {
        let watch = BanWatch(
            name: "e", client: ["ssh", "edge-1", "sudo", "-n", "/opt/f2b/bin/fail2ban-client", "-c", "/etc/f2b"],
            nft: ["nft"], jails: ["own"])
        let text = try #require(BanSudoers.text([watch], user: "asker"))
        #expect(text.contains("    /opt/f2b/bin/fail2ban-client -c /etc/f2b status, \\\n"))
        #expect(text.contains("/opt/f2b/bin/fail2ban-client -c /etc/f2b status own\n"))
        #expect(!text.contains("nft -j") && text.contains("asker ALL"))
        #expect(BanSudoers.text([BanWatch(name: "e", client: ["fail2ban-client"], nft: ["nft"])]) == nil)
        // A jail's name that would be a pattern lets nothing more through, and the file stays whole.
        let odd = try #require(BanSudoers.text([BanWatch(name: "e", jails: ["*", "a,b", "c d"])]))
        let folder = try await PrivateFolder()
        let path = "\(folder.path)/odd"
        try odd.write(toFile: path, atomically: true, encoding: .utf8)
        let checked = try await Command.run(["/usr/sbin/visudo", "-c", "-f", path], deadline: .seconds(20))
        #expect(checked.isSuccess, "\(checked.standardError.text)")
        #expect(odd.contains("status \\*,"))
        await folder.close()
    }

    /// Real sudo, with this file alone in /etc/sudoers.d, in a mount namespace of its own: what is asked is let through, any
    /// other argument is not. sudo is asked what it would run (`-l COMMAND`): nothing of fail2ban runs.
    @Test(.enabled(if: geteuid() == 0, "it mounts"))
    func sudoLetsExactlyThatThrough() async throws {
        let folder = try await PrivateFolder()
        try #require(chmod(folder.path, 0o755) == 0)
        let text = try #require(BanSudoers.text([BanWatch(name: "edge-1")], user: "nobody"))
        let rules = "\(folder.path)/sudoers.d"
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        try text.write(toFile: "\(rules)/guardia-bans", atomically: true, encoding: .utf8)
        try #require(chmod("\(rules)/guardia-bans", 0o440) == 0)
        func isAllowed(_ words: [String]) async throws -> Bool {
            // `sudo -n X` becomes `sudo -n -l X`: the exit status says whether it may be run.
            #expect(words.prefix(2) == ["sudo", "-n"])
            let script =
                "mount --bind \"$1\" /etc/sudoers.d && shift && exec setpriv --reuid=nobody --regid=nogroup --clear-groups -- \"$@\""
            let result = try await Command.run(
                ["unshare", "-m", "sh", "-c", script, "sh", rules, "sudo", "-n", "-l"] + words.dropFirst(2),
                environment: ["PATH": Command.defaultPath], deadline: .seconds(30))
            return result.isSuccess
        }
        let watch = BanWatch(name: "edge-1")
        for words in watch.allWords { #expect(try await isAllowed(words), "\(words)") }
        let client = watch.client
        for words in [
            client + ["set", "guardia-auth", "unbanip", "10.0.0.1"], client + ["stop"], client,
            client + ["status", "sshd"],
            client + ["status", "guardia-auth", "ip"], client + ["-c", "/tmp", "status"],
            watch.nft + ["flush", "ruleset"], watch.nft + ["-j", "list", "ruleset"], watch.nft,
            watch.nft + ["-f", "/tmp/x"], ["sudo", "-n", "sh"],
        ] { #expect(try await !isAllowed(words), "\(words)") }
        await folder.close()
    }
}
