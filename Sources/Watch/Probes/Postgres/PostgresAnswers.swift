package import Launch
package import Wire

extension PostgresSettings {
    /// - Throws: what resolving the password's reference throws.
    package init(_ target: PostgresTarget, secret: (Secret) throws -> String) throws {
        var parameters = [
            "host": target.host, "port": String(target.port), "dbname": target.database, "user": target.user,
            "sslmode": target.sslMode,
        ]
        parameters["password"] = try target.password.map(secret)
        parameters["sslrootcert"] = target.sslRootCertificate
        self.init(parameters)
    }
}

extension PostgresRows {
    /// The one number of the answer, or the miss that says what came instead.
    var measurement: Measurement {
        guard columns.count == 1 else { return .missed("the query brought \(columns.count) columns, not one") }
        guard count > 0 else { return .missed("the query brought no row") }
        guard count == 1 else { return .missed("the query brought \(count) rows, not one") }
        guard let text = scalar else { return .missed("the query brought NULL") }
        guard let number = Double(text) else {
            return .missed("the query brought \"\(text.bounded(to: 40))\", not a number")
        }
        return number.isFinite ? .number(number) : .missed("the query brought \(text.bounded(to: 40))")
    }
}
