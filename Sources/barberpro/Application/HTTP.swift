import FlyingFox
import FlyingSocks
import FoundationEssentials
import Glibc
import Wire

// What all parts of BarberPro share in answering HTTP. FlyingFox serves, Wire asks; both name their types alike.

typealias HTTPRequest = FlyingFox.HTTPRequest
typealias HTTPResponse = FlyingFox.HTTPResponse
typealias HTTPHeaders = FlyingFox.HTTPHeaders
typealias HTTPClient = Wire.HTTPClient

extension HTTPResponse {
    /// A JSON answer, its keys in order.
    static func json(_ code: Int, _ value: some Encodable, headers: HTTPHeaders = [:]) -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers = headers
        headers[.contentType] = "application/json"
        do {
            return HTTPResponse(statusCode: .init(code), headers: headers, body: try encoder.encode(value))
        } catch {
            return HTTPResponse(statusCode: .internalServerError)
        }
    }

    static func text(_ code: Int, _ text: String, type: String = "text/plain; charset=utf-8") -> HTTPResponse {
        HTTPResponse(statusCode: .init(code), headers: [.contentType: type], body: Data(text.utf8))
    }
}

extension HTTPStatusCode {
    /// A status by its number. nginx and curl look at nothing else.
    init(_ code: Int) {
        let known: [HTTPStatusCode] = [
            .ok, .created, .badRequest, .unauthorized, .notFound, .conflict, .tooManyRequests, .internalServerError,
            .badGateway,
            .serviceUnavailable,
        ]
        self = known.first { $0.code == code } ?? HTTPStatusCode(code, phrase: "")
    }
}

extension HTTPRequest {
    /// The body's form.
    func form() async throws -> [String: String] {
        Form.decode(String(decoding: try await bodyData, as: UTF8.self))
    }

    /// The handler's answer; to HEAD that of GET, with its length and without its body (RFC 9110, 9.3.2). A body there would be
    /// read as the beginning of the next answer on a connection that nginx keeps.
    func answered(by handler: (HTTPRequest) async -> HTTPResponse) async -> HTTPResponse {
        guard method == .HEAD else { return await handler(self) }
        var request = self
        request.method = .GET
        let response = await handler(request)
        var headers = response.headers
        headers[.contentLength] = String((try? await response.bodyData.count) ?? 0)
        return HTTPResponse(statusCode: response.statusCode, headers: headers, body: Data())
    }

    /// Whether it is part of a journey that operators walk, and no customer's.
    var isSynthetic: Bool { !(headers[HTTPHeader("X-Synthetic")] ?? "").isEmpty }

    func cookie(_ name: String) -> String? {
        for part in (headers[HTTPHeader("Cookie")] ?? "").split(separator: ";") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if pair.count == 2, pair[0] == name { return String(pair[1]) }
        }
        return nil
    }
}

/// Answers on 127.0.0.1 until its task is cancelled.
func serve(port: UInt16, _ handler: @Sendable @escaping (HTTPRequest) async -> HTTPResponse) async throws {
    let address = try sockaddr_in.inet(ip4: "127.0.0.1", port: port)
    let server = HTTPServer(
        address: address, timeout: 30, pool: PromptPool(base: HTTPServer.defaultPool()), logger: .disabled,
        handler: ClosureHTTPHandler { await $0.answered(by: handler) })
    try await server.run()
}
