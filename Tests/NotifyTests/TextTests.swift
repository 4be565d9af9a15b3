import Foundation
import Launch
import Testing

@testable import Notify

@Suite struct SMSTextTests {
    private func text(_ count: Int, of letter: Character = "a") -> SMSText { SMSText(String(repeating: letter, count: count)) }

    @Test(arguments: [(0, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)])
    func aTextOfTheDefaultAlphabetHolds160CharactersAloneAnd153InEachOfSeveral(count: Int, segments: Int) {
        #expect(text(count).alphabet == .gsm7)
        #expect(text(count).segments == segments)
    }

    @Test(arguments: [(70, 1), (71, 2), (134, 2), (135, 3)])
    func anyOtherHolds70And67(count: Int, segments: Int) {
        #expect(text(count, of: "Ж").alphabet == .ucs2)
        #expect(text(count, of: "Ж").segments == segments)
    }

    @Test func charactersOfTheExtensionTableCountTwice() {
        #expect(text(80, of: "€").segments == 1)
        #expect(text(81, of: "€").segments == 2)
        #expect(SMSText("[x]").alphabet == .gsm7)
        // 152 septets, then an escape pair: it is not split, so that the first segment ends one septet early.
        let straddling = String(repeating: "a", count: 152) + "{" + String(repeating: "a", count: 151)
        #expect(SMSText(straddling).segments == 2)
        #expect(SMSText(straddling + "a").segments == 3)
    }

    @Test func aSurrogatePairIsNotSplit() {
        #expect(text(35, of: "🚨").segments == 1)
        #expect(text(36, of: "🚨").segments == 2)
        // 67 units hold 33 pairs; a 34th would be split.
        #expect(text(66, of: "🚨").segments == 2)
        #expect(text(67, of: "🚨").segments == 3)
    }

    @Test(arguments: [
        ("Pago caído: 3 s → 12 s", "Pago caido: 3 s -> 12 s"), ("“Sí” — ya", "\"Si\" - ya"), ("ñandú ¿qué?", "ñandu ¿qué?"),
        ("95 % ≤ 100 %…", "95 % <= 100 %..."), ("12\u{A0}ms", "12 ms"),
    ])
    func whatReadsTheSameIsWrittenInTheDefaultAlphabet(text: String, written: String) {
        #expect(GSM7.transliterated(text) == written)
    }

    @Test func aCombiningAccentIsJoinedWithItsLetter() {
        #expect(GSM7.transliterated("n\u{303}o, cafe\u{301}, capo\u{301}") == "ño, café, capo")
    }

    @Test(arguments: ["Оплата не работает", "支払い 91%", "Δ ok, but 🚨", "Łódź", "x² y"])
    func aTextWithOneCharacterThatHasNoOtherWritingStaysWholeAndUnchanged(text: String) {
        let sms = SMSText(text)
        #expect(sms.text == text)
        #expect(sms.alphabet == .ucs2)
    }

    @Test func whatMayBeShortenedIsAndTheRestStaysWhole() {
        let summary = String(repeating: "payment ", count: 100)
        let sms = SMSText.fitting(summary, segments: 2) { "CRITICAL: \($0). Reply ACK 4821" }
        #expect(sms.segments == 2)
        #expect(sms.text.hasPrefix("CRITICAL: payment payment"))
        #expect(sms.text.contains("..."))
        #expect(sms.text.hasSuffix(". Reply ACK 4821"))
        // One more letter would be one more segment.
        #expect(sms.text.count > 300)
    }

    @Test func whatMayNotBeShortenedGoesWholeEvenIfItIsTooLong() {
        let link = "https://guardia.example/p/" + String(repeating: "k", count: 300)
        let sms = SMSText.fitting("summary", segments: 1) { "\($0) \(link)" }
        #expect(sms.text.hasSuffix(link))
    }
}

