/// One answer, and how long it took.
package struct HTTPResponse: Hashable, Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    /// The body, up to the request's `maxBodyBytes`.
    package let body: [UInt8]
    /// The size of the whole body, in bytes.
    package let size: Int
    package let phases: HTTPPhases
    /// The address that answered; empty over a Unix socket.
    package let address: String
    /// Whether a connection was made for this request.
    package let isNewConnection: Bool
    /// When the first certificate of the peer's chain to expire does so, in Unix seconds; nil without TLS.
    package let certificateExpiry: Int64?

    package var isBodyTruncated: Bool { size > body.count }
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Where the time of a request went. What a kept connection spares is zero.
package struct HTTPPhases: Hashable, Sendable {
    package let dns: Duration
    package let connect: Duration
    package let tls: Duration
    /// From the request's last preparation to the first byte of the answer.
    package let firstByte: Duration
    package let total: Duration
}
