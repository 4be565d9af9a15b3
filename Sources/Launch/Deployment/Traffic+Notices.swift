extension Traffic {
    /// What an edge will do by itself unless somebody confirms.
    package struct ComingRevert: Hashable, Sendable {
        package var edge: String
        package var colour: String
        /// Until it happens, as the edge's clock counts; 0: it is due.
        package var left: Milliseconds
    }

    /// The soonest way back that is armed on an edge; nil where none is, or none is known of.
    package var comingRevert: ComingRevert? {
        edges.compactMap(\.comingRevert).min { $0.left < $1.left }
    }

    /// Whether an edge says that the lock of an action has lapsed. While its process runs it renews the lock: one that has not
    /// ended and does not renew is stopped, hangs, or sits on a machine that was cut off.
    package func hasLapsed(lockOf action: ActionID) -> Bool {
        edges.contains { edge in
            guard let lock = edge.lock, lock.hasPrefix(EdgeLock.lapsedMark) else { return false }
            return lock.contains(" \(action.text)")
        }
    }

    /// Who has switched deploys off and why, as the first edge that says so puts it: `frozen by ana: …`.
    package var freeze: String? {
        edges.lazy.compactMap(\.notice).flatMap { $0.split(separator: ";") }.map { $0.drop { $0 == " " } }
            .first { $0.hasPrefix("frozen") }.map(String.init)
    }
}

extension Traffic.Edge {
    /// Reads `goes back to blue in 240 s` out of the notice, and lets the time since it was read pass.
    var comingRevert: Traffic.ComingRevert? {
        guard let notice, let start = notice.firstRange(of: "goes back to ")?.upperBound else { return nil }
        let words = notice[start...].split(separator: " ")
        guard words.count >= 3, words[1] == "in", Split.isColour(words[0]), let seconds = Int64(words[2]) else {
            return nil
        }
        let left = Milliseconds.seconds(max(0, min(seconds, 86_400 * 365))) - (noticeAge ?? 0)
        return Traffic.ComingRevert(edge: name, colour: String(words[0]), left: max(left, 0))
    }
}