@Suite struct RedactionTests {
    @Test func secretsAreTakenOutHoweverTheyAreWritten() {
        let redaction = Redaction(secrets: ["s3cr+t/x="])
        for form in ["s3cr+t/x=", "s3cr+t/x=".formEncoded, "s3cr+t/x=".base64] {
            #expect(redaction("bad token \(form)!") == "bad token [secret]!")
        }
    }

    @Test(arguments: [
        ("+5491155554821", "no +5491155554821", "no …4821"), ("+5491155554821", "To=%2B5491155554821", "To=…4821"),
        ("+5491155554821", "5491155554821 is bad", "…4821 is bad"),
        ("ana@barberpro.ar", "550 <ana@barberpro.ar> unknown", "550 <a…@barberpro.ar> unknown"),
        ("dGVzdA:APA91b", "token dGVzdA:APA91b", "token [address]"),
    ])
    func anAddressIsShownAsFarAsPeopleKnowWhoseItIs(address: String, text: String, shown: String) {
        #expect(Redaction(secrets: [])(text, address: address) == shown)
    }

    @Test func aReasonIsOneShortLine() {
        let reason = Redaction(secrets: [])("a\r\nb\u{1B}[31m" + String(repeating: "x", count: 1000))
        #expect(reason.hasPrefix("a  b [31mxxx"))
        #expect(reason.count == Redaction.limit)
    }
}

@Suite struct MailMessageTests {
    private func message(subject: String = "CRITICAL BarberPro: payments", to: String = "ana@barberpro.ar", html: String? = nil) -> [String] {
        let message = MailMessage(
            from: "guardia@barberpro.ar", to: to, subject: subject, date: Timestamp(seconds: 1_772_000_000),
            messageID: "guardia.p-1@barberpro.ar", inReplyTo: nil, isUrgent: true, text: "Pago caído\n", html: html)
        return String(decoding: message.bytes, as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test func itsHeadersAreThoseOfAnAutomaticMail() {
        let lines = message()
        #expect(lines[0] == "Date: Wed, 25 Feb 2026 06:13:20 +0000")
        #expect(lines.contains("From: guardia <guardia@barberpro.ar>"))
        #expect(lines.contains("Message-ID: <guardia.p-1@barberpro.ar>"))
        #expect(lines.contains("Auto-Submitted: auto-generated"))
        #expect(lines.contains("Importance: high"))
    }

    @Test func aLineBreakInASubjectIsNoHeader() {
        let lines = message(subject: "x\r\nBcc: everybody@example.com\n\nbody")
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.contains("Subject: x  Bcc: everybody@example.com  body"))
    }

    @Test func aSubjectThatIsNotASCIIIsEncodedInWordsOfAtMost75() throws {
        let subject = "CRITICAL BarberPro producción: éxito de pagos 91,2 % por debajo de 95 % — señal 🚨"
        let lines = message(subject: subject)
        let first = try #require(lines.firstIndex { $0.hasPrefix("Subject: =?utf-8?B?") })
        var words: [String] = [String(lines[first].dropFirst("Subject: ".count))]
        for line in lines[(first + 1)...] {
            guard line.hasPrefix(" ") else { break }
            words.append(String(line.dropFirst()))
        }
        #expect(words.count > 1)
        #expect(words.allSatisfy { $0.count <= 75 && $0.hasSuffix("?=") })
        let decoded = words.map { word in
            let base64 = word.dropFirst("=?utf-8?B?".count).dropLast(2)
            return String(decoding: Data(base64Encoded: String(base64)) ?? Data(), as: UTF8.self)
        }
        #expect(decoded.joined() == subject)
    }

    @Test func textAndHTMLAreAlternatives() {
        let lines = message(html: "<p>Pago caído</p>")
        #expect(lines.contains { $0.hasPrefix("Content-Type: multipart/alternative; boundary=") })
        #expect(lines.contains("Content-Type: text/plain; charset=utf-8"))
        #expect(lines.contains("Content-Type: text/html; charset=utf-8"))
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
    }
}

