import FoundationEssentials
package import Launch
package import Wire

/// What channels are made with.
package struct ChannelContext: Sendable {
    package var reactor: Reactor
    package var clock: any Clock
    /// The zone in which the team reads times.
    package var zone: Zone
    package var secret: @Sendable (Secret) throws -> String

    package init(
        reactor: Reactor, clock: any Clock, zone: Zone, secret: @escaping @Sendable (Secret) throws -> String
    ) {
        self.reactor = reactor
        self.clock = clock
        self.zone = zone
        self.secret = secret
    }
}

/// An HTTP API that takes notifications: one request, its deadlines, and what its failures mean.
///
/// Redirects are not followed and certificates are verified: what is sent holds secrets and addresses.
struct Provider: Sendable {
    static let connectTimeout: Duration = .seconds(5)
    static let deadline: Duration = .seconds(10)

    let name: String
    let clock: any Clock
    private let client: HTTPClient

    init(_ name: String, in context: ChannelContext) {
        self.name = name
        clock = context.clock
        client = HTTPClient(on: context.reactor, maximumOfIdle: 8)
    }

    /// There is no answer, or one of which nothing more can be said.
    struct NoAnswer: Error {
        let answer: ChannelAnswer
    }

    func ask(
        _ request: HTTPRequest, deadline: Duration = deadline, redact: (String) -> String
    ) async throws(NoAnswer) -> HTTPResponse {
        var request = request
        request.connectTimeout = min(Provider.connectTimeout, deadline)
        do throws(WireError) {
            return try await client.send(request, deadline: deadline)
        } catch {
            // Without the target: the path may be the secret.
            let reason = redact("\(name): \(error.reason)")
            switch error.kind {
            case .invalid, .tooLarge: throw NoAnswer(answer: .refused(reason))
            default: throw NoAnswer(answer: error.mayHaveArrived ? .ambiguous(reason) : .unreachable(reason))
            }
        }
    }

    /// What a status means that is not 2xx, as HTTP has it; channels that know better look first.
    ///
    /// - Parameter detail: what the body says, redacted.
    func answer(to response: HTTPResponse, _ detail: String) -> ChannelAnswer {
        let said = "\(name) answered \(response.status)" + (detail.isEmpty ? "" : ": \(detail)")
        switch response.status {
        case 429: return .later(said, after: retryAfter(response) ?? .seconds(30))
        case 408, 425, 503: return .later(said, after: retryAfter(response))
        // Of these nobody knows who answered: what stands before the provider may have passed the request on.
        case 502, 504: return .ambiguous(said)
        case 500...599: return .later(said, after: retryAfter(response))
        case 300...399: return .refused("\(said), a redirect, which is not followed")
        case 401, 403: return .refused("\(said); check the channel's credentials")
        case 400...499: return .refused(said)
        default: return .ambiguous("\(said), which means nothing here")
        }
    }

    /// Seconds, or a date.
    func retryAfter(_ response: HTTPResponse) -> Milliseconds? {
        guard let text = response.headers["Retry-After"] else { return nil }
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        return HTTPDate.parse(text).map { max(.seconds($0 - clock.now().utc.seconds), .seconds(1)) }
    }
}

/// Secrets as they are needed: fetched when first asked for, and again once the provider did not like them, so that one that
/// was renewed is taken up without a restart.
actor Credentials {
    private let secret: @Sendable (Secret) throws -> String
    private var values: [Secret: String] = [:]

    init(_ secret: @escaping @Sendable (Secret) throws -> String) { self.secret = secret }

    func value(of reference: Secret) throws(Provider.NoAnswer) -> String {
        if let value = values[reference] { return value }
        do {
            let value = try secret(reference)
            guard !value.contains(where: \.isNewline) || value.hasPrefix("{") else {
                throw Provider.NoAnswer(answer: .refused("a secret has a line break"))
            }
            values[reference] = value
            return value
        } catch let error as Provider.NoAnswer {
            throw error
        } catch {
            throw Provider.NoAnswer(answer: .refused("\(error)"))
        }
    }

    func forget() { values = [:] }
}

enum JSON {
    /// Keys sorted, so that the same value is always the same bytes.
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}

/// A form (`application/x-www-form-urlencoded`).
enum Form {
    static let type = HTTPRequest.Header("Content-Type", "application/x-www-form-urlencoded")

    static func encode(_ fields: KeyValuePairs<String, String>) -> [UInt8] {
        Array(fields.map { "\($0.key.formEncoded)=\($0.value.formEncoded)" }.joined(separator: "&").utf8)
    }
}
