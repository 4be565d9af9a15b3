/// Why evidence could not be gathered: from what, and why.
package struct SecurityError: Error, Hashable, Sendable, CustomStringConvertible {
    package let subject: String
    package let reason: String

    package init(_ subject: String, _ reason: String) {
        self.subject = subject
        self.reason = reason
    }

    package var description: String { "\(subject): \(reason)" }
}
