import CLinux
import Glibc
import Journal
package import Launch
import Synchronization

/// Tells the engine what is appended to its journal, by whatever process: acknowledgements, silences, requests.
///
/// On a thread of its own. It hands on every event after a given one, in the order of the journal, the engine's own among
/// them: whoever listens takes an event that it knows already for no news. A journal that was replaced is read from its
/// beginning. What the journal could not take (a full disk) is heard from the spool, and again once it stands in the journal.
package final class EngineFollower: Sendable {
    private static let pageSize = 600
    /// How long to wait before a journal that could not be read is tried again, in milliseconds.
    private static let retryInterval: Int32 = 500

    package let path: String
    private let state: Mutex<State>

    private struct State {
        var listeners: [AsyncStream<[Event]>.Continuation] = []
        var after: Int64
        var isStopped = false
    }

    /// - Parameters:
    ///   - path: the journal's.
    ///   - after: the sequence of the last event that is known already; 0 for none.
    package init(path: String, after: Int64) {
        self.path = path
        state = Mutex(State(after: after))
    }

    /// What comes from now on, for one listener; nothing is dropped while it is slow.
    package func events() -> AsyncStream<[Event]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [Event].self, bufferingPolicy: .unbounded)
        let isStopped = state.withLock { state in
            if !state.isStopped { state.listeners.append(continuation) }
            return state.isStopped
        }
        if isStopped { continuation.finish() }
        return stream
    }

    /// Starts the thread. Listeners that come later miss what was told before.
    ///
    /// - Returns: false where there is no thread to be had.
    @discardableResult
    package func start() -> Bool {
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = guardia_start_thread(
            { context in
                guard let context else { return nil }
                Unmanaged<EngineFollower>.fromOpaque(context).takeRetainedValue().follow()
                return nil
            }, context)
        if code != 0 { Unmanaged<EngineFollower>.fromOpaque(context).release() }
        return code == 0
    }

    /// Ends the streams now, and the thread within a second.
    package func stop() {
        let listeners = state.withLock { state in
            defer { state.listeners.removeAll() }
            state.isStopped = true
            return state.listeners
        }
        for listener in listeners { listener.finish() }
    }

    // MARK: The thread

    private func follow() {
        var reader: JournalReader?
        /// The newest event that was handed on: by it the same journal is known again.
        var last: Event?
        /// What was heard from the spool and still waits there.
        var spooled: Set<Event> = []
        let watch = JournalWatch(path: path)
        while !state.withLock({ $0.isStopped }) {
            do throws(JournalError) {
                var change = JournalChange.news
                if let reader {
                    change = try reader.change()
                } else {
                    let opened = try JournalReader(path: path)
                    // Asked before reading: what comes meanwhile is a change at the next look.
                    _ = try opened.change()
                    if try isAnother(opened, since: last) { change = .replaced }
                    reader = opened
                }
                guard let reader else { continue }
                if change == .replaced, try isAnother(reader, since: last) { state.withLock { $0.after = 0 } }
                if change != .nothing { try read(reader, &last) }
                hearSpool(&spooled)
                watch.wait()
            } catch {
                reader = nil
                hearSpool(&spooled)
                poll(nil, 0, EngineFollower.retryInterval)
            }
        }
    }

    private func hearSpool(_ heard: inout Set<Event>) {
        let waiting = Spool(of: path).waiting()
        guard !waiting.isEmpty || !heard.isEmpty else { return }
        let news = waiting.filter { !heard.contains($0) }
        heard = Set(waiting)
        guard !news.isEmpty else { return }
        let listeners = state.withLock { $0.listeners }
        for listener in listeners { listener.yield(news) }
    }

    /// Whether a journal is not the one that was read so far.
    private func isAnother(_ reader: JournalReader, since last: Event?) throws(JournalError) -> Bool {
        guard let last else { return try reader.lastSequence() < state.withLock { $0.after } }
        return try reader.events(from: last.sequence, limit: 1).first != last
    }

    private func read(_ reader: JournalReader, _ last: inout Event?) throws(JournalError) {
        while true {
            let after = state.withLock { $0.after }
            let events = try reader.events(from: after + 1, limit: EngineFollower.pageSize)
            guard let newest = events.last else { return }
            last = newest
            let listeners = state.withLock { state in
                state.after = newest.sequence
                return state.listeners
            }
            for listener in listeners { listener.yield(events) }
            if events.count < EngineFollower.pageSize { return }
        }
    }
}
