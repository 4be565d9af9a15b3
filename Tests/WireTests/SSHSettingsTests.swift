import Testing
import Wire

@Suite struct SSHSettingsTests {
    @Test(
        arguments: [
            ["/usr/local/lib/guardia/guardia-door", "--door", "/var/lib/guardia/door", "serve"],
            ["printf", "%s|", "", "a b", "it's", "$HOME", "`id`", "*", "a\\nb", "é", "-x"],
        ])
    func aShellSplitsTheLineIntoTheSameWords(words: [String]) async throws {
        let script = "printf '%s\\n' " + SSHSettings.line(words)
        let result = try await Command.run(["sh", "-c", script], deadline: .seconds(10))
        #expect(result.standardOutput.text == words.map { "\($0)\n" }.joined())
    }

    @Test func plainWordsStayAsTheyAre() {
        #expect(SSHSettings.line(["a", "--door", "/var/lib/x"]) == "a --door /var/lib/x")
        #expect(SSHSettings(host: "edge-1", user: "guardia").target == "ssh guardia@edge-1:22")
    }
}
