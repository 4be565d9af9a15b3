import CLinux
import Glibc
import Journal
import Launch
import Synchronization

/// Follows a journal on a thread of its own, so that a disk that hangs never holds up a key.
///
/// It never gives up: a journal that is not there yet, is replaced, or cannot be read for a while is tried again, and the
/// reason is told meanwhile.
final class JournalFollower: Sendable {
    /// What the screen is told.
    enum News: Sendable {
        /// The whole board, at the start and after the journal was replaced.
        case board(Board)
        case entries([JournalEntry])
        case heartbeat(Heartbeat?)
        /// What was changed of the config before the board was read.
        case configChanges([ManifestChange])
        /// Why the journal cannot be followed; nil when it can.
        case note(String?)

        var isWhole: Bool { if case .board = self { true } else { false } }

        /// Whether it is to be drawn though it changes nothing of the board.
        var isAside: Bool {
            switch self {
            case .configChanges, .note: true
            case .board, .entries, .heartbeat: false
            }
        }
    }

    /// How long to wait before a journal that could not be opened is tried again.
    private static let retryInterval: Int32 = 500
    /// How many starts of the engine are looked through for changes of the config.
    private static let manifestsCompared = 9

    let path: String
    private let history: Milliseconds
    private let mailbox = Mutex(Mailbox())

    private struct Mailbox {
        var news: [News] = []
        var wake: (@Sendable () -> Void)?
    }

    /// - Parameter history: how much of the past the board is to hold.
    init(path: String, history: Milliseconds) {
        self.path = path
        self.history = history
    }

    /// Takes what came since the last call, in its order.
    func take() -> [News] {
        mailbox.withLock { mailbox in
            defer { mailbox.news.removeAll() }
            return mailbox.news
        }
    }

    /// Has `wake` called, on the follower's thread, when there is news; at once where there is some already.
    func onNews(_ wake: @escaping @Sendable () -> Void) {
        let isWaiting = mailbox.withLock { mailbox in
            mailbox.wake = wake
            return !mailbox.news.isEmpty
        }
        if isWaiting { wake() }
    }

    /// Starts the thread. It ends with the process: it holds nothing that would have to be given back.
    func start() {
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = guardia_start_thread_aside(
            { context in
                guard let context else { return nil }
                Unmanaged<JournalFollower>.fromOpaque(context).takeRetainedValue().follow()
                return nil
            }, context)
        if code != 0 {
            Unmanaged<JournalFollower>.fromOpaque(context).release()
            post([.note("no thread to read the journal with: \(String(cString: strerror(code)))")])
        }
    }

    private func post(_ items: [News], waking: Bool = true) {
        let wake = mailbox.withLock { mailbox in
            mailbox.news += items
            return mailbox.wake
        }
        if waking { wake?() }
    }

    private func follow() {
        var subject: Subject?
        let watch = JournalWatch(path: path)
        while true {
            do throws(JournalError) {
                if subject == nil { subject = try open() }
                try look(at: &subject)
                watch.wait()
            } catch {
                subject = nil
                post([.note(error.description)])
                poll(nil, 0, JournalFollower.retryInterval)
            }
        }
    }

    /// An open journal, and what was last told of it.
    private struct Subject {
        let reader: JournalReader
        var beat: Heartbeat?
        var isGone = false
    }

    /// Opens the journal and tells all that it holds.
    private func open() throws(JournalError) -> Subject {
        let reader = try JournalReader(path: path)
        try tellAll(of: reader)
        return Subject(reader: reader)
    }

    /// Tells what has changed since the last look.
    private func look(at subject: inout Subject?) throws(JournalError) {
        guard let reader = subject?.reader else { return }
        // A beat that was seen is remembered when its file goes: the engine fell silent then, it has not never been.
        if let now = reader.heartbeat(), now != subject?.beat {
            // A beat alone is no reason to draw: what it changes, an age, is drawn with the next second anyway.
            post([.heartbeat(now)], waking: now.notRecording != subject?.beat?.notRecording)
            subject?.beat = now
        }
        let isGone = access(path, F_OK) != 0
        if isGone != subject?.isGone {
            subject?.isGone = isGone
            post([.note(isGone ? "\(path): the journal is gone; this is what it held" : note(of: reader))])
        }
        switch try reader.change() {
        case .nothing: break
        case .news: repeat { post([.entries(try reader.news())]) } while reader.isBehind
        case .replaced: try tellAll(of: reader)
        }
    }

    /// The board first, and what nobody waits for after it.
    private func tellAll(of reader: JournalReader) throws(JournalError) {
        let board = try reader.currentBoard(span: history)
        post([.board(board), .note(note(of: reader))])
        // Where they cannot be read, the board stands all the same.
        let changes = try? reader.configChanges(
            to: Timestamp(milliseconds: .max), limit: JournalFollower.manifestsCompared)
        if let changes, !changes.isEmpty { post([.configChanges(changes)], waking: false) }
    }

    private func note(of reader: JournalReader) -> String? {
        reader.isCopy ? "a copy of the journal, as it was when this was opened: its folder cannot be written" : nil
    }
}
