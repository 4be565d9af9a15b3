import Foundation
import Launch
import Mobile
import Testing

struct LinkTests {
    private let key = MobileKey(bytes: Array(0..<32))
    private let expires = Timestamp(seconds: 1_773_080_000)

    @Test(arguments: [
        "esc-20260309T061205Z-3f9a", "esc-20260309T061205Z-0001", "another chain · ñ", "esc-20260309T06120XZ-3f9a", "",
    ])
    func aLinkSaysWhomItIsForAndToWhatItAnswers(chain: String) throws {
        let link = MobileLink(person: "ana", channel: "sms", chain: EscalationID(chain), expires: expires)
        #expect(MobileLink(token: link.token(key), key: key) == link)
    }

    @Test func aLinkForNoChainAndNoChannelIsOneToo() {
        let link = MobileLink(person: "ana", channel: nil, chain: nil, expires: expires)
        #expect(MobileLink(token: link.token(key), key: key) == link)
    }

    @Test func itFitsIntoAnSMS() {
        let link = MobileLink(
            person: "anapereyra", channel: "whatsapp", chain: EscalationID("esc-20260309T061205Z-3f9a"),
            expires: expires)
        #expect(link.token(key).utf8.count <= 72)
    }

    /// Whatever is changed of it, it is none.
    @Test func aLinkWithAnyLetterChangedIsRefused() {
        let token = MobileLink(person: "ana", channel: "sms", chain: Browser.chain, expires: expires).token(key)
        var refused = 0
        for index in token.indices {
            for letter in "AaZ9-_" where letter != token[index] {
                var changed = token
                changed.replaceSubrange(index...index, with: String(letter))
                #expect(MobileLink(token: changed, key: key) == nil, "\(changed)")
                refused += 1
            }
        }
        #expect(refused > 200)
        #expect(MobileLink(token: token + "A", key: key) == nil)
        #expect(MobileLink(token: token.dropLast(), key: key) == nil)
        #expect(MobileLink(token: token, key: MobileKey(bytes: Array(1...32))) == nil)
        #expect(MobileLink(token: "", key: key) == nil)
        #expect(MobileLink(token: String(repeating: "A", count: 10_000), key: key) == nil)
    }

    @Test func randomTokensAreRefusedAndTrapNothing() {
        var generator = SystemRandomNumberGenerator()
        let letters = Array("ABCxyz019-_=/.%\u{0}é")
        for _ in 0..<2000 {
            let token = String(
                (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? "A"
                })
            #expect(MobileLink(token: token, key: key) == nil)
        }
    }
}

struct KeyTests {
    private static func place() throws -> String {
        let folder = "/tmp/guardia-mobile-key-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    @Test func aKeyIsMadeOnceForItsOwnerAloneAndHoldsAfterARestart() throws {
        let folder = try KeyTests.place()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let link = MobileLink(person: "ana", channel: "sms", chain: nil, expires: Timestamp(seconds: 1_900_000_000))
        let first = try MobileKey(journal: "\(folder)/j")
        let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/j.mobile")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let second = try MobileKey(journal: "\(folder)/j")
        #expect(MobileLink(token: link.token(first), key: second) == link)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["j.mobile"])
    }

    @Test func aKeyThatOthersMayReadIsNoKey() throws {
        let folder = try KeyTests.place()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try MobileKey(journal: "\(folder)/j")
        chmod("\(folder)/j.mobile", 0o640)
        let error = #expect(throws: MobileKeyError.self) { try MobileKey(journal: "\(folder)/j") }
        #expect(error?.description.contains("mode 0640") == true)
    }

    @Test func aKeyOfTheWrongSizeOrALinkIsNoKeyAndIsLeftAlone() throws {
        let folder = try KeyTests.place()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("short".utf8).write(to: URL(fileURLWithPath: "\(folder)/j.mobile"))
        chmod("\(folder)/j.mobile", 0o600)
        #expect(throws: MobileKeyError.self) { try MobileKey(journal: "\(folder)/j") }
        symlink("\(folder)/j.mobile", "\(folder)/k.mobile")
        #expect(throws: MobileKeyError.self) { try MobileKey(journal: "\(folder)/k") }
        #expect(throws: MobileKeyError.self) { try MobileKey(journal: "\(folder)/none", makes: false) }
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/none.mobile"))
    }
}
