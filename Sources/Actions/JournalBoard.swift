import Glibc
import Journal
package import Launch

/// Follows a journal on a thread of its own: the board as it is now, and what operators ask of one action.
package actor JournalBoard {
    private let path: String
    private let executor: ThreadExecutor
    private var followed: FollowedBoard
    private var unheard: [ActionEvent.Asked] = []
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter span: how much of the past is held: what a deploy compares, unless something else is needed.
    package init(_ path: String, span: Milliseconds = .minutes(31)) {
        self.path = path
        followed = FollowedBoard(path, span: span)
        executor = ThreadExecutor(name: "journal-board")
    }

    deinit { executor.stop() }

    /// The board; nil where the journal cannot be read now.
    package func board() -> Board? {
        catchUp()
        return followed.board
    }

    /// The board, where it can be had within `limit`: a disk that hangs holds up nobody who can do without.
    package nonisolated func board(within limit: Duration) async -> Board? {
        let (answers, answer) = AsyncStream.makeStream(of: Board?.self, bufferingPolicy: .bufferingOldest(1))
        Task { answer.yield(await board()) }
        let alarm = Task {
            try? await Task.sleep(for: limit)
            answer.yield(nil)
        }
        defer { alarm.cancel() }
        for await board in answers { return board }
        return nil
    }

    /// What was asked of `action` since the last call.
    package func requests(of action: ActionID) -> [ActionEvent.Asked] {
        catchUp()
        defer { unheard = [] }
        return unheard.filter { $0.action == action }
    }

    /// Whether the folder of the journal was taken away: nothing comes from there any more, and nothing can be told there.
    package func isFolderGone() -> Bool {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        var status = stat()
        return !folder.isEmpty && stat(folder, &status) != 0 && errno == ENOENT
    }

    private func catchUp() {
        for case .action(.asked(let asked)) in followed.catchUp().map(\.body) { unheard.append(asked) }
    }
}
