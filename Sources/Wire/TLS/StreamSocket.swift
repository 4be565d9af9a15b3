import Glibc

/// A TCP or Unix stream socket on the reactor, for protocols that no library of ours speaks. Pinned code only.
package final class StreamSocket {
    private let reactor: Reactor
    fileprivate let descriptor: Int32
    /// What it is connected to, fit to be shown.
    package let target: String

    private init(_ reactor: Reactor, _ descriptor: Int32, _ target: String) {
        self.reactor = reactor
        self.descriptor = descriptor
        self.target = target
    }

    deinit { close(descriptor) }

    /// Connects to the first of a host's addresses that takes the connection.
    package static func connect(
        to host: String, port: UInt16, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> StreamSocket {
        let target = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let addresses: [String]
        switch await Resolver.addresses(of: host, on: reactor, until: deadline) {
        case .success(let found): addresses = found
        case .failure(let failure): throw WireError(resolving: host, failure, on: target)
        }
        var last = WireError(.unreachable, "connect", on: target, because: "the name has no address")
        for (index, address) in addresses.enumerated() {
            // An address that hangs must leave time for those after it.
            let left = deadline - .now
            let end = ContinuousClock.now + left / (addresses.count - index)
            do throws(WireError) {
                return try await connect(to: SocketAddress(address, port: port), target, on: reactor, until: end)
            } catch {
                last = error
            }
        }
        throw last
    }

    /// Connects to a Unix stream socket.
    package static func connect(
        toUnixSocket path: String, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> StreamSocket {
        try await connect(to: SocketAddress(unix: path), path, on: reactor, until: deadline)
    }

    private static func connect(
        to address: SocketAddress?, _ target: String, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) -> StreamSocket {
        guard let address else { throw WireError(.invalid, "connect", on: target, because: "not an address") }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else {
            throw WireError(.outOfResources, "connect", on: target, because: String(cString: strerror(errno)))
        }
        let connection = StreamSocket(reactor, descriptor, target)
        let code = address.withPointer { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
        if code != 0 {
            // EAGAIN: a Unix socket whose backlog is full.
            guard code == EINPROGRESS else {
                throw WireError(.unreachable, "connect", on: target, because: String(cString: strerror(code)))
            }
            try await connection.wait(for: .write, "connect", until: deadline)
            if let reason = Socket.pendingError(descriptor) {
                throw WireError(.unreachable, "connect", on: target, because: reason)
            }
        }
        return connection
    }

    /// Sends all of the bytes.
    package func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(WireError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try await wait(for: .write, "send", until: deadline)
            } else if errno != EINTR {
                throw WireError(.closed, "send", on: target, because: String(cString: strerror(errno)))
            }
        }
    }

    /// What comes next; empty at the end of the stream.
    package func receive(until deadline: ContinuousClock.Instant) async throws(WireError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer.prefix(count)) }
            if errno == EAGAIN {
                try await wait(for: .read, "receive", until: deadline)
            } else if errno != EINTR {
                throw WireError(.closed, "receive", on: target, because: String(cString: strerror(errno)))
            }
        }
    }

    /// What has come already, without waiting: nil where nothing has, empty at the end of the stream.
    package func receiveNow() throws(WireError) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer.prefix(count)) }
            if errno == EAGAIN { return nil }
            guard errno == EINTR else {
                throw WireError(.closed, "receive", on: target, because: String(cString: strerror(errno)))
            }
        }
    }

    private func wait(
        for readiness: Readiness, _ operation: String, until deadline: ContinuousClock.Instant
    ) async throws(WireError) {
        switch await reactor.ready(descriptor, for: readiness, until: deadline) {
        case .ready, .finished: return
        case .timedOut:
            throw WireError(.timedOut, operation, on: target, because: "no answer within the deadline")
        case .cancelled: throw WireError(.cancelled, operation, on: target, because: "cancelled")
        }
    }
}

/// A socket address of any family, as the kernel wants it.
struct SocketAddress {
    let family: Int32
    private let bytes: [UInt8]

    /// From a literal; nil where it is none.
    init?(_ literal: String, port: UInt16) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // A literal is not looked up: this does not block.
        guard getaddrinfo(literal, String(port), &hints, &list) == 0, let entry = list?.pointee else { return nil }
        defer { freeaddrinfo(list) }
        family = entry.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen)))
    }

    /// Nil where the path is too long for the kernel.
    init?(unix path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let limit = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < limit else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        family = AF_UNIX
        bytes = withUnsafeBytes(of: address) { Array($0) }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }
}

extension StreamSocket {
    /// Whether the peer has closed, or broken, the connection: what is written to it now would be lost.
    package var isClosedByPeer: Bool { Socket.hasInput(descriptor) }
}

/// Datagrams on the reactor.
package enum DatagramSocket {
    /// Sends datagrams to the first address of a host.
    package static func send(
        _ datagrams: [[UInt8]], to host: String, port: UInt16, on reactor: Reactor,
        until deadline: ContinuousClock.Instant
    ) async throws(WireError) {
        let target = "\(host):\(port)"
        let addresses: [String]
        switch await Resolver.addresses(of: host, on: reactor, until: deadline) {
        case .success(let found): addresses = found
        case .failure(let failure): throw WireError(resolving: host, failure, on: target)
        }
        try await send(
            datagrams, to: addresses.first.flatMap { SocketAddress($0, port: port) }, target, on: reactor,
            until: deadline)
    }

    /// Sends datagrams to a Unix socket, as /dev/log is.
    package static func send(
        _ datagrams: [[UInt8]], toUnixSocket path: String, on reactor: Reactor, until deadline: ContinuousClock.Instant
    ) async throws(WireError) {
        try await send(datagrams, to: SocketAddress(unix: path), path, on: reactor, until: deadline)
    }

    private static func send(
        _ datagrams: [[UInt8]], to address: SocketAddress?, _ target: String, on reactor: Reactor,
        until deadline: ContinuousClock.Instant
    ) async throws(WireError) {
        guard let address else { throw WireError(.invalid, "send", on: target, because: "not an address") }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else {
            throw WireError(.outOfResources, "send", on: target, because: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        guard address.withPointer({ connect(descriptor, $0, $1) }) == 0 else {
            throw WireError(.unreachable, "send", on: target, because: String(cString: strerror(errno)))
        }
        for datagram in datagrams {
            while Glibc.send(descriptor, datagram, datagram.count, Int32(MSG_NOSIGNAL)) < 0 {
                guard errno == EAGAIN || errno == EINTR || errno == ENOBUFS else {
                    throw WireError(.unreachable, "send", on: target, because: String(cString: strerror(errno)))
                }
                if case .timedOut = await reactor.ready(descriptor, for: .write, until: deadline) {
                    throw WireError(.timedOut, "send", on: target, because: "nobody takes the messages")
                }
            }
        }
    }
}
