import CCrypto
import Launch

/// What Twilio asks when somebody presses a digit in a call: whether Twilio asks it, and what was pressed.
///
/// Twilio signs each request with the account's auth token: HMAC-SHA1 over the address as it was given to Twilio and all fields of
/// the form, sorted by name, name and value one behind the other; base64 in `X-Twilio-Signature`
/// (https://www.twilio.com/docs/usage/security#validating-requests).
package struct TwilioVoice: Sendable {
    /// `AC` and 32 hexadecimal digits.
    let account: String
    /// As `<Say>` takes it.
    let language: String
    /// The account's auth token.
    let token: @Sendable () throws -> String

    package init(account: String, language: String, token: @escaping @Sendable () throws -> String) {
        self.account = account
        self.language = language
        self.token = token
    }

    /// How long an acknowledgement by a call holds: as every other from outside.
    static let holds = Milliseconds.hours(1)

    func isTwilio(_ request: MobileRequest, at address: String, fields: [String: String]) -> Bool {
        guard let given = request.headers["x-twilio-signature"], given.utf8.count <= 64,
            fields["AccountSid"] == account,
            let token = try? token(), !token.isEmpty,
            let wanted = TwilioVoice.signature(of: address, fields, token: token)
        else { return false }
        return MobileKey.areEqual(Array(given.utf8), Array(wanted.utf8))
    }

    /// Base64; nil without memory for it.
    package static func signature(of address: String, _ fields: [String: String], token: String) -> String? {
        let signed =
            address
            + fields.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            .map { $0.key + $0.value }.joined()
        let (key, text) = (Array(token.utf8), Array(signed.utf8))
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard HMAC(EVP_sha1(), key, Int32(key.count), text, text.count, &digest, &length) != nil, length == 20 else {
            return nil
        }
        var encoded = [UInt8](repeating: 0, count: 32)
        let count = EVP_EncodeBlock(&encoded, digest, 20)
        return String(decoding: encoded.prefix(Int(count)), as: UTF8.self)
    }

    /// What the call says to that, and then ends.
    func saying(_ text: String) -> MobileResponse {
        // Our own words: nothing of an alert is in them.
        MobileResponse(
            200, headers: ["Content-Type": "text/xml; charset=utf-8"],
            body: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                + "<Response><Say language=\"\(language)\">\(text)</Say><Hangup/></Response>")
    }
}
