/// Why a look failed, in one sentence for the operator: what was asked, what came instead.
package struct ProbeFailure: Error, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ sentence: String) { description = sentence }
}

extension String {
    /// Text from outside, cut to what a line of a screen can use, so that no answer makes a reading of 10 MB.
    func bounded(to limit: Int = 200) -> String {
        let head = prefix(limit)
        return head.endIndex == endIndex ? self : head + "…"
    }

    /// The text of an answer that should be UTF-8; what is not becomes U+FFFD, what is too long is not even decoded.
    init(bounded bytes: some Collection<UInt8>, to limit: Int = 200) {
        // Four bytes hold the longest character of one scalar.
        self = String(decoding: bytes.prefix(limit * 4), as: UTF8.self).bounded(to: limit)
    }
}
