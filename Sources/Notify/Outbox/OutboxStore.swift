import Dispatch
import Foundation
import Launch
import Synchronization

/// Keeps the outbox on disk, on a thread of its own: no disk holds up the sending (contract C1).
///
/// The first folder is beside the journal. When that disk is full, pages are kept in memory that outlives the engine
/// (/dev/shm), which a reboot empties; when that is full too, in the engine's own memory alone, and written when there is
/// space again. Each step is told.
final class OutboxStore: Sendable {
    private enum Work: Sendable {
        case keep(OutboxEntry)
        case markTaken(Int64, reference: String)
        case remove(Int64, reference: String?)
        case threads([OutboxFolder.Thread])
    }

    private struct State {
        var waiting: [Work] = []
        var asked = 0
        var done = 0
        var isClosed = false
        var settlers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let folders: [OutboxFolder]
    private let note: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// - Parameter note: hears where things are kept when they are not where they belong, and when they are again.
    init(folders: [OutboxFolder], note: @escaping @Sendable (String) -> Void) {
        self.folders = folders
        self.note = note
    }

    /// The folder beside a journal, and the one in memory.
    static func folders(of journal: String) -> [OutboxFolder] {
        // A name that leads back to the journal, for the folder that all journals share.
        let mark = journal.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return [
            OutboxFolder(path: "\(journal).outbox"),
            OutboxFolder(path: "/dev/shm/guardia-outbox-\(geteuid())-\(String(mark, radix: 16))"),
        ]
    }

    // MARK: Asking

    func keep(_ entry: OutboxEntry) { ask(.keep(entry)) }
    func markTaken(_ sequence: Int64, reference: String) { ask(.markTaken(sequence, reference: reference)) }
    func remove(_ sequence: Int64, reference: String?) { ask(.remove(sequence, reference: reference)) }
    func keep(_ threads: [OutboxFolder.Thread]) { ask(.threads(threads)) }

    private func ask(_ work: Work) {
        state.withLock { state in
            state.waiting.append(work)
            state.asked += 1
        }
        wake.signal()
    }

    /// Returns when all that was asked for before is done, or after `limit`: a disk that hangs must not.
    func settle(within limit: Duration) async {
        let target = state.withLock { $0.asked }
        let timer = Task {
            try? await Task.sleep(for: limit)
            if !Task.isCancelled { release(upTo: target) }
        }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.done < target else { return true }
                state.settlers.append((target, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
        timer.cancel()
    }

    private func release(upTo count: Int) {
        let ready = state.withLock { state in
            let ready = state.settlers.filter { $0.count <= count }
            state.settlers.removeAll { $0.count <= count }
            return ready
        }
        for settler in ready { settler.wake.resume() }
    }

    /// Ends the thread once all is done.
    func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
    }

    // MARK: The thread

    /// Starts the thread, which first reads what is there.
    func open() async -> OutboxFolder.Contents {
        await withCheckedContinuation { continuation in
            Thread {
                continuation.resume(returning: self.load())
                self.run()
            }.start()
        }
    }

    private func load() -> OutboxFolder.Contents {
        var all = OutboxFolder.Contents()
        for folder in folders {
            // The one in memory is made when it is needed.
            if folder == folders.first { try? folder.prepare() }
            guard (try? folder.check()) != nil else { continue }
            let contents = folder.load(repair: true)
            all.waiting += contents.waiting
            all.taken += contents.taken
            all.threads += contents.threads
            all.damaged += contents.damaged.map { "\(folder.path)/\($0)" }
        }
        // Nobody would tidy up empty folders in memory.
        for folder in folders.dropFirst() { folder.tidySiblings() }
        for name in all.damaged { note("\(name) is no page that can be read: it is set aside as \(name).damaged") }
        all.waiting.sort { $0.sequence < $1.sequence }
        return all
    }

    private func run() {
        var shelf = Shelf(folders: folders)
        var trouble: String?
        while true {
            wake.wait()
            let (work, isClosed) = state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting, state.isClosed && state.waiting.isEmpty)
            }
            if !work.isEmpty {
                shelf.perform(work)
                if shelf.trouble != trouble { note(shelf.trouble ?? "the outbox is kept on disk again") }
                trouble = shelf.trouble
                let done = state.withLock { state in
                    state.done += work.count
                    return state.done
                }
                release(upTo: done)
            }
            if isClosed { return }
        }
    }

    /// What only the thread touches.
    private struct Shelf {
        let folders: [OutboxFolder]
        /// What no folder took.
        var homeless: [Int64: OutboxEntry] = [:]
        /// What was wrong when something was last kept, in a sentence.
        var trouble: String?

        mutating func perform(_ work: [Work]) {
            var touched: Set<OutboxFolder> = []
            for item in work {
                switch item {
                case .keep(let entry): keep(entry, &touched)
                case .markTaken(let sequence, let reference):
                    // It is not worth a file any more.
                    homeless[sequence] = nil
                    touched.formUnion(folders.filter { $0.markTaken(sequence, reference: reference) })
                case .remove(let sequence, let reference):
                    homeless[sequence] = nil
                    for folder in folders { folder.remove(sequence, reference: reference) }
                    touched.formUnion(folders)
                case .threads(let threads):
                    for folder in folders where (try? folder.keep(threads)) != nil { break }
                }
            }
            for (_, entry) in homeless.sorted(by: { $0.key < $1.key }) where !keep(entry, &touched) { break }
            for folder in touched { folder.sync() }
            // What was kept in memory alone is gone with its folder as soon as all of it is done: an engine may be killed.
            for folder in folders.dropFirst() { folder.tidy() }
        }

        @discardableResult
        private mutating func keep(_ entry: OutboxEntry, _ touched: inout Set<OutboxFolder>) -> Bool {
            var reason = ""
            for (index, folder) in folders.enumerated() {
                do throws(OutboxFolder.Failure) {
                    try folder.keepAnew(entry)
                    touched.insert(folder)
                    homeless[entry.sequence] = nil
                    trouble =
                        index == 0
                        ? nil
                        : "the outbox cannot be kept in \(folders[0].path) (\(reason)): pages wait in \(folder.path), "
                            + "which a reboot empties"
                    return true
                } catch {
                    if reason.isEmpty { reason = error.reason }
                }
            }
            homeless[entry.sequence] = entry
            trouble =
                "the outbox cannot be kept on disk (\(reason)): pages wait in memory, and are lost if the engine dies"
            return false
        }
    }
}
