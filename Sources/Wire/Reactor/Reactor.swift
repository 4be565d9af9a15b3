import CCurl
import CLinux
import Glibc
import Synchronization

/// One thread that is both an executor and a poll loop: actors pinned to it drive libpq, hiredis and libcurl without
/// blocking and without locks.
///
/// Nothing that it runs may block. It lives as long as someone refers to it; the actors pinned to it do.
package final class Reactor: SerialExecutor, Sendable {
    let inbox: Inbox
    let resumption: Resumption
    private let thread = Atomic<pthread_t>(0)
    // Sound because `core` below is the only way to it, and traps on any thread but the reactor's.
    private nonisolated(unsafe) let confined: ReactorCore

    /// Starts the thread.
    package init() throws(WireError) {
        try ProcessSetup.ensure()
        guard let multi = curl_multi_init() else {
            throw WireError(
                .outOfResources, "start", on: "the reactor", because: "libcurl could not make a multi handle")
        }
        // A connection must outlive its transfer: by default libcurl keeps four times the transfers that run just now.
        _ = guardia_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 8192)
        inbox = Inbox(waking: multi)
        resumption = Resumption(inbox)
        confined = ReactorCore(multi: multi, inbox: inbox)
        try start()
    }

    deinit { inbox.nudge() }

    /// Ends every wait on the reactor, now and from now on, as if its task had been cancelled.
    package func shutdown() { inbox.close() }

    // MARK: SerialExecutor

    package func enqueue(_ job: consuming ExecutorJob) { inbox.post(UnownedJob(job), isResumption: false) }

    package func checkIsolated() {
        precondition(isCurrent, "code that belongs on the reactor runs on another thread")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    /// The loop's own state, for code on the reactor.
    var core: ReactorCore {
        checkIsolated()
        return confined
    }

    // MARK: The thread

    /// What the new thread takes over. The reactor is weak, so that the thread does not keep it alive.
    private final class Start {
        weak var reactor: Reactor?
        let core: ReactorCore

        init(reactor: Reactor, core: ReactorCore) {
            self.reactor = reactor
            self.core = core
        }
    }

    private func start() throws(WireError) {
        let start = Unmanaged.passRetained(Start(reactor: self, core: confined))
        let code = guardia_start_thread(Reactor.main, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw WireError(.outOfResources, "start", on: "the reactor", because: String(cString: strerror(code)))
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.reactor?.thread.store(pthread_self(), ordering: .relaxed)
        start.core.run { start.reactor }
        return nil
    }
}
