import CLinux
import Dispatch
import Glibc
import Journal
import Launch
import Synchronization

/// Reads the past of a journal on a thread of its own: the newest question is answered, those that it overtook are not.
final class JournalRewinder: Sendable {
    enum Question: Sendable {
        case at(Timestamp)
        case event(JournalReader.Direction, Timestamp)
    }

    enum Answer: Sendable {
        case past(Past, target: Timestamp, asked: Timestamp)
        /// Why there is none.
        case none(String)
    }

    private struct State {
        var question: Question?
        var answers: [Answer] = []
        var hasThread = false
    }

    private let path: String
    private let history: Milliseconds
    private let wake: @Sendable () -> Void
    private let state = Mutex(State())
    /// Counts the questions that have not been looked at.
    private let asked = DispatchSemaphore(value: 0)

    init(path: String, history: Milliseconds, wake: @escaping @Sendable () -> Void) {
        self.path = path
        self.history = history
        self.wake = wake
    }

    func ask(_ question: Question) {
        let isFirst = state.withLock { state in
            defer { state.hasThread = true }
            state.question = question
            return !state.hasThread
        }
        if isFirst { start() }
        asked.signal()
    }

    func take() -> [Answer] {
        state.withLock { state in
            defer { state.answers.removeAll() }
            return state.answers
        }
    }

    /// The thread ends with the process: it holds nothing that would have to be given back.
    private func start() {
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = guardia_start_thread_aside(
            { context in
                guard let context else { return nil }
                Unmanaged<JournalRewinder>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, context)
        if code != 0 {
            Unmanaged<JournalRewinder>.fromOpaque(context).release()
            post(.none("no thread to read the past with: \(String(cString: strerror(code)))"))
        }
    }

    private func post(_ answer: Answer) {
        state.withLock { $0.answers.append(answer) }
        wake()
    }

    private func serve() {
        while true {
            asked.wait()
            let question = state.withLock { state in
                defer { state.question = nil }
                return state.question
            }
            if let question { post(answer(question)) }
        }
    }

    /// With a reader of its own each time: the file may have been replaced since, and opening costs a millisecond.
    private func answer(_ question: Question) -> Answer {
        do throws(JournalError) {
            let reader = try JournalReader(path: path)
            let (time, asked): (Timestamp, Timestamp)
            switch question {
            case .at(let wanted):
                guard let extent = try reader.extent() else { return .none("nothing is recorded yet") }
                (time, asked) = (max(wanted, extent.lowerBound), wanted)
            case .event(let direction, let from):
                guard let event = try reader.event(direction, from) else {
                    return .none(direction == .before ? "there is no event before" : "there is no event after")
                }
                (time, asked) = (event.at.utc, from)
            }
            return .past(try reader.past(at: time, span: history), target: time, asked: asked)
        } catch {
            return .none(error.description)
        }
    }
}
