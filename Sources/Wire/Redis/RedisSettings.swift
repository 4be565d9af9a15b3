/// How to reach a Redis server.
package struct RedisSettings: Hashable, Sendable {
    package enum Address: Hashable, Sendable {
        case unixSocket(path: String)
        case tcp(host: String, port: UInt16)
    }

    package var address: Address
    /// Nil authenticates as Redis's default user.
    package var username: String?
    package var password: String?
    package var database: Int
    /// How the server must prove who it is; nil speaks to it in clear. A Unix socket has none.
    package var tls: TLSSettings?

    package init(
        _ address: Address, username: String? = nil, password: String? = nil, database: Int = 0,
        tls: TLSSettings? = nil
    ) {
        self.address = address
        self.username = username
        self.password = password
        self.database = database
        self.tls = tls
    }

    /// What is shown: never a password.
    package var target: String {
        let suffix = database == 0 ? "" : "/\(database)"
        return switch address {
        case .unixSocket(let path): "redis \(path)\(suffix)"
        case .tcp(let host, let port): "\(tls == nil ? "redis" : "rediss") \(host):\(port)\(suffix)"
        }
    }
}

extension RedisSettings: CustomStringConvertible {
    package var description: String { target }
}
