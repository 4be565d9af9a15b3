import Launch

/// A board behind one reference: whoever holds a model by value holds no copy of its boards, which are two kilobytes each and some
/// hundred references.
struct BoardBox: Sendable {
    /// It never changes, which lets the compiler read it in place: of what may change it makes a copy to call anything on it.
    private final class Storage: Sendable {
        let board: Board

        init(_ board: consuming Board) { self.board = board }
    }

    private static let none = Storage(Board())
    private var storage: Storage

    init(_ board: Board) { storage = Storage(board) }

    var board: Board {
        _read { yield storage.board }
        _modify {
            var board = storage.board
            // Given up before it is changed: what it holds is then held by this alone, and changed without a copy.
            storage = BoardBox.none
            defer { storage = Storage(board) }
            yield &board
        }
    }
}
