import Launch
import Wire

/// Twilio's REST API (2010-04-01), as far as it sends and tells what became of it.
struct TwilioAPI: Sendable {
    let plan: TwilioPlan
    private let provider: Provider
    private let credentials: Credentials

    init(_ plan: TwilioPlan, in context: ChannelContext) {
        self.plan = plan
        provider = Provider("Twilio", in: context)
        credentials = Credentials(context.secret)
    }

    /// A message or a call as Twilio tells of it.
    struct Resource: Decodable {
        var sid: String
        var status: String?
        var errorCode: Int?

        enum CodingKeys: String, CodingKey {
            case sid, status
            case errorCode = "error_code"
        }
    }

    private struct Failure: Decodable {
        var code: Int?
        var message: String?
    }

    /// - Parameter collection: `Messages` or `Calls`.
    func create(_ collection: String, _ fields: KeyValuePairs<String, String>, address: String) async -> ChannelAnswer {
        do throws(Provider.NoAnswer) {
            let (response, redaction) = try await ask(
                "\(collection).json", method: "POST", body: Form.encode(fields), address: address)
            guard response.status == 201 || response.status == 200 else {
                return await answer(to: response, redaction, address: address)
            }
            guard let resource = JSON.decode(Resource.self, from: response.body), !resource.sid.isEmpty else {
                return .ambiguous("Twilio answered \(response.status), but not as Twilio does")
            }
            return .taken(reference: resource.sid)
        } catch {
            return error.answer
        }
    }

    func fetch(_ collection: String, _ sid: String) async -> Resource? {
        guard sid.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return nil }
        guard let (response, _) = try? await ask("\(collection)/\(sid).json", method: "GET"), response.status == 200
        else { return nil }
        return JSON.decode(Resource.self, from: response.body)
    }

    private func ask(
        _ path: String, method: String, body: [UInt8]? = nil, address: String = ""
    ) async throws(Provider.NoAnswer) -> (HTTPResponse, Redaction) {
        let password = try await credentials.value(of: plan.password)
        let basic = "\(plan.user):\(password)".base64
        let redaction = Redaction(secrets: [password, basic])
        let request = HTTPRequest(
            "\(plan.url)/2010-04-01/Accounts/\(plan.account)/\(path)", method: method,
            headers: [.init("Authorization", "Basic \(basic)")] + (body == nil ? [] : [Form.type]), body: body,
            maxBodyBytes: 64 << 10)
        return (try await provider.ask(request) { redaction($0, address: address) }, redaction)
    }

    private func answer(
        to response: HTTPResponse, _ redaction: Redaction, address: String
    ) async -> ChannelAnswer {
        let failure = JSON.decode(Failure.self, from: response.body)
        let detail = [failure?.message, failure?.code.map { "(error \($0))" }].compactMap { $0 }.joined(separator: " ")
        let said = redaction(detail, address: address)
        if [401, 403].contains(response.status) { await credentials.forget() }
        switch failure?.code {
        // Never processed: always safe to ask again.
        case 20429: return .later("Twilio is asked too often \(said)", after: provider.retryAfter(response) ?? .seconds(5))
        // The number's queue is full: it holds some ten hours of messages.
        case 21611: return .later("Twilio's queue is full \(said)", after: .minutes(5))
        default: return provider.answer(to: response, said)
        }
    }
}
