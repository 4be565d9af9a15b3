import CCurl

/// How a wait on the reactor ended.
enum Wake: Sendable {
    /// The descriptor can be read or written, or somebody handed over what was waited for.
    case ready
    case timedOut
    case cancelled
    /// libcurl is done with the transfer.
    case finished(CURLcode)
}

/// What a descriptor is waited for.
struct Readiness: OptionSet, Sendable {
    let rawValue: Int16

    static let read = Readiness(rawValue: Int16(CURL_WAIT_POLLIN))
    static let write = Readiness(rawValue: Int16(CURL_WAIT_POLLOUT))
}

/// The reactor's loop and all that only its thread touches: who waits for what, and libcurl's multi handle.
final class ReactorCore {
    typealias Waiter = UnsafeContinuation<Wake, Never>

    let multi: UnsafeMutableRawPointer
    let inbox: Inbox
    private var waits = WaitTable<Waiter>()
    /// Parallel arrays, because curl_multi_poll takes the first as it is.
    private var watches: [curl_waitfd] = []
    private var watchers: [Ticket] = []
    /// Handles at rest that may serve any request of their kind.
    var spares: [HTTPTransfer] = []
    private var transfers = 0
    private var isPerformDue = false
    private var isClosing = false
    private let epoch = ContinuousClock.now

    init(multi: UnsafeMutableRawPointer, inbox: Inbox) {
        self.multi = multi
        self.inbox = inbox
    }

    // MARK: Waiting

    func reserve() -> Ticket { waits.reserve() }

    func park(_ waiter: Waiter, at ticket: Ticket, until deadline: ContinuousClock.Instant?) {
        waits.park(waiter, at: ticket, until: deadline.map(nanoseconds))
        if isClosing { wake(ticket, .cancelled) }
    }

    /// False if the ticket's wait is over already.
    @discardableResult
    func wake(_ ticket: Ticket, _ wake: Wake) -> Bool {
        guard let waiter = waits.remove(ticket) else { return false }
        waiter.resume(returning: wake)
        return true
    }

    func isWaiting(_ ticket: Ticket) -> Bool { waits.isWaiting(ticket) }

    func watch(_ descriptor: Int32, for readiness: Readiness, ticket: Ticket) {
        watches.append(curl_waitfd(fd: descriptor, events: readiness.rawValue, revents: 0))
        watchers.append(ticket)
    }

    func unwatch(_ ticket: Ticket) {
        for index in watchers.indices.reversed() where watchers[index] == ticket {
            watchers.swapAt(index, watchers.count - 1)
            watches.swapAt(index, watches.count - 1)
            watchers.removeLast()
            watches.removeLast()
        }
    }

    /// Puts a transfer into the loop. Its CURLOPT_PRIVATE is the ticket for as long as it is there.
    func start(_ easy: UnsafeMutableRawPointer, ticket: Ticket) -> CURLMcode {
        let code = curl_multi_add_handle(multi, easy)
        if code == CURLM_OK {
            _ = guardia_curl_set_pointer(easy, CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: ticket.bits))
            transfers += 1
            isPerformDue = true
        }
        return code
    }

    /// Takes a transfer out of the loop, if it is still there: it may have finished in the round in which its wait ended
    /// otherwise. The connection of one that has not finished is closed.
    func abandon(_ easy: UnsafeMutableRawPointer) {
        guard guardia_curl_private(easy) != nil else { return }
        _ = guardia_curl_set_pointer(easy, CURLOPT_PRIVATE, nil)
        curl_multi_remove_handle(multi, easy)
        transfers -= 1
    }

    // MARK: The loop

    /// Runs until `reactor` gives nil: until nobody refers to the reactor any more.
    func run(_ reactor: () -> Reactor?) {
        var jobs: [Inbox.Job] = []
        var roundsWithoutPoll = 0
        while true {
            do {
                guard let reactor = reactor() else { return }
                // A job may drop the last other reference to the executor that it runs on.
                withExtendedLifetime(reactor) {
                    runJobs(
                        &jobs, on: reactor.asUnownedSerialExecutor(),
                        resuming: reactor.resumption.asUnownedTaskExecutor())
                    performTransfers()
                }
            }
            roundsWithoutPoll += 1
            if inbox.prepareToSleep() {
                poll(upTo: 60_000)
            } else if roundsWithoutPoll > 16 {
                poll(upTo: 0)
            } else {
                continue
            }
            roundsWithoutPoll = 0
        }
    }

    private func runJobs(
        _ jobs: inout [Inbox.Job], on executor: UnownedSerialExecutor, resuming resumption: UnownedTaskExecutor
    ) {
        // Jobs make jobs. A bound, so that they cannot keep the sockets waiting for ever.
        for _ in 0..<16 {
            let delivery = inbox.take(&jobs)
            if delivery.closing, !isClosing {
                isClosing = true
                for ticket in waits.waiting { wake(ticket, .cancelled) }
            }
            for (ticket, ending) in delivery.endings { wake(ticket, ending) }
            for job in jobs {
                if job.isResumption {
                    job.job.runSynchronously(on: resumption)
                } else {
                    job.job.runSynchronously(on: executor)
                }
            }
            let ran = !jobs.isEmpty
            jobs.removeAll(keepingCapacity: true)
            let expired = expire()
            if !ran, !expired, delivery.endings.isEmpty { return }
        }
    }

    private func expire() -> Bool {
        guard let next = waits.nextDeadline else { return false }
        let now = nanoseconds(.now)
        guard next <= now else { return false }
        while let (_, waiter) = waits.removeExpired(at: now) { waiter.resume(returning: .timedOut) }
        return true
    }

    private func performTransfers() {
        guard transfers > 0 else { return }
        if !isPerformDue {
            var milliseconds = 0
            curl_multi_timeout(multi, &milliseconds)
            guard milliseconds == 0 else { return }
        }
        isPerformDue = false
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        guard Int(running) < transfers else { return }
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let result = guardia_curl_message_result(message)
            let ticket = Ticket(bits: UInt(bitPattern: guardia_curl_private(easy)))
            abandon(easy)
            wake(ticket, .finished(result))
        }
    }

    private func poll(upTo limit: Int32) {
        var timeout = limit
        if let next = waits.nextDeadline {
            // Rounded up: waking early would only mean to sleep again.
            let milliseconds = (next - nanoseconds(.now) + 999_999) / 1_000_000
            timeout = Int32(clamping: min(max(milliseconds, 0), Int64(limit)))
        }
        var descriptors: Int32 = 0
        curl_multi_poll(multi, &watches, UInt32(watches.count), timeout, &descriptors)
        inbox.awake()
        guard descriptors > 0 else { return }
        for index in watches.indices where watches[index].revents != 0 {
            descriptors -= 1
            watches[index].revents = 0
            wake(watchers[index], .ready)
        }
        if descriptors > 0 { isPerformDue = true }
    }

    /// The next instant of the grid of `tolerance`.
    func aligned(_ instant: ContinuousClock.Instant, to tolerance: Duration) -> ContinuousClock.Instant {
        let step = tolerance.components.seconds * 1_000_000_000 + tolerance.components.attoseconds / 1_000_000_000
        let time = nanoseconds(instant)
        guard step > 1, time > 0, time < .max - step else { return instant }
        return epoch.advanced(by: .nanoseconds((time + step - 1) / step * step))
    }

    private func nanoseconds(_ instant: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = epoch.duration(to: instant).components
        // Some two hundred years are enough; a farther deadline is never.
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : scaled &+ attoseconds / 1_000_000_000
    }

    deinit {
        inbox.end()
        spares = []
        curl_multi_cleanup(multi)
    }
}
