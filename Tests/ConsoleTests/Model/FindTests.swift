import Launch
import Testing

@testable import Console

@Suite struct FindTests {
    private func titles(_ query: String) -> [String] { BarberPro.calm.model(80, 24).finds(for: query).map(\.title) }

    @Test func wordsFindInAnyOrder() {
        #expect(titles("jujuy p95").first == "Jujuy p95")
        #expect(titles("p95 jujuy") == titles("jujuy p95"))
    }

    @Test func firstLettersFind() { #expect(titles("rdm") == ["Redis memory"]) }

    @Test("letters strewn over a long title do not find it")
    func strewn() { #expect(titles("quit") == ["quit"]) }

    @Test func theBeginningOfAWordOfATitleGoesBeforeStrewnLetters() {
        let found = titles("pay")
        let begins = found.map { title in
            title.lowercased().split { !$0.isLetter }.contains { $0.hasPrefix("pay") }
        }
        #expect(begins.first == true)
        // Every title that has it at the beginning of a word stands before every one that has not.
        #expect(begins.lastIndex(of: true).map { last in begins[...last].allSatisfy { $0 } } == true)
    }

    @Test func aBeginningGoesBeforeSideBySideAndThatBeforeStrewn() throws {
        let begins = try #require(Fuzzy.score("pay", in: "A much longer title of the Payment gateway", isTitle: true))
        let named = try #require(Fuzzy.score("pay", in: "payments.p95"))
        let inside = try #require(Fuzzy.score("pay", in: "Repayment", isTitle: true))
        let strewn = try #require(Fuzzy.score("pay", in: "Public ayuda", isTitle: true))
        #expect(begins > named && named > inside && inside > strewn)
    }

    @Test func aWordIsFoundBehindItsOwnLetters() { #expect(Fuzzy.score("pay", in: "Display pay") != nil) }

    @Test func aWordThatIsNowhereFindsNothing() { #expect(titles("jujuy xyz").isEmpty) }
}
