import CCurl

/// One certificate of a server's chain.
package struct Certificate: Hashable, Sendable {
    package let subject: String
    package let issuer: String
    /// Unix seconds.
    package let notBefore: Int64
    /// Unix seconds.
    package let notAfter: Int64
}

extension Certificate {
    /// The chain that libcurl kept of a handle's last new connection, the server's own certificate first.
    static func chain(of easy: UnsafeMutableRawPointer) -> [Certificate] {
        guard let info = guardia_curl_certificates(easy)?.pointee, let lists = info.certinfo else { return [] }
        return (0..<Int(info.num_of_certs)).compactMap { Certificate(fields: lists[$0]) }
    }

    /// From libcurl's list of `Name:value` lines.
    private init?(fields: UnsafeMutablePointer<curl_slist>?) {
        var subject: String?
        var issuer: String?
        var notBefore: Int64?
        var notAfter: Int64?
        for entry in sequence(first: fields, next: { $0?.pointee.next }) {
            guard let data = entry?.pointee.data else { break }
            let line = String(cString: data)
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = String(line[line.index(after: colon)...])
            switch line[..<colon] {
            case "Subject": subject = value
            case "Issuer": issuer = value
            case "Start date": notBefore = HTTPDate.parse(value)
            case "Expire date": notAfter = HTTPDate.parse(value)
            default: continue
            }
        }
        guard let subject, let issuer, let notBefore, let notAfter else { return nil }
        self.init(subject: subject, issuer: issuer, notBefore: notBefore, notAfter: notAfter)
    }
}
