import Testing

@testable import barberpro

@Suite("A form")
struct FormTests {
    @Test("what is encoded is decoded")
    func roundTrip() {
        let pairs = [("email", "niño+1@example.com"), ("a b", "x&y=z%"), ("empty", "")]
        #expect(Form.decode(Form.encode(pairs)) == Dictionary(uniqueKeysWithValues: pairs))
    }

    @Test("a broken escape stays as it is")
    func brokenEscape() {
        #expect(Form.decode("a=%zz&b=%4&c=+") == ["a": "%zz", "b": "%4", "c": " "])
    }
}
