import ArgumentParser
import Glibc

/// Gives a colour of a running rehearsal another version: what `release:` of its config runs.
struct ReleaseColour: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Starts a colour of a running rehearsal anew, with another version.",
        discussion: Misbehaviour.help)

    @Option(help: "The rehearsal's folder.") var folder: String
    @Option var colour: String
    @Option var version: String

    func run() async throws {
        let allowed = { (text: String) in
            !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        }
        guard allowed(colour), allowed(version) else {
            throw ValidationError("a colour and a version are words of up to 128 visible characters")
        }
        print("asking the rehearsal for \(version) on \(colour) …")
        let answer = try ControlSocket(folder: folder).ask("release \(colour) \(version)\n")
        guard answer == "ok\n" else {
            print(answer.isEmpty ? "the rehearsal ended without an answer" : answer)
            throw ExitCode.failure
        }
        print("\(colour) runs \(version)")
    }

}

/// Stops, starts or restarts a part of a running rehearsal: what its drills run.
struct ControlPart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control", abstract: "Stops, starts or restarts a part of a running rehearsal.")

    @Option(help: "The rehearsal's folder.") var folder: String
    @Argument(help: "redis, blue or green.") var part: String
    @Argument(help: "stop, start or restart.") var verb: String

    func run() async throws {
        guard [part, verb].allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (97...122).contains($0) } }) else {
            throw ValidationError("a part and a verb are lower-case words")
        }
        let answer = try ControlSocket(folder: folder).ask("control \(part) \(verb)\n")
        guard answer == "ok\n" else {
            print(answer.isEmpty ? "the rehearsal ended without an answer" : answer)
            throw ExitCode.failure
        }
    }
}

/// Where a running rehearsal listens to its own parts.
private struct ControlSocket {
    var folder: String

    /// This process does nothing else: it may wait.
    func ask(_ question: String) throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "\(folder)/control"
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ValidationError("the folder's path is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            print("no rehearsal listens at \(path): \(String(cString: strerror(errno)))")
            throw ExitCode.failure
        }
        let bytes = Array(question.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 { answer += chunk[..<count] }
        return String(decoding: answer, as: UTF8.self)
    }
}
