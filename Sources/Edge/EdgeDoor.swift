package import Launch
package import Wire

/// What can be done to one edge's door and asked of it. `EdgeClient` is the real one; rules that use doors are tested with
/// others.
///
/// Every call answers or throws by its deadline. After `timedOut`, `unreachable` and `cancelled` it is not known whether the
/// edge did what it was told: ask `status` or `front`. Whatever changes an edge bears the fence that `take` gave; the edge
/// refuses any other, so that a call which comes late harms nothing.
package protocol EdgeDoor: Sendable {
    var plan: EdgePlan { get }

    /// Opens the way to the edge and the session there, so that the next call pays for neither.
    func prepare(within deadline: Duration) async throws(EdgeError)

    // MARK: The helper, on the edge's machine

    func status(within deadline: Duration) async throws(EdgeError) -> EdgeStatus

    /// Takes the lock and raises the fence.
    /// - Returns: the new fence.
    func take(_ claim: LockClaim, within deadline: Duration) async throws(EdgeError) -> Int64
    /// Begins the lease anew.
    func renew(fence: Int64, lease: Milliseconds, within deadline: Duration) async throws(EdgeError)
    func release(fence: Int64, within deadline: Duration) async throws(EdgeError)

    /// Makes a split that can be switched to. One that is there already costs next to nothing.
    func stage(_ split: Split, fence: Int64, within deadline: Duration) async throws(EdgeError)
    /// Moves the traffic, if what serves is still `from`. `to` must be staged.
    func flip(from: Split, to: Split, fence: Int64, within deadline: Duration) async throws(EdgeError) -> Flip

    /// Makes the edge go back to `to` by itself, unless it is disarmed before; durable when this returns.
    ///
    /// It goes back only if `from` serves then, which need not be so yet. `to` must be staged. A flip to anything but `from`,
    /// and any flip under another fence, disarms it.
    func arm(_ revert: Revert, fence: Int64, within deadline: Duration) async throws(EdgeError)
    func disarm(fence: Int64, within deadline: Duration) async throws(EdgeError)

    /// Refuses deploys from now on; needs no lock.
    func freeze(by: String, reason: String, within deadline: Duration) async throws(EdgeError)
    func thaw(within deadline: Duration) async throws(EdgeError)

    /// Keeps a fact on the edge, in `EdgeStatus.notes`; an empty value takes it away.
    func note(_ key: String, _ value: String, fence: Int64, within deadline: Duration) async throws(EdgeError)
    /// What changed, the newest last.
    func history(_ count: Int, within deadline: Duration) async throws(EdgeError) -> [EdgeHistory]
    /// Removes all but the newest splits; never one that serves or that a revert needs.
    func prune(keeping count: Int, fence: Int64, within deadline: Duration) async throws(EdgeError)

    // MARK: The edge's nginx, asked on a new connection each time

    /// What the nginx that runs says of its own door.
    func front(within deadline: Duration) async throws(EdgeError) -> DoorAnswer
    /// The digest that `front` must bear: of the configuration rendered from the launch config.
    var digest: String { get }
    /// Sends one request through the edge.
    func ask(_ question: EdgeQuestion, within deadline: Duration) async throws(EdgeError) -> EdgeAnswer

    /// Lets go of the session and of the way there.
    func close() async
}

/// A lock that is asked for.
package struct LockClaim: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Refused while deploys are frozen.
        case deploy
        case rollback
        /// Taken by hand.
        case lock
    }

    /// What to do about a lock that another holds and that has not lapsed.
    package enum Force: String, Hashable, Sendable {
        /// A rollback takes it from a deploy and from a lock taken by hand, not from another rollback.
        case preempt
        /// Takes any; a person has confirmed it.
        case takeover
    }

    /// `ana@bastion-1`
    package var holder: String
    /// The action's id.
    package var action: String
    package var kind: Kind
    package var reason: String
    package var lease: Milliseconds
    package var force: Force?
    /// The fence that the plan was made by; refused where another lock was taken since. Nil: whatever it is.
    package var fence: Int64?

    package init(
        holder: String, action: String, kind: Kind, reason: String = "", lease: Milliseconds, force: Force? = nil,
        fence: Int64? = nil
    ) {
        self.holder = holder
        self.action = action
        self.kind = kind
        self.reason = reason
        self.lease = lease
        self.force = force
        self.fence = fence
    }
}

/// A switch that was made.
package struct Flip: Hashable, Sendable {
    package var from: String
    package var to: String
    /// The edge's wall clock, in seconds since 1970.
    package var clock: Int64

    package init(from: String, to: String, clock: Int64) {
        self.from = from
        self.to = to
        self.clock = clock
    }
}

/// What the edge is to do by itself.
package struct Revert: Hashable, Sendable {
    package var after: Milliseconds
    /// Only while this is what serves; nil: from whatever the action makes the edge serve.
    package var from: Split?
    package var to: Split
    /// The action's id.
    package var action: String

    package init(after: Milliseconds, from: Split?, to: Split, action: String) {
        self.after = after
        self.from = from
        self.to = to
        self.action = action
    }
}

/// One line of an edge's own history.
package struct EdgeHistory: Hashable, Sendable {
    /// The edge's wall clock, in seconds since 1970.
    package var clock: Int64
    package var fence: Int64
    /// `flip`, `take`, `release`, `arm`, `fired`, `freeze` …
    package var event: String
    package var words: [String]

    package init(clock: Int64, fence: Int64, event: String, words: [String]) {
        self.clock = clock
        self.fence = fence
        self.event = event
        self.words = words
    }
}

/// A request that is sent through an edge.
package struct EdgeQuestion: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        /// The colour that the edge chooses, as for a customer; a sticky key decides the slot, nil: this machine's address.
        case traffic(key: String?)
        /// All hosts of a colour, whatever the split.
        case colour(String)
        /// One host of a colour, by its place in the config from 0.
        case host(colour: String, index: Int)
    }

    package var target: Target
    package var method: String
    /// With a leading slash.
    package var path: String
    /// In place of those that the launch config gives to every request, where the names are the same.
    package var headers: [HTTPRequest.Header]
    package var body: [UInt8]?
    /// How much of the answer is kept.
    package var limit: Int

    package init(
        _ target: Target, method: String = "GET", path: String, headers: [HTTPRequest.Header] = [],
        body: [UInt8]? = nil, limit: Int = 64 << 10
    ) {
        self.target = target
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.limit = limit
    }
}

/// What came back. A status of 400 or more is an answer, not an error.
package struct EdgeAnswer: Hashable, Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Whether the body was longer than what was kept of it.
    package var isBodyTruncated: Bool
    package var took: Duration

    package init(
        status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], isBodyTruncated: Bool = false,
        took: Duration = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isBodyTruncated = isBodyTruncated
        self.took = took
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
}
