package import Launch

/// What failed, on which edge, why, and what to do now.
package struct EdgeError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// No way to the edge's machine, to its helper or to its nginx.
        case unreachable
        /// The deadline passed; what was asked for may have been done.
        case timedOut
        /// The caller's task was cancelled; what was asked for may have been done.
        case cancelled
        /// The edge understood and did nothing.
        case refused(Refusal)
        /// The edge could not do it, or what answers there is not what should.
        case broken
    }

    /// Why an edge did nothing.
    package enum Refusal: Hashable, Sendable {
        /// Another holds the lock.
        case held(EdgeLock)
        /// Deploys are off.
        case frozen(EdgeFreeze)
        /// The fence is not that of the lock in force: it was taken from us, or released.
        case fenced
        /// The lock was taken since the plan was made; the fence now.
        case overtaken(fence: Int64)
        /// Another split serves than the plan was made by.
        case moved(current: String)
        /// The split was not staged, or is not whole.
        case unstaged
        /// The helper does not know the request, or its words are not allowed.
        case invalid
    }

    package let kind: Kind
    /// What was tried: `flip`, `take the lock`, `ask /version of blue`.
    package let operation: String
    /// The edge's name.
    package let edge: String
    /// Why it failed, in the words of the edge.
    package let reason: String

    package init(_ kind: Kind, _ operation: String, on edge: String, because reason: String) {
        self.kind = kind
        self.operation = operation
        self.edge = edge
        self.reason = reason
    }

    package var refusal: Refusal? { if case .refused(let refusal) = kind { refusal } else { nil } }

    /// Whether the edge may have done what it was asked for.
    package var isUndecided: Bool {
        switch kind {
        case .unreachable, .timedOut, .cancelled: true
        case .refused, .broken: false
        }
    }

    /// What to do now.
    package var advice: String {
        switch kind {
        case .unreachable: "check that the edge runs and can be reached: guardia edge check \(edge)"
        case .timedOut: "see what the edge does: guardia edge check \(edge)"
        case .cancelled: "nothing: it was called off"
        case .broken: "see what differs there: guardia edge check \(edge)"
        case .refused(.held): "wait, or take it over: guardia lock take"
        case .refused(.frozen): "thaw the launch first: guardia freeze --off"
        case .refused(.fenced), .refused(.overtaken): "see who acts now: guardia lock show"
        case .refused(.moved): "see who moved the traffic, then plan anew: guardia status"
        case .refused(.unstaged): "plan anew"
        case .refused(.invalid): "install the helper of this guardia: guardia edge install \(edge)"
        }
    }
}

extension EdgeError: CustomStringConvertible {
    /// The cause first: where a line ends early, what is lost is what its row already says.
    package var description: String { "\(reason); \(advice) (\(operation) on \(edge))" }
}
