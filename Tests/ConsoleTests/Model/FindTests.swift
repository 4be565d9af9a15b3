import Console
import Launch
import Testing

@Suite struct FindTests {
    private func titles(_ query: String) -> [String] { BarberPro.calm.model(80, 24).finds(for: query).map(\.title) }

    @Test func wordsFindInAnyOrder() {
        #expect(titles("jujuy p95").first == "Jujuy p95")
        #expect(titles("p95 jujuy") == titles("jujuy p95"))
    }

    @Test func firstLettersFind() { #expect(titles("rdm") == ["Redis memory"]) }

    @Test("letters strewn over a long title do not find it")
    func strewn() { #expect(titles("quit") == ["quit"]) }

    @Test func aWordThatIsNowhereFindsNothing() { #expect(titles("jujuy xyz").isEmpty) }
}
