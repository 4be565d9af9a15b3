import Settings
import Testing

@Suite("Key files")
struct KeysFileTests {
    private static let defaults = [("deploy", "D"), ("rollback", "R"), ("filter", "/"), ("zoom", "z")]

    private func load(_ yaml: String) -> Result<KeysFile, ConfigErrors> {
        Result { () throws(ConfigErrors) in
            try KeysFile.load(bytes: Array(yaml.utf8), name: "keys.yaml", defaults: Self.defaults) { text in
                text.count == 1 ? text : text.hasPrefix("Ctrl-") ? text.uppercased() : nil
            }
        }
    }

    private func errors(_ yaml: String) -> [String] {
        if case .failure(let errors) = load(yaml) { errors.errors.map(\.description) } else { [] }
    }

    @Test("keys are given by action")
    func bindings() throws {
        let file = try load("deploy: X\nzoom: Ctrl-z").get()
        #expect(file.bindings.map(\.action) == ["deploy", "zoom"])
        #expect(file.bindings.map(\.key) == ["X", "CTRL-Z"])
    }

    @Test("two actions on one key are refused with both names")
    func conflict() {
        #expect(
            errors("deploy: X\nzoom: X") == [
                """
                keys.yaml:2:1: the key 'X' would do both 'zoom' and 'deploy', which has it on line 1; \
                give one of the two another key
                """
            ])
        #expect(
            errors("deploy: R") == [
                """
                keys.yaml:1:1: the key 'R' would do both 'deploy' and 'rollback', which has it by default; \
                give one of the two another key
                """
            ])
    }

    @Test("two actions may exchange their keys")
    func exchange() {
        #expect(errors("deploy: R\nrollback: D") == [])
    }

    @Test("an unknown action and a key that is none are told")
    func slips() {
        #expect(errors("deplyo: X") == ["keys.yaml:1:1: there is no action 'deplyo'; did you mean 'deploy'?"])
        #expect(
            errors("deploy: Foo")
                == ["keys.yaml:1:9: 'deploy': 'Foo' is not a key; write it as D, ?, F5, Tab or Ctrl-L"])
    }
}
