import Launch
import Wire

extension TLSSettings {
    init(_ policy: TLSPolicy) {
        self.init(
            verify: policy.verify, caFile: policy.caFile, clientCertificateFile: policy.clientCertificate,
            clientKeyFile: policy.clientKey)
    }
}

/// A request whose headers may hold secrets: these are resolved when it is first sent, and again after a failure, so that a
/// secret that was renewed is taken up.
struct RequestTemplate {
    private let template: HTTPRequest
    private let headers: [Header]
    private let secret: @Sendable (Secret) throws -> String
    private var resolved: HTTPRequest?

    init(_ template: HTTPRequest, headers: [Header], secret: @escaping @Sendable (Secret) throws -> String) {
        self.template = template
        self.headers = headers
        self.secret = secret
    }

    mutating func request() throws -> HTTPRequest {
        if let resolved { return resolved }
        var request = template
        for header in headers {
            let value =
                switch header.value {
                case .plain(let text): text
                case .secret(let prefix, let reference): prefix + (try secret(reference))
                }
            // A line feed would begin a header of its own.
            guard !value.contains(where: \.isNewline) else {
                throw ProbeFailure("the value of the header \(header.name) has a line feed")
            }
            request.headers.append(HTTPRequest.Header(header.name, value))
        }
        resolved = request
        return request
    }

    /// Resolves the secrets anew before the next request.
    mutating func forget() { resolved = nil }
}

extension HTTPResponse {
    /// - Throws: ``ProbeFailure`` unless the status is 200.
    func requireOK(from request: HTTPRequest) throws {
        guard status == 200 else { throw ProbeFailure("status \(status) (\(request.target))") }
        guard !isBodyTruncated else {
            let limit = request.maxBodyBytes
            let size = limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit >> 10) KiB"
            throw ProbeFailure("the answer is larger than \(size) (\(request.target))")
        }
    }
}
