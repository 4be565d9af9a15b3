import Testing
import Wire

/// The examples of "Signature Calculations for the Authorization Header" in the Amazon S3 API reference.
@Suite struct SigV4Tests {
    private let signer = SigV4(
        keys: .init(id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), region: "us-east-1"
    )
    private let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private func signature(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], payload: String
    ) -> String {
        let all = signer.headers(
            method: method, host: "examplebucket.s3.amazonaws.com", path: path, query: query, headers: headers,
            payload: payload, time: "20130524T000000Z")
        return all.last?.value.split(separator: "=").last.map(String.init) ?? ""
    }

    @Test func gettingAnObject() {
        #expect(
            signature("GET", "/test.txt", headers: [("Range", "bytes=0-9")], payload: empty)
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func puttingAnObject() {
        #expect(
            signature(
                "PUT", "/test$file.text",
                headers: [
                    ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ], payload: Hexadecimal.text(SHA256.hash("Welcome to Amazon S3.")))
                == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test func aQueryWithoutAValue() {
        #expect(
            signature("GET", "/", query: [("lifecycle", "")], payload: empty)
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    }

    @Test func listingABucket() {
        #expect(
            signature("GET", "/", query: [("prefix", "J"), ("max-keys", "2")], payload: empty)
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    @Test func everythingButUnreservedCharactersIsEncoded() {
        #expect(SigV4.encoded("a b/ñ+~*'", slash: true) == "a%20b/%C3%B1%2B~%2A%27")
        #expect(SigV4.queryText([("b", "/"), ("a", "&")]) == "a=%26&b=%2F")
    }

    @Test("RFC 4231, test cases 2 and 6")
    func authentication() {
        #expect(
            Hexadecimal.text(SHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Hexadecimal.text(
                SHA256.authenticate(
                    Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                    key: [UInt8](repeating: 0xaa, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }
}
