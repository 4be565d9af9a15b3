/// AWS Signature Version 4, as S3 wants it: payloads are signed, paths are encoded once.
///
/// Not libcurl's: that of 7.88 signs no `x-amz-content-sha256`, and queries only where they are sorted and without `%2F`.
package struct SigV4: Sendable {
    package struct Keys: Sendable {
        package var id: String
        package var secret: String
        /// Of temporary keys.
        package var token: String?

        package init(id: String, secret: String, token: String? = nil) {
            self.id = id
            self.secret = secret
            self.token = token
        }
    }

    package var keys: Keys
    package var region: String
    package var service = "s3"

    package init(keys: Keys, region: String) {
        self.keys = keys
        self.region = region
    }

    /// The headers of a request, with its signature.
    ///
    /// - Parameters:
    ///   - path: not encoded yet.
    ///   - headers: what is sent besides; all of it is signed.
    ///   - time: `20130524T000000Z`
    package func headers(
        method: String, host: String, path: String, query: [(name: String, value: String)],
        headers: [(name: String, value: String)], payload sha256: String, time: String
    ) -> [HTTPRequest.Header] {
        var all = headers.map { ($0.name.lowercased(), $0.value) }
        all += [("host", host), ("x-amz-content-sha256", sha256), ("x-amz-date", time)]
        if let token = keys.token { all.append(("x-amz-security-token", token)) }
        all.sort { $0.0 < $1.0 }
        let names = all.map(\.0).joined(separator: ";")
        let request = [
            method, Self.encoded(path, slash: true), Self.queryText(query),
            all.map { "\($0.0):\(Self.trimmed($0.1))\n" }.joined(), names, sha256,
        ].joined(separator: "\n")
        let date = String(time.prefix(8))
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", time, scope, Hexadecimal.text(SHA256.hash(request))].joined(separator: "\n")
        var key = Array("AWS4\(keys.secret)".utf8)
        for part in [date, region, service, "aws4_request"] {
            key = SHA256.authenticate(Array(part.utf8), key: key)
        }
        let signature = Hexadecimal.text(SHA256.authenticate(Array(text.utf8), key: key))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(keys.id)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
        // libcurl makes the Host header itself, from the same address.
        return all.filter { $0.0 != "host" }.map { HTTPRequest.Header($0.0, $0.1) }
            + [HTTPRequest.Header("authorization", authorization)]
    }

    /// The query as it is signed and as it is sent: sorted, all but unreserved characters encoded.
    package static func queryText(_ query: [(name: String, value: String)]) -> String {
        query.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(
            separator: "&")
    }

    /// RFC 3986's unreserved characters stay.
    package static func encoded(_ text: String, slash: Bool = false) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 65...90, 97...122, 48...57, 45, 46, 95, 126: result.append(byte)
            case 47 where slash: result.append(byte)
            default: result += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
