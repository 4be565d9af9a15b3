import CLinux
import Foundation
import Testing

@Suite("A thread that starts aside")
struct ThreadAsideTests {
    /// What a thread that was started aside sees of its processors, and what one sees that it started itself.
    private final class Seen: Sendable {
        nonisolated(unsafe) var processors: [[UInt8]] = []
        let isDone = DispatchSemaphore(value: 0)

        static let inner: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            guard let context else { return nil }
            let seen = Unmanaged<Seen>.fromOpaque(context).takeRetainedValue()
            seen.processors.append(ThreadAsideTests.processors())
            seen.isDone.signal()
            return nil
        }
        static let outer: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            guard let context else { return nil }
            let seen = Unmanaged<Seen>.fromOpaque(context)
            seen.takeUnretainedValue().processors.append(ThreadAsideTests.processors())
            if guardia_start_thread(inner, context) != 0 { seen.takeRetainedValue().isDone.signal() }
            return nil
        }

        /// Both, one after the other.
        static func byThreads() -> [[UInt8]] {
            let seen = Seen()
            guard guardia_start_thread_aside(outer, Unmanaged.passRetained(seen).toOpaque()) == 0 else { return [] }
            seen.isDone.wait()
            return seen.processors
        }
    }

    /// The processors that the calling thread may use.
    private static func processors() -> [UInt8] {
        var set = cpu_set_t()
        let code = sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set)
        return withUnsafeBytes(of: set) { code == 0 ? Array($0) : [] }
    }

    @Test("it may use every processor that its parent may, and so may what it starts")
    func allProcessors() {
        let own = Self.processors()
        #expect(!own.isEmpty)
        for _ in 0..<50 { #expect(Seen.byThreads() == [own, own]) }
    }

    @Test("it starts also where there is one processor alone")
    func oneProcessor() async {
        await #expect(processExitsWith: .success) {
            var set = cpu_set_t()
            guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { exit(2) }
            let here = Int(sched_getcpu())
            withUnsafeMutableBytes(of: &set) { bytes in
                for index in bytes.indices { bytes[index] = index == here / 8 ? 1 << UInt8(here % 8) : 0 }
            }
            // Of this thread: what it starts has its choice.
            guard sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { exit(3) }
            let narrow = Self.processors()
            exit(Seen.byThreads() == [narrow, narrow] ? 0 : 4)
        }
    }
}
