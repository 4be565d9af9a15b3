import CLibpq

/// How to reach a PostgreSQL server: libpq's own connection parameters (`host`, `hostaddr`, `port`, `dbname`, `user`,
/// `password`, `sslmode`, `sslrootcert`, `application_name`, …). A `host` that begins with `/` is the folder of a Unix
/// socket.
package struct PostgresSettings: Hashable, Sendable {
    package var parameters: [String: String]

    package init(_ parameters: [String: String]) { self.parameters = parameters }

    /// Reads a connection string: `postgresql://user@host:port/db?sslmode=verify-full`, or `host=… dbname=…`.
    package init(connectionString: String) throws(WireError) {
        try ClientLibrary.libpq.open()
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(connectionString, &message) else {
            // libpq quotes a part of the string, which may be the password.
            PQfreemem(message)
            throw WireError(.invalid, "read", on: "a PostgreSQL connection string", because: "it is malformed")
        }
        defer { PQconninfoFree(options) }
        parameters = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
    }

    /// What is shown: never a password.
    package var target: String {
        let host = parameters["host"] ?? parameters["hostaddr"] ?? "localhost"
        let user = parameters["user"].map { "\($0)@" } ?? ""
        return
            "postgres \(user)\(host):\(parameters["port"] ?? "5432")/\(parameters["dbname"] ?? parameters["user"] ?? "")"
    }

    /// The parameters as libpq gets them, with what we prefer where nothing is said.
    var effective: [String: String] {
        let preferred = [
            "application_name": "guardia",
            "client_encoding": "UTF8",
            // Asking for Kerberos credentials can block.
            "gssencmode": "disable",
        ]
        return parameters.merging(preferred) { given, _ in given }
    }
}

extension PostgresSettings: CustomStringConvertible {
    package var description: String { target }
}
