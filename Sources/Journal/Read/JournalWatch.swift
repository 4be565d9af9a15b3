import Glibc

/// Tells a reader when to look at a journal again: at once after a commit, otherwise now and then. Ten looks a second, each
/// with locks to take, cost half of what a dashboard uses.
///
/// For one thread. It is asked to wait after each look, and what was committed during the look ends the next wait at once.
package final class JournalWatch {
    private let files: JournalFiles
    private var bell: CommitBell?
    /// The bell's count before the last look.
    private var heard: UInt32 = 0

    /// In milliseconds. No commit is a heartbeat, and another file under the journal's name is none.
    private static let idle: Int32 = 1000
    /// Where nothing rings: a journal in which no engine of this version has run.
    private static let unrung: Int32 = 100

    package init(path: String) {
        files = JournalFiles(path: path)
        open()
    }

    private func open() {
        bell = CommitBell(files)
        heard = bell?.count ?? 0
    }

    /// Waits until a look is due.
    ///
    /// - Returns: whether something was committed; false when it is only time to look.
    @discardableResult
    package func wait() -> Bool {
        if bell?.isIn(place: files) != true {
            open()
            // What was committed until now was not told by this one.
            if bell != nil { return true }
        }
        guard bell != nil else {
            poll(nil, 0, JournalWatch.unrung)
            return false
        }
        bell?.wait(after: heard, limit: JournalWatch.idle)
        let count = bell?.count ?? heard
        defer { heard = count }
        return count != heard
    }
}
