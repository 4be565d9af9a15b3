import CCurl
import Synchronization

/// What other threads hand to the reactor: jobs to run and waits to end. The only door into it.
final class Inbox: Sendable {
    struct Job {
        let job: UnownedJob
        /// It is of no actor yet: a task that goes on after a wait (``Resumption``).
        let isResumption: Bool
    }

    private struct State: ~Copyable {
        var jobs: [Job] = []
        var endings: [(Ticket, Wake)] = []
        var closing = false
        /// Something came since the loop last took what there was.
        var hasNews = false
        /// The loop is in, or about to enter, its poll: only then does a delivery cost a wake-up.
        var sleeping = false
        /// curl_multi_wakeup is the one function of a multi handle that any thread may call. Nil once the loop has ended.
        nonisolated(unsafe) var multi: UnsafeMutableRawPointer?

        mutating func wake() {
            hasNews = true
            guard sleeping, let multi else { return }
            sleeping = false
            curl_multi_wakeup(multi)
        }
    }

    private let state: Mutex<State>

    init(waking multi: UnsafeMutableRawPointer) {
        nonisolated(unsafe) let multi = multi
        state = Mutex(State(multi: multi))
    }

    // MARK: Any thread

    func post(_ job: UnownedJob, isResumption: Bool) {
        state.withLock {
            $0.jobs.append(Job(job: job, isResumption: isResumption))
            $0.wake()
        }
    }

    func end(_ ticket: Ticket, with wake: Wake) {
        state.withLock {
            $0.endings.append((ticket, wake))
            $0.wake()
        }
    }

    /// Ends every wait, now and from now on.
    func close() {
        state.withLock {
            $0.closing = true
            $0.wake()
        }
    }

    /// Makes the loop look around: the reactor is gone.
    func nudge() {
        state.withLock { $0.wake() }
    }

    // MARK: The loop

    struct Delivery {
        var endings: [(Ticket, Wake)]
        var closing: Bool
    }

    /// Swaps the jobs that wait for an empty array that keeps its capacity: nothing is allocated at rest.
    func take(_ jobs: inout [Job]) -> Delivery {
        state.withLock {
            $0.hasNews = false
            swap(&$0.jobs, &jobs)
            let delivery = Delivery(endings: $0.endings, closing: $0.closing)
            if !$0.endings.isEmpty { $0.endings = [] }
            return delivery
        }
    }

    /// False if there is something to do first. A job that was enqueued on the loop's own thread sent no wake-up, so it
    /// is looked for here, under the lock under which other threads look whether to wake us.
    func prepareToSleep() -> Bool {
        state.withLock {
            $0.sleeping = !$0.hasNews
            return $0.sleeping
        }
    }

    func awake() {
        state.withLock { $0.sleeping = false }
    }

    /// No wake-up is sent after this, so the multi handle can go.
    func end() {
        state.withLock { $0.multi = nil }
    }
}
