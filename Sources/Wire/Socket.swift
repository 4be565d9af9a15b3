import Glibc

/// The questions to a socket that the client libraries do not answer.
enum Socket {
    /// Whether there is something to read, the end of the stream included. Takes nothing out.
    static func hasInput(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
    }

    /// Why a connection that was being made failed; nil if it was made.
    static func pendingError(_ descriptor: Int32) -> String? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        if getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) != 0 { code = errno }
        return code == 0 ? nil : String(cString: strerror(code))
    }
}
