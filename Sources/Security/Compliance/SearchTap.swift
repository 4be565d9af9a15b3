import Glibc
import Launch
import Synchronization
import Wire

/// Counts card numbers, and one secret, in the bytes that pass, across the borders of their pieces.
final class SearchTap: Tap {
    struct Found {
        var cards = 0
        var secrets = 0
        var bytes: Int64 = 0
    }

    private struct State {
        var found = Found()
        var tail: [UInt8] = []
    }

    private let needle: [UInt8]?
    private let limit: Int64
    private let overlap: Int
    private let state = Mutex(State())

    /// - Parameter limit: more bytes than these are refused.
    init(for needle: [UInt8]?, limit: Int64) {
        self.needle = needle
        self.limit = limit
        overlap = max(64, needle?.count ?? 0)
    }

    var found: Found { state.withLock { $0.found } }

    func take(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            let tail = state.tail
            let window = tail + bytes
            // Each once: where it is known that it ends. One that ends with the piece may go on in the next.
            state.found.cards += CardNumber.ranges(in: window).count {
                $0.upperBound >= tail.count && $0.upperBound < window.count
            }
            if let needle { state.found.secrets += SearchTap.count(needle, in: window, from: tail.count) }
            state.tail = Array(window.suffix(overlap))
            state.found.bytes += Int64(bytes.count)
            guard state.found.bytes <= limit else { throw SecurityError("search", "more than can be searched") }
        }
    }

    func finish() {
        // A number at the very end.
        state.withLock { state in
            let tail = state.tail
            state.found.cards += CardNumber.ranges(in: tail).count { $0.upperBound == tail.count }
        }
    }

    private static func count(_ needle: [UInt8], in window: [UInt8], from end: Int) -> Int {
        guard !needle.isEmpty, window.count >= needle.count else { return 0 }
        var count = 0
        window.withUnsafeBytes { bytes in
            var offset = 0
            // memchr for the first byte: almost nowhere is there more than that to compare.
            while offset + needle.count <= bytes.count,
                let hit = memchr(bytes.baseAddress! + offset, Int32(needle[0]), bytes.count - offset - needle.count + 1)
            {
                let at = UnsafeRawPointer(hit) - bytes.baseAddress!
                if at + needle.count > end, memcmp(bytes.baseAddress! + at, needle, needle.count) == 0 { count += 1 }
                offset = at + 1
            }
        }
        return count
    }
}

/// Takes what a content begins with, and ends the pipeline once it has enough.
final class HeadTap: Tap {
    private struct Enough: Error {}
    private let head = Mutex<[UInt8]>([])

    var bytes: [UInt8] { head.withLock { $0 } }
    var isFull: Bool { bytes.count >= FileContent.headCount }

    func take(_ bytes: UnsafeRawBufferPointer) throws {
        try head.withLock { head in
            head += bytes.prefix(FileContent.headCount - head.count)
            if head.count >= FileContent.headCount { throw Enough() }
        }
    }
}
