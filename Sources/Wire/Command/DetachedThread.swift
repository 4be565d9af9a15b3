import CLinux
import Glibc

/// A detached thread for what blocks: Swift's own threads are few, and one that waits is missing to everybody.
package enum DetachedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// False where the system gives none.
    package static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(run))
        let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
            if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }
        guard guardia_start_thread(main, body.toOpaque()) == 0 else {
            body.release()
            return false
        }
        return true
    }

    /// What `body` returns, run on a thread of its own; nil where the system gives none.
    package static func value<Value: Sendable>(of body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { (waiter: CheckedContinuation<Value?, Never>) in
            if !start({ waiter.resume(returning: body()) }) { waiter.resume(returning: nil) }
        }
    }
}
