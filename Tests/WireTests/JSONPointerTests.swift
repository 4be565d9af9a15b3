import Testing
import Wire

@Suite struct JSONPointerTests {
    private let document = Array(
        #"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"deep":{"x":[{"v":"1.4.2"}]},"yes":true,"no":null,"pi":3.5,"ñ":"é"}"#
            .utf8)

    @Test(
        "RFC 6901's examples and further ones",
        arguments: [
            ("/foo/0", "bar"), ("/foo/1", "baz"), ("/", "0"), ("/a~1b", "1"), ("/m~0n", "8"), ("/deep/x/0/v", "1.4.2"),
            ("/yes", "true"), ("/no", "null"), ("/pi", "3.5"), ("/ñ", "é"),
        ])
    func finds(pointer: String, value: String) throws {
        let pointer = try #require(JSONPointer(pointer))
        #expect(try pointer.text(in: document) == value)
    }

    @Test(
        arguments: [
            ("/absent", "the JSON has nothing at /absent"), ("/foo/2", "the JSON has nothing at /foo/2"),
            ("/foo/01", "the JSON has nothing at /foo/01"), ("/foo/-", "the JSON has nothing at /foo/-"),
            ("/pi/x", "the JSON has nothing at /pi/x"), ("/foo", "the JSON at /foo is not a single value"),
            ("/deep", "the JSON at /deep is not a single value"),
        ])
    func misses(pointer: String, sentence: String) throws {
        let pointer = try #require(JSONPointer(pointer))
        #expect(throws: JSONPointer.Failure(sentence)) { try pointer.text(in: document) }
    }

    @Test(arguments: ["foo", "/a~", "/a~2"])
    func malformedPointerIsNone(text: String) { #expect(JSONPointer(text) == nil) }

    @Test(arguments: ["", "<html>", "{\"a\":", "{\"a\":1}x", "\u{0}", String(repeating: "[", count: 100_000)])
    func brokenJSONIsSaidToBe(text: String) throws {
        let pointer = try #require(JSONPointer("/a"))
        #expect(throws: JSONPointer.Failure("the body is not JSON")) { try pointer.text(in: Array(text.utf8)) }
    }
}
