import FlyingSocks
import Glibc

/// FlyingFox's pool, with TCP_NODELAY on the sockets that pass through it.
///
/// FlyingFox writes an answer's header and body separately. Nagle's algorithm holds the body back until the header is
/// acknowledged, and the client delays that by 40 ms. Accepted connections inherit the option from the listening
/// socket, which waits here before any of them.
struct PromptPool<Base: AsyncSocketPool>: AsyncSocketPool {
    let base: Base

    func prepare() async throws { try await base.prepare() }
    func run() async throws { try await base.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        var yes: Int32 = 1
        setsockopt(
            socket.file.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        try await base.suspendSocket(socket, untilReadyFor: events)
    }
}
