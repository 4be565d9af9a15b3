import Dispatch
import Foundation
import Journal
package import Launch
import Synchronization

/// Tells an action's events to the journal on a thread of its own, so that no disk holds up a switch. What the journal does
/// not take goes into the spool.
package final class JournalTeller: ActionJournal {
    private struct State {
        var waiting: [Event] = []
        /// How many events were told, and how many are kept.
        var told = 0
        var kept = 0
        var isClosed = false
        var trouble: String?
        var settlers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let path: String
    private let origin: String
    private let clock: any Clock
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    package init(journal path: String, origin: String, clock: any Clock) {
        self.path = path
        self.origin = origin
        self.clock = clock
        Thread { self.run() }.start()
    }

    /// Why events went into the spool instead of the journal, or nowhere; nil while all went well.
    package var trouble: String? { state.withLock { $0.trouble } }

    /// Whether all that was told is kept somewhere.
    package var isSettled: Bool { state.withLock { $0.kept == $0.told } }

    package func tell(_ event: ActionEvent) async { await tell(.action(event)) }

    /// Tells something that is no step of an action: an acknowledgement, a silence.
    package func tell(_ body: Event.Body) async {
        let event = Event(origin: origin, at: clock.now(), body: body)
        state.withLock { state in
            state.waiting.append(event)
            state.told += 1
        }
        wake.signal()
    }

    package func settle(within limit: Duration) async {
        let target = state.withLock { $0.told }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitUntilKept(target) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            self.releaseSettlers(of: target)
            group.cancelAll()
        }
    }

    private func waitUntilKept(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isKept = state.withLock { state in
                guard state.kept < count else { return true }
                state.settlers.append((count, continuation))
                return false
            }
            if isKept { continuation.resume() }
        }
    }

    private func releaseSettlers(of count: Int) {
        let ready = state.withLock { state in
            let ready = state.settlers.filter { $0.count <= count }
            state.settlers.removeAll { $0.count <= count }
            return ready
        }
        for settler in ready { settler.wake.resume() }
    }

    /// Ends the thread once everything is kept.
    package func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
    }

    // MARK: The thread

    private func run() {
        var writer: JournalWriter?
        while true {
            wake.wait()
            let (events, isClosed) = state.withLock { state in
                defer { state.waiting.removeAll() }
                return (state.waiting, state.isClosed)
            }
            if !events.isEmpty {
                let trouble = keep(events, &writer)
                state.withLock { state in
                    state.trouble = trouble ?? state.trouble
                    state.kept += events.count
                }
                releaseSettlers(of: state.withLock { $0.kept })
            }
            if isClosed, state.withLock({ $0.waiting.isEmpty }) { return }
        }
    }

    private func keep(_ events: [Event], _ writer: inout JournalWriter?) -> String? {
        do throws(JournalError) {
            if writer == nil { writer = try JournalWriter(path: path, origin: origin, role: .action) }
            try writer?.append(events)
            return nil
        } catch {
            writer = nil
            let why = error.brief
            do throws(JournalError) {
                try Spool(of: path).keep(events)
                return "not journaled yet (\(why)): it waits in the spool"
            } catch {
                return "NOT JOURNALED (\(why)), and the spool took nothing either: \(error.description)"
            }
        }
    }
}
