package import Launch
package import Wire

extension RedisSettings {
    /// How to reach what the launch config names.
    ///
    /// - Parameter secret: resolves the password's reference; throws a sentence that names it.
    package init(_ target: RedisTarget, secret: (Secret) throws -> String) throws {
        let address: RedisSettings.Address
        if let path = target.socket {
            address = .unixSocket(path: path)
        } else {
            guard let port = UInt16(exactly: target.port) else { throw ProbeFailure("\(target.port) is no port") }
            address = .tcp(host: target.host, port: port)
        }
        self.init(
            address, username: target.username, password: try target.password.map(secret), database: target.database,
            tls: target.tls.map { TLSSettings($0) })
    }
}
