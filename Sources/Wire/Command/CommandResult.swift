/// What a command left behind.
package struct CommandResult: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case exited(status: Int)
        case signalled(Int)
    }

    package let ending: Ending
    package let standardOutput: Output
    package let standardError: Output

    package init(ending: Ending, standardOutput: Output, standardError: Output) {
        self.ending = ending
        self.standardOutput = standardOutput
        self.standardError = standardError
    }

    package var isSuccess: Bool { ending == .exited(status: 0) }

    /// What it wrote to one stream, up to the limit.
    package struct Output: Hashable, Sendable {
        package var bytes: [UInt8] = []
        /// Whether it wrote more than is kept.
        package var isTruncated = false

        package init(bytes: [UInt8] = [], isTruncated: Bool = false) {
            self.bytes = bytes
            self.isTruncated = isTruncated
        }

        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }
}
