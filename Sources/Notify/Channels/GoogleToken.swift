import Launch
import Wire

/// Access tokens of a service account: one is kept until shortly before it expires, or until it is refused.
actor GoogleToken {
    static let scope = "https://www.googleapis.com/auth/firebase.messaging"
    /// A token is renewed this long before its end: a message must not meet its last second.
    private static let margin: Milliseconds = .minutes(5)

    private let reference: Secret
    private let credentials: Credentials
    private let provider: Provider
    private var token: (text: String, until: Milliseconds)?

    init(_ reference: Secret, in context: ChannelContext) {
        self.reference = reference
        credentials = Credentials(context.secret)
        provider = Provider("Google", in: context)
    }

    private struct Answer: Decodable {
        var access_token: String?
        var expires_in: Int64?
        var error: String?
        var error_description: String?
    }

    func current() async throws(Provider.NoAnswer) -> String {
        let now = provider.clock.now()
        if let token, token.until > now.uptime { return token.text }
        let key = try await credentials.value(of: reference)
        guard let account = JSON.decode(ServiceAccount.self, from: Array(key.utf8)) else {
            await credentials.forget()
            throw Provider.NoAnswer(answer: .refused("the service account's file is not a key file of Google's"))
        }
        let address = account.tokenURI ?? ServiceAccount.tokenURI
        guard address.hasPrefix("https://") || address.isLoopbackAddress else {
            throw Provider.NoAnswer(answer: .refused("the service account's token_uri is not https"))
        }
        guard let assertion = account.assertion(scope: GoogleToken.scope, now: now.utc.seconds) else {
            await credentials.forget()
            throw Provider.NoAnswer(answer: .refused("the service account's private key is no RSA key that can be read"))
        }
        let redaction = Redaction(secrets: [assertion])
        let request = HTTPRequest(
            address, method: "POST", headers: [Form.type],
            body: Form.encode([
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion,
            ]), maxBodyBytes: 64 << 10)
        let response = try await provider.ask(request) { redaction($0) }
        let answer = JSON.decode(Answer.self, from: response.body)
        guard response.status == 200, let text = answer?.access_token, !text.isEmpty else {
            if response.status == 200 {
                throw Provider.NoAnswer(answer: .later("Google answered 200, but without a token"))
            }
            await credentials.forget()
            let detail = redaction([answer?.error, answer?.error_description].compactMap { $0 }.joined(separator: ": "))
            // What Google says of a clock that is wrong, too.
            let advice = answer?.error == "invalid_grant" ? "; check the key, and this machine's clock" : ""
            switch provider.answer(to: response, detail) {
            case .refused(let reason): throw Provider.NoAnswer(answer: .refused(reason + advice))
            // Nothing was sent yet: asking for a token twice does no harm.
            case .ambiguous(let reason): throw Provider.NoAnswer(answer: .later(reason))
            case let other: throw Provider.NoAnswer(answer: other)
            }
        }
        token = (text, now.uptime + max(.seconds(answer?.expires_in ?? 0) - GoogleToken.margin, .seconds(1)))
        return text
    }

    /// Asks for a new one next time.
    func forget(_ text: String) {
        if token?.text == text { token = nil }
    }
}
