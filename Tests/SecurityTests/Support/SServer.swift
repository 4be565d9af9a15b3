import Foundation
import Glibc
import Rehearsal
import Testing
import Wire

/// `openssl s_server`, with any fault that its options can make.
enum SServer {
    static let hsts = "max-age=31536000; includeSubDomains"

    /// Runs it while `body` does; the page that it serves at /page carries the given headers.
    static func run(
        _ lab: CertificateLab, _ options: [String], headers: [String] = ["Strict-Transport-Security: \(hsts)"],
        _ body: (UInt16) async throws -> Void
    ) async throws {
        _ = try lab.write(
            "page", "HTTP/1.1 200 OK\r\n" + headers.map { "\($0)\r\n" }.joined() + "Content-Length: 2\r\n\r\nok")
        // Somebody may be faster at the port that was free.
        for attempt in 0..<5 {
            let port = try LoopbackPort.free()
            // True once it accepts, false once it has ended.
            let (signs, sign) = AsyncStream.makeStream(of: Bool.self)
            let folder = lab.folder
            let server = Task {
                try await Command.run(
                    [
                        "sh", "-c", "cd \"$0\" && exec openssl s_server \"$@\"", folder, "-accept", "127.0.0.1:\(port)",
                        "-HTTP", "-ignore_unexpected_eof",
                    ] + options, deadline: .seconds(120)
                ) { bytes in
                    if String(decoding: bytes, as: UTF8.self).contains("ACCEPT") { sign.yield(true) }
                }
            }
            let watcher = Task {
                defer { sign.yield(false) }
                return try? await server.value
            }
            guard await signs.first(where: { _ in true }) == true else {
                server.cancel()
                let ended = await watcher.value
                if attempt < 4, ended?.standardError.text.contains("Address already in use") == true { continue }
                Issue.record("s_server did not start: \(ended?.standardError.text ?? "no answer")")
                return
            }
            do { try await body(port) } catch {
                server.cancel()
                throw error
            }
            server.cancel()
            _ = await watcher.value
            return
        }
    }
}
