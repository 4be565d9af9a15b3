import Glibc

/// Where `barberpro release` asks a running rehearsal to start a colour anew: a Unix socket in its folder, one line in
/// (`release green v1.5.0`), one line out (`ok`, or `error …`).
///
/// `barberpro control` asks it to stop, start or restart a part (`control redis restart`): what drills do.
///
/// The rehearsal starts the process itself, so that its warden knows of it and nothing survives.
struct ReleaseSocket: Sendable {
    let path: String
    private let descriptor: Int32

    static func path(in folder: String) -> String { "\(folder)/control" }

    /// Listens.
    init(in folder: String) throws {
        path = ReleaseSocket.path(in: folder)
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        descriptor = try check(socket(AF_UNIX, Int32(kind), 0), "socket", path)
        let bound = ServerAddress.unix(path).withSockaddr { bind(descriptor, $0, $1) }
        guard bound == 0, chmod(path, 0o600) == 0, listen(descriptor, 8) == 0 else {
            let number = errno
            close(descriptor)
            throw ServerError.system(call: "listen", path: path, errno: number)
        }
    }

    /// Serves until its task is cancelled. One after the other: a colour is not started twice at once.
    ///
    /// - Parameters:
    ///   - release: what it throws is told to whoever asked.
    ///   - control: likewise.
    func run(
        _ release: @escaping @Sendable (_ colour: String, _ version: String) async throws -> Void,
        control: @escaping @Sendable (_ part: String, _ verb: String) async throws -> Void
    ) async {
        defer { close(descriptor) }
        while !Task.isCancelled {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else {
                try? await Task.sleep(for: .milliseconds(20))
                continue
            }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            _ = fcntl(client, F_SETFL, O_NONBLOCK)
            let answer = await answer(to: client, release, control)
            let bytes = Array("\(answer)\n".utf8)
            _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            close(client)
        }
    }

    private func answer(
        to client: Int32, _ release: @Sendable (_ colour: String, _ version: String) async throws -> Void,
        _ control: @Sendable (_ part: String, _ verb: String) async throws -> Void
    ) async -> String {
        var line: [UInt8] = []
        let isWhole = try? await poll(within: .seconds(2)) {
            var chunk = [UInt8](repeating: 0, count: 512)
            let count = recv(client, &chunk, chunk.count, 0)
            if count > 0 { line += chunk[..<count] }
            return count == 0 || line.contains(0x0a) || line.count > 1024
        }
        let words = String(decoding: line.prefix { $0 != 0x0a }, as: UTF8.self).split(separator: " ").map(String.init)
        guard isWhole == true, words.count == 3, ["release", "control"].contains(words[0]) else {
            return "error this is no request"
        }
        do {
            try await (words[0] == "release" ? release : control)(words[1], words[2])
            return "ok"
        } catch {
            return "error \(error)".replacing("\n", with: " ")
        }
    }
}
