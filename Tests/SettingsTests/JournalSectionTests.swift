import Launch
import Settings
import Testing

/// Which journal a config names, read without the rest of it.
@Suite struct JournalSectionTests {
    private func path(in yaml: String, _ variables: [String: String] = [:]) -> String? {
        LaunchConfigurationFile.journalPath(in: Array(yaml.utf8), name: "launch.yaml", variables: variables)
    }

    @Test(
        "it is the path that the whole file gives",
        arguments: [
            Sample.yaml, Sample.yaml.replacing("\n", with: "\r\n"),
            Sample.replacing(
                "journal: {path: /var/lib/guardia/journal.sqlite}\n",
                by: "journal:\n  # kept for long\n\n  keep: 2d\n  path: \"/srv/año 1/${NAME}\"\n# the probes\n"),
        ])
    func isThatOfTheWhole(yaml: String) throws {
        let whole = try load(yaml, ["NAME": "a"]).configuration.journal.path
        #expect(path(in: yaml, ["NAME": "a"]) == whole)
    }

    @Test func anErrorElsewhereDoesNotHideIt() {
        let yaml = Sample.replacing("type: http", by: "type: [")
        #expect(!errors(in: yaml).isEmpty)
        #expect(path(in: yaml) == "/var/lib/guardia/journal.sqlite")
    }

    @Test(
        "what does not stand by itself is not guessed",
        arguments: [
            "{journal: {path: /a}}", "journal: *where\n", "journal: {path: /a}\njournal: {path: /b}\n", "journal: /a\n",
            "journal: {path: '${NAME}'}\n", "journal: {path: /a, colour: red}\n", "journal: {path: /a", "",
        ])
    func isNotGuessed(yaml: String) { #expect(path(in: yaml) == nil) }
}
