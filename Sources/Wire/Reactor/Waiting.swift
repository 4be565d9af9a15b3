import CCurl

// The waits of code that is pinned to the reactor. Each suspends its task and leaves the thread to others; each ends at
// its deadline, and at once when its task is cancelled.

extension Reactor {
    /// Suspends until `deadline`, rounded up to a multiple of `tolerance`: timers of one tolerance wake the thread
    /// together, which is what makes a thousand of them cheap.
    ///
    /// - Throws: `CancellationError`, also after `shutdown()`.
    package func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration = .milliseconds(1)) async throws {
        let wake = await park(until: core.aligned(deadline, to: tolerance)) { _, _ in }
        if case .cancelled = wake { throw CancellationError() }
    }

    package func sleep(for duration: Duration, tolerance: Duration = .milliseconds(1)) async throws {
        try await sleep(until: .now + duration, tolerance: tolerance)
    }

    /// Suspends until one of the descriptors is ready. They must stay open meanwhile.
    func ready(_ descriptor: Int32, for readiness: Readiness, until deadline: ContinuousClock.Instant) async -> Wake {
        let core = core
        var watched: Ticket?
        let wake = await park(until: deadline) { core, ticket in
            watched = ticket
            core.watch(descriptor, for: readiness, ticket: ticket)
        }
        if let watched { core.unwatch(watched) }
        return wake
    }

    /// Runs a transfer of libcurl. Once this returns, the handle is its owner's again, whatever the outcome.
    func perform(_ easy: UnsafeMutableRawPointer, until deadline: ContinuousClock.Instant) async -> Wake {
        let core = core
        let wake = await park(until: deadline) { core, ticket in
            if core.start(easy, ticket: ticket) != CURLM_OK { core.wake(ticket, .finished(CURLE_FAILED_INIT)) }
        }
        if case .finished = wake {} else { core.abandon(easy) }
        return wake
    }

    /// Suspends until `wake` is called for the ticket that `arm` is given.
    ///
    /// The operation of a cancellation handler runs on the cooperative pool, without any diagnostic, unless it mentions the
    /// parameter that its function is isolated to. So it does, and each step checks where it is.
    func park(
        isolation: isolated (any Actor)? = #isolation, until deadline: ContinuousClock.Instant?,
        _ arm: (ReactorCore, Ticket) -> Void
    ) async -> Wake {
        let ticket = core.reserve()
        return await withTaskCancellationHandler {
            _ = isolation
            return await withTaskExecutorPreference(resumption) {
                _ = isolation
                return await withUnsafeContinuation { continuation in
                    let core = core
                    core.park(continuation, at: ticket, until: deadline)
                    arm(core, ticket)
                    // The task may have been cancelled before, and the handler's message taken, when nobody waited yet:
                    // there is a change of executor in between.
                    if Task.isCancelled { core.wake(ticket, .cancelled) }
                }
            }
        } onCancel: {
            // Comes to the loop after this job: either the wait has begun by then, or it will see for itself.
            inbox.end(ticket, with: .cancelled)
        }
    }
}
