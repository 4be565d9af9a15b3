import CLinux
import Foundation
import Synchronization
import Testing

@testable import Wire

@Suite("A detached thread")
struct DetachedThreadTests {
    /// The processors that the calling thread may use.
    private static func processors() -> [UInt8] {
        var set = cpu_set_t()
        let code = sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set)
        return withUnsafeBytes(of: set) { code == 0 ? Array($0) : [] }
    }

    private static func values<Value: Sendable>(
        _ count: Int, of body: @escaping @Sendable () -> Value
    ) async -> [Value] {
        var values: [Value] = []
        for _ in 0..<count { if let value = await DetachedThread.value(of: body) { values.append(value) } }
        return values
    }

    @Test("it may use every processor that its parent may, and so may what it starts")
    func processors() async {
        let own = Self.processors()
        #expect(!own.isEmpty)
        let theirs = await Self.values(50) {
            let inner = DispatchSemaphore(value: 0)
            let seen = Mutex<[UInt8]>([])
            let isStarted = DetachedThread.start {
                seen.withLock { $0 = Self.processors() }
                inner.signal()
            }
            if isStarted { inner.wait() }
            return [Self.processors(), seen.withLock(\.self)]
        }
        #expect(theirs == Array(repeating: [own, own], count: 50))
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
            guard sched_setaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { exit(3) }
            let narrow = Self.processors()
            // Of this thread: what it starts has its choice.
            let isDone = DispatchSemaphore(value: 0)
            let seen = Mutex<[UInt8]>([])
            let isStarted = DetachedThread.start {
                seen.withLock { $0 = Self.processors() }
                isDone.signal()
            }
            guard isStarted else { exit(4) }
            isDone.wait()
            exit(seen.withLock { $0 == narrow } ? 0 : 5)
        }
    }
}
