package import Launch

/// The alert feed as the screen has it: made anew when alerts come, sifted when the filter changes, arranged when the cursor
/// comes in; a frame only reads it.
package struct FeedState: Hashable, Sendable {
    /// As the journal has it now: what the header counts.
    package private(set) var live = FeedList()
    /// As the panes show it: while they are held still, that of the pause.
    package private(set) var shown = FeedList()
    /// What passes the filter, in today's order.
    package private(set) var fresh: [ItemID] = []
    /// The same in the order that the cursor holds.
    package private(set) var arranged: [ItemID] = []

    mutating func take(_ board: Board) { live = FeedList(board) }

    mutating func show(_ board: Board, isLive: Bool, filter: FeedFilter, list: ListState?) {
        shown = isLive ? live : FeedList(board)
        sift(board, filter, list)
    }

    mutating func sift(_ board: Board, _ filter: FeedFilter, _ list: ListState?) {
        fresh =
            filter.isEmpty
            ? shown.items.map(\.id) : shown.items.lazy.filter { Self.isWanted($0, board, filter) }.map(\.id)
        arrange(list)
    }

    mutating func arrange(_ list: ListState?) { arranged = list?.arranged(fresh) ?? fresh }

    private static func isWanted(_ item: FeedItem, _ board: Board, _ filter: FeedFilter) -> Bool {
        switch item.id {
        case .alert(let id):
            guard let alert = board.alerts[id] else { return false }
            let title = alert.facts.series.flatMap { board.track($0)?.series.title } ?? ""
            return filter.matches(alert, title: title)
        case .series(let id):
            let title = board.track(id)?.series.title ?? ""
            return filter.matches {
                [id.name, title, item.weight.word(isOver: item.standing == .over)]
            } label: { name in
                switch name {
                case "severity": item.weight.word(isOver: false)
                case "state": item.standing == .over ? "resolved" : "firing"
                default: ""
                }
            }
        }
    }
}

extension FeedItem.Weight {
    /// What it is searched by.
    fileprivate func word(isOver: Bool) -> String {
        if isOver { return "ok" }
        return switch self {
        case .critical: "critical"
        case .warning: "warning"
        case .unknown: "unknown"
        case .info: "info"
        }
    }
}
