import Glibc

/// Where a server listens.
package enum ServerAddress: Sendable, Hashable {
    /// 127.0.0.1.
    case loopback(UInt16)
    /// A Unix socket, under 108 bytes.
    case unix(String)

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch self {
        case .loopback(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return withPointer(to: &address, body)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            return withPointer(to: &address, body)
        }
    }

    private func withPointer<Address, Result>(
        to address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Connects, says something, and returns the first bytes of the answer; nil where nothing comes in time.
    ///
    /// With nothing to say, a connection is the answer: an empty array.
    package func ask(_ question: [UInt8] = [], within limit: Duration = .milliseconds(300)) async throws -> [UInt8]? {
        let family =
            switch self {
            case .loopback: AF_INET
            case .unix: AF_UNIX
            }
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(family, Int32(kind), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if withSockaddr({ connect(descriptor, $0, $1) }) != 0 {
            // On a busy machine even a loopback connection takes its time, to succeed or to be refused.
            guard errno == EINPROGRESS else { return nil }
            let isDecided = try await poll(within: limit, every: .milliseconds(1)) {
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                return Glibc.poll(&state, 1, 0) == 1
            }
            var error: Int32 = 0
            var size = socklen_t(MemoryLayout.size(ofValue: error))
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
            guard isDecided, error == 0 else { return nil }
        }
        guard !question.isEmpty else { return [] }
        guard send(descriptor, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else { return nil }
        var answer = [UInt8](repeating: 0, count: 512)
        var count = -1
        _ = try await poll(within: limit, every: .milliseconds(1)) {
            count = recv(descriptor, &answer, answer.count, 0)
            return count >= 0 || errno != EAGAIN
        }
        return count > 0 ? Array(answer[..<count]) : nil
    }
}
