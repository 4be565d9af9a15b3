import Testing

@testable import Console

@Suite struct ShellLinesTests {
    private let words = [
        "guardia", "rollback", "--reason", "it's slow", "--journal", "/var/lib/guardia/guardia.journal",
    ]

    @Test func theRowsAreOneCommandToAShell() {
        let rows = ShellLines.broken(words, to: 40)
        #expect(rows.count > 1 && rows.allSatisfy { $0.count <= 40 })
        #expect(rows.dropLast().allSatisfy { $0.hasSuffix(" \\") } && !rows.last!.hasSuffix("\\"))
        let one = rows.map { $0.hasSuffix(" \\") ? String($0.dropLast(2)) : $0 }.joined(separator: " ")
        #expect(one == #"guardia rollback --reason 'it'\''s slow' --journal /var/lib/guardia/guardia.journal"#)
    }

    @Test func whatFitsIsOneRow() { #expect(ShellLines.broken(["guardia", "status"], to: 40) == ["guardia status"]) }
}
