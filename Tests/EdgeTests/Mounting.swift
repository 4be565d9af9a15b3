import Foundation
import Glibc
import Testing
import Wire

/// What tests mount over a door: a disk that is full, read-only or gone.
enum Mounting {
    /// Why nothing can be mounted here; nil where it can.
    static let refusal: String? = {
        guard geteuid() == 0 else { return "only root can mount" }
        let tried = Process()
        let errors = Pipe()
        // In a mount namespace that nobody keeps.
        tried.executableURL = URL(filePath: "/usr/bin/unshare")
        tried.arguments = ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
        tried.standardOutput = FileHandle.nullDevice
        tried.standardError = errors
        do { try tried.run() } catch { return "there is no unshare: \(error)" }
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        tried.waitUntilExit()
        return tried.terminationStatus == 0 ? nil : "this machine lets nobody mount: \(said)"
    }()

    static func mount(_ words: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await Command.run(["mount"] + words, deadline: limit)
        try #require(result.isSuccess, "\(result.standardError.text)", sourceLocation: sourceLocation)
    }

    static func unmount(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await Command.run(["umount", "-l", path], deadline: limit)
        #expect(result.isSuccess, "\(result.standardError.text)", sourceLocation: sourceLocation)
    }
}
