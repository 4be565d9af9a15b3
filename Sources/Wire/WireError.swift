/// What failed, on what, why, and what to do now. Never holds a password, a header or a body.
package struct WireError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The deadline passed.
        case timedOut
        /// The caller's task was cancelled.
        case cancelled
        /// The name has no address, or its lookup failed.
        case unresolved
        /// No connection: nobody listens there, or no way leads there.
        case unreachable
        /// The peer could not be trusted, or TLS failed otherwise.
        case untrusted
        /// The server does not let us in.
        case denied
        /// The connection ended before the answer did.
        case closed
        /// The answer is not of the protocol.
        case malformed
        /// The server understood, and answered with an error; the code is PostgreSQL's SQLSTATE or the first word of
        /// Redis's error.
        case server(code: String)
        /// The answer passed a limit of ours.
        case tooLarge
        /// What was asked for cannot be sent: a URL, a file, an option.
        case invalid
        /// This machine is out of memory, descriptors, threads or processes.
        case outOfResources
    }

    package let kind: Kind
    /// What was tried: "connect", "query", "GET".
    package let operation: String
    /// On what, fit to be shown: "postgres guardia@db.internal:5432/barberpro".
    package let target: String
    /// Why it failed, in the words of the library or the server.
    package let reason: String
    /// Whether the request may have reached the server: what must not be done twice must then not simply be asked again.
    package let mayHaveArrived: Bool

    package init(
        _ kind: Kind, _ operation: String, on target: String, because reason: String, mayHaveArrived: Bool = false
    ) {
        self.kind = kind
        self.operation = operation
        self.target = target
        self.reason = reason
        self.mayHaveArrived = mayHaveArrived
    }

    /// What to do now.
    package var advice: String {
        switch kind {
        case .timedOut: "see whether the server hangs or the deadline is too short"
        case .cancelled: "nothing: it was called off"
        case .unresolved: "check the name and this machine's resolver"
        case .unreachable: "check that the server runs, its address and the firewall"
        case .untrusted: "check the certificate, its name and the CA file"
        case .denied: "check the user, the password and the server's access rules"
        case .closed: "see the server's log"
        case .malformed: "check that the port belongs to this protocol"
        case .server: "see the server's message"
        case .tooLarge: "ask for less, or raise the limit"
        case .invalid: "correct the configuration"
        case .outOfResources: "free memory, descriptors or processes on this machine"
        }
    }
}

extension WireError: CustomStringConvertible {
    /// The cause first and the address last: where a line ends early, what is lost is what its row already says.
    package var description: String { "\(reason); \(advice) (\(operation) \(target))" }
}
