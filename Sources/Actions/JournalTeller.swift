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
        /// Why something waits in the spool, and why something is kept nowhere.
        var waits: String?
        var lost: String?
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

    /// Why events wait in the spool instead of the journal, or are nowhere; nil while all is well.
    package var trouble: String? { state.withLock { $0.lost ?? $0.waits } }

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
                let place = keep(events, &writer)
                state.withLock { state in
                    switch place {
                    case .journal: state.waits = nil
                    case .spool(let why): state.waits = why
                    case .nowhere(let why): state.lost = why
                    }
                    state.kept += events.count
                }
                releaseSettlers(of: state.withLock { $0.kept })
            }
            if isClosed, state.withLock({ $0.waiting.isEmpty }) { return }
        }
    }

    /// Where events came to be kept; where it is not the journal, why.
    private enum Place {
        case journal
        case spool(String)
        case nowhere(String)
    }

    private func keep(_ events: [Event], _ writer: inout JournalWriter?) -> Place {
        let spool = Spool(of: path)
        var why = "what was told before it waits"
        do throws(JournalError) {
            let journal: JournalWriter
            if let writer {
                journal = writer
            } else {
                journal = try JournalWriter(path: path, origin: origin, role: .action)
            }
            writer = journal
            // What was told before comes first: an end is no end of what nobody has heard begin.
            if spool.holdsOwn { try spool.drain { events throws(JournalError) in try journal.append(events) } }
            if !spool.holdsOwn {
                try journal.append(events)
                return .journal
            }
        } catch {
            writer = nil
            why = error.brief
        }
        do throws(JournalError) {
            try spool.keep(events)
            return .spool("not journaled yet (\(why)): it waits in the spool")
        } catch {
            return .nowhere("NOT JOURNALED (\(why)), and the spool took nothing either: \(error.description)")
        }
    }
}
