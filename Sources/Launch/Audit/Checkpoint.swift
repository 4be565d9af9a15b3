/// A point of the journal's chain that somebody has signed: what came before it cannot be rewritten without the key.
package struct Checkpoint: Hashable, Sendable, Codable {
    package var sequence: Int64
    /// Of the event of that sequence, hexadecimal.
    package var hash: String
    package var at: Timestamp
    /// ed25519, hexadecimal, over ``message``.
    package var signature: String

    package init(sequence: Int64, hash: String, at: Timestamp, signature: String = "") {
        self.sequence = sequence
        self.hash = hash
        self.at = at
        self.signature = signature
    }

    /// What is signed.
    package var message: [UInt8] { Array("guardia.checkpoint.1\n\(sequence)\n\(hash)\n\(at.milliseconds)\n".utf8) }
}
