import Foundation
import Launch
import Synchronization
import Testing
import Wire

@testable import Notify

@Suite struct PushTests {
    let reactor: Reactor
    let folder: TemporaryFolder
    let clock = ManualClock()

    init() throws {
        reactor = try Reactor()
        folder = try TemporaryFolder()
    }

    /// A key pair by openssl, and the key file that Google would give.
    private func account(tokens: ProviderServer) async throws -> String {
        let key = "\(folder.path)/key.pem"
        for command in [
            ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key],
            ["openssl", "pkey", "-in", key, "-pubout", "-out", "\(folder.path)/public.pem"],
        ] {
            let result = try await Command.run(command, deadline: .seconds(60))
            try #require(result.isSuccess, "\(result.standardError.text)")
        }
        let file = [
            "type": "service_account", "client_email": "guardia@barberpro.iam.gserviceaccount.com",
            "private_key": try String(contentsOfFile: key, encoding: .utf8), "private_key_id": "k-1",
            "token_uri": "\(tokens.url)/token",
        ]
        let path = "\(folder.path)/account.json"
        try JSONSerialization.data(withJSONObject: file).write(to: URL(filePath: path))
        return path
    }

    private func channel(_ server: ProviderServer, account: String) -> PushChannel {
        PushChannel(
            FirebasePlan(url: server.url, project: "barberpro", serviceAccount: .file(account)),
            limit: RateLimit(1, per: .seconds(1), burst: 1), in: .test(reactor, clock: clock))
    }

    private static func token(_ name: String = "ya29.one") -> ProviderServer.Reply {
        .answer(200, #"{"access_token":"\#(name)","expires_in":3599,"token_type":"Bearer"}"#)
    }
    private static let sent = ProviderServer.Reply.answer(200, #"{"name":"projects/barberpro/messages/0:1"}"#)

    @Test func theAssertionIsAJWTThatTheKeyHasSigned() async throws {
        let tokens = try ProviderServer(Self.token())
        let server = try ProviderServer(Self.sent)
        defer { tokens.close(); server.close() }
        let channel = channel(server, account: try await account(tokens: tokens))
        #expect(
            await channel.send(.sample(address: "dGVzdA:APA91b"))
                == .taken(reference: "projects/barberpro/messages/0:1"))
        let request = try #require(tokens.requests.first)
        #expect(request.method == "POST" && request.path == "/token")
        #expect(request.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer")
        let parts = try #require(request.form["assertion"]).split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        func decode(_ text: String) -> Data {
            var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
            base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
            return Data(base64Encoded: base64) ?? Data()
        }
        #expect(String(decoding: decode(parts[0]), as: UTF8.self) == #"{"alg":"RS256","kid":"k-1","typ":"JWT"}"#)
        let now = clock.now().utc.seconds
        #expect(
            String(decoding: decode(parts[1]), as: UTF8.self)
                == #"{"aud":"\#(tokens.url)/token","exp":\#(now + 3600),"iat":\#(now),"iss":"guardia@barberpro.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/firebase.messaging"}"#
        )
        // Another implementation verifies it.
        try decode(parts[2]).write(to: URL(filePath: "\(folder.path)/signature"))
        try Data("\(parts[0]).\(parts[1])".utf8).write(to: URL(filePath: "\(folder.path)/input"))
        let verified = try await Command.run(
            [
                "openssl", "dgst", "-sha256", "-verify", "\(folder.path)/public.pem", "-signature",
                "\(folder.path)/signature", "\(folder.path)/input",
            ], deadline: .seconds(10))
        #expect(verified.standardOutput.text.contains("Verified OK"))
    }

    @Test func theMessageIsUrgentAndReplacesWhatWasSaidOfTheSameThing() async throws {
        let tokens = try ProviderServer(Self.token())
        let server = try ProviderServer(Self.sent)
        defer { tokens.close(); server.close() }
        let channel = channel(server, account: try await account(tokens: tokens))
        _ = await channel.send(.sample(address: "dGVzdA:APA91b", expires: clock.now().utc.seconds + 900))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/v1/projects/barberpro/messages:send")
        #expect(request.headers["authorization"] == "Bearer ya29.one")
        let tag = Fingerprint(of: ["group": "payments"]).text
        #expect(
            request.body == #"{"message":{"android":{"notification":{"tag":"\#(tag)"},"priority":"HIGH","ttl":"900s"},"#
                + #""apns":{"headers":{"apns-collapse-id":"\#(tag)","apns-expiration":"1772000900","apns-priority":"10"},"#
                + #""payload":{"aps":{"interruption-level":"time-sensitive","sound":"default"}}},"#
                + #""data":{"code":"4821","group":"\#(tag)","link":"https://guardia.example/p/7Kq2","page":"p-1","#
                + #""purpose":"page","severity":"critical"},"notification":{"body":"Payment success 91.2 % is below 95 %","#
                + #""title":"CRITICAL BarberPro production"},"token":"dGVzdA:APA91b"}}"#)
        let long = channel.message(
            .sample(
                summary: String(repeating: "ñ", count: 9000), link: String(repeating: "l", count: 3000),
                runbook: "https://wiki.example/" + String(repeating: "r", count: 3000)))
        #expect(
            channel.message(.sample(runbook: "https://wiki.example/#a")).data["runbook"] == "https://wiki.example/#a")
        #expect(JSON.encode(PushChannel.Envelope(message: long)).count <= 4096)
    }

    @Test func aTokenIsKeptAndRenewedBeforeItsEndAndWhenItIsRefused() async throws {
        let count = Mutex(0)
        let tokens = try ProviderServer { _ in
            Self.token("ya29.\(count.withLock { $0 += 1; return $0 })")
        }
        // The second token is refused once.
        let server = try ProviderServer {
            $0.headers["authorization"] == "Bearer ya29.2"
                ? .answer(401, #"{"error":{"status":"UNAUTHENTICATED"}}"#) : Self.sent
        }
        defer { tokens.close(); server.close() }
        let channel = channel(server, account: try await account(tokens: tokens))
        for _ in 0..<3 { _ = await channel.send(.sample()) }
        #expect(tokens.requests.count == 1)
        clock.advance(by: .seconds(3599 - 301))
        _ = await channel.send(.sample())
        #expect(tokens.requests.count == 1)
        clock.advance(by: .seconds(2))
        #expect(await channel.send(.sample()) == .taken(reference: "projects/barberpro/messages/0:1"))
        #expect(tokens.requests.count == 3)
        #expect(server.requests.last?.headers["authorization"] == "Bearer ya29.3")
    }

    @Test(arguments: [
        (
            404, "UNREGISTERED",
            ChannelAnswer.refused("the phone's token is no longer valid: it must register again (UNREGISTERED)")
        ),
        (403, "SENDER_ID_MISMATCH", .refused("the phone's token belongs to another Firebase project")),
        (429, "QUOTA_EXCEEDED", .later("Firebase answered 429: QUOTA_EXCEEDED: m [address]", after: .minutes(1))),
        (400, "INVALID_ARGUMENT", .refused("Firebase answered 400: INVALID_ARGUMENT: m [address]")),
        (503, "UNAVAILABLE", .later("Firebase answered 503: UNAVAILABLE: m [address]", after: .seconds(9))),
        (500, "INTERNAL", .later("Firebase answered 500: INTERNAL: m [address]", after: .seconds(9))),
    ])
    func errorsAreOfTheirClass(status: Int, code: String, expected: ChannelAnswer) async throws {
        let tokens = try ProviderServer(Self.token())
        let body =
            #"{"error":{"code":\#(status),"message":"m dGVzdA:APA91b","status":"X","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"\#(code)"}]}}"#
        let server = try ProviderServer(.answer(status, headers: ["Retry-After": "9"], body))
        defer { tokens.close(); server.close() }
        let channel = channel(server, account: try await account(tokens: tokens))
        #expect(await channel.send(.sample(address: "dGVzdA:APA91b")) == expected)
    }

    @Test func whereNoTokenIsHadItIsSaidWhyAndWithoutTheKey() async throws {
        let tokens = try ProviderServer(
            .answer(400, #"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#), .answer(503, ""))
        let server = try ProviderServer(Self.sent)
        defer { tokens.close(); server.close() }
        let channel = channel(server, account: try await account(tokens: tokens))
        #expect(
            await channel.send(.sample())
                == .refused(
                    "Google answered 400: invalid_grant: Invalid JWT Signature.; check the key, and this machine's clock"
                ))
        #expect(await channel.send(.sample()) == .later("Google answered 503"))
        #expect(server.requests.isEmpty)
    }

    @Test(arguments: [
        "{}", "not JSON",
        #"{"client_email":"a","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}"#,
    ])
    func aFileThatIsNoKeyFileIsRefused(text: String) async throws {
        let server = try ProviderServer(Self.sent)
        defer { server.close() }
        let path = "\(folder.path)/bad.json"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        guard case .refused(let reason) = await channel(server, account: path).send(.sample()) else {
            Issue.record("not refused")
            return
        }
        #expect(reason.hasPrefix("the service account's"))
        #expect(!reason.contains("AAAA"))
    }
}
