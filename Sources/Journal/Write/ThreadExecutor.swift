import Dispatch
import Foundation
import Synchronization

/// A serial executor with a thread of its own: for calls that block, which must not run on Swift's cooperative pool
/// (contract C1).
package final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
        var thread: pthread_t?
    }

    private let state = Mutex(State())
    /// Signalled once for each job, and once to stop.
    private let wake = DispatchSemaphore(value: 0)

    /// - Parameter name: what `top -H` shows, at most 15 bytes.
    package init(name: String) {
        // The thread keeps the executor alive until `stop`: jobs run on an unowned reference to it.
        Thread {
            // Foundation keeps a name that is set before the start to itself, and glibc's call is hidden from Swift.
            try? Data(name.utf8).write(to: URL(fileURLWithPath: "/proc/thread-self/comm"))
            self.run()
        }.start()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        wake.signal()
    }

    /// Ends the thread when the jobs that wait are done. Nothing may be enqueued any more.
    package func stop() {
        state.withLock { $0.isStopped = true }
        wake.signal()
    }

    package func checkIsolated() {
        let isIsolated = state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
        precondition(isIsolated, "not on this executor's thread")
    }

    private func run() {
        state.withLock { $0.thread = pthread_self() }
        while true {
            wake.wait()
            let (jobs, isStopped) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return (state.jobs, state.isStopped)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if isStopped, state.withLock({ $0.jobs.isEmpty }) { return }
        }
    }
}
