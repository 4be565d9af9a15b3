import Launch
import Settings
import Testing

@Suite("Secrets are references")
struct SecretTests {
    private static let value = "hunter2-corp"

    @Test("a password written out is refused without being printed", arguments: ["password", "headers", "url"])
    func plainPassword(_ place: String) {
        let yaml =
            switch place {
            case "password": Sample.replacing("user: guardia", by: "user: guardia\n    password: \(Self.value)")
            case "headers":
                Sample.replacing("type: http", by: "type: http\n    headers: {Authorization: Bearer \(Self.value)}")
            default: Sample.replacing("https://api", by: "https://admin:\(Self.value)@api")
            }
        let found = errors(in: yaml)
        #expect(found.count == 1)
        #expect(!found.joined().contains("hunter2"))
    }

    @Test("a reference is kept as one")
    func references() throws {
        let yaml = Sample.replacing("user: guardia", by: "user: guardia\n    password: env:DB_PASSWORD")
        guard case .postgres(let target) = try load(yaml).configuration.probes[1].target else {
            Issue.record("not a postgres probe")
            return
        }
        #expect(target.password == .environment("DB_PASSWORD"))
        #expect(throws: Misfit.self) { try Secret(reference: "env:") }
        #expect(throws: Misfit.self) { try Secret(reference: "env:1X") }
        #expect(throws: Misfit.self) { try Secret(reference: "file:relative") }
    }

    @Test("a variable that is not set here is a doubt, with its place")
    func unset() throws {
        let yaml = Sample.replacing("user: guardia", by: "user: guardia\n    password: env:GUARDIA_SURELY_NOT_SET")
        #expect(
            try load(yaml).warnings.map(\.description) == [
                "launch.yaml:17:15: the secret env:GUARDIA_SURELY_NOT_SET is not set"
            ])
        let set = Sample.replacing("user: guardia", by: "user: guardia\n    password: env:PATH")
        #expect(try load(set).warnings == [])
    }

    @Test("a bearer token becomes a header of a secret")
    func bearer() throws {
        let yaml = Sample.replacing("type: http", by: "type: http\n    headers: {Authorization: {bearer: env:TOKEN}}")
        guard case .http(let target) = try load(yaml).configuration.probes[0].target else {
            Issue.record("not an http probe")
            return
        }
        #expect(
            target.headers == [Header(name: "Authorization", value: .secret(prefix: "Bearer ", .environment("TOKEN")))])
    }

    @Test("a file that only its owner reads is taken, without its line end", arguments: [0o600, 0o400])
    func file(_ mode: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write("token", "\(Self.value)\n", mode: mode)
        #expect(try SecretStore().resolve(.file(folder.path("token"))) == Self.value)
    }

    @Test("a file that others may read is refused with its mode", arguments: [0o640, 0o604, 0o700, 0o644])
    func openFile(_ mode: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write("token", Self.value, mode: mode)
        let path = folder.path("token")
        #expect(throws: SecretError.openToOthers(path: path, mode: UInt32(mode))) {
            try SecretStore().resolve(.file(path))
        }
        #expect(
            SecretError.openToOthers(path: path, mode: 0o644).description
                == "the secret file:\(path) has mode 0644; it must be 0600 or 0400: chmod 600 \(path)")
        // `guardia check` says so too.
        let yaml = Sample.replacing("user: guardia", by: "user: guardia\n    password: file:\(path)")
        #expect(try load(yaml).warnings.map(\.line) == [17])
    }

    @Test("a missing file, a folder, an empty file are refused by name")
    func unfit() throws {
        let folder = try TemporaryFolder()
        try folder.write("empty", "\n")
        #expect(throws: SecretError.unfit(path: folder.path("empty"))) {
            try SecretStore().resolve(.file(folder.path("empty")))
        }
        #expect(throws: SecretError.notAFile(path: folder.path)) { try SecretStore().resolve(.file(folder.path)) }
        #expect(throws: SecretError.unreadable(path: folder.path("none"), reason: "No such file or directory")) {
            try SecretStore().resolve(.file(folder.path("none")))
        }
    }

    @Test("an unset variable is refused by name")
    func environment() throws {
        let store = SecretStore { ["TOKEN": "t"][$0] }
        #expect(try store.resolve(.environment("TOKEN")) == "t")
        #expect(throws: SecretError.unset(name: "OTHER")) { try store.resolve(.environment("OTHER")) }
    }
}
