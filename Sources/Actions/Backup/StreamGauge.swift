import Glibc
package import Launch
import Synchronization
import Wire

/// How far a stream has come, for whoever watches; and what it may not pass: a rate, a disk that fills.
package final class StreamGauge: Sendable {
    /// What stops a stream.
    package struct Full: Error, Sendable, CustomStringConvertible {
        package var description: String
    }

    private struct State {
        var bytes: Int64 = 0
        var table: String?
        var begun = ContinuousClock.now
        var nextLook: Int64 = 0
    }
    private let state = Mutex(State())
    /// Bytes a second; nil: no bound.
    private let rate: Int64?

    /// The disk that is being filled, and what must stay free on it.
    private let room: (folder: String, keepFree: Int64)?

    package init(rate: Int64? = nil, room: (folder: String, keepFree: Int64)? = nil) {
        self.rate = rate
        self.room = room
    }

    package var bytes: Int64 { state.withLock { $0.bytes } }
    package var table: String? { state.withLock { $0.table } }

    func name(_ table: String?) { state.withLock { $0.table = table } }

    func set(_ bytes: Int64) {
        state.withLock { state in
            if state.bytes == 0 { state.begun = .now }
            state.bytes = bytes
        }
    }

    /// Counts, and waits where it goes too fast: on the thread of a tap, which is made for waiting.
    func take(_ count: Int) throws {
        let (wait, mustLook) = state.withLock { state -> (Duration, Bool) in
            if state.bytes == 0 { state.begun = .now }
            state.bytes += Int64(count)
            let mustLook = state.bytes >= state.nextLook
            if mustLook { state.nextLook = state.bytes + (16 << 20) }
            guard let rate, rate > 0 else { return (.zero, mustLook) }
            return (.seconds(Double(state.bytes) / Double(rate)) - (ContinuousClock.now - state.begun), mustLook)
        }
        if mustLook, let room { try FileTap.check(room.folder, keepFree: room.keepFree) }
        if wait > .zero { usleep(UInt32(min(wait / .microseconds(1), 2_000_000))) }
    }

    /// What a person reads: how much, how fast, how long it takes still.
    package struct Progress: Hashable, Sendable {
        package var bytes: Int64
        package var perSecond: Double
        /// 0 … 1; nil where the whole is not known.
        package var share: Double?
        package var left: Milliseconds?
        package var table: String?
    }

    /// - Parameter total: bytes that are expected; it may be off, as an estimate is.
    package func progress(of total: Int64?) -> Progress {
        let (bytes, begun, table) = state.withLock { ($0.bytes, $0.begun, $0.table) }
        let seconds = max(0.001, (ContinuousClock.now - begun) / .seconds(1))
        let perSecond = Double(bytes) / seconds
        guard let total, total > 0, bytes > 0 else {
            return Progress(bytes: bytes, perSecond: perSecond, share: nil, left: nil, table: table)
        }
        let share = min(0.99, Double(bytes) / Double(total))
        let left = max(0, Double(total - bytes) / max(perSecond, 1))
        return Progress(
            bytes: bytes, perSecond: perSecond, share: share, left: Milliseconds(Int64(min(left, 1e9) * 1000)),
            table: table)
    }
}

/// Counts and digests the file that passes, and keeps the disk from filling to the brim.
package final class FileTap: Tap {
    private struct State: ~Copyable {
        var bytes: Int64 = 0
        var digest: SHA256? = SHA256()
        var nextLook: Int64 = 0
        var sum = ""
    }
    private let state = Mutex(State())
    private let folder: String?
    private let keepFree: Int64
    private let gauge: StreamGauge?

    /// - Parameters:
    ///   - folder: whose disk must keep `keepFree` bytes free.
    package init(folder: String? = nil, keepFree: Int64 = 0, gauge: StreamGauge? = nil) {
        self.folder = folder
        self.keepFree = keepFree
        self.gauge = gauge
    }

    package func take(_ bytes: UnsafeRawBufferPointer) throws {
        try gauge?.take(bytes.count)
        let mustLook = state.withLock { state in
            state.bytes += Int64(bytes.count)
            state.digest?.update(bytes)
            guard state.bytes >= state.nextLook else { return false }
            state.nextLook = state.bytes + (16 << 20)
            return true
        }
        if mustLook, let folder { try Self.check(folder, keepFree: keepFree) }
    }

    package func finish() throws {
        state.withLock { state in
            if let digest = state.digest.take() { state.sum = Hexadecimal.text(digest.finish()) }
        }
    }

    package var bytes: Int64 { state.withLock { $0.bytes } }
    /// Once all has come.
    package var sha256: String { state.withLock { $0.sum } }

    /// Refuses where the disk has no room left.
    static func check(_ folder: String, keepFree: Int64) throws(StreamGauge.Full) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        if free < keepFree {
            throw StreamGauge.Full(
                description:
                    "the disk of \(folder) has \(free >> 20) MiB left, and \(keepFree >> 20) MiB are to stay free: make room, or lower limits.keep_free"
            )
        }
    }
}
