import Foundation
import Launch
import Settings
import Testing

@Suite("Files that mean harm, or nothing")
struct HostileInputTests {
    private func errors(_ bytes: [UInt8]) -> [ConfigError] {
        do throws(ConfigErrors) {
            _ = try LaunchConfigurationFile.load(bytes: bytes, name: "x.yaml")
            return []
        } catch {
            return error.errors
        }
    }

    private func first(_ text: String) -> String { errors(Array(text.utf8)).first?.description ?? "none" }

    @Test("an empty file", arguments: ["", "\n\n", "# only a comment\n"])
    func empty(_ text: String) {
        #expect(first(text) == "x.yaml:1:1: the file is empty")
    }

    @Test("a file of 10 MB is refused unread")
    func large() {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000_000)
        #expect(
            errors(bytes).map(\.description) == ["x.yaml:1:1: the file is larger than 1 MiB; is this the right file?"])
    }

    @Test("invalid UTF-8 is told with its place")
    func invalidUTF8() {
        let bytes = Array("a: b\nnámë: ".utf8) + [0xC3, 0x28] + Array("\nc: d".utf8)
        #expect(errors(bytes).map(\.description) == ["x.yaml:2:7: this byte is not UTF-8; save the file as UTF-8"])
    }

    @Test("a tab is told with its place")
    func tab() {
        #expect(first("product:\n\tname: BarberPro") == "x.yaml:2:1: a tab; YAML is indented with spaces")
    }

    @Test("deep nesting ends in an error", arguments: [30, 900, 5000, 100_000])
    func nesting(_ depth: Int) {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
            let text = "a: \n  " + String(repeating: open, count: depth) + String(repeating: close, count: depth)
            #expect(!errors(Array(text.utf8)).isEmpty)
        }
    }

    @Test("a bomb of aliases ends in an error")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        #expect(first(text) == "x.yaml:1:1: more than 24 aliases (*name); write the values out")
        var small = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 { small += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
        small += "? *a8\n: x\n"
        #expect(!errors(Array(small.utf8)).isEmpty)
    }

    @Test(
        "what is no mapping, no settings or no YAML",
        arguments: [
            "[a, b]", "just text", "a: b: c", "\"unterminated", "? [a]\n: b", "a: *nowhere", "%YAML 9.9\n---\na: b",
            "a: 1\n---\nb: 2", "a: \u{0}b", "- !!binary x", "<<: {a: b}", "~: ~",
        ])
    func oddities(_ text: String) {
        let found = errors(Array(text.utf8))
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.line >= 1 && $0.column >= 1 })
    }

    @Test("escape sequences in a file do not reach the terminal")
    func escapes() {
        let text = "\"\\e]0;owned\\a\\u202Ename\": x\n"
        let message = errors(Array(text.utf8)).map(\.description).joined()
        #expect(!message.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
    }

    @Test("whatever is done to barberpro.yaml, it loads or every error has a place")
    func mutations() throws {
        let original = [UInt8](
            try Data(contentsOf: ShippedConfigurationTests.root.appending(path: "Config/barberpro.yaml")))
        var random = SeededGenerator(seed: 3)
        let fragments = [
            "\t", ": ", "- ", "{", "}", "[", "]", "&a ", "*a ", "\"", "'", "\n", "${X}", "\u{202E}", "%", "~", "|", ">",
            "#", "-1", "99999999999999999999", "!!map ",
        ]
        for _ in 0..<150 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...40, using: &random))
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.removeSubrange(start..<end)
                case 1: bytes.insert(contentsOf: Array(fragments.randomElement(using: &random)!.utf8), at: start)
                case 2: bytes[start] = UInt8.random(in: 0...255, using: &random)
                case 3:
                    bytes.insert(
                        contentsOf: Array(bytes[start..<end]), at: Int.random(in: 0..<bytes.count, using: &random))
                default: bytes.removeSubrange(start...)
                }
                if bytes.isEmpty { bytes = [10] }
            }
            let lines = bytes.count { $0 == 10 } + 2
            for error in errors(bytes) {
                #expect((1...lines).contains(error.line) && error.column >= 1, "\(error)")
                #expect(!error.description.unicodeScalars.contains { $0.value < 32 }, "\(error)")
            }
        }
    }
}

/// SplitMix64: the same seed, the same mutations.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
