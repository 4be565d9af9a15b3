import Launch
import Mobile
import Testing

/// Somebody who was called presses a digit, and Twilio tells it.
struct VoiceTests {
    private let browser = Browser()

    /// What Twilio posts, among thirty such fields.
    private static func fields(_ digits: String = "1") -> [String: String] {
        [
            "AccountSid": Browser.account, "ApiVersion": "2010-04-01", "CallSid": "CA1f", "CallStatus": "in-progress",
            "Called": "+5491155550101", "CalledCity": "Buenos Aires", "Digits": digits, "Direction": "outbound-api",
            "From": "+15005550006", "To": "+5491155550101", "FinishedOnKey": "", "msg": "Gather End",
        ]
    }

    private func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                ? String(Unicode.Scalar(byte))
                : byte == 32 ? "+" : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private func tell(
        _ fields: [String: String], token: String, signedFor address: String? = nil, with secret: String = "12345",
        signature: String? = nil
    ) async -> MobileResponse {
        let address = address ?? "https://guardia.example.com/voice/\(token)"
        let signed = signature ?? TwilioVoice.signature(of: address, fields, token: secret) ?? ""
        return await browser.post(
            "/voice/\(token)", Dictionary(uniqueKeysWithValues: fields.map { (escaped($0.key), escaped($0.value)) }),
            ["x-twilio-signature": signed, "origin": "", "sec-fetch-site": "cross-site"])
    }

    private var token: String { browser.token(channel: "voice") }

    /// The example of Twilio's own documentation.
    @Test func theSignatureIsTwilios() {
        let fields = [
            "CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
            "To": "+18005551212",
        ]
        #expect(
            TwilioVoice.signature(of: "https://example.com/myapp.php?foo=1&bar=2", fields, token: "12345")
                == "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    }

    @Test func whoeverPressesOneHasIt() async {
        let answer = await tell(Self.fields(), token: token)
        #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/xml; charset=utf-8")
        #expect(answer.body.contains("<Say language=\"en-US\">Acknowledged.") && answer.body.contains("<Hangup/>"))
        #expect(browser.house.acts == [.acknowledgedByVoice("ana", Browser.chain, .hours(1))])
    }

    @Test func anotherDigitTakesNothing() async {
        let answer = await tell(Self.fields("2"), token: token)
        #expect(answer.status == 200 && answer.body.contains("Not acknowledged"))
        #expect(browser.house.acts.isEmpty)
    }

    @Test func whatTwilioHasNotSignedIsRefused() async {
        let token = token
        var other = Self.fields()
        other["AccountSid"] = "AC00000000000000000000000000000000"
        let good = TwilioVoice.signature(
            of: "https://guardia.example.com/voice/\(token)", Self.fields("2"), token: "12345")
        for answer in [
            await tell(Self.fields(), token: token, with: "54321"),
            await tell(Self.fields(), token: token, signature: ""),
            await tell(Self.fields(), token: token, signedFor: "https://guardia.example.com/voice/other"),
            await tell(Self.fields(), token: token, signature: good), await tell(other, token: token),
        ] { #expect(answer.status == 403) }
        #expect(browser.house.acts.isEmpty)
    }

    @Test func itIsForWhomWasCalledAndNotForEver() async {
        // A link of an SMS is none of a call; a token that nobody signed is none at all.
        #expect(await tell(Self.fields(), token: browser.token()).status == 404)
        #expect(await tell(Self.fields(), token: "AAAA").status == 404)
        #expect(await browser.get("/voice/\(token)").status == 405)
        let old = browser.token(life: .minutes(5), channel: "voice")
        browser.clock.advance(.minutes(6))
        #expect(await tell(Self.fields(), token: old).body.contains("too old"))
        browser.house.dismiss("ana")
        #expect(await tell(Self.fields(), token: token).status == 404)
        #expect(browser.house.acts.isEmpty)
    }

    @Test func whatIsOverIsSaidInTheCall() async {
        browser.house.change { $0.chain?.standing = .over }
        let answer = await tell(Self.fields(), token: token)
        #expect(answer.status == 200 && answer.body.contains("could not be acknowledged"))
    }
}
