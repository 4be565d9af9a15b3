import CCrypto

/// Text that is safe in HTML: what comes from outside gets in through ``escaped(_:)`` alone.
struct HTML: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    private(set) var text: String
    var description: String { text }

    /// A literal of ours.
    init(stringLiteral value: String) { text = value }

    /// What is filled into a literal of ours is escaped, unless it is HTML already.
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }
        mutating func appendInterpolation(_ value: HTML) { text += value.text }
        mutating func appendInterpolation(_ values: [HTML]) { for value in values { text += value.text } }
    }

    /// The five signs that mean something, and what turns or hides text (contract C5): shown as a mark.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(4000) {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case _ where scalar.value < 32 || (0x7F...0x9F).contains(scalar.value): result.append("\u{FFFD}")
            case _ where [.format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory):
                result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

/// The page's look. It stands in the page itself, and the policy names its digest: nothing is fetched.
enum MobileStyle {
    static let text = """
        :root{color-scheme:dark}*{box-sizing:border-box}
        body{margin:0 auto;max-width:36rem;padding:.75rem 1rem 3rem;background:#0d1117;color:#e6edf3;\
        font:1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
        header{display:flex;justify-content:space-between;gap:1rem;color:#9da7b3;font-size:.9rem}
        h1{font-size:1.35rem;line-height:1.25;margin:.5rem 0}h2{font-size:1rem;margin:1.75rem 0 .5rem;color:#9da7b3}
        p{margin:.4rem 0}ul{list-style:none;margin:0;padding:0}
        li{padding:.6rem 0;border-top:1px solid #30363d}li:first-child{border-top:0}
        .card{border:1px solid #30363d;border-left-width:.4rem;border-radius:.5rem;padding:.75rem 1rem;background:#161b22;\
        margin:.75rem 0}
        .critical{border-left-color:#ff7b72}.warning{border-left-color:#e3b341}.info{border-left-color:#79c0ff}
        .critical .mark,li.critical .mark{color:#ff7b72}.warning .mark{color:#e3b341}.info .mark{color:#79c0ff}
        .mark{font-weight:700}.dim{color:#9da7b3}.well{color:#56d364;font-weight:700}
        .banner{background:#5a1e02;color:#fff;border:2px solid #ffa657;border-radius:.5rem;padding:.75rem 1rem;font-weight:700}
        button,a.button{display:block;width:100%;min-height:3.5rem;padding:.9rem 1rem;margin:.6rem 0;border-radius:.6rem;\
        border:1px solid #6e7681;background:#21262d;color:#e6edf3;font:inherit;font-size:1.1rem;text-align:center;\
        text-decoration:none;cursor:pointer}
        button.main{background:#238636;border-color:#3fb950;color:#fff;font-size:1.35rem;font-weight:700;min-height:4.5rem}
        button.grave{background:#8e1519;border-color:#ff7b72;color:#fff;font-weight:700}
        .two{display:flex;gap:.6rem}.two button{margin-top:0}
        input[type=text]{width:100%;min-height:3.5rem;padding:.6rem 1rem;font:inherit;font-size:1.2rem;border-radius:.6rem;\
        border:2px solid #6e7681;background:#0d1117;color:#fff}
        label{display:block;margin:1rem 0 .4rem}a{color:#79c0ff}
        :focus-visible{outline:3px solid #79c0ff;outline-offset:2px}
        footer{margin-top:2rem;color:#9da7b3;font-size:.85rem}
        """

    /// `sha256-…`, as Content-Security-Policy names what it lets through.
    static let source: String = {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else { return "'none'" }
        var encoded = [UInt8](repeating: 0, count: 45)
        EVP_EncodeBlock(&encoded, digest, 32)
        return "'sha256-\(String(decoding: encoded.prefix(44), as: UTF8.self))'"
    }()
}
