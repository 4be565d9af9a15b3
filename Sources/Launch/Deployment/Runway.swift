/// How long one key still brings the previous version back: after each change of traffic the colour that was left keeps
/// running for a while.
package enum Runway: Hashable, Sendable {
    /// Going back is instant; for how long still, where that is known.
    case open(version: String, left: Milliseconds?)
    /// The standby was to keep running until then; whether it still does is what the rollback light says.
    case over(version: String, since: Milliseconds)
    /// A rollback would bring back a release that was left.
    case left(Rejection, version: String)
    /// A rollback would not work now; why.
    case closed(String)

    /// Nil where the launch has no deployment.
    package init?(board: Board, now: Moment) {
        guard let facts = board.manifest?.deployment, let traffic = Traffic(board: board, now: now) else { return nil }
        switch RollbackLight(traffic, board.actions) {
        case .blocked(let reason), .unknown(let reason): self = .closed(reason)
        case .rejected(let rejection, let version): self = .left(rejection, version: version)
        case .unwell(let colour, let version, let why):
            self = .closed("\(colour) \(version) fails its own health check: \(why)")
        case .ready(_, let version, _, _):
            guard let standby = facts.standby, let moved = board.actions.lastMove?.ended?.at else {
                self = .open(version: version, left: nil)
                return
            }
            let left = standby - moved.age(at: now)
            self =
                left > 0
                ? .open(version: version, left: left) : .over(version: version, since: Milliseconds(-left.count))
        }
    }
}
