import Foundation
import Testing

/// The recorded launch that ships, in a real terminal.
@Suite(.timeLimit(.minutes(2)))
struct ReplayTests {
    private let recording = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/recordings/bad-deploy.journal").path

    @Test("the shipped recording is small, opens without a config, and can be gone through to its rollback")
    func shipped() async throws {
        let size = try #require(FileManager.default.attributesOfItem(atPath: recording)[.size] as? Int)
        #expect(size <= 2_000_000)
        let screen = try TerminalScreen("\(Program.path("guardia")) replay \(recording)", columns: 120, rows: 40)
        try await screen.expect(text: "REPLAY  27/11/2026 05:10")
        // The last event but one is the rollback's end.
        try screen.type("g")
        try screen.type("05:16:50")
        try screen.press("Enter")
        try await screen.expect(text: "05:16:50 ART")
        try await screen.expect(text: "v1.5.1-late")
        // Nothing can be done there, whatever is pressed.
        try screen.press("R")
        try await screen.expect(text: "nothing can be done there")
        try screen.press("q")
        #expect(try await eventually { (try? screen.isAlternate()) == false })
    }

    @Test("a picture of it says the same as the screen")
    func shot() throws {
        let text = try Program.run(
            Program.path("guardia"),
            ["shot", "-", "--journal", recording, "--at", "2026-11-27T05:16:50-03:00", "--size", "120x40"]
        ).output
        #expect(text.contains("REPLAY"))
        #expect(text.contains("v1.5.1-late"))
    }
}
