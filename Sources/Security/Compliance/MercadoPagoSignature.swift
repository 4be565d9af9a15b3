/// The signature of MercadoPago's notifications (header `x-signature`), checked: pure but for libcrypto's HMAC.
///
/// `x-signature: ts=…,v1=…`; v1 is the hexadecimal HMAC-SHA256 of `id:{data.id};request-id:{x-request-id};ts:{ts};`, in which
/// a pair that is absent is left out.
package enum MercadoPagoSignature {
    package enum Verdict: Hashable, Sendable {
        case genuine
        case malformed
        case forged
        /// Right, but of another time: sent again, or a clock is wrong.
        case replayed
    }

    package static func manifest(id: String?, requestID: String?, ts: String) -> String {
        // MercadoPago signs alphanumeric ids in lower case.
        (id.map { "id:\($0.lowercased());" } ?? "") + (requestID.map { "request-id:\($0);" } ?? "") + "ts:\(ts);"
    }

    package static func header(id: String?, requestID: String?, ts: String, secret: String) -> String {
        let hmac = Signing.hmac(Array(manifest(id: id, requestID: requestID, ts: ts).utf8), key: Array(secret.utf8))
        return "ts=\(ts),v1=\(Hexadecimal.text(hmac))"
    }

    /// - Parameters:
    ///   - id: `data.id` of the notification's query.
    ///   - now: milliseconds since 1970.
    ///   - window: how many milliseconds a notification may be old, or ahead.
    package static func check(
        header: String, id: String?, requestID: String?, secret: String, now: Int64, window: Int64 = 300_000
    ) -> Verdict {
        var parts: [Substring: Substring] = [:]
        for part in header.split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, parts.updateValue(pair[1], forKey: pair[0]) == nil else { return .malformed }
        }
        guard !secret.isEmpty, let ts = parts["ts"], let stamp = Int64(ts), stamp > 0, let given = parts["v1"],
            let bytes = Hexadecimal.bytes(given), bytes.count == 32
        else { return .malformed }
        let right = Signing.hmac(
            Array(manifest(id: id, requestID: requestID, ts: String(ts)).utf8), key: Array(secret.utf8))
        // In constant time: how far a guess was right must not show.
        guard zip(bytes, right).reduce(UInt8(0), { $0 | ($1.0 ^ $1.1) }) == 0 else { return .forged }
        // The documents call it milliseconds, their example has seconds.
        let (milliseconds, overflow) =
            stamp < 100_000_000_000 ? stamp.multipliedReportingOverflow(by: 1000) : (stamp, false)
        guard !overflow, abs(milliseconds.subtractingReportingOverflow(now).partialValue) <= window else {
            return .replayed
        }
        return .genuine
    }
}
