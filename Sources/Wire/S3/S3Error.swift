/// Why an S3 service did not do what it was asked.
package struct S3Error: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Keys or rights will not do: nothing is gained by asking again.
        case denied
        /// This machine's clock and the service's differ too much for a signature.
        case skewed(seconds: Int64?)
        case missing
        /// It is overloaded, or the connection broke: later it may go.
        case transient
        /// What lies there is not what was sent.
        case differs
        case refused
    }

    package var kind: Kind
    package var operation: String
    /// `s3://bucket/key`
    package var target: String
    package var reason: String

    package init(kind: Kind, operation: String, target: String, reason: String) {
        self.kind = kind
        self.operation = operation
        self.target = target
        self.reason = reason
    }

    package var advice: String {
        switch kind {
        case .denied: "check the key, its secret and the rights of the bucket"
        case .skewed: "set this machine's clock (timedatectl): signatures hold for 15 minutes"
        case .missing: "check bucket and prefix"
        case .transient: "try again later; what was sent is kept and goes on from there"
        case .differs: "do not rely on this copy: upload it again"
        case .refused: "see the service's words"
        }
    }

    package var description: String { "\(reason); \(advice) (\(operation) \(target))" }
}
