/// What the page is asked, as far as it looks at it.
package struct MobileRequest: Hashable, Sendable {
    package var method: String
    /// Without its query: the page has none.
    package var path: String
    /// By lower-case name.
    package var headers: [String: String]
    package var body: [UInt8]

    package init(method: String, path: String, headers: [String: String] = [:], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// A cookie's value.
    func cookie(_ name: String) -> String? {
        for part in (headers["cookie"] ?? "").split(separator: ";").prefix(50) {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, pair[0] == name { return String(pair[1]) }
        }
        return nil
    }

    /// The fields of an HTML form; nil where the body is none.
    var form: [String: String]? { fields(atMost: 20) }

    /// - Parameter limit: of more fields than this none is read.
    package func fields(atMost limit: Int) -> [String: String]? {
        guard headers["content-type"]?.split(separator: ";").first?.lowercased() == "application/x-www-form-urlencoded",
            let text = String(validating: body, as: UTF8.self)
        else { return nil }
        var form: [String: String] = [:]
        for pair in text.split(separator: "&").prefix(limit) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = MobileRequest.decoded(parts[0]),
                let value = MobileRequest.decoded(parts.count > 1 ? parts[1] : "")
            else { return nil }
            form[name] = value
        }
        return form
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// What it answers.
package struct MobileResponse: Hashable, Sendable {
    package var status: Int
    /// Names as they are written.
    package var headers: [String: String]
    package var body: String

    package init(_ status: Int, headers: [String: String] = [:], body: String = "") {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
