import Console
import Settings
import Testing

@Suite("Theme files")
struct ThemeFileTests {
    @Test("every shipped theme says every role", arguments: ThemeFile.shipped)
    func shipped(_ name: String) throws {
        #expect(try ThemeFile.load(name).name == name)
    }

    @Test("the dark theme's file is the theme that is used when no file is")
    func dark() throws {
        let theme = try ThemeFile.load("dark")
        for role in Role.allCases { #expect(theme[role] == Theme.dark[role], "\(role.name)") }
    }

    @Test("in every theme the verdicts look different from each other", arguments: ThemeFile.shipped)
    func verdictsDiffer(_ name: String) throws {
        let theme = try ThemeFile.load(name)
        let paints = [Role.ok, .warning, .critical, .unknown].map { theme[$0] }
        #expect(Set(paints).count == 4)
    }

    @Test("the mono theme has no colour at all")
    func mono() throws {
        let theme = try ThemeFile.load("mono")
        for role in Role.allCases {
            #expect(theme[role].foreground == .terminal && theme[role].background == .terminal, "\(role.name)")
        }
    }

    private func errors(in yaml: String) -> [String] {
        do throws(ConfigErrors) {
            _ = try ThemeFile.load(bytes: Array(yaml.utf8), name: "mine", file: "mine.yaml")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    /// A theme that says every role, its first lines replaced.
    private func theme(_ lines: String...) -> String {
        let said = Set(lines.map { String($0.prefix { $0 != ":" }) })
        let rest = Role.names.filter { !said.contains($0) }.map { "\($0): {}" }
        return (lines + rest).joined(separator: "\n")
    }

    @Test("a wrong role, colour or attribute is told with its line and the nearest right one")
    func slips() {
        #expect(errors(in: theme("ok: {fg: \"#00ff00\", bg: 16, bold: true}")) == [])
        #expect(
            errors(in: theme("ok: {}", "critcal: {}"))
                == ["mine.yaml:2:1: there is no role 'critcal'; did you mean 'critical'?"])
        #expect(
            errors(in: theme("ok: {fg: grene}"))
                == ["mine.yaml:1:10: 'fg': 'grene' is not a colour; did you mean 'green'?"])
        #expect(
            errors(in: theme("ok: {bolt: true}")) == ["mine.yaml:1:6: unknown key 'bolt' in 'ok'; did you mean 'bold'?"]
        )
        #expect(
            errors(in: theme("ok: {fg: 256}")).first?.hasPrefix("mine.yaml:1:10: 'fg': '256' is not a colour;") == true)
    }

    @Test("a role that is missing is named")
    func missing() {
        let yaml = Role.names.dropFirst().map { "\($0): {}" }.joined(separator: "\n")
        #expect(
            errors(in: yaml)
                == ["mine.yaml: the theme lacks text; 'text: {}' gives a role the terminal's own colours"])
    }

    @Test("a theme's name that is none is answered with the nearest; a path is read")
    func names() throws {
        let unknown = #expect(throws: ConfigErrors.self) { try ThemeFile.load("drak") }
        #expect(unknown?.description == "drak: there is no theme 'drak'; did you mean 'dark'?")
        let folder = try TemporaryFolder()
        try folder.write("night.yaml", theme("ok: {fg: cyan}"))
        let night = try ThemeFile.load(folder.path("night.yaml"))
        #expect(night.name == "night")
        #expect(night[.ok].foreground == .ansi(6))
    }
}
