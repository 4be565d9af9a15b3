import Foundation
import Launch
import Settings
import Testing

@Suite("channels:")
struct ChannelTests {
    private static let sms = """
        channels:
          - name: sms
            type: sms
            account: AC0123456789abcdef0123456789abcdef
            token: env:TWILIO
            from: "+15005550006"

        """
    private static let mail = """
        channels:
          - name: mail
            type: email
            host: smtp.example.com
            user: guardia
            password: env:SMTP
            from: guardia@example.com

        """

    private func channels(_ section: String) throws -> [ChannelPlan] {
        try load(Sample.yaml + section).configuration.channels
    }

    private func mistakes(_ section: String, _ text: String, _ other: String) -> [String] {
        precondition(section.contains(text), "the section has no \(text)")
        return errors(in: Sample.yaml + section.replacing(text, with: other))
    }

    @Test("a launch without them has none")
    func none() throws { #expect(try channels("").isEmpty) }

    @Test("what is left out is as documented")
    func defaults() throws {
        let account = "AC0123456789abcdef0123456789abcdef"
        #expect(
            try channels(Self.sms) == [
                ChannelPlan(
                    name: "sms",
                    kind: .sms(
                        TwilioPlan(
                            url: "https://api.twilio.com", account: account, user: account,
                            password: .environment("TWILIO"), from: "+15005550006"), segments: 3),
                    limit: RateLimit(1, per: .seconds(1), burst: 10))
            ])
        #expect(
            try channels(Self.mail).first?.kind
                == .email(
                    EmailPlan(
                        host: "smtp.example.com", port: 587, encryption: .starttls, user: "guardia",
                        password: .environment("SMTP"), from: "guardia@example.com")))
    }

    @Test("the commented example in Config/barberpro.yaml has every type, and loads")
    func example() throws {
        let path = ShippedConfigurationTests.root.appending(path: "Config/barberpro.yaml").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: "\n# channels:\n")).lowerBound
        let end = try #require(text.firstRange(of: "\n# Who is told")).lowerBound
        let section = text[start..<end].split(separator: "\n").map { $0.hasPrefix("# ") ? String($0.dropFirst(2)) : "" }
        let plans = try channels(section.joined(separator: "\n") + "\n")
        #expect(
            plans.map(\.type) == [
                "sms", "voice", "push", "slack", "slack-webhook", "pagerduty", "email", "webhook", "command",
            ])
        #expect(plans.filter(\.needsAddress).map(\.name) == ["sms", "voice", "push"])
    }

    @Test("PagerDuty is told of changes unless it says no, others where they say so")
    func changes() throws {
        let section = """
            channels:
              - {name: pd, type: pagerduty, routing_key: env:PD}
              - {name: quiet, type: pagerduty, routing_key: env:PD, changes: false}
              - {name: ops, type: slack, token: env:SLACK, to: C1, changes: true}
              - {name: hook, type: slack-webhook, url: env:HOOK}

            """
        #expect(try channels(section).filter(\.tellsChanges).map(\.name) == ["pd", "ops"])
        #expect(mistakes(section, "to: C1, changes", "changes").contains { $0.contains("'changes'") })
        let sms = mistakes(Self.sms, "type: sms\n", "type: sms\n    changes: true\n")
        #expect(sms.contains { $0.contains("a change is for nobody in particular") })
    }

    @Test("a call that takes a digit is answered where the mobile page is, and by what Twilio signs with")
    func digit() throws {
        let voice = Self.sms.replacing("name: sms", with: "name: call").replacing("type: sms", with: "type: voice")
        let mobile = "mobile: {listen: \"127.0.0.1:7480\", url: \"https://g.b.ar/oncall\"}\n"
        func plan(_ section: String) throws -> VoicePlan? {
            guard case .voice(_, let plan) = try channels(section).first?.kind else { return nil }
            return plan
        }
        #expect(try plan(voice)?.callback == nil)
        let own = try plan(voice + "    digit: true\n" + mobile)
        #expect(own?.callback == "https://g.b.ar/oncall/voice" && own?.signing == .environment("TWILIO"))
        let key = voice + "    digit: true\n    api_key: SK0123456789abcdef0123456789abcdef\n"
        #expect(try plan(key + "    auth_token: env:AUTH\n" + mobile)?.signing == .environment("AUTH"))
        #expect(errors(in: Sample.yaml + key + mobile).contains { $0.contains("it needs 'auth_token'") })
        #expect(errors(in: Sample.yaml + voice + "    digit: true\n").contains { $0.contains("no section 'mobile'") })
    }

    @Test("limits are written as rates")
    func limits() throws {
        let plans = try channels(Self.sms + "    limit: 30/min\n    burst: 4\n")
        #expect(plans.first?.limit == RateLimit(30, per: .minutes(1), burst: 4))
        for wrong in ["1", "0/s", "1/day", "x/s", "1.5/s"] {
            #expect(errors(in: Sample.yaml + Self.sms + "    limit: \(wrong)\n").count == 1, "\(wrong)")
        }
    }

    @Test(
        "what cannot be is said with its place",
        arguments: [
            (sms, "AC0123456789abcdef0123456789abcdef", "AC0123", "is no id of Twilio's"),
            (sms, "\"+15005550006\"", "5005550006", "is not a telephone number"),
            (sms, "env:TWILIO", "hunter2", "a secret is a reference"),
            (sms, "type: sms", "type: smss", "is none of sms, voice"),
            (sms, "type: sms", "type: sms\n    url: http://api.example.com", "it must be https"),
            (sms, "type: sms", "type: sms\n    segment: 2", "did you mean 'segments'?"),
            (sms, "from: \"+15005550006\"", "segments: 2", "an SMS needs 'from' or 'messaging_service'"),
            (mail, "    user: guardia\n", "", "'user' and 'password' go together"),
            (mail, "type: email", "type: email\n    encryption: none", "is taken for this machine alone"),
            (
                mail, "type: email", "type: email\n    tls: {verify: false}",
                "a channel's certificate is always verified"
            ),
            (mail, "from: guardia@example.com", "from: \"guardia@x>, bcc\"", "is not a mailbox"),
            (mail, "smtp.example.com", "\"smtp.example.com:587\"", "the port is 'port'"),
        ])
    func mistakes(section: String, text: String, other: String, said: String) {
        let found = mistakes(section, text, other)
        #expect(found.contains { $0.contains(said) }, "\(found)")
        #expect(found.allSatisfy { $0.hasPrefix("launch.yaml:") })
        #expect(!found.contains { $0.contains("hunter2") })
    }

    @Test("two of one name are one too many")
    func twins() {
        let twin = Self.sms + Self.sms.replacing("channels:\n", with: "")
        #expect(errors(in: Sample.yaml + twin).contains { $0.contains("a second channel named 'sms'") })
    }
}
