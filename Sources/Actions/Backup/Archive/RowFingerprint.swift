import CCrypto
import Glibc

/// What a table's rows are known by: their number and the sum of their SHA-256s modulo 2^256, so that their order does not matter.
///
/// It is fed the text of COPY in pieces of any size, and holds no more than a digest's state, however large the table or a row.
struct RowFingerprint {
    private(set) var rows: Int64 = 0
    private(set) var bytes: Int64 = 0
    /// The sum, the highest word first.
    private var sum: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    /// The digest of a line that has begun and not ended.
    private var line = SHA256_CTX()
    private var lineLength = 0
    /// The first two bytes of that line: enough to know `\.`.
    private var lineStart: (UInt8, UInt8) = (0, 0)
    /// `\.` has come: what follows is no data.
    private var isOver = false

    mutating func take(_ piece: UnsafeRawBufferPointer) {
        var rest = piece
        while !rest.isEmpty, !isOver {
            guard let base = rest.baseAddress else { return }
            guard let found = memchr(base, 10, rest.count) else {
                begin(rest)
                return
            }
            let length = UnsafeRawPointer(found) - base
            let head = UnsafeRawBufferPointer(start: base, count: length)
            if lineLength == 0 { whole(head) } else { end(head) }
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
        }
    }

    /// A line that came in one piece: nearly every one.
    private mutating func whole(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count == 2, bytes[0] == 92, bytes[1] == 46 {
            isOver = true
            return
        }
        guardia_sha256_start(&line)
        add(bytes)
    }

    private mutating func begin(_ bytes: UnsafeRawBufferPointer) {
        if lineLength == 0 { guardia_sha256_start(&line) }
        for (index, byte) in bytes.prefix(max(0, 2 - lineLength)).enumerated() {
            if lineLength + index == 0 { lineStart.0 = byte } else { lineStart.1 = byte }
        }
        guardia_sha256_update(&line, bytes.baseAddress, bytes.count)
        lineLength += bytes.count
    }

    private mutating func end(_ bytes: UnsafeRawBufferPointer) {
        if lineLength == 1, bytes.count == 1 { lineStart.1 = bytes[0] }
        if lineLength + bytes.count == 2, lineStart == (92, 46) {
            isOver = true
            return
        }
        add(bytes)
    }

    private mutating func add(_ last: UnsafeRawBufferPointer) {
        guardia_sha256_update(&line, last.baseAddress, last.count)
        self.bytes += Int64(lineLength + last.count + 1)
        lineLength = 0
        rows += 1
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { digest in
            guardia_sha256_finish(&line, digest.baseAddress)
            var carry: UInt64 = 0
            func add(_ word: inout UInt64, _ index: Int) {
                let other = UInt64(bigEndian: digest.load(fromByteOffset: 8 * index, as: UInt64.self))
                let (first, over) = word.addingReportingOverflow(other)
                let (second, overAgain) = first.addingReportingOverflow(carry)
                word = second
                carry = over || overAgain ? 1 : 0
            }
            add(&sum.3, 3)
            add(&sum.2, 2)
            add(&sum.1, 1)
            add(&sum.0, 0)
        }
    }

    // MARK: Large objects: a number and bytes count as one row

    mutating func beginRaw(_ number: Int) {
        guardia_sha256_start(&line)
        var text = "\(number):"
        text.withUTF8 { guardia_sha256_update(&line, $0.baseAddress, $0.count) }
        lineLength = 0
    }

    mutating func takeRaw(_ piece: UnsafeRawBufferPointer) {
        guardia_sha256_update(&line, piece.baseAddress, piece.count)
        lineLength += piece.count
    }

    mutating func endRaw() { add(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// 64 hexadecimal digits.
    var text: String {
        [sum.0, sum.1, sum.2, sum.3].map { number in
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }

    /// A text that is a table's whole content: how sequences are compared.
    static func of(_ text: String) -> String {
        var fingerprint = RowFingerprint()
        var text = text.replacing("\n", with: " ") + "\n"
        text.withUTF8 { fingerprint.take(UnsafeRawBufferPointer($0)) }
        return fingerprint.text
    }
}
