import Launch
import Testing

@testable import Edge

@Suite struct DoorAnswerTests {
    @Test func anOpenDoorNamesSplitColourAndDigest() throws {
        let answer = try #require(
            DoorAnswer(parsing: "door=open split=/var/lib/guardia/door/splits/blue slot=17 colour=blue config=3f9a\n"))
        #expect(answer == DoorAnswer(split: "blue", colour: "blue", digest: "3f9a"))
        #expect(DoorAnswer(parsing: "door=open split=0003 slot=99 colour=blue")?.digest == "")
    }

    @Test func aBrokenDoorSaysSo() {
        #expect(
            DoorAnswer(parsing: "door=DOOR BROKEN split= slot=3 colour=any config=3f9a\n")
                == DoorAnswer(split: "", colour: "any", isBroken: true, digest: "3f9a"))
    }

    @Test(arguments: ["", "<html>", "door=open", "door=open split=/a slot=1", "slot=1 door=open split=a colour=x"])
    func anythingElseIsNone(text: String) { #expect(DoorAnswer(parsing: text) == nil) }

    @Test func whatIsEndlessIsCut() {
        let answer = DoorAnswer(parsing: "door=open split=\(String(repeating: "x", count: 10_000)) slot=1 colour=blue")
        #expect(answer == nil, "the colour lies beyond what is read")
        #expect(
            DoorAnswer(parsing: "door=open split=\(String(repeating: "x", count: 900)) slot=1 colour=b")?.split.count
                == 80)
    }
}

@Suite struct HelperWordTests {
    @Test(
        arguments: [
            ("", "%"), ("v1.5.0", "v1.5.0"), ("año", "a%C3%B1o"), ("a b", "a%20b"), ("%", "%25"), ("-x", "-x"),
            ("\n", "%0A"),
            ("'\"$`;|&<>()*?[]{}~!#\\", "%27%22%24%60%3B%7C%26%3C%3E%28%29%2A%3F%5B%5D%7B%7D%7E%21%23%5C"),
        ])
    func wordsComeBackAsTheyWere(text: String, word: String) {
        #expect(HelperWord.encode(text) == word)
        #expect(HelperWord.decode(word) == text)
    }

    @Test(arguments: ["%4", "%zz", "x%", "a b", "ñ", "a\n"])
    func whatIsNoWordIsNone(word: String) { #expect(HelperWord.decode(word) == nil) }

    @Test func aLongTextIsCutBetweenCharacters() {
        #expect(HelperWord.encode("ñañá", limit: 13) == "%C3%B1a%C3%B1")
        #expect(HelperWord.encode("ñ", limit: 5) == "%")
        #expect(HelperWord.encode(String(repeating: "x", count: 10_000), limit: 512).utf8.count == 512)
    }
}

@Suite struct HelperAnswerTests {
    @Test func aStatusIsReadWhole() throws {
        let lines = [
            "clock 1795739112", "split green-25.blue", "fence 7", "lock ana@b a1 deploy fair%20day -3",
            "freeze bob 1795739000 %", "armed green-25.blue blue a1 240", "fired 1795738000 green blue a0",
            "note schema.current 12", "note schema.v1.4.0 12:15", "ok",
        ]
        let status = try #require(HelperAnswer(lines).flatMap { EdgeStatus($0) })
        #expect(status.split == Split(live: "blue", canary: "green", share: 25))
        #expect(status.lock == EdgeLock(holder: "ana@b", action: "a1", kind: "deploy", reason: "fair day", left: -3))
        #expect(status.lock?.hasLapsed == true)
        #expect(status.freeze == EdgeFreeze(by: "bob", since: 1_795_739_000, reason: ""))
        #expect(status.armed == ArmedRevert(from: "green-25.blue", to: "blue", action: "a1", left: 240))
        #expect(status.fired == FiredRevert(at: 1_795_738_000, from: "green", to: "blue", action: "a0"))
        #expect(status.notes == ["schema.current": "12", "schema.v1.4.0": "12:15"])
        // Without any one of the first three lines, or with one cut short, it is none.
        for index in 0..<3 {
            #expect(HelperAnswer(Array(lines[..<index] + lines[(index + 1)...])).flatMap { EdgeStatus($0) } == nil)
        }
        for index in 3..<9 where lines[index].split(separator: " ").count > 2 {
            var short = lines
            short[index] = String(short[index].prefix { $0 != " " }) + " x"
            #expect(
                HelperAnswer(short).flatMap { EdgeStatus($0) } == nil || short[index].hasPrefix("note"),
                "\(short[index])")
        }
    }

    @Test func aBrokenDoorIsNoSplit() throws {
        let status = try #require(
            HelperAnswer(["clock 1", "broken current leads nowhere", "fence 0", "ok"]).flatMap { EdgeStatus($0) })
        #expect(status.door == .broken("current leads nowhere") && status.split == nil)
    }

    @Test(
        arguments: [
            ("held ana@b a1 deploy x 30", "ana@b holds the lock: deploy a1"),
            ("frozen ana 12 fair%20day", "deploys are frozen by ana: fair day"),
            ("fenced 9", "the lock is no longer ours"), ("moved 12", "the lock was taken since, fence 12"),
            ("moved green-5.blue", "green-5.blue serves now"), ("moved %", "the door is broken"),
            ("unstaged green", "the split green is not there, or not whole"),
            ("invalid", "the helper does not take this request"),
            ("novelty x", "the helper does not take this request"),
        ])
    func refusalsSayWhy(words: String, reason: String) {
        let error = EdgeError(refused: words.split(separator: " ").map(String.init), "x", on: "edge-1")
        #expect(error.reason == reason)
        #expect(!error.advice.isEmpty && !error.isUndecided)
    }

    @Test(arguments: [[], [""], ["okay"], ["ok then"], ["refused"], ["clock 1"]])
    func whatEndsOtherwiseIsNoAnswer(lines: [String]) { #expect(HelperAnswer(lines) == nil) }
}
